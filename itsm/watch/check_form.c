/* SPDX-License-Identifier: Apache-2.0 */
/* The form of a check: its kind decides which fields it has. Limits are rows of metric, warning and
 * critical; what a script put into params beside the form's own fields is kept. */
#include "itsm/watch/charts.h"
#include "itsm/watch/metrics.h"
#include "itsm/watch/pages.h"
#include "itsm/watch/target.h"
#include "server/http/actor.h"
#include "server/http/form_read.h"

#include <math.h>
#include <stdlib.h>

#define LIMIT_ROWS 6
#define NUMBER_MAX 40

/* kind, parameter, msgid, type of its field: t text, n number, b yes or no */
#define CHECK_PARAMS(X)                                                                            \
    X("icmp", "count", HN_N("Echoes a probe"), 'n')                                                \
    X("icmp", "size", HN_N("Size (bytes)"), 'n')                                                   \
    X("tcp", "port", HN_N("Port"), 'n')                                                            \
    X("tcp", "send", HN_N("Text sent"), 't')                                                       \
    X("tcp", "expect", HN_N("Expected answer"), 't')                                               \
    X("http", "url", HN_N("Address (URL)"), 't')                                                   \
    X("http", "expect_status", HN_N("Expected status"), 'n')                                       \
    X("http", "contains", HN_N("Expected text"), 't')                                              \
    X("http", "verify_tls", HN_N("Verify the certificate"), 'b')                                   \
    X("http", "follow", HN_N("Follow redirects"), 'b')                                             \
    X("snmp", "profile", HN_N("Profile"), 'p')
static const struct {
    const char *kind;
    const char *name;
    const char *label;
    char type;
} params[] = {
#define X(k, n, l, t) {k, n, l, t},
    CHECK_PARAMS(X)
#undef X
};

/* What each kind measures: offered for limits. */
static const struct {
    const char *kind;
    const char *metric;
} measured[] = {
    {"icmp", "rtt"},
    {"icmp", "loss"},
    {"tcp", "connect"},
    {"tcp", "response"},
    {"http", "total"},
    {"http", "dns"},
    {"http", "connect"},
    {"http", "tls"},
    {"http", "first_byte"},
    {"http", "certificate_days"},
    {"snmp", "in_use"},
    {"snmp", "out_use"},
    {"snmp", "in_errors"},
    {"snmp", "out_errors"},
    {"snmp", "hrProcessorLoad"},
    {"snmp", "hrStorageUsed"},
    {"snmp", "prtMarkerSuppliesLevel"},
    {"snmp", "prtInputCurrentLevel"},
    {"snmp", "upsEstimatedMinutesRemaining"},
    {"snmp", "upsEstimatedChargeRemaining"},
    {"snmp", "upsOutputPercentLoad"},
    {"snmp", "upsBatteryTemperature"},
    {"snmp", "temperature"},
    {"snmp", "humidity"},
};

static const char *const fields[] = {
    "name",       "kind",        "monitoring", "interval_s", "retry_interval_s",
    "attempts_n", "attempts_of", "timeout_s",  "sla_flag",   "liveness",
    "enabled",    "version",     NULL};

static const char *number(struct hn_arena *a, double v)
{
    return isnan(v) ? "" : hn_arena_fmt(a, "%.10g", v);
}

/* ---- what the form shows ---- */

/* typed: the form came back; else the value of the check's params. */
static void add_params(struct http_ctx *c, struct tpl_val *view, const char *kind, const char *json,
                       bool typed)
{
    struct tpl_val *list = tpl_set_list(view, "params");

    for (size_t i = 0; i < HN_ARRAY_LEN(params); i++) {
        const char *name = hn_arena_fmt(c->arena, "p_%s", params[i].name);
        const char *value;
        struct tpl_val *m;

        if (!hn_streq(params[i].kind, kind))
            continue;
        value = typed ? http_form_text(c, name) : charts_param(c->arena, json, params[i].name);
        m = tpl_push_map(list);
        tpl_set_str(m, "name", name);
        tpl_set_str(m, "label", hn_tr(params[i].label));
        tpl_set_str(m, "type",
                    params[i].type == 't'   ? "text"
                    : params[i].type == 'n' ? "number"
                    : params[i].type == 'b' ? "flag"
                                            : "profile");
        tpl_set_str(m, "value",
                    value == NULL ? (params[i].type == 'b' && !typed ? "true" : "") : value);
    }
}

static void add_metrics(struct http_ctx *c, struct tpl_val *view, const char *kind)
{
    struct tpl_val *list = tpl_set_list(view, "metrics");

    for (size_t i = 0; i < HN_ARRAY_LEN(measured); i++)
        if (hn_streq(measured[i].kind, kind))
            http_view_choice(list, measured[i].metric, metric_label(c->arena, measured[i].metric));
}

