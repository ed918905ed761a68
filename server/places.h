/* SPDX-License-Identifier: Apache-2.0 */
/*
 * places.h — where the program's own files lie, told from the place of its binary, so that neither
 * the current folder nor a configuration is needed:
 *
 *   PREFIX/bin/hinomi            PREFIX/share/hinomi/{templates,static,locale,sql,about,manual}
 *   TOP/build/[FLAVOUR/]hinomi   TOP/{templates,sql,docs/manual}, TOP/build/{static,locale,about}
 *
 * Anywhere else they are looked for as in TOP, from the current folder.
 */
#ifndef HN_PLACES_H
#define HN_PLACES_H

#include "server/base/arena.h"

struct places {
    const char *templates;
    const char *static_files;
    const char *locale;
    const char *sql;
    const char *about; /* SBOM and licences, made by the build */
    const char *manual;
    bool installed; /* below a PREFIX */
};

/* exe: the binary's full path, "" = not known. The texts live in the arena. */
void places_find(const char *exe, struct hn_arena *a, struct places *out);
/* The running program's binary; "" where the system does not tell. */
const char *places_exe(struct hn_arena *a);

#endif
