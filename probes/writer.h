/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer.h — the thread that carries results from the loop into the database.
 *
 * writer_put() never blocks. Results leave in batches: at most WRITER_BATCH of them, at most a
 * second old, sooner when one is not a plain ok. While the database is away they go to the spool
 * (spool.h) and are delivered afterwards, oldest first, with their own times. A result that the
 * database refuses for what it is (and not for being away) is dropped alone, counted and logged.
 *
 * Bounded: OUTBOX_BYTES in memory, SPOOL_MAX_BYTES on disk. What fits nowhere is counted as
 * dropped and said in the log.
 */
#ifndef PROBES_WRITER_H
#define PROBES_WRITER_H

#include "probes/outbox.h"

#include <stdatomic.h>

#define WRITER_BATCH 1000

struct writer;

/* Read by any thread. */
struct writer_counts {
    atomic_llong stored; /* results */
    atomic_llong batches;
    atomic_llong spooled; /* results that went over the disk */
    atomic_llong dropped; /* results that fit nowhere or were refused */
    atomic_llong unknown; /* results of checks that are gone */
    atomic_llong spool_bytes;
    atomic_bool is_away; /* the database did not answer last time */
};

/* Starts the thread. conninfo, probe: borrowed for the writer's life. spool_folder: made if
 * missing. */
HN_MUST_USE enum hn_code writer_new(const char *conninfo, const char *probe,
                                    const char *spool_folder, struct writer **out,
                                    struct hn_err *e);
/* Takes the result over. From one thread (the loop). */
void writer_put(struct writer *w, struct packed *p);
const struct writer_counts *writer_counts(const struct writer *w);
/* Delivers or spools what is queued, ends the thread, frees. */
void writer_stop(struct writer *w);

#endif
