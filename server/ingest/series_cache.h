/* SPDX-License-Identifier: Apache-2.0 */
/*
 * series_cache.h — ids of series by check and metric, kept with the connection that looked them up
 * (db_slot). Ids of series made in a transaction count only once it has committed: add them after
 * the commit. A series that was deleted with its check leaves an id that nothing asks for again.
 */
#ifndef HN_INGEST_SERIES_CACHE_H
#define HN_INGEST_SERIES_CACHE_H

#include "server/db/db.h"

struct series_cache;

struct series_cache *series_cache_of(struct db *db); /* made at first use, freed with db */
int64_t series_cache_get(struct series_cache *c, int64_t check_id, const char *metric); /* 0 */
void series_cache_add(struct series_cache *c, int64_t check_id, const char *metric, int64_t id);

#endif
