/* SPDX-License-Identifier: Apache-2.0 */
/* JSON routes of the register: sites, hosts, checks, lines, systems. */
#include "itsm/watch/target_api.h"

#include "itsm/watch/target_json.h"
#include "server/http/actor.h"

/* Words of a query parameter are checked, so that a typing error is no empty list. */
static enum hn_code query_word(struct http_ctx *c, const char *name, const char *const *words,
                               const char **out, struct hn_err *e)
{
    const char *v = http_query(c, name);

    if (v == NULL || v[0] == '\0')
        return HN_OK;
    for (size_t i = 0; words[i] != NULL; i++)
        if (hn_streq(words[i], v)) {
            *out = words[i];
            return HN_OK;
        }
    return hn_fail_field(e, name, "unknown word");
}

enum hn_code target_api_filter(struct http_ctx *c, struct target_filter *f, struct hn_err *e)
{
    static const char *const states[] = {"ok",          "warning", "critical", "unknown",
                                         "unreachable", "pending", NULL};
    struct http_page page;

    *f = (struct target_filter){0};
    if (http_page_of(c, &page, e) != HN_OK ||
        http_query_i64(c, "site_id", &f->site_id, e) != HN_OK ||
        http_query_i64(c, "host_id", &f->host_id, e) != HN_OK ||
        http_query_i64(c, "system_id", &f->system_id, e) != HN_OK)
        return e->code;
    (void)query_word(c, "class", target_classes, &f->class, e);
    (void)query_word(c, "kind", target_kinds, &f->kind, e);
    (void)query_word(c, "monitoring", target_monitoring, &f->monitoring, e);
    (void)query_word(c, "state", states, &f->state, e);
    (void)query_word(c, "sort", target_sorts, &f->sort, e);
    if (e->code != HN_OK)
        return e->code;
    f->q = page.q;
    f->segment = http_query(c, "segment");
    f->probe = http_query(c, "probe");
    f->name = http_query(c, "name");
    f->after = page.cursor;
    f->limit = page.limit + 1; /* one more tells whether there is a next page */
    return HN_OK;
}

#define LIST(fn, T, list, write)                                                                   \
    static enum hn_code fn(struct http_ctx *c, struct hn_err *e)                                   \
    {                                                                                              \
        struct target_filter f;                                                                    \
        struct T *v;                                                                               \
        struct hn_jw *w;                                                                           \
        size_t n, shown;                                                                           \
                                                                                                   \
        if (target_api_filter(c, &f, e) != HN_OK || list(c->db, c->arena, &f, &v, &n, e) != HN_OK) \
            return e->code;                                                                        \
        shown = HN_MIN(n, (size_t)f.limit - 1);                                                    \
        w = http_items_begin(c);                                                                   \
        for (size_t i = 0; i < shown; i++)                                                         \
            write(w, NULL, &v[i]);                                                                 \
        return http_items_end(c, n > shown ? http_cursor(c->arena, v[shown - 1].id) : NULL, e);    \
    }
LIST(sites_list, site_record, site_list, target_json_site)
LIST(checks_list, check_record, check_list, target_json_check)
LIST(lines_list, line_record, line_list, target_json_line)
LIST(systems_list, system_record, system_list, target_json_system)

/* The community is for those who configure. */
static void write_host(struct http_ctx *c, struct hn_jw *w, struct host_record *h)
{
    if (!http_may(c, PERM_WATCH_EDIT))
        h->snmp = NULL;
    target_json_host(w, NULL, h);
}

static enum hn_code hosts_list(struct http_ctx *c, struct hn_err *e)
{
    struct target_filter f;
    struct host_record *v;
    struct hn_jw *w;
    size_t n, shown;

    if (target_api_filter(c, &f, e) != HN_OK || host_list(c->db, c->arena, &f, &v, &n, e) != HN_OK)
        return e->code;
    shown = HN_MIN(n, (size_t)f.limit - 1);
    w = http_items_begin(c);
    for (size_t i = 0; i < shown; i++)
        write_host(c, w, &v[i]);
    return http_items_end(c, n > shown ? http_cursor(c->arena, v[shown - 1].id) : NULL, e);
}

/* ---- sites ---- */

static enum hn_code answer_site(struct http_ctx *c, int status, int64_t id, struct hn_err *e)
{
    struct site_record s;

