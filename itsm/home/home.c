/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/home/home.h"

#include "itsm/event/event_view.h"
#include "server/base/i18n.h"

/* Who may listen to what. A topic ends at ':' or its end. */
static const struct {
    const char *topic;
    enum perm perm;
} topics[] = {
    {"board", PERM_WATCH_READ},    {"events", PERM_WATCH_READ},  {"ticket", PERM_TICKET_READ},
    {"tickets", PERM_TICKET_READ}, {"report", PERM_REPORT_READ}, {"reports", PERM_REPORT_READ},
    {"sla", PERM_SLA_READ},
};
#define TOPICS_MAX 20

static bool may_listen(struct http_ctx *c, const char *topic)
{
    size_t n = strcspn(topic, ":");

    for (size_t i = 0; i < HN_ARRAY_LEN(topics); i++)
        if (strlen(topics[i].topic) == n && memcmp(topics[i].topic, topic, n) == 0)
            return http_may(c, topics[i].perm);
    return false;
}

enum hn_code live_stream(struct http_ctx *c, struct hn_err *e)
{
    struct hn_texts asked = http_query_all(c, "topic");

    if (asked.n == 0 || asked.n > TOPICS_MAX)
        return hn_fail_field(e, "topic", "is given 1 to %d times", TOPICS_MAX);
    for (size_t i = 0; i < asked.n; i++)
        if (strlen(asked.v[i]) > 60 || !may_listen(c, asked.v[i]))
            return hn_fail(e, HN_E_FORBIDDEN, "This topic is not open to your role");
    return http_sse(c, asked.v, asked.n, e);
}

/* The number on the bell. */
enum hn_code home_counts(struct http_ctx *c, struct hn_err *e)
{
    struct hn_jw *w = http_jw(c);
    int64_t open = 0;

    if (event_view_open(c->db, &open, e) != HN_OK)
        return e->code;
    hn_jw_object(w, NULL);
    hn_jw_i64(w, "unacknowledged", open);
    hn_jw_end_object(w);
    return http_json(c, 200, e);
}

static const struct http_route routes[] = {
    {"GET", "/", PERM_SIGNED_IN, home_page, 0, "The first page"},
    {"GET", "/home/counts", PERM_WATCH_READ, home_counts, 0, "Events that wait"},
    {"GET", "/search", PERM_SIGNED_IN, search_page, 0, "Search over everything"},
    {"GET", "/live", PERM_SIGNED_IN, live_stream, 0, "Changes as server-sent events"},
};
static const struct hn_nav nav[] = {
    {"", HN_N("Home"), "/", PERM_SIGNED_IN, 0},
};

const struct hn_module home_module = {.name = "home",
                                      .routes = routes,
                                      .n_routes = HN_ARRAY_LEN(routes),
                                      .nav = nav,
                                      .n_nav = HN_ARRAY_LEN(nav)};
