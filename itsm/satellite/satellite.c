/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/satellite/satellite.h"

#include "itsm/satellite/satellite_json.h"
#include "itsm/satellite/satellite_store.h"
#include "itsm/watch/target.h"
#include "server/auth/account.h"
#include "server/base/i18n.h"
#include "server/base/jw.h"
#include "server/base/parse.h"

#include <ctype.h>
#include <openssl/rand.h>

#define NAME_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
#define NAME_MAX_BYTES 60
#define CODE_LETTERS 16
#define CODE_LIFE_MIN (5 * HN_MIN_SPAN)

const char *satellite_status_word(enum satellite_status s)
{
    static const char *const words[] = {
#define X(c, w, l) [SATELLITE_##c] = w,
        SATELLITE_STATUSES(X)
#undef X
    };

    return words[s];
}

const char *satellite_status_label(enum satellite_status s)
{
    static const char *const labels[] = {
#define X(c, w, l) [SATELLITE_##c] = l,
        SATELLITE_STATUSES(X)
#undef X
    };

    return hn_tr(labels[s]);
}

enum satellite_status satellite_status_of(const struct satellite_record *r, hn_instant now)
{
    if (hn_streq(r->state, "revoked"))
        return SATELLITE_REVOKED;
    if (hn_streq(r->state, "invited"))
        return SATELLITE_INVITED;
    if (r->cert_until == HN_UNSET || r->cert_until <= now)
        return SATELLITE_EXPIRED;
    if (r->seen_at == HN_UNSET || now - r->seen_at > SATELLITE_SILENT_AFTER)
        return SATELLITE_SILENT;
    return SATELLITE_CONNECTED;
}

/* ---- reading ---- */

enum hn_code satellite_list(struct db *db, struct hn_arena *a, const struct satellite_filter *f,
                            hn_instant now, struct satellite_record **out, size_t *n,
                            struct hn_err *e)
{
    return satellite_store_list(db, a, 0, NULL, f, now, out, n, e);
}

static enum hn_code get_one(struct db *db, struct hn_arena *a, int64_t id, const char *name,
                            hn_instant now, struct satellite_record *out, struct hn_err *e)
{
    struct satellite_filter f = {.limit = 1};
    struct satellite_record *v;
    size_t n;

    if (satellite_store_list(db, a, id, name, &f, now, &v, &n, e) != HN_OK)
        return e->code;
    if (n == 0)
        return hn_fail(e, HN_E_NOT_FOUND, "there is no such satellite");
    *out = v[0];
    return HN_OK;
}

enum hn_code satellite_get(struct db *db, struct hn_arena *a, int64_t id, hn_instant now,
                           struct satellite_record *out, struct hn_err *e)
{
    return get_one(db, a, id, NULL, now, out, e);
}

enum hn_code satellite_by_name(struct db *db, struct hn_arena *a, const char *name, hn_instant now,
                               struct satellite_record *out, struct hn_err *e)
{
    return get_one(db, a, 0, name, now, out, e);
}

enum hn_code satellite_certificates(struct db *db, struct hn_arena *a, int64_t id,
                                    struct satellite_certificate **out, size_t *n, struct hn_err *e)
{
    return satellite_store_certs(db, a, id, out, n, e);
}

/* ---- codes ---- */

static const char code_letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; /* Crockford's 32 */

bool satellite_code_read(const char *typed, char out[SATELLITE_CODE_TEXT])
{
    size_t n = 0;

    for (; *typed != '\0'; typed++) {
        char c = (char)toupper((unsigned char)*typed);

        if (c == '-' || c == ' ')
            continue;
        c = (char)(c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c);
        if (n == CODE_LETTERS || strchr(code_letters, c) == NULL)
            return false;
        out[n++] = c;
    }
    out[n] = '\0';
    return n == CODE_LETTERS;
}

void satellite_code_hash(const char code[SATELLITE_CODE_TEXT], uint8_t hash[32])
{
    char text[64];

    (void)snprintf(text, sizeof(text), "hinomi satellite code %s", code);
    secret_hash(text, hash);
}

