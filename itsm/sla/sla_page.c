/* SPDX-License-Identifier: Apache-2.0 */
/* sla_page.c — the month's SLAs in one list, and the routes and rail entries of the SLA pages. */
#include "itsm/sla/sla_pages.h"

#include "server/http/list_view.h"

#define SLAS_MAX 2000
#define OFFSET_MAX 100000
#define ROWS 25 /* unless the address says otherwise: each is computed from its rows */
#define FIGURES_BYTES_MAX ((size_t)4 * 1024 * 1024)

/* One line: the definition, its service's kind, and the figures once they have been computed. */
struct line {
    const struct sla_row *sla;
    const char *kind;
    struct sla_shown s;
};

static const struct http_choice states[] = {
    {"missed", HN_N("Missed")},
    {"undecided", HN_N("Undecided")},
    {"met", HN_N("Met")},
    {"reference", HN_N("Reference only")},
    {"pending", HN_N("Exclusion being decided")},
};

static int by_name(const void *x, const void *y)
{
    return strcmp(((const struct line *)x)->sla->service_name,
                  ((const struct line *)y)->sla->service_name);
}

/* Parts up to their denominators; those without one come last. */
static double part(const struct line *l)
{
    int64_t den = l->s.planned_s - l->s.excluded_s;

    if (!hn_streq(l->sla->metric, "availability"))
        return l->s.n == 0 ? 2 : (double)l->s.good / (double)l->s.n;
    return den <= 0 ? 2 : 1 - (double)l->s.downtime_s / (double)den;
}

static int by_value(const void *x, const void *y)
{
    double a = part(x);
    double b = part(y);

    return (a > b) - (a < b);
}

static int by_downtime(const void *x, const void *y)
{
    int64_t a = ((const struct line *)x)->s.downtime_s;
    int64_t b = ((const struct line *)y)->s.downtime_s;

    return (a > b) - (a < b);
}

static int64_t left(const struct line *l)
{
    return l->s.year_cap_s < 0 ? INT64_MAX : l->s.year_left_s;
}

static int by_left(const void *x, const void *y)
{
    return (left(x) > left(y)) - (left(x) < left(y));
}

static const struct {
    const char *key;
    int (*compare)(const void *, const void *);
} sorts[] = {{"name", by_name}, {"value", by_value}, {"downtime", by_downtime}, {"left", by_left}};

static enum hn_code figures(struct http_ctx *c, struct line *l, struct hn_month month,
                            struct hn_err *e)
{
    const char *text = NULL;
    struct hn_sbuf b;

    hn_sbuf_init(&b, c->arena, FIGURES_BYTES_MAX);
    if (sla_result_json(c->db, c->arena, l->sla->id, month, false, c->now, &b, e) != HN_OK ||
        hn_sbuf_done(&b, &text, e) != HN_OK)
        return e->code;
    return sla_shown_read(text, c->arena, &l->s, e);
}

static bool in_state(const struct line *l, const char *state)
{
    if (hn_streq(state, "pending"))
        return l->s.pending > 0;
    return hn_streq(sla_shown_state(&l->s), state);
}

static const char *filter(struct http_ctx *c, const char *name)
{
    const char *v = http_query(c, name);

    return v == NULL || *v == '\0' ? NULL : v;
}

/* The definitions that the keyword, kind and metric leave. */
static enum hn_code choose(struct http_ctx *c, const char *q, struct line **out, size_t *n,
                           struct hn_err *e)
{
    const char *kind = filter(c, "kind");
    const char *metric = filter(c, "metric");
    const struct sla_row *slas = NULL;
    const struct service_row *services = NULL;
    size_t n_slas = 0;
    size_t n_services = 0;

    if (sla_list(c->db, c->arena, 0, 0, SLAS_MAX, &slas, &n_slas, e) != HN_OK ||
        service_list(c->db, c->arena, NULL, 0, SLAS_MAX, &services, &n_services, e) != HN_OK)
        return e->code;
    *out = hn_arena_make(c->arena, struct line, n_slas);
    *n = 0;
    for (size_t i = 0; i < n_slas; i++) {
        struct line l = {.sla = &slas[i], .kind = "service"};

        for (size_t k = 0; k < n_services; k++)
            if (services[k].id == slas[i].service_id)
                l.kind = services[k].kind;
        if ((q != NULL && strstr(slas[i].service_name, q) == NULL) ||
            (kind != NULL && !hn_streq(kind, l.kind)) ||
            (metric != NULL && !hn_streq(metric, slas[i].metric)))
            continue;
        (*out)[(*n)++] = l;
    }
    return HN_OK;
}

