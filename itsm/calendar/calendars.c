/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/calendar/calendars_store.h"

/* Fields of a request body beside the definition's own: read by calendars_json.c. */
static const char *const also[] = {"name", "code", "valid_from", "version", NULL};

enum hn_code calendars_list(struct db *db, struct hn_arena *a, const char *q, int64_t after,
                            int64_t limit, const struct calendar_row **out, size_t *n,
                            struct hn_err *e)
{
    return calendars_store_list(db, a, q, after, limit, out, n, e);
}

enum hn_code calendars_get(struct db *db, struct hn_arena *a, int64_t id, struct calendar_row *out,
                           struct hn_err *e)
{
    return calendars_store_get(db, a, id, out, e);
}

enum hn_code calendars_versions(struct db *db, struct hn_arena *a, int64_t id,
                                const struct calendar_row **out, size_t *n, struct hn_err *e)
{
    return calendars_store_versions(db, a, id, out, n, e);
}

enum hn_code calendars_in_force(struct db *db, struct hn_arena *a, int64_t id, hn_instant at,
                                const struct calendar **out, struct calendar_row *row,
                                struct hn_err *e)
{
    struct calendar_row r;

    if (calendars_store_at(db, a, id, at, &r, e) != HN_OK)
        return hn_ctx(e, "calendar %" PRId64, id);
    if (calendar_parse(r.definition, strlen(r.definition), NULL, a, out, e) != HN_OK)
        return hn_ctx(e, "definition of calendar %" PRId64 " version %" PRId64, id, r.version);
    if (row != NULL)
        *row = r;
    return HN_OK;
}

/* The definition as it is stored: what the reader understood, nothing else. */
static enum hn_code canonical(struct hn_arena *a, const char *text, const char **out,
                              struct hn_err *e)
{
    const struct calendar *c = NULL;
    struct hn_sbuf b;
    struct hn_jw w;

    if (calendar_parse(text, strlen(text), also, a, &c, e) != HN_OK)
        return e->code;
    hn_sbuf_init(&b, a, (size_t)256 * 1024);
    hn_jw_init(&w, &b);
    hn_jw_object(&w, NULL);
    calendar_write(c, &w);
    hn_jw_end_object(&w);
    return hn_sbuf_done(&b, out, e);
}

static enum hn_code journal(struct db *db, const struct actor *who, const char *act, int64_t id,
                            const char *before, const char *after, hn_instant now, struct hn_err *e)
{
    struct audit_act j = {.account_id = who->account_id,
                          .who = who->who,
                          .act = act,
                          .object = "calendar",
                          .object_id = id,
                          .before = before,
                          .after = after,
                          .address = who->address,
                          .role = who->role < 0 || who->role >= ROLE_COUNT ? NULL
                                                                           : role_word(who->role)};

    return audit_add(db, &j, now, e);
}

static const char *version_text(struct hn_arena *a, int64_t version, const struct calendar_new *v)
{
    char from[HN_RFC3339_MAX];
    bool ever = v->valid_from <= HN_UNSET + 1;

    return hn_arena_fmt(a, "{\"version\":%" PRId64 ",\"valid_from\":%s%s%s,\"definition\":%s}",
                        version, ever ? "" : "\"", ever ? "null" : hn_rfc3339(v->valid_from, from),
                        ever ? "" : "\"", v->definition);
}

enum hn_code calendars_create(struct db *db, struct hn_arena *a, const struct actor *who,
                              const struct calendar_new *in, hn_instant now, int64_t *id,
                              struct hn_err *e)
{
    DB_TX tx = {0};
    struct calendar_new v = *in;

    if (canonical(a, in->definition, &v.definition, e) != HN_OK)
        return e->code;
    if (db_begin(db, &tx, e) != HN_OK ||
        calendars_store_add(db, in->name, in->code, id, e) != HN_OK ||
        calendars_store_add_version(db, *id, 1, &v, who->account_id, now, e) != HN_OK ||
        journal(db, who, "calendar.create", *id, NULL, version_text(a, 1, &v), now, e) != HN_OK)
        return hn_ctx(e, "create calendar");
    return db_commit(&tx, e);
}

enum hn_code calendars_change(struct db *db, struct hn_arena *a, const struct actor *who,
                              int64_t id, const struct calendar_new *in, hn_instant now,
                              struct hn_err *e)
{
    DB_TX tx = {0};
    struct calendar_new v = *in;
    struct calendar_row old;
    int64_t version = 0;

    if (canonical(a, in->definition, &v.definition, e) != HN_OK)
        return e->code;
    if (v.valid_from == HN_UNSET)
        v.valid_from = now;
    if (db_begin(db, &tx, e) != HN_OK || calendars_store_get(db, a, id, &old, e) != HN_OK ||
        calendars_store_next(db, id, in->name, in->seen_version, &version, e) != HN_OK ||
        calendars_store_add_version(db, id, version, &v, who->account_id, now, e) != HN_OK ||
        journal(db, who, "calendar.change", id, old.definition, version_text(a, version, &v), now,
                e) != HN_OK)
        return hn_ctx(e, "change calendar %" PRId64, id);
    return db_commit(&tx, e);
}

enum hn_code calendars_approve(struct db *db, struct hn_arena *a, const struct actor *who,
                               int64_t id, int64_t version, hn_instant now, struct hn_err *e)
{
    DB_TX tx = {0};
    struct calendar_row row;
    int64_t creator = 0;

    if (db_begin(db, &tx, e) != HN_OK || calendars_store_get(db, a, id, &row, e) != HN_OK ||
        calendars_store_approve(db, id, version == 0 ? row.version : version, who->account_id, now,
                                &creator, e) != HN_OK)
        return hn_ctx(e, "approve calendar %" PRId64, id);
    if (creator == who->account_id)
        return hn_fail(e, HN_E_FORBIDDEN, "whoever proposed this cannot approve it");
    if (journal(db, who, "calendar.approve", id, NULL,
                hn_arena_fmt(a, "{\"version\":%" PRId64 "}", version == 0 ? row.version : version),
                now, e) != HN_OK)
        return e->code;
    return db_commit(&tx, e);
}
