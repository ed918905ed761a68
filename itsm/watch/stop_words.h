/* SPDX-License-Identifier: Apache-2.0 */
/* stop_words.h — a planned stop's recurrence: from the form's choice, and as people read it. */
#ifndef ITSM_WATCH_STOP_WORDS_H
#define ITSM_WATCH_STOP_WORDS_H

#include "server/base/arena.h"
#include "server/base/instant.h"

/* choice: daily weekly monthly (same day) nth (same weekday of the month); NULL for any other. from
 * decides day and weekday; until HN_UNSET: without end. */
const char *stop_rule(struct hn_arena *a, const char *choice, hn_instant from, hn_instant until);
/* In the user's language; a rule that is not one of those stays as it is. NULL gives NULL. */
const char *stop_rule_words(struct hn_arena *a, const char *rule);

#endif
