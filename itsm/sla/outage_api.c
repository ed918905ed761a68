/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/sla/outage_api.h"

#include "itsm/event/timeline.h"
#include "itsm/sla/sla_json.h"
#include "server/http/actor.h"

static const char *next_cursor(struct http_ctx *c, size_t n, int64_t limit, int64_t last)
{
    return n > (size_t)limit ? http_cursor(c->arena, last) : NULL;
}

static enum hn_code outage_answer(struct http_ctx *c, int status, int64_t id, struct hn_err *e)
{
    const struct outage_change_row *changes = NULL;
    struct outage_row row;
    size_t n = 0;

    if (outage_get(c->db, c->arena, id, &row, e) != HN_OK ||
        outage_changes(c->db, c->arena, id, &changes, &n, e) != HN_OK)
        return e->code;
    outage_json_write(http_jw(c), NULL, &row, changes, n);
    return http_json(c, status, e);
}

enum hn_code outage_api_list(struct http_ctx *c, struct hn_err *e)
{
    struct outage_filter f = {.from = HN_UNSET, .to = HN_UNSET};
    const struct outage_row *rows = NULL;
    const char *voided = http_query(c, "voided");
    struct http_page page;
    struct hn_jw *w;
    size_t n = 0;

    if (http_page_of(c, &page, e) != HN_OK ||
        http_query_i64(c, "service_id", &f.service_id, e) != HN_OK ||
        http_query_i64(c, "ticket_id", &f.ticket_id, e) != HN_OK ||
        http_query_instant(c, "from", &f.from, e) != HN_OK ||
        http_query_instant(c, "to", &f.to, e) != HN_OK)
        return e->code;
    f.with_void = voided != NULL && hn_streq(voided, "true");
    f.after = page.cursor;
    f.limit = page.limit + 1;
    if (outage_list(c->db, c->arena, &f, &rows, &n, e) != HN_OK)
        return e->code;
    w = http_items_begin(c);
    for (size_t i = 0; i < n && i < (size_t)page.limit; i++)
        outage_json_write(w, NULL, &rows[i], NULL, 0);
    return http_items_end(
        c, next_cursor(c, n, page.limit, n ? rows[HN_MIN(n, (size_t)page.limit) - 1].id : 0), e);
}

enum hn_code outage_api_get(struct http_ctx *c, struct hn_err *e)
{
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK)
        return e->code;
    return outage_answer(c, 200, id, e);
}

enum hn_code outage_api_record(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    struct outage_new in;
    int64_t id = 0;

    if (outage_json_read(c, &in, e) != HN_OK ||
        outage_record(c->db, c->arena, &who, &in, c->now, &id, e) != HN_OK)
        return e->code;
    return outage_answer(c, 201, id, e);
}

enum hn_code outage_api_propose(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    struct outage_correction in;
    struct outage_row old;
    int64_t change_id = 0;
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK ||
        outage_get(c->db, c->arena, id, &old, e) != HN_OK ||
        outage_json_read_change(c, &old, &in, e) != HN_OK ||
        outage_propose(c->db, c->arena, &who, id, &in, c->now, &change_id, e) != HN_OK)
        return e->code;
    return outage_answer(c, 202, id, e);
}

static enum hn_code outage_decision(struct http_ctx *c, bool approve, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    const char *note = NULL;
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK || decision_json_read(c, &note, e) != HN_OK ||
        outage_decide(c->db, c->arena, &who, id, approve, note, c->now, e) != HN_OK)
        return e->code;
    return outage_answer(c, 200, id, e);
}

enum hn_code outage_api_approve(struct http_ctx *c, struct hn_err *e)
{
    return outage_decision(c, true, e);
}

enum hn_code outage_api_reject(struct http_ctx *c, struct hn_err *e)
{
    return outage_decision(c, false, e);
}

/* What an outage was measured from: the transitions of the rule's checks around it, and the
 * samples. */
enum hn_code outage_api_evidence(struct http_ctx *c, struct hn_err *e)
{
    const struct timeline_step *steps = NULL;
    const struct timeline_sample *samples = NULL;
    struct outage_row row;
    struct service_row service;
    struct hn_jw *w;
    hn_instant to;
    size_t n_steps = 0;
    size_t n_samples = 0;
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK ||
        outage_get(c->db, c->arena, id, &row, e) != HN_OK ||
        service_get(c->db, c->arena, row.service_id, &service, e) != HN_OK)
        return e->code;
    to = row.to_at == HN_UNSET ? c->now : row.to_at;
    if (timeline_steps(c->db, c->arena, service.check_ids, row.from_at, hn_add(to, 1), &steps,
                       &n_steps, e) != HN_OK ||
        timeline_samples(c->db, c->arena, service.check_ids, row.from_at - HN_HOUR, to, 1000,
                         &samples, &n_samples, e) != HN_OK)
        return e->code;
    w = http_jw(c);
    hn_jw_object(w, NULL);
    hn_jw_i64(w, "outage_id", id);
    hn_jw_array(w, "transitions");
    for (size_t i = 0; i < n_steps; i++) {
        hn_jw_object(w, NULL);
        hn_jw_i64(w, "id", steps[i].id);
        hn_jw_i64(w, "check_id", steps[i].check_id);
        hn_jw_text(w, "check", steps[i].check_name);
        hn_jw_text(w, "host", steps[i].host_name);
        hn_jw_text(w, "from_state", steps[i].from_state);
        hn_jw_text(w, "to_state", steps[i].to_state);
        hn_jw_instant(w, "at", steps[i].at);
        hn_jw_instant(w, "confirmed_at", steps[i].confirmed_at);
        hn_jw_text(w, "output", steps[i].output);
        hn_jw_id(w, "ticket_id", steps[i].ticket_id);
        hn_jw_end_object(w);
    }
    hn_jw_end_array(w);
    hn_jw_array(w, "samples");
    for (size_t i = 0; i < n_samples; i++) {
        hn_jw_object(w, NULL);
        hn_jw_i64(w, "check_id", samples[i].check_id);
        hn_jw_instant(w, "time", samples[i].at);
        hn_jw_text(w, "outcome", samples[i].outcome);
        hn_jw_text(w, "state", samples[i].state);
        hn_jw_text(w, "output", samples[i].output);
        hn_jw_text(w, "probe", samples[i].probe);
        hn_jw_end_object(w);
    }
    hn_jw_end_array(w);
    hn_jw_end_object(w);
    return http_json(c, 200, e);
}

