/* SPDX-License-Identifier: Apache-2.0 */
/* service.c — acts on services and SLA definitions. */
#include "itsm/sla/sla_audit.h"
#include "itsm/sla/service_store.h"

enum hn_code service_list(struct db *db, struct hn_arena *a, const char *q, int64_t after,
                          int64_t limit, const struct service_row **out, size_t *n,
                          struct hn_err *e)
{
    return service_store_list(db, a, q, after, limit, out, n, e);
}

enum hn_code service_get(struct db *db, struct hn_arena *a, int64_t id, struct service_row *out,
                         struct hn_err *e)
{
    return service_store_get(db, a, id, out, e);
}

enum hn_code service_versions(struct db *db, struct hn_arena *a, int64_t id,
                              const struct service_row **out, size_t *n, struct hn_err *e)
{
    return service_store_versions(db, a, id, out, n, e);
}

enum hn_code service_of_checks(struct db *db, struct hn_arena *a, struct hn_i64s checks,
                               struct hn_i64s *out, struct hn_err *e)
{
    return service_store_of_checks(db, a, checks, out, e);
}

/* The rule's ids, all of which must exist. */
static enum hn_code read_rule(struct db *db, struct hn_arena *a, const char *text,
                              struct hn_i64s *ids, struct hn_err *e)
{
    const struct service_rule *rule = NULL;
    int64_t missing = 0;

    *ids = (struct hn_i64s){NULL, 0};
    if (text == NULL)
        return HN_OK;
    if (rule_parse(text, strlen(text), a, &rule, e) != HN_OK)
        return e->code;
    *ids = rule_checks(rule, a);
    if (service_store_missing_checks(db, *ids, &missing, e) != HN_OK)
        return e->code;
    if (missing > 0)
        return hn_fail_field(e, "rule", "names a check that does not exist");
    return HN_OK;
}

/* What an audit row tells of a version. */
static const char *instant_text(struct hn_arena *a, hn_instant t)
{
    char text[HN_RFC3339_MAX];

    return t <= HN_UNSET + 1 ? "null" : hn_arena_fmt(a, "\"%s\"", hn_rfc3339(t, text));
}

static const char *rule_text(struct hn_arena *a, int64_t version, hn_instant from, const char *rule)
{
    return hn_arena_fmt(a, "{\"version\":%" PRId64 ",\"valid_from\":%s,\"rule\":%s}", version,
                        instant_text(a, from), rule == NULL ? "null" : rule);
}

static const char *approved(struct hn_arena *a, int64_t version)
{
    return hn_arena_fmt(a, "{\"version\":%" PRId64 "}", version);
}

enum hn_code service_create(struct db *db, struct hn_arena *a, const struct actor *who,
                            const struct service_new *in, hn_instant now, int64_t *id,
                            struct hn_err *e)
{
    DB_TX tx = {0};
    struct hn_i64s ids;

    if (db_begin(db, &tx, e) != HN_OK || read_rule(db, a, in->rule, &ids, e) != HN_OK ||
        service_store_add(db, in, now, id, e) != HN_OK ||
        service_store_add_version(db, *id, 1, in->valid_from, in->rule, ids, who->account_id, now,
                                  e) != HN_OK ||
        sla_audit(db, who, "service.create", "service", *id, NULL, NULL,
                  rule_text(a, 1, in->valid_from, in->rule), now, e) != HN_OK ||
        sla_sync_service(db, a, *id, HN_UNSET + 1, 0, now, e) != HN_OK)
        return hn_ctx(e, "create service");
    return db_commit(&tx, e);
}

