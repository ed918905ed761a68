/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/snmp_mib.h"

#include "server/base/parse.h"

#define TEXT_MAX 60

/* 1.3.6.1.2.1 and the rest; all numbers are below 128, so each is one octet */
#define OCTETS(...)                                                                                \
    {                                                                                              \
        0x2B, 6, 1, 2, 1, __VA_ARGS__                                                              \
    }

static const struct {
    const char *name;
    uint8_t octets[16];
    uint8_t n;
} objects[] = {
#define X(name, ...)                                                                               \
    [OBJ_##name] = {#name, OCTETS(__VA_ARGS__), sizeof((const uint8_t[])OCTETS(__VA_ARGS__))},
    SNMP_OBJECTS(X)
#undef X
};

struct hn_bytes snmp_object_oid(enum snmp_object o)
{
    return (struct hn_bytes){.p = objects[o].octets, .n = objects[o].n};
}

const char *snmp_object_name(enum snmp_object o)
{
    return objects[o].name;
}

static struct hn_bytes copy(struct hn_arena *a, struct hn_bytes b)
{
    return (struct hn_bytes){.p = hn_arena_memdup(a, b.p, b.n), .n = b.n};
}

void snmp_got_add(struct snmp_got *g, unsigned object, struct hn_bytes instance,
                  const struct snmp_value *v)
{
    struct snmp_cell *c;

    if (g->n == g->cap) {
        size_t cap = HN_MAX(g->cap * 2, (size_t)32);

        c = hn_arena_make(g->arena, struct snmp_cell, cap);
        if (g->n > 0)
            memcpy(c, g->cell, g->n * sizeof(*c));
        g->cell = c;
        g->cap = cap;
    }
    c = &g->cell[g->n++];
    c->object = object;
    c->instance = copy(g->arena, instance);
    c->v = *v;
    if (v->bytes.n > 0)
        c->v.bytes = copy(g->arena, v->bytes);
}

static uint64_t hash(unsigned object, struct hn_bytes instance)
{
    uint64_t h = (UINT64_C(14695981039346656037) ^ object) * UINT64_C(1099511628211);

    for (size_t i = 0; i < instance.n; i++)
        h = (h ^ instance.p[i]) * UINT64_C(1099511628211);
    return h ^ h >> 29;
}

static bool same(const struct snmp_cell *c, unsigned object, struct hn_bytes instance)
{
    return c->object == object && c->instance.n == instance.n &&
           (instance.n == 0 || memcmp(c->instance.p, instance.p, instance.n) == 0);
}

void snmp_got_index(struct snmp_got *g)
{
    size_t size = 16;

    while (size < g->n * 2)
        size *= 2;
    g->index = hn_arena_make(g->arena, size_t, size); /* 0 = empty, else cell + 1 */
    g->n_index = size;
    for (size_t i = 0; i < g->n; i++) {
        size_t k = (size_t)hash(g->cell[i].object, g->cell[i].instance) & (size - 1);

        while (g->index[k] != 0 &&
               !same(&g->cell[g->index[k] - 1], g->cell[i].object, g->cell[i].instance))
            k = (k + 1) & (size - 1);
        if (g->index[k] == 0) /* of two answers to one question the first counts */
            g->index[k] = i + 1;
    }
}

const struct snmp_value *snmp_got_find(const struct snmp_got *g, unsigned object,
                                       struct hn_bytes instance)
{
    size_t k;

    if (g->n_index == 0)
        return NULL;
    k = (size_t)hash(object, instance) & (g->n_index - 1);
    for (; g->index[k] != 0; k = (k + 1) & (g->n_index - 1))
        if (same(&g->cell[g->index[k] - 1], object, instance))
            return &g->cell[g->index[k] - 1].v;
    return NULL;
}

double snmp_got_number(const struct snmp_got *g, unsigned object, struct hn_bytes instance,
                       double none)
{
    const struct snmp_value *v = snmp_got_find(g, object, instance);
    double d;

    return v != NULL && snmp_value_number(v, &d) ? d : none;
}

int snmp_got_int(const struct snmp_got *g, unsigned object, struct hn_bytes instance, int none)
{
    double d = snmp_got_number(g, object, instance, (double)none);

    return d >= INT32_MIN && d <= INT32_MAX ? (int)d : none;
}

const char *snmp_got_text(const struct snmp_got *g, unsigned object, struct hn_bytes instance)
{
    const struct snmp_value *v = snmp_got_find(g, object, instance);
    char *out;
    size_t n = 0;

    if (v == NULL || v->type != SNMP_TYPE_OCTETS || v->bytes.n == 0)
        return NULL;
    out = hn_arena_alloc(g->arena, TEXT_MAX + 4);
    for (size_t i = 0; i < v->bytes.n && n < TEXT_MAX; i++) {
        uint8_t c = v->bytes.p[i];

        if (c == 0)
            break; /* some agents send the terminator */
        out[n++] = (char)(c < 0x20 || c == 0x7F ? ' ' : c);
    }
    while (n > 0 && !hn_utf8_valid(out, n)) /* another character set, or cut */
        n--;
    while (n > 0 && out[n - 1] == ' ')
        n--;
    out[n] = '\0';
    return n == 0 ? NULL : out;
}

const char *snmp_instance_text(struct hn_arena *a, struct hn_bytes instance)
{
    char text[SNMP_OID_TEXT_MAX];
    size_t at = 0;
    uint32_t v = 0;

    text[0] = '\0';
    /* sub-identifiers, checked when the message was read */
    for (size_t i = 0; i < instance.n && at + 12 < sizeof(text); i++) {
        v = v << 7 | (instance.p[i] & 0x7FU);
        if ((instance.p[i] & 0x80) != 0)
            continue;
        at += (size_t)snprintf(text + at, sizeof(text) - at, at == 0 ? "%" PRIu32 : ".%" PRIu32, v);
        v = 0;
    }
    return hn_arena_strdup(a, text);
}
