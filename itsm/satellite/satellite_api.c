/* SPDX-License-Identifier: Apache-2.0 */
/* JSON routes: the register for administrators, and the two at the door by which a satellite gets
 * its certificates. */
#include "itsm/satellite/door.h"
#include "itsm/satellite/satellite_json.h"
#include "server/http/actor.h"

/* ---- the register ---- */

static enum hn_code list(struct http_ctx *c, struct hn_err *e)
{
    struct satellite_filter f = {0};
    struct satellite_record *v;
    struct http_page p;
    struct hn_jw *w;
    size_t n, shown;

    if (http_page_of(c, &p, e) != HN_OK)
        return e->code;
    f.q = p.q;
    f.after = p.cursor;
    f.limit = p.limit + 1;
    if (satellite_list(c->db, c->arena, &f, c->now, &v, &n, e) != HN_OK)
        return e->code;
    shown = HN_MIN(n, (size_t)p.limit);
    w = http_items_begin(c);
    for (size_t i = 0; i < shown; i++)
        satellite_json_write(w, &v[i], c->now);
    return http_items_end(c, n > shown ? http_cursor(c->arena, v[shown - 1].id) : NULL, e);
}

/* code: shown this once; NULL. */
static enum hn_code answer(struct http_ctx *c, int status, int64_t id, const char *code,
                           struct hn_err *e)
{
    struct satellite_record r;
    struct hn_jw *w;

    if (satellite_get(c->db, c->arena, id, c->now, &r, e) != HN_OK)
        return e->code;
    w = http_jw(c);
    satellite_json_begin(w, &r, c->now);
    if (code != NULL)
        hn_jw_text(w, "code", code);
    if (code != NULL && door_authority() != NULL)
        hn_jw_text(w, "ca_sha256", pki_ca_cert(door_authority())->sha256);
    hn_jw_end_object(w);
    return http_json(c, status, e);
}

static enum hn_code get(struct http_ctx *c, struct hn_err *e)
{
    int64_t id;

    return http_param_id(c, "id", &id, e) == HN_OK ? answer(c, 200, id, NULL, e) : e->code;
}

static enum hn_code create(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    struct satellite_in in;
    const char *code;
    int64_t id = 0;
    HN_JSON o = NULL;

    if (http_json_body(c, &o, e) != HN_OK || satellite_json_new(o, c->arena, &in, e) != HN_OK ||
        satellite_create(c->db, c->arena, &who, &in, c->now, &id, &code, e) != HN_OK)
        return e->code;
    http_set_header(c, "Location", hn_arena_fmt(c->arena, "/api/v1/satellites/%" PRId64, id));
    return answer(c, 201, id, code, e);
}

static enum hn_code change(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    struct satellite_record r;
    struct satellite_in in;
    HN_JSON o = NULL;
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK || http_json_body(c, &o, e) != HN_OK ||
        satellite_get(c->db, c->arena, id, c->now, &r, e) != HN_OK)
        return e->code;
    in = (struct satellite_in){.segment_id = r.segment_id, .note = r.note};
    if (satellite_json_change(o, c->arena, &in, e) != HN_OK ||
        satellite_change(c->db, c->arena, &who, id, &in, c->now, e) != HN_OK)
        return e->code;
    return answer(c, 200, id, NULL, e);
}

/* The body may be left out. */
static enum hn_code optional_body(struct http_ctx *c, struct json_object **o, struct hn_err *e)
{
    *o = NULL;
    return http_body(c).n == 0 ? HN_OK : http_json_body(c, o, e);
}

static enum hn_code new_code(struct http_ctx *c, struct hn_err *e)
{
    static const char *const fields[] = {"code_minutes", NULL};
    struct actor who = http_actor_of(c);
    int64_t id, minutes = 0;
    const char *code;
    HN_JSON o = NULL;

    if (http_param_id(c, "id", &id, e) != HN_OK || optional_body(c, &o, e) != HN_OK)
        return e->code;
    if (o != NULL) {
        (void)hn_json_i64(o, "code_minutes", HN_OPT, 1, SATELLITE_CODE_LIFE_MAX / HN_MIN_SPAN,
                          &minutes, e);
        if (hn_json_no_others(o, fields, e) != HN_OK)
            return e->code;
    }
    if (satellite_new_code(c->db, c->arena, &who, id, minutes * HN_MIN_SPAN, c->now, &code, e) !=
        HN_OK)
        return e->code;
    return answer(c, 200, id, code, e);
}

static enum hn_code revoke(struct http_ctx *c, struct hn_err *e)
{
    static const char *const fields[] = {"reason", NULL};
    struct actor who = http_actor_of(c);
    const char *reason = NULL;
    HN_JSON o = NULL;
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK || http_json_body(c, &o, e) != HN_OK)
        return e->code;
    (void)hn_json_text(o, "reason", HN_REQ, 1, 500, c->arena, &reason, e);
    if (hn_json_no_others(o, fields, e) != HN_OK ||
        satellite_revoke(c->db, c->arena, &who, id, reason, c->now, e) != HN_OK)
        return e->code;
    return answer(c, 200, id, NULL, e);
}

static enum hn_code certificates(struct http_ctx *c, struct hn_err *e)
{
    struct satellite_certificate *v;
    struct satellite_record r;
    struct hn_jw *w;
    int64_t id;
    size_t n;

