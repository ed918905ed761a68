/* SPDX-License-Identifier: Apache-2.0 */
/* The fault ledger (障害管理台帳, INC-12) with the list's filters. */
#include "itsm/ticket/ledger_store.h"
#include "itsm/ticket/pages.h"

#include "itsm/sla/sla.h"
#include "server/http/table.h"

#define PAGE 1000

/* key, msgid, width */
#define COLUMNS(X)                                                                                 \
    X("number", HN_N("Number"), 13)                                                                \
    X("kind", HN_N("Kind"), 12)                                                                    \
    X("occurred_at", HN_N("Occurrence"), 16)                                                       \
    X("detected_at", HN_N("Detection"), 16)                                                        \
    X("received_at", HN_N("Reception"), 16)                                                        \
    X("source", HN_N("Source"), 10)                                                                \
    X("requester", HN_N("Requester"), 18)                                                          \
    X("service", HN_N("System (service)"), 20)                                                     \
    X("system", HN_N("Individual system"), 20)                                                     \
    X("site", HN_N("Site"), 16)                                                                    \
    X("segment", HN_N("Network segment"), 16)                                                      \
    X("title", HN_N("Title"), 32)                                                                  \
    X("description", HN_N("Content"), 40)                                                          \
    X("impact", HN_N("Severity (impact)"), 8)                                                      \
    X("urgency", HN_N("Urgency"), 8)                                                               \
    X("priority", HN_N("Priority"), 8)                                                             \
    X("scope", HN_N("Scope of effect"), 30)                                                        \
    X("business_impact", HN_N("Business impact"), 24)                                              \
    X("temporary_measure", HN_N("Temporary measure"), 24)                                          \
    X("cause", HN_N("Cause"), 30)                                                                  \
    X("cause_class", HN_N("Class of cause"), 12)                                                   \
    X("resolution", HN_N("Resolution"), 30)                                                        \
    X("permanent_measure", HN_N("Permanent measure"), 30)                                          \
    X("prevention", HN_N("Prevention"), 30)                                                        \
    X("responded_at", HN_N("First response"), 16)                                                  \
    X("restored_at", HN_N("Restoration"), 16)                                                      \
    X("resolved_at", HN_N("Resolved at"), 16)                                                      \
    X("outage_min", HN_N("Outage minutes"), 10)                                                    \
    X("sla_relevant", HN_N("SLA relevant"), 8)                                                     \
    X("exclusion", HN_N("SLA exclusion"), 20)                                                      \
    X("group", HN_N("Group"), 16)                                                                  \
    X("assignee", HN_N("Owner"), 14)                                                               \
    X("vendor", HN_N("Vendor"), 18)                                                                \
    X("state", HN_N("State"), 12)                                                                  \
    X("closed_at", HN_N("Closed at"), 16)

static size_t columns(struct http_ctx *c, const struct http_table_col **out)
{
    static const struct http_table_col all[] = {
#define X(k, m, w) {k, m, w},
        COLUMNS(X)
#undef X
    };
    struct http_table_col *v = hn_arena_memdup(c->arena, all, sizeof(all));

    for (size_t i = 0; i < HN_ARRAY_LEN(all); i++)
        v[i].header = hn_tr(v[i].header);
    *out = v;
    return HN_ARRAY_LEN(all);
}

static const char *exclusion_text(struct hn_arena *a, const char *words)
{
    struct hn_sbuf b;

    if (words == NULL)
        return NULL;
    hn_sbuf_init(&b, a, 2000);
    while (*words != '\0') {
        size_t n = strcspn(words, ",");

        if (b.n > 0)
            hn_sbuf_str(&b, "、");
        hn_sbuf_str(&b, exclusion_reason_label(hn_arena_strndup(a, words, n)));
        words += n;
        words += *words == ',';
    }
    return hn_sbuf_text(&b);
}

/* words: JSON gets the words of the API, the others what people read. */
struct writer {
    struct http_ctx *c;
    struct http_table *t;
    bool words;
    const struct ticket_workflow *flows;
    size_t n_flows;
};

static const char *label(const struct writer *w, enum ticket_words list, const char *word)
{
    return w->words ? word : ticket_label(list, word);
}

