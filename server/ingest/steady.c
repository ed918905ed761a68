/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What nearly all results are: ok after ok, in time. Stepping such a row changes no more than its
 * times and its output, so it is not read at all. The statement that writes them states what must
 * hold for that (the row's state, its newest result, the check's version), and tells which it found
 * so; a row that another writer has changed in between is not among them.
 */
#include "server/ingest/batch.h"
#include "server/ingest/series_cache.h"

/* All results of a check in the batch, from..to: is it worth asking? */
static bool candidate(const struct batch *b, size_t from, size_t to,
                      const struct batch_policy *policy)
{
    if (policy == NULL)
        return false;
    for (size_t i = from; i < to; i++) {
        if (b->item[i].code != 0)
            return false;
        if (i > from && (b->item[i].at == b->item[i - 1].at ||
                         b->item[i].at - b->item[i - 1].at > policy->silence_us))
            return false;
    }
    return true;
}

enum hn_code batch_steady(struct batch *b, struct ingest_state *states, size_t *n, struct hn_err *e)
{
    struct series_cache *cache = series_cache_of(b->db);
    struct ingest_steady *v = hn_arena_make(b->a, struct ingest_steady, b->n);
    size_t *first = hn_arena_make(b->a, size_t, b->n + 1);
    size_t k = 0;

    *n = 0;
    for (size_t i = 0, end; i < b->n; i = end) {
        int64_t id = b->item[i].r->check_id;
        const struct batch_policy *policy = series_cache_policy(cache, id);

        for (end = i + 1; end < b->n && b->item[end].r->check_id == id;)
            end++;
        if (!candidate(b, i, end, policy))
            continue;
        first[k] = i;
        v[k++] = (struct ingest_steady){.check_id = id,
                                        .version = policy->version,
                                        .after = b->item[i].at,
                                        .since = policy->silence_us == HN_NEVER
                                                     ? HN_UNSET + 1 /* -infinity */
                                                     : b->item[i].at - policy->silence_us,
                                        .at = b->item[end - 1].at,
                                        .output = b->item[end - 1].output};
    }
    if (k == 0)
        return HN_OK;
    if (ingest_store_steady(b->db, v, k, b->a, &b->journal_id, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < k; i++) {
        if (!v[i].done)
            continue;
        for (size_t j = first[i]; j < b->n && b->item[j].r->check_id == v[i].check_id; j++)
            b->item[j].steady = b->item[j].take = true;
        if (states != NULL)
            states[*n] = (struct ingest_state){.check_id = v[i].check_id};
        (*n)++;
    }
    return HN_OK;
}
