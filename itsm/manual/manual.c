/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/manual/manual.h"

#include "server/base/file.h"
#include "server/base/parse.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define CHAPTERS_MAX 64
#define CHAPTER_BYTES_MAX ((size_t)256 * 1024)
#define SECTIONS_MAX 128
#define WORDS_MAX 8
#define EXCERPT_BEFORE 60
#define EXCERPT_AFTER 160

static const char *end_of_line(const char *p)
{
    return p + strcspn(p, "\n");
}

static const char *after_line(const char *p)
{
    const char *end = end_of_line(p);

    return *end == '\0' ? end : end + 1;
}

static bool begins(const char *line, const char *mark)
{
    return strncmp(line, mark, strlen(mark)) == 0;
}

enum hn_code manual_parse(const char *name, const char *text, struct hn_arena *a,
                          struct manual_chapter *out, struct hn_err *e)
{
    struct manual_section *s = hn_arena_make(a, struct manual_section, SECTIONS_MAX);
    const char *from, *line;
    bool fenced = false;
    size_t n = 1;

    if (!begins(text, "# ") || end_of_line(text) == text + 2)
        return hn_fail(e, HN_E_INVALID, "manual %s: the first line is not a title", name);
    from = line = after_line(text);
    s[0].title = "";
    for (; *line != '\0'; line = after_line(line)) {
        if (begins(line, "```"))
            fenced = !fenced;
        if (fenced || !begins(line, "## "))
            continue;
        if (n == SECTIONS_MAX)
            return hn_fail(e, HN_E_LIMIT, "manual %s: more than %d sections", name, SECTIONS_MAX);
        s[n - 1].text = hn_arena_strndup(a, from, (size_t)(line - from));
        s[n++].title = hn_arena_strndup(a, line + 3, (size_t)(end_of_line(line) - line - 3));
        from = after_line(line);
    }
    s[n - 1].text = hn_arena_strdup(a, from);
    *out = (struct manual_chapter){
        .name = hn_arena_strdup(a, name),
        .title = hn_arena_strndup(a, text + 2, (size_t)(end_of_line(text) - text - 2)),
        .section = s,
        .n = n,
    };
    return HN_OK;
}

static enum hn_code read_chapter(const char *folder, const char *file, struct hn_arena *a,
                                 struct manual_chapter *out, struct hn_err *e)
{
    const char *name = file + strspn(file, "0123456789-");
    const char *text;
    size_t n;

    if (hn_file_read(hn_arena_fmt(a, "%s/%s", folder, file), CHAPTER_BYTES_MAX, a, &text, &n, e) !=
        HN_OK)
        return hn_ctx(e, "manual");
    if (strlen(text) != n || !hn_utf8_valid(text, n))
        return hn_fail(e, HN_E_INVALID, "manual %s: no text", file);
    return manual_parse(hn_arena_strndup(a, name, strlen(name) - 3), text, a, out, e);
}

static int is_chapter(const struct dirent *d)
{
    size_t n = strlen(d->d_name);

    return n > 3 && d->d_name[0] >= '0' && d->d_name[0] <= '9' &&
           strcmp(d->d_name + n - 3, ".md") == 0;
}

enum hn_code manual_load(const char *folder, struct hn_arena *a, struct manual_book *out,
                         struct hn_err *e)
{
    struct manual_chapter *c = hn_arena_make(a, struct manual_chapter, CHAPTERS_MAX);
    struct dirent **file = NULL;
    int n = scandir(folder, &file, is_chapter, alphasort);
    enum hn_code code = HN_OK;

    *out = (struct manual_book){.chapter = c};
    for (int i = 0; i < n; i++) {
        if (code == HN_OK && out->n < CHAPTERS_MAX)
            code = read_chapter(folder, file[i]->d_name, a, &c[out->n++], e);
        free(file[i]);
    }
    free(file);
    if (code != HN_OK)
        return code;
    return n > 0 ? HN_OK : hn_fail(e, HN_E_NOT_FOUND, "There is no manual in this installation");
}

const struct manual_chapter *manual_find(const struct manual_book *book, const char *name)
{
    for (size_t i = 0; i < book->n; i++)
        if (hn_streq(book->chapter[i].name, name))
            return &book->chapter[i];
    return NULL;
}

/* A full-width space parts words as well. */
static size_t words_of(const char *q, struct hn_arena *a, const char **word)
{
    size_t n = 0;

    while (*q != '\0' && n < WORDS_MAX) {
        size_t len = 0;

        while (q[len] != '\0' && q[len] != ' ' && strncmp(q + len, "\u3000", 3) != 0)
            len++;
        if (len > 0)
            word[n++] = hn_arena_strndup(a, q, len);
        q += len;
        q += *q == ' ' ? 1 : *q == '\0' ? 0 : 3;
    }
    return n;
}

static const char *find_word(const struct manual_section *s, const char *word)
{
    const char *p = strcasestr(s->text, word);

    return p != NULL || strcasestr(s->title, word) == NULL ? p : s->text;
}

static bool inside_character(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

/* What stands around p, whole characters, in one line, without the marks of Markdown. */
static const char *excerpt(const char *text, const char *p, struct hn_arena *a)
{
    const char *from = p - text > EXCERPT_BEFORE ? p - EXCERPT_BEFORE : text;
    const char *to = p + strnlen(p, EXCERPT_AFTER);
    char *out, *w;

    while (inside_character(*from))
        from++;
    while (inside_character(*to))
        to--;
    w = out = hn_arena_strndup(a, from, (size_t)(to - from));
    for (const char *r = out; *r != '\0'; r++)
        if (strchr("`*|#", *r) == NULL)
            *w++ = *r == '\n' ? ' ' : *r;
    *w = '\0';
    return out;
}

static const char *match(const struct manual_section *s, const char *const *word, size_t n)
{
    const char *first = NULL;

    for (size_t i = 0; i < n; i++) {
        const char *p = find_word(s, word[i]);

        if (p == NULL)
            return NULL;
        if (i == 0)
            first = p;
    }
    return first;
}

size_t manual_search(const struct manual_book *book, const char *q, struct hn_arena *a,
                     struct manual_hit *out, size_t max)
{
    const char *word[WORDS_MAX];
    size_t n_words = words_of(q, a, word);
    size_t n = 0;

    for (size_t i = 0; i < book->n; i++)
        for (size_t k = 0; k < book->chapter[i].n && n < max; k++) {
            const struct manual_section *s = &book->chapter[i].section[k];
            const char *p = match(s, word, n_words);

            if (p != NULL)
                out[n++] = (struct manual_hit){&book->chapter[i], k, excerpt(s->text, p, a)};
        }
    return n;
}
