/* SPDX-License-Identifier: Apache-2.0 */
/* bulk_store.h — objects by the names that people give them. */
#ifndef ITSM_BULK_STORE_H
#define ITSM_BULK_STORE_H

#include "itsm/bulk/bulk.h"

/* The object's id, 0 where there is none. second: of a key of two (a check: its device, its name);
 * NULL. */
HN_MUST_USE enum hn_code bulk_store_find(struct db *db, enum bulk_object o, const char *first,
                                         const char *second, int64_t *id, struct hn_err *e);

#endif
