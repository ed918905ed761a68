/* SPDX-License-Identifier: Apache-2.0 */
#include "server/auth/qr.h"

#include "server/base/sbuf.h"

#define VERSIONS 12
#define CODEWORDS_MAX 466 /* of version 12, data and correction */
#define PENALTY_RUN 3
#define PENALTY_BLOCK 3
#define PENALTY_FINDER 40
#define PENALTY_BALANCE 10

/* Error correction M (ISO/IEC 18004 table 9): correction codewords a block, blocks and data
 * codewords of each of the two groups, and where alignment patterns stand (annex E; 0 ends). */
static const struct version {
    int correction;
    int blocks1, data1;
    int blocks2, data2;
    int align[4];
} versions[VERSIONS + 1] = {
    {0, 0, 0, 0, 0, {0}},
    {10, 1, 16, 0, 0, {0}},
    {16, 1, 28, 0, 0, {6, 18}},
    {26, 1, 44, 0, 0, {6, 22}},
    {18, 2, 32, 0, 0, {6, 26}},
    {24, 2, 43, 0, 0, {6, 30}},
    {16, 4, 27, 0, 0, {6, 34}},
    {18, 4, 31, 0, 0, {6, 22, 38}},
    {22, 2, 38, 2, 39, {6, 24, 42}},
    {22, 3, 36, 2, 37, {6, 26, 46}},
    {26, 4, 43, 1, 44, {6, 28, 50}},
    {30, 1, 50, 4, 51, {6, 30, 54}},
    {22, 6, 36, 2, 37, {6, 32, 58}},
};

static int data_words(const struct version *v)
{
    return v->blocks1 * v->data1 + v->blocks2 * v->data2;
}

/* ---- Reed-Solomon over GF(256), polynomial 0x11D ---- */

static uint8_t times(uint8_t a, uint8_t b)
{
    unsigned r = 0;

    for (int i = 7; i >= 0; i--) {
        r = r << 1 ^ (r >> 7) * 0x11DU;
        r ^= ((unsigned)b >> i & 1U) * a;
    }
    return (uint8_t)r;
}

static void correct(const uint8_t *data, int n, int degree, uint8_t *out)
{
    uint8_t gen[32] = {0};
    uint8_t root = 1;

    gen[degree - 1] = 1;
    for (int i = 0; i < degree; i++, root = times(root, 2))
        for (int j = 0; j < degree; j++) {
            gen[j] = times(gen[j], root);
            if (j + 1 < degree)
                gen[j] ^= gen[j + 1];
        }
    memset(out, 0, (size_t)degree);
    for (int i = 0; i < n; i++) {
        uint8_t factor = data[i] ^ out[0];

        memmove(out, out + 1, (size_t)(degree - 1));
        out[degree - 1] = 0;
        for (int j = 0; j < degree; j++)
            out[j] ^= times(gen[j], factor);
    }
}

/* ---- the stream of codewords ---- */

struct bits {
    uint8_t *p;
    int n;
};

static void push(struct bits *b, unsigned value, int count)
{
    for (int i = count - 1; i >= 0; i--, b->n++)
        b->p[b->n / 8] |= (uint8_t)((value >> i & 1U) << (7 - b->n % 8));
}

static void make_data(const char *text, size_t len, int version, uint8_t *out)
{
    struct bits b = {out, 0};
    int total = data_words(&versions[version]);

    push(&b, 4, 4); /* byte mode */
    push(&b, (unsigned)len, version < 10 ? 8 : 16);
    for (size_t i = 0; i < len; i++)
        push(&b, (uint8_t)text[i], 8);
    push(&b, 0, HN_MIN(4, total * 8 - b.n));
    b.n = (b.n + 7) / 8 * 8;
    for (unsigned pad = 0xEC; b.n < total * 8; pad ^= 0xEC ^ 0x11)
        push(&b, pad, 8);
}

/* Data and correction of all blocks, interleaved. Returns the number of codewords. */
static int interleave(const uint8_t *data, const struct version *v, uint8_t *out)
{
    uint8_t ecc[16][32];
    const uint8_t *block[16];
    int blocks = v->blocks1 + v->blocks2;
    int longest = HN_MAX(v->data1, v->data2);
    int n = 0;

    for (int i = 0; i < blocks; i++) {
        int len = i < v->blocks1 ? v->data1 : v->data2;

        block[i] = data;
        correct(data, len, v->correction, ecc[i]);
        data += len;
    }
    for (int k = 0; k < longest; k++)
        for (int i = 0; i < blocks; i++)
            if (k < (i < v->blocks1 ? v->data1 : v->data2))
                out[n++] = block[i][k];
    for (int k = 0; k < v->correction; k++)
        for (int i = 0; i < blocks; i++)
            out[n++] = ecc[i][k];
    return n;
}