static void write_ticket(const struct writer *w, const struct ticket *t,
                         const struct ticket_ledger_row *x)
{
    struct http_table *o = w->t;
    const struct ticket_workflow *flow = ticket_view_flow(w->flows, w->n_flows, t->kind);

    http_table_text(o, t->number);
    http_table_text(o, label(w, TICKET_WORDS_KIND, t->kind));
    http_table_instant(o, t->occurred_at);
    http_table_instant(o, t->detected_at);
    http_table_instant(o, t->received_at);
    http_table_text(o, label(w, TICKET_WORDS_SOURCE, t->source));
    http_table_text(o, t->requester);
    http_table_text(o, t->service_name);
    http_table_text(o, x->system);
    http_table_text(o, t->site_name);
    http_table_text(o, x->segment);
    http_table_text(o, t->title);
    http_table_text(o, t->description);
    http_table_i64(o, t->impact);
    http_table_i64(o, t->urgency);
    http_table_text(o, label(w, TICKET_WORDS_PRIORITY, t->priority));
    http_table_text(o, x->scope);
    http_table_text(o, t->business_impact);
    http_table_text(o, t->temporary_measure);
    http_table_text(o, t->cause);
    http_table_text(o, t->cause_class);
    http_table_text(o, t->resolution);
    http_table_text(o, t->permanent_measure);
    http_table_text(o, t->prevention);
    http_table_instant(o, t->responded_at);
    http_table_instant(o, t->restored_at);
    http_table_instant(o, t->resolved_at);
    if (x->n_outages > 0)
        http_table_i64(o, x->outage_s / 60);
    else
        http_table_none(o);
    http_table_text(o, w->words ? (x->sla_relevant ? "yes" : "no")
                                : (x->sla_relevant ? hn_tr("SLA target") : NULL));
    http_table_text(o, w->words ? x->exclusions : exclusion_text(w->c->arena, x->exclusions));
    http_table_text(o, t->group_name);
    http_table_text(o, t->assignee_name);
    http_table_text(o, t->vendor);
    http_table_text(o, w->words ? t->state : ticket_workflow_label(flow, t->state));
    http_table_instant(o, t->closed_at);
    http_table_end_row(o);
}

static enum hn_code write_page(const struct writer *w, const struct ticket *list, size_t n,
                               struct hn_err *e)
{
    static const struct ticket_ledger_row none = {0};
    int64_t *ids = hn_arena_make(w->c->arena, int64_t, n);
    struct ticket_ledger_row *more = NULL;
    size_t n_more = 0;

    for (size_t i = 0; i < n; i++)
        ids[i] = list[i].id;
    if (ticket_store_ledger(w->c->db, w->c->arena, (struct hn_i64s){ids, n}, w->c->now, &more,
                            &n_more, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++) {
        const struct ticket_ledger_row *x = &none;
        size_t lo = 0;
        size_t hi = n_more;

        while (lo < hi) { /* rows are by ticket */
            size_t mid = (lo + hi) / 2;

            if (more[mid].ticket_id < list[i].id)
                lo = mid + 1;
            else
                hi = mid;
        }
        if (lo < n_more && more[lo].ticket_id == list[i].id)
            x = &more[lo];
        write_ticket(w, &list[i], x);
    }
    return HN_OK;
}

enum hn_code ticket_api_ledger(struct http_ctx *c, struct hn_err *e)
{
    const char *format = http_param(c, "format");
    const struct http_table_col *cols;
    size_t n_cols = columns(c, &cols);
    struct ticket_workflow *flows = NULL;
    struct ticket_filter f;
    struct writer w = {.c = c, .words = hn_streq(format, "json")};
    size_t total = 0;
    int64_t next = 0;

    if (ticket_http_filter(c, &f, e) != HN_OK ||
        ticket_workflow_all(c->db, c->arena, &flows, &w.n_flows, e) != HN_OK)
        return e->code;
    if (f.kind == NULL && (http_query(c, "kind") == NULL || http_query(c, "kind")[0] == '\0'))
        f.kind = "incident"; /* the ledger's own; kind=any takes all */
    w.flows = flows;
    w.t = http_table_begin(c, "incidents", hn_tr("Fault ledger"), format, cols, n_cols, e);
    if (w.t == NULL)
        return e->code;
    f.limit = PAGE;
    f.cursor = 0;
    do {
        struct ticket *list = NULL;
        size_t n = 0;

        if (ticket_list(c->db, c->arena, &f, c->now, &list, &n, &next, e) != HN_OK ||
            write_page(&w, list, n, e) != HN_OK) {
            http_table_drop(w.t);
            return e->code;
        }
        total += n;
        f.cursor = next;
    } while (next != 0 && total < HTTP_TABLE_ROWS_MAX);
    return http_table_send(w.t, e);
}
