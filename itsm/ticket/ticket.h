/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ticket.h — one record behind incident, request, inquiry, problem, change, release and task.
 *
 * A ticket is a row with a version, a journal and two clocks. What always holds:
 *   - Every act is one transaction: the row, its journal entry (columns, never a sentence) and its
 *     audit row. Acts nest into a transaction of the caller's.
 *   - The journal is append-only. An edited comment is a new entry that `replaces` the old one.
 *   - The state moves only along the workflow of its kind, which is data (workflow.h).
 *   - The version counts changes of fields, state, owner and priority by people. Comments, files,
 * links and what the machine adds do not raise it, so they never make somebody's form stale.
 *   - responded_at is stamped once: at the first public entry of a person or assignment to a
 * person.
 *   - The clocks are computed from the journal (clock.h); *_due_at only repeat the result for
 * lists.
 *
 * The machine (flow) calls ticket_open_by_machine() once for a root cause, then
 * ticket_note_by_machine() for what happens on, ticket_affected_set() for the scope and
 * ticket_restored() when all is good again. Text of the machine is Japanese and final; it is stored
 * as it is given.
 */
#ifndef ITSM_TICKET_H
#define ITSM_TICKET_H

#include "server/auth/actor.h"
#include "server/base/i18n.h"
#include "server/db/db.h"
#include "server/module.h"

/* enum, word in the API, prefix of the number, msgid */
#define TICKET_KINDS(X)                                                                            \
    X(INCIDENT, "incident", "INC", HN_N("Incident"))                                               \
    X(REQUEST, "request", "REQ", HN_N("Service request"))                                          \
    X(INQUIRY, "inquiry", "INQ", HN_N("Inquiry"))                                                  \
    X(PROBLEM, "problem", "PRB", HN_N("Problem"))                                                  \
    X(CHANGE, "change", "CHG", HN_N("Change"))                                                     \
    X(RELEASE, "release", "REL", HN_N("Release"))                                                  \
    X(TASK, "task", "TSK", HN_N("Task"))
enum ticket_kind {
#define X(e, w, p, m) TICKET_##e,
    TICKET_KINDS(X)
#undef X
        TICKET_KIND_COUNT
};

/* most urgent first */
#define TICKET_PRIORITIES(X)                                                                       \
    X(URGENT, "urgent", HN_N("Urgent"))                                                            \
    X(HIGH, "high", HN_N("High"))                                                                  \
    X(MEDIUM, "medium", HN_N("Medium"))                                                            \
    X(LOW, "low", HN_N("Low"))
enum ticket_priority {
#define X(e, w, m) TICKET_PRIORITY_##e,
    TICKET_PRIORITIES(X)
#undef X
        TICKET_PRIORITY_COUNT
};

#define TICKET_SOURCES(X)                                                                          \
    X(WEB, "web", HN_N("Web form"))                                                                \
    X(API, "api", HN_N("API"))                                                                     \
    X(MONITORING, "monitoring", HN_N("Monitoring"))                                                \
    X(PHONE, "phone", HN_N("Phone"))                                                               \
    X(MAIL, "mail", HN_N("Mail"))                                                                  \
    X(SOC, "soc", HN_N("SOC"))                                                                     \
    X(VENDOR, "vendor", HN_N("Vendor"))                                                            \
    X(CLOUD, "cloud", HN_N("Cloud notice"))
enum ticket_source {
#define X(e, w, m) TICKET_SOURCE_##e,
    TICKET_SOURCES(X)
#undef X
        TICKET_SOURCE_COUNT
};

#define TICKET_ENTRY_KINDS(X)                                                                      \
    X(CREATED, "created", HN_N("Created"))                                                         \
    X(COMMENT, "comment", HN_N("Comment"))                                                         \
    X(STATE, "state", HN_N("State"))                                                               \
    X(ASSIGN, "assign", HN_N("Assignment"))                                                        \
    X(FIELD, "field", HN_N("Correction"))                                                          \
    X(PRIORITY, "priority", HN_N("Priority"))                                                      \
    X(SCOPE, "scope", HN_N("Scope of effect"))                                                     \
    X(ATTACHMENT, "attachment", HN_N("File"))                                                      \
    X(EVENT, "event", HN_N("Monitoring event"))                                                    \
    X(CLOCK, "clock", HN_N("Clock"))                                                               \
    X(LINK, "link", HN_N("Link"))                                                                  \
    X(MAIL, "mail", HN_N("Mail"))                                                                  \
    X(WORKLOG, "worklog", HN_N("Work log"))
