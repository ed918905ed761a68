/* SPDX-License-Identifier: Apache-2.0 */
/* windows_store.h — names of what a planned stop's scope refers to. */
#ifndef ITSM_WATCH_WINDOWS_STORE_H
#define ITSM_WATCH_WINDOWS_STORE_H

#include "itsm/watch/windows.h"

enum hn_code windows_store_scope(struct db *db, struct hn_arena *a, const char *scope,
                                 const struct window_target **out, size_t *n, struct hn_err *e);

#endif
