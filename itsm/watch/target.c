/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/watch/target.h"

#include "itsm/watch/target_json.h"
#include "itsm/watch/target_store.h"
#include "server/base/parse.h"
#include "server/ingest/series.h"
#include "server/measure/check_state.h"

#include <math.h>

const char *const target_sorts[] = {"id", "-id", "name", "-name", NULL};

static const struct target_filter one = {.limit = 1};

/* ---- reading ---- */

enum hn_code site_list(struct db *db, struct hn_arena *a, const struct target_filter *f,
                       struct site_record **out, size_t *n, struct hn_err *e)
{
    return target_store_sites(db, a, 0, f, out, n, e);
}

enum hn_code host_list(struct db *db, struct hn_arena *a, const struct target_filter *f,
                       struct host_record **out, size_t *n, struct hn_err *e)
{
    return target_store_hosts(db, a, 0, f, out, n, e);
}

enum hn_code check_list(struct db *db, struct hn_arena *a, const struct target_filter *f,
                        struct check_record **out, size_t *n, struct hn_err *e)
{
    return target_store_checks(db, a, 0, f, out, n, e);
}

enum hn_code line_list(struct db *db, struct hn_arena *a, const struct target_filter *f,
                       struct line_record **out, size_t *n, struct hn_err *e)
{
    return target_store_lines(db, a, f, out, n, e);
}

enum hn_code system_list(struct db *db, struct hn_arena *a, const struct target_filter *f,
                         struct system_record **out, size_t *n, struct hn_err *e)
{
    return target_store_systems(db, a, f, out, n, e);
}

enum hn_code site_get(struct db *db, struct hn_arena *a, int64_t id, struct site_record *out,
                      struct hn_err *e)
{
    struct site_record *v;
    size_t n;

    if (target_store_sites(db, a, id, &one, &v, &n, e) != HN_OK)
        return e->code;
    if (n == 0)
        return hn_fail(e, HN_E_NOT_FOUND, "there is no such site");
    *out = v[0];
    return HN_OK;
}

enum hn_code host_get(struct db *db, struct hn_arena *a, int64_t id, struct host_record *out,
                      struct hn_err *e)
{
    struct host_record *v;
    size_t n;

    if (target_store_hosts(db, a, id, &one, &v, &n, e) != HN_OK)
        return e->code;
    if (n == 0)
        return hn_fail(e, HN_E_NOT_FOUND, "there is no such host");
    *out = v[0];
    return HN_OK;
}

enum hn_code check_get(struct db *db, struct hn_arena *a, int64_t id, struct check_record *out,
                       struct hn_err *e)
{
    struct check_record *v;
    size_t n;

    if (target_store_checks(db, a, id, &one, &v, &n, e) != HN_OK)
        return e->code;
    if (n == 0)
        return hn_fail(e, HN_E_NOT_FOUND, "there is no such check");
    *out = v[0];
    return HN_OK;
}

/* ---- defaults and rules ---- */

struct host_in host_in_new(void)
{
    return (struct host_in){.class = "other", .probe = "local", .importance = 2, .enabled = true};
}

struct check_in check_in_new(const char *kind)
{
    static const struct {
        const char *kind, *monitoring;
        bool liveness;
    } kinds[] = {{"icmp", "liveness", true},   {"tcp", "liveness", false},
                 {"http", "synthetic", false}, {"snmp", "resource", false},
                 {"passive", "fault", false},  {"heartbeat", "job", false}};
    struct check_in in = {.kind = kind,
                          .monitoring = "liveness",
                          .interval_s = 60,
                          .retry_interval_s = 60,
                          .attempts_n = CHECK_N_DEFAULT,
                          .attempts_of = CHECK_N_DEFAULT,
                          .timeout_s = 5,
                          .params = "{}",
                          .thresholds = "{}",
                          .enabled = true};

    for (size_t i = 0; i < HN_ARRAY_LEN(kinds); i++)
        if (hn_streq(kinds[i].kind, kind)) {
            in.monitoring = kinds[i].monitoring;
            in.liveness = kinds[i].liveness;
        }
    return in;
}

static bool one_of(const char *word, const char *const *words)
{
    for (; *words != NULL; words++)
        if (hn_streq(*words, word))
            return true;
    return false;
}

