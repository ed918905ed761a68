/* SPDX-License-Identifier: Apache-2.0 */
#include "estate/load_store.h"

#define MANY 4100 /* rows of one statement: as many as the model has devices */

/* Columns of one statement, gathered row by row. */
struct columns {
    const char **text[12];
    int64_t *number[6];
    size_t n;
};

static struct columns columns_make(struct hn_arena *a, size_t texts, size_t numbers, size_t rows)
{
    struct columns c = {0};

    HN_ASSERT(texts <= HN_ARRAY_LEN(c.text) && numbers <= HN_ARRAY_LEN(c.number));
    for (size_t i = 0; i < texts; i++)
        c.text[i] = hn_arena_make(a, const char *, rows);
    for (size_t i = 0; i < numbers; i++)
        c.number[i] = hn_arena_make(a, int64_t, rows);
    return c;
}

enum hn_code load_store_segments(struct db *db, const struct estate *s, struct hn_err *e)
{
    static const char sql[] =
        "INSERT INTO watch.segment (code, name, kind) SELECT * FROM unnest($1::text[], $2::text[],"
        " $3::text[]) ON CONFLICT (code) DO NOTHING";
    struct columns c = columns_make(s->arena, 3, 0, s->n_segments);

    for (size_t i = 0; i < s->n_segments; i++) {
        c.text[0][i] = s->segment[i].code;
        c.text[1][i] = s->segment[i].name;
        c.text[2][i] = s->segment[i].kind;
    }
    struct db_arg args[] = {DB_TEXTS(c.text[0], s->n_segments), DB_TEXTS(c.text[1], s->n_segments),
                            DB_TEXTS(c.text[2], s->n_segments)};

    return db_exec(db, sql, args, HN_ARRAY_LEN(args), NULL, e);
}

enum hn_code load_store_sites(struct db *db, const struct estate *s, struct hn_err *e)
{
    static const char sql[] =
        "INSERT INTO watch.site (code, name, short_name, address, kind, importance, terminals,"
        " map_x, map_y) SELECT code, name, short, address, kind, importance, terminals,"
        " nullif(x, 0), nullif(y, 0) FROM unnest($1::text[], $2::text[], $3::text[], $4::text[],"
        " $5::text[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[]) AS t (code, name,"
        " short, address, kind, importance, terminals, x, y) ON CONFLICT (code) DO NOTHING";
    static const char parents[] =
        "UPDATE watch.site c SET parent_id = p.id FROM unnest($1::text[], $2::text[]) AS t (child,"
        " parent) JOIN watch.site p ON p.code = t.parent WHERE c.code = t.child AND"
        " c.parent_id IS NULL";
    struct columns c = columns_make(s->arena, 6, 4, s->n_sites);
    size_t n = s->n_sites;

    for (size_t i = 0; i < n; i++) {
        const struct estate_site *v = &s->site[i];

        c.text[0][i] = v->code;
        c.text[1][i] = v->name;
        c.text[2][i] = v->short_name;
        c.text[3][i] = v->address;
        c.text[4][i] = v->kind;
        c.text[5][i] = v->parent;
        c.number[0][i] = hn_streq(v->kind, "ward_office") || hn_streq(v->kind, "data_centre") ||
                                 hn_streq(v->kind, "health_centre")
                             ? 3
                             : 2;
        c.number[1][i] = v->terminals;
        c.number[2][i] = v->map_x;
        c.number[3][i] = v->map_y;
    }
    struct db_arg args[] = {
        DB_TEXTS(c.text[0], n),  DB_TEXTS(c.text[1], n),  DB_TEXTS(c.text[2], n),
        DB_TEXTS(c.text[3], n),  DB_TEXTS(c.text[4], n),  DB_I64S(c.number[0], n),
        DB_I64S(c.number[1], n), DB_I64S(c.number[2], n), DB_I64S(c.number[3], n)};
    struct db_arg pairs[] = {DB_TEXTS(c.text[0], n), DB_TEXTS(c.text[5], n)};

    if (db_exec(db, sql, args, HN_ARRAY_LEN(args), NULL, e) != HN_OK)
        return e->code;
    return db_exec(db, parents, pairs, HN_ARRAY_LEN(pairs), NULL, e);
}

