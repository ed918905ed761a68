/* SPDX-License-Identifier: Apache-2.0 */
/* The register and the events as downloads: CSV, XLSX, JSON, with the lists' own filters. */
#include "itsm/event/event.h"
#include "itsm/watch/overview.h"
#include "itsm/watch/target_api.h"
#include "server/http/table.h"

#define PAGE 1000

/* Words are the API's in JSON, the user's in what people open. */
struct word {
    const char *word, *msgid;
};
#define X(w, m) {w, m},
static const struct word classes[] = {WATCH_CLASSES(X){NULL, NULL}};
static const struct word monitoring[] = {WATCH_MONITORING(X){NULL, NULL}};
static const struct word kinds[] = {WATCH_CHECK_KINDS(X){NULL, NULL}};
static const struct word states[] = {WATCH_STATES(X){NULL, NULL}};
#undef X

struct sheet {
    struct http_table *t;
    bool words; /* JSON */
};

static void put_word(struct sheet *s, const struct word *list, const char *word)
{
    for (; !s->words && word != NULL && list->word != NULL; list++)
        if (hn_streq(list->word, word)) {
            word = hn_tr(list->msgid);
            break;
        }
    http_table_text(s->t, word);
}

static void put_id(struct sheet *s, int64_t id)
{
    if (id == 0)
        http_table_none(s->t);
    else
        http_table_i64(s->t, id);
}

static void put_yes(struct sheet *s, bool yes)
{
    http_table_text(s->t, s->words ? (yes ? "true" : "false") : yes ? hn_tr("Yes") : hn_tr("No"));
}

static void put_site(struct sheet *s, const struct site_record *r)
{
    http_table_i64(s->t, r->id);
    http_table_text(s->t, r->code);
    http_table_text(s->t, r->name);
    http_table_text(s->t, r->address);
    http_table_text(s->t, r->kind);
    http_table_i64(s->t, r->importance);
    http_table_i64(s->t, r->terminals);
}

static void put_host(struct sheet *s, const struct host_record *r)
{
    http_table_i64(s->t, r->id);
    http_table_text(s->t, r->name);
    http_table_text(s->t, r->label);
    http_table_text(s->t, r->address);
    put_word(s, classes, r->class);
    http_table_text(s->t, r->site_code);
    http_table_text(s->t, r->site_name);
    http_table_text(s->t, r->segment);
    http_table_text(s->t, r->segment_name);
    http_table_text(s->t, r->system_name);
    http_table_text(s->t, r->owner);
    http_table_i64(s->t, r->importance);
    http_table_text(s->t, r->probe);
    http_table_i64(s->t, r->n_checks);
    put_word(s, states, r->state);
    http_table_instant(s->t, r->state_since);
    put_yes(s, r->enabled);
}

static void put_check(struct sheet *s, const struct check_record *r)
{
    http_table_i64(s->t, r->id);
    http_table_i64(s->t, r->host_id);
    http_table_text(s->t, r->host_name);
    http_table_text(s->t, r->name);
    put_word(s, kinds, r->kind);
    put_word(s, monitoring, r->monitoring);
    http_table_i64(s->t, r->interval_s);
    http_table_i64(s->t, r->retry_interval_s);
    http_table_i64(s->t, r->attempts_n);
    http_table_i64(s->t, r->attempts_of);
    put_yes(s, r->sla_flag);
    put_yes(s, r->enabled);
    put_word(s, states, r->state);
    http_table_instant(s->t, r->state_since);
    http_table_instant(s->t, r->last_at);
    http_table_text(s->t, r->output);
}

/* One page after another, each in the request's arena; HTTP_TABLE_ROWS_MAX rows at most. */
#define SHEET(fn, T, list, put, name, title, ...)                                                  \
    static enum hn_code fn(struct http_ctx *c, struct hn_err *e)                                   \
    {                                                                                              \
        const char *format = http_param(c, "format");                                              \
        const struct http_table_col cols[] = {__VA_ARGS__};                                        \
        struct sheet s = {.words = hn_streq(format, "json")};                                      \
        struct target_filter f;                                                                    \
        size_t total = 0, n = PAGE;                                                                \
                                                                                                   \
        if (target_api_filter(c, &f, e) != HN_OK)                                                  \
            return e->code;                                                                        \
        f.after = 0;                                                                               \
        f.limit = PAGE;                                                                            \
        s.t = http_table_begin(c, name, title, format, cols, HN_ARRAY_LEN(cols), e);               \
        if (s.t == NULL)                                                                           \
            return e->code;                                                                        \
        for (; n == PAGE && total < HTTP_TABLE_ROWS_MAX; total += n) {                             \
            struct T *v = NULL;                                                                    \
                                                                                                   \
            if (list(c->db, c->arena, &f, &v, &n, e) != HN_OK) {                                   \
                http_table_drop(s.t);                                                              \
                return e->code;                                                                    \
            }                                                                                      \
            for (size_t i = 0; i < n; i++) {                                                       \
                put(&s, &v[i]);                                                                    \
                http_table_end_row(s.t);                                                           \
            }                                                                                      \
            f.after = n == 0 ? 0 : v[n - 1].id;                                                    \
        }                                                                                          \
        return http_table_send(s.t, e);                                                            \
    }

SHEET(export_sites, site_record, site_list, put_site, "sites", hn_tr("Sites"),
      {"id", hn_tr("ID"), 8}, {"code", hn_tr("Code"), 10}, {"name", hn_tr("Name"), 36},
      {"address", hn_tr("Address of the place"), 40}, {"kind", hn_tr("Kind"), 14},
      {"importance", hn_tr("Importance"), 8}, {"terminals", hn_tr("Number of terminals"), 8})