    if (http_param_id(c, "id", &id, e) != HN_OK ||
        satellite_get(c->db, c->arena, id, c->now, &r, e) != HN_OK ||
        satellite_certificates(c->db, c->arena, id, &v, &n, e) != HN_OK)
        return e->code;
    w = http_items_begin(c);
    for (size_t i = 0; i < n; i++) {
        hn_jw_object(w, NULL);
        hn_jw_text(w, "sha256", v[i].sha256);
        hn_jw_instant(w, "not_before", v[i].not_before);
        hn_jw_instant(w, "not_after", v[i].not_after);
        hn_jw_instant(w, "issued_at", v[i].issued_at);
        hn_jw_instant(w, "used_at", v[i].used_at);
        hn_jw_instant(w, "ended_at", v[i].ended_at);
        hn_jw_text(w, "end_reason", v[i].end_reason);
        hn_jw_end_object(w);
    }
    return http_items_end(c, NULL, e);
}

/* ---- at the door ---- */

static enum hn_code answer_certificate(struct http_ctx *c, int64_t id, const struct pki_cert *cert,
                                       struct hn_err *e)
{
    struct hn_jw *w = http_jw(c);

    hn_jw_object(w, NULL);
    hn_jw_id(w, "satellite_id", id);
    hn_jw_text(w, "certificate", cert->pem);
    hn_jw_instant(w, "not_after", cert->not_after);
    hn_jw_text(w, "ca", pki_ca_cert(door_authority())->pem);
    hn_jw_end_object(w);
    return http_json(c, 201, e);
}

static enum hn_code need_authority(struct hn_err *e)
{
    return door_authority() != NULL
               ? HN_OK
               : hn_fail(e, HN_E_UNAVAILABLE, "this server has no authority for satellites");
}

static enum hn_code enrol(struct http_ctx *c, struct hn_err *e)
{
    static const char *const fields[] = {"name", "code", "request", NULL};
    struct satellite_enrolment in = {.address = http_client_address(c)};
    int64_t id = 0, retry = 0;
    struct pki_cert cert;
    HN_JSON o = NULL;

    if (need_authority(e) != HN_OK || http_json_body(c, &o, e) != HN_OK)
        return e->code;
    (void)hn_json_text(o, "name", HN_REQ, 1, 60, c->arena, &in.name, e);
    (void)hn_json_text(o, "code", HN_REQ, 1, 60, c->arena, &in.code, e);
    (void)hn_json_text(o, "request", HN_REQ, 1, PKI_PEM_MAX, c->arena, &in.request, e);
    if (hn_json_no_others(o, fields, e) != HN_OK)
        return e->code;
    if (satellite_enrol(c->db, c->arena, door_authority(), &in, c->now, &id, &cert, &retry, e) !=
        HN_OK) {
        if (retry > 0)
            http_set_header(c, "Retry-After", hn_arena_fmt(c->arena, "%lld", (long long)retry));
        return e->code;
    }
    return answer_certificate(c, id, &cert, e);
}

static enum hn_code renew(struct http_ctx *c, struct hn_err *e)
{
    static const char *const fields[] = {"request", NULL};
    const char *request = NULL;
    struct pki_cert cert;
    HN_JSON o = NULL;

    if (need_authority(e) != HN_OK || http_json_body(c, &o, e) != HN_OK)
        return e->code;
    (void)hn_json_text(o, "request", HN_REQ, 1, PKI_PEM_MAX, c->arena, &request, e);
    if (hn_json_no_others(o, fields, e) != HN_OK ||
        satellite_renew(c->db, c->arena, door_authority(), c->satellite_id, request,
                        http_client_address(c), c->now, &cert, e) != HN_OK)
        return e->code;
    return answer_certificate(c, c->satellite_id, &cert, e);
}

static const struct http_route routes[] = {
    {"GET", "/api/v1/satellites", PERM_WATCH_READ, list, 0,
     "Satellites and what was heard of them"},
    {"POST", "/api/v1/satellites", PERM_SETTINGS, create, HTTP_SECRET,
     "Registers a satellite; the answer holds its code, once"},
    {"GET", "/api/v1/satellites/:id", PERM_WATCH_READ, get, 0, "One satellite"},
    {"PATCH", "/api/v1/satellites/:id", PERM_SETTINGS, change, 0, "Changes segment and note"},
    {"POST", "/api/v1/satellites/:id/code", PERM_SETTINGS, new_code, HTTP_SECRET,
     "A new one-time code; those before are void"},
    {"POST", "/api/v1/satellites/:id/revoke", PERM_SETTINGS, revoke, 0,
     "Its certificates are refused from now on"},
    {"GET", "/api/v1/satellites/:id/certificates", PERM_WATCH_READ, certificates, 0,
     "The certificates that it was given"},
    {"POST", "/api/v1/satellite/enrol", PERM_PUBLIC, enrol, HTTP_SATELLITE | HTTP_SECRET,
     "At the satellites' port: a code and a certificate request become a certificate"},
    {"POST", "/api/v1/satellite/certificate", PERM_SATELLITE, renew, HTTP_SATELLITE,
     "At the satellites' port: a new certificate before the old one ends"},
};

const struct hn_module satellite_module = {
    .name = "satellite", .routes = routes, .n_routes = HN_ARRAY_LEN(routes)};