enum hn_code service_change(struct db *db, struct hn_arena *a, const struct actor *who, int64_t id,
                            const struct service_new *in, hn_instant now, struct hn_err *e)
{
    DB_TX tx = {0};
    struct service_row old;
    struct hn_i64s ids;
    int64_t version = 0;
    const char *rule;
    hn_instant from = in->valid_from == HN_UNSET ? now : in->valid_from;

    if (db_begin(db, &tx, e) != HN_OK || service_store_get(db, a, id, &old, e) != HN_OK)
        return hn_ctx(e, "change service %" PRId64, id);
    rule = in->has_rule ? in->rule : old.rule;
    if (read_rule(db, a, rule, &ids, e) != HN_OK ||
        service_store_next(db, id, in, &version, e) != HN_OK ||
        service_store_add_version(db, id, version, from, rule, ids, who->account_id, now, e) !=
            HN_OK ||
        sla_audit(db, who, "service.change", "service", id, NULL, old.rule,
                  rule_text(a, version, from, rule), now, e) != HN_OK ||
        sla_sync_service(db, a, id, from, 0, now, e) != HN_OK)
        return hn_ctx(e, "change service %" PRId64, id);
    return db_commit(&tx, e);
}

/* A definition's approver is another person than its maker; 0 (imported) has no maker. */
static enum hn_code other_person(const struct actor *who, int64_t creator, struct hn_err *e)
{
    if (creator != 0 && creator == who->account_id)
        return hn_fail(e, HN_E_FORBIDDEN, "whoever proposed this cannot approve it");
    return HN_OK;
}

enum hn_code service_approve(struct db *db, struct hn_arena *a, const struct actor *who, int64_t id,
                             hn_instant now, struct hn_err *e)
{
    DB_TX tx = {0};
    struct service_row row;
    int64_t creator = 0;

    if (db_begin(db, &tx, e) != HN_OK || service_store_get(db, a, id, &row, e) != HN_OK ||
        service_store_approve(db, id, who->account_id, now, &creator, e) != HN_OK ||
        other_person(who, creator, e) != HN_OK ||
        sla_audit(db, who, "service.approve", "service", id, NULL, NULL, approved(a, row.version),
                  now, e) != HN_OK)
        return hn_ctx(e, "approve service %" PRId64, id);
    return db_commit(&tx, e);
}

enum hn_code sla_list(struct db *db, struct hn_arena *a, int64_t service_id, int64_t after,
                      int64_t limit, const struct sla_row **out, size_t *n, struct hn_err *e)
{
    return sla_store_list(db, a, service_id, after, limit, out, n, e);
}

enum hn_code sla_get(struct db *db, struct hn_arena *a, int64_t id, struct sla_row *out,
                     struct hn_err *e)
{
    return sla_store_get(db, a, id, out, e);
}

enum hn_code sla_versions(struct db *db, struct hn_arena *a, int64_t id, const struct sla_row **out,
                          size_t *n, struct hn_err *e)
{
    return sla_store_versions(db, a, id, out, n, e);
}

enum hn_code sla_in_force(struct db *db, struct hn_arena *a, int64_t id, hn_instant at,
                          struct sla_row *out, struct hn_err *e)
{
    return sla_store_at(db, a, id, at, out, e);
}

/* The two rows that it refers to exist: the error names the field, not a constraint. */
static enum hn_code check_refs(struct db *db, struct hn_arena *a, const struct sla_new *in,
                               struct hn_err *e)
{
    struct service_row service;
    struct calendar_row calendar;

    if (service_store_get(db, a, in->service_id, &service, e) == HN_E_NOT_FOUND) {
        hn_err_clear(e);
        (void)hn_fail_field(e, "service_id", "there is no such service");
    }
    if (e->code == HN_OK || e->code == HN_E_INVALID) {
        struct hn_err e2 = {0};
        enum hn_code rc = calendars_get(db, a, in->calendar_id, &calendar, &e2);

        if (rc == HN_E_NOT_FOUND)
            (void)hn_fail_field(e, "calendar_id", "there is no such calendar");
        else if (rc != HN_OK)
            *e = e2;
    }
    return e->code;
}

