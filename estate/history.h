/* SPDX-License-Identifier: Apache-2.0 */
/*
 * history.h — the past of the sample estate, lived through by the same code as the present: results
 * go through ingest_batch(), transitions through flow_run(), people's acts through the tickets',
 * maintenances', exclusions' and gaps' own functions, each at its own time under a false clock.
 *
 * A fixed seed makes the same past each time. Only samples of whole days that are over are written
 * as chunks at once, from the very results that were ingested. During the history a check is asked
 * every 5 minutes, and every minute around each outage; afterwards its interval is put back.
 */
#ifndef ESTATE_HISTORY_H
#define ESTATE_HISTORY_H

#include "estate/load.h"

/* HN_E_CONFLICT where there are transitions or tickets already. One month is one transaction. */
HN_MUST_USE enum hn_code history_make(struct db *db, const struct estate *s, int months,
                                      hn_instant now, struct hn_err *e);

#endif
