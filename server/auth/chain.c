/* SPDX-License-Identifier: Apache-2.0 */
#include "server/auth/chain.h"

#include "server/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define BATCH 2000
#define HASH 32
#define KEY_BYTES 32
/* How far below the newest linked row a transaction that commits late is looked for each time;
 * older ones are found by the full look, once in FULL_EVERY. */
#define WINDOW 20000
#define FULL_EVERY (600 * HN_SEC)

static const char *state; /* set once before threads */

void chain_configure(const char *state_folder)
{
    state = state_folder;
}

static void hex(const uint8_t *p, size_t n, char *out)
{
    for (size_t i = 0; i < n; i++)
        (void)snprintf(out + 2 * i, 3, "%02x", p[i]);
}

static void next_hash(const uint8_t before[HASH], struct hn_bytes row, uint8_t out[HASH])
{
    uint8_t both[2 * HASH] = {0};

    memcpy(both, before, HASH);
    memcpy(both + HASH, row.p, HN_MIN(row.n, (size_t)HASH));
    HN_ASSERT(EVP_Digest(both, sizeof(both), out, NULL, EVP_sha256(), NULL) == 1);
}

/* ---- heads, outside the database ---- */

static bool read_key(const char *folder, bool make, uint8_t key[KEY_BYTES], struct hn_err *e)
{
    char path[4096];
    int fd;
    ssize_t n;

    (void)snprintf(path, sizeof(path), "%s/audit-heads.key", folder);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT && make) {
        uint8_t fresh[KEY_BYTES];

        HN_ASSERT(RAND_bytes(fresh, KEY_BYTES) == 1);
        fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd >= 0) {
            n = write(fd, fresh, KEY_BYTES);
            (void)fsync(fd);
            (void)close(fd);
            if (n != KEY_BYTES)
                (void)unlink(path);
        }
        fd = open(path, O_RDONLY | O_CLOEXEC); /* ours, or of one that was faster */
    }
    n = fd < 0 ? -1 : read(fd, key, KEY_BYTES);
    if (n != KEY_BYTES)
        (void)hn_fail(e, HN_E_IO, "%s cannot be read", path);
    if (fd >= 0)
        (void)close(fd);
    return n == KEY_BYTES;
}

static void sign(const uint8_t key[KEY_BYTES], const char *text, char out[2 * HASH + 1])
{
    uint8_t mac[HASH];
    unsigned n = 0;

    HN_ASSERT(HMAC(EVP_sha256(), key, KEY_BYTES, (const uint8_t *)text, strlen(text), mac, &n) !=
                  NULL &&
              n == HASH);
    hex(mac, HASH, out);
}

static enum hn_code append_head(int64_t position, int64_t seq, const uint8_t hash[HASH],
                                hn_instant now, struct hn_err *e)
{
    uint8_t key[KEY_BYTES];
    char path[4096];
    char text[300];
    char line[400];
    char hash_text[2 * HASH + 1];
    char mac[2 * HASH + 1];
    char time_text[HN_RFC3339_MAX];
    int fd;
    int len;
    bool ok;

    if (state == NULL)
        return HN_OK;
    if (!read_key(state, true, key, e))
        return e->code;
    hex(hash, HASH, hash_text);
    (void)snprintf(text, sizeof(text), "%" PRId64 " %" PRId64 " %s %s", position, seq, hash_text,
                   hn_rfc3339(now, time_text));
    sign(key, text, mac);
    len = snprintf(line, sizeof(line), "%s %s\n", text, mac);
    (void)snprintf(path, sizeof(path), "%s/audit-heads.log", state);
    fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
    if (fd < 0)
        return hn_fail(e, HN_E_IO, "%s: %s", path, strerror(errno));
    ok = write(fd, line, (size_t)len) == len;
    (void)close(fd);
    return ok ? HN_OK : hn_fail(e, HN_E_IO, "%s cannot be written", path);
}

/* ---- linking ---- */

