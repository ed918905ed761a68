/* SPDX-License-Identifier: Apache-2.0 */
/* The form of a planned stop: proposed anew, or changed while it waits. */
#include "itsm/sla/sla.h"
#include "itsm/watch/maintenance.h"
#include "itsm/watch/pages.h"
#include "itsm/watch/stop_words.h"
#include "itsm/watch/windows.h"
#include "server/base/parse.h"
#include "server/http/actor.h"
#include "server/http/form_time.h"

#define SCOPE_MAX 200
#define HOSTS_MAX 3000
#define SERVICES_MAX 1000

static const char *const fields[] = {"title", "from",   "to",   "recurrence",
                                     "until", "reason", "kind", NULL};

/* What is chosen: of the typed form, else of the stop that is changed, else of the address. */
struct chosen {
    struct hn_texts site, host, service;
};

static bool has(struct hn_texts list, const char *id)
{
    for (size_t i = 0; i < list.n; i++)
        if (hn_streq(list.v[i], id))
            return true;
    return false;
}

static void add_option(struct tpl_val *list, const char *value, const char *label,
                       struct hn_texts on)
{
    struct tpl_val *m = tpl_push_map(list);

    tpl_set_str(m, "value", value);
    tpl_set_str(m, "label", label);
    tpl_set_bool(m, "selected", has(on, value));
}

static enum hn_code add_choices(struct http_ctx *c, struct tpl_val *view, const struct chosen *on,
                                struct hn_err *e)
{
    struct tpl_val *sites = tpl_set_list(view, "sites");
    struct tpl_val *hosts = tpl_set_list(view, "hosts");
    struct tpl_val *services = tpl_set_list(view, "services");
    struct overview_filter f = {.sort = "site", .limit = HOSTS_MAX};
    const struct overview_choice *s = NULL;
    const struct overview_host *h = NULL;
    const struct service_row *v = NULL;
    size_t n_s = 0;
    size_t n_h = 0;
    size_t n_v = 0;

    if (overview_site_choices(c->db, c->arena, &s, &n_s, e) != HN_OK ||
        overview_hosts(c->db, c->arena, &f, &h, &n_h, e) != HN_OK ||
        service_list(c->db, c->arena, NULL, 0, SERVICES_MAX, &v, &n_v, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n_s; i++)
        add_option(sites, s[i].value, s[i].label, on->site);
    for (size_t i = 0; i < n_h; i++)
        add_option(hosts, hn_arena_fmt(c->arena, "%" PRId64, h[i].id),
                   hn_arena_fmt(c->arena, "%s %s (%s)",
                                h[i].site_name == NULL ? "" : h[i].site_name,
                                h[i].label == NULL ? h[i].name : h[i].label, h[i].address),
                   on->host);
    for (size_t i = 0; i < n_v; i++)
        add_option(services, hn_arena_fmt(c->arena, "%" PRId64, v[i].id), v[i].name, on->service);
    return HN_OK;
}

static enum hn_code show(struct http_ctx *c, int64_t id, struct tpl_val *view,
                         const struct chosen *on, const struct hn_err *why, struct hn_err *e)
{
    struct tpl_val *crumbs = NULL;

    if (add_choices(c, view, on, e) != HN_OK)
        return e->code;
    if (why != NULL) {
        http_view_form(c, view, fields);
        http_view_error(view, c->arena, why);
    } else {
        tpl_set_str(view, "error", NULL);
        (void)tpl_set_map(view, "errors");
    }
    page_crumb(&crumbs, view, hn_tr("Planned stops"), "/maintenances");
    tpl_set_str(view, "action",
                id == 0 ? "/maintenances"
                        : hn_arena_fmt(c->arena, "/maintenances/%" PRId64 "/edit", id));
    tpl_set_str(view, "title",
                id == 0 ? hn_tr("Propose a planned stop") : hn_tr("Change the planned stop"));
    return http_page_status(c, why == NULL ? 200 : hn_code_http_status(why->code),
                            "page/maintenance_form.html", view, e);
}

static struct hn_texts one(struct http_ctx *c, const char *name)
{
    const char **v = hn_arena_make(c->arena, const char *, 1);

