/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/satellite/satellite_json.h"

#define TEXT_MAX 8192

void satellite_json_begin(struct hn_jw *w, const struct satellite_record *r, hn_instant now)
{
    hn_jw_object(w, NULL);
    hn_jw_id(w, "id", r->id);
    hn_jw_text(w, "name", r->name);
    hn_jw_id(w, "segment_id", r->segment_id);
    hn_jw_text(w, "segment", r->segment);
    hn_jw_text(w, "note", r->note);
    hn_jw_text(w, "state", r->state);
    hn_jw_text(w, "status", satellite_status_word(satellite_status_of(r, now)));
    hn_jw_id(w, "host_id", r->host_id);
    hn_jw_id(w, "check_id", r->check_id);
    hn_jw_i64(w, "hosts", r->n_hosts);
    hn_jw_i64(w, "checks", r->n_checks);
    hn_jw_instant(w, "seen_at", r->seen_at);
    hn_jw_text(w, "address", r->address);
    hn_jw_text(w, "program", r->program);
    hn_jw_id(w, "protocol", r->protocol);
    hn_jw_bool(w, "protocol_is_old", r->protocol != 0 && r->protocol < SATELLITE_PROTOCOL);
    hn_jw_instant(w, "started_at", r->started_at);
    if (r->seen_at == HN_UNSET)
        hn_jw_null(w, "clock_offset_s");
    else
        hn_jw_f64(w, "clock_offset_s", (double)r->clock_us / 1e6);
    hn_jw_i64(w, "backlog", r->backlog);
    hn_jw_i64(w, "backlog_bytes", r->backlog_bytes);
    hn_jw_instant(w, "backlog_from", r->backlog_from);
    hn_jw_instant(w, "batch_at", r->batch_at);
    hn_jw_i64(w, "received", r->received);
    hn_jw_i64(w, "doubled", r->doubled);
    hn_jw_i64(w, "refused", r->refused);
    hn_jw_i64(w, "lost", r->lost);
    hn_jw_i64(w, "dropped", r->dropped);
    hn_jw_i64(w, "estimated", r->estimated);
    hn_jw_text(w, "certificate", r->cert_sha256);
    hn_jw_instant(w, "certificate_until", r->cert_until);
    hn_jw_instant(w, "code_until", r->code_until);
    hn_jw_instant(w, "revoked_at", r->revoked_at);
    hn_jw_text(w, "revoke_reason", r->revoke_reason);
    hn_jw_instant(w, "created_at", r->created_at);
    hn_jw_i64(w, "version", r->version);
}

void satellite_json_write(struct hn_jw *w, const struct satellite_record *r, hn_instant now)
{
    satellite_json_begin(w, r, now);
    hn_jw_end_object(w);
}

const char *satellite_json_text(struct hn_arena *a, const struct satellite_record *r,
                                hn_instant now)
{
    struct hn_sbuf b;
    struct hn_jw w;

    hn_sbuf_init(&b, a, TEXT_MAX);
    hn_jw_init(&w, &b);
    satellite_json_write(&w, r, now);
    return hn_sbuf_text(&b);
}

static void read_common(struct json_object *o, struct hn_arena *a, struct satellite_in *in,
                        struct hn_err *e)
{
    if (hn_json_is_null(o, "segment_id"))
        in->segment_id = 0;
    else
        (void)hn_json_i64(o, "segment_id", HN_OPT, 1, INT64_MAX, &in->segment_id, e);
    if (hn_json_is_null(o, "note"))
        in->note = NULL;
    else
        (void)hn_json_text(o, "note", HN_OPT, 0, 500, a, &in->note, e);
}

enum hn_code satellite_json_new(struct json_object *o, struct hn_arena *a, struct satellite_in *in,
                                struct hn_err *e)
{
    static const char *const fields[] = {"name", "segment_id", "note", "code_minutes", NULL};
    int64_t minutes = 0;

    *in = (struct satellite_in){0};
    (void)hn_json_text(o, "name", HN_REQ, 1, 60, a, &in->name, e);
    read_common(o, a, in, e);
    (void)hn_json_i64(o, "code_minutes", HN_OPT, 1, SATELLITE_CODE_LIFE_MAX / HN_MIN_SPAN, &minutes,
                      e);
    in->code_life = minutes * HN_MIN_SPAN;
    return hn_json_no_others(o, fields, e);
}

enum hn_code satellite_json_change(struct json_object *o, struct hn_arena *a,
                                   struct satellite_in *in, struct hn_err *e)
{
    static const char *const fields[] = {"segment_id", "note", "version", NULL};

    read_common(o, a, in, e);
    (void)hn_json_i64(o, "version", HN_REQ, 1, INT64_MAX, &in->version, e);
    return hn_json_no_others(o, fields, e);
}
