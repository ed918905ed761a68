/* SPDX-License-Identifier: Apache-2.0 */
#include "server/ingest/packed.h"

#include "server/base/parse.h"

#include <math.h>

#define FIXED (8 + 8 + 1 + 1 + 2 + 1 + 2 + 4 + 4)
/* An inventory is JSON: where it is larger it cannot be cut and is left out. */
#define INVENTORY_MAX ((size_t)4 * 1024 * 1024)
#define VALUE_FIXED (1 + 1 + 1 + 8)

static const char *const kinds[] = {"gauge", "rate", "counter"};

static uint64_t kind_of(const char *word)
{
    for (size_t i = 0; i < HN_ARRAY_LEN(kinds); i++)
        if (hn_streq(word, kinds[i]))
            return i;
    return 0;
}

static size_t cut(const char *s, size_t max)
{
    size_t n = s == NULL ? 0 : strlen(s);

    if (n <= max)
        return n;
    for (n = max; n > 0 && ((unsigned char)s[n] & 0xC0) == 0x80; n--)
        ; /* not inside a character */
    return n;
}

static void put(uint8_t **p, uint64_t v, size_t octets)
{
    for (size_t i = 0; i < octets; i++)
        *(*p)++ = (uint8_t)(v >> (8 * i));
}

static void put_text(uint8_t **p, const char *s, size_t n, size_t octets)
{
    put(p, n, octets);
    if (n > 0)
        memcpy(*p, s, n);
    *p += n;
}

struct packed *packed_new(const struct ingest_result *r)
{
    size_t output = cut(r->output, UINT16_MAX);
    size_t kind = cut(r->notice_kind, UINT8_MAX);
    size_t text = cut(r->notice_text, UINT16_MAX);
    size_t inventory = r->inventory == NULL ? 0 : strlen(r->inventory);
    size_t n;
    struct packed *out;
    uint8_t *p;

    if (inventory > INVENTORY_MAX)
        inventory = 0;
    n = FIXED + output + kind + text + inventory;
    for (size_t i = 0; i < r->n_values; i++)
        n += VALUE_FIXED + cut(r->values[i].metric, UINT8_MAX) + cut(r->values[i].unit, UINT8_MAX);
    out = calloc(1, sizeof(*out) + n);
    HN_ASSERT(out != NULL);
    out->n = n;
    out->is_urgent = r->outcome != OUTCOME_OK || r->state != RESULT_OK || r->notice_kind != NULL;
    p = out->p;
    put(&p, (uint64_t)r->check_id, 8);
    put(&p, (uint64_t)r->at, 8);
    put(&p, (uint64_t)r->outcome, 1);
    put(&p, (uint64_t)r->state, 1);
    put_text(&p, r->output, output, 2);
    put_text(&p, r->notice_kind, kind, 1);
    put_text(&p, r->notice_text, text, 2);
    put_text(&p, r->inventory, inventory, 4);
    put(&p, r->n_values, 4);
    for (size_t i = 0; i < r->n_values; i++) {
        const struct ingest_value *v = &r->values[i];
        uint64_t bits;

        put_text(&p, v->metric, cut(v->metric, UINT8_MAX), 1);
        put_text(&p, v->unit, cut(v->unit, UINT8_MAX), 1);
        put(&p, kind_of(v->kind), 1);
        memcpy(&bits, &v->value, sizeof(bits));
        put(&p, bits, 8);
    }
    HN_ASSERT(p == out->p + n);
    return out;
}

struct in {
    const uint8_t *p;
    size_t left;
    bool bad;
};

static uint64_t get(struct in *in, size_t octets)
{
    uint64_t v = 0;

    if (in->left < octets) {
        in->bad = true;
        in->left = 0;
        return 0;
    }
    for (size_t i = 0; i < octets; i++)
        v |= (uint64_t)in->p[i] << (8 * i);
    in->p += octets;
    in->left -= octets;
    return v;
}

static const char *get_text(struct in *in, size_t octets, struct hn_arena *a)
{
    size_t n = (size_t)get(in, octets);
    const char *s = (const char *)in->p;

    if (in->bad || n > in->left || !hn_utf8_valid(s, n)) {
        in->bad = true;
        return "";
    }
    in->p += n;
    in->left -= n;
    return hn_arena_strndup(a, s, n);
}

static void get_value(struct in *in, struct hn_arena *a, struct ingest_value *v)
{
    uint64_t bits, kind;

    v->metric = get_text(in, 1, a);
    v->unit = get_text(in, 1, a);
    kind = get(in, 1);
    if (kind >= HN_ARRAY_LEN(kinds)) {
        in->bad = true;
        return;
    }
    v->kind = kinds[kind];
    bits = get(in, 8);
    memcpy(&v->value, &bits, sizeof(bits));
    if (!isfinite(v->value) || v->metric[0] == '\0')
        in->bad = true;
}

bool packed_read(struct hn_bytes b, struct hn_arena *a, struct ingest_result *out)
{
    struct in in = {.p = b.p, .left = b.n};
    uint64_t outcome, state;
    struct ingest_value *v;

    memset(out, 0, sizeof(*out));
    out->check_id = (int64_t)get(&in, 8);
    out->at = (hn_instant)get(&in, 8);
    outcome = get(&in, 1);
    state = get(&in, 1);
    out->output = get_text(&in, 2, a);
    out->notice_kind = get_text(&in, 1, a);
    out->notice_text = get_text(&in, 2, a);
    out->inventory = get_text(&in, 4, a);
    out->n_values = (size_t)get(&in, 4);
    if (in.bad || outcome > OUTCOME_LOST || state > RESULT_UNKNOWN || out->check_id <= 0 ||
        out->n_values > in.left / VALUE_FIXED)
        return false;
    out->outcome = (enum check_outcome)outcome;
    out->state = (enum check_result_state)state;
    if (out->notice_kind[0] == '\0')
        out->notice_kind = out->notice_text = NULL;
    if (out->inventory[0] == '\0')
        out->inventory = NULL;
    v = hn_arena_make(a, struct ingest_value, out->n_values);
    for (size_t i = 0; i < out->n_values && !in.bad; i++)
        get_value(&in, a, &v[i]);
    out->values = v;
    return !in.bad && in.left == 0;
}
