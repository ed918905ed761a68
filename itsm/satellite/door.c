/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/satellite/door.h"

#include "itsm/satellite/satellite.h"
#include "server/base/file.h"
#include "server/base/log.h"

#define CERT_LIFE (397 * HN_DAY)
#define CERT_RENEW (120 * HN_DAY)
#define LOOK_AGAIN HN_HOUR
#define NAMES_MAX 32

/* Set by door_open() before threads, then only read; look_at is the watching thread's. */
static struct door {
    struct hn_arena *arena; /* of all that lives with the process */
    struct pki_ca *ca;
    struct http_tls *tls;
    const char *cert, *key; /* paths */
    struct hn_texts names;
    hn_instant look_at;
} door;

static const char *path_of(const struct config *cfg, struct hn_arena *a, const char *name)
{
    return hn_arena_fmt(a, "%s/satellite-%s", cfg->state, name);
}

/* "https://host:port/…" → "host"; "[::1]" → "::1". */
static const char *host_of(const char *url, struct hn_arena *a)
{
    const char *p = strstr(url, "://");

    p = p == NULL ? url : p + 3;
    if (*p == '[')
        return hn_arena_strndup(a, p + 1, strcspn(p + 1, "]"));
    return hn_arena_strndup(a, p, strcspn(p, ":/"));
}

const char *door_url(const struct config *cfg, struct hn_arena *a)
{
    const char *name = host_of(cfg->base_url, a);

    if (*cfg->satellite_names != '\0')
        name = hn_arena_strndup(a, cfg->satellite_names, strcspn(cfg->satellite_names, ", "));
    return hn_arena_fmt(a, strchr(name, ':') != NULL ? "https://[%s]:%lld" : "https://%s:%lld",
                        name, (long long)cfg->satellite_port);
}

static void add_name(const char **list, size_t *n, const char *name)
{
    for (size_t i = 0; i < *n; i++)
        if (hn_streq(list[i], name))
            return;
    if (*name != '\0' && *n < NAMES_MAX)
        list[(*n)++] = name;
}

static void read_names(const struct config *cfg)
{
    const char **list = hn_arena_make(door.arena, const char *, NAMES_MAX);
    const char *p = cfg->satellite_names;
    size_t n = 0;

    while (*p != '\0') {
        size_t len = strcspn(p, ", ");

        add_name(list, &n, hn_arena_strndup(door.arena, p, len));
        p += len;
        p += strspn(p, ", ");
    }
    add_name(list, &n, host_of(cfg->base_url, door.arena));
    add_name(list, &n, "localhost");
    add_name(list, &n, "127.0.0.1");
    door.names = (struct hn_texts){list, n};
}

/* ---- the listener's certificate ---- */

static bool is_good(hn_instant now, struct hn_arena *a)
{
    const char *cert, *key;
    struct pki_cert c;
    struct hn_err e = {0};

    return hn_file_read(door.cert, PKI_PEM_MAX, a, &cert, NULL, &e) == HN_OK &&
           hn_file_read(door.key, PKI_PEM_MAX, a, &key, NULL, &e) == HN_OK &&
           pki_cert_read(cert, a, &c, &e) == HN_OK && c.not_after - now > CERT_RENEW &&
           pki_ca_issued(door.ca, cert) && pki_cert_has_key(cert, key) &&
           pki_cert_covers(cert, &door.names);
}

static enum hn_code make(hn_instant now, struct hn_arena *a, struct hn_err *e)
{
    const char *key, *chain;
    struct pki_cert c;

    if (pki_key_new(a, &key, e) != HN_OK ||
        pki_ca_server(door.ca, key, &door.names, now - PKI_BACKDATE, hn_add(now, CERT_LIFE), a, &c,
                      e) != HN_OK)
        return e->code;
    /* with the authority's behind it: who enrols by its fingerprint must see it */
    chain = hn_arena_fmt(a, "%s%s", c.pem, pki_ca_cert(door.ca)->pem);
    if (hn_file_put(door.key, 0600, key, strlen(key), e) != HN_OK)
        return e->code;
    return hn_file_put(door.cert, 0644, chain, strlen(chain), e);
}

/* Made again where it is due. Processes that share the folder take turns. */
static enum hn_code keep_good(hn_instant now, struct hn_err *e)
{
    HN_ARENA a = hn_arena_new();
    HN_FILE_LOCK lock = -1;

    if (hn_file_lock(hn_arena_fmt(a, "%s.lock", door.key), &lock, e) != HN_OK)
        return hn_ctx(e, "satellites' door");
    if (is_good(now, a))
        return HN_OK;
    if (make(now, a, e) != HN_OK)
        return hn_ctx(e, "certificate of the satellites' door");
    hn_log(HN_INFO, "a new certificate for the satellites' door: %s", door.cert);
    return HN_OK;
}

/* ---- life ---- */

enum hn_code door_ca(const struct config *cfg, struct hn_arena *a, struct pki_cert *out,
                     struct hn_err *e)
{
    const char *pem;

    if (hn_file_read(path_of(cfg, a, "ca.pem"), PKI_PEM_MAX, a, &pem, NULL, e) != HN_OK) {
        if (e->code != HN_E_NOT_FOUND)
            return e->code;
        hn_err_clear(e);
        return hn_fail(e, HN_E_NOT_FOUND,
                       "there is no authority yet: set satellite_port and start hinomi serve");
    }
    return pki_cert_read(pem, a, out, e);
}

enum hn_code door_open(const struct config *cfg, hn_instant now, struct http_tls **tls,
                       struct hn_err *e)
{
    *tls = NULL;
    if (cfg->satellite_port == 0)
        return HN_OK;
    door.arena = hn_arena_new();
    if (pki_ca_open(path_of(cfg, door.arena, "ca.pem"), path_of(cfg, door.arena, "ca.key"),
                    "hinomi satellite CA", now, &door.ca, e) != HN_OK)
        return e->code;
    door.cert = path_of(cfg, door.arena, "door.pem");
    door.key = path_of(cfg, door.arena, "door.key");
    read_names(cfg);
    if (keep_good(now, e) != HN_OK ||
        http_tls_new(door.cert, door.key, path_of(cfg, door.arena, "ca.pem"), &door.tls, e) !=
            HN_OK)
        return e->code;
    door.look_at = hn_add(now, LOOK_AGAIN);
    *tls = door.tls;
    return HN_OK;
}

void door_watch(hn_instant now)
{
    struct hn_err e = {0};

    if (door.tls == NULL)
        return;
    if (now >= door.look_at) {
        if (keep_good(now, &e) != HN_OK)
            hn_log_err(HN_ERROR, "satellites' door", &e);
        door.look_at = hn_add(now, LOOK_AGAIN);
    }
    http_tls_watch(door.tls);
}

void door_close(void)
{
    http_tls_free(door.tls);
    pki_ca_free(door.ca);
    hn_arena_free(door.arena);
    door = (struct door){0};
}

struct pki_ca *door_authority(void)
{
    return door.ca;
}

enum hn_code door_who(struct http_ctx *c, const struct http_peer *peer, struct hn_err *e)
{
    if (!peer->shown)
        return HN_OK; /* nobody: may enrol */
    if (!peer->trusted)
        return hn_fail(e, HN_E_UNAUTHENTICATED, "The certificate is not accepted: %s", peer->why);
    return satellite_by_certificate(c->db, c->arena, peer->sha256, c->now, &c->satellite_id, e);
}
