/* SPDX-License-Identifier: Apache-2.0 */
/* JSON routes of samples: series of a check, their values, results from outside. */
#include "itsm/watch/target_api.h"
#include "itsm/watch/target_json.h"
#include "itsm/watch/target_store.h"
#include "itsm/sla/sla.h"
#include "server/ingest/ingest.h"
#include "server/ingest/series.h"

#include <strings.h>

#define RAW_MAX 200000
#define POINTS_MAX 50000

static void write_series(struct hn_jw *w, const struct series_info *s)
{
    hn_jw_i64(w, "id", s->id);
    hn_jw_i64(w, "check_id", s->check_id);
    hn_jw_text(w, "metric", s->metric);
    hn_jw_text(w, "unit", s->unit);
    hn_jw_text(w, "kind", s->kind);
}

static enum hn_code check_series(struct http_ctx *c, struct hn_err *e)
{
    struct check_record k;
    struct series_info *v;
    struct hn_jw *w;
    int64_t id;
    size_t n;

    if (http_param_id(c, "id", &id, e) != HN_OK || check_get(c->db, c->arena, id, &k, e) != HN_OK ||
        series_of_check(c->db, c->arena, id, &v, &n, e) != HN_OK)
        return e->code;
    w = http_items_begin(c);
    for (size_t i = 0; i < n; i++) {
        hn_jw_object(w, NULL);
        write_series(w, &v[i]);
        hn_jw_end_object(w);
    }
    return http_items_end(c, NULL, e);
}

/* "300", "5m", "1h", "1d": whole seconds. */
static enum hn_code query_step(struct http_ctx *c, hn_span *out, struct hn_err *e)
{
    const char *s = http_query(c, "step");
    static const char units[] = "smhd";
    static const int64_t seconds[] = {1, 60, 3600, 86400};
    char *end = NULL;
    long long v;

    *out = 0;
    if (s == NULL || s[0] == '\0')
        return HN_OK;
    v = strtoll(s, &end, 10);
    if (end != s && *end != '\0' && end[1] == '\0' && strchr(units, *end) != NULL && v > 0 &&
        v <= 366 * 86400) {
        v *= seconds[strchr(units, *end) - units];
        end++;
    }
    if (end == s || *end != '\0' || v < 1 || v > 366LL * 86400)
        return hn_fail_field(e, "step", "must be a number of seconds, or like 5m, 1h, 1d");
    *out = v * HN_SEC;
    return HN_OK;
}

static enum hn_code query_range(struct http_ctx *c, hn_instant *from, hn_instant *to,
                                struct hn_err *e)
{
    *to = HN_UNSET;
    *from = HN_UNSET;
    if (http_query_instant(c, "from", from, e) != HN_OK ||
        http_query_instant(c, "to", to, e) != HN_OK)
        return e->code;
    if (*to == HN_UNSET)
        *to = c->now + 1;
    if (*from == HN_UNSET)
        *from = *to - HN_DAY;
    if (*to <= *from)
        return hn_fail_field(e, "to", "the end must be after the beginning");
    return HN_OK;
}

static enum hn_code series_samples_api(struct http_ctx *c, struct hn_err *e)
{
    struct series_samples raw = {0, NULL, NULL};
    struct series_point *p = NULL;
    struct series_info s;
    hn_instant from, to;
    struct hn_jw *w;
    hn_span step;
    size_t n = 0;
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK ||
        series_get(c->db, c->arena, id, &s, e) != HN_OK || query_range(c, &from, &to, e) != HN_OK ||
        query_step(c, &step, e) != HN_OK)
        return e->code;
    if (step != 0 && (to - from) / step > POINTS_MAX)
        return hn_fail_field(e, "step", "gives more than %d points; ask for a longer step",
                             POINTS_MAX);
    if (step == 0 ? series_raw(c->db, c->arena, id, from, to, &raw, e) != HN_OK
                  : series_read(c->db, c->arena, id, from, to, step, &p, &n, e) != HN_OK)
        return e->code;
    if (raw.n > RAW_MAX)
        return hn_fail_field(e, "step", "more than %d samples; ask with a step", RAW_MAX);
    w = http_jw(c);
    hn_jw_object(w, NULL);
    write_series(w, &s);
    hn_jw_instant(w, "from", from);
    hn_jw_instant(w, "to", to);
    hn_jw_id(w, "step_s", step / HN_SEC);
    hn_jw_array(w, "samples");
    for (size_t i = 0; i < raw.n; i++) {
        hn_jw_array(w, NULL);
        hn_jw_instant(w, NULL, raw.at[i]);
        hn_jw_f64(w, NULL, raw.value[i]);
        hn_jw_end_array(w);
    }
    for (size_t i = 0; i < n; i++) {
        hn_jw_array(w, NULL);
        hn_jw_instant(w, NULL, p[i].at);
        hn_jw_f64(w, NULL, p[i].min);
        hn_jw_f64(w, NULL, p[i].avg);
        hn_jw_f64(w, NULL, p[i].max);
        hn_jw_end_array(w);
    }
    hn_jw_end_array(w);
    hn_jw_end_object(w);
    return http_json(c, 200, e);
}