    v[0] = http_query(c, name);
    return (struct hn_texts){v, v[0] == NULL || *v[0] == '\0' ? 0 : 1};
}

enum hn_code maintenance_new_page(struct http_ctx *c, struct hn_err *e)
{
    struct tpl_val *view = http_view(c);
    struct tpl_val *form = tpl_set_map(view, "form");
    struct chosen on = {one(c, "site_id"), one(c, "host_id"), one(c, "service_id")};
    hn_instant from = (c->now / HN_HOUR + 1) * HN_HOUR;

    for (size_t i = 0; fields[i] != NULL; i++)
        tpl_set_str(form, fields[i], "");
    tpl_set_str(form, "from", form_local(c->arena, from));
    tpl_set_str(form, "to", form_local(c->arena, from + HN_HOUR));
    tpl_set_str(form, "kind", "own");
    return show(c, 0, view, &on, NULL, e);
}

/* ---- reading ---- */

/* "[{"site_id": 1}, …]" of the chosen ids; every id is a number that the act checks again. */
static enum hn_code read_scope(struct http_ctx *c, const struct chosen *on, const char **out,
                               struct hn_err *e)
{
    const struct {
        const char *key;
        struct hn_texts ids;
    } parts[] = {{"site_id", on->site}, {"host_id", on->host}, {"service_id", on->service}};
    struct hn_sbuf b;
    struct hn_jw w;
    size_t n = 0;

    hn_sbuf_init(&b, c->arena, (size_t)16 * 1024);
    hn_jw_init(&w, &b);
    hn_jw_array(&w, NULL);
    for (size_t k = 0; k < HN_ARRAY_LEN(parts); k++)
        for (size_t i = 0; i < parts[k].ids.n; i++, n++) {
            int64_t id = 0;

            if (hn_parse_i64(parts[k].ids.v[i], "scope", 1, INT64_MAX, &id, e) != HN_OK)
                return e->code;
            hn_jw_object(&w, NULL);
            hn_jw_i64(&w, parts[k].key, id);
            hn_jw_end_object(&w);
        }
    hn_jw_end_array(&w);
    if (n == 0)
        return hn_fail_field(e, "scope", "choose at least one site, device or service");
    if (n > SCOPE_MAX)
        return hn_fail_field(e, "scope", "choose at most %d", SCOPE_MAX);
    return hn_sbuf_done(&b, out, e);
}

static const char *text(struct http_ctx *c, const char *name, size_t min, size_t max,
                        struct hn_err *e)
{
    const char *s = http_form(c, name);
    size_t n = s == NULL ? 0 : hn_utf8_len(s);

    if (n < min)
        (void)hn_fail_field(e, name, "enter this");
    else if (n > max)
        (void)hn_fail_field(e, name, "must be at most %d characters", (int)max);
    return n == 0 ? NULL : s;
}

static enum hn_code read_form(struct http_ctx *c, const struct chosen *on,
                              struct maintenance_new *in, struct hn_err *e)
{
    const char *choice = http_form(c, "recurrence");
    hn_instant until = HN_UNSET;

