/* SPDX-License-Identifier: Apache-2.0 */
/* sla_api.c — JSON routes of services, SLAs and results. Outages and exclusions: outage_api.c. */
#include "itsm/sla/outage_api.h"
#include "itsm/sla/sla_json.h"
#include "itsm/sla/standing.h"
#include "server/http/actor.h"

#define RESULT_BYTES_MAX ((size_t)4 * 1024 * 1024)

static enum hn_code service_answer(struct http_ctx *c, int status, int64_t id, struct hn_err *e)
{
    struct service_row row;

    if (service_get(c->db, c->arena, id, &row, e) != HN_OK)
        return e->code;
    service_json_write(http_jw(c), NULL, &row);
    return http_json(c, status, e);
}

static enum hn_code api_services(struct http_ctx *c, struct hn_err *e)
{
    const struct service_row *rows = NULL;
    struct http_page page;
    struct hn_jw *w;
    size_t n = 0;

    if (http_page_of(c, &page, e) != HN_OK ||
        service_list(c->db, c->arena, page.q, page.cursor, page.limit + 1, &rows, &n, e) != HN_OK)
        return e->code;
    w = http_items_begin(c);
    for (size_t i = 0; i < n && i < (size_t)page.limit; i++)
        service_json_write(w, NULL, &rows[i]);
    return http_items_end(
        c, n > (size_t)page.limit ? http_cursor(c->arena, rows[page.limit - 1].id) : NULL, e);
}

static enum hn_code api_service(struct http_ctx *c, struct hn_err *e)
{
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK)
        return e->code;
    return service_answer(c, 200, id, e);
}

static enum hn_code api_service_create(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    struct service_new in;
    int64_t id = 0;

    if (service_json_read(c, true, &in, e) != HN_OK ||
        service_create(c->db, c->arena, &who, &in, c->now, &id, e) != HN_OK)
        return e->code;
    return service_answer(c, 201, id, e);
}

static enum hn_code api_service_change(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    struct service_new in;
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK || service_json_read(c, false, &in, e) != HN_OK ||
        service_change(c->db, c->arena, &who, id, &in, c->now, e) != HN_OK)
        return e->code;
    return service_answer(c, 200, id, e);
}

static enum hn_code api_service_approve(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK ||
        service_approve(c->db, c->arena, &who, id, c->now, e) != HN_OK)
        return e->code;
    return service_answer(c, 200, id, e);
}

static enum hn_code sla_answer(struct http_ctx *c, int status, int64_t id, struct hn_err *e)
{
    struct sla_row row;

    if (sla_get(c->db, c->arena, id, &row, e) != HN_OK)
        return e->code;
    sla_json_write(http_jw(c), NULL, &row);
    return http_json(c, status, e);
}

static enum hn_code api_slas(struct http_ctx *c, struct hn_err *e)
{
    const struct sla_row *rows = NULL;
    struct http_page page;
    struct hn_jw *w;
    int64_t service_id = 0;
    size_t n = 0;

    if (http_page_of(c, &page, e) != HN_OK ||
        http_query_i64(c, "service_id", &service_id, e) != HN_OK ||
        sla_list(c->db, c->arena, service_id, page.cursor, page.limit + 1, &rows, &n, e) != HN_OK)
        return e->code;
    w = http_items_begin(c);
    for (size_t i = 0; i < n && i < (size_t)page.limit; i++)
        sla_json_write(w, NULL, &rows[i]);
    return http_items_end(
        c, n > (size_t)page.limit ? http_cursor(c->arena, rows[page.limit - 1].id) : NULL, e);
}

static enum hn_code api_sla(struct http_ctx *c, struct hn_err *e)
{
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK)
        return e->code;
    return sla_answer(c, 200, id, e);
}

static enum hn_code api_sla_create(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    struct sla_new in;
    int64_t id = 0;

    if (sla_json_read(c, true, &in, e) != HN_OK ||
        sla_create(c->db, c->arena, &who, &in, c->now, &id, e) != HN_OK)
        return e->code;
    return sla_answer(c, 201, id, e);
}

static enum hn_code api_sla_change(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    struct sla_new in;
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK || sla_json_read(c, false, &in, e) != HN_OK ||
        sla_change(c->db, c->arena, &who, id, &in, c->now, e) != HN_OK)
        return e->code;
    return sla_answer(c, 200, id, e);
}

static enum hn_code api_sla_approve(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK ||
        sla_approve(c->db, c->arena, &who, id, c->now, e) != HN_OK)
        return e->code;
    return sla_answer(c, 200, id, e);
}

