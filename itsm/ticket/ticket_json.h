/* SPDX-License-Identifier: Apache-2.0 */
/* ticket_json.h — tickets as JSON, in and out. No json_object leaves ticket_json.c. */
#ifndef ITSM_TICKET_JSON_H
#define ITSM_TICKET_JSON_H

#include "itsm/ticket/attachment.h"
#include "itsm/ticket/bulk.h"
#include "itsm/ticket/clocks.h"
#include "itsm/ticket/fields.h"
#include "itsm/ticket/scope.h"

/* The members of a ticket into an object that the caller has opened. */
void ticket_json_members(struct hn_jw *w, const struct ticket *t);
void ticket_json_clocks(struct hn_jw *w, const char *key, const struct ticket_clocks *c);
void ticket_json_entry(struct hn_jw *w, const struct ticket_entry *n);
void ticket_json_attachment(struct hn_jw *w, const struct ticket_attachment *f);
void ticket_json_affected(struct hn_jw *w, const struct ticket_affected *x);
void ticket_json_link(struct hn_jw *w, const struct ticket_link *l);

/* Bodies. A person or group is a login, a code or a number; "me" is me. */
HN_MUST_USE enum hn_code ticket_json_new(struct db *db, struct json_object *o, struct hn_arena *a,
                                         int64_t me, struct ticket_new *out, struct hn_err *e);
HN_MUST_USE enum hn_code ticket_json_patch(struct json_object *o, struct hn_arena *a,
                                           const char *me, struct ticket_patch *out,
                                           struct hn_err *e);
HN_MUST_USE enum hn_code ticket_json_step(struct db *db, struct json_object *o, struct hn_arena *a,
                                          int64_t me, struct ticket_step_in *out, struct hn_err *e);
struct ticket_json_comment {
    enum ticket_entry_kind kind;
    bool is_public;
    const char *text;
    const char *data;
};
HN_MUST_USE enum hn_code ticket_json_comment(struct json_object *o, struct hn_arena *a,
                                             struct ticket_json_comment *out, struct hn_err *e);
HN_MUST_USE enum hn_code ticket_json_bulk(struct db *db, struct json_object *o, struct hn_arena *a,
                                          int64_t me, struct hn_i64s *ids,
                                          struct ticket_bulk_in *out, struct hn_err *e);
HN_MUST_USE enum hn_code ticket_json_affected_in(struct json_object *o, struct hn_arena *a,
                                                 bool change, struct ticket_affected *out,
                                                 const char **reason, struct hn_err *e);
HN_MUST_USE enum hn_code ticket_json_link_in(struct json_object *o, struct hn_arena *a,
                                             const char **to_kind, int64_t *to_id,
                                             const char **relation, struct hn_err *e);
HN_MUST_USE enum hn_code ticket_json_priorities(struct json_object *o, struct hn_arena *a,
                                                struct ticket_priority_table *out, int64_t *version,
                                                struct hn_err *e);

/* What the machine left on a ticket, read back for the page. */
struct ticket_machine {
    const char *values_text;
    struct ticket_value *values;
    size_t n_values;
    struct ticket_cause *chain;
    size_t n_chain;
};
void ticket_json_machine(const char *json, struct hn_arena *a, struct ticket_machine *out);
/* Lines of a scope entry's data, and the flags of others. */
struct ticket_scope_line {
    const char *act; /* add, remove, count */
    const char *kind;
    const char *name;
    int64_t count;
};
void ticket_json_scope(const char *json, struct hn_arena *a, struct ticket_scope_line **out,
                       size_t *n);

#endif
