/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/sla/sla_json.h"

#define NOTE_MAX 2000
#define RULE_MAX ((size_t)64 * 1024)

static const char *const service_kinds[] = {"service", "site", "line", "system", NULL};
static const char *const metrics[] = {
    "availability", "response", "first_response", "resolution", "rto", "rpo", NULL};
static const char *const cap_words[] = {"pro_rata", "full", NULL};
static const char *const maintenance_words[] = {"excluded", "counted", NULL};
static const char *const gap_words[] = {"up", "down", "exclusion", NULL};

/* A word of the list into *out; untouched when absent. */
static void word(struct json_object *o, const char *field, enum hn_need need,
                 const char *const *words, const char **out, struct hn_err *e)
{
    int i = -1;

    (void)hn_json_word(o, field, need, words, &i, e);
    if (i >= 0)
        *out = words[i];
}

enum hn_code service_json_read(struct http_ctx *c, bool create, struct service_new *in,
                               struct hn_err *e)
{
    static const char *const fields[] = {"name",  "kind", "site_id",    "system_id", "line_id",
                                         "owner", "rule", "valid_from", "version",   NULL};
    enum hn_need need = create ? HN_REQ : HN_OPT;
    HN_JSON o = NULL;

    *in = (struct service_new){.valid_from = HN_UNSET};
    if (http_json_body(c, &o, e) != HN_OK)
        return e->code;
    (void)hn_json_text(o, "name", need, 1, 200, c->arena, &in->name, e);
    word(o, "kind", HN_OPT, service_kinds, &in->kind, e);
    (void)hn_json_i64(o, "site_id", HN_OPT, 1, INT64_MAX, &in->site_id, e);
    (void)hn_json_i64(o, "system_id", HN_OPT, 1, INT64_MAX, &in->system_id, e);
    (void)hn_json_i64(o, "line_id", HN_OPT, 1, INT64_MAX, &in->line_id, e);
    (void)hn_json_text(o, "owner", HN_OPT, 0, 200, c->arena, &in->owner, e);
    in->has_rule = hn_json_has(o, "rule");
    if (!hn_json_is_null(o, "rule"))
        (void)hn_json_raw(o, "rule", HN_OPT, RULE_MAX, c->arena, &in->rule, e);
    (void)hn_json_instant(o, "valid_from", HN_OPT, &in->valid_from, e);
    (void)hn_json_i64(o, "version", create ? HN_OPT : HN_REQ, 1, INT64_MAX, &in->seen_version, e);
    return hn_json_no_others(o, fields, e);
}

void service_json_write(struct hn_jw *w, const char *key, const struct service_row *r)
{
    hn_jw_object(w, key);
    hn_jw_i64(w, "id", r->id);
    hn_jw_text(w, "name", r->name);
    hn_jw_text(w, "kind", r->kind);
    hn_jw_id(w, "site_id", r->site_id);
    hn_jw_id(w, "system_id", r->system_id);
    hn_jw_id(w, "line_id", r->line_id);
    hn_jw_text(w, "owner", r->owner);
    hn_jw_raw(w, "rule", r->rule);
    hn_jw_i64(w, "version", r->version);
    hn_jw_instant(w, "valid_from", r->valid_from <= HN_UNSET + 1 ? HN_UNSET : r->valid_from);
    hn_jw_bool(w, "approved", r->approved_at != HN_UNSET);
    hn_jw_id(w, "approved_by", r->approved_by);
    hn_jw_instant(w, "approved_at", r->approved_at);
    hn_jw_id(w, "created_by", r->created_by);
    hn_jw_instant(w, "created_at", r->created_at);
    hn_jw_end_object(w);
}

/* The target exactly as it was written: from the number's own text, not from a double. */
static void read_target(struct json_object *o, enum hn_need need, struct hn_arena *a,
                        struct sla_new *in, struct hn_err *e)
{
    struct sla_target t;
    const char *text = NULL;

    (void)hn_json_raw(o, "target", need, 40, a, &text, e);
    if (text == NULL)
        return;
    if (text[0] == '"' && strlen(text) >= 2) /* "0.999" as text is fine too */
        text = hn_arena_strndup(a, text + 1, strlen(text) - 2);
    if (sla_target_parse(text, "target", &t, e) != HN_OK)
        return;
    in->target_text = text;
    in->target_e6 = t.e6;
}