enum hn_code chain_link(struct db *db, struct hn_arena *a, hn_instant now, bool *again,
                        struct hn_err *e)
{
    static hn_instant full_at = HN_UNSET; /* of the audit task's one runner at a time */
    bool full = full_at == HN_UNSET || now - full_at > FULL_EVERY;
    struct audit_head head;
    struct audit_link *row = NULL;
    struct hn_bytes *row_hash;
    struct hn_bytes *chain_hash;
    int64_t *seq;
    uint8_t at[HASH] = {0};
    size_t n = 0;
    bool got = false;
    DB_TX tx = {0};

    if (db_begin(db, &tx, e) != HN_OK || audit_store_try_lock(db, &got, e) != HN_OK)
        return hn_ctx(e, "audit chain");
    if (!got)
        return HN_OK; /* another process links at this moment */
    if (audit_store_head(db, a, &head, e) != HN_OK ||
        audit_store_unlinked(db, full || head.seq < WINDOW ? 0 : head.seq - WINDOW, BATCH, a, &row,
                             &n, e) != HN_OK)
        return hn_ctx(e, "audit chain");
    if (n == 0) {
        full_at = full ? now : full_at;
        return HN_OK;
    }
    seq = hn_arena_make(a, int64_t, n);
    row_hash = hn_arena_make(a, struct hn_bytes, n);
    chain_hash = hn_arena_make(a, struct hn_bytes, n);
    if (head.chain_hash.n == HASH)
        memcpy(at, head.chain_hash.p, HASH);
    for (size_t i = 0; i < n; i++) {
        next_hash(at, row[i].row_hash, at);
        seq[i] = row[i].seq;
        row_hash[i] = row[i].row_hash;
        chain_hash[i] = (struct hn_bytes){hn_arena_memdup(a, at, HASH), HASH};
    }
    if (audit_store_link(db, head.position + 1, seq, row_hash, chain_hash, n, now, e) != HN_OK ||
        db_commit(&tx, e) != HN_OK)
        return hn_ctx(e, "audit chain");
    *again = n == BATCH;
    return append_head(head.position + (int64_t)n, seq[n - 1], at, now, e);
}

/* ---- verifying ---- */

struct heads {
    struct one_head {
        int64_t position;
        char hash[2 * HASH + 1];
        bool seen;
    } * v;
    size_t n;
};

static void broken(struct chain_report *r, int64_t position, int64_t seq, const char *what)
{
    if (r->broken)
        return;
    r->broken = true;
    r->position = position;
    r->seq = seq;
    r->what = what;
}

static enum hn_code read_heads(const char *folder, struct hn_arena *a, struct heads *out,
                               struct chain_report *r, struct hn_err *e)
{
    uint8_t key[KEY_BYTES];
    char path[4096];
    char line[512];
    size_t cap = 0;
    FILE *f;

    (void)snprintf(path, sizeof(path), "%s/audit-heads.log", folder);
    f = fopen(path, "r");
    if (f == NULL && errno == ENOENT)
        return HN_OK; /* nothing was ever linked, or the file was taken away: the caller tells */
    if (f == NULL)
        return hn_fail(e, HN_E_IO, "%s: %s", path, strerror(errno));
    if (!read_key(folder, false, key, e)) {
        (void)fclose(f);
        return e->code;
    }
    while (fgets(line, sizeof(line), f) != NULL) {
        struct one_head h = {0};
        char want[2 * HASH + 1];
        char *mac = strrchr(line, ' ');
        char *hash;

        if (mac == NULL || strlen(mac + 1) < 2 * HASH) {
            broken(r, 0, 0, "a line of audit-heads.log is damaged");
            continue;
        }
        *mac = '\0';
        sign(key, line, want);
        h.position = (int64_t)strtoll(line, NULL, 10); /* signed by us, so it is a number */
        hash = strchr(line, ' ');
        hash = hash == NULL ? NULL : strchr(hash + 1, ' ');
        if (strncmp(want, mac + 1, (size_t)2 * HASH) != 0 || hash == NULL) {
            broken(r, h.position, 0, "a line of audit-heads.log has a wrong signature");
            continue;
        }
        (void)snprintf(h.hash, sizeof(h.hash), "%.64s", hash + 1);
        if (out->n == cap) {
            struct one_head *v = hn_arena_make(a, struct one_head, cap = cap * 2 + 64);

            if (out->n > 0)
                memcpy(v, out->v, out->n * sizeof(*v));
            out->v = v;
        }
        out->v[out->n++] = h;
    }
    (void)fclose(f);
    return HN_OK;
}

