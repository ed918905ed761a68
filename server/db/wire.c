/* SPDX-License-Identifier: Apache-2.0 */
#include "server/db/wire.h"

#include <math.h>

/* PostgreSQL counts microseconds from 2000-01-01T00:00:00Z. */
#define PG_EPOCH ((int64_t)946684800 * HN_SEC)

static void put32(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(v >> (24 - 8 * i));
}

static void put64(uint8_t *p, uint64_t v)
{
    for (int i = 0; i < 8; i++)
        p[i] = (uint8_t)(v >> (56 - 8 * i));
}

static uint64_t get(const uint8_t *p, size_t n)
{
    uint64_t v = 0;

    for (size_t i = 0; i < n; i++)
        v = v << 8 | p[i];
    return v;
}

static uint64_t ts_out(hn_instant t)
{
    if (t == HN_NEVER)
        return (uint64_t)INT64_MAX;
    if (t == HN_UNSET + 1)
        return (uint64_t)INT64_MIN; /* as it is read: '-infinity' */
    return (uint64_t)(t - PG_EPOCH);
}

static uint64_t f64_bits(double v)
{
    uint64_t u;

    memcpy(&u, &v, sizeof(u));
    return u;
}

/* A one-dimensional array: header, then each element with its length. */
static uint8_t *array_head(struct hn_arena *a, size_t n, Oid elem, size_t bytes, bool nulls)
{
    uint8_t *p = hn_arena_alloc(a, 20 + bytes);

    put32(p, n == 0 ? 0 : 1);
    put32(p + 4, nulls ? 1 : 0);
    put32(p + 8, elem);
    put32(p + 12, (uint32_t)n);
    put32(p + 16, 1);
    return p;
}

static const uint8_t *array64(struct hn_arena *a, const struct db_arg *arg, int *length)
{
    Oid elem = arg->kind == DB_ARG_I64S   ? OID_INT8
               : arg->kind == DB_ARG_F64S ? OID_FLOAT8
                                          : OID_TIMESTAMPTZ;
    bool nulls = false;
    uint8_t *p;
    uint8_t *q;

    if (arg->kind == DB_ARG_TSS)
        for (size_t i = 0; i < arg->n; i++)
            nulls |= ((const int64_t *)arg->p)[i] == HN_UNSET;
    p = array_head(a, arg->n, elem, arg->n * 12, nulls);
    q = p + 20;
    for (size_t i = 0; i < arg->n; i++) {
        uint64_t v;

        if (arg->kind == DB_ARG_F64S) {
            v = f64_bits(((const double *)arg->p)[i]);
        } else {
            int64_t s = ((const int64_t *)arg->p)[i];

            if (arg->kind == DB_ARG_TSS && s == HN_UNSET) {
                put32(q, UINT32_MAX);
                q += 4;
                continue;
            }
            v = arg->kind == DB_ARG_TSS ? ts_out(s) : (uint64_t)s;
        }
        put32(q, 8);
        put64(q + 4, v);
        q += 12;
    }
    *length = arg->n == 0 ? 12 : (int)(q - p);
    return p;
}

static const uint8_t *array_text(struct hn_arena *a, const struct db_arg *arg, int *length)
{
    const char *const *s = arg->p;
    size_t bytes = 0;
    bool nulls = false;
    uint8_t *p;
    uint8_t *q;

    for (size_t i = 0; i < arg->n; i++) {
        bytes += 4 + (s[i] == NULL ? 0 : strlen(s[i]));
        nulls |= s[i] == NULL;
    }
    p = array_head(a, arg->n, OID_TEXT, bytes, nulls);
    q = p + 20;
    for (size_t i = 0; i < arg->n; i++) {
        size_t n = s[i] == NULL ? 0 : strlen(s[i]);

        put32(q, s[i] == NULL ? UINT32_MAX : (uint32_t)n);
        q += 4;
        if (n > 0)
            memcpy(q, s[i], n);
        q += n;
    }
    *length = arg->n == 0 ? 12 : (int)(q - p);
    return p;
}

static const uint8_t *array_blobs(struct hn_arena *a, const struct db_arg *arg, int *length)
{
    const struct hn_bytes *s = arg->p;
    size_t bytes = 0;
    uint8_t *p;
    uint8_t *q;

    for (size_t i = 0; i < arg->n; i++)
        bytes += 4 + s[i].n;
    p = array_head(a, arg->n, OID_BYTEA, bytes, false);
    q = p + 20;
    for (size_t i = 0; i < arg->n; i++) {
        put32(q, (uint32_t)s[i].n);
        if (s[i].n > 0)
            memcpy(q + 4, s[i].p, s[i].n);
        q += 4 + s[i].n;
    }
    *length = arg->n == 0 ? 12 : (int)(q - p);
    return p;
}

