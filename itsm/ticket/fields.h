/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fields.h — the columns of a ticket as one table: what people may edit, how each is named,
 * bounded, compared and written. The edit act, the JSON reader, the page's forms, the journal's
 * correction lines and the audit's before and after are loops over it.
 */
#ifndef ITSM_TICKET_FIELDS_H
#define ITSM_TICKET_FIELDS_H

#include "itsm/ticket/ticket.h"

enum ticket_ftype {
    TICKET_F_TEXT,    /* const char *, may be NULL */
    TICKET_F_I64,     /* impact, urgency: 1 to 3 */
    TICKET_F_ID,      /* int64_t, 0 = none */
    TICKET_F_INSTANT, /* hn_instant */
    TICKET_F_IDS,     /* struct hn_i64s */
};

enum ticket_fflag {
    TICKET_F_EDIT = 1,     /* by the edit act */
    TICKET_F_REQUIRED = 2, /* must not be empty */
    TICKET_F_LONG = 4,     /* text of several lines */
    TICKET_F_RANK = 8,     /* changes the priority */
    TICKET_F_PAST = 16,    /* a time that has been */
};

/* member, type, longest (code points), flags, msgid */
#define TICKET_FIELDS(X)                                                                           \
    X(title, TEXT, TICKET_TITLE_MAX, TICKET_F_EDIT | TICKET_F_REQUIRED, HN_N("Title"))             \
    X(description, TEXT, TICKET_TEXT_MAX, TICKET_F_EDIT | TICKET_F_LONG, HN_N("Description"))      \
    X(source, TEXT, 20, TICKET_F_EDIT | TICKET_F_REQUIRED, HN_N("Source"))                         \
    X(requester, TEXT, TICKET_LINE_MAX, TICKET_F_EDIT, HN_N("Requester"))                          \
    X(impact, I64, 3, TICKET_F_EDIT | TICKET_F_RANK, HN_N("Impact"))                               \
    X(urgency, I64, 3, TICKET_F_EDIT | TICKET_F_RANK, HN_N("Urgency"))                             \
    X(priority, TEXT, 20, TICKET_F_EDIT | TICKET_F_RANK, HN_N("Priority"))                         \
    X(priority_reason, TEXT, TICKET_LINE_MAX, TICKET_F_EDIT | TICKET_F_RANK,                       \
      HN_N("Reason for the priority"))                                                             \
    X(service_id, ID, 0, TICKET_F_EDIT, HN_N("Service"))                                           \
    X(site_id, ID, 0, TICKET_F_EDIT, HN_N("Site"))                                                 \
    X(host_id, ID, 0, TICKET_F_EDIT, HN_N("Device"))                                               \
    X(ci_ids, IDS, 100, TICKET_F_EDIT, HN_N("Configuration items"))                                \
    X(occurred_at, INSTANT, 0, TICKET_F_EDIT | TICKET_F_PAST, HN_N("Occurrence"))                  \
    X(detected_at, INSTANT, 0, TICKET_F_EDIT | TICKET_F_PAST, HN_N("Detection"))                   \
    X(received_at, INSTANT, 0, TICKET_F_EDIT | TICKET_F_PAST | TICKET_F_REQUIRED,                  \
      HN_N("Reception"))                                                                           \
    X(restored_at, INSTANT, 0, TICKET_F_EDIT | TICKET_F_PAST, HN_N("Restoration"))                 \
    X(business_impact, TEXT, TICKET_NOTE_MAX, TICKET_F_EDIT | TICKET_F_LONG,                       \
      HN_N("Business impact"))                                                                     \
    X(temporary_measure, TEXT, TICKET_NOTE_MAX, TICKET_F_EDIT | TICKET_F_LONG,                     \
      HN_N("Temporary measure"))                                                                   \
    X(cause, TEXT, TICKET_NOTE_MAX, TICKET_F_EDIT | TICKET_F_LONG, HN_N("Cause"))                  \
    X(cause_class, TEXT, 40, TICKET_F_EDIT, HN_N("Class of cause"))                                \
    X(resolution, TEXT, TICKET_NOTE_MAX, TICKET_F_EDIT | TICKET_F_LONG, HN_N("Resolution"))        \
    X(permanent_measure, TEXT, TICKET_NOTE_MAX, TICKET_F_EDIT | TICKET_F_LONG,                     \
      HN_N("Permanent measure"))                                                                   \
    X(prevention, TEXT, TICKET_NOTE_MAX, TICKET_F_EDIT | TICKET_F_LONG, HN_N("Prevention"))        \
    X(vendor, TEXT, TICKET_LINE_MAX, TICKET_F_EDIT, HN_N("Vendor"))                                \
    X(state, TEXT, 40, 0, HN_N("State"))                                                           \
    X(assignee_id, ID, 0, 0, HN_N("Owner"))                                                        \
    X(group_id, ID, 0, 0, HN_N("Group"))                                                           \
    X(check_id, ID, 0, 0, HN_N("Check"))                                                           \
    X(responded_at, INSTANT, 0, 0, HN_N("First response"))                                         \
    X(resolved_at, INSTANT, 0, 0, HN_N("Resolved at"))                                             \
    X(closed_at, INSTANT, 0, 0, HN_N("Closed at"))                                                 \
    X(version, I64, 0, 0, HN_N("Version"))

enum ticket_field_no {
#define X(m, t, max, fl, label) TICKET_FIELD_##m,
    TICKET_FIELDS(X)
#undef X
        TICKET_FIELD_COUNT
};

struct ticket_field {
    const char *name;
    enum ticket_ftype type;
    size_t max;
    unsigned flags;
    const char *label; /* msgid */
    size_t offset;
};
extern const struct ticket_field ticket_fields[TICKET_FIELD_COUNT];

/* New values for the fields in `set` (bit = enum ticket_field_no), as of `version`. */
struct ticket_patch {
    int64_t version;
    uint64_t set;
    struct ticket v;
    const char *assignee; /* login or number; "" takes it away; NULL: not given */
    const char *group;    /* code or number; likewise */
};
#define TICKET_BIT(f) ((uint64_t)1 << TICKET_FIELD_##f)

const struct ticket_field *ticket_field_find(const char *name);
bool ticket_field_same(const struct ticket_field *f, const struct ticket *a,
                       const struct ticket *b);
void ticket_field_copy(const struct ticket_field *f, struct ticket *to, const struct ticket *from);
/* As the journal holds it: text, a number, RFC 3339; NULL where unset. */
const char *ticket_field_text(const struct ticket_field *f, const struct ticket *t,
                              struct hn_arena *a);
void ticket_field_write(const struct ticket_field *f, const struct ticket *t, struct hn_jw *w);
/* {"state": …} of the fields in which a and b differ, with a's values; NULL where they are the
 * same. */
const char *ticket_fields_diff(const struct ticket *a, const struct ticket *b,
                               struct hn_arena *arena);

/*
 * People's corrections. Each changed field is one journal entry with the old and the new value;
 * impact, urgency and priority are ranked by the table. HN_E_CONFLICT: version is stale; e's fields
 * then tell what was changed since by whom. What is the same as before leaves no trace.
 */
HN_MUST_USE enum hn_code ticket_edit(struct db *db, struct hn_arena *a, const struct actor *by,
                                     int64_t id, const struct ticket_patch *patch, hn_instant now,
                                     struct hn_err *e);

#endif