    *in = (struct maintenance_new){.from = HN_UNSET, .to = HN_UNSET};
    in->title = text(c, "title", 1, 200, e);
    in->reason = text(c, "reason", 0, 2000, e);
    (void)form_instant(c, "from", HN_REQ, &in->from, e);
    (void)form_instant(c, "to", HN_REQ, &in->to, e);
    (void)form_instant(c, "until", HN_OPT, &until, e);
    in->kind = http_form(c, "kind");
    if (in->kind == NULL || (!hn_streq(in->kind, "own") && !hn_streq(in->kind, "cloud_update")))
        in->kind = "own";
    if (in->from != HN_UNSET && choice != NULL && *choice != '\0')
        in->recurrence = strncmp(choice, "FREQ=", 5) == 0
                             ? choice
                             : stop_rule(c->arena, choice, in->from, until);
    (void)read_scope(c, on, &in->scope, e);
    return e->code;
}

static struct chosen of_form(struct http_ctx *c)
{
    return (struct chosen){http_form_all(c, "site_id"), http_form_all(c, "host_id"),
                           http_form_all(c, "service_id")};
}

enum hn_code maintenance_create_page(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    struct chosen on = of_form(c);
    struct maintenance_new in;
    struct hn_err why = {0};
    int64_t id = 0;

    if (read_form(c, &on, &in, &why) != HN_OK ||
        maintenance_create(c->db, c->arena, &who, &in, c->now, &id, &why) != HN_OK) {
        if (why.code == HN_E_INVALID)
            return show(c, 0, http_view(c), &on, &why, e);
        *e = why;
        return e->code;
    }
    http_flash(c, hn_tr("The planned stop was proposed. It counts when the ward has approved it."));
    return http_redirect(c, hn_arena_fmt(c->arena, "/maintenances/%" PRId64, id), e);
}

/* ---- changing one that waits ---- */

static enum hn_code of_stop(struct http_ctx *c, const struct maintenance_row *r, struct chosen *on,
                            struct hn_err *e)
{
    const struct window_target *t = NULL;
    size_t n = 0;
    struct hn_texts *parts[] = {&on->site, &on->host, &on->service};
    static const char *const kinds[] = {"site", "host", "service"};

    if (windows_scope(c->db, c->arena, r->scope, &t, &n, e) != HN_OK)
        return e->code;
    for (size_t k = 0; k < HN_ARRAY_LEN(parts); k++) {
        const char **v = hn_arena_make(c->arena, const char *, n);
        size_t m = 0;

        for (size_t i = 0; i < n; i++)
            if (hn_streq(t[i].kind, kinds[k]))
                v[m++] = hn_arena_fmt(c->arena, "%" PRId64, t[i].id);
        *parts[k] = (struct hn_texts){v, m};
    }
    return HN_OK;
}

enum hn_code maintenance_edit_page(struct http_ctx *c, struct hn_err *e)
{
    struct tpl_val *view = http_view(c);
    struct tpl_val *form = tpl_set_map(view, "form");
    struct maintenance_row r;
    struct chosen on;
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK ||
        maintenance_get(c->db, c->arena, id, &r, e) != HN_OK || of_stop(c, &r, &on, e) != HN_OK)
        return e->code;
    if (!hn_streq(r.state, "proposed"))
        return hn_fail(e, HN_E_CONFLICT, "this has been decided already");
    tpl_set_str(form, "title", r.title);
    tpl_set_str(form, "from", form_local(c->arena, r.from_at));
    tpl_set_str(form, "to", form_local(c->arena, r.to_at));
    tpl_set_str(form, "recurrence", r.recurrence == NULL ? "" : r.recurrence);
    tpl_set_str(form, "until", "");
    tpl_set_str(form, "reason", r.reason == NULL ? "" : r.reason);
    tpl_set_str(form, "kind", r.kind);
    tpl_set_str(view, "as_written", r.recurrence);
    tpl_set_str(view, "as_words", stop_rule_words(c->arena, r.recurrence));
    tpl_set_i64(view, "version", r.version);
    return show(c, id, view, &on, NULL, e);
}

enum hn_code maintenance_save_page(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    struct chosen on = of_form(c);
    struct maintenance_new in;
    struct hn_err why = {0};
    const char *version = http_form(c, "version");
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK)
        return e->code;
    if (read_form(c, &on, &in, &why) != HN_OK ||
        hn_parse_i64(version == NULL ? "" : version, "version", 1, INT64_MAX, &in.seen_version,
                     &why) != HN_OK ||
        maintenance_change(c->db, c->arena, &who, id, &in, c->now, &why) != HN_OK) {
        if (why.code == HN_E_INVALID) {
            struct tpl_val *view = http_view(c);

            tpl_set_str(view, "version", version == NULL ? "" : version);
            return show(c, id, view, &on, &why, e);
        }
        *e = why;
        return e->code;
    }
    http_flash(c, hn_tr("The planned stop was changed."));
    return http_redirect(c, hn_arena_fmt(c->arena, "/maintenances/%" PRId64, id), e);
}
