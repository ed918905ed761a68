/* SPDX-License-Identifier: Apache-2.0 */
/* Words of the watch pages in the user's language (overview.h). */
#include "itsm/watch/overview.h"

struct word {
    const char *word;
    const char *msgid;
};
#define X(w, m) {w, m},
static const struct word classes[] = {WATCH_CLASSES(X)};
static const struct word monitoring[] = {WATCH_MONITORING(X)};
static const struct word kinds[] = {WATCH_CHECK_KINDS(X)};
static const struct word states[] = {WATCH_STATES(X)};
#undef X

static void add(struct tpl_val *words, const char *key, const struct word *w, size_t n)
{
    struct tpl_val *map = tpl_set_map(words, key);

    for (size_t i = 0; i < n; i++)
        tpl_set_str(map, w[i].word, hn_tr(w[i].msgid));
}

void overview_words(struct http_ctx *c, struct tpl_val *view)
{
    struct tpl_val *words = tpl_set_map(view, "words");

    (void)c;
    add(words, "class", classes, HN_ARRAY_LEN(classes));
    add(words, "monitoring", monitoring, HN_ARRAY_LEN(monitoring));
    add(words, "kind", kinds, HN_ARRAY_LEN(kinds));
    add(words, "state", states, HN_ARRAY_LEN(states));
}