/* Units of a metric's name as the Monitoring Plugins write them: "load", "rtt_ms" stays as it is.
 */
static struct ingest_result result_of(struct http_ctx *c, const struct target_result *r, int64_t id)
{
    struct ingest_value *v = hn_arena_make(c->arena, struct ingest_value, r->n_values);
    struct ingest_result out = {
        .check_id = id, .at = r->at, .output = r->output, .values = v, .n_values = r->n_values};

    HN_ASSERT(check_result_state_parse(r->state, &out.state));
    out.outcome = out.state == RESULT_OK ? OUTCOME_OK : OUTCOME_FAILED;
    for (size_t i = 0; i < r->n_values; i++)
        v[i] = (struct ingest_value){r->metric[i], "", "gauge", r->value[i]};
    return out;
}

static enum hn_code resolve(struct http_ctx *c, const struct target_result *r, size_t n,
                            int64_t *ids, struct hn_err *e)
{
    int64_t *want = hn_arena_make(c->arena, int64_t, n);
    const char **host = hn_arena_make(c->arena, const char *, n);
    const char **check = hn_arena_make(c->arena, const char *, n);

    for (size_t i = 0; i < n; i++) {
        want[i] = r[i].check_id;
        host[i] = r[i].host;
        check[i] = r[i].check;
    }
    if (target_store_resolve(c->db, want, host, check, n, ids, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++)
        if (ids[i] == 0)
            (void)hn_fail_field(
                e, hn_arena_fmt(c->arena, "[%zu].%s", i, r[i].check_id == 0 ? "check" : "check_id"),
                "there is no such check");
    return e->code;
}

/* Stores the batch and derives the outages that it makes at once: whoever reports a result reads
 * the figure that follows from it, without waiting for `hinomi work`. */
static enum hn_code take(struct http_ctx *c, const struct ingest_result *in, size_t n,
                         size_t *n_states, size_t *dropped, struct hn_err *e)
{
    DB_TX tx = {0};
    struct ingest_state *states = hn_arena_make(c->arena, struct ingest_state, n);
    int64_t *changed = hn_arena_make(c->arena, int64_t, n);
    hn_instant from = HN_NEVER;
    size_t k = 0;

    if (db_begin(c->db, &tx, e) != HN_OK ||
        ingest_batch(c->db, "api", in, n, c->now, c->arena, states, n_states, dropped, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < *n_states; i++)
        if (states[i].changed)
            changed[k++] = states[i].check_id;
    for (size_t i = 0; i < n; i++)
        from = HN_MIN(from, in[i].at);
    if (sla_sync_checks(c->db, c->arena, (struct hn_i64s){changed, k}, from - HN_DAY, 0, c->now,
                        e) != HN_OK)
        return e->code;
    return db_commit(&tx, e);
}

static enum hn_code results_post(struct http_ctx *c, struct hn_err *e)
{
    struct target_result *r = NULL;
    struct ingest_result *in;
    size_t n = 0, n_states = 0, dropped = 0;
    const char *type = http_header(c, "Content-Type");
    int64_t *ids;

    if (type == NULL || strncasecmp(type, "application/json", 16) != 0)
        return hn_fail(e, HN_E_UNSUPPORTED, "the body must be application/json");
    if (target_json_read_results(http_body(c), c->now, c->arena, &r, &n, e) != HN_OK)
        return e->code;
    ids = hn_arena_make(c->arena, int64_t, n);
    if (resolve(c, r, n, ids, e) != HN_OK)
        return e->code;
    in = hn_arena_make(c->arena, struct ingest_result, n);
    for (size_t i = 0; i < n; i++)
        in[i] = result_of(c, &r[i], ids[i]);
    if (n > 0 && take(c, in, n, &n_states, &dropped, e) != HN_OK)
        return e->code;
    hn_jw_object(http_jw(c), NULL);
    hn_jw_i64(http_jw(c), "accepted", (int64_t)(n - dropped));
    hn_jw_i64(http_jw(c), "checks", (int64_t)n_states);
    hn_jw_end_object(http_jw(c));
    return http_json(c, 200, e);
}

static const struct http_route routes[] = {
    {"GET", "/api/v1/checks/:id/series", PERM_WATCH_READ, check_series, 0, "Series of a check"},
    {"GET", "/api/v1/series/:id/samples", PERM_WATCH_READ, series_samples_api, 0,
     "Samples, raw or by step"},
    {"POST", "/api/v1/results", PERM_RESULT_WRITE, results_post, HTTP_BIG, "Passive results"},
};

const struct hn_module sample_module = {
    .name = "sample", .routes = routes, .n_routes = HN_ARRAY_LEN(routes)};
