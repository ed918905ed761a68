/* SPDX-License-Identifier: Apache-2.0 */
/*
 * similar.h — which tickets are like another one, by their titles. Pure.
 *
 * Two titles are alike when they share most of the wanted one's bigrams (pairs of characters, which
 * need no dictionary in Japanese): at least three of ten. Tickets of the same device are always
 * among them, and come first.
 */
#ifndef ITSM_TICKET_SIMILAR_H
#define ITSM_TICKET_SIMILAR_H

#include "server/base/arena.h"

#define SIMILAR_MAX 5

struct similar_title {
    int64_t id;
    const char *title; /* normalised (NFKC), lower case */
    int64_t host_id;   /* 0: none */
};

/* The ids of those most like `title` (normalised too), best first, at most SIMILAR_MAX; id itself
 * is left out, what stands in v twice counts once. a: scratch. */
size_t similar_titles(const char *title, int64_t id, int64_t host_id, const struct similar_title *v,
                      size_t n, int64_t best[SIMILAR_MAX], struct hn_arena *a);

#endif
