/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manual.h — the manuals that the program serves itself (docs/manual, Markdown, Japanese).
 *
 * A chapter is a file `NN-name.md`: its first line is `# Title`, each `## Heading` begins a
 * section, what stands before the first one is the chapter's introduction (a section without
 * title). Chapters come in the order of their file names. A line `![caption](name.png)` is a
 * screenshot that the browser tests made (static folder, manual/name.png); where it was not made
 * the line is left out.
 */
#ifndef ITSM_MANUAL_H
#define ITSM_MANUAL_H

#include "server/base/arena.h"
#include "server/base/err.h"
#include "server/module.h"

struct manual_section {
    const char *title; /* "" = the introduction */
    const char *text;  /* Markdown, NUL-terminated UTF-8 */
};

struct manual_chapter {
    const char *name; /* in addresses: the file's name without its number and ".md" */
    const char *title;
    const struct manual_section *section;
    size_t n;
};

struct manual_book {
    const struct manual_chapter *chapter;
    size_t n;
};

struct manual_hit {
    const struct manual_chapter *chapter;
    size_t section; /* in its chapter */
    const char *excerpt;
};

/* Reads the folder. HN_E_NOT_FOUND: it holds no chapter; HN_E_INVALID: a chapter is no UTF-8 or has
 * no title; HN_E_LIMIT: it is larger than 256 KiB. The texts live in the arena. */
HN_MUST_USE enum hn_code manual_load(const char *folder, struct hn_arena *a,
                                     struct manual_book *out, struct hn_err *e);
/* One chapter from its file's text. */
HN_MUST_USE enum hn_code manual_parse(const char *name, const char *text, struct hn_arena *a,
                                      struct manual_chapter *out, struct hn_err *e);
/* NULL when there is none of that name. */
const struct manual_chapter *manual_find(const struct manual_book *book, const char *name);
/* Sections in which each word of q stands (small and large Latin letters alike); at most max. */
size_t manual_search(const struct manual_book *book, const char *q, struct hn_arena *a,
                     struct manual_hit *out, size_t max);
/* CommonMark with tables to HTML; raw HTML and foreign schemes are left out. shots: the folder of
 * the screenshots, NULL = none. */
HN_MUST_USE enum hn_code manual_html(const char *markdown, const char *shots, struct hn_arena *a,
                                     const char **out, struct hn_err *e);

extern const struct hn_module manual_module;

#endif
