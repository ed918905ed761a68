/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_state.h — from results to a check's state: one pure function for the probe's writer, the
 * satellite's intake and the passive API.
 *
 * Words. A *result* is one sample: when its probe was sent, and what it told (ok, warning,
 * critical, unknown) or that it told nothing (outcome not_run, lost). A result is *bad* from
 * warning on and *down* when critical; ok and warning are up. A level is *confirmed* when n of the
 * last `of` known results have it (attempts, default 3 of 3); it then began at the earliest of
 * those n. So
 *
 *     time       0      60     65     70     130
 *     result     ok     crit   crit   crit   ok
 *     state      ok     ok     ok     crit   ok       as it was known then
 *     transition                      →critical at 60, confirmed at 70;   →ok at 130
 *
 * - Recovery needs one result: the first ok ends warning and critical, the first warning ends
 *   critical (the check is then confirmed warning: every bad result counts for that level).
 * - Warning and critical are confirmed each on its own: a confirmed warning becomes critical after
 *   n critical results, and the outage begins at the first of these.
 * - While a bad streak may still be confirmed the state is `soft`: the check is asked again after
 *   retry_interval.
 * - An unknown result, and no result when one was due, make the state unknown at once. They are
 *   neither good nor bad for the streak. The next known result ends it: the check returns to what
 *   it was (still critical: no new streak is needed).
 * - A streak that began before a gap and is confirmed after it began before it: the critical covers
 *   the gap, and the step tells which transitions it takes back (void_from).
 * - After a recovery the count starts anew.
 * - A pending check (never a known result) becomes ok with the first ok and bad with the first
 *   confirmed streak; until then it stays pending (or unknown, after unknown results).
 * - unreachable is a critical whose parents are all down: the caller tells it with the result, or
 *   later by check_reach(). It stays so until check_reach() takes it back or the check is up.
 *
 * A result at or before the row's last_at is *late*: check_step() leaves the row alone and says so.
 * The caller stores the late batch at its true times and calls check_replay().
 */
#ifndef MEASURE_CHECK_STATE_H
#define MEASURE_CHECK_STATE_H

#include "server/base/arena.h"
#include "server/base/err.h"
#include "server/base/instant.h"

/* state of a check: constant, word (API and database), what a service rule makes of it */
#define CHECK_STATES(X)                                                                            \
    X(OK, "ok", CHECK_IS_UP)                                                                       \
    X(WARNING, "warning", CHECK_IS_UP)                                                             \
    X(CRITICAL, "critical", CHECK_IS_DOWN)                                                         \
    X(UNKNOWN, "unknown", CHECK_IS_UNKNOWN)                                                        \
    X(UNREACHABLE, "unreachable", CHECK_IS_DOWN)                                                   \
    X(PENDING, "pending", CHECK_IS_UNKNOWN)

enum check_state {
#define X(c, w, v) CHECK_##c,
    CHECK_STATES(X)
#undef X
};

/* What a result tells. The order is that of the plugin interface's exit codes 0 to 3. */
#define CHECK_RESULT_STATES(X)                                                                     \
    X(OK, "ok") X(WARNING, "warning") X(CRITICAL, "critical") X(UNKNOWN, "unknown")

enum check_result_state {
#define X(c, w) RESULT_##c,
    CHECK_RESULT_STATES(X)
#undef X
};

/* What became of a scheduled probe. ok: it was answered; failed: it was sent, and not answered or
 * not as it should; not_run: it could not be sent; lost: nothing is known of it. */
#define CHECK_OUTCOMES(X) X(OK, "ok") X(FAILED, "failed") X(NOT_RUN, "not_run") X(LOST, "lost")

enum check_outcome {
#define X(c, w) OUTCOME_##c,
    CHECK_OUTCOMES(X)
#undef X
};

/* Three-valued: of a check, and of a service (service_rule.h). */
enum check_value { CHECK_IS_DOWN, CHECK_IS_UNKNOWN, CHECK_IS_UP };

const char *check_state_word(enum check_state s);
bool check_state_parse(const char *word, enum check_state *out);
enum check_value check_state_value(enum check_state s);
const char *check_result_state_word(enum check_result_state s);
bool check_result_state_parse(const char *word, enum check_result_state *out);
const char *check_outcome_word(enum check_outcome o);
bool check_outcome_parse(const char *word, enum check_outcome *out);
/* NULL-terminated lists, for hn_json_word(). */
extern const char *const check_state_words[];
extern const char *const check_result_state_words[];
extern const char *const check_outcome_words[];

#define CHECK_OF_MAX 20 /* attempts.of, at most */

/* How the check is judged. 1 <= n <= of <= CHECK_OF_MAX. */
struct check_policy {
    int n, of;
    hn_span interval_us;       /* 0: nothing is ever due (a passive check without freshness) */
    hn_span retry_interval_us; /* 0: as interval_us */
    hn_span grace_us; /* how late a result may be before it counts as lost; 0: half the interval */
};
#define CHECK_N_DEFAULT 3
/* n and of within their bounds; errors name attempts.n and attempts.of. */
HN_MUST_USE enum hn_code check_policy_valid(const struct check_policy *p, struct hn_err *e);

