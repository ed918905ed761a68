/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load.h — the sample estate into the database: sites, lines, segments, systems, hosts with parents
 * and checks, people, services and their SLAs. Adds what is missing and leaves alone what is there,
 * so that it may run at each start.
 */
#ifndef ESTATE_LOAD_H
#define ESTATE_LOAD_H

#include "estate/estate.h"
#include "estate/people.h"

/* The names of the checks that we make. */
#define ESTATE_CHECK_PING "死活監視"
#define ESTATE_CHECK_PORTS "通信量監視"
#define ESTATE_CHECK_RESOURCE "リソース監視"
#define ESTATE_CHECK_DEVICE "機器状態監視"
#define ESTATE_CHECK_WEB "Web応答監視"
#define ESTATE_CHECK_TCP "TCP接続監視"

/* The check that tells whether the device's service is up. */
const char *estate_service_check(const struct estate_device *d);
/* The months of history that the definitions reach back over. */
#define ESTATE_MONTHS_MAX 36

/* *new_hosts may be NULL. */
HN_MUST_USE enum hn_code estate_load(struct db *db, const struct estate *s, hn_instant now,
                                     int64_t *new_hosts, struct hn_err *e);
/* A service's name for the site's connection, its line for My Number (NULL where it has none). */
const char *estate_site_service(const struct estate *s, size_t site);
const char *estate_mn_service(const struct estate *s, size_t site);

#endif
