/* SPDX-License-Identifier: Apache-2.0 */
/* What a ticket points at, as people know it: names of sites, devices, services, people, groups,
 * events. */
#include "itsm/ticket/ticket_store.h"

struct name_row {
    int64_t id;
    const char *name;
};
static const struct db_col name_cols[] = {DB_COL(name_row, id), DB_COL(name_row, name)};

static const struct {
    const char *field;
    const char *sql;
} names[] = {
    {"site_id", "SELECT id, name FROM watch.site WHERE id = $1::bigint"},
    {"host_id", "SELECT id, coalesce(label, name) AS name FROM watch.host WHERE id = $1::bigint"},
    {"check_id", "SELECT c.id, coalesce(h.label, h.name) || ' ' || c.name AS name"
                 "  FROM watch.checks c JOIN watch.host h ON h.id = c.host_id"
                 " WHERE c.id = $1::bigint"},
    {"service_id", "SELECT id, name FROM sla.service WHERE id = $1::bigint"},
    {"assignee_id", "SELECT id, name FROM auth.account WHERE id = $1::bigint"},
    {"group_id", "SELECT id, name FROM ticket.grp WHERE id = $1::bigint"},
};

enum hn_code ticket_store_name(struct db *db, struct hn_arena *a, const char *field, int64_t id,
                               const char **out, struct hn_err *e)
{
    struct name_row r;

    for (size_t i = 0; i < HN_ARRAY_LEN(names); i++) {
        if (!hn_streq(names[i].field, field))
            continue;
        if (db_get(db, names[i].sql, &DB_I64(id), 1, name_cols, HN_ARRAY_LEN(name_cols), a, &r,
                   e) != HN_OK)
            return hn_ctx(e, "name of %s %" PRId64, field, id);
        *out = r.name;
        return HN_OK;
    }
    HN_ASSERT(!"a field without a name");
    return HN_E_INTERNAL;
}

static const struct db_col person_cols[] = {DB_COL(ticket_person, id), DB_COL(ticket_person, login),
                                            DB_COL(ticket_person, name),
                                            DB_COL(ticket_person, role)};

enum hn_code ticket_store_people(struct db *db, struct hn_arena *a, struct ticket_person **out,
                                 size_t *n, struct hn_err *e)
{
    static const char sql[] = "SELECT id, login, name, role FROM auth.account"
                              " WHERE disabled_at IS NULL ORDER BY name, login LIMIT 2000";

    if (db_select(db, sql, NULL, 0, person_cols, HN_ARRAY_LEN(person_cols),
                  sizeof(struct ticket_person), a, out, n, e) != HN_OK)
        return hn_ctx(e, "people");
    return HN_OK;
}

enum hn_code ticket_store_person(struct db *db, struct hn_arena *a, int64_t id, const char *login,
                                 struct ticket_person *out, struct hn_err *e)
{
    static const char sql[] =
        "SELECT id, login, name, role FROM auth.account"
        " WHERE disabled_at IS NULL"
        "   AND (id = $1::bigint OR ($1::bigint IS NULL AND login = $2::text))";
    struct db_arg args[] = {DB_ID(id), DB_TEXT(login)};

    if (db_get(db, sql, args, 2, person_cols, HN_ARRAY_LEN(person_cols), a, out, e) != HN_OK)
        return hn_ctx(e, "person");
    return HN_OK;
}

static const struct db_col group_cols[] = {DB_COL(ticket_group, id), DB_COL(ticket_group, code),
                                           DB_COL(ticket_group, name)};

enum hn_code ticket_store_groups(struct db *db, struct hn_arena *a, struct ticket_group **out,
                                 size_t *n, struct hn_err *e)
{
    static const char sql[] = "SELECT id, code, name FROM ticket.grp ORDER BY id LIMIT 500";

    if (db_select(db, sql, NULL, 0, group_cols, HN_ARRAY_LEN(group_cols),
                  sizeof(struct ticket_group), a, out, n, e) != HN_OK)
        return hn_ctx(e, "groups");
    return HN_OK;
}

enum hn_code ticket_store_group(struct db *db, struct hn_arena *a, int64_t id, const char *code,
                                struct ticket_group *out, struct hn_err *e)
{
    static const char sql[] = "SELECT id, code, name FROM ticket.grp"
                              " WHERE id = $1::bigint OR ($1::bigint IS NULL AND code = $2::text)";
    struct db_arg args[] = {DB_ID(id), DB_TEXT(code)};

    if (db_get(db, sql, args, 2, group_cols, HN_ARRAY_LEN(group_cols), a, out, e) != HN_OK)
        return hn_ctx(e, "group");
    return HN_OK;
}

static const struct db_col choice_cols[] = {DB_COL(ticket_choice, id), DB_COL(ticket_choice, name)};

