/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/sla/evidence_json.h"

#include <json-c/json.h>
#include <openssl/evp.h>
#include <stdio.h>

static void write_met(struct hn_jw *w, const char *key, enum sla_met met)
{
    if (met == SLA_UNDECIDED)
        hn_jw_null(w, key);
    else
        hn_jw_bool(w, key, met == SLA_MET);
}

static void write_ratio(struct hn_jw *w, const char *key, struct sla_ratio r)
{
    hn_jw_array(w, key);
    hn_jw_i64(w, NULL, r.num);
    hn_jw_i64(w, NULL, r.den);
    hn_jw_end_array(w);
}

void evidence_json_figures(struct hn_jw *w, const struct sla_result *r)
{
    const struct sla_figures *f = &r->figures;

    hn_jw_object(w, "figures");
    hn_jw_instant(w, "from", f->from);
    hn_jw_instant(w, "as_of", f->as_of);
    hn_jw_bool(w, "final", f->is_final);
    hn_jw_bool(w, "reference", f->is_reference);
    hn_jw_i64(w, "planned_s", f->planned_s);
    hn_jw_i64(w, "maintenance_s", f->maintenance_s);
    hn_jw_i64(w, "exclusion_s", f->exclusion_s);
    hn_jw_i64(w, "excluded_s", f->excluded_s);
    hn_jw_i64(w, "downtime_s", f->downtime_s);
    hn_jw_i64(w, "unmeasured_s", f->unmeasured_s);
    hn_jw_i64(w, "up_s", f->up_s);
    write_ratio(w, "availability", f->availability);
    write_ratio(w, "availability_min", f->availability_min);
    write_ratio(w, "availability_without_exclusions", f->without_exclusions);
    write_met(w, "met", f->met);
    hn_jw_i64(w, "n", r->share.n);
    hn_jw_i64(w, "good", r->share.good);
    write_met(w, "share_met", r->share.met);
    hn_jw_bool(w, "definition_approved", r->definition_approved);
    hn_jw_i64(w, "year_downtime_s", r->year.downtime_s);
    if (r->year.cap_s >= 0) {
        hn_jw_i64(w, "year_cap_s", r->year.cap_s);
        hn_jw_i64(w, "year_left_s", r->year.left_s);
    } else {
        hn_jw_null(w, "year_cap_s");
        hn_jw_null(w, "year_left_s");
    }
    if (r->year.forecast_s >= 0)
        hn_jw_i64(w, "year_forecast_s", r->year.forecast_s);
    else
        hn_jw_null(w, "year_forecast_s");
    write_met(w, "year_met", r->year.met);
    hn_jw_array(w, "counted");
    for (size_t i = 0; i < r->n_outages; i++) {
        hn_jw_object(w, NULL);
        hn_jw_id(w, "outage_id", r->outages[i].id);
        hn_jw_i64(w, "counted_s", r->outages[i].counted_s);
        hn_jw_end_object(w);
    }
    hn_jw_end_array(w);
    hn_jw_array(w, "year_months");
    for (size_t i = 0; i < r->n_year_months; i++) {
        char month[8];

        hn_jw_object(w, NULL);
        hn_jw_text(w, "month", hn_month_text(r->year_months[i].month, month));
        hn_jw_id(w, "edition", r->year_months[i].edition);
        hn_jw_i64(w, "planned_s", r->year_months[i].planned_s);
        hn_jw_i64(w, "excluded_s", r->year_months[i].excluded_s);
        hn_jw_i64(w, "downtime_s", r->year_months[i].downtime_s);
        hn_jw_i64(w, "unmeasured_s", r->year_months[i].unmeasured_s);
        hn_jw_bool(w, "reference", r->year_months[i].is_reference);
        hn_jw_end_object(w);
    }
    hn_jw_end_array(w);
    hn_jw_end_object(w);
}

/* ---- digests ---- */

