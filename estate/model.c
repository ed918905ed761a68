/* SPDX-License-Identifier: Apache-2.0 */
/* model.c — the CSV files, and the devices that we invent behind them. */
#include "estate/estate.h"

#include "server/base/csv.h"

#include <errno.h>

#define FILE_MAX ((size_t)1024 * 1024)
#define TERMINAL_BLOCK 128

static const char *const class_words[] = {
#define X(e, w, f) w,
    ESTATE_CLASSES(X)
#undef X
};
static const char *const class_faults[] = {
#define X(e, w, f) f,
    ESTATE_CLASSES(X)
#undef X
};
static const char *const fault_words[] = {
#define X(e, w) w,
    ESTATE_FAULTS(X)
#undef X
};

const char *estate_class_word(enum estate_class c)
{
    return class_words[c];
}

const char *estate_class_faults(enum estate_class c)
{
    return class_faults[c];
}

const char *estate_fault_word(enum estate_fault f)
{
    return fault_words[f];
}

enum estate_fault estate_fault_parse(const char *word)
{
    for (size_t i = 0; i < HN_ARRAY_LEN(fault_words); i++)
        if (hn_streq(word, fault_words[i]))
            return (enum estate_fault)i;
    return ESTATE_FAULT_COUNT;
}

bool estate_fault_fits(enum estate_class c, enum estate_fault f)
{
    const char *word = fault_words[f];
    size_t n = strlen(word);

    for (const char *p = class_faults[c]; (p = strstr(p, word)) != NULL; p += n)
        if ((p == class_faults[c] || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0'))
            return true;
    return false;
}

const char *estate_ip_text(uint32_t ip, char buf[ESTATE_IP_MAX])
{
    (void)snprintf(buf, ESTATE_IP_MAX, "%u.%u.%u.%u", ip >> 24, ip >> 16 & 255, ip >> 8 & 255,
                   ip & 255);
    return buf;
}

const struct estate_device *estate_find(const struct estate *s, const char *name)
{
    for (size_t i = 0; i < s->n_devices; i++)
        if (hn_streq(s->device[i].name, name))
            return &s->device[i];
    return NULL;
}

const struct estate_device *estate_by_ip(const struct estate *s, uint32_t ip)
{
    for (size_t i = 0; i < s->n_devices; i++)
        if (s->device[i].ip == ip)
            return &s->device[i];
    return NULL;
}

bool estate_behind(const struct estate *s, const struct estate_device *device,
                   const struct estate_device *root)
{
    while (device != root) {
        if (device->parent == ESTATE_NO_PARENT)
            return false;
        device = &s->device[device->parent];
    }
    return true;
}

/* ---- the files ---- */

struct table {
    struct hn_csv csv;
    struct hn_csv_row head;
    struct hn_csv_row row;
};

static enum hn_code table_open(const char *folder, const char *name, struct hn_arena *a,
                               struct table *t, struct hn_err *e)
{
    const char *path = hn_arena_fmt(a, "%s/estate/%s", folder, name);
    char *text = hn_arena_alloc(a, FILE_MAX);
    FILE *f = fopen(path, "re");
    size_t n;

    if (f == NULL)
        return hn_fail(e, HN_E_IO, "cannot read %s: %s", path, strerror(errno));
    n = fread(text, 1, FILE_MAX, f);
    (void)fclose(f);
    if (hn_csv_open(&t->csv, text, n, &hn_csv_default_limits, a, e) != HN_OK ||
        hn_csv_head(&t->csv, &t->head, e) != HN_OK)
        return hn_ctx(e, "%s", path);
    return HN_OK;
}

static bool table_next(struct table *t, struct hn_err *e)
{
    return hn_csv_next(&t->csv, &t->row, e) == HN_OK && t->row.n > 0;
}

static const char *text_of(const struct table *t, const char *column)
{
    int i = hn_csv_column(&t->head, column);

    HN_ASSERT(i >= 0);
    return hn_csv_cell(&t->row, i);
}

static const char *text_or_null(const struct table *t, const char *column)
{
    const char *s = text_of(t, column);

    return s[0] == '\0' ? NULL : s;
}

static int64_t number_of(const struct table *t, const char *column)
{
    return strtoll(text_of(t, column), NULL, 10); /* our own files: "" is 0 */
}

static enum hn_code read_sites(const char *folder, struct estate *s, struct hn_err *e)
{
    struct table t;

    if (table_open(folder, "sites.csv", s->arena, &t, e) != HN_OK)
        return e->code;
    while (table_next(&t, e)) {
        struct estate_site *v = &s->site[s->n_sites++];

        HN_ASSERT(s->n_sites <= 100);
        *v = (struct estate_site){.code = text_of(&t, "site_id"),
                                  .name = text_of(&t, "name"),
                                  .short_name = text_of(&t, "name"),
                                  .address = text_or_null(&t, "address"),
                                  .kind = text_of(&t, "kind"),
                                  .parent = text_or_null(&t, "parent"),
                                  .terminals = number_of(&t, "terminals"),
                                  .spares = number_of(&t, "spares")};
        v->number = strtoll(v->code + 1, NULL, 10);
        v->is_open = !hn_streq(v->kind, "complex_new");
    }
    if (e->code != HN_OK || table_open(folder, "site_map.csv", s->arena, &t, e) != HN_OK)
        return e->code;
    while (table_next(&t, e))
        for (size_t i = 0; i < s->n_sites; i++)
            if (hn_streq(s->site[i].code, text_of(&t, "site_id"))) {
                s->site[i].map_x = number_of(&t, "x");
                s->site[i].map_y = number_of(&t, "y");
                s->site[i].short_name = text_of(&t, "short_name");
            }
    return e->code;
}

static enum hn_code read_lines(const char *folder, struct estate *s, struct hn_err *e)
{
    struct table t;

    if (table_open(folder, "lines.csv", s->arena, &t, e) != HN_OK)
        return e->code;
    while (table_next(&t, e)) {
        HN_ASSERT(s->n_lines < 200);
        s->line[s->n_lines++] =
            (struct estate_line){.code = text_of(&t, "line_id"),
                                 .scope = text_of(&t, "scope"),
                                 .site = text_or_null(&t, "site_id"),
                                 .segment = text_or_null(&t, "segment"),
                                 .role = text_or_null(&t, "role"),
                                 .service_type = text_or_null(&t, "service_type"),
                                 .note = text_or_null(&t, "note"),
                                 .bandwidth_mbps = number_of(&t, "bandwidth_mbps"),
                                 .line_count = number_of(&t, "line_count")};
    }
    return e->code;
}

static enum hn_code read_names(const char *folder, struct estate *s, struct hn_err *e)
{
    struct table t;

    if (table_open(folder, "segments.csv", s->arena, &t, e) != HN_OK)
        return e->code;
    while (table_next(&t, e)) {
        HN_ASSERT(s->n_segments < 100);
        s->segment[s->n_segments++] = (struct estate_segment){
            text_of(&t, "segment_id"), text_of(&t, "name"), text_of(&t, "kind")};
    }
    if (e->code != HN_OK || table_open(folder, "systems.csv", s->arena, &t, e) != HN_OK)
        return e->code;
    while (table_next(&t, e)) {
        HN_ASSERT(s->n_systems < 400);
        s->system[s->n_systems++] = (struct estate_system){
            text_of(&t, "system_id"), text_of(&t, "name"), text_of(&t, "group"),
            text_or_null(&t, "segment"), text_or_null(&t, "vendor")};
    }
    return e->code;
}

/* ---- the devices ---- */

#define DEVICES_MAX 4000

static uint32_t site_ip(const struct estate_site *v, int64_t octet)
{
    return (uint32_t)(10u << 24 | 44u << 16 | (uint32_t)v->number << 8 | (uint32_t)octet);
}

static struct estate_device *add(struct estate *s, enum estate_class class, size_t site,
                                 uint32_t ip, const char *name, const char *label, size_t parent)
{
    struct estate_device *d = &s->device[s->n_devices++];

    HN_ASSERT(s->n_devices <= DEVICES_MAX);
    *d = (struct estate_device){
        .name = name, .label = label, .ip = ip, .class = class, .site = site, .parent = parent};
    return d;
}

static size_t index_of(const struct estate *s, const struct estate_device *d)
{
    return (size_t)(d - s->device);
}

/* A router for each line of the site, two where the document says 2回線. The core is device 0. */
static void add_routers(struct estate *s, size_t site)
{
    static const int64_t octets[] = {1, 2, 4, 5, 6};
    const struct estate_site *v = &s->site[site];
    size_t n = 0;

    for (size_t i = 0; i < s->n_lines; i++) {
        const struct estate_line *l = &s->line[i];
        bool mn = l->segment != NULL && hn_streq(l->segment, "個人番号利用事務系");

        if (!hn_streq(l->scope, "site_wan") || l->site == NULL || !hn_streq(l->site, v->code))
            continue;
        for (int64_t k = 0; k < HN_MAX(l->line_count, 1); k++) {
            const char *what = !mn ? l->line_count > 1 ? k == 0 ? "1号" : "2号" : ""
                               : l->role != NULL && hn_streq(l->role, "sub") ? "個人番号系 副"
                                                                             : "個人番号系 主";
            struct estate_device *d;

            HN_ASSERT(n < HN_ARRAY_LEN(octets));
            d = add(s, ESTATE_ROUTER, site, site_ip(v, octets[n]),
                    hn_arena_fmt(s->arena, "s%02d-rt%02zu", (int)v->number, n + 1),
                    hn_arena_fmt(s->arena, "%s ルータ%s%s", v->short_name,
                                 what[0] == '\0' ? "" : " ", what),
                    0);
            d->segment = mn ? "G01" : "G03";
            d->line = l->code;
            d->mbps = l->bandwidth_mbps == 0 ? 100 : l->bandwidth_mbps;
            n++;
        }
    }
}

static size_t first_router(const struct estate *s, size_t site)
{
    for (size_t i = 1; i < s->n_devices; i++)
        if (s->device[i].class == ESTATE_ROUTER && s->device[i].site == site)
            return i;
    return 0;
}

static void add_site(struct estate *s, size_t site, uint32_t *block)
{
    const struct estate_site *v = &s->site[site];
    struct estate_device *d;
    size_t sw;

    add_routers(s, site);
    d = add(s, ESTATE_SWITCH, site, site_ip(v, 3),
            hn_arena_fmt(s->arena, "s%02d-sw01", (int)v->number),
            hn_arena_fmt(s->arena, "%s スイッチ", v->short_name), first_router(s, site));
    d->segment = "G03";
    sw = index_of(s, d);
    for (int64_t i = 0; i < v->terminals; i++) {
        uint32_t ip =
            10u << 24 | 44u << 16 | (*block + (uint32_t)(i / 250)) << 8 | (uint32_t)(i % 250 + 1);

        d = add(s, ESTATE_TERMINAL, site, ip,
                hn_arena_fmt(s->arena, "s%02d-pc%04d", (int)v->number, (int)i + 1),
                hn_arena_fmt(s->arena, "%s 端末%04d", v->short_name, (int)i + 1), sw);
        d->segment = "G03";
        d->is_spare = i >= v->terminals - v->spares;
    }
    if (v->terminals > 0)
        *block += (uint32_t)((v->terminals + 249) / 250);
    if (!hn_streq(v->kind, "ward_office") && !hn_streq(v->kind, "data_centre"))
        return;
    d = add(s, ESTATE_UPS, site, site_ip(v, 40),
            hn_arena_fmt(s->arena, "s%02d-ups01", (int)v->number),
            hn_arena_fmt(s->arena, "%s 無停電電源装置", v->short_name), sw);
    d->segment = "G04";
    d = add(s, ESTATE_SENSOR, site, site_ip(v, 41),
            hn_arena_fmt(s->arena, "s%02d-env01", (int)v->number),
            hn_arena_fmt(s->arena, "%s 機械室環境センサ", v->short_name), sw);
    d->segment = "G04";
}

static size_t switch_of(const struct estate *s, size_t site)
{
    for (size_t i = 1; i < s->n_devices; i++)
        if (s->device[i].class == ESTATE_SWITCH && s->device[i].site == site)
            return i;
    return 0;
}

static void add_printer(struct estate *s, size_t site, const char *model, bool spare,
                        int64_t next[100])
{
    const struct estate_site *v = &s->site[site];
    int64_t k = next[site]++;
    struct estate_device *d =
        add(s, ESTATE_PRINTER, site, site_ip(v, site == 0 ? 150 + k : 20 + k),
            hn_arena_fmt(s->arena, "s%02d-pr%02d", (int)v->number, (int)k + 1),
            hn_arena_fmt(s->arena, "%s %s %d号機%s", v->short_name, model, (int)k + 1,
                         spare ? "（予備）" : ""),
            switch_of(s, site));

    d->model = model;
    d->segment = "G04";
    d->is_spare = spare;
}

/* HQ's own at HQ, the spare ones in its store; the others go round the sites with terminals. */
static enum hn_code add_printers(const char *folder, struct estate *s, struct hn_err *e)
{
    int64_t next[100] = {0};
    size_t turn = 0;
    struct table t;

    if (table_open(folder, "printers.csv", s->arena, &t, e) != HN_OK)
        return e->code;
    while (table_next(&t, e)) {
        const char *model = text_of(&t, "model");
        int64_t hq = number_of(&t, "hq"), spare = number_of(&t, "spare");

        for (int64_t i = 0; i < hq + spare; i++)
            add_printer(s, 0, model, i >= hq, next);
        for (int64_t i = 0; i < number_of(&t, "offsite"); i++) {
            do
                turn = turn % (s->n_sites - 1) + 1;
            while (s->site[turn].terminals == 0);
            add_printer(s, turn, model, false, next);
        }
    }
    return e->code;
}

static size_t site_index(const struct estate *s, const char *code)
{
    size_t i = 0;

    while (i < s->n_sites && !hn_streq(s->site[i].code, code))
        i++;
    HN_ASSERT(i < s->n_sites);
    return i;
}

static enum hn_code add_servers(const char *folder, struct estate *s, struct hn_err *e)
{
    struct table t;

    if (table_open(folder, "servers.csv", s->arena, &t, e) != HN_OK)
        return e->code;
    while (table_next(&t, e)) {
        size_t site = site_index(s, text_of(&t, "site_id"));
        struct estate_device *d =
            add(s, hn_streq(text_of(&t, "class"), "web") ? ESTATE_WEB : ESTATE_SERVER, site,
                site_ip(&s->site[site], number_of(&t, "host")), text_of(&t, "name"),
                text_of(&t, "label"), switch_of(s, site));

        d->segment = text_or_null(&t, "segment_id");
        d->system = text_or_null(&t, "system_id");
        d->url = text_or_null(&t, "url");
        d->tcp = number_of(&t, "tcp");
        d->service = text_or_null(&t, "service");
    }
    return e->code;
}

enum hn_code estate_read(const char *folder, struct hn_arena *a, struct estate *out,
                         struct hn_err *e)
{
    struct estate *s = out;
    uint32_t block = TERMINAL_BLOCK;
    struct estate_device *core;

    *s = (struct estate){.arena = a,
                         .site = hn_arena_make(a, struct estate_site, 100),
                         .line = hn_arena_make(a, struct estate_line, 200),
                         .segment = hn_arena_make(a, struct estate_segment, 100),
                         .system = hn_arena_make(a, struct estate_system, 400),
                         .device = hn_arena_make(a, struct estate_device, DEVICES_MAX)};
    if (read_sites(folder, s, e) != HN_OK || read_lines(folder, s, e) != HN_OK ||
        read_names(folder, s, e) != HN_OK)
        return hn_ctx(e, "sample estate");
    core = add(s, ESTATE_ROUTER, 0, site_ip(&s->site[0], 10), "core-rt01", "本庁 コアルータ",
               ESTATE_NO_PARENT);
    core->segment = "G04";
    core->mbps = 10000;
    for (size_t i = 0; i < s->n_sites; i++)
        if (s->site[i].is_open)
            add_site(s, i, &block);
    if (add_printers(folder, s, e) != HN_OK || add_servers(folder, s, e) != HN_OK)
        return hn_ctx(e, "sample estate");
    return HN_OK;
}
