/* SPDX-License-Identifier: Apache-2.0 */
/* One-time codes, password rules, QR codes. */
#include "server/auth/password.h"
#include "server/auth/qr.h"
#include "server/auth/totp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* RFC 6238 appendix B, SHA-1; its eight digits cut to the last six. */
static const uint8_t rfc_key[] = "12345678901234567890";
static const struct {
    int64_t at_s;
    const char *code;
} vectors[] = {
    {59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
    {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"},
};
#define KEY ((struct hn_bytes){rfc_key, 20})

static void rfc_vectors(void **state)
{
    HN_ARENA a = hn_arena_new();

    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(vectors); i++) {
        hn_instant now = vectors[i].at_s * HN_SEC;

        assert_string_equal(totp_code(a, KEY, now), vectors[i].code);
        assert_int_equal(totp_check(KEY, vectors[i].code, now, 0), vectors[i].at_s / 30);
    }
}

static void one_step_to_either_side(void **state)
{
    HN_ARENA a = hn_arena_new();
    hn_instant now = 1700000000 * HN_SEC;
    const char *code = totp_code(a, KEY, now);
    int64_t step = 1700000000 / 30;

    (void)state;
    assert_int_equal(totp_check(KEY, code, now - 30 * HN_SEC, 0), step);
    assert_int_equal(totp_check(KEY, code, now + 30 * HN_SEC, 0), step);
    assert_int_equal(totp_check(KEY, code, now - 60 * HN_SEC, 0), 0);
    assert_int_equal(totp_check(KEY, code, now + 60 * HN_SEC, 0), 0);
}

static void a_code_is_good_once(void **state)
{
    HN_ARENA a = hn_arena_new();
    hn_instant now = 1700000000 * HN_SEC;
    const char *code = totp_code(a, KEY, now);
    int64_t step = totp_check(KEY, code, now, 0);

    (void)state;
    assert_true(step > 0);
    assert_int_equal(totp_check(KEY, code, now, step), 0);
    assert_int_equal(totp_check(KEY, code, now, step - 1), step);
    /* an older code than the last one used is spent, too */
    assert_int_equal(totp_check(KEY, totp_code(a, KEY, now - 30 * HN_SEC), now, step), 0);
}

static void bad_codes(void **state)
{
    static const char *const bad[] = {"",       "28708",        "2870821",     "28708x",
                                      "-28708", "２８７０８２", "287082;drop", "0x1234"};

    (void)state;
    for (size_t i = 0; i < HN_ARRAY_LEN(bad); i++)
        assert_int_equal(totp_check(KEY, bad[i], 59 * HN_SEC, 0), 0);
    assert_int_equal(totp_check(KEY, "287 082", 59 * HN_SEC, 0), 1);
    assert_int_equal(totp_check((struct hn_bytes){NULL, 0}, "287082", 59 * HN_SEC, 0), 0);
}

static void secrets_as_text(void **state)
{
    HN_ARENA a = hn_arena_new();

    (void)state;
    assert_string_equal(totp_base32(a, KEY), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    assert_string_equal(totp_text(a, KEY), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
    assert_string_equal(totp_base32(a, (struct hn_bytes){(const uint8_t *)"f", 1}), "MY");
    assert_string_equal(totp_base32(a, (struct hn_bytes){(const uint8_t *)"foob", 4}), "MZXW6YQ");
    assert_string_equal(
        totp_uri(a, KEY, "a:b@c"),
        "otpauth://totp/hinomi:a%3Ab@c?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=hinomi");
}

/* ---- password rules ---- */

static struct password_row {
    const char *name, *password;
    bool good;
} passwords[] = {
    {"a sentence", "the bell rings at noon", true},
    {"Japanese sentence", "火の見櫓から煙が見えたら半鐘を鳴らす", true},
    {"twelve characters", "kT4-wq9.Zz1_", true},
    {"eleven characters", "kT4-wq9.Zz1", false},
    {"twelve Japanese characters", "あかさたなはまやらわがざ", true},
    {"empty", "", false},
    {"the login", "tanaka.taro1", false},
    {"the login twice", "tanaka.tarotanaka.taro", false},
    {"the word itself", "password1234", false},
    {"the product", "hinomi-hinomi-1", false},
    {"a word inside a longer sentence", "Correct-Password-2026!", true},
    {"one character", "aaaaaaaaaaaaaaa", false},
    {"a row", "abcdefghijklmno", false},
    {"digits", "839201748365", false},
};

static void one_password(void **state)
{
    const struct password_row *r = *state;
    struct hn_err e = {0};

    (void)password_check(r->password, "tanaka.taro", "田中 太郎", "password", &e);
    assert_int_equal(e.code, r->good ? HN_OK : HN_E_INVALID);
    if (!r->good)
        assert_string_equal(e.field[0].field, "password");
}

static void too_long(void **state)
{
    char p[PASSWORD_MAX + 2];
    struct hn_err e = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(p) - 1; i++)
        p[i] = "kT4-wq9.Zz"[i % 10];
    p[PASSWORD_MAX + 1] = '\0';
    (void)password_check(p, "x", NULL, "password", &e);
    assert_int_equal(e.code, HN_E_INVALID);
    hn_err_clear(&e);
    p[PASSWORD_MAX] = '\0';
    (void)password_check(p, "x", NULL, "password", &e);
    assert_int_equal(e.code, HN_OK);
}

static void hash_and_verify(void **state)
{
    HN_ARENA a = hn_arena_new();
    struct hn_err e = {0};
    const char *hash = NULL;
    bool right = false;

    (void)state;
    assert_int_equal(password_hash("the bell rings at noon", a, &hash, &e), HN_OK);
    assert_non_null(strstr(hash, "$argon2id$v=19$m=65536,t=3"));
    assert_int_equal(password_verify("the bell rings at noon", hash, &right, &e), HN_OK);
    assert_true(right);
    assert_int_equal(password_verify("the bell rings at moon", hash, &right, &e), HN_OK);
    assert_false(right);
    right = true;
    assert_int_equal(password_verify("no account has this password", NULL, &right, &e), HN_OK);
    assert_false(right);
}

/* ---- QR: read back by zbar when it was written ---- */

static const char *const hinomi_code[] = {
    "#######..#.##.#######", "#.....#.....#.#.....#", "#.###.#.##.##.#.###.#",
    "#.###.#.###...#.###.#", "#.###.#.##.##.#.###.#", "#.....#.###.#.#.....#",
    "#######.#.#.#.#######", "........#.###........", "#.#####.....#.#####..",
    "...###......#..#....#", "#.##..#..###.#..####.", ".#.###...##....####..",
    "##...#####.#.#..#...#", "........##.#####.#..#", "#######..##.#.##...#.",
    "#.....#.#######..##.#", "#.###.#.#.#.#..##..#.", "#.###.#.#...#..###...",
    "#.###.#.##.#.#...#...", "#.....#..##......##..", "#######.#..#.#..#..#.",
};

static void qr_of_a_word(void **state)
{
    struct qr q;
    struct hn_err e = {0};

    (void)state;
    assert_int_equal(qr_encode("hinomi", &q, &e), HN_OK);
    assert_int_equal(q.size, 21);
    for (int r = 0; r < q.size; r++)
        for (int c = 0; c < q.size; c++)
            assert_int_equal(q.dark[r][c], hinomi_code[r][c] == '#');
}

static void qr_sizes(void **state)
{
    /* capacity of level M in bytes, ISO/IEC 18004 table 7 */
    static const int capacity[] = {14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287};
    char text[300];
    struct qr q;
    struct hn_err e = {0};

    (void)state;
    memset(text, 'x', sizeof(text));
    for (int v = 1; v <= (int)HN_ARRAY_LEN(capacity); v++) {
        text[capacity[v - 1]] = '\0';
        assert_int_equal(qr_encode(text, &q, &e), HN_OK);
        assert_int_equal(q.size, 17 + 4 * v);
        text[capacity[v - 1]] = 'x';
    }
    text[288] = '\0';
    assert_int_equal(qr_encode(text, &q, &e), HN_E_LIMIT);
}

static void qr_as_svg(void **state)
{
    HN_ARENA a = hn_arena_new();
    struct qr q;
    struct hn_err e = {0};
    const char *svg;

    (void)state;
    assert_int_equal(qr_encode("hinomi", &q, &e), HN_OK);
    svg = qr_svg(&q, a, "<b>");
    assert_non_null(strstr(svg, "viewBox=\"0 0 29 29\""));
    assert_non_null(strstr(svg, "&lt;b&gt;"));
    assert_null(strstr(svg, "style"));
}

int main(void)
{
    static const struct CMUnitTest rest[] = {
        cmocka_unit_test(rfc_vectors),
        cmocka_unit_test(one_step_to_either_side),
        cmocka_unit_test(a_code_is_good_once),
        cmocka_unit_test(bad_codes),
        cmocka_unit_test(secrets_as_text),
        cmocka_unit_test(too_long),
        cmocka_unit_test(hash_and_verify),
        cmocka_unit_test(qr_of_a_word),
        cmocka_unit_test(qr_sizes),
        cmocka_unit_test(qr_as_svg),
    };
    struct CMUnitTest t[HN_ARRAY_LEN(rest) + HN_ARRAY_LEN(passwords)];
    size_t n = 0;

    for (size_t i = 0; i < HN_ARRAY_LEN(rest); i++)
        t[n++] = rest[i];
    for (size_t i = 0; i < HN_ARRAY_LEN(passwords); i++)
        t[n++] = (struct CMUnitTest){passwords[i].name, one_password, NULL, NULL, &passwords[i]};
    return cmocka_run_group_tests_name("credentials", t, NULL, NULL);
}