static void one_param(struct hn_arena *a, const struct db_arg *arg, struct wire_params *w, size_t i)
{
    uint8_t *b;

    w->format[i] = 1;
    switch (arg->kind) {
    case DB_ARG_NULL: w->format[i] = 0; return;
    case DB_ARG_TEXT:
        w->format[i] = 0;
        w->value[i] = arg->p;
        return;
    case DB_ARG_BOOL:
        b = hn_arena_alloc(a, 1);
        b[0] = arg->i != 0;
        w->type[i] = OID_BOOL;
        w->length[i] = 1;
        break;
    case DB_ARG_I64:
    case DB_ARG_F64:
    case DB_ARG_TS:
        w->type[i] = arg->kind == DB_ARG_I64   ? OID_INT8
                     : arg->kind == DB_ARG_F64 ? OID_FLOAT8
                                               : OID_TIMESTAMPTZ;
        if (arg->kind == DB_ARG_TS && arg->i == HN_UNSET)
            return;
        b = hn_arena_alloc(a, 8);
        put64(b, arg->kind == DB_ARG_I64   ? (uint64_t)arg->i
                 : arg->kind == DB_ARG_F64 ? f64_bits(arg->f)
                                           : ts_out(arg->i));
        w->length[i] = 8;
        break;
    case DB_ARG_BYTES:
        w->type[i] = OID_BYTEA;
        w->value[i] = arg->p;
        w->length[i] = (int)arg->n;
        return;
    case DB_ARG_I64S:
    case DB_ARG_TSS:
    case DB_ARG_F64S:
        w->type[i] = arg->kind == DB_ARG_I64S   ? OID_INT8_ARRAY
                     : arg->kind == DB_ARG_F64S ? OID_FLOAT8_ARRAY
                                                : OID_TIMESTAMPTZ_ARRAY;
        w->value[i] = (const char *)array64(a, arg, &w->length[i]);
        return;
    case DB_ARG_TEXTS:
        w->type[i] = OID_TEXT_ARRAY;
        w->value[i] = (const char *)array_text(a, arg, &w->length[i]);
        return;
    case DB_ARG_BLOBS:
        w->type[i] = OID_BYTEA_ARRAY;
        w->value[i] = (const char *)array_blobs(a, arg, &w->length[i]);
        return;
    default: hn_assert_fail("unknown db_arg kind", __FILE__, __LINE__); return;
    }
    w->value[i] = (const char *)b;
}

void wire_params(struct hn_arena *a, const struct db_arg *args, size_t n, struct wire_params *out)
{
    out->type = hn_arena_make(a, Oid, n);
    out->value = hn_arena_make(a, const char *, n);
    out->length = hn_arena_make(a, int, n);
    out->format = hn_arena_make(a, int, n);
    for (size_t i = 0; i < n; i++)
        one_param(a, &args[i], out, i);
}

int64_t db_cell_i64(struct db_cell c)
{
    HN_ASSERT(c.p == NULL || c.n == 8);
    return c.p == NULL ? 0 : (int64_t)get(c.p, 8);
}

hn_instant db_cell_ts(struct db_cell c)
{
    int64_t v;

    if (c.p == NULL)
        return HN_UNSET;
    HN_ASSERT(c.n == 8);
    v = (int64_t)get(c.p, 8);
    if (v == INT64_MAX)
        return HN_NEVER;
    return v == INT64_MIN ? HN_UNSET + 1 : v + PG_EPOCH;
}

double db_cell_f64(struct db_cell c)
{
    uint64_t u;
    double v;

    if (c.p == NULL)
        return (double)NAN;
    HN_ASSERT(c.n == 8);
    u = get(c.p, 8);
    memcpy(&v, &u, sizeof(v));
    return v;
}

bool wire_i64(Oid oid, struct db_cell c, int64_t *out)
{
    switch (oid) {
    case OID_INT8: *out = db_cell_i64(c); return true;
    case OID_INT4: *out = c.p == NULL ? 0 : (int32_t)get(c.p, 4); return true;
    case OID_OID: *out = c.p == NULL ? 0 : (int64_t)get(c.p, 4); return true;
    case OID_INT2: *out = c.p == NULL ? 0 : (int16_t)get(c.p, 2); return true;
    case OID_BOOL: *out = c.p != NULL && c.p[0] != 0; return true;
    case OID_TIMESTAMPTZ: *out = db_cell_ts(c); return true;
    default: return false;
    }
}

