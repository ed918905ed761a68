/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mo.h — reads a gettext .mo catalogue (GNU gettext manual, "The Format of GNU MO Files") that lies
 * in memory. Both byte orders. Every string is checked against the file's bounds at mo_open(); the
 * bytes must stay while the catalogue is used. Plural forms: the first one is answered.
 */
#ifndef HN_MO_H
#define HN_MO_H

#include "server/base/base.h"

struct hn_mo {
    const uint8_t *p;
    size_t n;
    uint32_t count;
    uint32_t ids;     /* offset of the table of msgids */
    uint32_t strings; /* offset of the table of translations */
    bool swapped;
};

/* false: not a catalogue, or one that points outside itself. */
bool hn_mo_open(const uint8_t *p, size_t n, struct hn_mo *out);
/* The translation, or NULL where there is none (or an empty one). */
const char *hn_mo_find(const struct hn_mo *mo, const char *msgid);

#endif
