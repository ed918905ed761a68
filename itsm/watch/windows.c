/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/watch/windows.h"

#include "itsm/watch/rrule.h"
#include "itsm/watch/windows_store.h"

#include <stdlib.h>

#define WINDOWS_MAX 200

bool window_covers(const struct window *w, const char *kind, int64_t id)
{
    for (size_t i = 0; i < w->n; i++)
        if (w->target[i].id == id && hn_streq(w->target[i].kind, kind))
            return true;
    return false;
}

enum hn_code windows_scope(struct db *db, struct hn_arena *a, const char *scope,
                           const struct window_target **out, size_t *n, struct hn_err *e)
{
    return windows_store_scope(db, a, scope, out, n, e);
}

static int by_from(const void *pa, const void *pb)
{
    const struct window *a = pa;
    const struct window *b = pb;

    if (a->from != b->from)
        return a->from < b->from ? -1 : 1;
    return (a->id > b->id) - (a->id < b->id);
}

enum hn_code windows_near(struct db *db, struct hn_arena *a, hn_instant from, hn_instant to,
                          const struct window **out, size_t *n, struct hn_err *e)
{
    struct maintenance_filter f = {.from = from, .to = to, .state = "approved", .limit = 500};
    const struct maintenance_row *rows = NULL;
    struct window *list = hn_arena_make(a, struct window, WINDOWS_MAX);
    size_t n_rows = 0;
    size_t count = 0;

    if (maintenance_list(db, a, &f, &rows, &n_rows, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n_rows; i++) {
        const struct maintenance_row *r = &rows[i];
        const struct ivl *v = NULL;
        size_t m = 0;
        const struct window_target *target = NULL;
        size_t n_target = 0;

        rrule_expand(r->recurrence, r->from_at, r->to_at, from, to, a, &v, &m);
        if (m == 0)
            continue;
        if (windows_scope(db, a, r->scope, &target, &n_target, e) != HN_OK)
            return e->code;
        for (size_t k = 0; k < m && count < WINDOWS_MAX; k++) {
            hn_instant end = v[k].to;

            if (r->ended_at != HN_UNSET && r->ended_at < end)
                end = r->ended_at;
            if (end <= v[k].from || end <= from)
                continue;
            list[count++] = (struct window){.id = r->id,
                                            .title = r->title,
                                            .kind = r->kind,
                                            .from = v[k].from,
                                            .to = end,
                                            .target = target,
                                            .n = n_target};
        }
    }
    qsort(list, count, sizeof(*list), by_from);
    *out = list;
    *n = count;
    return HN_OK;
}
