/* SPDX-License-Identifier: Apache-2.0 */
#include "server/config.h"

#include "server/base/arena.h"
#include "server/base/parse.h"
#include "server/places.h"

#include <errno.h>

#define CONFIG_BYTES_MAX 65536
#define VALUE_BYTES_MAX 1024

enum kind { TEXT, NUMBER, BOOL, LANGUAGE };

static const struct key {
    const char *name;
    enum kind kind;
    size_t offset;
    int64_t min, max;
} keys[] = {
    {"database", TEXT, offsetof(struct config, database), 0, 0},
    {"address", TEXT, offsetof(struct config, address), 0, 0},
    {"port", NUMBER, offsetof(struct config, port), 1, 65535},
    {"state", TEXT, offsetof(struct config, state), 0, 0},
    {"templates", TEXT, offsetof(struct config, templates), 0, 0},
    {"static", TEXT, offsetof(struct config, static_files), 0, 0},
    {"locale", TEXT, offsetof(struct config, locale), 0, 0},
    {"sql", TEXT, offsetof(struct config, sql), 0, 0},
    {"about", TEXT, offsetof(struct config, about), 0, 0},
    {"manual", TEXT, offsetof(struct config, manual), 0, 0},
    {"language", LANGUAGE, offsetof(struct config, language), 0, 0},
    {"syslog_port", NUMBER, offsetof(struct config, syslog_port), 0, 65535},
    {"trap_port", NUMBER, offsetof(struct config, trap_port), 0, 65535},
    {"workers", NUMBER, offsetof(struct config, workers), 1, 64},
    {"statement_timeout_ms", NUMBER, offsetof(struct config, statement_timeout_ms), 100, 600000},
    {"attachment_max_mb", NUMBER, offsetof(struct config, attachment_max_mb), 1, 200},
    {"base_url", TEXT, offsetof(struct config, base_url), 0, 0},
    {"tls_cert", TEXT, offsetof(struct config, tls_cert), 0, 0},
    {"tls_key", TEXT, offsetof(struct config, tls_key), 0, 0},
    {"redirect_port", NUMBER, offsetof(struct config, redirect_port), 0, 65535},
    {"satellite_port", NUMBER, offsetof(struct config, satellite_port), 0, 65535},
    {"satellite_address", TEXT, offsetof(struct config, satellite_address), 0, 0},
    {"satellite_names", TEXT, offsetof(struct config, satellite_names), 0, 0},
    {"secure_cookies", BOOL, offsetof(struct config, secure_cookies), 0, 0},
    {"session_idle_min", NUMBER, offsetof(struct config, session_idle_min), 1, 1440},
    {"session_max_h", NUMBER, offsetof(struct config, session_max_h), 1, 168},
    {"data_folders", TEXT, offsetof(struct config, data_folders), 0, 0},
    {"banner", TEXT, offsetof(struct config, banner), 0, 0},
};

const char *config_key(size_t i)
{
    return i < HN_ARRAY_LEN(keys) ? keys[i].name : NULL;
}

/* The configuration lives as long as the process and so does its text. Owner: main(), before
 * threads. */
static struct hn_arena *kept;

static struct hn_arena *keeper(void)
{
    if (kept == NULL)
        kept = hn_arena_new();
    return kept;
}

static char *keep(const char *s)
{
    return hn_arena_strdup(keeper(), s);
}

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static void trim(const char **from, const char **to)
{
    while (*from < *to && blank(**from))
        (*from)++;
    while (*to > *from && blank((*to)[-1]))
        (*to)--;
}

/* "file:12: port", as the field that an error names. */
static enum hn_code set(const struct key *k, const char *where, const char *value,
                        struct config *out, struct hn_err *e)
{
    void *slot = (char *)out + k->offset;

    switch (k->kind) {
    case TEXT: *(const char **)slot = keep(value); return HN_OK;
    case NUMBER: return hn_parse_i64(value, where, k->min, k->max, slot, e);
    case BOOL:
        if (!hn_streq(value, "yes") && !hn_streq(value, "no"))
            return hn_fail_field(e, where, "must be yes or no");
        *(bool *)slot = hn_streq(value, "yes");
        return HN_OK;
    case LANGUAGE:
        if (!hn_streq(value, "ja") && !hn_streq(value, "en"))
            return hn_fail_field(e, where, "must be ja or en");
        *(const char **)slot = keep(value);
        return HN_OK;
    }
    return HN_OK;
}

static enum hn_code parse_line(const char *name, unsigned line, const char *from, const char *to,
                               struct config *out, struct hn_err *e)
{
    const char *eq;
    const char *key_end;
    const char *from_value;
    char value[VALUE_BYTES_MAX];
    char where[80];

