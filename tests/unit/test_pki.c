/* SPDX-License-Identifier: Apache-2.0 */
/* Keys, requests and certificates: what one makes the other reads, one kind is not the other, and
 * what a stranger sends is refused without harm. */
#include "server/auth/pki.h"
#include "server/base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#define NOW INT64_C(1795000000000000) /* 2026-11-18 */

static struct hn_arena *a;
static char dir[] = "/tmp/hinomi-pki-XXXXXX";
static const char *ca_cert, *ca_key;

static int up(void **state)
{
    (void)state;
    a = hn_arena_new();
    if (mkdtemp(dir) == NULL)
        return -1;
    ca_cert = hn_arena_fmt(a, "%s/ca.pem", dir);
    ca_key = hn_arena_fmt(a, "%s/ca.key", dir);
    return 0;
}

static int down(void **state)
{
    char cmd[100];

    (void)state;
    hn_arena_free(a);
    (void)snprintf(cmd, sizeof(cmd), "rm -rf '%s'", dir);
    return system(cmd) == 0 ? 0 : -1; /* NOLINT(cert-env33-c): our own folder */
}

static struct pki_ca *authority(void)
{
    struct pki_ca *ca = NULL;
    struct hn_err e = {0};

    if (pki_ca_open(ca_cert, ca_key, "test CA", NOW, &ca, &e) != HN_OK)
        fail_msg("%s (%s)", e.msg, e.detail);
    return ca;
}

static const char *request(const char **key)
{
    const char *pem;
    struct hn_err e = {0};

    assert_int_equal(pki_key_new(a, key, &e), HN_OK);
    assert_int_equal(pki_request_new(*key, "any name", a, &pem, &e), HN_OK);
    return pem;
}

/* Does OpenSSL take the certificate for that purpose, with our authority and at that time? */
static int verdict(const char *cert, const char *ca, int purpose, hn_instant at)
{
    BIO *b = BIO_new_mem_buf(cert, -1), *c = BIO_new_mem_buf(ca, -1);
    X509 *x = PEM_read_bio_X509(b, NULL, NULL, NULL),
         *root = PEM_read_bio_X509(c, NULL, NULL, NULL);
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    int why;

    assert_true(x != NULL && root != NULL);
    assert_int_equal(X509_STORE_add_cert(store, root), 1);
    assert_int_equal(X509_STORE_CTX_init(ctx, store, x, NULL), 1);
    assert_int_equal(X509_STORE_CTX_set_purpose(ctx, purpose), 1);
    X509_STORE_CTX_set_time(ctx, 0, (time_t)(at / HN_SEC));
    (void)X509_verify_cert(ctx);
    why = X509_STORE_CTX_get_error(ctx);
    X509_STORE_CTX_free(ctx);
    X509_STORE_free(store);
    X509_free(x);
    X509_free(root);
    BIO_free(b);
    BIO_free(c);
    return why;
}