enum hn_code sla_json_read(struct http_ctx *c, bool create, struct sla_new *in, struct hn_err *e)
{
    static const char *const fields[] = {"service_id",  "metric",     "name",    "calendar_id",
                                         "target",      "year_cap_s", "start",   "cap_first_year",
                                         "maintenance", "valid_from", "version", NULL};
    enum hn_need need = create ? HN_REQ : HN_OPT;
    HN_JSON o = NULL;

    *in = (struct sla_new){.valid_from = HN_UNSET, .start_at = HN_UNSET};
    if (http_json_body(c, &o, e) != HN_OK)
        return e->code;
    (void)hn_json_i64(o, "service_id", need, 1, INT64_MAX, &in->service_id, e);
    word(o, "metric", need, metrics, &in->metric, e);
    (void)hn_json_text(o, "name", HN_OPT, 1, 200, c->arena, &in->name, e);
    (void)hn_json_i64(o, "calendar_id", need, 1, INT64_MAX, &in->calendar_id, e);
    read_target(o, need, c->arena, in, e);
    (void)hn_json_i64(o, "year_cap_s", HN_OPT, 1, (int64_t)366 * 86400, &in->year_cap_s, e);
    (void)hn_json_instant(o, "start", HN_OPT, &in->start_at, e);
    word(o, "cap_first_year", HN_OPT, cap_words, &in->cap_first_year, e);
    word(o, "maintenance", HN_OPT, maintenance_words, &in->maintenance, e);
    (void)hn_json_instant(o, "valid_from", HN_OPT, &in->valid_from, e);
    (void)hn_json_i64(o, "version", create ? HN_OPT : HN_REQ, 1, INT64_MAX, &in->seen_version, e);
    return hn_json_no_others(o, fields, e);
}

void sla_json_write(struct hn_jw *w, const char *key, const struct sla_row *r)
{
    hn_jw_object(w, key);
    hn_jw_i64(w, "id", r->id);
    hn_jw_i64(w, "service_id", r->service_id);
    hn_jw_text(w, "service", r->service_name);
    hn_jw_text(w, "metric", r->metric);
    hn_jw_text(w, "name", r->name);
    hn_jw_i64(w, "calendar_id", r->calendar_id);
    hn_jw_text(w, "calendar", r->calendar_name);
    hn_jw_f64(w, "target", (double)r->target_e6 / 1e6);
    hn_jw_id(w, "year_cap_s", r->year_cap_s);
    hn_jw_instant(w, "start", r->start_at);
    hn_jw_text(w, "cap_first_year", r->cap_first_year);
    hn_jw_text(w, "maintenance", r->maintenance);
    hn_jw_i64(w, "version", r->version);
    hn_jw_instant(w, "valid_from", r->valid_from <= HN_UNSET + 1 ? HN_UNSET : r->valid_from);
    hn_jw_bool(w, "approved", r->approved_at != HN_UNSET);
    hn_jw_id(w, "approved_by", r->approved_by);
    hn_jw_instant(w, "approved_at", r->approved_at);
    hn_jw_id(w, "created_by", r->created_by);
    hn_jw_instant(w, "created_at", r->created_at);
    hn_jw_end_object(w);
}

enum hn_code outage_json_read(struct http_ctx *c, struct outage_new *in, struct hn_err *e)
{
    static const char *const fields[] = {"service_id", "from", "to", "reason", "ticket_id", NULL};
    HN_JSON o = NULL;

    *in = (struct outage_new){.from = HN_UNSET, .to = HN_UNSET, .reason = ""};
    if (http_json_body(c, &o, e) != HN_OK)
        return e->code;
    (void)hn_json_i64(o, "service_id", HN_REQ, 1, INT64_MAX, &in->service_id, e);
    (void)hn_json_instant(o, "from", HN_REQ, &in->from, e);
    (void)hn_json_instant(o, "to", HN_OPT, &in->to, e);
    (void)hn_json_text(o, "reason", HN_REQ, 1, NOTE_MAX, c->arena, &in->reason, e);
    (void)hn_json_i64(o, "ticket_id", HN_OPT, 1, INT64_MAX, &in->ticket_id, e);
    return hn_json_no_others(o, fields, e);
}