/* ---- the matrix ---- */

struct work {
    struct qr *q;
    uint8_t fixed[QR_SIZE_MAX][QR_SIZE_MAX]; /* function patterns: no data, no mask */
};

static void put(struct work *w, int row, int col, bool dark)
{
    if (row < 0 || col < 0 || row >= w->q->size || col >= w->q->size)
        return;
    w->q->dark[row][col] = dark;
    w->fixed[row][col] = 1;
}

static void finder(struct work *w, int row, int col)
{
    for (int r = -4; r <= 4; r++)
        for (int c = -4; c <= 4; c++) {
            int d = HN_MAX(abs(r), abs(c));

            put(w, row + r, col + c, d != 2 && d != 4);
        }
}

static void alignment(struct work *w, const int *at)
{
    int n = 0;

    while (n < 4 && at[n] != 0)
        n++;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            if ((i == 0 && j == 0) || (i == 0 && j == n - 1) || (i == n - 1 && j == 0))
                continue; /* the finders stand there */
            for (int r = -2; r <= 2; r++)
                for (int c = -2; c <= 2; c++)
                    put(w, at[i] + r, at[j] + c, HN_MAX(abs(r), abs(c)) != 1);
        }
}

/* The 15 bits of level M and the mask, twice (section 7.9). */
static void format_bits(struct work *w, int mask)
{
    unsigned data = (unsigned)mask; /* level M is 00 */
    unsigned rem = data;
    unsigned bits;
    int last = w->q->size - 1;

    for (int i = 0; i < 10; i++)
        rem = rem << 1 ^ (rem >> 9) * 0x537U;
    bits = (data << 10 | rem) ^ 0x5412U;
    for (int i = 0; i < 15; i++) {
        bool dark = (bits >> i & 1U) != 0;

        if (i < 6)
            put(w, i, 8, dark);
        else if (i < 8)
            put(w, i + 1, 8, dark);
        else if (i == 8)
            put(w, 8, 7, dark);
        else
            put(w, 8, 14 - i, dark);
        if (i < 8)
            put(w, 8, last - i, dark);
        else
            put(w, last - 14 + i, 8, dark);
    }
    put(w, last - 7, 8, true);
}

/* Versions from 7 on tell their number (section 7.10). */
static void version_bits(struct work *w, int version)
{
    unsigned rem = (unsigned)version;
    unsigned bits;

    if (version < 7)
        return;
    for (int i = 0; i < 12; i++)
        rem = rem << 1 ^ (rem >> 11) * 0x1F25U;
    bits = (unsigned)version << 12 | rem;
    for (int i = 0; i < 18; i++) {
        bool dark = (bits >> i & 1U) != 0;

        put(w, i / 3, w->q->size - 11 + i % 3, dark);
        put(w, w->q->size - 11 + i % 3, i / 3, dark);
    }
}

static void function_patterns(struct work *w, int version)
{
    int last = w->q->size - 1;

    for (int i = 0; i <= last; i++) {
        put(w, 6, i, i % 2 == 0);
        put(w, i, 6, i % 2 == 0);
    }
    finder(w, 3, 3);
    finder(w, 3, last - 3);
    finder(w, last - 3, 3);
    alignment(w, versions[version].align);
    format_bits(w, 0); /* keeps the place */
    version_bits(w, version);
}

/* Two columns at a time, from the right, up and down in turn. */
static void place(struct work *w, const uint8_t *words, int n)
{
    int size = w->q->size;
    int bit = 0;

    for (int right = size - 1; right >= 1; right -= 2) {
        if (right == 6)
            right = 5;
        for (int k = 0; k < size; k++)
            for (int c = right; c > right - 2; c--) {
                bool up = ((right + 1) & 2) == 0;
                int r = up ? size - 1 - k : k;

                if (w->fixed[r][c] || bit >= n * 8)
                    continue;
                w->q->dark[r][c] = words[bit / 8] >> (7 - bit % 8) & 1;
                bit++;
            }
    }
}

static bool masked(int mask, int r, int c)
{
    switch (mask) {
    case 0: return (r + c) % 2 == 0;
    case 1: return r % 2 == 0;
    case 2: return c % 3 == 0;
    case 3: return (r + c) % 3 == 0;
    case 4: return (r / 2 + c / 3) % 2 == 0;
    case 5: return r * c % 2 + r * c % 3 == 0;
    case 6: return (r * c % 2 + r * c % 3) % 2 == 0;
    default: return ((r + c) % 2 + r * c % 3) % 2 == 0;
    }
}