static const char *definition_text(struct hn_arena *a, int64_t version, const struct sla_new *in)
{
    return hn_arena_fmt(a,
                        "{\"version\":%" PRId64 ",\"service_id\":%" PRId64
                        ",\"metric\":\"%s\",\"valid_from\":%s,"
                        "\"calendar_id\":%" PRId64 ",\"target_e6\":%" PRId64
                        ",\"target\":\"%s\",\"year_cap_s\":%" PRId64
                        ",\"start\":%s,\"maintenance\":\"%s\",\"cap_first_year\":\"%s\"}",
                        version, in->service_id, in->metric, instant_text(a, in->valid_from),
                        in->calendar_id, in->target_e6, in->target_text, in->year_cap_s,
                        instant_text(a, in->start_at), in->maintenance, in->cap_first_year);
}

enum hn_code sla_create(struct db *db, struct hn_arena *a, const struct actor *who,
                        const struct sla_new *in, hn_instant now, int64_t *id, struct hn_err *e)
{
    DB_TX tx = {0};
    struct sla_new v = *in;

    if (v.maintenance == NULL)
        v.maintenance = "excluded";
    if (v.cap_first_year == NULL)
        v.cap_first_year = "pro_rata";
    if (db_begin(db, &tx, e) != HN_OK || check_refs(db, a, &v, e) != HN_OK ||
        sla_store_add(db, &v, id, e) != HN_OK ||
        sla_store_add_version(db, *id, 1, &v, who->account_id, now, e) != HN_OK ||
        sla_audit(db, who, "sla.create", "sla", *id, NULL, NULL, definition_text(a, 1, &v), now,
                  e) != HN_OK)
        return hn_ctx(e, "create SLA");
    return db_commit(&tx, e);
}

enum hn_code sla_change(struct db *db, struct hn_arena *a, const struct actor *who, int64_t id,
                        const struct sla_new *in, hn_instant now, struct hn_err *e)
{
    DB_TX tx = {0};
    struct sla_new v = *in;
    struct sla_row old;
    int64_t version = 0;

    if (db_begin(db, &tx, e) != HN_OK || sla_store_get(db, a, id, &old, e) != HN_OK)
        return hn_ctx(e, "change SLA %" PRId64, id);
    v.service_id = old.service_id;
    v.metric = old.metric;
    if (v.calendar_id == 0)
        v.calendar_id = old.calendar_id;
    if (v.target_text == NULL) {
        v.target_text = old.target_text;
        v.target_e6 = old.target_e6;
    }
    if (v.year_cap_s == 0)
        v.year_cap_s = old.year_cap_s;
    if (v.start_at == HN_UNSET)
        v.start_at = old.start_at;
    if (v.maintenance == NULL)
        v.maintenance = old.maintenance;
    if (v.cap_first_year == NULL)
        v.cap_first_year = old.cap_first_year;
    if (v.valid_from == HN_UNSET)
        v.valid_from = now;
    if (check_refs(db, a, &v, e) != HN_OK ||
        sla_store_next(db, id, v.name, in->seen_version, &version, e) != HN_OK ||
        sla_store_add_version(db, id, version, &v, who->account_id, now, e) != HN_OK ||
        sla_audit(db, who, "sla.change", "sla", id, NULL, NULL, definition_text(a, version, &v),
                  now, e) != HN_OK)
        return hn_ctx(e, "change SLA %" PRId64, id);
    return db_commit(&tx, e);
}

enum hn_code sla_approve(struct db *db, struct hn_arena *a, const struct actor *who, int64_t id,
                         hn_instant now, struct hn_err *e)
{
    DB_TX tx = {0};
    struct sla_row row;
    int64_t creator = 0;

    if (db_begin(db, &tx, e) != HN_OK || sla_store_get(db, a, id, &row, e) != HN_OK ||
        sla_store_approve(db, id, who->account_id, now, &creator, e) != HN_OK ||
        other_person(who, creator, e) != HN_OK ||
        sla_audit(db, who, "sla.approve", "sla", id, NULL, NULL, approved(a, row.version), now,
                  e) != HN_OK)
        return hn_ctx(e, "approve SLA %" PRId64, id);
    return db_commit(&tx, e);
}