struct check_result {
    hn_instant at; /* when the probe was sent */
    enum check_result_state state;
    enum check_outcome outcome; /* not_run and lost count as unknown, whatever state says */
    bool unreachable;           /* all parents of the check's host were down at that time */
};

/* The last `of` known results, newest first; what is beyond n was ok. */
struct check_window {
    int n;
    enum check_result_state level[CHECK_OF_MAX]; /* ok, warning, critical */
    hn_instant at[CHECK_OF_MAX];
};

/* The state of a check, one row in the database (win as text: check_window_pack()). Start with
 * check_row_new(). */
struct check_row {
    enum check_state state;
    hn_instant since;         /* the `at` of the transition into it; HN_UNSET before any */
    bool soft;                /* a bad streak runs that may still be confirmed */
    enum check_state known;   /* as of the last known result: never unknown; pending before any */
    hn_instant known_since;   /* when that began; HN_UNSET before any */
    hn_instant last_at;       /* of the last result, also an unknown one; HN_UNSET before any */
    hn_instant last_ok_at;    /* of the last ok result */
    hn_instant first_fail_at; /* earliest bad result of the running streak; HN_UNSET when none */
    enum check_result_state last_level; /* of the last known result: ok, warning, critical */
    struct check_window win;
};

struct check_transition {
    enum check_state from, to;
    hn_instant at; /* when it became so: the first failing sample's time, the first good one's … */
    hn_instant confirmed_at; /* time of the result (or the instant) by which it was known; >= at */
};

/* What one step did. Transitions in the order of their `at`; two where results were missing before
 * this one. */
#define CHECK_STEP_MAX 2
struct check_step {
    struct check_transition v[CHECK_STEP_MAX];
    size_t n;
    bool late; /* the row is as it was: store the result and call check_replay() */
    /* Stored transitions of this check with at >= void_from are superseded by those in v (a streak
     * that began before a gap was confirmed after it; or a result that check_gap() had given up
     * came after all, from a satellite's spool). HN_NEVER: none, nearly always. Where
     * set, v[0].from is the last known state; what stood before void_from may be unknown. */
    hn_instant void_from;
};

struct check_row check_row_new(void); /* pending */
/* A row in `state` since `since`, without a streak: where a replay starts. known: the last state
 * that was not unknown (for an unknown state: what it will return to). */
struct check_row check_row_at(enum check_state state, enum check_state known, hn_instant since,
                              hn_instant last_at);

/* Takes one result. *row becomes the new row. */
void check_step(const struct check_policy *p, struct check_row *row, const struct check_result *r,
                struct check_step *out);

/*
 * Whether a result is missing at `now`: unknown from the time the first missing one was due
 * (last_at + the interval then in force), known to be so when the grace is over. At most one
 * transition; none for a pending check or one that is already unknown. check_step() does the same
 * by itself when the next result comes late, so a sweep that did not run loses nothing.
 */
void check_gap(const struct check_policy *p, struct check_row *row, hn_instant now,
               struct check_step *out);
/* When check_gap() will find something; HN_NEVER where it cannot. For timers. */
hn_instant check_gap_due(const struct check_policy *p, const struct check_row *row);

/* All parents went down (true) or one came back (false): critical ↔ unreachable. */
void check_reach(struct check_row *row, bool unreachable, hn_instant at, struct check_step *out);

/* When the next probe is due after the row's last result. */
hn_instant check_next(const struct check_policy *p, const struct check_row *row);

/* The severity that may be confirmed next: the worst state within the running streak; PENDING where
 * nothing runs. */
enum check_state check_row_pending(const struct check_row *row);

/* The window as one text column ("" while all is well), and back. unpack is strict: false on text
 * that pack would not have made; *w is then empty. */
#define CHECK_WINDOW_TEXT_MAX (CHECK_OF_MAX * 24 + 1)
const char *check_window_pack(const struct check_window *w, char buf[CHECK_WINDOW_TEXT_MAX]);
bool check_window_unpack(const char *text, struct check_window *w);

/*
 * Late results. Steps `results` (ascending by time; of several with one time the first counts) from
 * `start`, and gives all transitions and the row after the last.
 *
 * How to choose them: load the check's results from at least `of` known ones before the first late
 * one, the late ones at their true times among them, to the newest. start = check_row_at(the state
 * in force just before the first of them). `now`: gaps up to then are found too; HN_UNSET: only
 * those between results. Transitions before the first late result's time are those that were there
 * already: compare with check_diff().
 */
struct check_history {
    struct check_row row;
    struct check_transition *v;
    size_t n;
};
void check_replay(const struct check_policy *p, const struct check_row *start,
                  const struct check_result *results, size_t n, hn_instant now, struct hn_arena *a,
                  struct check_history *out);

/* What a replay changed, from `from` on: the stored transitions that are not in the replay (to
 * void) and those of the replay that are not stored (to insert), by index. The same are those with
 * one `at` and one `to`. Critical and unreachable are not told apart (a replay does not know the
 * parents): a stored transition between these two is never gone. */
struct check_diff {
    size_t *gone; /* indexes into old */
    size_t n_gone;
    size_t *added; /* indexes into fresh */
    size_t n_added;
};
void check_diff(const struct check_transition *old, size_t n_old,
                const struct check_transition *fresh, size_t n_fresh, hn_instant from,
                struct hn_arena *a, struct check_diff *out);

#endif