SHEET(export_hosts, host_record, host_list, put_host, "hosts", hn_tr("Devices"),
      {"id", hn_tr("ID"), 8}, {"name", hn_tr("Device name"), 24}, {"label", hn_tr("Label"), 30},
      {"address", hn_tr("Address"), 18}, {"class", hn_tr("Class"), 14},
      {"site", hn_tr("Site code"), 10}, {"site_name", hn_tr("Site"), 30},
      {"segment", hn_tr("Segment code"), 10}, {"segment_name", hn_tr("Segment"), 24},
      {"system", hn_tr("System"), 24}, {"owner", hn_tr("Kept by"), 20},
      {"importance", hn_tr("Importance"), 8}, {"probe", hn_tr("Probe"), 10},
      {"checks", hn_tr("Checks"), 8}, {"state", hn_tr("State"), 10},
      {"state_since", hn_tr("Since"), 20}, {"enabled", hn_tr("Enabled"), 8})
SHEET(export_checks, check_record, check_list, put_check, "checks", hn_tr("Checks"),
      {"id", hn_tr("ID"), 8}, {"host_id", hn_tr("Device ID"), 8}, {"host", hn_tr("Device"), 24},
      {"name", hn_tr("Check"), 24}, {"kind", hn_tr("Kind of check"), 12},
      {"monitoring", hn_tr("Kind of monitoring"), 14}, {"interval_s", hn_tr("Interval (s)"), 10},
      {"retry_interval_s", hn_tr("Retry interval (s)"), 10},
      {"attempts_n", hn_tr("Failures to confirm"), 10}, {"attempts_of", hn_tr("Of the last"), 10},
      {"sla_flag", hn_tr("Counts for the SLA"), 8}, {"enabled", hn_tr("Enabled"), 8},
      {"state", hn_tr("State"), 10}, {"state_since", hn_tr("Since"), 20},
      {"last_at", hn_tr("Last result"), 20}, {"output", hn_tr("Result"), 60})

static void put_event(struct sheet *s, const struct event_view *v)
{
    http_table_i64(s->t, v->id);
    http_table_instant(s->t, v->at);
    http_table_instant(s->t, v->confirmed_at);
    http_table_text(s->t, v->site_name);
    http_table_text(s->t, v->host_name);
    http_table_text(s->t, v->host_label);
    http_table_text(s->t, v->check_name);
    put_word(s, states, v->from_state);
    put_word(s, states, v->to_state);
    http_table_text(s->t, v->output);
    put_id(s, v->outage_s);
    http_table_text(s->t, v->ticket_number);
    put_id(s, v->suppressed_by);
    put_id(s, v->maintenance_id);
    http_table_text(s->t, v->acknowledged_by);
    http_table_instant(s->t, v->acknowledged_at);
}

static enum hn_code export_events(struct http_ctx *c, struct hn_err *e)
{
    const char *format = http_param(c, "format");
    const struct http_table_col cols[] = {{"id", hn_tr("ID"), 8},
                                          {"at", hn_tr("Began at"), 20},
                                          {"confirmed_at", hn_tr("Detected at"), 20},
                                          {"site", hn_tr("Site"), 20},
                                          {"host", hn_tr("Device name"), 24},
                                          {"host_label", hn_tr("Label"), 30},
                                          {"check", hn_tr("Check"), 20},
                                          {"from_state", hn_tr("State before"), 10},
                                          {"to_state", hn_tr("State"), 10},
                                          {"output", hn_tr("Result"), 60},
                                          {"outage_s", hn_tr("Outage (s)"), 10},
                                          {"ticket", hn_tr("Incident"), 14},
                                          {"suppressed_by", hn_tr("Root event"), 10},
                                          {"maintenance_id", hn_tr("Planned stop"), 10},
                                          {"acknowledged_by", hn_tr("Acknowledged by"), 16},
                                          {"acknowledged_at", hn_tr("Acknowledged at"), 20}};
    struct sheet s = {.words = hn_streq(format, "json")};
    struct event_view_filter f;
    size_t total = 0, n = PAGE;

    if (event_api_filter(c, &f, e) != HN_OK)
        return e->code;
    f.before_id = 0;
    f.limit = PAGE;
    s.t = http_table_begin(c, "events", hn_tr("Events"), format, cols, HN_ARRAY_LEN(cols), e);
    if (s.t == NULL)
        return e->code;
    for (; n == PAGE && total < HTTP_TABLE_ROWS_MAX; total += n) {
        const struct event_view *v = NULL;

        if (event_view_list(c->db, c->arena, &f, &v, &n, e) != HN_OK) {
            http_table_drop(s.t);
            return e->code;
        }
        for (size_t i = 0; i < n; i++) {
            put_event(&s, &v[i]);
            http_table_end_row(s.t);
        }
        f.before_id = n == 0 ? 0 : v[n - 1].id;
    }
    return http_table_send(s.t, e);
}

static const struct http_route routes[] = {
    {"GET", "/api/v1/exports/sites.:format", PERM_WATCH_READ, export_sites, 0,
     "Sites as CSV, XLSX or JSON"},
    {"GET", "/api/v1/exports/hosts.:format", PERM_WATCH_READ, export_hosts, 0,
     "Hosts as CSV, XLSX or JSON"},
    {"GET", "/api/v1/exports/checks.:format", PERM_WATCH_READ, export_checks, 0,
     "Checks as CSV, XLSX or JSON"},
    {"GET", "/api/v1/exports/events.:format", PERM_WATCH_READ, export_events, 0,
     "Events as CSV, XLSX or JSON"},
};

const struct hn_module export_module = {
    .name = "export", .routes = routes, .n_routes = HN_ARRAY_LEN(routes)};