static void add_limit(struct tpl_val *list, const char *metric, const char *warning,
                      const char *critical, bool below)
{
    struct tpl_val *m = tpl_push_map(list);

    tpl_set_str(m, "metric", metric);
    tpl_set_str(m, "warning", warning);
    tpl_set_str(m, "critical", critical);
    tpl_set_str(m, "direction", below ? "below" : "above");
}

static void add_limits(struct http_ctx *c, struct tpl_val *view, const char *json, bool typed)
{
    struct tpl_val *list = tpl_set_list(view, "limits");
    const struct chart_limit *l = NULL;
    size_t n = 0;

    if (!typed)
        charts_limits(c->arena, json, &l, &n);
    for (size_t i = 0; i < HN_MAX((size_t)LIMIT_ROWS, n + 2); i++) {
        if (typed && i >= LIMIT_ROWS)
            break;
        if (typed)
            add_limit(
                list, http_form_text(c, hn_arena_fmt(c->arena, "l%zu_metric", i)),
                http_form_text(c, hn_arena_fmt(c->arena, "l%zu_warning", i)),
                http_form_text(c, hn_arena_fmt(c->arena, "l%zu_critical", i)),
                hn_streq(http_form_text(c, hn_arena_fmt(c->arena, "l%zu_direction", i)), "below"));
        else if (i < n)
            add_limit(list, l[i].metric, number(c->arena, l[i].warning),
                      number(c->arena, l[i].critical), l[i].below);
        else if (i < LIMIT_ROWS)
            add_limit(list, "", "", "", false);
    }
}

struct shown {
    int64_t id; /* 0: a new one */
    int64_t host_id;
    const char *kind;
    const char *params, *thresholds;
};

static enum hn_code show(struct http_ctx *c, const struct shown *s, struct tpl_val *view,
                         const struct hn_err *why, struct hn_err *e)
{
    struct tpl_val *crumbs = NULL;
    struct host_record h;

    if (host_get(c->db, c->arena, s->host_id, &h, e) != HN_OK)
        return e->code;
    if (why != NULL) {
        http_view_form(c, view, fields);
        http_view_error(view, c->arena, why);
    } else {
        http_view_clean(c, view);
    }
    add_params(c, view, s->kind, s->params, why != NULL);
    add_limits(c, view, s->thresholds, why != NULL);
    add_metrics(c, view, s->kind);
    overview_words(c, view);
    http_view_crumb(view, &crumbs, hn_tr("Devices"), "/hosts");
    http_view_crumb(view, &crumbs, h.label == NULL ? h.name : h.label,
                    hn_arena_fmt(c->arena, "/hosts/%" PRId64, h.id));
    tpl_set_i64(view, "id", s->id);
    tpl_set_i64(view, "host_id", s->host_id);
    tpl_set_str(view, "kind", s->kind);
    tpl_set_str(view, "action",
                s->id == 0 ? hn_arena_fmt(c->arena, "/hosts/%" PRId64 "/checks", s->host_id)
                           : hn_arena_fmt(c->arena, "/checks/%" PRId64 "/edit", s->id));
    tpl_set_str(view, "title", s->id == 0 ? hn_tr("Add a check") : hn_tr("Change the check"));
    return http_page_status(c, why == NULL ? 200 : hn_code_http_status(why->code),
                            "page/check_form.html", view, e);
}

static void fill(struct http_ctx *c, struct tpl_val *view, const struct check_in *k,
                 const char *name)
{
    struct tpl_val *form = tpl_set_map(view, "form");

    tpl_set_str(form, "name", name);
    tpl_set_str(form, "kind", k->kind);
    tpl_set_str(form, "monitoring", k->monitoring);
    tpl_set_i64(form, "interval_s", k->interval_s);
    tpl_set_i64(form, "retry_interval_s", k->retry_interval_s);
    tpl_set_i64(form, "attempts_n", k->attempts_n);
    tpl_set_i64(form, "attempts_of", k->attempts_of);
    tpl_set_str(form, "timeout_s", number(c->arena, k->timeout_s));
    tpl_set_str(form, "sla_flag", k->sla_flag ? "1" : "");
    tpl_set_str(form, "liveness", k->liveness ? "1" : "");
    tpl_set_str(form, "enabled", k->enabled ? "1" : "");
    tpl_set_i64(form, "version", k->version);
}

static const char *kind_of(const char *word)
{
    for (size_t i = 0; target_kinds[i] != NULL; i++)
        if (word != NULL && hn_streq(target_kinds[i], word))
            return target_kinds[i];
    return NULL;
}

enum hn_code check_new_page(struct http_ctx *c, struct hn_err *e)
{
    struct tpl_val *view = http_view(c);
    const char *kind = kind_of(http_query(c, "kind"));
    struct shown s = {.kind = kind == NULL ? "" : kind, .params = "{}", .thresholds = "{}"};
    struct check_in in;