    if (site_get(c->db, c->arena, id, &s, e) != HN_OK)
        return e->code;
    target_json_site(http_jw(c), NULL, &s);
    return http_json(c, status, e);
}

static enum hn_code sites_get(struct http_ctx *c, struct hn_err *e)
{
    int64_t id;

    return http_param_id(c, "id", &id, e) == HN_OK ? answer_site(c, 200, id, e) : e->code;
}

static enum hn_code sites_create(struct http_ctx *c, struct hn_err *e)
{
    struct site_in in = {.importance = 2};
    struct actor who = http_actor_of(c);
    HN_JSON o = NULL;
    int64_t id = 0;

    if (http_json_body(c, &o, e) != HN_OK ||
        target_json_read_site(o, true, c->arena, &in, e) != HN_OK ||
        site_save(c->db, c->arena, &who, &id, &in, c->now, e) != HN_OK)
        return e->code;
    return answer_site(c, 201, id, e);
}

static enum hn_code sites_change(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    struct site_record s;
    HN_JSON o = NULL;
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK || site_get(c->db, c->arena, id, &s, e) != HN_OK ||
        http_json_body(c, &o, e) != HN_OK)
        return e->code;
    struct site_in in = {s.code,       s.name,      s.short_name, s.address, s.kind, s.parent_id,
                         s.importance, s.terminals, s.map_x,      s.map_y,   0};

    if (target_json_read_site(o, false, c->arena, &in, e) != HN_OK ||
        site_save(c->db, c->arena, &who, &id, &in, c->now, e) != HN_OK)
        return e->code;
    return answer_site(c, 200, id, e);
}

typedef enum hn_code delete_fn(struct db *db, struct hn_arena *a, const struct actor *who,
                               int64_t id, int64_t version, hn_instant now, struct hn_err *e);

/* ?version= names the one that was seen; without it the row goes as it is. */
static enum hn_code remove_one(struct http_ctx *c, delete_fn *fn, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    int64_t id, version = 0;

    if (http_param_id(c, "id", &id, e) != HN_OK ||
        http_query_i64(c, "version", &version, e) != HN_OK ||
        fn(c->db, c->arena, &who, id, version, c->now, e) != HN_OK)
        return e->code;
    hn_jw_object(http_jw(c), NULL);
    hn_jw_i64(http_jw(c), "id", id);
    hn_jw_bool(http_jw(c), "deleted", true);
    hn_jw_end_object(http_jw(c));
    return http_json(c, 200, e);
}

static enum hn_code sites_delete(struct http_ctx *c, struct hn_err *e)
{
    return remove_one(c, site_delete, e);
}

/* ---- hosts ---- */

static enum hn_code answer_host(struct http_ctx *c, int status, int64_t id, struct hn_err *e)
{
    struct host_record h;

    if (host_get(c->db, c->arena, id, &h, e) != HN_OK)
        return e->code;
    write_host(c, http_jw(c), &h);
    return http_json(c, status, e);
}

static enum hn_code hosts_get(struct http_ctx *c, struct hn_err *e)
{
    int64_t id;

    return http_param_id(c, "id", &id, e) == HN_OK ? answer_host(c, 200, id, e) : e->code;
}

static enum hn_code hosts_create(struct http_ctx *c, struct hn_err *e)
{
    struct host_in in = host_in_new();
    struct actor who = http_actor_of(c);
    struct check_in *checks = NULL;
    size_t n = 0;
    HN_JSON o = NULL;
    int64_t id = 0;

    if (http_json_body(c, &o, e) != HN_OK ||
        target_json_read_host(o, true, c->arena, &in, &checks, &n, e) != HN_OK ||
        host_save(c->db, c->arena, &who, &id, &in, checks, n, c->now, e) != HN_OK)
        return e->code;
    return answer_host(c, 201, id, e);
}

