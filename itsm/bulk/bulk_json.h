/* SPDX-License-Identifier: Apache-2.0 */
/* bulk_json.h — a row of cells as a JSON body, and what an answer says. */
#ifndef ITSM_BULK_JSON_H
#define ITSM_BULK_JSON_H

#include "itsm/bulk/bulk.h"
#include "server/base/csv.h"

/* place[i]: the file's column of kind->column[i], -1. version: of the object that is changed, 0 of
 * a new one. HN_E_INVALID names columns. */
HN_MUST_USE enum hn_code bulk_json_body(const struct bulk_job *job, const int *place,
                                        const struct hn_csv_row *row, int64_t version,
                                        struct hn_arena *a, const char **out, struct hn_err *e);
/* Whether each member of the body (but version) is what the object has already. */
bool bulk_json_same(const char *body, const char *object);
/* A member of an answer: as a number (0: none), as text (NULL: none). */
int64_t bulk_json_number(const char *answer, const char *member);
const char *bulk_json_text(const char *answer, const char *member, struct hn_arena *a);
/* What a problem's answer says, one call a field; the column's name where the member is one's. */
void bulk_json_problem(const struct bulk_kind *kind, const char *answer, struct hn_arena *a,
                       void (*say)(void *ctx, const char *field, const char *message), void *ctx);

#endif