    if (http_param_id(c, "id", &s.host_id, e) != HN_OK)
        return e->code;
    in = check_in_new(s.kind);
    fill(c, view, &in, "");
    return show(c, &s, view, NULL, e);
}

static struct check_in of_record(const struct check_record *k)
{
    return (struct check_in){.host_id = k->host_id,
                             .name = k->name,
                             .kind = k->kind,
                             .monitoring = k->monitoring,
                             .interval_s = k->interval_s,
                             .retry_interval_s = k->retry_interval_s,
                             .attempts_n = k->attempts_n,
                             .attempts_of = k->attempts_of,
                             .timeout_s = k->timeout_s,
                             .params = k->params,
                             .thresholds = k->thresholds,
                             .liveness = k->liveness,
                             .sla_flag = k->sla_flag,
                             .enabled = k->enabled,
                             .version = k->version};
}

enum hn_code check_edit_page(struct http_ctx *c, struct hn_err *e)
{
    struct tpl_val *view = http_view(c);
    struct check_record k;
    struct check_in in;
    struct shown s = {0};

    if (http_param_id(c, "id", &s.id, e) != HN_OK ||
        check_get(c->db, c->arena, s.id, &k, e) != HN_OK)
        return e->code;
    in = of_record(&k);
    s = (struct shown){k.id, k.host_id, k.kind, k.params, k.thresholds};
    fill(c, view, &in, k.name);
    return show(c, &s, view, NULL, e);
}

/* ---- reading ---- */

static double read_number(struct http_ctx *c, const char *name, struct hn_err *e)
{
    const char *s = http_form_text(c, name);
    char *end = NULL;
    double v = 0;

    if (*s == '\0')
        return NAN;
    if (strlen(s) <= NUMBER_MAX)
        v = strtod(s, &end);
    if (end == NULL || *end != '\0' || !isfinite(v)) {
        (void)hn_fail_field(e, name, "must be a number");
        return NAN;
    }
    return v;
}

static const char *read_limits(struct http_ctx *c, struct hn_err *e)
{
    struct hn_sbuf b;
    struct hn_jw w;

    hn_sbuf_init(&b, c->arena, (size_t)64 * 1024);
    hn_jw_init(&w, &b);
    hn_jw_object(&w, NULL);
    for (size_t i = 0; i < LIMIT_ROWS; i++) {
        const char *metric = http_form_text(c, hn_arena_fmt(c->arena, "l%zu_metric", i));
        double warning = read_number(c, hn_arena_fmt(c->arena, "l%zu_warning", i), e);
        double critical = read_number(c, hn_arena_fmt(c->arena, "l%zu_critical", i), e);

        if (*metric == '\0' || (isnan(warning) && isnan(critical)))
            continue;
        if (strlen(metric) > 120) {
            (void)hn_fail_field(e, hn_arena_fmt(c->arena, "l%zu_metric", i),
                                "must be at most %d characters", 120);
            continue;
        }
        hn_jw_object(&w, metric);
        if (!isnan(warning))
            hn_jw_f64(&w, "warning", warning);
        if (!isnan(critical))
            hn_jw_f64(&w, "critical", critical);
        if (hn_streq(http_form_text(c, hn_arena_fmt(c->arena, "l%zu_direction", i)), "below"))
            hn_jw_text(&w, "direction", "below");
        hn_jw_end_object(&w);
    }
    hn_jw_end_object(&w);
    return hn_sbuf_text(&b);
}

static void write_param(struct http_ctx *c, struct hn_jw *w, size_t i, struct hn_err *e)
{
    const char *name = hn_arena_fmt(c->arena, "p_%s", params[i].name);
    const char *text = NULL;
    int64_t n = 0;

    switch (params[i].type) {
    case 'n':
        http_form_i64(c, name, HN_OPT, 0, 1000000, &n, e);
        if (*http_form_text(c, name) != '\0')
            hn_jw_i64(w, params[i].name, n);
        break;
    case 'b': hn_jw_bool(w, params[i].name, *http_form_text(c, name) != '\0'); break;
    default:
        http_form_words(c, name, HN_OPT, 1000, &text, e);
        if (text != NULL)
            hn_jw_text(w, params[i].name, text);
    }
}

/* The form's own parameters; others of the old JSON stay. */
static const char *read_params(struct http_ctx *c, const char *kind, const char *old,
                               struct hn_err *e)
{
    const char *const *own;
    const char **names = hn_arena_make(c->arena, const char *, HN_ARRAY_LEN(params) + 1);
    struct hn_sbuf b;
    struct hn_jw w;
    size_t n = 0;

