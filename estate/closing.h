/* SPDX-License-Identifier: Apache-2.0 */
/*
 * closing.h — the sample history's months are closed as real ones are: governance makes the report
 * and writes its analysis, the service manager submits it, the ward sends one back, asks for
 * another edition after a late correction, and approves. Private to the history.
 */
#ifndef ESTATE_CLOSING_H
#define ESTATE_CLOSING_H

#include "estate/living.h"

/* Adds the events of all complete months; of each event, `subject` is the month, 0 the oldest. */
void closing_plan(struct living *l);
HN_MUST_USE enum hn_code closing_do(struct living *l, const struct living_event *v,
                                    struct hn_err *e);

#endif
