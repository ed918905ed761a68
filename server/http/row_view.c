/* SPDX-License-Identifier: Apache-2.0 */
/* Rows as maps (row_view.h). */
#include "server/http/row_view.h"

#include <math.h>

static struct tpl_val *of_i64(struct hn_arena *a, int64_t v)
{
    return v == HN_UNSET || v == HN_NEVER ? tpl_none(a) : tpl_i64(a, v);
}

static struct tpl_val *cell(struct hn_arena *a, enum db_type type, const char *p)
{
    struct tpl_val *list;

    switch (type) {
    case DB_T_I64: return of_i64(a, *(const int64_t *)(const void *)p);
    case DB_T_I32: return tpl_i64(a, *(const int *)(const void *)p);
    case DB_T_F64: {
        double v = *(const double *)(const void *)p;

        return isnan(v) ? tpl_none(a) : tpl_f64(a, v);
    }
    case DB_T_BOOL: return tpl_bool(a, *(const bool *)(const void *)p);
    case DB_T_TEXT: return tpl_str(a, *(const char *const *)(const void *)p);
    case DB_T_I64S: {
        const struct hn_i64s *v = (const void *)p;

        list = tpl_list(a);
        for (size_t i = 0; i < v->n; i++)
            tpl_push(list, of_i64(a, v->v[i]));
        return list;
    }
    case DB_T_TEXTS: {
        const struct hn_texts *v = (const void *)p;

        list = tpl_list(a);
        for (size_t i = 0; i < v->n; i++)
            tpl_push(list, tpl_str(a, v->v[i]));
        return list;
    }
    case DB_T_BYTES: break; /* bytes are nothing to show */
    }
    return tpl_none(a);
}

void row_view(struct tpl_val *map, struct hn_arena *a, const struct db_col *cols, size_t n_cols,
              const void *row)
{
    for (size_t i = 0; i < n_cols; i++)
        tpl_set(map, cols[i].name, cell(a, cols[i].type, (const char *)row + cols[i].offset));
}

struct tpl_val *rows_view(struct tpl_val *map, const char *key, struct hn_arena *a,
                          const struct db_col *cols, size_t n_cols, const void *rows, size_t size,
                          size_t n)
{
    struct tpl_val *list = tpl_set_list(map, key);

    for (size_t i = 0; i < n; i++)
        row_view(tpl_push_map(list), a, cols, n_cols, (const char *)rows + i * size);
    return list;
}