static enum hn_code api_results(struct http_ctx *c, struct hn_err *e)
{
    const char *edition = http_query(c, "edition");
    const char *text = NULL;
    struct hn_month month = hn_month_of(c->now);
    struct hn_sbuf b;
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK || http_query_month(c, "month", &month, e) != HN_OK)
        return e->code;
    if (edition != NULL && !hn_streq(edition, "live"))
        return hn_fail_field(e, "edition", "is \"live\" or absent");
    hn_sbuf_init(&b, c->arena, RESULT_BYTES_MAX);
    if (sla_result_json(c->db, c->arena, id, month, edition != NULL, c->now, &b, e) != HN_OK ||
        hn_sbuf_done(&b, &text, e) != HN_OK)
        return e->code;
    return http_bytes(c, 200, "application/json",
                      (struct hn_bytes){(const uint8_t *)text, strlen(text)}, NULL, e);
}

static const struct http_route routes[] = {
    {"GET", "/api/v1/services", PERM_SLA_READ, api_services, 0, "Services"},
    {"POST", "/api/v1/services", PERM_SLA_EDIT, api_service_create, 0, "Define a service"},
    {"GET", "/api/v1/services/:id", PERM_SLA_READ, api_service, 0, "One service"},
    {"PUT", "/api/v1/services/:id", PERM_SLA_EDIT, api_service_change, 0, "A new version"},
    {"PATCH", "/api/v1/services/:id", PERM_SLA_EDIT, api_service_change, 0, "A new version"},
    {"POST", "/api/v1/services/:id/approve", PERM_APPROVE_WARD, api_service_approve, 0,
     "Approve the newest version"},
    {"GET", "/api/v1/slas", PERM_SLA_READ, api_slas, 0, "SLAs"},
    {"POST", "/api/v1/slas", PERM_SLA_EDIT, api_sla_create, 0, "Define an SLA"},
    {"GET", "/api/v1/slas/:id", PERM_SLA_READ, api_sla, 0, "One SLA"},
    {"PUT", "/api/v1/slas/:id", PERM_SLA_EDIT, api_sla_change, 0, "A new version"},
    {"PATCH", "/api/v1/slas/:id", PERM_SLA_EDIT, api_sla_change, 0, "A new version"},
    {"POST", "/api/v1/slas/:id/approve", PERM_APPROVE_WARD, api_sla_approve, 0,
     "Approve the newest version"},
    {"GET", "/api/v1/slas/:id/results", PERM_SLA_READ, api_results, 0, "A month's figures"},
    {"GET", "/api/v1/outages", PERM_SLA_READ, outage_api_list, 0, "Outages"},
    {"POST", "/api/v1/outages", PERM_OUTAGE_EDIT, outage_api_record, 0, "Record one by hand"},
    {"GET", "/api/v1/outages/:id", PERM_SLA_READ, outage_api_get, 0, "One outage"},
    {"PATCH", "/api/v1/outages/:id", PERM_OUTAGE_EDIT, outage_api_propose, 0,
     "Propose a correction"},
    {"PUT", "/api/v1/outages/:id", PERM_OUTAGE_EDIT, outage_api_propose, 0, "Propose a correction"},
    {"GET", "/api/v1/outages/:id/evidence", PERM_SLA_READ, outage_api_evidence, 0,
     "Transitions and samples behind it"},
    {"POST", "/api/v1/outages/:id/approve", PERM_OUTAGE_APPROVE, outage_api_approve, 0,
     "Approve the waiting correction"},
    {"POST", "/api/v1/outages/:id/reject", PERM_OUTAGE_APPROVE, outage_api_reject, 0,
     "Reject the waiting correction"},
    {"GET", "/api/v1/exclusions", PERM_SLA_READ, exclusion_api_list, 0, "Exclusions"},
    {"POST", "/api/v1/exclusions", PERM_EXCLUSION_PROPOSE, exclusion_api_propose, 0, "Propose one"},
    {"GET", "/api/v1/exclusions/:id", PERM_SLA_READ, exclusion_api_get, 0, "One exclusion"},
    {"POST", "/api/v1/exclusions/:id/approve", PERM_APPROVE_WARD, exclusion_api_approve, 0,
     "Approve it"},
    {"POST", "/api/v1/exclusions/:id/reject", PERM_APPROVE_WARD, exclusion_api_reject, 0,
     "Reject it"},
    {"POST", "/api/v1/exclusions/:id/send_back", PERM_APPROVE_WARD, exclusion_api_send_back, 0,
     "Send it back"},
    {"GET", "/api/v1/gaps", PERM_SLA_READ, gap_api_list, 0, "Decisions on gaps"},
    {"POST", "/api/v1/gaps", PERM_OUTAGE_EDIT, gap_api_propose, 0, "Propose a decision on a gap"},
    {"POST", "/api/v1/gaps/:id/approve", PERM_OUTAGE_APPROVE, gap_api_approve, 0, "Approve it"},
    {"POST", "/api/v1/gaps/:id/reject", PERM_OUTAGE_APPROVE, gap_api_reject, 0, "Reject it"},
};

static const struct hn_task tasks[] = {{"standing", NULL, 20000, standing_task}};

const struct hn_module sla_module = {.name = "sla",
                                     .routes = routes,
                                     .n_routes = HN_ARRAY_LEN(routes),
                                     .tasks = tasks,
                                     .n_tasks = HN_ARRAY_LEN(tasks)};
