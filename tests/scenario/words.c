/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a statement: times, spans, names. */
#include "tests/scenario/scn.h"

#include <ctype.h>
#include <stdarg.h>

static void HN_PRINTF(2, 0) tell(const struct scn *s, const char *fmt, va_list ap)
{
    (void)fprintf(stderr, "%s:%d: ", s->file, s->line);
    (void)vfprintf(stderr, fmt, ap);
    (void)fprintf(stderr, "\n");
}

void scn_die(const struct scn *s, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    tell(s, fmt, ap);
    va_end(ap);
    exit(1);
}

void scn_wrong(struct scn *s, const char *fmt, ...)
{
    va_list ap;

    s->failures++;
    va_start(ap, fmt);
    tell(s, fmt, ap);
    va_end(ap);
}

static void add_word(struct scn *s, const char *p, size_t n)
{
    if (s->n == WORDS_MAX)
        scn_die(s, "more than %d words", WORDS_MAX);
    s->word[s->n++] = hn_arena_strndup(s->a, p, n);
}

void scn_cut(struct scn *s, char *text)
{
    const char *p = text;

    s->n = s->at = 0;
    while (*p != '\0') {
        size_t n;

        if (isspace((unsigned char)*p)) {
            p++;
        } else if (*p == '#') {
            return;
        } else if (*p == '"') {
            n = strcspn(p + 1, "\"");
            if (p[n + 1] == '\0')
                scn_die(s, "a text without its end");
            add_word(s, p + 1, n);
            p += n + 2;
        } else if (strchr("(),", *p) != NULL) {
            add_word(s, p++, 1);
        } else if (*p == '{') {
            n = strlen(p);
            while (n > 0 && p[n - 1] != '}')
                n--;
            add_word(s, p, n);
            p += n;
        } else {
            n = strcspn(p, " \t\r\n(),\"#");
            add_word(s, p, n);
            p += n;
        }
    }
}

bool scn_more(const struct scn *s)
{
    return s->at < s->n;
}

const char *scn_peek(const struct scn *s)
{
    return scn_more(s) ? s->word[s->at] : "";
}

const char *scn_word(struct scn *s, const char *what)
{
    if (!scn_more(s))
        scn_die(s, "%s is missing", what);
    return s->word[s->at++];
}

bool scn_is(struct scn *s, const char *word)
{
    bool yes = scn_more(s) && hn_streq(scn_peek(s), word);

    s->at += yes;
    return yes;
}

void scn_must(struct scn *s, const char *word)
{
    if (!scn_is(s, word))
        scn_die(s, "\"%s\" is missing before \"%s\"", word, scn_peek(s));
}

void scn_end(struct scn *s)
{
    if (scn_more(s))
        scn_die(s, "\"%s\" is not understood here", scn_peek(s));
}

int64_t scn_int(struct scn *s, const char *what)
{
    const char *w = scn_word(s, what);
    char *end;
    long long v = strtoll(w, &end, 10);

    if (*w == '\0' || *end != '\0')
        scn_die(s, "%s: \"%s\" is no whole number", what, w);
    return v;
}

hn_instant scn_time(struct scn *s, const char *what)
{
    struct hn_local d = hn_tokyo(s->now == HN_UNSET ? 0 : s->now);
    int year, month, day, h = 0, m = 0, sec = 0;
    bool dated;

    dated = sscanf(scn_peek(s), "%4d-%2d-%2d", &year, &month, &day) == 3;
    if (dated) {
        d.year = year;
        d.month = month;
        d.day = day;
        s->at++;
    } else if (s->now == HN_UNSET)
        scn_die(s, "%s: the first time of a scenario has its date", what);
    if (strchr(scn_peek(s), ':') != NULL) {
        if (sscanf(scn_peek(s), "%2d:%2d:%2d", &h, &m, &sec) < 2)
            scn_die(s, "%s: \"%s\" is no time", what, scn_peek(s));
        s->at++;
    } else if (!dated) {
        scn_die(s, "%s: \"%s\" is no time", what, scn_peek(s));
    }
    return hn_from_tokyo(d.year, d.month, d.day, h, m, sec);
}

hn_span scn_span(struct scn *s)
{
    static const struct {
        const char *unit;
        hn_span us;
    } units[] = {{"s", HN_SEC}, {"min", HN_MIN_SPAN}, {"h", HN_HOUR}, {"d", HN_DAY}};
    int64_t n = scn_int(s, "a span");
    const char *unit = scn_word(s, "the span's unit");

    for (size_t i = 0; i < HN_ARRAY_LEN(units); i++)
        if (hn_streq(units[i].unit, unit))
            return n * units[i].us;
    scn_die(s, "\"%s\" is no unit: s, min, h, d", unit);
}

struct hn_month scn_month(struct scn *s)
{
    struct hn_month m = {0, 0};
    struct hn_err e = {0};
    const char *w = scn_word(s, "a month");

    if (hn_parse_month(w, "month", &m, &e) != HN_OK)
        scn_die(s, "\"%s\" is no month", w);
    return m;
}

void scn_from_to(struct scn *s, hn_instant *from, hn_instant *to)
{
    scn_must(s, "from");
    *from = scn_time(s, "from");
    scn_must(s, "to");
    *to = scn_is(s, "open") ? HN_UNSET : scn_time(s, "to");
}

const char *scn_show(struct scn *s, hn_instant t)
{
    struct hn_local d;

    if (t == HN_UNSET)
        return "open";
    d = hn_tokyo(t);
    if (d.usec != 0)
        return hn_arena_fmt(s->round, "%04d-%02d-%02d %02d:%02d:%02d.%06d", d.year, d.month, d.day,
                            d.hour, d.minute, d.second, (int)d.usec);
    return hn_arena_fmt(s->round, "%04d-%02d-%02d %02d:%02d:%02d", d.year, d.month, d.day, d.hour,
                        d.minute, d.second);
}

const char **scn_names(struct scn *s, size_t *n)
{
    const char **out = hn_arena_make(s->a, const char *, 1000);

    *n = 0;
    do {
        const char *w = scn_word(s, "a name");
        const char *open = strchr(w, '{');
        int from = 0, to = 0;

        if (open == NULL || sscanf(open, "{%4d..%4d}", &from, &to) != 2) {
            out[(*n)++] = w;
            continue;
        }
        if (to < from || to - from > 500)
            scn_die(s, "\"%s\" names none or too many", w);
        for (int i = from; i <= to; i++)
            out[(*n)++] = hn_arena_fmt(s->a, "%.*s%d%s", (int)(open - w), w, i, strchr(w, '}') + 1);
    } while (scn_is(s, ","));
    return out;
}