    for (size_t i = 0; i < HN_ARRAY_LEN(params); i++)
        if (hn_streq(params[i].kind, kind))
            names[n++] = params[i].name;
    own = names;
    hn_sbuf_init(&b, c->arena, (size_t)64 * 1024);
    hn_jw_init(&w, &b);
    hn_jw_object(&w, NULL);
    for (size_t i = 0; i < HN_ARRAY_LEN(params); i++)
        if (hn_streq(params[i].kind, kind))
            write_param(c, &w, i, e);
    charts_params_rest(old, own, &w);
    hn_jw_end_object(&w);
    return hn_sbuf_text(&b);
}

static void read_check(struct http_ctx *c, struct check_in *in, struct hn_err *e)
{
    double timeout;

    http_form_words(c, "name", HN_REQ, 100, &in->name, e);
    http_form_word(c, "monitoring", HN_OPT, target_monitoring, &in->monitoring, e);
    http_form_i64(c, "interval_s", HN_REQ, 1, 86400, &in->interval_s, e);
    in->retry_interval_s = in->interval_s;
    http_form_i64(c, "retry_interval_s", HN_OPT, 1, 86400, &in->retry_interval_s, e);
    http_form_i64(c, "attempts_n", HN_REQ, 1, 60, &in->attempts_n, e);
    in->attempts_of = in->attempts_n;
    http_form_i64(c, "attempts_of", HN_OPT, 1, 60, &in->attempts_of, e);
    if (in->attempts_of < in->attempts_n)
        (void)hn_fail_field(e, "attempts_of", "must not be less than the number of failures");
    timeout = read_number(c, "timeout_s", e);
    if (isnan(timeout) || timeout < 0.001 || timeout > 300)
        (void)hn_fail_field(e, "timeout_s", "must be a number from 0.001 to 300");
    else
        in->timeout_s = timeout;
    in->params = read_params(c, in->kind, in->params, e);
    in->thresholds = read_limits(c, e);
    in->liveness = *http_form_text(c, "liveness") != '\0';
    in->sla_flag = *http_form_text(c, "sla_flag") != '\0';
    in->enabled = *http_form_text(c, "enabled") != '\0';
}

enum hn_code check_create_page(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    const char *kind = kind_of(http_form(c, "kind"));
    struct shown s = {.kind = kind, .params = "{}", .thresholds = "{}"};
    struct check_in in;
    struct hn_err why = {0};
    int64_t id = 0;

    if (http_param_id(c, "id", &s.host_id, e) != HN_OK)
        return e->code;
    if (kind == NULL)
        return hn_fail_field(e, "kind", "unknown kind of check");
    in = check_in_new(kind);
    in.host_id = s.host_id;
    read_check(c, &in, &why);
    if (why.code == HN_OK && check_save(c->db, c->arena, &who, &id, &in, c->now, &why) == HN_OK) {
        http_flash(c, hn_arena_fmt(c->arena, hn_tr("The check %s was added."), in.name));
        return http_redirect(c, hn_arena_fmt(c->arena, "/checks/%" PRId64, id), e);
    }
    if (why.code == HN_E_INVALID || why.code == HN_E_CONFLICT)
        return show(c, &s, http_view(c), &why, e);
    *e = why;
    return e->code;
}

enum hn_code check_save_page(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    struct check_record k;
    struct check_in in;
    struct hn_err why = {0};
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK || check_get(c->db, c->arena, id, &k, e) != HN_OK)
        return e->code;
    in = of_record(&k);
    read_check(c, &in, &why);
    http_form_i64(c, "version", HN_REQ, 1, INT64_MAX, &in.version, &why);
    if (why.code == HN_OK && check_save(c->db, c->arena, &who, &id, &in, c->now, &why) == HN_OK) {
        http_flash(c, hn_tr("The check was changed."));
        return http_redirect(c, hn_arena_fmt(c->arena, "/checks/%" PRId64, id), e);
    }
    if (why.code == HN_E_INVALID || why.code == HN_E_CONFLICT) {
        struct shown s = {k.id, k.host_id, k.kind, k.params, k.thresholds};

        return show(c, &s, http_view(c), &why, e);
    }
    *e = why;
    return e->code;
}

enum hn_code check_delete_page(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    struct check_record k;
    int64_t version = 0;
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK || check_get(c->db, c->arena, id, &k, e) != HN_OK)
        return e->code;
    http_form_i64(c, "version", HN_REQ, 1, INT64_MAX, &version, e);
    if (e->code != HN_OK || check_delete(c->db, c->arena, &who, id, version, c->now, e) != HN_OK)
        return e->code;
    http_flash(c, hn_tr("The check was deleted."));
    return http_redirect(c, hn_arena_fmt(c->arena, "/hosts/%" PRId64, k.host_id), e);
}
