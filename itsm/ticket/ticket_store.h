/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ticket_store.h — the SQL of itsm/ticket, for the acts of this folder alone.
 */
#ifndef ITSM_TICKET_STORE_H
#define ITSM_TICKET_STORE_H

#include "itsm/ticket/ticket.h"
#include "server/measure/clock.h"

struct ticket_priority_table;

/* ---- ticket_store.c: the row ---- */
HN_MUST_USE enum hn_code ticket_store_get(struct db *db, struct hn_arena *a, int64_t id,
                                          struct ticket *out, struct hn_err *e);
/* Locks the row until the transaction ends. */
HN_MUST_USE enum hn_code ticket_store_lock(struct db *db, struct hn_arena *a, int64_t id,
                                           struct ticket *out, struct hn_err *e);
/* The next number of the kind; *out like "INC-000123". */
HN_MUST_USE enum hn_code ticket_store_number(struct db *db, struct hn_arena *a, const char *kind,
                                             const char *prefix, const char **out,
                                             struct hn_err *e);
/* Inserts t (its id is set) or writes every column that an act may change. */
HN_MUST_USE enum hn_code ticket_store_add(struct db *db, struct ticket *t, struct hn_err *e);
HN_MUST_USE enum hn_code ticket_store_save(struct db *db, const struct ticket *t, struct hn_err *e);
/* Those tickets, in the order of their ids. */
HN_MUST_USE enum hn_code ticket_store_those(struct db *db, struct hn_arena *a, struct hn_i64s ids,
                                            struct ticket **out, size_t *n, struct hn_err *e);

/* ---- list_store.c ---- */
HN_MUST_USE enum hn_code ticket_store_list(struct db *db, struct hn_arena *a,
                                           const struct ticket_filter *f, hn_instant now,
                                           struct ticket **out, size_t *n, struct hn_err *e);
HN_MUST_USE enum hn_code ticket_store_similar(struct db *db, struct hn_arena *a,
                                              const struct ticket *t, struct ticket **out,
                                              size_t *n, struct hn_err *e);

/* The name of what an id of a ticket's column stands for; HN_E_NOT_FOUND. field: "site_id" … */
HN_MUST_USE enum hn_code ticket_store_name(struct db *db, struct hn_arena *a, const char *field,
                                           int64_t id, const char **out, struct hn_err *e);

struct ticket_person {
    int64_t id;
    const char *login;
    const char *name;
    const char *role;
};
/* Enabled accounts by name; NULL-free. */
HN_MUST_USE enum hn_code ticket_store_people(struct db *db, struct hn_arena *a,
                                             struct ticket_person **out, size_t *n,
                                             struct hn_err *e);
/* One enabled account, by id or (id 0) by login. HN_E_NOT_FOUND. */
HN_MUST_USE enum hn_code ticket_store_person(struct db *db, struct hn_arena *a, int64_t id,
                                             const char *login, struct ticket_person *out,
                                             struct hn_err *e);
struct ticket_group {
    int64_t id;
    const char *code;
    const char *name;
};
HN_MUST_USE enum hn_code ticket_store_groups(struct db *db, struct hn_arena *a,
                                             struct ticket_group **out, size_t *n,
                                             struct hn_err *e);
/* By id or (id 0) by code. HN_E_NOT_FOUND. */
HN_MUST_USE enum hn_code ticket_store_group(struct db *db, struct hn_arena *a, int64_t id,
                                            const char *code, struct ticket_group *out,
                                            struct hn_err *e);
/* Sites, hosts and services to choose from. kind: "site", "host", "service". */
struct ticket_choice {
    int64_t id;
    const char *name;
};
HN_MUST_USE enum hn_code ticket_store_choices(struct db *db, struct hn_arena *a, const char *kind,
                                              struct ticket_choice **out, size_t *n,
                                              struct hn_err *e);

/* Whom the ticket's objects belong to, as far as the registers say. */
struct ticket_contact {
    const char *what; /* host, system, service, site */
    const char *name;
    const char *who; /* owner, vendor; of a site its address */
};
HN_MUST_USE enum hn_code ticket_store_contacts(struct db *db, struct hn_arena *a,
                                               const struct ticket *t, struct ticket_contact **out,
                                               size_t *n, struct hn_err *e);

/* An event as a ticket opened from it needs it. */
struct ticket_event {
    int64_t id;
    int64_t check_id;
    const char *check_name;
    int64_t host_id;
    const char *host_name;
    const char *host_label;
    int64_t site_id;
    const char *site_name;
    const char *from_state;
    const char *to_state;
    const char *output;
    hn_instant at;
    hn_instant confirmed_at;
    int64_t ticket_id;
};
HN_MUST_USE enum hn_code ticket_store_event(struct db *db, struct hn_arena *a, int64_t id,
                                            struct ticket_event *out, struct hn_err *e);
