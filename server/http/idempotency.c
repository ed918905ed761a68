/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Idempotency-Key. The key's row, the act and the kept answer are one transaction: a crash leaves
 * all of them or none, and a second request under the same key waits for the first and then gets
 * its answer. A refused act keeps nothing, so that it may be tried again under the same key.
 */
#include "server/http/app.h"
#include "server/http/idempotency_store.h"

#include <openssl/evp.h>

#define KEY_MAX 200
#define KEPT_MAX ((size_t)1024 * 1024)

static bool usable(const char *key)
{
    size_t n = strlen(key);

    if (n == 0 || n > KEY_MAX)
        return false;
    for (; *key != '\0'; key++)
        if (*key < 0x21 || *key > 0x7e)
            return false;
    return true;
}

static enum hn_code hash_request(struct http_ctx *c, uint8_t out[32], struct hn_err *e)
{
    struct hn_bytes body = http_body(c);
    const char *head = hn_arena_fmt(c->arena, "%s %s?%s\n", c->method, c->path, c->req->query);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1 &&
              EVP_DigestUpdate(ctx, head, strlen(head)) == 1 &&
              (body.n == 0 || EVP_DigestUpdate(ctx, body.p, body.n) == 1) &&
              EVP_DigestFinal_ex(ctx, out, NULL) == 1;

    EVP_MD_CTX_free(ctx);
    return ok ? HN_OK : hn_fail(e, HN_E_INTERNAL, "SHA-256 failed");
}

static enum hn_code again(struct http_ctx *c, const char *key, const uint8_t hash[32],
                          struct hn_err *e)
{
    struct idempotency_row row = {0};

    if (idempotency_store_get(c->db, c->actor.account_id, key, c->arena, &row, e) != HN_OK)
        return hn_ctx(e, "idempotency key");
    if (row.request_hash.n != 32 || memcmp(row.request_hash.p, hash, 32) != 0)
        return hn_fail_field(e, "Idempotency-Key", "was used for another request");
    if (row.status == 0)
        return hn_fail(e, HN_E_CONFLICT, "The first request under this key is still running");
    if (c->req->route->flags & HTTP_SECRET)
        return hn_fail(e, HN_E_CONFLICT,
                       "This was done under the same key; its secret is shown only once");
    http_set_header(c, "Idempotency-Replayed", "true");
    return http_bytes(c, (int)row.status, row.content_type, row.body, NULL, e);
}

enum hn_code http_idempotent(struct http_ctx *c, http_handler *handler, struct hn_err *e)
{
    const char *key = http_header(c, "Idempotency-Key");
    const struct http_answer *r = &c->req->answer;
    uint8_t hash[32];
    bool taken = false;
    DB_TX tx = {0};

    if (!usable(key))
        return hn_fail_field(e, "Idempotency-Key",
                             "must be 1 to 200 visible ASCII characters without spaces");
    if (hash_request(c, hash, e) != HN_OK || db_begin(c->db, &tx, e) != HN_OK ||
        idempotency_store_take(c->db, c->actor.account_id, key, (struct hn_bytes){hash, 32}, c->now,
                               &taken, e) != HN_OK)
        return e->code;
    if (!taken)
        return again(c, key, hash, e);
    if (handler(c, e) != HN_OK)
        return e->code;
    if (!r->ready || r->stream != NULL || r->body.n > KEPT_MAX)
        return db_commit(&tx, e); /* nothing that can be given twice */
    if (idempotency_store_keep(
            c->db, c->actor.account_id, key, r->status, r->type,
            c->req->route->flags & HTTP_SECRET ? (struct hn_bytes){NULL, 0} : r->body, e) != HN_OK)
        return hn_ctx(e, "keep the answer");
    return db_commit(&tx, e);
}