static bool wire_f64(Oid oid, struct db_cell c, double *out)
{
    int64_t i;

    if (oid == OID_FLOAT8) {
        *out = db_cell_f64(c);
        return true;
    }
    if (oid == OID_FLOAT4) {
        uint32_t u;
        float f;

        if (c.p == NULL) {
            *out = (double)NAN;
            return true;
        }
        u = (uint32_t)get(c.p, 4);
        memcpy(&f, &u, sizeof(f));
        *out = (double)f;
        return true;
    }
    if (oid == OID_TIMESTAMPTZ || !wire_i64(oid, c, &i))
        return false;
    *out = c.p == NULL ? (double)NAN : (double)i;
    return true;
}

/* Elements of a one-dimensional array; next() reads each. Sizes come from the server and are
 * checked. */
static bool array_open(struct db_cell c, Oid elem, size_t *n, const uint8_t **at)
{
    uint64_t dims;

    *n = 0;
    if (c.p == NULL)
        return true;
    if (c.n < 12 || get(c.p + 8, 4) != elem)
        return false;
    dims = get(c.p, 4);
    if (dims == 0)
        return true;
    if (dims != 1 || c.n < 20)
        return false;
    *n = (size_t)get(c.p + 12, 4);
    *at = c.p + 20;
    return *n <= c.n / 4;
}

static struct db_cell array_next(const uint8_t **at)
{
    uint32_t n = (uint32_t)get(*at, 4);
    struct db_cell c = {NULL, 0};

    *at += 4;
    if (n == UINT32_MAX)
        return c;
    c = (struct db_cell){*at, n};
    *at += n;
    return c;
}

static bool wire_i64s(struct hn_arena *a, Oid oid, struct db_cell c, struct hn_i64s *out)
{
    Oid elem = oid == OID_INT8_ARRAY ? OID_INT8 : OID_TIMESTAMPTZ;
    const uint8_t *at = NULL;
    int64_t *v;

    if (oid != OID_INT8_ARRAY && oid != OID_TIMESTAMPTZ_ARRAY)
        return false;
    if (!array_open(c, elem, &out->n, &at))
        return false;
    v = hn_arena_make(a, int64_t, out->n);
    for (size_t i = 0; i < out->n; i++)
        (void)wire_i64(elem, array_next(&at), &v[i]);
    out->v = v;
    return true;
}

static bool wire_texts(struct hn_arena *a, Oid oid, struct db_cell c, struct hn_texts *out)
{
    const uint8_t *at = NULL;
    const char **v;

    if (oid != OID_TEXT_ARRAY || !array_open(c, OID_TEXT, &out->n, &at))
        return false;
    v = hn_arena_make(a, const char *, out->n);
    for (size_t i = 0; i < out->n; i++) {
        struct db_cell x = array_next(&at);

        v[i] = x.p == NULL ? NULL : hn_arena_strndup(a, (const char *)x.p, x.n);
    }
    out->v = v;
    return true;
}

static bool wire_text(struct hn_arena *a, Oid oid, struct db_cell c, const char **out)
{
    size_t skip = oid == OID_JSONB ? 1 : 0; /* jsonb's version byte */

    if (oid == OID_INT8 || oid == OID_INT4 || oid == OID_BYTEA || oid == OID_TIMESTAMPTZ ||
        oid == OID_BOOL || oid == OID_FLOAT8)
        return false;
    *out = c.p == NULL || c.n < skip ? NULL
                                     : hn_arena_strndup(a, (const char *)c.p + skip, c.n - skip);
    return true;
}

bool wire_cell(struct hn_arena *a, enum db_type type, Oid oid, struct db_cell c, void *dst)
{
    int64_t i;

    switch (type) {
    case DB_T_I64: return wire_i64(oid, c, dst);
    case DB_T_I32:
        if (oid == OID_TIMESTAMPTZ || !wire_i64(oid, c, &i) || i < INT32_MIN || i > INT32_MAX)
            return false;
        *(int *)dst = (int)i;
        return true;
    case DB_T_BOOL:
        if (oid != OID_BOOL)
            return false;
        *(bool *)dst = c.p != NULL && c.p[0] != 0;
        return true;
    case DB_T_F64: return wire_f64(oid, c, dst);
    case DB_T_TEXT: return wire_text(a, oid, c, dst);
    case DB_T_BYTES:
        if (oid != OID_BYTEA)
            return false;
        *(struct hn_bytes *)dst =
            (struct hn_bytes){c.p == NULL ? NULL : hn_arena_memdup(a, c.p, c.n), c.n};
        return true;
    case DB_T_I64S: return wire_i64s(a, oid, c, dst);
    case DB_T_TEXTS: return wire_texts(a, oid, c, dst);
    default: return false;
    }
}