static enum hn_code hosts_change(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    struct check_in *checks = NULL;
    struct host_record h;
    HN_JSON o = NULL;
    size_t n = 0;
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK || host_get(c->db, c->arena, id, &h, e) != HN_OK ||
        http_json_body(c, &o, e) != HN_OK)
        return e->code;
    struct host_in in = {.name = h.name,
                         .label = h.label,
                         .address = h.address,
                         .site_id = h.site_id,
                         .segment_id = h.segment_id,
                         .system_id = h.system_id,
                         .line_id = h.line_id,
                         .class = h.class,
                         .parents = h.parents,
                         .probe = h.probe,
                         .owner = h.owner,
                         .importance = h.importance,
                         .enabled = h.enabled,
                         .sample = h.sample};

    if (target_json_read_host(o, false, c->arena, &in, &checks, &n, e) != HN_OK ||
        host_save(c->db, c->arena, &who, &id, &in, NULL, 0, c->now, e) != HN_OK)
        return e->code;
    return answer_host(c, 200, id, e);
}

static enum hn_code hosts_delete(struct http_ctx *c, struct hn_err *e)
{
    return remove_one(c, host_delete, e);
}

static enum hn_code hosts_interfaces(struct http_ctx *c, struct hn_err *e)
{
    struct target_interface *v;
    struct host_record h;
    struct hn_jw *w;
    int64_t id;
    size_t n;

    if (http_param_id(c, "id", &id, e) != HN_OK || host_get(c->db, c->arena, id, &h, e) != HN_OK ||
        host_interfaces(c->db, c->arena, id, &v, &n, e) != HN_OK)
        return e->code;
    w = http_items_begin(c);
    for (size_t i = 0; i < n; i++) {
        hn_jw_object(w, NULL);
        hn_jw_i64(w, "if_index", v[i].if_index);
        hn_jw_text(w, "name", v[i].name);
        hn_jw_text(w, "descr", v[i].descr);
        hn_jw_text(w, "alias", v[i].alias);
        hn_jw_text(w, "type", v[i].type);
        hn_jw_text(w, "admin_status", v[i].admin_status);
        hn_jw_text(w, "oper_status", v[i].oper_status);
        hn_jw_id(w, "speed_bps", v[i].speed_bps);
        hn_jw_f64(w, "in_octets", v[i].in_octets);
        hn_jw_f64(w, "out_octets", v[i].out_octets);
        hn_jw_f64(w, "in_bps", v[i].in_bps);
        hn_jw_f64(w, "out_bps", v[i].out_bps);
        hn_jw_id(w, "in_series_id", v[i].in_series);
        hn_jw_id(w, "out_series_id", v[i].out_series);
        hn_jw_instant(w, "at", v[i].at);
        hn_jw_end_object(w);
    }
    return http_items_end(c, NULL, e);
}

static enum hn_code hosts_sensors(struct http_ctx *c, struct hn_err *e)
{
    struct target_sensor *v;
    struct host_record h;
    struct hn_jw *w;
    int64_t id;
    size_t n;

    if (http_param_id(c, "id", &id, e) != HN_OK || host_get(c->db, c->arena, id, &h, e) != HN_OK ||
        host_sensors(c->db, c->arena, id, &v, &n, e) != HN_OK)
        return e->code;
    w = http_items_begin(c);
    for (size_t i = 0; i < n; i++) {
        hn_jw_object(w, NULL);
        hn_jw_text(w, "name", v[i].name);
        hn_jw_text(w, "kind", v[i].kind);
        hn_jw_f64(w, "value", v[i].value);
        hn_jw_text(w, "unit", v[i].unit);
        hn_jw_id(w, "series_id", v[i].series_id);
        hn_jw_i64(w, "check_id", v[i].check_id);
        hn_jw_instant(w, "at", v[i].at);
        hn_jw_end_object(w);
    }
    return http_items_end(c, NULL, e);
}

/* ---- checks ---- */

static enum hn_code answer_check(struct http_ctx *c, int status, int64_t id, struct hn_err *e)
{
    struct check_record k;

    if (check_get(c->db, c->arena, id, &k, e) != HN_OK)
        return e->code;
    target_json_check(http_jw(c), NULL, &k);
    return http_json(c, status, e);
}

static enum hn_code checks_get(struct http_ctx *c, struct hn_err *e)
{
    int64_t id;

    return http_param_id(c, "id", &id, e) == HN_OK ? answer_check(c, 200, id, e) : e->code;
}

static enum hn_code checks_create(struct http_ctx *c, struct hn_err *e)
{
    struct check_in in = check_in_new("passive");
    struct actor who = http_actor_of(c);
    HN_JSON o = NULL;
    int64_t id = 0;

