/* SPDX-License-Identifier: Apache-2.0 */
/*
 * row_view.h — rows that the database layer read into structs, as maps for a template. The same
 * column table drives both, so a template's names are the columns' names. HN_UNSET and HN_NEVER
 * become none, as do NULL text and NAN.
 */
#ifndef HN_HTTP_ROW_VIEW_H
#define HN_HTTP_ROW_VIEW_H

#include "server/db/db.h"
#include "server/tpl/tpl.h"

/* The columns of one row as entries of map. Text is borrowed from the row. */
void row_view(struct tpl_val *map, struct hn_arena *a, const struct db_col *cols, size_t n_cols,
              const void *row);
/* A list of maps under key; returns the list. size: of the row's struct. */
struct tpl_val *rows_view(struct tpl_val *map, const char *key, struct hn_arena *a,
                          const struct db_col *cols, size_t n_cols, const void *rows, size_t size,
                          size_t n);

#endif
