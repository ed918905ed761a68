/* SPDX-License-Identifier: Apache-2.0 */
/* service_page.c — services with their rules in words, and the forms of services and SLA
 * definitions. */
#include "itsm/sla/sla_pages.h"

#include "itsm/watch/overview.h"
#include "itsm/ticket/view.h"
#include "server/base/parse.h"
#include "server/http/actor.h"
#include "server/http/list_view.h"

#define CALENDARS_MAX 1000

static const char *const service_names[] = {"name",       "kind",    "owner", "rule",
                                            "valid_from", "version", NULL};
static const char *const sla_names[] = {"service_id",  "metric",     "name",    "calendar_id",
                                        "target",      "year_cap",   "start",   "cap_first_year",
                                        "maintenance", "valid_from", "version", NULL};
static const char *const cap_words[] = {"pro_rata", "full", NULL};
static const char *const maintenance_words[] = {"excluded", "counted", NULL};

static bool is_users(enum hn_code r)
{
    return r == HN_E_INVALID || r == HN_E_FORBIDDEN || r == HN_E_CONFLICT || r == HN_E_MALFORMED;
}

static const char *id_text(struct hn_arena *a, int64_t id)
{
    return id == 0 ? "" : hn_arena_fmt(a, "%" PRId64, id);
}

/* The rule as a map, and under "checks" the names of the checks that it names. */
static enum hn_code put_rule(struct http_ctx *c, struct tpl_val *m, const struct service_row *s,
                             struct hn_err *e)
{
    struct tpl_val *names = tpl_set_map(m, "checks");
    struct tpl_val *rule = NULL;

    tpl_set_str(m, "rule_text", s->rule);
    if (s->rule == NULL) {
        tpl_set(m, "rule", tpl_none(c->arena));
        return HN_OK;
    }
    if (tpl_from_json(c->arena, s->rule, strlen(s->rule), &rule, e) != HN_OK)
        return hn_ctx(e, "rule of service %" PRId64, s->id);
    tpl_set(m, "rule", rule);
    for (size_t i = 0; i < s->check_ids.n; i++) {
        const struct overview_check *k = NULL;
        size_t n = 0;

        if (overview_checks(c->db, c->arena, 0, s->check_ids.v[i], &k, &n, e) != HN_OK)
            return e->code;
        if (n > 0)
            tpl_set_str(names, id_text(c->arena, s->check_ids.v[i]),
                        hn_arena_fmt(c->arena, "%s %s", k->host_name, k->name));
    }
    return HN_OK;
}

static enum hn_code put_service(struct http_ctx *c, struct tpl_val *m, const struct service_row *s,
                                struct hn_err *e)
{
    tpl_set_i64(m, "id", s->id);
    tpl_set_str(m, "name", s->name);
    tpl_set_str(m, "kind", s->kind);
    tpl_set_str(m, "kind_label", sla_kind_label(s->kind));
    tpl_set_i64(m, "site_id", s->site_id);
    tpl_set_str(m, "owner", s->owner);
    tpl_set_i64(m, "n_checks", (int64_t)s->check_ids.n);
    sla_put_approval(c, m, s->version, s->valid_from, s->created_by, s->created_at, s->approved_by,
                     s->approved_at);
    return put_rule(c, m, s, e);
}

enum hn_code service_page_list(struct http_ctx *c, struct hn_err *e)
{
    const struct service_row *rows = NULL;
    struct tpl_val *view = http_view(c);
    struct tpl_val *list = tpl_set_list(view, "rows");
    struct http_page p;
    size_t n = 0;
    size_t shown;

    if (http_page_of(c, &p, e) != HN_OK ||
        service_list(c->db, c->arena, p.q, p.cursor, p.limit + 1, &rows, &n, e) != HN_OK)
        return e->code;
    shown = HN_MIN(n, (size_t)p.limit);
    for (size_t i = 0; i < shown; i++)
        if (put_service(c, tpl_push_map(list), &rows[i], e) != HN_OK)
            return e->code;
    list = http_view_list(c, view, NULL, 0, n > shown ? rows[shown - 1].id : 0);
    tpl_set_i64(list, "shown", (int64_t)shown);
    tpl_set_bool(view, "may_edit", http_may(c, PERM_SLA_EDIT));
    tpl_set_str(view, "title", hn_tr("Services"));
    return http_page(c, "page/sla/services.html", view, e);
}

static enum hn_code show(struct http_ctx *c, int64_t id, const struct hn_err *why, struct hn_err *e)
{
    const struct service_row *versions = NULL;
    const struct sla_row *slas = NULL;
    struct tpl_val *view = http_view(c);
    struct tpl_val *list = tpl_set_list(view, "versions");
    struct tpl_val *crumbs = NULL;
    struct ticket_filter f = TICKET_FILTER_ANY;
    struct service_row s;
    bool more = false;
    size_t n = 0;

