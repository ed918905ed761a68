/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/bulk/bulk.h"

#include "itsm/bulk/bulk_json.h"
#include "itsm/bulk/bulk_store.h"
#include "server/base/i18n.h"

struct import {
    const struct bulk_job *job;
    int *place; /* column of the file, by column of the kind; -1 */
    struct hn_csv_row head;
    struct hn_csv_row row;
    struct hn_arena *a; /* of one row */
};

/* "hosts.csv:12: address: must not be empty" */
static void tell(void *ctx, const char *field, const char *message)
{
    struct import *m = ctx;

    m->job->say(m->job->ctx,
                field == NULL ? hn_arena_fmt(m->a, "%s:%u: %s", m->job->file, m->row.line, message)
                              : hn_arena_fmt(m->a, "%s:%u: %s: %s", m->job->file, m->row.line,
                                             field, message));
}

static void tell_error(struct import *m, const struct hn_err *why)
{
    for (size_t i = 0; i < why->n_fields; i++)
        tell(m, why->field[i].field, why->field[i].message);
    if (why->n_fields == 0)
        tell(m, NULL, why->msg);
}

static int place_of(const struct hn_csv_row *head, const char *name)
{
    return hn_csv_column(head, name);
}

/* Each column of the file is known, each key is there. */
static enum hn_code match_columns(struct import *m, struct hn_arena *a, struct hn_err *e)
{
    const struct bulk_kind *k = m->job->kind;

    m->place = hn_arena_make(a, int, k->n);
    for (size_t i = 0; i < k->n; i++)
        m->place[i] = place_of(&m->head, k->column[i].name);
    for (size_t i = 0; i < m->head.n; i++) {
        bool known = false;

        for (size_t c = 0; c < k->n; c++)
            known |= m->place[c] == (int)i;
        if (!known)
            return hn_fail(e, HN_E_UNSUPPORTED,
                           "%s:%u: there is no column %.60s here, or it stands twice", m->job->file,
                           m->head.line, m->head.cell[i]);
    }
    for (size_t i = 0; i < HN_ARRAY_LEN(k->key); i++)
        if (k->object != BULK_NO_OBJECT && k->key[i] != NULL && place_of(&m->head, k->key[i]) < 0)
            return hn_fail(e, HN_E_UNSUPPORTED, "%s:%u: the column %s is missing", m->job->file,
                           m->head.line, k->key[i]);
    return HN_OK;
}

static const char *key_cell(const struct import *m, size_t i)
{
    const char *name = m->job->kind->key[i];

    return name == NULL ? NULL : hn_csv_cell(&m->row, place_of(&m->head, name));
}

static bool good(const struct http_local_answer *r)
{
    return r->status >= 200 && r->status < 300;
}

static void show(struct import *m, const struct http_local_answer *r)
{
    const struct bulk_job *job = m->job;
    const char *value;

    if (job->shown == NULL || job->kind->show == NULL)
        return;
    value = bulk_json_text((const char *)r->body.p, job->kind->show, m->a);
    if (value != NULL)
        hn_sbuf_fmt(job->shown, "%s,%s%s\n", key_cell(m, 0), value[0] == '/' ? job->base_url : "",
                    value);
}

/* The row as a request; false where it was wrong, and has been told. */
static enum hn_code one_row(struct import *m, bool *ok, struct bulk_counts *n, struct hn_err *e)
{
    const struct bulk_job *job = m->job;
    const struct bulk_kind *k = job->kind;
    struct http_local_answer r = {0};
    const char *uri = k->route, *body = NULL;
    struct hn_err why = {0};
    int64_t id = 0, version = 0;

    *ok = false;
    if (k->object != BULK_NO_OBJECT &&
        bulk_store_find(job->db, k->object, key_cell(m, 0), key_cell(m, 1), &id, e) != HN_OK)
        return e->code;
    if (id != 0 && k->create_only) {
        tell(m, k->key[0], hn_tr("is there already"));
        return HN_OK;
    }
    if (id != 0) {
        uri = hn_arena_fmt(m->a, "%s/%" PRId64, k->route, id);
        http_local_ask(job->local, job->db, "GET", uri, NULL, m->a, &r);
        version = bulk_json_number((const char *)r.body.p, "version");
    }
    if (bulk_json_body(job, m->place, &m->row, version, m->a, &body, &why) != HN_OK) {
        tell_error(m, &why);
        return HN_OK;
    }
    if (id != 0 && bulk_json_same(body, (const char *)r.body.p)) {
        n->same++;
        *ok = true;
        return HN_OK;
    }
    http_local_ask(job->local, job->db, id == 0 ? "POST" : "PATCH", uri, body, m->a, &r);
    if (r.status == 503)
        return hn_fail(e, HN_E_UNAVAILABLE, "the database does not answer");
    if (!good(&r)) {
        bulk_json_problem(k, (const char *)r.body.p, m->a, tell, m);
        return HN_OK;
    }
    show(m, &r);
    n->made += id == 0;
    n->changed += id != 0;
    *ok = true;
    return HN_OK;
}

enum hn_code bulk_import(const struct bulk_job *job, const char *text, size_t n,
                         struct bulk_counts *out, struct hn_err *e)
{
    HN_ARENA a = hn_arena_new();
    HN_ARENA round = hn_arena_new();
    struct import m = {.job = job, .a = round};
    struct hn_csv csv;

    *out = (struct bulk_counts){0};
    if (hn_csv_open(&csv, text, n, &hn_csv_default_limits, a, e) != HN_OK ||
        hn_csv_head(&csv, &m.head, e) != HN_OK || match_columns(&m, a, e) != HN_OK)
        return e->code;
    for (;;) {
        struct db_part part;
        bool ok = false;

        hn_arena_reset(round);
        if (hn_csv_next(&csv, &m.row, e) != HN_OK)
            return e->code;
        if (m.row.n == 0)
            return HN_OK;
        if (m.row.n > m.head.n) {
            tell(&m, NULL, hn_tr("has more cells than the first row"));
            out->wrong++;
            continue;
        }
        if (db_part_begin(job->db, &part, e) != HN_OK || one_row(&m, &ok, out, e) != HN_OK ||
            db_part_end(&part, ok, e) != HN_OK)
            return e->code;
        out->wrong += !ok;
    }
}