static void check_link(const struct audit_link *l, int64_t expected, uint8_t at[HASH],
                       struct chain_report *r)
{
    uint8_t hash[HASH];

    if (l->position != expected) {
        broken(r, expected, 0, "the link is missing");
        return;
    }
    next_hash(at, l->link_row_hash, at);
    if (l->canonical == NULL) {
        broken(r, l->position, l->seq, "the journal row is missing");
        return;
    }
    HN_ASSERT(EVP_Digest(l->canonical, strlen(l->canonical), hash, NULL, EVP_sha256(), NULL) == 1);
    if (l->columns == NULL || !hn_streq(l->columns, l->canonical))
        broken(r, l->position, l->seq, "the journal row was changed");
    else if (l->row_hash.n != HASH || memcmp(hash, l->row_hash.p, HASH) != 0)
        broken(r, l->position, l->seq, "the journal row's hash is not that of its text");
    else if (l->link_row_hash.n != HASH || memcmp(hash, l->link_row_hash.p, HASH) != 0)
        broken(r, l->position, l->seq, "the link belongs to another row");
    else if (l->chain_hash.n != HASH || memcmp(at, l->chain_hash.p, HASH) != 0)
        broken(r, l->position, l->seq, "the link does not follow from the one before it");
}

/* The heads that end at this position. They are in ascending order, but for damaged lines. */
static void check_heads(struct heads *h, size_t *next, int64_t position, const uint8_t at[HASH],
                        struct chain_report *r)
{
    char text[2 * HASH + 1];

    while (*next < h->n && h->v[*next].position <= position) {
        struct one_head *one = &h->v[(*next)++];

        if (one->position != position) {
            broken(r, one->position, 0, "a head is out of order");
            continue;
        }
        hex(at, HASH, text);
        if (hn_streq(text, one->hash))
            r->heads++;
        else
            broken(r, position, 0, "the chain is not the one whose head was signed");
    }
}

enum hn_code chain_verify(struct db *db, const char *state_folder, struct hn_arena *a,
                          struct chain_report *out, struct hn_err *e)
{
    HN_ARENA batch = hn_arena_new();
    struct heads heads = {0};
    uint8_t at[HASH] = {0};
    size_t next = 0;
    int64_t expected = 1;
    size_t n;

    *out = (struct chain_report){0};
    if (state_folder != NULL && read_heads(state_folder, a, &heads, out, e) != HN_OK)
        return e->code;
    do {
        struct audit_link *l = NULL;

        hn_arena_reset(batch);
        n = 0;
        if (audit_store_walk(db, expected - 1, BATCH, batch, &l, &n, e) != HN_OK)
            return hn_ctx(e, "walk the audit chain");
        for (size_t i = 0; i < n && !out->broken; i++, expected++) {
            check_link(&l[i], expected, at, out);
            check_heads(&heads, &next, expected, at, out);
        }
    } while (n == BATCH && !out->broken);
    out->linked = expected - 1;
    if (!out->broken && state_folder != NULL && heads.n == 0 && out->linked > 0)
        broken(out, out->linked, 0, "there is no signed head: audit-heads.log is missing");
    if (!out->broken && next < heads.n)
        broken(out, heads.v[next].position, 0, "the chain ends before a signed head");
    return audit_store_count_unlinked(db, &out->unlinked, e);
}
