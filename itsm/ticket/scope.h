/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scope.h — what a ticket touches, and what it hangs together with.
 *
 * The scope of effect (影響範囲, INC-07) is proposed by the machine and corrected by people: a row
 * that a person added, changed or removed is theirs, and the machine leaves it alone. Links
 * (INC-23) show on both ends; one that is removed stays as a row and as lines of the journal and
 * the audit.
 */
#ifndef ITSM_TICKET_SCOPE_H
#define ITSM_TICKET_SCOPE_H

#include "itsm/ticket/ticket_store.h"

/* word, msgid seen from the ticket that it stands in, msgid seen from the other end */
#define TICKET_RELATIONS(X)                                                                        \
    X("related", HN_N("is related to"), HN_N("is related to"))                                     \
    X("duplicate_of", HN_N("is a duplicate of"), HN_N("has the duplicate"))                        \
    X("caused_by", HN_N("is caused by"), HN_N("is the cause of"))                                  \
    X("part_of", HN_N("is part of"), HN_N("consists of"))                                          \
    X("opened_by", HN_N("was opened by"), HN_N("opened the ticket"))                               \
    X("joined", HN_N("was joined by"), HN_N("joined"))                                             \
    X("affects", HN_N("affects"), HN_N("is affected by"))
const char *ticket_relation_label(const char *word, bool inverse); /* msgid; the word if unknown */
bool ticket_relation_known(const char *word);

/* By hand: adds a row, or changes count and presence of the row `id`. reason may be NULL. */
HN_MUST_USE enum hn_code ticket_affected_add(struct db *db, struct hn_arena *a,
                                             const struct actor *by, int64_t ticket_id,
                                             const struct ticket_affected *x, hn_instant now,
                                             int64_t *id, struct hn_err *e);
HN_MUST_USE enum hn_code ticket_affected_change(struct db *db, struct hn_arena *a,
                                                const struct actor *by, int64_t ticket_id,
                                                int64_t row_id, int64_t count, bool removed,
                                                const char *reason, hn_instant now,
                                                struct hn_err *e);

/* to_kind: ticket, event, host, service, outage. The journals of both tickets get a line. */
HN_MUST_USE enum hn_code ticket_link_add(struct db *db, struct hn_arena *a, const struct actor *by,
                                         int64_t ticket_id, const char *to_kind, int64_t to_id,
                                         const char *relation, hn_instant now, int64_t *id,
                                         struct hn_err *e);
HN_MUST_USE enum hn_code ticket_link_remove(struct db *db, struct hn_arena *a,
                                            const struct actor *by, int64_t ticket_id,
                                            int64_t link_id, const char *reason, hn_instant now,
                                            struct hn_err *e);

#endif
