/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/spec.h"

#include "probes/mem.h"
#include "probes/spec_json.h"
#include "server/base/hash.h"
#include "server/base/i18n.h"

static const char *const kind_words[] = {
#define X(n, w) [PROBE_##n] = w,
    PROBE_KINDS(X)
#undef X
};

const struct hn_texts probe_kind_words = {kind_words, PROBE_KIND_COUNT};

const char *probe_kind_word(enum probe_kind k)
{
    return kind_words[k];
}

static bool kind_parse(const char *word, enum probe_kind *out)
{
    for (size_t i = 0; i < HN_ARRAY_LEN(kind_words); i++)
        if (hn_streq(word, kind_words[i])) {
            *out = (enum probe_kind)i;
            return true;
        }
    return false;
}

/* So that a check which is known to be down is not taken for one that begins to fail. */
static struct check_row stored_row(const struct assignment *row)
{
    enum check_state s, known;

    if (row->state == NULL || row->known_state == NULL || !check_state_parse(row->state, &s) ||
        s == CHECK_PENDING || !check_state_parse(row->known_state, &known))
        return check_row_new();
    return check_row_at(s, known, row->state_since, row->last_at);
}

typedef enum hn_code params_fn(struct json_object *o, struct probe_spec *s, struct hn_err *e);

static params_fn *const params_of[] = {
    [PROBE_ICMP] = spec_json_icmp,
    [PROBE_SNMP] = spec_json_snmp,
    [PROBE_HTTP] = spec_json_http,
    [PROBE_TCP] = spec_json_tcp,
};

static enum hn_code read_params(struct probe_spec *s, const char *text, struct hn_err *e)
{
    HN_JSON o = NULL;

    if (hn_json_parse(text, strlen(text), &o, e) != HN_OK || hn_json_is_object(o, e) != HN_OK)
        return e->code;
    return params_of[s->kind](o, s, e);
}

struct probe_spec *spec_make(const struct assignment *row, struct spec_keys *keys)
{
    struct hn_arena *a;
    struct probe_spec *s;
    enum probe_kind kind;
    struct hn_err e = {0};

    if (!kind_parse(row->kind, &kind))
        return NULL;
    a = hn_arena_new();
    s = hn_arena_make(a, struct probe_spec, 1);
    s->arena = a;
    s->check_id = row->id;
    s->host_id = row->host_id;
    s->kind = kind;
    s->name = hn_arena_strdup(a, row->name);
    s->host = hn_arena_strdup(a, row->host);
    s->address = hn_arena_strdup(a, row->address);
    s->policy = (struct check_policy){.n = (int)row->attempts_n,
                                      .of = (int)row->attempts_of,
                                      .interval_us = row->interval_s * HN_SEC,
                                      .retry_interval_us = row->retry_interval_s * HN_SEC};
    s->timeout_us = (hn_span)(row->timeout_s * (double)HN_SEC);
    s->is_liveness = row->liveness;
    s->parents.n = row->parents.n;
    s->parents.v = hn_arena_memdup(a, row->parents.v, row->parents.n * sizeof(int64_t));
    s->row = stored_row(row);
    if (check_policy_valid(&s->policy, &e) != HN_OK) {
        s->bad = hn_arena_strdup(a, e.msg);
        s->policy.n = s->policy.of = CHECK_N_DEFAULT;
    }
    hn_err_clear(&e);
    if (read_params(s, row->params, &e) != HN_OK)
        s->bad = hn_arena_fmt(a, hn_tr("the check's settings cannot be used: %s"), e.msg);
    hn_err_clear(&e);
    if (spec_json_thresholds(row->thresholds, a, &s->limits, &e) != HN_OK) {
        s->limits.n = 0;
        s->no_limits = hn_arena_fmt(a, hn_tr("the thresholds cannot be used: %s"), e.msg);
    }
    hn_err_clear(&e);
    if (kind == PROBE_SNMP && s->bad == NULL && spec_json_access(row->snmp, keys, s, &e) != HN_OK)
        s->bad = hn_arena_fmt(a, hn_tr("the host's SNMP settings cannot be used: %s"), e.msg);
    return s;
}

void spec_free(struct probe_spec *s)
{
    if (s != NULL)
        hn_arena_free(s->arena);
}

/* ---- keys ---- */

struct key_entry {
    struct key_entry *next;
    uint64_t of; /* fingerprint of what it was made from */
    struct usm_secret secret;
};

struct spec_keys {
    struct key_entry *first;
    size_t n;
};

#define KEYS_MAX 1000

struct spec_keys *spec_keys_new(void)
{
    return MEM_NEW(struct spec_keys);
}

static void keys_clear(struct spec_keys *k)
{
    while (k->first != NULL) {
        struct key_entry *en = k->first;

        k->first = en->next;
        explicit_bzero(en, sizeof(*en));
        free(en);
    }
    k->n = 0;
}

void spec_keys_free(struct spec_keys *k)
{
    if (k == NULL)
        return;
    keys_clear(k);
    free(k);
}

enum hn_code spec_keys_get(struct spec_keys *k, const struct spec_credential *c,
                           struct usm_secret *out, struct hn_err *e)
{
    const int64_t kinds[] = {c->auth, c->priv};
    uint64_t of = hn_hash(HN_HASH_START, kinds, sizeof(kinds));
    struct key_entry *en;

    of = hn_hash_text(of, c->user);
    of = hn_hash_text(of, c->auth_password);
    of = hn_hash_text(of, c->priv_password);
    for (en = k->first; en != NULL; en = en->next)
        if (en->of == of && hn_streq(en->secret.user, c->user)) {
            *out = en->secret;
            return HN_OK;
        }
    if (usm_secret_init(out, c->user, c->auth, c->auth_password, c->priv, c->priv_password, e) !=
        HN_OK)
        return e->code;
    if (k->n >= KEYS_MAX)
        keys_clear(k);
    en = MEM_NEW(struct key_entry);
    *en = (struct key_entry){.next = k->first, .of = of, .secret = *out};
    k->first = en;
    k->n++;
    return HN_OK;
}