static enum hn_code exclusion_answer(struct http_ctx *c, int status, int64_t id, struct hn_err *e)
{
    struct exclusion_row row;

    if (exclusion_get(c->db, c->arena, id, &row, e) != HN_OK)
        return e->code;
    exclusion_json_write(http_jw(c), NULL, &row);
    return http_json(c, status, e);
}

enum hn_code exclusion_api_list(struct http_ctx *c, struct hn_err *e)
{
    struct exclusion_filter f = {.from = HN_UNSET, .to = HN_UNSET};
    const struct exclusion_row *rows = NULL;
    struct http_page page;
    struct hn_jw *w;
    size_t n = 0;

    if (http_page_of(c, &page, e) != HN_OK ||
        http_query_i64(c, "service_id", &f.service_id, e) != HN_OK ||
        http_query_instant(c, "from", &f.from, e) != HN_OK ||
        http_query_instant(c, "to", &f.to, e) != HN_OK)
        return e->code;
    f.state = http_query(c, "state");
    f.after = page.cursor;
    f.limit = page.limit + 1;
    if (exclusion_list(c->db, c->arena, &f, &rows, &n, e) != HN_OK)
        return e->code;
    w = http_items_begin(c);
    for (size_t i = 0; i < n && i < (size_t)page.limit; i++)
        exclusion_json_write(w, NULL, &rows[i]);
    return http_items_end(
        c, next_cursor(c, n, page.limit, n ? rows[HN_MIN(n, (size_t)page.limit) - 1].id : 0), e);
}

enum hn_code exclusion_api_get(struct http_ctx *c, struct hn_err *e)
{
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK)
        return e->code;
    return exclusion_answer(c, 200, id, e);
}

enum hn_code exclusion_api_propose(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    struct exclusion_new in;
    int64_t id = 0;

    if (exclusion_json_read(c, &in, e) != HN_OK ||
        exclusion_propose(c->db, c->arena, &who, &in, c->now, &id, e) != HN_OK)
        return e->code;
    return exclusion_answer(c, 201, id, e);
}

static enum hn_code exclusion_decision(struct http_ctx *c, enum exclusion_decision d,
                                       struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    const char *note = NULL;
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK || decision_json_read(c, &note, e) != HN_OK ||
        exclusion_decide(c->db, c->arena, &who, id, d, note, c->now, e) != HN_OK)
        return e->code;
    return exclusion_answer(c, 200, id, e);
}

enum hn_code exclusion_api_approve(struct http_ctx *c, struct hn_err *e)
{
    return exclusion_decision(c, EXCLUSION_APPROVE, e);
}

enum hn_code exclusion_api_reject(struct http_ctx *c, struct hn_err *e)
{
    return exclusion_decision(c, EXCLUSION_REJECT, e);
}

enum hn_code exclusion_api_send_back(struct http_ctx *c, struct hn_err *e)
{
    return exclusion_decision(c, EXCLUSION_SEND_BACK, e);
}

enum hn_code gap_api_list(struct http_ctx *c, struct hn_err *e)
{
    const struct gap_row *rows = NULL;
    hn_instant from = HN_UNSET;
    hn_instant to = HN_UNSET;
    int64_t service_id = 0;
    struct hn_jw *w;
    size_t n = 0;

    if (http_query_i64(c, "service_id", &service_id, e) != HN_OK ||
        http_query_instant(c, "from", &from, e) != HN_OK ||
        http_query_instant(c, "to", &to, e) != HN_OK ||
        gap_list(c->db, c->arena, service_id, from, to, &rows, &n, e) != HN_OK)
        return e->code;
    w = http_items_begin(c);
    for (size_t i = 0; i < n; i++)
        gap_json_write(w, NULL, &rows[i]);
    return http_items_end(c, NULL, e);
}

static enum hn_code gap_answer(struct http_ctx *c, int status, int64_t id, struct hn_err *e)
{
    struct gap_row row;

    if (gap_get(c->db, c->arena, id, &row, e) != HN_OK)
        return e->code;
    gap_json_write(http_jw(c), NULL, &row);
    return http_json(c, status, e);
}

enum hn_code gap_api_propose(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    struct gap_new in;
    int64_t id = 0;

    if (gap_json_read(c, &in, e) != HN_OK ||
        gap_propose(c->db, c->arena, &who, &in, c->now, &id, e) != HN_OK)
        return e->code;
    return gap_answer(c, 201, id, e);
}

static enum hn_code gap_decision(struct http_ctx *c, bool approve, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    const char *note = NULL;
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK || decision_json_read(c, &note, e) != HN_OK ||
        gap_decide(c->db, c->arena, &who, id, approve, note, c->now, e) != HN_OK)
        return e->code;
    return gap_answer(c, 200, id, e);
}

enum hn_code gap_api_approve(struct http_ctx *c, struct hn_err *e)
{
    return gap_decision(c, true, e);
}

enum hn_code gap_api_reject(struct http_ctx *c, struct hn_err *e)
{
    return gap_decision(c, false, e);
}
