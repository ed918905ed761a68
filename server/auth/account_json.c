/* SPDX-License-Identifier: Apache-2.0 */
#include "server/auth/account_json.h"

#include "server/base/parse.h"

static const char *const role_words[] = {
#define X(e, w, j) w,
    HN_ROLES(X)
#undef X
        NULL};

static void read_role(struct json_object *o, enum hn_need need, enum role *out, struct hn_err *e)
{
    int i = -1;

    if (hn_json_word(o, "role", need, role_words, &i, e) == HN_OK && i >= 0)
        *out = (enum role)i;
}

enum hn_code account_json_new(struct json_object *o, struct hn_arena *a, struct account_new *out,
                              struct hn_err *e)
{
    static const char *const fields[] = {"login", "name", "mail", "role", NULL};

    *out = (struct account_new){.role = ROLE_NONE};
    (void)hn_json_text(o, "login", HN_REQ, 1, 80, a, &out->login, e);
    (void)hn_json_text(o, "name", HN_REQ, 1, 100, a, &out->name, e);
    (void)hn_json_text(o, "mail", HN_OPT, 0, 254, a, &out->mail, e);
    read_role(o, HN_REQ, &out->role, e);
    return hn_json_no_others(o, fields, e);
}

enum hn_code account_json_change(struct json_object *o, struct hn_arena *a,
                                 struct account_change *out, struct hn_err *e)
{
    static const char *const fields[] = {"name", "mail", "role", "disabled", "version", NULL};
    bool disabled = false;

    *out = (struct account_change){.role = ROLE_NONE, .disabled = -1};
    (void)hn_json_text(o, "name", HN_OPT, 1, 100, a, &out->name, e);
    (void)hn_json_text(o, "mail", HN_OPT, 0, 254, a, &out->mail, e);
    read_role(o, HN_OPT, &out->role, e);
    (void)hn_json_bool(o, "disabled", HN_OPT, &disabled, e);
    (void)hn_json_i64(o, "version", HN_REQ, 1, INT64_MAX, &out->version, e);
    if (hn_json_has(o, "disabled") && !hn_json_is_null(o, "disabled"))
        out->disabled = disabled ? 1 : 0;
    return hn_json_no_others(o, fields, e);
}

enum hn_code token_expiry(const char *text, const char *field, hn_instant now, hn_instant *out,
                          struct hn_err *e)
{
    size_t n = strspn(text, "0123456789");
    int64_t v = 0;

    if (n > 0 && n < 8 && (text[n] == 'd' || text[n] == 'h') && text[n + 1] == '\0') {
        for (size_t i = 0; i < n; i++)
            v = v * 10 + (text[i] - '0');
        if (v < 1 || v > 87600)
            return hn_fail_field(e, field, "must be between one hour and ten years");
        *out = hn_add(now, v * (text[n] == 'd' ? HN_DAY : HN_HOUR));
        return HN_OK;
    }
    return hn_parse_rfc3339(text, field, out, e);
}

enum hn_code token_json_new(struct json_object *o, struct hn_arena *a, hn_instant now,
                            struct token_new *out, struct hn_err *e)
{
    static const char *const fields[] = {"name", "role", "expires_at", "expires_in", NULL};
    const char *in = NULL;

    *out = (struct token_new){.role = ROLE_NONE, .expires_at = HN_UNSET};
    (void)hn_json_text(o, "name", HN_REQ, 1, 60, a, &out->name, e);
    read_role(o, HN_REQ, &out->role, e);
    (void)hn_json_instant(o, "expires_at", HN_OPT, &out->expires_at, e);
    (void)hn_json_text(o, "expires_in", HN_OPT, 2, 10, a, &in, e);
    if (in != NULL && out->expires_at != HN_UNSET)
        (void)hn_fail_field(e, "expires_in", "cannot be given together with expires_at");
    else if (in != NULL && token_expiry(in, "expires_in", now, &out->expires_at, e) != HN_OK)
        return e->code;
    return hn_json_no_others(o, fields, e);
}

const char *account_state(const struct account *t)
{
    if (t->disabled_at != HN_UNSET)
        return "disabled";
    return t->password_hash == NULL ? "waiting" : "active";
}

void account_json_write(struct hn_jw *w, const struct account *t, const char *link)
{
    hn_jw_object(w, NULL);
    hn_jw_id(w, "id", t->id);
    hn_jw_text(w, "login", t->login);
    hn_jw_text(w, "name", t->name);
    hn_jw_text(w, "kind", t->kind);
    hn_jw_text(w, "role", t->role);
    hn_jw_text(w, "mail", t->mail);
    hn_jw_text(w, "state", account_state(t));
    hn_jw_instant(w, "disabled_at", t->disabled_at);
    hn_jw_instant(w, "last_sign_in_at", t->last_sign_in_at);
    hn_jw_instant(w, "created_at", t->created_at);
    hn_jw_i64(w, "version", t->version);
    if (link != NULL)
        hn_jw_text(w, "setup_path", link);
    hn_jw_end_object(w);
}

void token_json_write(struct hn_jw *w, const struct token *t, const char *secret)
{
    hn_jw_object(w, NULL);
    hn_jw_id(w, "id", t->id);
    hn_jw_id(w, "account_id", t->account_id);
    hn_jw_text(w, "name", t->name);
    hn_jw_text(w, "role", t->role);
    hn_jw_instant(w, "expires_at", t->expires_at);
    hn_jw_instant(w, "revoked_at", t->revoked_at);
    hn_jw_instant(w, "used_at", t->used_at);
    hn_jw_instant(w, "created_at", t->created_at);
    if (secret != NULL)
        hn_jw_text(w, "token", secret);
    hn_jw_end_object(w);
}

void session_json_write(struct hn_jw *w, const struct session *s)
{
    hn_jw_object(w, NULL);
    hn_jw_id(w, "id", s->id);
    hn_jw_id(w, "account_id", s->account_id);
    hn_jw_text(w, "login", s->login);
    hn_jw_text(w, "address", s->address);
    hn_jw_text(w, "agent", s->agent);
    hn_jw_instant(w, "created_at", s->created_at);
    hn_jw_instant(w, "used_at", s->used_at);
    hn_jw_instant(w, "expires_at", s->expires_at);
    hn_jw_end_object(w);
}