/* Writes the ticket into the event where it has none yet. */
HN_MUST_USE enum hn_code ticket_store_event_claim(struct db *db, int64_t transition_id,
                                                  int64_t ticket_id, struct hn_err *e);

/* ---- priority_store.c ---- */
HN_MUST_USE enum hn_code ticket_store_lock_priorities(struct db *db, struct hn_err *e);
HN_MUST_USE enum hn_code ticket_store_add_priorities(struct db *db, struct hn_arena *a,
                                                     const struct ticket_priority_table *t,
                                                     int64_t by_id, hn_instant now,
                                                     struct hn_err *e);
/* The definition (JSON) and name of a calendar, by code, as it was valid at `at`. */
HN_MUST_USE enum hn_code ticket_store_calendar(struct db *db, struct hn_arena *a, const char *code,
                                               hn_instant at, const char **definition,
                                               const char **name, struct hn_err *e);
HN_MUST_USE enum hn_code ticket_store_calendars(struct db *db, struct hn_arena *a,
                                                struct hn_texts *codes, struct hn_texts *names,
                                                struct hn_err *e);

/* ---- entry_store.c: the journal ---- */
struct ticket_entry_in {
    int64_t ticket_id;
    int64_t by_id;
    enum ticket_entry_kind kind;
    bool internal;
    const char *from_value, *to_value, *field, *text, *data;
    int64_t transition_id;
    int64_t replaces;
    int64_t ticket_version;
};
/* *id may be NULL. An entry of the same kind for the same transition is not added twice: *id is 0.
 */
HN_MUST_USE enum hn_code ticket_store_entry_add(struct db *db, const struct ticket_entry_in *in,
                                                hn_instant now, int64_t *id, struct hn_err *e);
HN_MUST_USE enum hn_code ticket_store_entries(struct db *db, struct hn_arena *a, int64_t ticket_id,
                                              bool internal, int64_t after, int64_t limit,
                                              struct ticket_entry **out, size_t *n,
                                              struct hn_err *e);
HN_MUST_USE enum hn_code ticket_store_entry(struct db *db, struct hn_arena *a, int64_t id,
                                            struct ticket_entry *out, struct hn_err *e);
/* Fields, states, owners and priorities that were changed after the ticket had `version`. */
HN_MUST_USE enum hn_code ticket_store_changes(struct db *db, struct hn_arena *a, int64_t ticket_id,
                                              int64_t version, struct ticket_entry **out, size_t *n,
                                              struct hn_err *e);
/* Stops and starts of the clocks, oldest first. */
HN_MUST_USE enum hn_code ticket_store_marks(struct db *db, struct hn_arena *a, int64_t ticket_id,
                                            struct clock_mark **out, size_t *n, struct hn_err *e);

/* ---- scope_store.c: what is affected, links ---- */
HN_MUST_USE enum hn_code ticket_store_affected(struct db *db, struct hn_arena *a, int64_t ticket_id,
                                               struct ticket_affected **out, size_t *n,
                                               struct hn_err *e);
HN_MUST_USE enum hn_code ticket_store_affected_add(struct db *db, int64_t ticket_id,
                                                   const struct ticket_affected *x,
                                                   const char *source, int64_t *id,
                                                   struct hn_err *e);
HN_MUST_USE enum hn_code ticket_store_affected_save(struct db *db, const struct ticket_affected *x,
                                                    struct hn_err *e);
struct ticket_link {
    int64_t id;
    int64_t ticket_id;
    const char *to_kind;
    int64_t to_id;
    const char *relation;
    bool inverse;      /* the link stands in the other ticket */
    const char *name;  /* of the other end */
    const char *state; /* of a ticket: its state; of an event: the state it led to */
    const char *kind;  /* of a ticket: its kind */
    int64_t check_id;  /* of an event: what it happened on */
    hn_instant at;
};
/* Both directions, those in force. */
HN_MUST_USE enum hn_code ticket_store_links(struct db *db, struct hn_arena *a, int64_t ticket_id,
                                            struct ticket_link **out, size_t *n, struct hn_err *e);
HN_MUST_USE enum hn_code ticket_store_link(struct db *db, struct hn_arena *a, int64_t id,
                                           struct ticket_link *out, struct hn_err *e);
/* The name of the other end; HN_E_NOT_FOUND. */
HN_MUST_USE enum hn_code ticket_store_link_name(struct db *db, struct hn_arena *a, const char *kind,
                                                int64_t id, const char **out, struct hn_err *e);
/* A link that was removed is put back. *id is 0 where it stands already. */
HN_MUST_USE enum hn_code ticket_store_link_add(struct db *db, int64_t ticket_id,
                                               const char *to_kind, int64_t to_id,
                                               const char *relation, int64_t by_id, hn_instant now,
                                               int64_t *id, struct hn_err *e);
HN_MUST_USE enum hn_code ticket_store_link_remove(struct db *db, int64_t id, int64_t by_id,
                                                  hn_instant now, struct hn_err *e);

#endif