enum hn_code load_store_lines(struct db *db, const struct estate *s, struct hn_err *e)
{
    /* 個人番号利用事務系 is the segment …ネットワーク; LGWAN系・インターネット系 are two. */
    static const char sql[] =
        "INSERT INTO watch.line (code, site_id, segment, segment_ids, role, service_type,"
        " bandwidth_mbps, line_count, scope, note)"
        " SELECT t.code, s.id, t.segment, ARRAY(SELECT g.id FROM watch.segment g,"
        " unnest(string_to_array(t.segment, '・')) AS part WHERE starts_with(g.name, part)"
        " ORDER BY g.id), t.role, t.type, nullif(t.mbps, 0), t.lines, t.scope, t.note"
        " FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],"
        " $7::text[], $8::bigint[], $9::bigint[]) AS t (code, site, segment, role, type, scope,"
        " note, mbps, lines) LEFT JOIN watch.site s ON s.code = t.site"
        " ON CONFLICT (code) DO NOTHING";
    struct columns c = columns_make(s->arena, 7, 2, s->n_lines);
    size_t n = s->n_lines;

    for (size_t i = 0; i < n; i++) {
        const struct estate_line *v = &s->line[i];
        const char *text[] = {v->code,         v->site,  v->segment, v->role,
                              v->service_type, v->scope, v->note};

        for (size_t k = 0; k < HN_ARRAY_LEN(text); k++)
            c.text[k][i] = text[k];
        c.number[0][i] = v->bandwidth_mbps;
        c.number[1][i] = v->line_count;
    }
    struct db_arg args[9];

    for (size_t k = 0; k < 7; k++)
        args[k] = DB_TEXTS(c.text[k], n);
    args[7] = DB_I64S(c.number[0], n);
    args[8] = DB_I64S(c.number[1], n);
    return db_exec(db, sql, args, HN_ARRAY_LEN(args), NULL, e);
}

enum hn_code load_store_systems(struct db *db, const struct estate *s, struct hn_err *e)
{
    static const char sql[] =
        "INSERT INTO watch.system (code, name, grp, segment, vendor) SELECT * FROM"
        " unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])"
        " ON CONFLICT (code) DO NOTHING";
    struct columns c = columns_make(s->arena, 5, 0, s->n_systems);
    struct db_arg args[5];

    for (size_t i = 0; i < s->n_systems; i++) {
        const struct estate_system *v = &s->system[i];
        const char *text[] = {v->code, v->name, v->group, v->segment, v->vendor};

        for (size_t k = 0; k < HN_ARRAY_LEN(text); k++)
            c.text[k][i] = text[k];
    }
    for (size_t k = 0; k < HN_ARRAY_LEN(args); k++)
        args[k] = DB_TEXTS(c.text[k], s->n_systems);
    return db_exec(db, sql, args, HN_ARRAY_LEN(args), NULL, e);
}

static const char *snmp_of(const struct estate_device *d)
{
    static const char v2c[] = "{\"version\": \"2c\", \"community\": \"" ESTATE_COMMUNITY "\"}";
    static const char v3[] = "{\"version\": \"3\", \"user\": \"" ESTATE_USER
                             "\", \"auth\": \"sha256\", \"auth_key\": \"" ESTATE_AUTH
                             "\", \"priv\": \"aes\", \"priv_key\": \"" ESTATE_PRIV "\"}";

    if (d->class == ESTATE_TERMINAL)
        return NULL;
    return d->class == ESTATE_SERVER || d->parent == ESTATE_NO_PARENT ? v3 : v2c;
}

static enum hn_code load_parents(struct db *db, const struct estate *s, struct hn_err *e)
{
    static const char sql[] =
        "INSERT INTO watch.host_parent (host_id, parent_id) SELECT c.id, p.id FROM"
        " unnest($1::text[], $2::text[]) AS t (child, parent) JOIN watch.host c ON"
        " c.name = t.child JOIN watch.host p ON p.name = t.parent WHERE c.sample AND p.sample AND"
        " NOT EXISTS (SELECT 1 FROM watch.host_parent o WHERE o.host_id = c.id)"
        " ON CONFLICT DO NOTHING";
    struct columns c = columns_make(s->arena, 2, 0, s->n_devices);

    for (size_t i = 0; i < s->n_devices; i++) {
        const struct estate_device *d = &s->device[i];

        if (d->parent == ESTATE_NO_PARENT)
            continue;
        c.text[0][c.n] = d->name;
        c.text[1][c.n++] = s->device[d->parent].name;
    }
    struct db_arg args[] = {DB_TEXTS(c.text[0], c.n), DB_TEXTS(c.text[1], c.n)};

    return db_exec(db, sql, args, HN_ARRAY_LEN(args), NULL, e);
}