/* A name may be written in any script; a control character in it is a mistake or worse. */
static void check_line(const char *field, const char *s, size_t min, struct hn_err *e)
{
    size_t i = 0;

    for (; s != NULL && s[i] != '\0'; i++)
        if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f) {
            (void)hn_fail_field(e, field, "must not contain control characters");
            return;
        }
    if (i < min || (s != NULL && s[strspn(s, " ")] == '\0' && min > 0))
        (void)hn_fail_field(e, field, "must not be empty");
}

/* An IP address or a host name (which need not resolve). */
static bool address_valid(const char *s)
{
    if (hn_is_address(s))
        return true;
    if (s[0] == '-' || s[0] == '.')
        return false;
    return s[0] != '\0' && s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "0123456789.-_")] == '\0';
}

static void exists(struct db *db, const char *what, const char *field, int64_t id, struct hn_err *e)
{
    struct hn_err inner = {0};
    int64_t n = 0;

    if (id == 0)
        return;
    if (target_store_exists(db, what, (struct hn_i64s){&id, 1}, &n, &inner) != HN_OK)
        *e = inner;
    else if (n == 0)
        (void)hn_fail_field(e, field, "does not exist");
}

static enum hn_code audit(struct db *db, const struct actor *who, const char *act,
                          const char *object, int64_t id, const char *before, const char *after,
                          hn_instant now, struct hn_err *e)
{
    struct audit_act j = {.account_id = who->account_id,
                          .who = who->who,
                          .act = act,
                          .object = object,
                          .object_id = id,
                          .before = before,
                          .after = after,
                          .address = who->address};

    return audit_add(db, &j, now, e);
}

/* The version that was seen is no longer there, or the row is not. */
static enum hn_code stale(struct hn_err *e)
{
    if (e->code != HN_E_NOT_FOUND)
        return e->code;
    hn_err_clear(e);
    return hn_fail(e, HN_E_CONFLICT, "somebody else changed this in the meantime; read it again");
}

static struct hn_jw *writer(struct hn_arena *a, struct hn_sbuf *b, struct hn_jw *w)
{
    hn_sbuf_init(b, a, (size_t)256 * 1024);
    hn_jw_init(w, b);
    return w;
}

static const char *site_text(struct hn_arena *a, const struct site_record *s)
{
    struct hn_sbuf b;
    struct hn_jw w;

    target_json_site(writer(a, &b, &w), NULL, s);
    return hn_sbuf_text(&b);
}

static const char *host_text(struct hn_arena *a, const struct host_record *h)
{
    struct hn_sbuf b;
    struct hn_jw w;

    target_json_host(writer(a, &b, &w), NULL, h);
    return hn_sbuf_text(&b);
}

static const char *check_text(struct hn_arena *a, const struct check_record *c)
{
    struct hn_sbuf b;
    struct hn_jw w;

    target_json_check(writer(a, &b, &w), NULL, c);
    return hn_sbuf_text(&b);
}

/* ---- sites ---- */

enum hn_code site_save(struct db *db, struct hn_arena *a, const struct actor *who, int64_t *id,
                       const struct site_in *in, hn_instant now, struct hn_err *e)
{
    struct site_in s = *in;
    struct site_record row;
    const char *before = NULL;
    bool fresh = *id == 0;
    DB_TX tx = {0};

    check_line("code", s.code, 1, e);
    check_line("name", s.name, 1, e);
    s.short_name = s.short_name == NULL ? s.name : s.short_name;
    if (e->code != HN_OK || db_begin(db, &tx, e) != HN_OK)
        return e->code;
    exists(db, "site", "parent_id", s.parent_id, e);
    if (!fresh && s.parent_id == *id)
        (void)hn_fail_field(e, "parent_id", "must not be the site itself");
    if (e->code != HN_OK)
        return e->code;
    if (!fresh) {
        if (site_get(db, a, *id, &row, e) != HN_OK)
            return e->code;
        before = site_text(a, &row);
    }
    if (target_store_site_put(db, id, &s, e) != HN_OK)
        return stale(e);
    if (site_get(db, a, *id, &row, e) != HN_OK ||
        audit(db, who, fresh ? "site.create" : "site.change", "site", *id, before,
              site_text(a, &row), now, e) != HN_OK)
        return hn_ctx(e, "save site %" PRId64, *id);
    return db_commit(&tx, e);
}

