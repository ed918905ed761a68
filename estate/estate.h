/* SPDX-License-Identifier: Apache-2.0 */
/*
 * estate.h — the sample estate: Chiyoda ward's sites, lines and systems as public documents tell
 * them (sql/estate/), with invented devices behind them.
 *
 * The model is made from the CSV files alone, always the same, so that the importer, the simulated
 * devices and the sample history agree without asking each other. Addresses: 10.44.SITE.HOST;
 * terminals lie from 10.44.128.0 on, each site from a new block of 256.
 *
 * Octets of a site: .1 router of the LGWAN and Internet line, .2 and further those of the other
 * lines (.4, .5), .3 switch, .10 (HQ) core router, .20 printers, .40 UPS, .41 room sensor, .101
 * servers.
 */
#ifndef ESTATE_H
#define ESTATE_H

#include "server/base/arena.h"
#include "server/base/err.h"

/* enum, word (class of the host), faults that fit */
#define ESTATE_CLASSES(X)                                                                          \
    X(ROUTER, "router", "power line")                                                              \
    X(SWITCH, "switch", "power")                                                                   \
    X(SERVER, "server", "power slow disk certificate")                                             \
    X(WEB, "web", "power slow disk certificate")                                                   \
    X(PRINTER, "printer", "power paper")                                                           \
    X(UPS, "ups", "power heat")                                                                    \
    X(SENSOR, "sensor", "power heat")                                                              \
    X(TERMINAL, "terminal", "power")
enum estate_class {
#define X(e, w, f) ESTATE_##e,
    ESTATE_CLASSES(X)
#undef X
        ESTATE_CLASS_COUNT
};
const char *estate_class_word(enum estate_class c);
const char *estate_class_faults(enum estate_class c); /* words, by spaces */

/* enum, word */
#define ESTATE_FAULTS(X)                                                                           \
    X(POWER, "power")                                                                              \
    X(LINE, "line")                                                                                \
    X(SLOW, "slow")                                                                                \
    X(DISK, "disk")                                                                                \
    X(PAPER, "paper")                                                                              \
    X(CERTIFICATE, "certificate")                                                                  \
    X(HEAT, "heat")
enum estate_fault {
#define X(e, w) ESTATE_FAULT_##e,
    ESTATE_FAULTS(X)
#undef X
        ESTATE_FAULT_COUNT
};
const char *estate_fault_word(enum estate_fault f);
/* ESTATE_FAULT_COUNT where the word is none. */
enum estate_fault estate_fault_parse(const char *word);
bool estate_fault_fits(enum estate_class c, enum estate_fault f);

struct estate_site {
    const char *code, *name, *short_name, *address, *kind, *parent;
    int64_t number;            /* 8 of S08 */
    int64_t terminals, spares; /* spares are among the terminals */
    int64_t map_x, map_y;
    bool is_open; /* has devices */
};
struct estate_line {
    const char *code, *scope, *site, *segment, *role, *service_type, *note;
    int64_t bandwidth_mbps, line_count; /* 0: the document does not say */
};
struct estate_segment {
    const char *code, *name, *kind;
};
struct estate_system {
    const char *code, *name, *group, *segment, *vendor;
};

#define ESTATE_NO_PARENT ((size_t)-1)
struct estate_device {
    const char *name, *label;
    uint32_t ip; /* host order */
    enum estate_class class;
    size_t site;         /* index */
    const char *segment; /* code, NULL */
    const char *system;  /* code, NULL */
    const char *line;    /* code, NULL: the line that this router ends */
    const char *model;   /* of a printer */
    const char *url;     /* "http", "https", NULL */
    int64_t tcp;         /* a port beside, 0 */
    const char *service; /* the service that it carries, NULL */
    size_t parent;       /* index of an earlier device */
    int64_t mbps;        /* of a router's line */
    bool is_spare;       /* in store: not switched on, not watched */
};

struct estate {
    struct hn_arena *arena;
    struct estate_site *site;
    size_t n_sites;
    struct estate_line *line;
    size_t n_lines;
    struct estate_segment *segment;
    size_t n_segments;
    struct estate_system *system;
    size_t n_systems;
    struct estate_device *device; /* parents before children */
    size_t n_devices;
};

/* Reads FOLDER/estate/x.csv. Lives in the arena. */
HN_MUST_USE enum hn_code estate_read(const char *folder, struct hn_arena *a, struct estate *out,
                                     struct hn_err *e);
/* NULL: there is none of that name. */
const struct estate_device *estate_find(const struct estate *s, const char *name);
const struct estate_device *estate_by_ip(const struct estate *s, uint32_t ip);
/* device stands behind root (or is it). */
bool estate_behind(const struct estate *s, const struct estate_device *device,
                   const struct estate_device *root);
#define ESTATE_IP_MAX 16
const char *estate_ip_text(uint32_t ip, char buf[ESTATE_IP_MAX]);

#define ESTATE_COMMUNITY "hinomi-sample"
#define ESTATE_USER "hinomi"
#define ESTATE_AUTH "sample-auth-2026"
#define ESTATE_PRIV "sample-priv-2026"

#endif