#define PATH_MAX_BYTES 512

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void line(EVP_MD_CTX *md, const char *path, const char *value, size_t n)
{
    (void)EVP_DigestUpdate(md, path, strlen(path));
    (void)EVP_DigestUpdate(md, "=", 1);
    (void)EVP_DigestUpdate(md, value, n);
    (void)EVP_DigestUpdate(md, "\n", 1);
}

static void leaves(EVP_MD_CTX *md, struct json_object *o, char *path, size_t len)
{
    switch (json_object_get_type(o)) {
    case json_type_object: {
        const char *names[128];
        size_t n = 0;
        struct json_object_iterator it = json_object_iter_begin(o);
        struct json_object_iterator end = json_object_iter_end(o);

        for (; !json_object_iter_equal(&it, &end); json_object_iter_next(&it))
            if (n < HN_ARRAY_LEN(names) && !hn_streq(json_object_iter_peek_name(&it), "digest"))
                names[n++] = json_object_iter_peek_name(&it);
        qsort(names, n, sizeof(*names), by_name);
        for (size_t i = 0; i < n; i++) {
            int k =
                snprintf(path + len, PATH_MAX_BYTES - len, "%s%s", len == 0 ? "" : ".", names[i]);

            HN_ASSERT(k > 0 && (size_t)k < PATH_MAX_BYTES - len);
            leaves(md, json_object_object_get(o, names[i]), path, len + (size_t)k);
            path[len] = '\0';
        }
        return;
    }
    case json_type_array:
        for (size_t i = 0; i < json_object_array_length(o); i++) {
            int k = snprintf(path + len, PATH_MAX_BYTES - len, "%s%zu", len == 0 ? "" : ".", i);

            HN_ASSERT(k > 0 && (size_t)k < PATH_MAX_BYTES - len);
            leaves(md, json_object_array_get_idx(o, i), path, len + (size_t)k);
            path[len] = '\0';
        }
        return;
    case json_type_string:
        line(md, path, json_object_get_string(o), (size_t)json_object_get_string_len(o));
        return;
    case json_type_null: line(md, path, "null", 4); return;
    case json_type_boolean:
    case json_type_int:
    case json_type_double: {
        const char *s = json_object_to_json_string(o);

        line(md, path, s, strlen(s));
        return;
    }
    }
}

static void add_digest(struct json_object *o, char hex[65])
{
    unsigned char d[32];
    char path[PATH_MAX_BYTES] = "";
    EVP_MD_CTX *md = EVP_MD_CTX_new();

    HN_ASSERT(md != NULL && EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1);
    leaves(md, o, path, 0);
    HN_ASSERT(EVP_DigestFinal_ex(md, d, NULL) == 1);
    EVP_MD_CTX_free(md);
    for (size_t i = 0; i < 32; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", d[i]);
    json_object_object_add(o, "digest", json_object_new_string(hex));
}

/* Inner rows first, so that an outage's digest stays the same with or without its changes' digests.
 */
static void seal_rows(struct json_object *o)
{
    char hex[65];

    if (json_object_is_type(o, json_type_array)) {
        for (size_t i = 0; i < json_object_array_length(o); i++) {
            struct json_object *row = json_object_array_get_idx(o, i);

            seal_rows(row);
            if (json_object_is_type(row, json_type_object))
                add_digest(row, hex);
        }
    } else if (json_object_is_type(o, json_type_object)) {
        json_object_object_foreach(o, key, value)
        {
            (void)key;
            seal_rows(value);
        }
    }
}

enum hn_code evidence_json_seal(const struct hn_sbuf *in, struct hn_sbuf *out, char digest[65],
                                struct hn_err *e)
{
    HN_JSON o = NULL;

    if (hn_json_parse(hn_sbuf_text(in), in->n, &o, e) != HN_OK)
        return hn_ctx(e, "seal evidence");
    seal_rows(o);
    add_digest(o, digest);
    hn_sbuf_str(out, json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY |
                                                           JSON_C_TO_STRING_SPACED |
                                                           JSON_C_TO_STRING_NOSLASHESCAPE));
    hn_sbuf_chr(out, '\n');
    return HN_OK;
}
