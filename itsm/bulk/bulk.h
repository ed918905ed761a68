/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bulk.h — many objects from a CSV file (`hinomi import`), and ledgers as files (`hinomi export`).
 *
 * A row becomes the body of a request that the API's own route takes (server/http/local.h), so that
 * each object is checked, named in errors and written to the audit journal as if it had come over
 * HTTP. What the row's key finds is changed, where something differs; else it is made. All rows
 * stand in one transaction: one that is wrong undoes them all.
 *
 * Columns are the API's members; what refers to another object names it as people do (a site by its
 * code, a device by its name) and not by number. An empty cell leaves the member alone.
 */
#ifndef ITSM_BULK_H
#define ITSM_BULK_H

#include "server/base/sbuf.h"
#include "server/db/db.h"
#include "server/http/local.h"

enum bulk_cell {
    BULK_TEXT,
    BULK_INT,
    BULK_NUMBER,
    BULK_BOOL, /* true false yes no 1 0 */
    BULK_JSON, /* as it stands */
    BULK_RULE, /* JSON; a check may be "DEVICE/CHECK" instead of its number */
    BULK_REF,  /* the name of one object: its id */
    BULK_REFS, /* names, by ";": a list of ids */
};

/* What a reference may point to. */
#define BULK_OBJECTS(X)                                                                            \
    X(SITE) X(SEGMENT) X(SYSTEM) X(LINE) X(HOST) X(SERVICE) X(CALENDAR) X(CHECK) X(SLA) X(LOGIN)
enum bulk_object {
#define X(o) BULK_##o,
    BULK_OBJECTS(X)
#undef X
        BULK_NO_OBJECT
};

struct bulk_column {
    const char *name;   /* in the file */
    const char *member; /* of the body; "attempts.n" is a member of a member; NULL: name */
    enum bulk_cell cell;
    enum bulk_object object; /* of a reference */
    bool need;               /* for a new one */
};

struct bulk_kind {
    const char *word;  /* of the command line */
    const char *route; /* "/api/v1/hosts" */
    const struct bulk_column *column;
    size_t n;
    enum bulk_object object; /* how the key finds an object that is there; BULK_NO_OBJECT: never */
    const char *key[2];      /* columns of the key, NULL */
    bool create_only;        /* one that is there already is an error of the row */
    const char *show;        /* member of the answer to print behind the key; NULL */
};
/* NULL: there is none of this word. */
const struct bulk_kind *bulk_kind(const char *word);
extern const struct bulk_kind bulk_kinds[];
extern const size_t bulk_n_kinds;

struct bulk_counts {
    size_t made, changed, same, wrong;
};
struct bulk_job {
    struct db *db;
    struct http_local *local;
    const struct bulk_kind *kind;
    const char *file; /* its name, for messages */
    const char *base_url;
    /* Takes what was found wrong, one line of text a call. */
    void (*say)(void *ctx, const char *line);
    void *ctx;
    struct hn_sbuf *shown; /* KEY,VALUE lines of what was made; NULL */
};
/* Tries every row of the CSV text. HN_OK also where rows are wrong (counts.wrong): the caller,
 * whose transaction it is, then leaves it without commit. */
HN_MUST_USE enum hn_code bulk_import(const struct bulk_job *job, const char *text, size_t n,
                                     struct bulk_counts *out, struct hn_err *e);

#endif
