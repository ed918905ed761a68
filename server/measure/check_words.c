/* SPDX-License-Identifier: Apache-2.0 */
/* The words of check_state.h, and the window as text. */
#include "server/base/parse.h"
#include "server/measure/check_state.h"

#include <stdio.h>

const char *const check_state_words[] = {
#define X(c, w, v) w,
    CHECK_STATES(X)
#undef X
        NULL};

const char *const check_result_state_words[] = {
#define X(c, w) w,
    CHECK_RESULT_STATES(X)
#undef X
        NULL};

const char *const check_outcome_words[] = {
#define X(c, w) w,
    CHECK_OUTCOMES(X)
#undef X
        NULL};

/* Index of word, or -1. */
static int word_index(const char *const *words, const char *word)
{
    for (int i = 0; words[i] != NULL; i++) {
        if (hn_streq(words[i], word))
            return i;
    }
    return -1;
}

const char *check_state_word(enum check_state s)
{
    return check_state_words[s];
}

bool check_state_parse(const char *word, enum check_state *out)
{
    int i = word_index(check_state_words, word);

    if (i >= 0)
        *out = (enum check_state)i;
    return i >= 0;
}

const char *check_result_state_word(enum check_result_state s)
{
    return check_result_state_words[s];
}

bool check_result_state_parse(const char *word, enum check_result_state *out)
{
    int i = word_index(check_result_state_words, word);

    if (i >= 0)
        *out = (enum check_result_state)i;
    return i >= 0;
}

const char *check_outcome_word(enum check_outcome o)
{
    return check_outcome_words[o];
}

bool check_outcome_parse(const char *word, enum check_outcome *out)
{
    int i = word_index(check_outcome_words, word);

    if (i >= 0)
        *out = (enum check_outcome)i;
    return i >= 0;
}

/* Newest first, one after the other: "o", "w" TIME, "c" TIME. */
const char *check_window_pack(const struct check_window *w, char buf[CHECK_WINDOW_TEXT_MAX])
{
    size_t n = 0;

    buf[0] = '\0';
    for (int i = 0; i < w->n; i++) {
        size_t left = CHECK_WINDOW_TEXT_MAX - n;

        if (w->level[i] == RESULT_OK)
            n += (size_t)snprintf(buf + n, left, "o");
        else
            n += (size_t)snprintf(buf + n, left, "%c%" PRId64,
                                  w->level[i] == RESULT_WARNING ? 'w' : 'c', w->at[i]);
    }
    return buf;
}

/* One entry's time; *s is moved behind it. */
static bool take_time(const char **s, hn_instant *at)
{
    char digits[24];
    size_t n = strspn(*s, "-0123456789");
    struct hn_err e;

    if (n == 0 || n >= sizeof(digits))
        return false;
    memcpy(digits, *s, n);
    digits[n] = '\0';
    *s += n;
    return hn_parse_i64(digits, "at", INT64_MIN + 1, INT64_MAX - 1, at, &e) == HN_OK;
}

static bool unpack(const char *s, struct check_window *w)
{
    hn_instant newer = HN_NEVER;

    while (*s != '\0') {
        char c = *s++;
        int i = w->n;

        if (i == CHECK_OF_MAX || strchr("owc", c) == NULL)
            return false;
        w->n++;
        w->level[i] = c == 'o' ? RESULT_OK : c == 'w' ? RESULT_WARNING : RESULT_CRITICAL;
        if (c == 'o')
            continue;
        if (!take_time(&s, &w->at[i]) || w->at[i] >= newer)
            return false;
        newer = w->at[i];
    }
    return w->n == 0 || w->level[w->n - 1] != RESULT_OK;
}

bool check_window_unpack(const char *text, struct check_window *w)
{
    memset(w, 0, sizeof(*w));
    if (unpack(text, w))
        return true;
    memset(w, 0, sizeof(*w));
    return false;
}
