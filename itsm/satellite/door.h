/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door.h — the satellites' door: what its listener needs, kept in the state folder.
 *
 *   satellite-ca.pem, satellite-ca.key      the authority; whoever has its key can make satellites
 *   satellite-door.pem, satellite-door.key  the listener's own certificate, made by the authority
 *
 * All are made when they are missing; the listener's is made again when its end comes near or the
 * names by which satellites call us have changed. Several `serve` on one machine share the folder;
 * on several machines the authority's two files are copied.
 */
#ifndef ITSM_SATELLITE_DOOR_H
#define ITSM_SATELLITE_DOOR_H

#include "server/auth/pki.h"
#include "server/config.h"
#include "server/http/app.h"

/* Once, before threads. With satellite_port 0 nothing happens and *tls is NULL. */
HN_MUST_USE enum hn_code door_open(const struct config *cfg, hn_instant now, struct http_tls **tls,
                                   struct hn_err *e);
/* From time to time, by the same thread: a new certificate of the listener where it is due. */
void door_watch(hn_instant now);
void door_close(void);

/* The authority; NULL: this process has no such door. Any thread. */
struct pki_ca *door_authority(void);
/* Its certificate, read from the state folder: for commands, which make nothing. */
HN_MUST_USE enum hn_code door_ca(const struct config *cfg, struct hn_arena *a, struct pki_cert *out,
                                 struct hn_err *e);
/* Whose certificate the peer has shown, for http_hooks. */
enum hn_code door_who(struct http_ctx *c, const struct http_peer *peer, struct hn_err *e);
/* How satellites reach it: "https://host:port". */
const char *door_url(const struct config *cfg, struct hn_arena *a);

#endif
