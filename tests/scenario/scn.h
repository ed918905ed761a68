/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scn.h — a scenario: the whole road from a result to a closed month, under a false clock, written
 * as a script (README.md is the language).
 *
 * A statement is a line. Its verb is a row of one of the tables below (setting up, what devices do,
 * what people do, what is expected); the function reads the words that follow it and calls the
 * product's own act with the script's time. Nothing is written to a table here. Names that a script
 * gives live in one list, each with its kind and the id that the product gave.
 *
 * A statement that cannot be read, or an act that fails, ends the scenario with file and line; an
 * expectation that does not hold is told with file and line, and the scenario goes on.
 */
#ifndef HN_TESTS_SCENARIO_SCN_H
#define HN_TESTS_SCENARIO_SCN_H

#include "server/auth/actor.h"
#include "server/db/db.h"
#include "server/ingest/ingest.h"

#define WORDS_MAX 200
#define BATCH_MAX 4000

enum thing_kind {
    THING_SITE,
    THING_HOST,
    THING_CHECK,
    THING_CALENDAR,
    THING_SERVICE,
    THING_SLA, /* named as its service */
    THING_MAINTENANCE,
    THING_EXCLUSION,
    THING_OUTAGE,
    THING_GAP,
    THING_TICKET,
    THING_REPORT,
    THING_PERSON,
};

struct thing {
    enum thing_kind kind;
    const char *name;
    int64_t id;
    struct actor actor;   /* person */
    const char *files[3]; /* report: digests at its approval */
    struct thing *next;
};

struct sim; /* a check that is probed (sim.c) */

struct scn {
    struct db *db;
    struct hn_arena *a;     /* the scenario's */
    struct hn_arena *round; /* one statement's or one tick's */
    hn_instant now;
    struct thing *things;
    struct sim *sims;
    bool halted; /* `hinomi work` is away */
    /* results that wait for `send` */
    const char *batch; /* the probe's name; NULL: none is open */
    struct ingest_result *result;
    size_t n_results;
    /* the statement */
    const char *file;
    int line;
    char *word[WORDS_MAX];
    size_t n, at;
    int failures;
    char scratch[64]; /* folder of the reports and the evidence */
};

typedef enum hn_code scn_fn(struct scn *s, struct hn_err *e);
struct scn_verb {
    const char *word;
    scn_fn *run;
};
extern const struct scn_verb scn_setting[], scn_devices[], scn_acts[]; /* word NULL ends */
scn_fn scn_expect;

/* ---- words ---- */
/* Cuts a line into words: "…" is one, ( ) and , are words, {…} is one to its end; # ends the line.
 */
void scn_cut(struct scn *s, char *text);
HN_NORETURN void scn_die(const struct scn *s, const char *fmt, ...) HN_PRINTF(2, 3);
/* An expectation that does not hold. */
void scn_wrong(struct scn *s, const char *fmt, ...) HN_PRINTF(2, 3);

bool scn_more(const struct scn *s);
const char *scn_peek(const struct scn *s); /* "" at the end */
const char *scn_word(struct scn *s, const char *what);
bool scn_is(struct scn *s, const char *word); /* takes it where it stands next */
void scn_must(struct scn *s, const char *word);
void scn_end(struct scn *s); /* nothing more on the line */
int64_t scn_int(struct scn *s, const char *what);
/* 2026-09-03 10:00[:00], 2026-09-03 (its midnight), 10:00[:00] (of today). */
hn_instant scn_time(struct scn *s, const char *what);
hn_span scn_span(struct scn *s); /* 20 s, 5 min, 2 h, 3 d */
struct hn_month scn_month(struct scn *s);
/* from T to T; to "open" is HN_UNSET. */
void scn_from_to(struct scn *s, hn_instant *from, hn_instant *to);
const char *scn_show(struct scn *s, hn_instant t); /* as the script writes it */
/* pc{1..3} and a,b as names; n >= 1. */
const char **scn_names(struct scn *s, size_t *n);

/* ---- things ---- */
void scn_add(struct scn *s, enum thing_kind kind, const char *name, int64_t id);
struct thing *scn_find(struct scn *s, enum thing_kind kind, const char *name); /* NULL */
struct thing *scn_thing(struct scn *s, enum thing_kind kind); /* named by the next word */
int64_t scn_id(struct scn *s, enum thing_kind kind);
/* by ROLE or ROLE2: a person of that role, made at first use; without "by" the one given. */
const struct actor *scn_by(struct scn *s, const char *usual);
const struct actor *scn_person(struct scn *s, const char *name);

/* ---- time and devices ---- */
/* Time passes up to t: probes are sent, the background runs. */
void scn_pass(struct scn *s, hn_instant t);
void scn_background(struct scn *s);
void scn_work(struct scn *s); /* all tasks, until none has more to do */
#endif