static void apply_mask(struct work *w, int mask)
{
    for (int r = 0; r < w->q->size; r++)
        for (int c = 0; c < w->q->size; c++)
            if (!w->fixed[r][c])
                w->q->dark[r][c] ^= masked(mask, r, c);
}

static int module_at(const struct qr *q, int line, int i, bool column)
{
    return column ? q->dark[i][line] : q->dark[line][i];
}

/* Runs of one colour, and what looks like a finder (section 7.8.3). */
static int line_penalty(const struct qr *q, int line, bool column)
{
    static const uint8_t like[2][11] = {{1, 0, 1, 1, 1, 0, 1, 0, 0, 0, 0},
                                        {0, 0, 0, 0, 1, 0, 1, 1, 1, 0, 1}};
    int penalty = 0;
    int run = 1;

    for (int i = 1; i <= q->size; i++) {
        if (i < q->size && module_at(q, line, i, column) == module_at(q, line, i - 1, column)) {
            run++;
            continue;
        }
        if (run >= 5)
            penalty += PENALTY_RUN + run - 5;
        run = 1;
    }
    for (int i = 0; i + 11 <= q->size; i++)
        for (int k = 0; k < 2; k++) {
            int j = 0;

            while (j < 11 && module_at(q, line, i + j, column) == like[k][j])
                j++;
            if (j == 11)
                penalty += PENALTY_FINDER;
        }
    return penalty;
}

static int penalty_of(const struct qr *q)
{
    int penalty = 0;
    int dark = 0;
    int all = q->size * q->size;

    for (int i = 0; i < q->size; i++)
        penalty += line_penalty(q, i, false) + line_penalty(q, i, true);
    for (int r = 0; r < q->size; r++)
        for (int c = 0; c < q->size; c++) {
            dark += q->dark[r][c];
            if (r + 1 < q->size && c + 1 < q->size && q->dark[r][c] == q->dark[r][c + 1] &&
                q->dark[r][c] == q->dark[r + 1][c] && q->dark[r][c] == q->dark[r + 1][c + 1])
                penalty += PENALTY_BLOCK;
        }
    return penalty + abs(dark * 20 - all * 10) / all * PENALTY_BALANCE;
}

enum hn_code qr_encode(const char *text, struct qr *out, struct hn_err *e)
{
    uint8_t data[CODEWORDS_MAX + 8] = {0};
    uint8_t words[CODEWORDS_MAX + 8] = {0};
    struct work w = {.q = out};
    size_t len = strlen(text);
    int version = 1;
    int best = 0;
    int least = -1;
    int n;

    while (version <= VERSIONS &&
           (int)len * 8 + 4 + (version < 10 ? 8 : 16) > data_words(&versions[version]) * 8)
        version++;
    if (len > 1000 || version > VERSIONS)
        return hn_fail(e, HN_E_LIMIT, "the text is too long for a QR code");
    memset(out, 0, sizeof(*out));
    out->size = 17 + 4 * version;
    make_data(text, len, version, data);
    n = interleave(data, &versions[version], words);
    function_patterns(&w, version);
    place(&w, words, n);
    for (int mask = 0; mask < 8; mask++) {
        int p;

        format_bits(&w, mask);
        apply_mask(&w, mask);
        p = penalty_of(out);
        apply_mask(&w, mask); /* off again */
        if (least < 0 || p < least) {
            least = p;
            best = mask;
        }
    }
    format_bits(&w, best);
    apply_mask(&w, best);
    return HN_OK;
}

const char *qr_svg(const struct qr *q, struct hn_arena *a, const char *title)
{
    struct hn_sbuf b;
    int side = q->size + 8;

    hn_sbuf_init(&b, a, 256 * 1024);
    hn_sbuf_fmt(&b,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
                "height=\"%d\" role=\"img\" shape-rendering=\"crispEdges\"><title>",
                side, side, side * 5, side * 5);
    hn_sbuf_html(&b, title, strlen(title));
    hn_sbuf_fmt(&b, "</title><path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/><path fill=\"#000\" d=\"",
                side, side);
    for (int r = 0; r < q->size; r++)
        for (int c = 0; c < q->size; c++) {
            int run = 0;

            while (c + run < q->size && q->dark[r][c + run])
                run++;
            if (run == 0)
                continue;
            hn_sbuf_fmt(&b, "M%d %dh%dv1h-%dz", c + 4, r + 4, run, run);
            c += run;
        }
    hn_sbuf_str(&b, "\"/></svg>\n");
    return hn_sbuf_text(&b);
}