static void an_authority_is_made_once(void **state)
{
    struct pki_ca *one = authority(), *two = authority();
    struct stat st;

    (void)state;
    assert_string_equal(pki_ca_cert(one)->sha256, pki_ca_cert(two)->sha256);
    assert_int_equal(strlen(pki_ca_cert(one)->sha256), 64);
    assert_string_equal(pki_ca_cert(one)->name, "test CA");
    assert_int_equal(stat(ca_key, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    pki_ca_free(one);
    pki_ca_free(two);
}

static void a_request_becomes_a_certificate_for_clients(void **state)
{
    struct pki_ca *ca = authority();
    const char *key, *hash, *pem = request(&key);
    struct pki_cert c;
    struct hn_err e = {0};
    const char *root = pki_ca_cert(ca)->pem;

    (void)state;
    assert_int_equal(pki_request_read(pem, a, &hash, &e), HN_OK);
    assert_int_equal(pki_ca_client(ca, pem, "lgwan", NOW - PKI_BACKDATE, NOW + HN_DAY, a, &c, &e),
                     HN_OK);
    assert_string_equal(c.name, "lgwan"); /* and not what the request said */
    assert_string_equal(c.key_sha256, hash);
    assert_true(c.not_before == NOW - PKI_BACKDATE && c.not_after == NOW + HN_DAY);
    assert_true(pki_cert_has_key(c.pem, key));
    assert_true(pki_ca_issued(ca, c.pem));
    assert_int_equal(verdict(c.pem, root, X509_PURPOSE_SSL_CLIENT, NOW), X509_V_OK);
    assert_int_equal(verdict(c.pem, root, X509_PURPOSE_SSL_SERVER, NOW),
                     X509_V_ERR_INVALID_PURPOSE);
    assert_int_equal(verdict(c.pem, root, X509_PURPOSE_SSL_CLIENT, NOW + 2 * HN_DAY),
                     X509_V_ERR_CERT_HAS_EXPIRED);
    pki_ca_free(ca);
}

static void the_door_gets_one_for_servers(void **state)
{
    static const char *const list[] = {"hinomi.example.jp", "10.44.0.1", "2001:db8::1"};
    static const char *const more[] = {"hinomi.example.jp", "other.example.jp"};
    struct hn_texts names = {list, 3}, wider = {more, 2};
    struct pki_ca *ca = authority();
    const char *key;
    struct pki_cert c;
    struct hn_err e = {0};

    (void)state;
    assert_int_equal(pki_key_new(a, &key, &e), HN_OK);
    assert_int_equal(pki_ca_server(ca, key, &names, NOW, NOW + HN_DAY, a, &c, &e), HN_OK);
    assert_true(pki_cert_covers(c.pem, &names));
    assert_false(pki_cert_covers(c.pem, &wider));
    assert_int_equal(verdict(c.pem, pki_ca_cert(ca)->pem, X509_PURPOSE_SSL_SERVER, NOW), X509_V_OK);
    assert_int_equal(verdict(c.pem, pki_ca_cert(ca)->pem, X509_PURPOSE_SSL_CLIENT, NOW),
                     X509_V_ERR_INVALID_PURPOSE);
    pki_ca_free(ca);
}

static void names_that_are_none(void **state)
{
    static const char *const bad[] = {"", "a b", "x,DNS:evil", "host:80", "日本", "a/b"};
    struct pki_ca *ca = authority();
    const char *key;
    struct hn_err e = {0};

    (void)state;
    assert_int_equal(pki_key_new(a, &key, &e), HN_OK);
    for (size_t i = 0; i < HN_ARRAY_LEN(bad); i++) {
        struct hn_texts names = {&bad[i], 1};
        struct pki_cert c;

        hn_err_clear(&e);
        assert_int_equal(pki_ca_server(ca, key, &names, NOW, NOW + HN_DAY, a, &c, &e),
                         HN_E_INVALID);
    }
    pki_ca_free(ca);
}

static void foreign_authorities_are_told_apart(void **state)
{
    struct pki_ca *ca = authority(), *other = NULL;
    const char *key, *pem = request(&key);
    struct pki_cert c;
    struct hn_err e = {0};

    (void)state;
    assert_int_equal(pki_ca_open(hn_arena_fmt(a, "%s/o.pem", dir), hn_arena_fmt(a, "%s/o.key", dir),
                                 "test CA", NOW, &other, &e),
                     HN_OK);
    assert_int_equal(pki_ca_client(other, pem, "lgwan", NOW, NOW + HN_DAY, a, &c, &e), HN_OK);
    assert_false(pki_ca_issued(ca, c.pem));
    assert_int_not_equal(verdict(c.pem, pki_ca_cert(ca)->pem, X509_PURPOSE_SSL_CLIENT, NOW),
                         X509_V_OK);
    pki_ca_free(ca);
    pki_ca_free(other);
    /* a certificate with another one's key */
    ca = NULL;
    assert_int_equal(pki_ca_open(ca_cert, hn_arena_fmt(a, "%s/o.key", dir), "x", NOW, &ca, &e),
                     HN_E_INVALID);
    /* half of it missing: nothing is made in its place */
    hn_err_clear(&e);
    assert_int_equal(pki_ca_open(ca_cert, hn_arena_fmt(a, "%s/no.key", dir), "x", NOW, &ca, &e),
                     HN_E_NOT_FOUND);
}

static void what_a_stranger_sends(void **state)
{
    const char *key, *good = request(&key), *hash;
    char *cut = hn_arena_strdup(a, good);
    char *wrong = hn_arena_strdup(a, good);
    struct hn_err e = {0};
    const char *rows[] = {
        "",
        "x",
        "-----BEGIN CERTIFICATE REQUEST-----\n-----END CERTIFICATE REQUEST-----\n",
        key,
        cut,
        wrong,
        hn_arena_alloc(a, PKI_PEM_MAX + 100)};

    (void)state;
    cut[strlen(cut) / 2] = '\0';
    wrong[strlen(wrong) / 2] =
        wrong[strlen(wrong) / 2] == 'A' ? 'B' : 'A'; /* the signature fails */
    memset((void *)(uintptr_t)rows[6], '-', PKI_PEM_MAX + 99);
    for (size_t i = 0; i < HN_ARRAY_LEN(rows); i++) {
        hn_err_clear(&e);
        assert_int_equal(pki_request_read(rows[i], a, &hash, &e), HN_E_INVALID);
        assert_string_equal(e.field[0].field, "request");
    }
}

static void weak_keys_are_refused(void **state)
{
    EVP_PKEY *keys[] = {EVP_RSA_gen(1024), EVP_EC_gen("P-224"),
                        EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")};
    const char *hash;
    struct hn_err e = {0};

    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(keys); i++) {
        X509_REQ *r = X509_REQ_new();
        BIO *b = BIO_new(BIO_s_mem());
        char *p = NULL;
        long n;

        assert_non_null(keys[i]);
        assert_int_equal(X509_REQ_set_pubkey(r, keys[i]), 1);
        assert_true(X509_REQ_sign(r, keys[i], i == 2 ? NULL : EVP_sha256()) > 0);
        assert_int_equal(PEM_write_bio_X509_REQ(b, r), 1);
        n = BIO_get_mem_data(b, &p);
        hn_err_clear(&e);
        assert_int_equal(pki_request_read(hn_arena_strndup(a, p, (size_t)n), a, &hash, &e),
                         HN_E_INVALID);
        BIO_free(b);
        X509_REQ_free(r);
        EVP_PKEY_free(keys[i]);
    }
}

static void files_are_the_old_or_the_new(void **state)
{
    const char *path = hn_arena_fmt(a, "%s/file", dir), *text;
    struct hn_err e = {0};
    struct stat st;
    size_t n;

    (void)state;
    assert_int_equal(hn_file_read(path, 10, a, &text, &n, &e), HN_E_NOT_FOUND);
    assert_int_equal(hn_file_put(path, 0600, "first", 5, &e), HN_OK);
    assert_int_equal(hn_file_put(path, 0600, "the second", 10, &e), HN_OK);
    assert_int_equal(hn_file_read(path, 10, a, &text, &n, &e), HN_OK);
    assert_int_equal(n, 10);
    assert_string_equal(text, "the second");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    hn_err_clear(&e);
    assert_int_equal(hn_file_read(path, 9, a, &text, &n, &e), HN_E_LIMIT);
    hn_err_clear(&e);
    assert_int_equal(hn_file_read(dir, 9, a, &text, &n, &e), HN_E_IO);
    hn_err_clear(&e);
    assert_int_equal(hn_file_put(hn_arena_fmt(a, "%s/no/file", dir), 0600, "x", 1, &e),
                     HN_E_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_authority_is_made_once),
        cmocka_unit_test(a_request_becomes_a_certificate_for_clients),
        cmocka_unit_test(the_door_gets_one_for_servers),
        cmocka_unit_test(names_that_are_none),
        cmocka_unit_test(foreign_authorities_are_told_apart),
        cmocka_unit_test(what_a_stranger_sends),
        cmocka_unit_test(weak_keys_are_refused),
        cmocka_unit_test(files_are_the_old_or_the_new),
    };

    return cmocka_run_group_tests_name("pki", tests, up, down);
}
