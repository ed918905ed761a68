/* SPDX-License-Identifier: Apache-2.0 */
/* A batch of which some results may be what the database refuses: those are found by halving. */
#include "server/ingest/ingest.h"

#include "server/base/log.h"

struct sender {
    struct db *db;
    const char *probe;
    hn_instant now;
    struct hn_arena *a;
    struct ingest_account *out;
};

static enum hn_code part(struct sender *s, const struct ingest_result *r, size_t n,
                         struct hn_err *e)
{
    struct db_part part;
    struct hn_err undo = {0};
    size_t unknown = 0;
    enum hn_code code;

    hn_err_clear(e);
    if (db_part_begin(s->db, &part, e) != HN_OK)
        return e->code;
    code = ingest_batch(s->db, s->probe, r, n, s->now, s->a, NULL, NULL, &unknown, e);
    if (db_part_end(&part, code == HN_OK, &undo) != HN_OK && code == HN_OK) {
        *e = undo;
        return e->code;
    }
    if (code == HN_OK) {
        s->out->stored += n - unknown;
        s->out->unknown += unknown;
        s->out->batches++;
    }
    return code;
}

static enum hn_code store(struct sender *s, const struct ingest_result *r, size_t n,
                          struct hn_err *e)
{
    enum hn_code code;

    if (n == 0)
        return HN_OK;
    code = part(s, r, n, e);
    if (code == HN_OK || code == HN_E_UNAVAILABLE || code == HN_E_IO)
        return code;
    if (n == 1) {
        s->out->refused++;
        hn_log_err(HN_ERROR, "store a result", e);
        return HN_OK;
    }
    /* what was stored before a later part fails is ignored when it comes again */
    code = store(s, r, n / 2, e);
    return code != HN_OK ? code : store(s, r + n / 2, n - n / 2, e);
}

enum hn_code ingest_accept(struct db *db, const char *probe, const struct ingest_result *results,
                           size_t n, hn_instant now, struct hn_arena *a, struct ingest_account *out,
                           struct hn_err *e)
{
    struct sender s = {db, probe, now, a, out};

    *out = (struct ingest_account){0};
    if (store(&s, results, n, e) != HN_OK)
        return e->code;
    /* Where nothing at all was accepted the fault is the database's, not the results'. */
    if (out->refused > 0 && out->batches == 0)
        return e->code == HN_OK ? HN_E_INTERNAL : e->code;
    hn_err_clear(e);
    return HN_OK;
}