/* Gives the satellite a new code in place of those before. */
static enum hn_code make_code(struct db *db, struct hn_arena *a, int64_t id, hn_span life,
                              hn_instant now, const char **code, struct hn_err *e)
{
    uint8_t raw[CODE_LETTERS], hash[32];
    char plain[SATELLITE_CODE_TEXT] = "";

    if (RAND_bytes(raw, sizeof(raw)) != 1)
        return hn_fail(e, HN_E_INTERNAL, "there are no random numbers");
    for (size_t i = 0; i < CODE_LETTERS; i++)
        plain[i] = code_letters[raw[i] % 32];
    satellite_code_hash(plain, hash);
    if (satellite_store_codes_void(db, id, now, e) != HN_OK ||
        satellite_store_code_add(db, id, hash, now, hn_add(now, life), e) != HN_OK)
        return e->code;
    *code = hn_arena_fmt(a, "%.4s-%.4s-%.4s-%.4s", plain, plain + 4, plain + 8, plain + 12);
    return HN_OK;
}

static hn_span life_of(hn_span wanted, struct hn_err *e)
{
    if (wanted == 0)
        return SATELLITE_CODE_LIFE;
    if (wanted < CODE_LIFE_MIN || wanted > SATELLITE_CODE_LIFE_MAX)
        (void)hn_fail_field(e, "code_minutes", "must be between %d and %d",
                            (int)(CODE_LIFE_MIN / HN_MIN_SPAN),
                            (int)(SATELLITE_CODE_LIFE_MAX / HN_MIN_SPAN));
    return wanted;
}

/* ---- changing ---- */

static enum hn_code audit(struct db *db, const struct actor *who, const char *act, int64_t id,
                          const char *reason, const char *before, const char *after, hn_instant now,
                          struct hn_err *e)
{
    struct audit_act row = {.account_id = who->account_id,
                            .who = who->who,
                            .act = act,
                            .object = "satellite",
                            .object_id = id,
                            .reason = reason,
                            .before = before,
                            .after = after,
                            .address = who->address};

    return audit_add(db, &row, now, e);
}

static void check_name(struct db *db, struct hn_arena *a, const char *name, hn_instant now,
                       struct hn_err *e)
{
    size_t n = name == NULL ? 0 : strlen(name);
    struct satellite_record there;
    struct hn_err none = {0};

    if (n == 0 || n > NAME_MAX_BYTES || strspn(name, NAME_LETTERS) != n)
        (void)hn_fail_field(e, "name", "must be 1 to %d letters a-z, digits, - or _",
                            NAME_MAX_BYTES);
    else if (hn_streq(name, "local") || hn_streq(name, "sample"))
        (void)hn_fail_field(e, "name", "is the name of a probe of this machine");
    else if (satellite_by_name(db, a, name, now, &there, &none) == HN_OK)
        (void)hn_fail_field(e, "name", "is in use");
    else if (none.code != HN_E_NOT_FOUND)
        *e = none;
}

/* The host that stands for it, with its one check: every probe interval a result is made of what
 * was heard, see uplink.h. */
static enum hn_code make_host(struct db *db, struct hn_arena *a, const struct actor *who,
                              const struct satellite_in *in, hn_instant now, int64_t *id,
                              struct hn_err *e)
{
    struct check_in check = check_in_new("heartbeat");
    struct host_in host = host_in_new();

    check.name = SATELLITE_CHECK;
    check.monitoring = "liveness";
    check.interval_s = SATELLITE_CHECK_S;
    check.retry_interval_s = SATELLITE_CHECK_S;
    check.attempts_n = check.attempts_of = 1;
    check.liveness = true;
    host.name = hn_arena_fmt(a, "satellite-%s", in->name);
    host.label = hn_arena_fmt(a, hn_tr("Satellite %s"), in->name);
    host.address = "127.0.0.1"; /* what further checks of it, run by itself, would ask */
    host.class = "server";
    host.probe = in->name;
    host.segment_id = in->segment_id;
    *id = 0;
    return host_save(db, a, who, id, &host, &check, 1, now, e);
}

