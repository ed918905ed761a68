/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.h — hinomi.conf: lines `key = value`, `#` begins a comment line. An unknown key or a bad
 * value is an error that names the line. Looked for in this order, the first that exists counts:
 * the file of --config, $HINOMI_STATE/hinomi.conf, var/hinomi.conf, /etc/hinomi/hinomi.conf;
 * without any, defaults. Read once at start; immutable afterwards; all threads may read it.
 */
#ifndef HN_CONFIG_H
#define HN_CONFIG_H

#include "server/base/err.h"

struct config {
    const char *file;             /* where it came from; "" = defaults only */
    const char *database;         /* libpq connection string; default "dbname=hinomi" */
    const char *address;          /* of the HTTP listener; 127.0.0.1 */
    int64_t port;                 /* 8080 */
    const char *state;            /* state folder; $HINOMI_STATE, else "var" or, where the program
                                     is installed, /var/lib/hinomi */
    const char *templates;        /* this and the next five: folders, found from the program's own
                                     place (places.h) */
    const char *static_files;     /* key "static" */
    const char *locale;           /* holds ja.mo */
    const char *sql;              /* the migrations */
    const char *about;            /* SBOM and licences */
    const char *manual;           /* the manuals' chapters */
    const char *language;         /* "ja" or "en" */
    int64_t syslog_port;          /* 0 = off */
    int64_t trap_port;            /* 0 = off */
    int64_t workers;              /* of serve; 4 */
    int64_t statement_timeout_ms; /* of interactive statements; 10000 */
    int64_t attachment_max_mb;    /* 20 */
    const char *base_url;         /* as users reach it, without a slash at the end */
    bool secure_cookies;          /* the Secure attribute and HSTS: behind TLS */
    int64_t session_idle_min;     /* a session without a request ends after these minutes; 60 */
    int64_t session_max_h;        /* and in any case after these hours; 12 */
    const char *tls_cert;         /* PEM files: the listener speaks TLS; "" = plain HTTP */
    const char *tls_key;
    int64_t redirect_port;         /* plain HTTP that leads to base_url, with TLS; 0 = off */
    int64_t satellite_port;        /* of the satellites' own listener (TLS); 0 = off */
    const char *satellite_address; /* "" = as address */
    const char *satellite_names;   /* how satellites may call it (names and addresses, separated by
                                      commas), beside the host of base_url */
    const char *data_folders;      /* what /readyz asks to be on an encrypted volume (folders,
                                      separated by commas); "" = the state folder */
    const char *banner;            /* on every page, e.g. of a test installation; "" = none */
};

/* file: of --config, or NULL. Values live as long as the process. */
HN_MUST_USE enum hn_code config_load(const char *file, struct config *out, struct hn_err *e);
/* The same from text; name stands in errors. Keys that it lacks keep what *out has. */
HN_MUST_USE enum hn_code config_parse(const char *name, const char *text, struct config *out,
                                      struct hn_err *e);
/* The i-th key's name, NULL after the last one. */
const char *config_key(size_t i);

#endif