enum hn_code load_store_hosts(struct db *db, const struct estate *s, hn_instant now, int64_t *added,
                              struct hn_err *e)
{
    static const char sql[] =
        "INSERT INTO watch.host (name, label, address, class, snmp, model, site_id, segment_id,"
        " system_id, line_id, importance, enabled, probe, owner, sample, created_at)"
        " SELECT t.name, t.label, t.address, t.class, t.snmp::jsonb, t.model, s.id, g.id, y.id,"
        " l.id, t.importance, t.enabled = 1, 'sample', '見本データ', true, $13"
        " FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],"
        " $7::text[], $8::text[], $9::text[], $10::text[], $11::bigint[], $12::bigint[]) AS t"
        " (name, label, address, class, snmp, model, site, segment, system, line, importance,"
        " enabled) LEFT JOIN watch.site s ON s.code = t.site LEFT JOIN watch.segment g ON"
        " g.code = t.segment LEFT JOIN watch.system y ON y.code = t.system LEFT JOIN watch.line l"
        " ON l.code = t.line ON CONFLICT (name) DO NOTHING";
    struct columns c = columns_make(s->arena, 10, 2, MANY);
    size_t n = s->n_devices;
    struct db_arg args[13];
    char ip[ESTATE_IP_MAX];

    HN_ASSERT(n <= MANY);
    for (size_t i = 0; i < n; i++) {
        const struct estate_device *d = &s->device[i];
        const char *text[] = {d->name,
                              d->label,
                              hn_arena_strdup(s->arena, estate_ip_text(d->ip, ip)),
                              estate_class_word(d->class),
                              snmp_of(d),
                              d->model,
                              s->site[d->site].code,
                              d->segment,
                              d->system,
                              d->line};

        for (size_t k = 0; k < HN_ARRAY_LEN(text); k++)
            c.text[k][i] = text[k];
        c.number[0][i] = d->class == ESTATE_TERMINAL                       ? 1
                         : d->class == ESTATE_PRINTER                      ? 1
                         : d->class == ESTATE_ROUTER || d->service != NULL ? 3
                                                                           : 2;
        c.number[1][i] = d->is_spare ? 0 : 1;
    }
    for (size_t k = 0; k < 10; k++)
        args[k] = DB_TEXTS(c.text[k], n);
    args[10] = DB_I64S(c.number[0], n);
    args[11] = DB_I64S(c.number[1], n);
    args[12] = DB_TS(now);
    if (db_exec(db, sql, args, HN_ARRAY_LEN(args), added, e) != HN_OK)
        return hn_ctx(e, "sample hosts");
    return load_parents(db, s, e);
}

enum hn_code load_store_checks(struct db *db, const struct load_check *v, size_t n, hn_instant now,
                               struct hn_arena *a, struct hn_err *e)
{
    static const char sql[] =
        "INSERT INTO watch.checks (host_id, name, kind, monitoring, interval_s, retry_interval_s,"
        " timeout_s, params, thresholds, liveness, sla_flag, created_at) SELECT h.id, t.name,"
        " t.kind, t.monitoring, t.interval_s, t.retry_s, t.timeout_s, t.params::jsonb,"
        " t.thresholds::jsonb, t.liveness = 1, t.sla = 1, $12 FROM unnest($1::text[], $2::text[],"
        " $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[],"
        " $9::bigint[], $10::bigint[], $11::double precision[]) AS t (host, name, kind, monitoring,"
        " params, thresholds, interval_s, retry_s, liveness, sla, timeout_s) JOIN watch.host h ON"
        " h.name = t.host AND h.sample ON CONFLICT (host_id, name) DO NOTHING";
    struct columns c = columns_make(a, 6, 4, n);
    double *timeout = hn_arena_make(a, double, n);
    struct db_arg args[12];

    for (size_t i = 0; i < n; i++) {
        const char *text[] = {v[i].host,       v[i].name,   v[i].kind,
                              v[i].monitoring, v[i].params, v[i].thresholds};

        for (size_t k = 0; k < HN_ARRAY_LEN(text); k++)
            c.text[k][i] = text[k];
        c.number[0][i] = v[i].interval_s;
        c.number[1][i] = v[i].retry_s;
        c.number[2][i] = v[i].liveness ? 1 : 0;
        c.number[3][i] = v[i].sla ? 1 : 0;
        timeout[i] = v[i].timeout_s;
    }
    for (size_t k = 0; k < 6; k++)
        args[k] = DB_TEXTS(c.text[k], n);
    for (size_t k = 0; k < 4; k++)
        args[6 + k] = DB_I64S(c.number[k], n);
    args[10] = DB_F64S(timeout, n);
    args[11] = DB_TS(now);
    if (db_exec(db, sql, args, HN_ARRAY_LEN(args), NULL, e) != HN_OK)
        return hn_ctx(e, "sample checks");
    return HN_OK;
}