enum ticket_entry_kind {
#define X(e, w, m) TICKET_ENTRY_##e,
    TICKET_ENTRY_KINDS(X)
#undef X
        TICKET_ENTRY_KIND_COUNT
};

#define TICKET_AFFECTED_KINDS(X)                                                                   \
    X(SITE, "site", HN_N("Site"))                                                                  \
    X(HOST, "host", HN_N("Device"))                                                                \
    X(LINE, "line", HN_N("Line"))                                                                  \
    X(SYSTEM, "system", HN_N("System"))                                                            \
    X(SERVICE, "service", HN_N("Service"))                                                         \
    X(TERMINALS, "terminals", HN_N("Terminals"))                                                   \
    X(SECTION, "section", HN_N("Section"))                                                         \
    X(USERS, "users", HN_N("Users"))
enum ticket_affected_kind {
#define X(e, w, m) TICKET_AFFECTED_##e,
    TICKET_AFFECTED_KINDS(X)
#undef X
        TICKET_AFFECTED_KIND_COUNT
};

#define TICKET_TITLE_MAX 200  /* code points */
#define TICKET_TEXT_MAX 20000 /* description, comment */
#define TICKET_LINE_MAX 300   /* one-line fields */
#define TICKET_NOTE_MAX 4000  /* resolution, cause, measures */

const char *ticket_kind_word(enum ticket_kind k);
const char *ticket_priority_word(enum ticket_priority p);

/* A row with the names that people read. Unset ids are 0, instants HN_UNSET, text may be NULL. */
struct ticket {
    int64_t id;
    const char *kind;
    const char *number;
    const char *title;
    const char *description;
    const char *state;
    int64_t workflow_version;
    const char *source;
    int64_t impact;
    int64_t urgency;
    const char *priority;
    const char *priority_reason; /* set by hand: why */
    int64_t priority_version;
    const char *requester;
    int64_t assignee_id;
    const char *assignee; /* login */
    const char *assignee_name;
    int64_t group_id;
    const char *group_code;
    const char *group_name;
    int64_t service_id;
    const char *service_name;
    int64_t site_id;
    const char *site_name;
    int64_t host_id;
    const char *host_name;
    const char *host_label;
    int64_t check_id;
    const char *check_name;
    struct hn_i64s ci_ids;
    hn_instant occurred_at; /* 発生 */
    hn_instant detected_at; /* 検知 */
    hn_instant received_at; /* 受付: the clocks start here */
    hn_instant created_at;
    int64_t created_by;
    const char *created_by_name;
    hn_instant responded_at;
    hn_instant restored_at;
    hn_instant resolved_at;
    hn_instant closed_at;
    const char *resolution;
    const char *cause;
    const char *cause_class;
    const char *business_impact;
    const char *temporary_measure;
    const char *permanent_measure;
    const char *prevention;
    const char *vendor;
    const char *machine; /* JSON: {"values": […], "chain": […]} as the machine gave them, or NULL */
    hn_instant response_due_at; /* UNSET: no target, or the clock is stopped */
    hn_instant resolution_due_at;
    hn_instant updated_at;
    bool sample;
    int64_t version;
};

/* ---- the machine's acts (flow) ---- */

/* One value that the machine saw last, as text for people. */
struct ticket_value {
    const char *name; /* "応答", "rtt" */
    const char *text; /* "3.2 ms" */
    hn_instant at;
};
/* One link of the cause chain, the root first. */
struct ticket_cause {
    const char *kind;  /* "host", "check", "line", "site", "system", "service" */
    int64_t object_id; /* 0: no page of its own */
    const char *name;
    const char *state; /* a check state's word */
    const char *note;  /* why it stands in the chain */
};
struct ticket_machine_in {
    const char *title; /* cut at TICKET_TITLE_MAX */
    const char *description;
    int64_t host_id, check_id, site_id, service_id; /* 0 = none */
    hn_instant occurred_at;                         /* first failing sample */
    hn_instant detected_at;                         /* confirmed */
    int impact, urgency;                            /* 1 (high) to 3 */
    const char *values_text;                        /* last values in one text, NULL */
    const struct ticket_value *values;
    size_t n_values;
    const struct ticket_cause *chain;
    size_t n_chain;
    int64_t transition_id;  /* event.transition that opened it, 0 */
    const char *group_code; /* NULL: the group "noc" */
    bool sample;
};