/* With a state or an order by figures all lines are computed, else only those shown. */
static enum hn_code arrange(struct http_ctx *c, const struct http_page *p, struct hn_month month,
                            struct line *l, size_t *n, struct hn_err *e)
{
    const char *state = filter(c, "state");
    const char *key = p->sort == NULL ? NULL : p->sort + (p->sort[0] == '-' ? 1 : 0);
    size_t kept = 0;

    for (size_t i = 0; i < *n; i++) {
        if ((state != NULL || key != NULL) && figures(c, &l[i], month, e) != HN_OK)
            return e->code;
        if (state == NULL || in_state(&l[i], state))
            l[kept++] = l[i];
    }
    *n = kept;
    for (size_t i = 0; i < HN_ARRAY_LEN(sorts) && key != NULL; i++)
        if (hn_streq(sorts[i].key, key))
            qsort(l, *n, sizeof(*l), sorts[i].compare);
    for (size_t i = 0; key != NULL && p->sort[0] == '-' && i < *n / 2; i++) {
        struct line t = l[i];

        l[i] = l[*n - 1 - i];
        l[*n - 1 - i] = t;
    }
    return HN_OK;
}

static void put_line(struct http_ctx *c, struct tpl_val *list, const struct line *l)
{
    struct tpl_val *m = tpl_push_map(list);

    tpl_set_i64(m, "id", l->sla->id);
    tpl_set_str(m, "service", l->sla->service_name);
    tpl_set_str(m, "name", sla_name_says_service(l->sla) ? NULL : l->sla->name);
    tpl_set_str(m, "metric", l->sla->metric);
    tpl_set_str(m, "metric_label", sla_metric_label(l->sla->metric));
    tpl_set_str(m, "kind", sla_kind_label(l->kind));
    sla_shown_put(m, c->arena, &l->s);
}

static struct tpl_val *put_list(struct http_ctx *c, struct tpl_val *view, int64_t next)
{
    struct http_choice state[HN_ARRAY_LEN(states)];
    struct http_choice kind[4];
    struct http_choice metric[6];

    for (size_t i = 0; i < HN_ARRAY_LEN(states); i++)
        state[i] = (struct http_choice){states[i].value, hn_tr(states[i].label)};
    for (size_t i = 0; i < HN_ARRAY_LEN(kind); i++)
        kind[i] = (struct http_choice){sla_kind_words[i], sla_kind_label(sla_kind_words[i])};
    for (size_t i = 0; i < HN_ARRAY_LEN(metric); i++)
        metric[i] =
            (struct http_choice){sla_metric_words[i], sla_metric_label(sla_metric_words[i])};
    const struct http_filter filters[] = {
        {"state", hn_tr("State"), state, HN_ARRAY_LEN(state), NULL},
        {"kind", hn_tr("Kind"), kind, HN_ARRAY_LEN(kind), NULL},
        {"metric", hn_tr("Metric"), metric, HN_ARRAY_LEN(metric), NULL},
        {"month", hn_tr("Target month"), NULL, 0, NULL},
    };
    return http_view_list(c, view, filters, HN_ARRAY_LEN(filters), next);
}

enum hn_code sla_page_list(struct http_ctx *c, struct hn_err *e)
{
    struct hn_month month = hn_month_of(c->now);
    struct tpl_val *view = http_view(c);
    struct tpl_val *rows = tpl_set_list(view, "lines");
    struct tpl_val *list;
    struct http_page p;
    struct line *l = NULL;
    int64_t edition = 0;
    size_t n = 0;
    size_t end;

    if (http_page_of(c, &p, e) != HN_OK || http_query_month(c, "month", &month, e) != HN_OK)
        return e->code;
    if (filter(c, "limit") == NULL)
        p.limit = ROWS;
    if (hn_month_from(month) > c->now)
        return hn_fail_field(e, "month", "has not begun yet");
    if (p.cursor < 0 || p.cursor > OFFSET_MAX)
        return hn_fail_field(e, "cursor", "is not one that this list gave");
    if (choose(c, p.q, &l, &n, e) != HN_OK || arrange(c, &p, month, l, &n, e) != HN_OK)
        return e->code;
    end = HN_MIN(n, (size_t)(p.cursor + p.limit));
    for (size_t i = (size_t)p.cursor; i < end; i++) {
        if (l[i].s.target == NULL && figures(c, &l[i], month, e) != HN_OK)
            return e->code;
        edition = HN_MAX(edition, l[i].s.edition);
        put_line(c, rows, &l[i]);
    }
    list = put_list(c, view, end < n ? (int64_t)end : 0);
    tpl_set_i64(list, "total", (int64_t)n);
    sla_put_month(c, view, month);
    tpl_set_i64(view, "edition", edition);
    tpl_set_instant(view, "as_of", HN_MIN(c->now, hn_month_to(month)));
    tpl_set_bool(view, "may_edit", http_may(c, PERM_SLA_EDIT));
    tpl_set_bool(view, "may_report", http_may(c, PERM_REPORT_READ));
    tpl_set_str(view, "title", hn_tr("SLA achievement"));
    return http_page(c, "page/sla/list.html", view, e);
}

