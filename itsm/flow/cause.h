/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cause.h — whether a failing check is the effect of another (pure).
 *
 * A parent explains a failure when it is down and the failure began after the last time the parent
 * was seen well: what failed while its parent was well failed by itself. It also explains it when
 * it came back after the failure had begun and before the child was asked again. A parent is
 * undecided while its own streak runs, while nothing newer than the failure is known of it, or
 * while it is unknown.
 */
#ifndef ITSM_FLOW_CAUSE_H
#define ITSM_FLOW_CAUSE_H

#include "itsm/flow/flow_store.h"

enum cause_verdict { CAUSE_OWN, CAUSE_UNDECIDED, CAUSE_PARENT };

struct cause {
    enum cause_verdict verdict;
    const struct flow_parent *parent; /* the one that explains it */
    int64_t root_id;                  /* its transition, or the one that that is an effect of */
};

/* p: by host, as flow_store_parents() gives them. at: when the failure began. All parent hosts must
 * be down; a host with several liveness checks is down when all of them are. */
struct cause cause_of(const struct flow_parent *p, size_t n, hn_instant at);

#endif