/* Opens an incident with source "monitoring". Links its event and its host. *id is set on HN_OK. */
HN_MUST_USE enum hn_code ticket_open_by_machine(struct db *db, struct hn_arena *a,
                                                const struct ticket_machine_in *in, hn_instant now,
                                                int64_t *id, struct hn_err *e);
/* A line in the journal. kind: usually TICKET_ENTRY_EVENT. data: JSON or NULL. With a transition_id
 * the event is linked as well; the same transition is noted once. */
HN_MUST_USE enum hn_code ticket_note_by_machine(struct db *db, int64_t ticket_id,
                                                enum ticket_entry_kind kind, const char *text,
                                                const char *data, int64_t transition_id,
                                                hn_instant now, struct hn_err *e);
struct ticket_affected {
    int64_t id;       /* of the row; not read by ticket_affected_set() */
    const char *kind; /* a word of TICKET_AFFECTED_KINDS */
    int64_t object_id;
    const char *name;
    int64_t count; /* e.g. terminals; 0 = not counted */
    const char *source;
    bool removed;
};
/* The machine's proposal of the scope: adds what is new and updates counts. What people added,
 * corrected or removed stays as they left it. One journal row where something changed. */
HN_MUST_USE enum hn_code ticket_affected_set(struct db *db, struct hn_arena *a, int64_t ticket_id,
                                             const struct ticket_affected *list, size_t n,
                                             hn_instant now, struct hn_err *e);
/* All is good again since `at`: stamps restored_at (once; the state stays with people). */
HN_MUST_USE enum hn_code ticket_restored(struct db *db, int64_t ticket_id, hn_instant at,
                                         hn_instant now, struct hn_err *e);
/* It broke again while the ticket is open: takes restored_at back. */
HN_MUST_USE enum hn_code ticket_not_restored(struct db *db, int64_t ticket_id, hn_instant now,
                                             struct hn_err *e);
/* The newest open incident (not resolved, closed or cancelled) of the check, else of the host.
 * Either may be 0. *id is 0 when there is none. */
HN_MUST_USE enum hn_code ticket_find_open_for(struct db *db, int64_t host_id, int64_t check_id,
                                              int64_t *id, struct hn_err *e);

/* ---- reading ---- */
HN_MUST_USE enum hn_code ticket_get(struct db *db, struct hn_arena *a, int64_t id,
                                    struct ticket *out, struct hn_err *e);

/* Unset members do not select. A tristate is -1 (any), 0, 1. */
struct ticket_filter {
    const char *kind, *state, *priority, *source, *group_code;
    int open;            /* state class open or waiting */
    int64_t assignee_id; /* -1: nobody */
    int64_t group_id, site_id, host_id, check_id, service_id, outage_id, created_by;
    const char *requester;
    hn_instant from, to; /* created_at within */
    bool overdue;        /* a target is missed or due has passed */
    const char *q;       /* substring in number, title, description; NFKC, case ignored */
    int64_t own_account; /* only what this account made or works on (staff, vendors); 0 = all */
    const char *sort;    /* a word of ticket_sorts, NULL = -created_at */
    int64_t limit, cursor;
};
#define TICKET_FILTER_ANY ((struct ticket_filter){.open = -1, .from = HN_UNSET, .to = HN_UNSET})
extern const char *const ticket_sorts[]; /* NULL-terminated: "created_at", "-created_at", … */
/* *next: cursor of the next page, 0 at the end. */
HN_MUST_USE enum hn_code ticket_list(struct db *db, struct hn_arena *a,
                                     const struct ticket_filter *f, hn_instant now,
                                     struct ticket **out, size_t *n, int64_t *next,
                                     struct hn_err *e);
/* The id behind a number as people write it (INC-000012, also in full width); 0: there is none. */
HN_MUST_USE enum hn_code ticket_by_number(struct db *db, const char *number, int64_t *id,
                                          struct hn_err *e);