    trim(&from, &to);
    if (from == to || *from == '#')
        return HN_OK;
    eq = memchr(from, '=', (size_t)(to - from));
    if (eq == NULL)
        return hn_fail(e, HN_E_INVALID, "%s, line %u: must be `key = value`", name, line);
    key_end = eq;
    trim(&from, &key_end);
    from_value = eq + 1;
    trim(&from_value, &to);
    if ((size_t)(to - from_value) >= sizeof(value))
        return hn_fail(e, HN_E_INVALID, "%s, line %u: longer than %d bytes", name, line,
                       VALUE_BYTES_MAX - 1);
    memcpy(value, from_value, (size_t)(to - from_value));
    value[to - from_value] = '\0';
    for (size_t i = 0; i < HN_ARRAY_LEN(keys); i++) {
        size_t n = strlen(keys[i].name);

        if (n != (size_t)(key_end - from) || memcmp(keys[i].name, from, n) != 0)
            continue;
        (void)snprintf(where, sizeof(where), "%.40s:%u: %s", name, line, keys[i].name);
        return set(&keys[i], where, value, out, e);
    }
    return hn_fail(e, HN_E_INVALID, "%s, line %u: unknown key `%.*s`", name, line,
                   (int)HN_MIN(key_end - from, 60), from);
}

enum hn_code config_parse(const char *name, const char *text, struct config *out, struct hn_err *e)
{
    unsigned line = 1;

    for (const char *p = text; *p != '\0'; line++) {
        const char *end = strchrnul(p, '\n');

        if (parse_line(name, line, p, end, out, e) != HN_OK)
            return e->code;
        p = *end == '\n' ? end + 1 : end;
    }
    return HN_OK;
}

static enum hn_code read_file(const char *path, FILE *f, struct config *out, struct hn_err *e)
{
    static char text[CONFIG_BYTES_MAX + 1]; /* owner: main(), before threads */
    size_t n = fread(text, 1, sizeof(text), f);

    if (ferror(f))
        return hn_fail(e, HN_E_IO, "cannot read %s", path);
    if (n > CONFIG_BYTES_MAX)
        return hn_fail(e, HN_E_LIMIT, "%s is longer than %d bytes", path, CONFIG_BYTES_MAX);
    text[n] = '\0';
    if (!hn_utf8_valid(text, n))
        return hn_fail(e, HN_E_INVALID, "%s is not UTF-8 text", path);
    out->file = keep(path);
    return config_parse(path, text, out, e);
}

enum hn_code config_load(const char *file, struct config *out, struct hn_err *e)
{
    const char *state = getenv("HINOMI_STATE");
    char in_state[4096] = "";
    const char *tries[] = {file, in_state, "var/hinomi.conf", "/etc/hinomi/hinomi.conf"};
    struct places own;

    places_find(places_exe(keeper()), keeper(), &own);
    if (state == NULL || state[0] == '\0')
        state = own.installed ? "/var/lib/hinomi" : "var";
    *out = (struct config){.file = "",
                           .database = "dbname=hinomi",
                           .address = "127.0.0.1",
                           .port = 8080,
                           .state = state,
                           .templates = own.templates,
                           .static_files = own.static_files,
                           .locale = own.locale,
                           .sql = own.sql,
                           .about = own.about,
                           .manual = own.manual,
                           .language = "ja",
                           .workers = 4,
                           .session_idle_min = 60,
                           .session_max_h = 12,
                           .data_folders = "",
                           .banner = "",
                           .tls_cert = "",
                           .tls_key = "",
                           .satellite_address = "",
                           .satellite_names = "",
                           .statement_timeout_ms = 10000,
                           .attachment_max_mb = 20,
                           .base_url = "http://127.0.0.1:8080"};
    (void)snprintf(in_state, sizeof(in_state), "%s/hinomi.conf", state);
    if (own.installed && getenv("HINOMI_STATE") == NULL)
        in_state[0] = '\0'; /* what the service may write is no configuration for root */
    for (size_t i = file == NULL ? 1 : 0; i < HN_ARRAY_LEN(tries); i++) {
        FILE *f = fopen(tries[i], "re");
        enum hn_code code;

        if (f == NULL && errno == ENOENT && file == NULL)
            continue;
        if (f == NULL)
            return hn_fail(e, HN_E_IO, "cannot open %s", tries[i]);
        code = read_file(tries[i], f, out, e);
        (void)fclose(f); /* it was only read */
        return code;
    }
    return HN_OK;
}