enum hn_code outage_json_read_change(struct http_ctx *c, const struct outage_row *old,
                                     struct outage_correction *in, struct hn_err *e)
{
    static const char *const fields[] = {"from", "to", "void", "reason", "version", NULL};
    HN_JSON o = NULL;

    *in =
        (struct outage_correction){.from = old->from_at, .to = old->to_at, .void_it = old->voided};
    if (http_json_body(c, &o, e) != HN_OK)
        return e->code;
    (void)hn_json_instant(o, "from", HN_OPT, &in->from, e);
    if (hn_json_is_null(o, "to"))
        in->to = HN_UNSET;
    (void)hn_json_instant(o, "to", HN_OPT, &in->to, e);
    (void)hn_json_bool(o, "void", HN_OPT, &in->void_it, e);
    (void)hn_json_text(o, "reason", HN_REQ, 1, NOTE_MAX, c->arena, &in->reason, e);
    (void)hn_json_i64(o, "version", HN_OPT, 1, INT64_MAX, &in->seen_version, e);
    return hn_json_no_others(o, fields, e);
}

static void write_change(struct hn_jw *w, const struct outage_change_row *c)
{
    hn_jw_object(w, NULL);
    hn_jw_i64(w, "id", c->id);
    hn_jw_instant(w, "from", c->from_at);
    hn_jw_instant(w, "to", c->to_at);
    hn_jw_bool(w, "void", c->void_it);
    hn_jw_instant(w, "old_from", c->old_from_at);
    hn_jw_instant(w, "old_to", c->old_to_at);
    hn_jw_text(w, "reason", c->reason);
    hn_jw_text(w, "state", c->state);
    hn_jw_i64(w, "proposed_by", c->proposed_by);
    hn_jw_instant(w, "proposed_at", c->proposed_at);
    hn_jw_id(w, "decided_by", c->decided_by);
    hn_jw_instant(w, "decided_at", c->decided_at);
    hn_jw_text(w, "decision_note", c->decision_note);
    hn_jw_end_object(w);
}

void outage_json_write(struct hn_jw *w, const char *key, const struct outage_row *r,
                       const struct outage_change_row *changes, size_t n)
{
    hn_jw_object(w, key);
    hn_jw_i64(w, "id", r->id);
    hn_jw_i64(w, "service_id", r->service_id);
    hn_jw_text(w, "service", r->service_name);
    hn_jw_text(w, "source", r->source);
    hn_jw_instant(w, "from", r->from_at);
    hn_jw_instant(w, "to", r->to_at);
    hn_jw_instant(w, "measured_from", r->measured_from);
    hn_jw_instant(w, "measured_to", r->measured_to);
    hn_jw_bool(w, "corrected", r->corrected);
    hn_jw_bool(w, "voided", r->voided);
    hn_jw_text(w, "reason", r->reason);
    hn_jw_id(w, "ticket_id", r->ticket_id);
    hn_jw_id(w, "created_by", r->created_by);
    hn_jw_instant(w, "created_at", r->created_at);
    hn_jw_i64(w, "version", r->version);
    hn_jw_array(w, "changes");
    for (size_t i = 0; i < n; i++)
        write_change(w, &changes[i]);
    hn_jw_end_array(w);
    hn_jw_end_object(w);
}

enum hn_code exclusion_json_read(struct http_ctx *c, struct exclusion_new *in, struct hn_err *e)
{
    static const char *const fields[] = {"service_id", "from",     "to",        "reason",
                                         "note",       "evidence", "ticket_id", NULL};
    HN_JSON o = NULL;

    *in = (struct exclusion_new){.from = HN_UNSET, .to = HN_UNSET};
    if (http_json_body(c, &o, e) != HN_OK)
        return e->code;
    (void)hn_json_i64(o, "service_id", HN_REQ, 1, INT64_MAX, &in->service_id, e);
    (void)hn_json_instant(o, "from", HN_REQ, &in->from, e);
    (void)hn_json_instant(o, "to", HN_REQ, &in->to, e);
    word(o, "reason", HN_REQ, exclusion_reason_words, &in->reason, e);
    (void)hn_json_text(o, "note", HN_OPT, 0, NOTE_MAX, c->arena, &in->note, e);
    (void)hn_json_text(o, "evidence", HN_OPT, 0, NOTE_MAX, c->arena, &in->evidence, e);
    (void)hn_json_i64(o, "ticket_id", HN_OPT, 1, INT64_MAX, &in->ticket_id, e);
    return hn_json_no_others(o, fields, e);
}