struct ticket_counts {
    int64_t open, mine, unassigned, overdue, urgent;
};
/* Open tickets of the kind ("incident"; NULL all) as the home page shows them. */
HN_MUST_USE enum hn_code ticket_count_open(struct db *db, const char *kind, int64_t account_id,
                                           hn_instant now, struct ticket_counts *out,
                                           struct hn_err *e);

struct ticket_entry {
    int64_t id;
    int64_t ticket_id;
    hn_instant at;
    int64_t by_id; /* 0: the machine */
    const char *by_login;
    const char *by_name;
    const char *kind;
    bool is_public;
    const char *from_value;
    const char *to_value;
    const char *field;
    const char *text;
    const char *data; /* JSON or NULL */
    int64_t transition_id;
    int64_t replaces;
    int64_t replaced_by; /* 0: this is the text in force */
    int64_t attachment_id;
};
/* Oldest first; from after `after`. internal: with those that are not public. */
HN_MUST_USE enum hn_code ticket_entries(struct db *db, struct hn_arena *a, int64_t ticket_id,
                                        bool internal, int64_t after, int64_t limit,
                                        struct ticket_entry **out, size_t *n, struct hn_err *e);
HN_MUST_USE enum hn_code ticket_affected_list(struct db *db, struct hn_arena *a, int64_t ticket_id,
                                              struct ticket_affected **out, size_t *n,
                                              struct hn_err *e);

/* ---- people's acts ---- */
struct ticket_new {
    const char *kind, *title, *description, *source;
    int64_t impact, urgency; /* 0 = 3 */
    const char *priority;    /* NULL: by the table; else by hand with a reason */
    const char *priority_reason;
    const char *requester;
    int64_t assignee_id, group_id, service_id, site_id, host_id, check_id;
    struct hn_i64s ci_ids;
    hn_instant occurred_at, detected_at, received_at; /* UNSET: received_at = now */
    int64_t transition_id;                            /* opened from this event */
    bool sample;
};
HN_MUST_USE enum hn_code ticket_create(struct db *db, struct hn_arena *a, const struct actor *by,
                                       const struct ticket_new *in, hn_instant now, int64_t *id,
                                       struct hn_err *e);

/* What a ticket opened by hand from an event starts with. HN_E_CONFLICT: it belongs to a ticket
 * already. */
HN_MUST_USE enum hn_code ticket_from_event(struct db *db, struct hn_arena *a, int64_t event_id,
                                           struct ticket_new *out, struct hn_err *e);

struct ticket_step_in {
    const char *to;
    const char *comment;   /* NULL */
    bool comment_internal; /* else the comment is public */
    const char
        *resolution; /* NULL: what stands there; a comment serves where the workflow needs one */
    const char *cause;
    int64_t assignee_id; /* 0: stays; where one is needed and none is set, the actor */
    int64_t group_id;
    int64_t version; /* that the actor saw; 0 = not checked */
};
/* A state transition. Forbidden: HN_E_INVALID with e->allowed; stale: HN_E_CONFLICT. */
HN_MUST_USE enum hn_code ticket_transition(struct db *db, struct hn_arena *a,
                                           const struct actor *by, int64_t id,
                                           const struct ticket_step_in *in, hn_instant now,
                                           struct hn_err *e);
/* assignee_id and group_id: 0 takes it away, -1 leaves it. */
HN_MUST_USE enum hn_code ticket_assign(struct db *db, struct hn_arena *a, const struct actor *by,
                                       int64_t id, int64_t assignee_id, int64_t group_id,
                                       int64_t version, hn_instant now, struct hn_err *e);
/* kind: TICKET_ENTRY_COMMENT, _MAIL or _WORKLOG. entry_id may be NULL. */
HN_MUST_USE enum hn_code ticket_comment(struct db *db, struct hn_arena *a, const struct actor *by,
                                        int64_t id, enum ticket_entry_kind kind, bool is_public,
                                        const char *text, const char *data, hn_instant now,
                                        int64_t *entry_id, struct hn_err *e);
/* A new entry that replaces the comment; the old text stays (変更前). Only the author or an admin.
 */
HN_MUST_USE enum hn_code ticket_comment_edit(struct db *db, struct hn_arena *a,
                                             const struct actor *by, int64_t id, int64_t entry_id,
                                             const char *text, hn_instant now, int64_t *new_id,
                                             struct hn_err *e);

extern const struct hn_module ticket_module;

#endif