static const struct http_route routes[] = {
    {"GET", "/sla", PERM_SLA_READ, sla_page_list, 0, "SLAs of a month"},
    {"GET", "/sla/new", PERM_SLA_EDIT, sla_page_new, 0, "Form of an SLA"},
    {"POST", "/sla", PERM_SLA_EDIT, sla_page_create, 0, "Define an SLA"},
    {"GET", "/sla/:id/edit", PERM_SLA_EDIT, sla_page_edit, 0, "Form of its next version"},
    {"POST", "/sla/:id", PERM_SLA_EDIT, sla_page_change, 0, "A new version"},
    {"GET", "/services", PERM_SLA_READ, service_page_list, 0, "Services"},
    {"GET", "/services/new", PERM_SLA_EDIT, service_page_new, 0, "Form of a service"},
    {"POST", "/services", PERM_SLA_EDIT, service_page_create, 0, "Define a service"},
    {"GET", "/services/:id", PERM_SLA_READ, service_page_show, 0, "One service"},
    {"GET", "/services/:id/edit", PERM_SLA_EDIT, service_page_edit, 0, "Form of its next version"},
    {"POST", "/services/:id", PERM_SLA_EDIT, service_page_change, 0, "A new version"},
    {"POST", "/services/:id/approve", PERM_APPROVE_WARD, service_page_approve, 0,
     "Approve the newest version"},
    {"GET", "/sla/:id", PERM_SLA_READ, sla_page_show, 0, "What made a month's figures"},
    {"POST", "/sla/:id/approve", PERM_APPROVE_WARD, sla_page_approve, 0, "Approve a definition"},
    {"POST", "/sla/:id/gaps", PERM_OUTAGE_EDIT, sla_page_gap, 0, "Propose what a gap was"},
    {"POST", "/sla/:id/gaps/:gap", PERM_OUTAGE_APPROVE, sla_page_gap_decide, 0, "Decide on it"},
    {"GET", "/outages", PERM_SLA_READ, outage_page_list, 0, "Outages"},
    {"GET", "/outages/new", PERM_OUTAGE_EDIT, outage_page_new, 0, "Form of an outage by hand"},
    {"POST", "/outages", PERM_OUTAGE_EDIT, outage_page_record, 0, "Record one by hand"},
    {"GET", "/outages/:id", PERM_SLA_READ, outage_page_show, 0, "One outage"},
    {"POST", "/outages/:id/correct", PERM_OUTAGE_EDIT, outage_page_correct, 0,
     "Propose a correction"},
    {"POST", "/outages/:id/decide", PERM_OUTAGE_APPROVE, outage_page_decide, 0, "Decide on it"},
    {"GET", "/exclusions", PERM_SLA_READ, exclusion_page_list, 0, "Exclusions"},
    {"GET", "/exclusions/new", PERM_EXCLUSION_PROPOSE, exclusion_page_new, 0,
     "Form of an exclusion"},
    {"POST", "/exclusions", PERM_EXCLUSION_PROPOSE, exclusion_page_propose, 0, "Propose one"},
    {"GET", "/exclusions/:id", PERM_SLA_READ, exclusion_page_show, 0, "One exclusion"},
    {"POST", "/exclusions/:id/decide", PERM_APPROVE_WARD, exclusion_page_decide, 0, "Decide on it"},
};
static const struct hn_nav nav[] = {
    {HN_N("SLA"), HN_N("SLA achievement"), "/sla", PERM_SLA_READ, 60},
    {HN_N("SLA"), HN_N("Outages"), "/outages", PERM_SLA_READ, 61},
    {HN_N("SLA"), HN_N("Exclusions"), "/exclusions", PERM_SLA_READ, 62},
    {HN_N("SLA"), HN_N("Services"), "/services", PERM_SLA_READ, 63},
};

const struct hn_module sla_pages_module = {.name = "sla_pages",
                                           .routes = routes,
                                           .n_routes = HN_ARRAY_LEN(routes),
                                           .nav = nav,
                                           .n_nav = HN_ARRAY_LEN(nav)};