enum hn_code load_store_machine(struct db *db, bool with_snmp, hn_instant now, struct hn_err *e)
{
    static const char host[] =
        "INSERT INTO watch.host (name, label, address, class, snmp, probe, owner, created_at)"
        " VALUES ('this-machine', 'このサーバ', '127.0.0.1', 'server', $1::jsonb, 'local',"
        " 'hinomi', $2) ON CONFLICT (name) DO NOTHING";
    static const char ping[] =
        "INSERT INTO watch.checks (host_id, name, kind, monitoring, interval_s, retry_interval_s,"
        " liveness, created_at) SELECT id, '死活監視', 'icmp', 'liveness', 20, 5, true, $1 FROM"
        " watch.host WHERE name = 'this-machine' ON CONFLICT DO NOTHING";
    static const char snmp[] =
        "INSERT INTO watch.checks (host_id, name, kind, monitoring, interval_s, retry_interval_s,"
        " params, thresholds, created_at) SELECT id, 'リソース監視', 'snmp', 'resource', 60, 15,"
        " '{\"profile\": \"host\"}', '{}', $1 FROM watch.host WHERE name = 'this-machine'"
        " ON CONFLICT DO NOTHING";
    struct db_arg args[] = {
        DB_TEXT(with_snmp ? "{\"version\": \"2c\", \"community\": \"public\"}" : NULL), DB_TS(now)};
    struct db_arg at[] = {DB_TS(now)};

    if (db_exec(db, host, args, HN_ARRAY_LEN(args), NULL, e) != HN_OK ||
        db_exec(db, ping, at, 1, NULL, e) != HN_OK ||
        (with_snmp && db_exec(db, snmp, at, 1, NULL, e) != HN_OK))
        return hn_ctx(e, "this machine");
    return HN_OK;
}

enum hn_code load_store_states(struct db *db, struct hn_err *e)
{
    static const char sql[] =
        "INSERT INTO watch.check_state (check_id) SELECT id FROM watch.checks ON CONFLICT DO "
        "NOTHING";

    if (db_exec(db, sql, NULL, 0, NULL, e) != HN_OK)
        return hn_ctx(e, "states of the sample checks");
    return HN_OK;
}

/* The id, or 0 where there is no row. */
static enum hn_code id_or_0(struct db *db, const char *sql, const struct db_arg *args, size_t n,
                            int64_t *id, struct hn_err *e)
{
    enum hn_code rc = db_i64(db, sql, args, n, id, e);

    if (rc == HN_E_NOT_FOUND) {
        hn_err_clear(e);
        *id = 0;
        return HN_OK;
    }
    return rc;
}

enum hn_code load_store_check_id(struct db *db, const char *host, const char *check, int64_t *id,
                                 struct hn_err *e)
{
    static const char sql[] = "SELECT k.id FROM watch.checks k JOIN watch.host h ON"
                              " h.id = k.host_id WHERE h.name = $1 AND k.name = $2";
    struct db_arg args[] = {DB_TEXT(host), DB_TEXT(check)};

    return id_or_0(db, sql, args, 2, id, e);
}

enum hn_code load_store_site_id(struct db *db, const char *code, int64_t *id, struct hn_err *e)
{
    struct db_arg args[] = {DB_TEXT(code)};

    return id_or_0(db, "SELECT id FROM watch.site WHERE code = $1", args, 1, id, e);
}

enum hn_code load_store_system_id(struct db *db, const char *code, int64_t *id, struct hn_err *e)
{
    struct db_arg args[] = {DB_TEXT(code)};

    return id_or_0(db, "SELECT id FROM watch.system WHERE code = $1", args, 1, id, e);
}

enum hn_code load_store_service_id(struct db *db, const char *name, int64_t *id, struct hn_err *e)
{
    struct db_arg args[] = {DB_TEXT(name)};

    return id_or_0(db, "SELECT id FROM sla.service WHERE name = $1", args, 1, id, e);
}

enum hn_code load_store_calendar_id(struct db *db, const char *code, int64_t *id, struct hn_err *e)
{
    struct db_arg args[] = {DB_TEXT(code)};

    return id_or_0(db, "SELECT id FROM sla.calendar WHERE code = $1", args, 1, id, e);
}

enum hn_code load_store_analyze(struct db *db, struct hn_err *e)
{
    return db_exec(db,
                   "ANALYZE watch.site, watch.segment, watch.line, watch.host, watch.host_parent,"
                   " watch.checks, sla.service_version",
                   NULL, 0, NULL, e);
}
