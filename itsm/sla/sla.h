/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sla.h — services, service level agreements, outages, exclusions, gaps, and the month's result.
 *
 * What the figures mean is server/measure/sla.h; here are the rows they are computed from. What
 * always holds:
 *   - Definitions (service rule, SLA) are versioned with valid_from. A month is computed with the
 * SLA and calendar versions in force at its beginning; rules count from their valid_from on. Only
 * the ward approves a version, and not the person who made it.
 *   - An outage is measured by the rule (sla_sync_checks() after transitions) or recorded by hand.
 * It is shortened, moved or voided only by a proposal that a second person approves; both versions
 * stay.
 *   - An exclusion counts only when ward IT has approved it, another person than the proposer.
 *   - A gap (time in which the rule's value is unknown) is decided up, down or exclusion; the
 * decision counts when a second person has approved it.
 *   - Every act is one transaction with its audit row.
 */
#ifndef ITSM_SLA_H
#define ITSM_SLA_H

#include "itsm/calendar/calendars.h"
#include "server/auth/actor.h"
#include "server/base/i18n.h"
#include "server/measure/service_rule.h"
#include "server/measure/sla.h"
#include "server/module.h"

/* enum, word (API, database), msgid */
#define EXCLUSION_REASONS(X)                                                                       \
    X(DISASTER, "disaster", HN_N("Transport stop, or power or communication loss by disaster"))    \
    X(WARD, "ward_or_other_vendor", HN_N("Fault or intent of the ward or other vendors"))          \
    X(RECOVERY, "no_fault_recovery", HN_N("Recovery impossible without our fault"))                \
    X(MONITORING, "no_fault_monitoring", HN_N("Monitoring impossible without our fault"))          \
    X(NOTIFICATION, "no_fault_notification",                                                       \
      HN_N("Fault notice could not be received without our fault"))                                \
    X(AGREED, "agreed", HN_N("Agreed by both sides"))
enum exclusion_reason {
#define X(e, w, m) EXCLUSION_##e,
    EXCLUSION_REASONS(X)
#undef X
};
extern const char *const exclusion_reason_words[];    /* NULL-terminated */
const char *exclusion_reason_label(const char *word); /* translated */
int exclusion_reason_number(const char *word);        /* (1) … (6) of SLA-06; 0 unknown */

/* ---- services ---- */
struct service_row {
    int64_t id;
    const char *name;
    const char *kind; /* service site line system */
    int64_t site_id;
    int64_t system_id;
    int64_t line_id;
    const char *owner;
    int64_t version;
    int64_t valid_from;
    const char *rule; /* JSON or NULL */
    struct hn_i64s check_ids;
    int64_t created_by;
    int64_t created_at;
    int64_t approved_by;
    int64_t approved_at; /* HN_UNSET: not approved */
};
struct service_new {
    const char *name;
    const char *kind; /* NULL: "service" */
    int64_t site_id, system_id, line_id;
    const char *owner;
    const char *rule; /* JSON text or NULL */
    bool has_rule;    /* change only: the body named it */
    hn_instant valid_from;
    int64_t seen_version;
    bool sample;
};
HN_MUST_USE enum hn_code service_list(struct db *db, struct hn_arena *a, const char *q,
                                      int64_t after, int64_t limit, const struct service_row **out,
                                      size_t *n, struct hn_err *e);
HN_MUST_USE enum hn_code service_get(struct db *db, struct hn_arena *a, int64_t id,
                                     struct service_row *out, struct hn_err *e);
HN_MUST_USE enum hn_code service_versions(struct db *db, struct hn_arena *a, int64_t id,
                                          const struct service_row **out, size_t *n,
                                          struct hn_err *e);
HN_MUST_USE enum hn_code service_create(struct db *db, struct hn_arena *a, const struct actor *who,
                                        const struct service_new *in, hn_instant now, int64_t *id,
                                        struct hn_err *e);
HN_MUST_USE enum hn_code service_change(struct db *db, struct hn_arena *a, const struct actor *who,
                                        int64_t id, const struct service_new *in, hn_instant now,
                                        struct hn_err *e);
HN_MUST_USE enum hn_code service_approve(struct db *db, struct hn_arena *a, const struct actor *who,
                                         int64_t id, hn_instant now, struct hn_err *e);
/* Services whose rule (any version) names one of the checks. */
HN_MUST_USE enum hn_code service_of_checks(struct db *db, struct hn_arena *a, struct hn_i64s checks,
                                           struct hn_i64s *out, struct hn_err *e);

/* ---- SLAs ---- */
struct sla_row {
    int64_t id;
    int64_t service_id;
    const char *service_name;
    const char *metric;
    const char *name;
    int64_t version;
    int64_t valid_from;
    int64_t calendar_id;
    const char *calendar_name;
    int64_t target_e6; /* the target × 10^6, as written */
    const char *target_text;
    int64_t year_cap_s; /* 0: none */
    int64_t start_at;   /* HN_UNSET: none */
    const char *cap_first_year;
    const char *maintenance; /* "excluded", "counted" */
    int64_t created_by;
    int64_t created_at;
    int64_t approved_by;
    int64_t approved_at;
};
struct sla_new {
    int64_t service_id;
    const char *metric;
    const char *name;
    int64_t calendar_id;
    int64_t target_e6;
    const char *target_text;
    int64_t year_cap_s;
    hn_instant start_at;
    const char *cap_first_year; /* NULL: as it was, or pro_rata */
    const char *maintenance;    /* NULL: as it was, or excluded */
    hn_instant valid_from;
    int64_t seen_version;
    bool sample;
};
HN_MUST_USE enum hn_code sla_list(struct db *db, struct hn_arena *a, int64_t service_id,
                                  int64_t after, int64_t limit, const struct sla_row **out,
                                  size_t *n, struct hn_err *e);
HN_MUST_USE enum hn_code sla_get(struct db *db, struct hn_arena *a, int64_t id, struct sla_row *out,
                                 struct hn_err *e);
/* All versions, newest first. */
HN_MUST_USE enum hn_code sla_versions(struct db *db, struct hn_arena *a, int64_t id,
                                      const struct sla_row **out, size_t *n, struct hn_err *e);
HN_MUST_USE enum hn_code sla_in_force(struct db *db, struct hn_arena *a, int64_t id, hn_instant at,
                                      struct sla_row *out, struct hn_err *e);
HN_MUST_USE enum hn_code sla_create(struct db *db, struct hn_arena *a, const struct actor *who,
                                    const struct sla_new *in, hn_instant now, int64_t *id,
                                    struct hn_err *e);
HN_MUST_USE enum hn_code sla_change(struct db *db, struct hn_arena *a, const struct actor *who,
                                    int64_t id, const struct sla_new *in, hn_instant now,
                                    struct hn_err *e);
HN_MUST_USE enum hn_code sla_approve(struct db *db, struct hn_arena *a, const struct actor *who,
                                     int64_t id, hn_instant now, struct hn_err *e);

/* ---- outages ---- */
/* The checks behind an outage are those of the service's rule: timeline_steps() tells what they
 * did. */
struct outage_row {
    int64_t id;
    int64_t service_id;
    const char *service_name;
    const char *source; /* "rule", "hand" */
    int64_t from_at;
    int64_t to_at; /* HN_UNSET: open */
    int64_t measured_from;
    int64_t measured_to;
    bool corrected;
    bool voided;
    const char *reason;
    int64_t ticket_id;
    const char *ticket_number; /* NULL: no ticket */
    int64_t created_by;
    int64_t created_at;
    int64_t version;
};
struct outage_change_row {
    int64_t id;
    int64_t outage_id;
    int64_t from_at;
    int64_t to_at;
    bool void_it;
    int64_t old_from_at;
    int64_t old_to_at;
    const char *reason;
    const char *state; /* proposed approved rejected */
    int64_t proposed_by;
    const char *proposer;
    int64_t proposed_at;
    int64_t decided_by;
    const char *decider;
    int64_t decided_at;
    const char *decision_note;
};
struct outage_filter {
    int64_t service_id, ticket_id; /* 0: any */
    hn_instant from, to;           /* HN_UNSET: any; those that overlap */
    bool with_void;
    bool newest; /* by begin, descending, from the one `after` on; else by id, ascending */
    int64_t after, limit;
};
struct outage_new {
    int64_t service_id;
    hn_instant from, to; /* to HN_UNSET: open */
    const char *reason;
    int64_t ticket_id;
    bool sample;
};
struct outage_correction {
    hn_instant from, to;
    bool void_it;
    const char *reason;
    int64_t seen_version; /* 0: not compared */
};
HN_MUST_USE enum hn_code outage_list(struct db *db, struct hn_arena *a,
                                     const struct outage_filter *f, const struct outage_row **out,
                                     size_t *n, struct hn_err *e);
HN_MUST_USE enum hn_code outage_get(struct db *db, struct hn_arena *a, int64_t id,
                                    struct outage_row *out, struct hn_err *e);
HN_MUST_USE enum hn_code outage_changes(struct db *db, struct hn_arena *a, int64_t outage_id,
                                        const struct outage_change_row **out, size_t *n,
                                        struct hn_err *e);
/* Proposals that wait for a second person, newest first. */
HN_MUST_USE enum hn_code outage_waiting(struct db *db, struct hn_arena *a,
                                        const struct outage_change_row **out, size_t *n,
                                        struct hn_err *e);
/* By hand: counts at once. */
HN_MUST_USE enum hn_code outage_record(struct db *db, struct hn_arena *a, const struct actor *who,
                                       const struct outage_new *in, hn_instant now, int64_t *id,
                                       struct hn_err *e);
HN_MUST_USE enum hn_code outage_propose(struct db *db, struct hn_arena *a, const struct actor *who,
                                        int64_t id, const struct outage_correction *in,
                                        hn_instant now, int64_t *change_id, struct hn_err *e);
/* The waiting proposal of the outage: another person than its proposer decides. */
HN_MUST_USE enum hn_code outage_decide(struct db *db, struct hn_arena *a, const struct actor *who,
                                       int64_t id, bool approve, const char *note, hn_instant now,
                                       struct hn_err *e);
HN_MUST_USE enum hn_code outage_set_ticket(struct db *db, int64_t id, int64_t ticket_id,
                                           struct hn_err *e);

/* Derives the rule-measured outages of every service whose rule names one of the checks anew, from
 * the transitions at or after `from`. ticket_id: the incident that new outages belong to, 0 = none
 * yet. Called by flow in its transaction, and by whoever stores history. */
HN_MUST_USE enum hn_code sla_sync_checks(struct db *db, struct hn_arena *a, struct hn_i64s checks,
                                         hn_instant from, int64_t ticket_id, hn_instant now,
                                         struct hn_err *e);
HN_MUST_USE enum hn_code sla_sync_service(struct db *db, struct hn_arena *a, int64_t service_id,
                                          hn_instant from, int64_t ticket_id, hn_instant now,
                                          struct hn_err *e);

/* ---- exclusions ---- */
struct exclusion_row {
    int64_t id;
    int64_t service_id;
    const char *service_name;
    int64_t from_at;
    int64_t to_at;
    const char *reason;
    const char *note;
    const char *evidence;
    int64_t ticket_id;
    const char *ticket_number; /* NULL: no ticket */
    const char *state;         /* proposed approved rejected sent_back */
    int64_t proposed_by;
    const char *proposer;
    int64_t proposed_at;
    int64_t decided_by;
    const char *decider;
    int64_t decided_at;
    const char *decision_note;
    int64_t version;
};
struct exclusion_filter {
    int64_t service_id;
    const char *state; /* NULL: any */
    hn_instant from, to;
    bool newest; /* by begin, descending, from the one `after` on; else by id, ascending */
    int64_t after, limit;
};
struct exclusion_new {
    int64_t service_id;
    hn_instant from, to;
    const char *reason;
    const char *note;
    const char *evidence;
    int64_t ticket_id;
    bool sample;
};
enum exclusion_decision { EXCLUSION_APPROVE, EXCLUSION_REJECT, EXCLUSION_SEND_BACK };
HN_MUST_USE enum hn_code exclusion_list(struct db *db, struct hn_arena *a,
                                        const struct exclusion_filter *f,
                                        const struct exclusion_row **out, size_t *n,
                                        struct hn_err *e);
HN_MUST_USE enum hn_code exclusion_get(struct db *db, struct hn_arena *a, int64_t id,
                                       struct exclusion_row *out, struct hn_err *e);
HN_MUST_USE enum hn_code exclusion_propose(struct db *db, struct hn_arena *a,
                                           const struct actor *who, const struct exclusion_new *in,
                                           hn_instant now, int64_t *id, struct hn_err *e);
HN_MUST_USE enum hn_code exclusion_decide(struct db *db, struct hn_arena *a,
                                          const struct actor *who, int64_t id,
                                          enum exclusion_decision d, const char *note,
                                          hn_instant now, struct hn_err *e);

/* ---- gaps ---- */
struct gap_row {
    int64_t id;
    int64_t service_id;
    const char *service_name;
    int64_t from_at;
    int64_t to_at;
    const char *decision; /* up down exclusion */
    const char *evidence;
    const char *state; /* proposed approved rejected */
    int64_t proposed_by;
    const char *proposer;
    int64_t proposed_at;
    int64_t decided_by;
    const char *decider;
    int64_t decided_at;
    const char *decision_note;
    int64_t exclusion_id;
};
struct gap_new {
    int64_t service_id;
    hn_instant from, to;
    const char *decision;
    const char *evidence;
    bool sample;
};
HN_MUST_USE enum hn_code gap_list(struct db *db, struct hn_arena *a, int64_t service_id,
                                  hn_instant from, hn_instant to, const struct gap_row **out,
                                  size_t *n, struct hn_err *e);
HN_MUST_USE enum hn_code gap_get(struct db *db, struct hn_arena *a, int64_t id, struct gap_row *out,
                                 struct hn_err *e);
HN_MUST_USE enum hn_code gap_propose(struct db *db, struct hn_arena *a, const struct actor *who,
                                     const struct gap_new *in, hn_instant now, int64_t *id,
                                     struct hn_err *e);
HN_MUST_USE enum hn_code gap_decide(struct db *db, struct hn_arena *a, const struct actor *who,
                                    int64_t id, bool approve, const char *note, hn_instant now,
                                    struct hn_err *e);

/* ---- the month's result ---- */
/* One month for a trend or a sum: from its newest closed edition, else computed; without the year.
 */
struct sla_brief {
    struct hn_month month;
    int64_t planned_s;
    int64_t excluded_s;
    int64_t downtime_s;
    int64_t unmeasured_s;
    bool is_reference;
    int64_t edition;        /* 0: computed now */
    struct sla_ratio ratio; /* availability */
};
struct result_outage {
    int64_t id;
    int64_t from_at, to_at; /* the outage's own; to HN_UNSET: open */
    int64_t counted_s;
    int64_t ticket_id;
    const char *ticket_number;    /* NULL: no ticket */
    struct hn_i64s exclusion_ids; /* approved ones that overlap it */
    const char *source;
    const char *reason;
    bool corrected;
};
struct result_maintenance {
    int64_t id;
    const char *title;
    const char *kind;
    int64_t change_id;
    hn_instant from, to; /* what entered M, before the month's cut */
    int64_t approved_by;
    const char *approver;
    hn_instant approved_at;
};
struct sla_result {
    struct sla_row sla; /* the version in force */
    struct calendar_row calendar;
    struct service_row service; /* the newest version */
    struct hn_month month;
    struct sla_figures figures;
    struct sla_year year;
    struct sla_brief year_months[12]; /* April to the month: what the year sums */
    size_t n_year_months;
    const struct result_outage *outages;
    size_t n_outages;
    const struct exclusion_row *exclusions; /* approved and overlapping the month */
    size_t n_exclusions;
    size_t n_pending_exclusions;              /* proposed ones that overlap the month */
    const struct exclusion_row *applications; /* all that overlap it, whatever became of them */
    size_t n_applications;
    const struct result_maintenance *maintenances;
    size_t n_maintenances;
    const struct gap_row *gaps; /* decisions that overlap the month */
    size_t n_gaps;
    bool definition_approved;
    /* metrics other than availability */
    struct sla_share share;
    int64_t p95_us; /* response; -1 */
};
/* Computed now from the rows, whether the month was closed or not. */
HN_MUST_USE enum hn_code sla_result(struct db *db, struct hn_arena *a, int64_t sla_id,
                                    struct hn_month month, hn_instant now, struct sla_result *out,
                                    struct hn_err *e);
HN_MUST_USE enum hn_code sla_brief(struct db *db, struct hn_arena *a, int64_t sla_id,
                                   struct hn_month month, hn_instant now, struct sla_brief *out,
                                   struct hn_err *e);
/* n months from `first` on: the closed ones in one query. */
HN_MUST_USE enum hn_code sla_briefs(struct db *db, struct hn_arena *a, int64_t sla_id,
                                    struct hn_month first, size_t n, hn_instant now,
                                    struct sla_brief *out, struct hn_err *e);
/* As the API answers it: the newest closed edition's figures where one contains the SLA, else live.
 */
HN_MUST_USE enum hn_code sla_result_json(struct db *db, struct hn_arena *a, int64_t sla_id,
                                         struct hn_month month, bool live, hn_instant now,
                                         struct hn_sbuf *out, struct hn_err *e);
void sla_result_write(struct hn_jw *w, const char *key, const struct sla_result *r,
                      int64_t edition);
/* Freezes the figures of the SLAs with a report's edition; called in the approval's transaction.
 * HN_E_INVALID: the month has not ended, a definition is not approved, or gaps are undecided. */
HN_MUST_USE enum hn_code sla_close_month(struct db *db, struct hn_arena *a, int64_t report_id,
                                         struct hn_month month, int edition, hn_instant now,
                                         struct hn_err *e);
/* The checks of sla_close_month() alone: what stands in the way. */
HN_MUST_USE enum hn_code sla_may_close(struct db *db, struct hn_arena *a, struct hn_month month,
                                       hn_instant now, struct hn_err *e);

/* `hinomi evidence export`: the month's figures with all that made them, as JSON text. */
HN_MUST_USE enum hn_code evidence_export(struct db *db, struct hn_arena *a, struct hn_month month,
                                         hn_instant now, struct hn_sbuf *out, struct hn_err *e);

extern const struct hn_module sla_module;

#endif
