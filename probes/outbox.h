/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outbox.h — the bounded queue of results between the loop and the thread that carries them away
 * (writer.h, uplink.h). Putting never blocks. One thread puts, one takes.
 */
#ifndef PROBES_OUTBOX_H
#define PROBES_OUTBOX_H

#include "server/base/instant.h"
#include "server/ingest/packed.h"

struct outbox;

#define OUTBOX_BYTES ((size_t)128 * 1024 * 1024)

/* gather: how long a result waits for others to go with; urgent: the same for one that is not a
 * plain ok. */
struct outbox *outbox_new(size_t max_bytes, hn_span gather, hn_span urgent);
void outbox_free(struct outbox *o);

/* Takes the result over. false: there was no room, and it is gone. */
HN_MUST_USE bool outbox_put(struct outbox *o, struct packed *p);
/* Waits until results have gathered (or there are `max`), until `until` (monotonic; HN_NEVER), or
 * until the stop; takes at most `max` of what there is, a list that the caller frees. *stop: it was
 * asked for and nothing is left. */
struct packed *outbox_take(struct outbox *o, size_t max, int64_t until, size_t *n, bool *stop);
void outbox_stop(struct outbox *o); /* any thread */

void packed_free_list(struct packed *p);

#endif
