/* SPDX-License-Identifier: Apache-2.0 */
/* words.h — the words of tickets as people read them, in the user's language. */
#ifndef ITSM_TICKET_WORDS_H
#define ITSM_TICKET_WORDS_H

#include "itsm/ticket/clocks.h"
#include "server/http/list_view.h"

enum ticket_words {
    TICKET_WORDS_KIND,
    TICKET_WORDS_PRIORITY,
    TICKET_WORDS_SOURCE,
    TICKET_WORDS_ENTRY,
    TICKET_WORDS_AFFECTED,
    TICKET_WORDS_RELATION,
    TICKET_WORDS_INVERSE,
    TICKET_WORDS_LEVEL, /* "1", "2", "3" of impact and urgency */
};

/* The label; the word itself where it is unknown; "" for NULL. */
const char *ticket_label(enum ticket_words list, const char *word);
/* All words of the list with their labels. */
const struct http_choice *ticket_choices(enum ticket_words list, struct hn_arena *a, size_t *n);

/* "2 h 05 min", "35 min", "40 s". s >= 0. */
const char *ticket_span_text(struct hn_arena *a, int64_t s);
/* What is left of a clock: "1 h 20 min left", "35 min over", "stopped, 2 h left", "met in 12 min".
 */
const char *ticket_clock_text(struct hn_arena *a, const struct ticket_clock *c);
/* "", "near" (a quarter or less is left), "over", "done". */
const char *ticket_clock_kind(const struct ticket_clock *c);

#endif