static const struct {
    const char *kind;
    const char *sql;
} choices[] = {
    {"site", "SELECT id, name FROM watch.site ORDER BY code LIMIT 1000"},
    {"host", "SELECT id, name || coalesce('（' || label || '）', '') AS name FROM watch.host"
             " WHERE enabled ORDER BY name LIMIT 5000"},
    {"service", "SELECT id, name FROM sla.service ORDER BY name LIMIT 1000"},
};

enum hn_code ticket_store_choices(struct db *db, struct hn_arena *a, const char *kind,
                                  struct ticket_choice **out, size_t *n, struct hn_err *e)
{
    for (size_t i = 0; i < HN_ARRAY_LEN(choices); i++)
        if (hn_streq(choices[i].kind, kind)) {
            if (db_select(db, choices[i].sql, NULL, 0, choice_cols, HN_ARRAY_LEN(choice_cols),
                          sizeof(struct ticket_choice), a, out, n, e) != HN_OK)
                return hn_ctx(e, "choices of %s", kind);
            return HN_OK;
        }
    HN_ASSERT(!"an unknown kind of choice");
    return HN_E_INTERNAL;
}

static const struct db_col event_cols[] = {
    DB_COL(ticket_event, id),           DB_COL(ticket_event, check_id),
    DB_COL(ticket_event, check_name),   DB_COL(ticket_event, host_id),
    DB_COL(ticket_event, host_name),    DB_COL(ticket_event, host_label),
    DB_COL(ticket_event, site_id),      DB_COL(ticket_event, site_name),
    DB_COL(ticket_event, from_state),   DB_COL(ticket_event, to_state),
    DB_COL(ticket_event, output),       DB_COL(ticket_event, at),
    DB_COL(ticket_event, confirmed_at), DB_COL(ticket_event, ticket_id)};

enum hn_code ticket_store_event(struct db *db, struct hn_arena *a, int64_t id,
                                struct ticket_event *out, struct hn_err *e)
{
    static const char sql[] =
        "SELECT v.id, v.check_id, c.name AS check_name, v.host_id, h.name AS host_name,"
        "       h.label AS host_label, h.site_id, s.name AS site_name, v.from_state, v.to_state,"
        "       v.output, v.at, v.confirmed_at, v.ticket_id"
        "  FROM event.transition v JOIN watch.checks c ON c.id = v.check_id"
        "  JOIN watch.host h ON h.id = v.host_id LEFT JOIN watch.site s ON s.id = h.site_id"
        " WHERE v.id = $1::bigint";

    if (db_get(db, sql, &DB_I64(id), 1, event_cols, HN_ARRAY_LEN(event_cols), a, out, e) != HN_OK)
        return hn_ctx(e, "event %" PRId64, id);
    return HN_OK;
}

enum hn_code ticket_store_event_claim(struct db *db, int64_t transition_id, int64_t ticket_id,
                                      struct hn_err *e)
{
    static const char sql[] = "UPDATE event.transition SET ticket_id = $2::bigint"
                              " WHERE id = $1::bigint AND ticket_id IS NULL";
    struct db_arg args[] = {DB_I64(transition_id), DB_I64(ticket_id)};

    if (db_exec(db, sql, args, 2, NULL, e) != HN_OK)
        return hn_ctx(e, "event %" PRId64 " of ticket %" PRId64, transition_id, ticket_id);
    return HN_OK;
}

static const struct db_col contact_cols[] = {
    DB_COL(ticket_contact, what), DB_COL(ticket_contact, name), DB_COL(ticket_contact, who)};

enum hn_code ticket_store_contacts(struct db *db, struct hn_arena *a, const struct ticket *t,
                                   struct ticket_contact **out, size_t *n, struct hn_err *e)
{
    static const char sql[] =
        "SELECT 'host' AS what, coalesce(h.label, h.name) AS name, h.owner AS who FROM watch.host h"
        " WHERE h.id = $1::bigint AND h.owner <> ''"
        " UNION ALL SELECT 'system', y.name, y.vendor FROM watch.host h"
        "  JOIN watch.system y ON y.id = h.system_id WHERE h.id = $1::bigint AND y.vendor <> ''"
        " UNION ALL SELECT 'service', s.name, s.owner FROM sla.service s"
        " WHERE s.id = $2::bigint AND s.owner <> ''"
        " UNION ALL SELECT 'site', s.name, s.address FROM watch.site s"
        " WHERE s.id = $3::bigint AND s.address <> ''";
    struct db_arg args[] = {DB_ID(t->host_id), DB_ID(t->service_id), DB_ID(t->site_id)};

    if (db_select(db, sql, args, 3, contact_cols, HN_ARRAY_LEN(contact_cols),
                  sizeof(struct ticket_contact), a, out, n, e) != HN_OK)
        return hn_ctx(e, "contacts of ticket %" PRId64, t->id);
    return HN_OK;
}