    f.service_id = id;
    f.open = 1;
    f.limit = 10;
    if (service_get(c->db, c->arena, id, &s, e) != HN_OK ||
        ticket_view_brief(c, view, "tickets", &f, &more, e) != HN_OK ||
        service_versions(c->db, c->arena, id, &versions, &n, e) != HN_OK ||
        put_service(c, tpl_set_map(view, "s"), &s, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++)
        if (put_service(c, tpl_push_map(list), &versions[i], e) != HN_OK)
            return e->code;
    list = tpl_set_list(view, "slas");
    if (sla_list(c->db, c->arena, id, 0, 100, &slas, &n, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++) {
        struct tpl_val *m = tpl_push_map(list);
        char text[SLA_TEXT_MAX];

        tpl_set_i64(m, "id", slas[i].id);
        tpl_set_str(m, "metric", sla_metric_label(slas[i].metric));
        tpl_set_str(m, "name", slas[i].name);
        tpl_set_str(m, "calendar", slas[i].calendar_name);
        tpl_set_str(m, "target",
                    hn_arena_strdup(c->arena,
                                    sla_target_text((struct sla_target){slas[i].target_e6}, text)));
        tpl_set_bool(m, "approved", slas[i].approved_at != HN_UNSET);
    }
    http_view_crumb(view, &crumbs, hn_tr("Services"), "/services");
    tpl_set_bool(view, "tickets_more", more);
    tpl_set_str(view, "title", s.name);
    tpl_set_bool(view, "may_edit", http_may(c, PERM_SLA_EDIT));
    tpl_set_bool(view, "may_approve", http_may(c, PERM_APPROVE_WARD));
    if (why == NULL)
        http_view_clean(c, view);
    else
        http_view_error(view, c->arena, why);
    return http_page_status(c, why == NULL ? 200 : hn_code_http_status(why->code),
                            "page/sla/service.html", view, e);
}

enum hn_code service_page_show(struct http_ctx *c, struct hn_err *e)
{
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK)
        return e->code;
    return show(c, id, NULL, e);
}

enum hn_code service_page_approve(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    struct hn_err why = {0};
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK)
        return e->code;
    if (service_approve(c->db, c->arena, &who, id, c->now, &why) == HN_OK) {
        http_flash(c, hn_tr("The definition was approved."));
        return http_redirect(c, hn_arena_fmt(c->arena, "/services/%" PRId64, id), e);
    }
    if (is_users(why.code))
        return show(c, id, &why, e);
    *e = why;
    return e->code;
}

static enum hn_code service_form(struct http_ctx *c, int64_t id, const struct hn_err *why,
                                 struct hn_err *e)
{
    struct tpl_val *view = http_view(c);
    struct tpl_val *kinds = tpl_set_list(view, "kinds");
    struct tpl_val *crumbs = NULL;
    struct tpl_val *f;
    struct service_row s = {.kind = "service"};

    if (id != 0 && service_get(c->db, c->arena, id, &s, e) != HN_OK)
        return e->code;
    for (int i = 0; sla_kind_words[i] != NULL; i++)
        http_view_choice(kinds, sla_kind_words[i], sla_kind_label(sla_kind_words[i]));
    http_view_crumb(view, &crumbs, hn_tr("Services"), "/services");
    tpl_set_i64(view, "id", id);
    tpl_set_str(view, "title",
                hn_tr(id == 0 ? HN_N("Define a service") : HN_N("New version of the service")));
    if (why != NULL) {
        http_view_form(c, view, service_names);
        http_view_error(view, c->arena, why);
        return http_page_status(c, hn_code_http_status(why->code), "page/sla/service_form.html",
                                view, e);
    }
    f = tpl_set_map(view, "form");
    tpl_set_str(f, "name", s.name == NULL ? "" : s.name);
    tpl_set_str(f, "kind", s.kind);
    tpl_set_str(f, "owner", s.owner == NULL ? "" : s.owner);
    tpl_set_str(f, "rule", s.rule == NULL ? "" : s.rule);
    tpl_set_str(f, "valid_from", "");
    tpl_set_str(f, "version", id_text(c->arena, s.version));
    http_view_clean(c, view);
    return http_page(c, "page/sla/service_form.html", view, e);
}

enum hn_code service_page_new(struct http_ctx *c, struct hn_err *e)
{
    return service_form(c, 0, NULL, e);
}

enum hn_code service_page_edit(struct http_ctx *c, struct hn_err *e)
{
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK)
        return e->code;
    return service_form(c, id, NULL, e);
}