void exclusion_json_write(struct hn_jw *w, const char *key, const struct exclusion_row *r)
{
    hn_jw_object(w, key);
    hn_jw_i64(w, "id", r->id);
    hn_jw_i64(w, "service_id", r->service_id);
    hn_jw_text(w, "service", r->service_name);
    hn_jw_instant(w, "from", r->from_at);
    hn_jw_instant(w, "to", r->to_at);
    hn_jw_text(w, "reason", r->reason);
    hn_jw_text(w, "note", r->note);
    hn_jw_text(w, "evidence", r->evidence);
    hn_jw_id(w, "ticket_id", r->ticket_id);
    hn_jw_text(w, "state", r->state);
    hn_jw_i64(w, "proposed_by", r->proposed_by);
    hn_jw_text(w, "proposer", r->proposer);
    hn_jw_instant(w, "proposed_at", r->proposed_at);
    hn_jw_id(w, "decided_by", r->decided_by);
    hn_jw_text(w, "decider", r->decider);
    hn_jw_instant(w, "decided_at", r->decided_at);
    hn_jw_text(w, "decision_note", r->decision_note);
    hn_jw_i64(w, "version", r->version);
    hn_jw_end_object(w);
}

enum hn_code gap_json_read(struct http_ctx *c, struct gap_new *in, struct hn_err *e)
{
    static const char *const fields[] = {"service_id", "from", "to", "decision", "evidence", NULL};
    HN_JSON o = NULL;

    *in = (struct gap_new){.from = HN_UNSET, .to = HN_UNSET};
    if (http_json_body(c, &o, e) != HN_OK)
        return e->code;
    (void)hn_json_i64(o, "service_id", HN_REQ, 1, INT64_MAX, &in->service_id, e);
    (void)hn_json_instant(o, "from", HN_REQ, &in->from, e);
    (void)hn_json_instant(o, "to", HN_REQ, &in->to, e);
    word(o, "decision", HN_REQ, gap_words, &in->decision, e);
    (void)hn_json_text(o, "evidence", HN_REQ, 1, NOTE_MAX, c->arena, &in->evidence, e);
    return hn_json_no_others(o, fields, e);
}

void gap_json_write(struct hn_jw *w, const char *key, const struct gap_row *r)
{
    hn_jw_object(w, key);
    hn_jw_i64(w, "id", r->id);
    hn_jw_i64(w, "service_id", r->service_id);
    hn_jw_text(w, "service", r->service_name);
    hn_jw_instant(w, "from", r->from_at);
    hn_jw_instant(w, "to", r->to_at);
    hn_jw_text(w, "decision", r->decision);
    hn_jw_text(w, "evidence", r->evidence);
    hn_jw_text(w, "state", r->state);
    hn_jw_i64(w, "proposed_by", r->proposed_by);
    hn_jw_instant(w, "proposed_at", r->proposed_at);
    hn_jw_id(w, "decided_by", r->decided_by);
    hn_jw_instant(w, "decided_at", r->decided_at);
    hn_jw_text(w, "decision_note", r->decision_note);
    hn_jw_id(w, "exclusion_id", r->exclusion_id);
    hn_jw_end_object(w);
}

enum hn_code decision_json_read(struct http_ctx *c, const char **note, struct hn_err *e)
{
    static const char *const fields[] = {"note", "version", NULL};
    HN_JSON o = NULL;
    int64_t version = 0;

    *note = NULL;
    if (http_body(c).n == 0)
        return HN_OK;
    if (http_json_body(c, &o, e) != HN_OK)
        return e->code;
    (void)hn_json_text(o, "note", HN_OPT, 0, NOTE_MAX, c->arena, note, e);
    (void)hn_json_i64(o, "version", HN_OPT, 1, INT64_MAX, &version, e);
    return hn_json_no_others(o, fields, e);
}