    if (http_json_body(c, &o, e) != HN_OK ||
        target_json_read_check(o, true, c->arena, &in, e) != HN_OK ||
        check_save(c->db, c->arena, &who, &id, &in, c->now, e) != HN_OK)
        return e->code;
    return answer_check(c, 201, id, e);
}

static enum hn_code checks_change(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    struct check_record k;
    HN_JSON o = NULL;
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK || check_get(c->db, c->arena, id, &k, e) != HN_OK ||
        http_json_body(c, &o, e) != HN_OK)
        return e->code;
    struct check_in in = {.host_id = k.host_id,
                          .name = k.name,
                          .kind = k.kind,
                          .monitoring = k.monitoring,
                          .interval_s = k.interval_s,
                          .retry_interval_s = k.retry_interval_s,
                          .attempts_n = k.attempts_n,
                          .attempts_of = k.attempts_of,
                          .timeout_s = k.timeout_s,
                          .params = k.params,
                          .thresholds = k.thresholds,
                          .liveness = k.liveness,
                          .sla_flag = k.sla_flag,
                          .enabled = k.enabled};

    if (target_json_read_check(o, false, c->arena, &in, e) != HN_OK ||
        check_save(c->db, c->arena, &who, &id, &in, c->now, e) != HN_OK)
        return e->code;
    return answer_check(c, 200, id, e);
}

static enum hn_code checks_delete(struct http_ctx *c, struct hn_err *e)
{
    return remove_one(c, check_delete, e);
}

static const struct http_route routes[] = {
    {"GET", "/api/v1/sites", PERM_WATCH_READ, sites_list, 0, "Sites"},
    {"POST", "/api/v1/sites", PERM_WATCH_EDIT, sites_create, 0, "A new site"},
    {"GET", "/api/v1/sites/:id", PERM_WATCH_READ, sites_get, 0, "A site"},
    {"PUT", "/api/v1/sites/:id", PERM_WATCH_EDIT, sites_change, 0, "Changes a site"},
    {"PATCH", "/api/v1/sites/:id", PERM_WATCH_EDIT, sites_change, 0, "Changes a site"},
    {"DELETE", "/api/v1/sites/:id", PERM_WATCH_EDIT, sites_delete, 0, "Deletes a site"},
    {"GET", "/api/v1/lines", PERM_WATCH_READ, lines_list, 0, "Lines"},
    {"GET", "/api/v1/systems", PERM_WATCH_READ, systems_list, 0, "Named business systems"},
    {"GET", "/api/v1/hosts", PERM_WATCH_READ, hosts_list, 0, "Hosts"},
    {"POST", "/api/v1/hosts", PERM_WATCH_EDIT, hosts_create, 0, "A new host, with checks"},
    {"GET", "/api/v1/hosts/:id", PERM_WATCH_READ, hosts_get, 0, "A host"},
    {"PUT", "/api/v1/hosts/:id", PERM_WATCH_EDIT, hosts_change, 0, "Changes a host"},
    {"PATCH", "/api/v1/hosts/:id", PERM_WATCH_EDIT, hosts_change, 0, "Changes a host"},
    {"DELETE", "/api/v1/hosts/:id", PERM_WATCH_EDIT, hosts_delete, 0, "Deletes a host"},
    {"GET", "/api/v1/hosts/:id/interfaces", PERM_WATCH_READ, hosts_interfaces, 0,
     "Interfaces with their newest values"},
    {"GET", "/api/v1/hosts/:id/sensors", PERM_WATCH_READ, hosts_sensors, 0,
     "Sensors with their newest values"},
    {"GET", "/api/v1/checks", PERM_WATCH_READ, checks_list, 0, "Checks"},
    {"POST", "/api/v1/checks", PERM_WATCH_EDIT, checks_create, 0, "A new check"},
    {"GET", "/api/v1/checks/:id", PERM_WATCH_READ, checks_get, 0, "A check"},
    {"PUT", "/api/v1/checks/:id", PERM_WATCH_EDIT, checks_change, 0, "Changes a check"},
    {"PATCH", "/api/v1/checks/:id", PERM_WATCH_EDIT, checks_change, 0, "Changes a check"},
    {"DELETE", "/api/v1/checks/:id", PERM_WATCH_EDIT, checks_delete, 0, "Deletes a check"},
};

const struct hn_module target_module = {
    .name = "target", .routes = routes, .n_routes = HN_ARRAY_LEN(routes)};
