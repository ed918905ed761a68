/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/ticket/words.h"
#include "itsm/ticket/scope.h"

struct pair {
    const char *word;
    const char *label;
};

static const struct pair kinds[] = {
#define X(e, w, p, m) {w, m},
    TICKET_KINDS(X)
#undef X
};
static const struct pair priorities[] = {
#define X(e, w, m) {w, m},
    TICKET_PRIORITIES(X)
#undef X
};
static const struct pair sources[] = {
#define X(e, w, m) {w, m},
    TICKET_SOURCES(X)
#undef X
};
static const struct pair entries[] = {
#define X(e, w, m) {w, m},
    TICKET_ENTRY_KINDS(X)
#undef X
};
static const struct pair affected[] = {
#define X(e, w, m) {w, m},
    TICKET_AFFECTED_KINDS(X)
#undef X
};
static const struct pair relations[] = {
#define X(w, m, i) {w, m},
    TICKET_RELATIONS(X)
#undef X
};
static const struct pair inverses[] = {
#define X(w, m, i) {w, i},
    TICKET_RELATIONS(X)
#undef X
};
static const struct pair levels[] = {
    {"1", HN_N("1 (large)")}, {"2", HN_N("2 (medium)")}, {"3", HN_N("3 (small)")}};

static const struct {
    const struct pair *v;
    size_t n;
} lists[] = {
    [TICKET_WORDS_KIND] = {kinds, HN_ARRAY_LEN(kinds)},
    [TICKET_WORDS_PRIORITY] = {priorities, HN_ARRAY_LEN(priorities)},
    [TICKET_WORDS_SOURCE] = {sources, HN_ARRAY_LEN(sources)},
    [TICKET_WORDS_ENTRY] = {entries, HN_ARRAY_LEN(entries)},
    [TICKET_WORDS_AFFECTED] = {affected, HN_ARRAY_LEN(affected)},
    [TICKET_WORDS_RELATION] = {relations, HN_ARRAY_LEN(relations)},
    [TICKET_WORDS_INVERSE] = {inverses, HN_ARRAY_LEN(inverses)},
    [TICKET_WORDS_LEVEL] = {levels, HN_ARRAY_LEN(levels)},
};

const char *ticket_label(enum ticket_words list, const char *word)
{
    if (word == NULL)
        return "";
    for (size_t i = 0; i < lists[list].n; i++)
        if (hn_streq(lists[list].v[i].word, word))
            return hn_tr(lists[list].v[i].label);
    return word;
}

const struct http_choice *ticket_choices(enum ticket_words list, struct hn_arena *a, size_t *n)
{
    struct http_choice *out = hn_arena_make(a, struct http_choice, lists[list].n);

    *n = lists[list].n;
    for (size_t i = 0; i < *n; i++)
        out[i] = (struct http_choice){lists[list].v[i].word, hn_tr(lists[list].v[i].label)};
    return out;
}

const char *ticket_span_text(struct hn_arena *a, int64_t s)
{
    long long h = (long long)(s / 3600);
    long long m = (long long)(s / 60 % 60);

    if (s < 60)
        return hn_arena_fmt(a, hn_tr("%lld s"), (long long)s);
    if (h == 0)
        return hn_arena_fmt(a, hn_tr("%lld min"), m);
    if (m == 0)
        return hn_arena_fmt(a, hn_tr("%lld h"), h);
    return hn_arena_fmt(a, hn_tr("%lld h %02lld min"), h, m);
}

const char *ticket_clock_text(struct hn_arena *a, const struct ticket_clock *c)
{
    int64_t left = c->at.remaining_s;

    if (c->ended_at != HN_UNSET)
        return left >= 0 ? hn_arena_fmt(a, hn_tr("Met in %s"), ticket_span_text(a, c->at.elapsed_s))
                         : hn_arena_fmt(a, hn_tr("Missed by %s"), ticket_span_text(a, -left));
    if (left < 0)
        return hn_arena_fmt(a, hn_tr("%s over"), ticket_span_text(a, -left));
    if (c->at.is_paused)
        return hn_arena_fmt(a, hn_tr("Stopped, %s left"), ticket_span_text(a, left));
    if (!c->at.is_open)
        return hn_arena_fmt(a, hn_tr("Out of hours, %s left"), ticket_span_text(a, left));
    return hn_arena_fmt(a, hn_tr("%s left"), ticket_span_text(a, left));
}

const char *ticket_clock_kind(const struct ticket_clock *c)
{
    if (c->at.remaining_s < 0)
        return "over";
    if (c->ended_at != HN_UNSET)
        return "done";
    return c->at.remaining_s * 4 <= c->target_s ? "near" : "";
}