/* "rule.all[1].check: …" stands at the field "rule", with its place in the words. */
static void place_errors(struct hn_err *why)
{
    for (size_t i = 0; i < why->n_fields; i++) {
        struct hn_err_field *f = &why->field[i];
        char text[sizeof(f->message)];

        if (strncmp(f->field, "rule.", 5) != 0)
            continue;
        (void)snprintf(text, sizeof(text), "%.70s: %.160s", f->field + 5, f->message);
        (void)snprintf(f->message, sizeof(f->message), "%.239s", text);
        f->field[4] = '\0';
    }
}

static enum hn_code save_service(struct http_ctx *c, int64_t id, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    struct service_new in = {.valid_from = HN_UNSET, .has_rule = true};
    struct hn_err why = {0};
    enum hn_code r;

    http_form_words(c, "name", HN_REQ, 200, &in.name, &why);
    http_form_word(c, "kind", HN_OPT, sla_kind_words, &in.kind, &why);
    http_form_words(c, "owner", HN_OPT, 200, &in.owner, &why);
    http_form_words(c, "rule", HN_OPT, 60000, &in.rule, &why);
    http_form_local(c, "valid_from", HN_OPT, &in.valid_from, &why);
    http_form_i64(c, "version", HN_OPT, 1, INT64_MAX, &in.seen_version, &why);
    r = why.code;
    if (r == HN_OK)
        r = id == 0 ? service_create(c->db, c->arena, &who, &in, c->now, &id, &why)
                    : service_change(c->db, c->arena, &who, id, &in, c->now, &why);
    if (r == HN_OK) {
        http_flash(c, hn_tr("The service was saved. It waits for the approval of ward IT."));
        return http_redirect(c, hn_arena_fmt(c->arena, "/services/%" PRId64, id), e);
    }
    if (r == HN_E_MALFORMED && why.n_fields == 0) /* the rule is no JSON: said at the rule */
        (void)hn_fail_field(&why, "rule", "cannot be read as JSON");
    place_errors(&why);
    if (is_users(r))
        return service_form(c, id, &why, e);
    *e = why;
    return r;
}

enum hn_code service_page_create(struct http_ctx *c, struct hn_err *e)
{
    return save_service(c, 0, e);
}

enum hn_code service_page_change(struct http_ctx *c, struct hn_err *e)
{
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK)
        return e->code;
    return save_service(c, id, e);
}

/* ---- SLA definitions ---- */

static enum hn_code put_choices(struct http_ctx *c, struct tpl_val *view, struct hn_err *e)
{
    const struct calendar_row *rows = NULL;
    struct tpl_val *list = tpl_set_list(view, "calendars");
    size_t n = 0;

    if (calendars_list(c->db, c->arena, NULL, 0, CALENDARS_MAX, &rows, &n, e) != HN_OK ||
        sla_put_services(c, view, "services", e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++)
        http_view_choice(list, id_text(c->arena, rows[i].id), rows[i].name);
    list = tpl_set_list(view, "metrics");
    for (int i = 0; sla_metric_words[i] != NULL; i++)
        http_view_choice(list, sla_metric_words[i], sla_metric_label(sla_metric_words[i]));
    list = tpl_set_list(view, "cap_words");
    http_view_choice(list, "pro_rata", hn_tr("By the days in operation"));
    http_view_choice(list, "full", hn_tr("The whole cap"));
    list = tpl_set_list(view, "maintenance_words");
    http_view_choice(list, "excluded", hn_tr("Planned stops are not counted as downtime"));
    http_view_choice(list, "counted", hn_tr("Planned stops are counted as downtime"));
    return HN_OK;
}

static enum hn_code sla_form(struct http_ctx *c, int64_t id, const struct hn_err *why,
                             struct hn_err *e)
{
    struct tpl_val *view = http_view(c);
    struct tpl_val *crumbs = NULL;
    struct tpl_val *f;
    struct sla_row s = {.metric = "availability",
                        .target_text = "",
                        .start_at = HN_UNSET,
                        .cap_first_year = "pro_rata",
                        .maintenance = "excluded"};

