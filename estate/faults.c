/* SPDX-License-Identifier: Apache-2.0 */
#include "estate/faults.h"

#include "server/base/i18n.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define CUTS (1u << ESTATE_FAULT_POWER | 1u << ESTATE_FAULT_LINE)

static bool path_of(const char *state, const char *end, char *buf, size_t cap)
{
    int n = snprintf(buf, cap, "%s/estate-faults%s", state, end);

    return n > 0 && (size_t)n < cap;
}

void faults_read(const char *state, const struct estate *s, struct faults *out)
{
    char path[4096];
    char device[101], fault[41];
    char since[21];
    FILE *f;

    out->n = 0;
    if (!path_of(state, "", path, sizeof(path)) || (f = fopen(path, "re")) == NULL)
        return;
    while (out->n < FAULTS_MAX && fscanf(f, "%100s %40s %20s", device, fault, since) == 3) {
        const struct estate_device *d = estate_find(s, device);
        enum estate_fault k = estate_fault_parse(fault);

        if (d != NULL && k != ESTATE_FAULT_COUNT && estate_fault_fits(d->class, k))
            out->v[out->n++] =
                (struct fault_line){(size_t)(d - s->device), k, strtoll(since, NULL, 10)};
    }
    (void)fclose(f);
}

enum hn_code faults_write(const char *state, const struct estate *s, const struct faults *f,
                          struct hn_err *e)
{
    char path[4096], fresh[4096];
    bool good = true;
    FILE *out;

    if (!path_of(state, "", path, sizeof(path)) || !path_of(state, ".new", fresh, sizeof(fresh)))
        return hn_fail(e, HN_E_IO, "the state folder's name is too long");
    out = fopen(fresh, "we");
    if (out == NULL)
        return hn_fail(e, HN_E_IO, "cannot write %s: %s", fresh, strerror(errno));
    for (size_t i = 0; i < f->n; i++)
        good &= fprintf(out, "%s %s %lld\n", s->device[f->v[i].device].name,
                        estate_fault_word(f->v[i].fault), (long long)f->v[i].since) > 0;
    good &= fflush(out) == 0 && fsync(fileno(out)) == 0;
    good &= fclose(out) == 0;
    if (!good || rename(fresh, path) != 0)
        return hn_fail(e, HN_E_IO, "cannot write %s: %s", path, strerror(errno));
    return HN_OK;
}

enum hn_code faults_break(struct faults *f, const struct estate *s, size_t device,
                          const char *fault, hn_instant now, struct hn_err *e)
{
    const struct estate_device *d = &s->device[device];
    enum estate_fault k = estate_fault_parse(fault);

    if (k == ESTATE_FAULT_COUNT || !estate_fault_fits(d->class, k) ||
        (k == ESTATE_FAULT_CERTIFICATE && (d->url == NULL || !hn_streq(d->url, "https"))))
        return hn_fail(e, HN_E_INVALID, "%s is a %s: it can have the faults %s", d->name,
                       estate_class_word(d->class), estate_class_faults(d->class));
    if ((faults_of(f, device, NULL) & 1u << k) != 0)
        return HN_OK;
    if (f->n == FAULTS_MAX)
        return hn_fail(e, HN_E_LIMIT, "too many faults");
    f->v[f->n++] = (struct fault_line){device, k, now};
    return HN_OK;
}

size_t faults_mend(struct faults *f, size_t device)
{
    size_t kept = 0;
    size_t gone;

    for (size_t i = 0; i < f->n; i++)
        if (f->v[i].device != device)
            f->v[kept++] = f->v[i];
    gone = f->n - kept;
    f->n = kept;
    return gone;
}

unsigned faults_of(const struct faults *f, size_t device, hn_instant *since)
{
    unsigned bits = 0;

    for (size_t i = 0; i < f->n; i++)
        if (f->v[i].device == device) {
            bits |= 1u << f->v[i].fault;
            if (since != NULL)
                since[f->v[i].fault] = f->v[i].since;
        }
    return bits;
}

void faults_dead(const struct faults *f, const struct estate *s, bool *dead)
{
    for (size_t i = 0; i < s->n_devices; i++) {
        const struct estate_device *d = &s->device[i];

        dead[i] = d->is_spare || (d->parent != ESTATE_NO_PARENT && dead[d->parent]);
    }
    for (size_t i = 0; i < f->n; i++)
        if ((1u << f->v[i].fault & CUTS) != 0)
            dead[f->v[i].device] = true;
    for (size_t i = 0; i < s->n_devices; i++) { /* parents stand before children */
        const struct estate_device *d = &s->device[i];

        dead[i] |= d->parent != ESTATE_NO_PARENT && dead[d->parent];
    }
}
