/* SPDX-License-Identifier: Apache-2.0 */
#include "server/base/i18n.h"

#include "server/base/mo.h"

#define MO_FILE_MAX ((size_t)16 * 1024 * 1024)

/* Owner: main(), which loads it once before threads start; read-only afterwards. */
static struct hn_mo catalogue;
static uint8_t *catalogue_bytes;

/* Each thread's own. */
static _Thread_local bool japanese = true;

static uint8_t *read_all(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rbe");
    uint8_t *p = NULL;
    long size;

    if (f == NULL)
        return NULL;
    if (fseek(f, 0, SEEK_END) == 0 && (size = ftell(f)) > 0 && (size_t)size <= MO_FILE_MAX &&
        fseek(f, 0, SEEK_SET) == 0) {
        p = malloc((size_t)size);
        if (p != NULL && fread(p, 1, (size_t)size, f) != (size_t)size) {
            free(p);
            p = NULL;
        }
        *n = (size_t)size;
    }
    (void)fclose(f); /* it was only read */
    return p;
}

bool hn_i18n_load(const char *path)
{
    size_t n = 0;
    uint8_t *p = read_all(path, &n);
    struct hn_mo mo;

    if (p == NULL || !hn_mo_open(p, n, &mo)) {
        free(p);
        return false;
    }
    free(catalogue_bytes);
    catalogue_bytes = p;
    catalogue = mo;
    return true;
}

void hn_i18n_japanese(bool on)
{
    japanese = on;
}

const char *hn_tr(const char *msgid)
{
    const char *s = NULL;

    /* The empty msgid is the catalogue's own header. */
    if (japanese && msgid[0] != '\0' && catalogue.count > 0)
        s = hn_mo_find(&catalogue, msgid);
    return s == NULL ? msgid : s;
}

const char *hn_tr_span(int64_t seconds, char buf[HN_TR_SPAN_MAX])
{
    long long s = (long long)seconds;

    if (s >= 86400)
        (void)snprintf(buf, HN_TR_SPAN_MAX, hn_tr("%lld d %lld h %lld min %lld s"), s / 86400,
                       s / 3600 % 24, s / 60 % 60, s % 60);
    else if (s >= 3600)
        (void)snprintf(buf, HN_TR_SPAN_MAX, hn_tr("%lld h %lld min %lld s"), s / 3600, s / 60 % 60,
                       s % 60);
    else
        (void)snprintf(buf, HN_TR_SPAN_MAX, hn_tr("%lld min %lld s"), s / 60, s % 60);
    return buf;
}