/* Deletes what nothing holds on to. */
static enum hn_code drop(struct db *db, const struct actor *who, enum target_kind k,
                         const char *object, int64_t id, int64_t version, const char *before,
                         hn_instant now, struct hn_err *e)
{
    int64_t users = 0;

    if (target_store_users(db, k, id, &users, e) != HN_OK)
        return e->code;
    if (users > 0 && k == TARGET_SITE)
        return hn_fail(
            e, HN_E_CONFLICT,
            "hosts, lines, services or tickets belong to this site; it cannot be deleted");
    if (users > 0)
        return hn_fail(e, HN_E_CONFLICT,
                       "services or tickets refer to this; switch it off instead of deleting it");
    if (k != TARGET_SITE && target_store_drop_samples(db, k == TARGET_HOST ? id : 0,
                                                      k == TARGET_CHECK ? id : 0, e) != HN_OK)
        return e->code;
    if (target_store_delete(db, k, id, version, e) != HN_OK)
        return stale(e);
    if (audit(db, who,
              hn_streq(object, "site")   ? "site.delete"
              : hn_streq(object, "host") ? "host.delete"
                                         : "check.delete",
              object, id, before, NULL, now, e) != HN_OK)
        return e->code;
    return target_store_notify(db, e);
}

enum hn_code site_delete(struct db *db, struct hn_arena *a, const struct actor *who, int64_t id,
                         int64_t version, hn_instant now, struct hn_err *e)
{
    struct site_record row;
    DB_TX tx = {0};

    if (db_begin(db, &tx, e) != HN_OK || site_get(db, a, id, &row, e) != HN_OK ||
        drop(db, who, TARGET_SITE, "site", id, version, site_text(a, &row), now, e) != HN_OK)
        return e->code;
    return db_commit(&tx, e);
}

/* ---- checks ---- */

static enum hn_code check_rules(struct db *db, const struct check_in *in, struct hn_err *e)
{
    struct check_policy p = {.n = (int)HN_MIN(in->attempts_n, (int64_t)1000),
                             .of = (int)HN_MIN(in->attempts_of, (int64_t)1000)};

    check_line("name", in->name, 1, e);
    if (in->kind == NULL || !one_of(in->kind, target_kinds))
        (void)hn_fail_field(e, "kind", "unknown kind of check");
    if (in->monitoring == NULL || !one_of(in->monitoring, target_monitoring))
        (void)hn_fail_field(e, "monitoring", "unknown kind of monitoring");
    if (in->retry_interval_s > in->interval_s)
        (void)hn_fail_field(e, "retry_interval_s", "must not be longer than interval_s");
    exists(db, "host", "host_id", in->host_id, e);
    return e->code == HN_OK ? check_policy_valid(&p, e) : e->code;
}

static enum hn_code put_check(struct db *db, struct hn_arena *a, const struct actor *who,
                              int64_t *id, const struct check_in *in, hn_instant now,
                              struct hn_err *e)
{
    const char *before = NULL;
    struct check_record row;
    bool fresh = *id == 0;

    if (check_rules(db, in, e) != HN_OK)
        return e->code;
    if (!fresh) {
        if (check_get(db, a, *id, &row, e) != HN_OK)
            return e->code;
        before = check_text(a, &row);
    }
    if (target_store_check_put(db, id, in, now, e) != HN_OK)
        return stale(e);
    if (check_get(db, a, *id, &row, e) != HN_OK)
        return e->code;
    return audit(db, who, fresh ? "check.create" : "check.change", "check", *id, before,
                 check_text(a, &row), now, e);
}

enum hn_code check_save(struct db *db, struct hn_arena *a, const struct actor *who, int64_t *id,
                        const struct check_in *in, hn_instant now, struct hn_err *e)
{
    DB_TX tx = {0};

    if (db_begin(db, &tx, e) != HN_OK || put_check(db, a, who, id, in, now, e) != HN_OK ||
        target_store_notify(db, e) != HN_OK)
        return hn_ctx(e, "save check %" PRId64, *id);
    return db_commit(&tx, e);
}

