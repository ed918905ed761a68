/* SPDX-License-Identifier: Apache-2.0 */
#include "server/base/log.h"

#include "server/base/instant.h"
#include "server/base/parse.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <unistd.h>

#define LINE_MAX_BYTES 2048

static const char *const level_words[] = {
    [HN_DEBUG] = "debug", [HN_INFO] = "info", [HN_WARN] = "warn", [HN_ERROR] = "error"};

/* Owner: main(), which sets both before threads start. */
static const char *role_name = "hinomi";
static _Atomic int least_level = HN_INFO;

/* One line, written with one write() so that lines of several threads do not mix. */
struct line {
    char p[LINE_MAX_BYTES];
    size_t n;
};

void hn_log_init(const char *role)
{
    role_name = role;
}

void hn_log_level(enum hn_level least)
{
    atomic_store(&least_level, (int)least);
}

static void put(struct line *l, const char *s, size_t n)
{
    size_t left = sizeof(l->p) - 2 - l->n; /* the closing quote and the newline always fit */

    n = HN_MIN(n, left);
    memcpy(l->p + l->n, s, n);
    l->n += n;
}

static void put_str(struct line *l, const char *s)
{
    put(l, s, strlen(s));
}

static bool plain_char(uint8_t c)
{
    return c > ' ' && c < 0x7F && c != '"' && c != '=' && c != '\\';
}

/* Text from outside may stand in values: control bytes and bytes that are no UTF-8 become \xNN, so
 * that nobody can write a line of his own into the log. */
static void put_value(struct line *l, const char *s)
{
    size_t n = strlen(s);
    size_t i = 0;
    size_t k = 0;

    while (k < n && plain_char((uint8_t)s[k]))
        k++;
    if (k == n && n > 0) {
        put(l, s, n);
        return;
    }
    put(l, "\"", 1);
    while (i < n && l->n < sizeof(l->p) - 16) {
        size_t good = hn_utf8_span(s + i, n - i);
        uint8_t c = (uint8_t)s[i];
        char esc[8];

        if (c == '"' || c == '\\') {
            (void)snprintf(esc, sizeof(esc), "\\%c", c);
            put_str(l, esc);
            i++;
        } else if (c == '\n') {
            put_str(l, "\\n");
            i++;
        } else if (c < ' ' || c == 0x7F || good == 0) {
            (void)snprintf(esc, sizeof(esc), "\\x%02x", c);
            put_str(l, esc);
            i++;
        } else {
            size_t len = 1;

            while (i + len < n && ((uint8_t)s[i + len] & 0xC0) == 0x80)
                len++;
            put(l, s + i, len);
            i += len;
        }
    }
    l->p[l->n++] = '"';
}

static void put_pair(struct line *l, const char *key, const char *value)
{
    if (sizeof(l->p) - l->n < 64)
        return;
    put_str(l, " ");
    put_str(l, key);
    put_str(l, "=");
    put_value(l, value);
}

static void begin(struct line *l, enum hn_level level)
{
    char t[HN_RFC3339_MAX];
    struct timespec ts;

    /* The real clock, also while a false one is set: the log tells when it was written. */
    (void)clock_gettime(CLOCK_REALTIME, &ts);
    l->n = 0;
    put_str(l, "time=");
    put_str(l, hn_rfc3339((int64_t)ts.tv_sec * HN_SEC + ts.tv_nsec / 1000000 * HN_MS, t));
    put_pair(l, "level", level_words[level]);
    put_pair(l, "role", role_name);
}

static void finish(struct line *l)
{
    l->p[l->n++] = '\n';
    if (write(STDERR_FILENO, l->p, l->n) < 0)
        return; /* nobody is left to tell */
}

void hn_log(enum hn_level level, const char *fmt, ...)
{
    char msg[LINE_MAX_BYTES - 256];
    struct line l;
    va_list ap;

    if ((int)level < atomic_load(&least_level))
        return;
    va_start(ap, fmt);
    (void)vsnprintf(msg, sizeof(msg), fmt, ap);
    va_end(ap);
    begin(&l, level);
    put_pair(&l, "msg", msg);
    finish(&l);
}

void hn_log_err(enum hn_level level, const char *op, const struct hn_err *e)
{
    struct line l;

    if ((int)level < atomic_load(&least_level))
        return;
    begin(&l, level);
    put_pair(&l, "op", op);
    put_pair(&l, "code", hn_code_word(e->code));
    if (e->sqlstate[0] != '\0')
        put_pair(&l, "sqlstate", e->sqlstate);
    put_pair(&l, "msg", e->msg);
    if (e->detail[0] != '\0')
        put_pair(&l, "detail", e->detail);
    finish(&l);
}
