/* SPDX-License-Identifier: Apache-2.0 */
/*
 * series_cache.h — ids of series by check and metric, kept with the connection that looked them up
 * (db_slot). Ids of series made in a transaction count only once it has committed: add them after
 * the commit, and tell series_cache_settled() so; where that was an inner one and the outer is
 * undone, the cache starts anew. A series that was deleted with its check leaves an id that nothing
 * asks for again.
 */
#ifndef HN_INGEST_SERIES_CACHE_H
#define HN_INGEST_SERIES_CACHE_H

#include "server/ingest/batch.h"

struct series_cache;

struct series_cache *series_cache_of(struct db *db); /* made at first use, freed with db */

/*
 * A check's results mostly bring the same metrics in the same order. series_cache_names() tells
 * these names as one number (keyed: no device can aim at another's), series_cache_shape() then
 * gives the ids of all values at once: n of them, 0 where a name is not usable, and behind them the
 * id of the check's state. NULL: not known; look them up one by one and keep them after the commit.
 * The ids live until the next call of series_cache_keep().
 */
uint64_t series_cache_names(struct series_cache *c, const struct ingest_value *v, size_t n);
const int64_t *series_cache_shape(struct series_cache *c, int64_t check_id, uint64_t names,
                                  size_t n);
void series_cache_keep(struct series_cache *c, int64_t check_id, uint64_t names, const int64_t *ids,
                       size_t n);

/* What is known of a check whose row was read: NULL where nothing is. After the commit too. */
const struct batch_policy *series_cache_policy(struct series_cache *c, int64_t check_id);
void series_cache_set_policy(struct series_cache *c, const struct batch_policy *p);

void series_cache_settled(struct series_cache *c, const struct db *db);

int64_t series_cache_get(struct series_cache *c, int64_t check_id, const char *metric); /* 0 */
void series_cache_add(struct series_cache *c, int64_t check_id, const char *metric, int64_t id);

#endif