enum hn_code check_delete(struct db *db, struct hn_arena *a, const struct actor *who, int64_t id,
                          int64_t version, hn_instant now, struct hn_err *e)
{
    struct check_record row;
    DB_TX tx = {0};

    if (db_begin(db, &tx, e) != HN_OK || check_get(db, a, id, &row, e) != HN_OK ||
        drop(db, who, TARGET_CHECK, "check", id, version, check_text(a, &row), now, e) != HN_OK)
        return e->code;
    return db_commit(&tx, e);
}

/* ---- hosts ---- */

static enum hn_code host_rules(struct db *db, int64_t id, const struct host_in *in,
                               struct hn_err *e)
{
    bool circle = false;
    int64_t n = 0;

    check_line("name", in->name, 1, e);
    check_line("label", in->label, 0, e);
    check_line("owner", in->owner, 0, e);
    check_line("probe", in->probe, 1, e);
    if (in->address == NULL || !address_valid(in->address))
        (void)hn_fail_field(e, "address", "must be an IP address or a host name");
    if (!one_of(in->class, target_classes))
        (void)hn_fail_field(e, "class", "unknown class of device");
    exists(db, "site", "site_id", in->site_id, e);
    exists(db, "segment", "segment_id", in->segment_id, e);
    exists(db, "system", "system_id", in->system_id, e);
    exists(db, "line", "line_id", in->line_id, e);
    if (e->code != HN_OK || in->parents.n == 0)
        return e->code;
    if (target_store_exists(db, "host", in->parents, &n, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < in->parents.n; i++)
        for (size_t k = 0; k < i; k++)
            if (in->parents.v[i] == in->parents.v[k])
                return hn_fail_field(e, "parents", "names a host twice");
    if (n != (int64_t)in->parents.n)
        return hn_fail_field(e, "parents", "names a host that does not exist");
    if (id != 0 && (target_store_lock_tree(db, e) != HN_OK ||
                    target_store_circle(db, id, in->parents, &circle, e) != HN_OK))
        return e->code;
    if (circle)
        return hn_fail_field(e, "parents", "would make a circle: a host cannot depend on itself");
    return HN_OK;
}

enum hn_code host_save(struct db *db, struct hn_arena *a, const struct actor *who, int64_t *id,
                       const struct host_in *in, const struct check_in *checks, size_t n_checks,
                       hn_instant now, struct hn_err *e)
{
    const char *before = NULL;
    struct host_record row;
    bool fresh = *id == 0;
    DB_TX tx = {0};

    if (db_begin(db, &tx, e) != HN_OK || host_rules(db, *id, in, e) != HN_OK)
        return e->code;
    if (!fresh) {
        if (host_get(db, a, *id, &row, e) != HN_OK)
            return e->code;
        before = host_text(a, &row);
    }
    if (target_store_host_put(db, id, in, now, e) != HN_OK)
        return stale(e);
    if (target_store_parents_put(db, *id, in->parents, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n_checks; i++) {
        struct check_in c = checks[i];
        int64_t check_id = 0;

        c.host_id = *id;
        if (put_check(db, a, who, &check_id, &c, now, e) != HN_OK)
            return hn_ctx(e, "check %zu of host", i);
    }
    if (host_get(db, a, *id, &row, e) != HN_OK ||
        audit(db, who, fresh ? "host.create" : "host.change", "host", *id, before,
              host_text(a, &row), now, e) != HN_OK ||
        target_store_notify(db, e) != HN_OK)
        return hn_ctx(e, "save host %" PRId64, *id);
    return db_commit(&tx, e);
}

enum hn_code host_delete(struct db *db, struct hn_arena *a, const struct actor *who, int64_t id,
                         int64_t version, hn_instant now, struct hn_err *e)
{
    struct host_record row;
    DB_TX tx = {0};

    if (db_begin(db, &tx, e) != HN_OK || host_get(db, a, id, &row, e) != HN_OK ||
        drop(db, who, TARGET_HOST, "host", id, version, host_text(a, &row), now, e) != HN_OK)
        return e->code;
    return db_commit(&tx, e);
}

/* ---- what a device says of itself ---- */

static const struct series_newest *newest_of(const struct series_newest *v, size_t n,
                                             const char *metric)
{
    for (size_t i = 0; metric != NULL && i < n; i++)
        if (hn_streq(v[i].metric, metric))
            return &v[i];
    return NULL;
}

struct each_check {
    struct target_found found;
    struct series_newest *v;
    size_t n;
    int64_t check_id;
};

static enum hn_code read_found(struct db *db, struct hn_arena *a, int64_t host_id,
                               struct each_check **out, size_t *n, struct hn_err *e)
{
    struct target_inventory *inv;

    if (target_store_inventory(db, a, host_id, &inv, n, e) != HN_OK)
        return e->code;
    *out = hn_arena_make(a, struct each_check, *n);
    for (size_t i = 0; i < *n; i++) {
        struct each_check *c = &(*out)[i];

        c->check_id = inv[i].check_id;
        target_json_read_inventory(inv[i].data, a, &c->found);
        if (series_newest(db, a, inv[i].check_id, &c->v, &c->n, e) != HN_OK)
            return e->code;
    }
    return HN_OK;
}

static void port_values(struct hn_arena *a, const struct each_check *c, struct target_interface *p)
{
    static const char *const names[] = {"in_octets", "out_octets", "in_octets_total",
                                        "out_octets_total"};
    static const char *const words[] = {"up",      "down",       "testing",       "unknown",
                                        "dormant", "notPresent", "lowerLayerDown"}; /* RFC 2863 */
    const struct series_newest *v[4], *oper;

    for (int i = 0; i < 4; i++)
        v[i] = newest_of(c->v, c->n, hn_arena_fmt(a, "%s.%" PRId64, names[i], p->if_index));
    p->in_bps = v[0] == NULL ? (double)NAN : v[0]->value;
    p->out_bps = v[1] == NULL ? (double)NAN : v[1]->value;
    p->in_octets = v[2] == NULL ? (double)NAN : v[2]->value;
    p->out_octets = v[3] == NULL ? (double)NAN : v[3]->value;
    p->in_series = v[0] == NULL ? 0 : v[0]->series_id;
    p->out_series = v[1] == NULL ? 0 : v[1]->series_id;
    p->at = v[2] == NULL ? HN_UNSET : v[2]->at;
    oper = newest_of(c->v, c->n, hn_arena_fmt(a, "oper_status.%" PRId64, p->if_index));
    if (oper != NULL && oper->value >= 1 && (size_t)oper->value <= HN_ARRAY_LEN(words))
        p->oper_status = words[(int)oper->value - 1];
}

enum hn_code host_interfaces(struct db *db, struct hn_arena *a, int64_t host_id,
                             struct target_interface **out, size_t *n, struct hn_err *e)
{
    struct each_check *c;
    size_t n_c, total = 0;

    if (read_found(db, a, host_id, &c, &n_c, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n_c; i++)
        total += c[i].found.n_ports;
    *out = hn_arena_make(a, struct target_interface, total);
    *n = 0;
    for (size_t i = 0; i < n_c; i++)
        for (size_t k = 0; k < c[i].found.n_ports; k++) {
            (*out)[*n] = c[i].found.port[k];
            port_values(a, &c[i], &(*out)[(*n)++]);
        }
    return HN_OK;
}

enum hn_code host_sensors(struct db *db, struct hn_arena *a, int64_t host_id,
                          struct target_sensor **out, size_t *n, struct hn_err *e)
{
    struct each_check *c;
    size_t n_c, total = 0;

    if (read_found(db, a, host_id, &c, &n_c, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n_c; i++)
        total += c[i].found.n_sensors;
    *out = hn_arena_make(a, struct target_sensor, total);
    *n = 0;
    for (size_t i = 0; i < n_c; i++)
        for (size_t k = 0; k < c[i].found.n_sensors; k++) {
            const struct series_newest *v = newest_of(c[i].v, c[i].n, c[i].found.metric[k]);
            struct target_sensor *s = &(*out)[(*n)++];

            *s = c[i].found.sensor[k];
            s->check_id = c[i].check_id;
            s->value = v == NULL ? (double)NAN : v->value;
            s->series_id = v == NULL ? 0 : v->series_id;
            s->at = v == NULL ? HN_UNSET : v->at;
        }
    return HN_OK;
}