enum hn_code satellite_create(struct db *db, struct hn_arena *a, const struct actor *who,
                              const struct satellite_in *in, hn_instant now, int64_t *id,
                              const char **code, struct hn_err *e)
{
    hn_span life = life_of(in->code_life, e);
    struct satellite_record row;
    int64_t host_id;
    DB_TX tx = {0};

    check_name(db, a, in->name, now, e);
    if (e->code != HN_OK || db_begin(db, &tx, e) != HN_OK ||
        make_host(db, a, who, in, now, &host_id, e) != HN_OK ||
        satellite_store_add(db, in, host_id, now, id, e) != HN_OK ||
        make_code(db, a, *id, life, now, code, e) != HN_OK ||
        satellite_get(db, a, *id, now, &row, e) != HN_OK ||
        audit(db, who, "satellite.create", *id, NULL, NULL, satellite_json_text(a, &row, now), now,
              e) != HN_OK)
        return hn_ctx(e, "register a satellite");
    return db_commit(&tx, e);
}

enum hn_code satellite_change(struct db *db, struct hn_arena *a, const struct actor *who,
                              int64_t id, const struct satellite_in *in, hn_instant now,
                              struct hn_err *e)
{
    struct satellite_record before, after;
    DB_TX tx = {0};

    if (db_begin(db, &tx, e) != HN_OK || satellite_get(db, a, id, now, &before, e) != HN_OK)
        return e->code;
    if (satellite_store_change(db, id, in, e) != HN_OK) {
        if (e->code != HN_E_NOT_FOUND)
            return hn_ctx(e, "change satellite %" PRId64, id);
        hn_err_clear(e);
        return hn_fail(e, HN_E_CONFLICT,
                       "somebody else changed this in the meantime; read it again");
    }
    if (satellite_get(db, a, id, now, &after, e) != HN_OK ||
        audit(db, who, "satellite.change", id, NULL, satellite_json_text(a, &before, now),
              satellite_json_text(a, &after, now), now, e) != HN_OK)
        return hn_ctx(e, "change satellite %" PRId64, id);
    return db_commit(&tx, e);
}

enum hn_code satellite_new_code(struct db *db, struct hn_arena *a, const struct actor *who,
                                int64_t id, hn_span life, hn_instant now, const char **code,
                                struct hn_err *e)
{
    struct satellite_record row;
    DB_TX tx = {0};

    life = life_of(life, e);
    if (e->code != HN_OK || db_begin(db, &tx, e) != HN_OK ||
        satellite_get(db, a, id, now, &row, e) != HN_OK ||
        satellite_store_lock(db, id, e) != HN_OK ||
        make_code(db, a, id, life, now, code, e) != HN_OK ||
        audit(db, who, "satellite.code", id, NULL, NULL, NULL, now, e) != HN_OK)
        return hn_ctx(e, "code of satellite %" PRId64, id);
    return db_commit(&tx, e);
}

enum hn_code satellite_revoke(struct db *db, struct hn_arena *a, const struct actor *who,
                              int64_t id, const char *reason, hn_instant now, struct hn_err *e)
{
    struct satellite_record before, after;
    DB_TX tx = {0};

    if (db_begin(db, &tx, e) != HN_OK || satellite_get(db, a, id, now, &before, e) != HN_OK ||
        satellite_store_lock(db, id, e) != HN_OK)
        return e->code;
    if (hn_streq(before.state, "revoked"))
        return hn_fail(e, HN_E_CONFLICT, "it is revoked already");
    if (satellite_store_codes_void(db, id, now, e) != HN_OK ||
        satellite_store_certs_end(db, id, NULL, "revoked", now, e) != HN_OK ||
        satellite_store_set_state(db, id, "revoked", reason, now, e) != HN_OK ||
        satellite_get(db, a, id, now, &after, e) != HN_OK ||
        audit(db, who, "satellite.revoke", id, reason, satellite_json_text(a, &before, now),
              satellite_json_text(a, &after, now), now, e) != HN_OK)
        return hn_ctx(e, "revoke satellite %" PRId64, id);
    return db_commit(&tx, e);
}