    if ((id != 0 && sla_get(c->db, c->arena, id, &s, e) != HN_OK) ||
        put_choices(c, view, e) != HN_OK)
        return e->code;
    http_view_crumb(view, &crumbs, hn_tr("SLA achievement"), "/sla");
    tpl_set_i64(view, "id", id);
    tpl_set_str(view, "title",
                hn_tr(id == 0 ? HN_N("Define an SLA") : HN_N("New version of the SLA")));
    if (why != NULL) {
        http_view_form(c, view, sla_names);
        http_view_error(view, c->arena, why);
        return http_page_status(c, hn_code_http_status(why->code), "page/sla/sla_form.html", view,
                                e);
    }
    f = tpl_set_map(view, "form");
    tpl_set_str(f, "service_id",
                s.service_id != 0                  ? id_text(c->arena, s.service_id)
                : http_query(c, "service") != NULL ? http_query(c, "service")
                                                   : "");
    tpl_set_str(f, "metric", s.metric);
    tpl_set_str(f, "name", s.name == NULL ? "" : s.name);
    tpl_set_str(f, "calendar_id", id_text(c->arena, s.calendar_id));
    tpl_set_str(f, "target", s.target_text);
    tpl_set_str(f, "year_cap", s.year_cap_s > 0 ? sla_hms_text(c->arena, s.year_cap_s) : "");
    tpl_set_str(f, "start", http_local_text(c->arena, s.start_at));
    tpl_set_str(f, "cap_first_year", s.cap_first_year);
    tpl_set_str(f, "maintenance", s.maintenance);
    tpl_set_str(f, "valid_from", "");
    tpl_set_str(f, "version", id_text(c->arena, s.version));
    http_view_clean(c, view);
    return http_page(c, "page/sla/sla_form.html", view, e);
}

enum hn_code sla_page_new(struct http_ctx *c, struct hn_err *e)
{
    return sla_form(c, 0, NULL, e);
}

enum hn_code sla_page_edit(struct http_ctx *c, struct hn_err *e)
{
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK)
        return e->code;
    return sla_form(c, id, NULL, e);
}

/* "2:54:00" as seconds. */
static void read_cap(struct http_ctx *c, int64_t *out, struct hn_err *e)
{
    const char *v = http_form_text(c, "year_cap");
    int64_t part[3] = {0, 0, 0};
    struct hn_err own = {0};
    size_t k = 0;

    if (*v == '\0')
        return;
    for (; k < 3 && own.code == HN_OK; k++) {
        size_t n = strcspn(v, ":");

        if (hn_parse_i64(hn_arena_strndup(c->arena, v, n), "year_cap", 0, k == 0 ? 8784 : 59,
                         &part[k], &own) != HN_OK ||
            v[n] == '\0') {
            k++;
            v += n;
            break;
        }
        v += n + 1;
    }
    *out = part[0] * 3600 + part[1] * 60 + part[2];
    if (own.code != HN_OK || k < 2 || *v != '\0' || *out == 0)
        (void)hn_fail_field(e, "year_cap", "must be hours, minutes and seconds such as 2:54:00");
}

static enum hn_code save_sla(struct http_ctx *c, int64_t id, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    struct sla_new in = {.valid_from = HN_UNSET, .start_at = HN_UNSET};
    struct sla_target target = {0};
    struct hn_err why = {0};
    enum hn_code r;

    http_form_i64(c, "service_id", HN_REQ, 1, INT64_MAX, &in.service_id, &why);
    http_form_word(c, "metric", HN_REQ, sla_metric_words, &in.metric, &why);
    http_form_words(c, "name", HN_OPT, 200, &in.name, &why);
    http_form_i64(c, "calendar_id", HN_REQ, 1, INT64_MAX, &in.calendar_id, &why);
    http_form_words(c, "target", HN_REQ, 20, &in.target_text, &why);
    if (in.target_text != NULL &&
        sla_target_parse(in.target_text, "target", &target, &why) == HN_OK)
        in.target_e6 = target.e6;
    read_cap(c, &in.year_cap_s, &why);
    http_form_local(c, "start", HN_OPT, &in.start_at, &why);
    http_form_word(c, "cap_first_year", HN_OPT, cap_words, &in.cap_first_year, &why);
    http_form_word(c, "maintenance", HN_OPT, maintenance_words, &in.maintenance, &why);
    http_form_local(c, "valid_from", HN_OPT, &in.valid_from, &why);
    http_form_i64(c, "version", HN_OPT, 1, INT64_MAX, &in.seen_version, &why);
    r = why.code;
    if (r == HN_OK)
        r = id == 0 ? sla_create(c->db, c->arena, &who, &in, c->now, &id, &why)
                    : sla_change(c->db, c->arena, &who, id, &in, c->now, &why);
    if (r == HN_OK) {
        http_flash(c, hn_tr("The SLA was saved. It waits for the approval of ward IT."));
        return http_redirect(c, hn_arena_fmt(c->arena, "/sla/%" PRId64 "#definitions", id), e);
    }
    if (is_users(r))
        return sla_form(c, id, &why, e);
    *e = why;
    return r;
}

enum hn_code sla_page_create(struct http_ctx *c, struct hn_err *e)
{
    return save_sla(c, 0, e);
}

enum hn_code sla_page_change(struct http_ctx *c, struct hn_err *e)
{
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK)
        return e->code;
    return save_sla(c, id, e);
}
