/* SPDX-License-Identifier: Apache-2.0 */
/* The form of a host: a new one with its first checks, or a change of one. SNMP secrets are
 * write-only: an empty field keeps what is stored. */
#include "itsm/watch/pages.h"
#include "itsm/watch/target.h"
#include "server/base/parse.h"
#include "server/http/actor.h"
#include "server/http/form_read.h"

#define HOSTS_MAX 3000

static const char *const fields[] = {
    "name",         "label",      "address",    "site_id",    "segment_id", "system_id",
    "line_id",      "class",      "probe",      "importance", "owner",      "enabled",
    "snmp_version", "snmp_port",  "snmp_user",  "snmp_auth",  "snmp_priv",  "snmp_max_oids",
    "version",      "check_icmp", "check_snmp", "check_http", "http_url",   NULL};

static const char *const importances[] = {"1", "2", "3", NULL};
static const char *const snmp_versions[] = {"2c", "3", NULL};
static const char *const auths[] = {"sha256", "none", NULL};
static const char *const privs[] = {"aes128", "none", NULL};
static const char *const profiles[] = {"system", "if", "host", "printer", "ups", "sensor", NULL};

/* ---- what can be chosen ---- */

static void add_rows(struct tpl_val *view, const char *key, const struct overview_choice *rows,
                     size_t n)
{
    struct tpl_val *list = tpl_set_list(view, key);

    for (size_t i = 0; i < n; i++)
        http_view_choice(list, rows[i].value, rows[i].label);
}

static bool has_id(struct hn_i64s ids, int64_t id)
{
    for (size_t i = 0; i < ids.n; i++)
        if (ids.v[i] == id)
            return true;
    return false;
}

static enum hn_code add_hosts(struct http_ctx *c, struct tpl_val *view, int64_t self,
                              struct hn_i64s parents, struct hn_err *e)
{
    struct overview_filter f = {.sort = "site", .limit = HOSTS_MAX};
    struct tpl_val *list = tpl_set_list(view, "hosts");
    const struct overview_host *h = NULL;
    size_t n = 0;

    if (overview_hosts(c->db, c->arena, &f, &h, &n, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n; i++) {
        struct tpl_val *m;

        if (h[i].id == self)
            continue;
        m = tpl_push_map(list);
        tpl_set_str(m, "value", hn_arena_fmt(c->arena, "%" PRId64, h[i].id));
        tpl_set_str(m, "label",
                    hn_arena_fmt(c->arena, "%s %s (%s)",
                                 h[i].site_name == NULL ? "" : h[i].site_name,
                                 h[i].label == NULL ? h[i].name : h[i].label, h[i].address));
        tpl_set_bool(m, "selected", has_id(parents, h[i].id));
    }
    return HN_OK;
}

static enum hn_code add_registers(struct http_ctx *c, struct tpl_val *view, struct hn_err *e)
{
    struct target_filter f = {.limit = 1000};
    struct tpl_val *systems = tpl_set_list(view, "systems");
    struct tpl_val *lines = tpl_set_list(view, "lines");
    struct system_record *y = NULL;
    struct line_record *l = NULL;
    size_t n_y = 0;
    size_t n_l = 0;

    if (system_list(c->db, c->arena, &f, &y, &n_y, e) != HN_OK ||
        line_list(c->db, c->arena, &f, &l, &n_l, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < n_y; i++)
        http_view_choice(systems, hn_arena_fmt(c->arena, "%" PRId64, y[i].id), y[i].name);
    for (size_t i = 0; i < n_l; i++)
        http_view_choice(lines, hn_arena_fmt(c->arena, "%" PRId64, l[i].id),
                         hn_arena_fmt(c->arena, "%s %s", l[i].code,
                                      l[i].site_name == NULL ? "" : l[i].site_name));
    return HN_OK;
}

static enum hn_code add_choices(struct http_ctx *c, struct tpl_val *view, int64_t self,
                                struct hn_i64s parents, struct hn_err *e)
{
    const struct overview_choice *site = NULL;
    const struct overview_choice *segment = NULL;
    const struct overview_choice *probe = NULL;
    size_t n_site = 0;
    size_t n_segment = 0;
    size_t n_probe = 0;

    if (overview_site_choices(c->db, c->arena, &site, &n_site, e) != HN_OK ||
        overview_segment_ids(c->db, c->arena, &segment, &n_segment, e) != HN_OK ||
        overview_probes(c->db, c->arena, &probe, &n_probe, e) != HN_OK ||
        add_registers(c, view, e) != HN_OK || add_hosts(c, view, self, parents, e) != HN_OK)
        return e->code;
    add_rows(view, "sites", site, n_site);
    add_rows(view, "segments", segment, n_segment);
    add_rows(view, "probes", probe, n_probe);
    overview_words(c, view);
    return HN_OK;
}

static enum hn_code show(struct http_ctx *c, int64_t id, struct tpl_val *view,
                         struct hn_i64s parents, const struct hn_err *why, struct hn_err *e)
{
    struct tpl_val *crumbs = NULL;

    if (add_choices(c, view, id, parents, e) != HN_OK)
        return e->code;
    if (why != NULL) {
        http_view_form(c, view, fields);
        http_view_error(view, c->arena, why);
    } else {
        http_view_clean(c, view);
    }
    http_view_crumb(view, &crumbs, hn_tr("Devices"), "/hosts");
    tpl_set_i64(view, "id", id);
    tpl_set_str(view, "action",
                id == 0 ? "/hosts" : hn_arena_fmt(c->arena, "/hosts/%" PRId64 "/edit", id));
    tpl_set_str(view, "title", id == 0 ? hn_tr("Register a device") : hn_tr("Change the device"));
    return http_page_status(c, why == NULL ? 200 : hn_code_http_status(why->code),
                            "page/host_form.html", view, e);
}

/* ---- the form as it is first shown ---- */

static const char *id_text(struct hn_arena *a, int64_t id)
{
    return id == 0 ? "" : hn_arena_fmt(a, "%" PRId64, id);
}

static const char *or_empty(const char *s)
{
    return s == NULL ? "" : s;
}

enum hn_code host_new_page(struct http_ctx *c, struct hn_err *e)
{
    struct tpl_val *view = http_view(c);
    struct tpl_val *form = tpl_set_map(view, "form");

    for (size_t i = 0; fields[i] != NULL; i++)
        tpl_set_str(form, fields[i], "");
    tpl_set_str(form, "site_id", or_empty(http_query(c, "site_id")));
    tpl_set_str(form, "class", "other");
    tpl_set_str(form, "probe", "local");
    tpl_set_str(form, "importance", "2");
    tpl_set_str(form, "enabled", "1");
    tpl_set_str(form, "snmp_port", "161");
    tpl_set_str(form, "check_icmp", "1");
    return show(c, 0, view, (struct hn_i64s){NULL, 0}, NULL, e);
}

enum hn_code host_edit_page(struct http_ctx *c, struct hn_err *e)
{
    struct tpl_val *view = http_view(c);
    struct tpl_val *form = tpl_set_map(view, "form");
    struct host_record h;
    struct overview_host_facts facts;
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK || host_get(c->db, c->arena, id, &h, e) != HN_OK ||
        overview_facts(c->db, c->arena, id, &facts, e) != HN_OK)
        return e->code;
    for (size_t i = 0; fields[i] != NULL; i++)
        tpl_set_str(form, fields[i], "");
    tpl_set_str(form, "name", h.name);
    tpl_set_str(form, "label", or_empty(h.label));
    tpl_set_str(form, "address", h.address);
    tpl_set_str(form, "site_id", id_text(c->arena, h.site_id));
    tpl_set_str(form, "segment_id", id_text(c->arena, h.segment_id));
    tpl_set_str(form, "system_id", id_text(c->arena, h.system_id));
    tpl_set_str(form, "line_id", id_text(c->arena, h.line_id));
    tpl_set_str(form, "class", h.class);
    tpl_set_str(form, "probe", h.probe);
    tpl_set_str(form, "importance", id_text(c->arena, h.importance));
    tpl_set_str(form, "owner", or_empty(h.owner));
    tpl_set_str(form, "enabled", h.enabled ? "1" : "");
    tpl_set_str(form, "snmp_version", or_empty(facts.snmp_version));
    if (facts.snmp_max_oids != 0)
        tpl_set_str(form, "snmp_max_oids", id_text(c->arena, facts.snmp_max_oids));
    tpl_set_str(form, "version", id_text(c->arena, h.version));
    return show(c, id, view, h.parents, NULL, e);
}

/* ---- reading ---- */

static void read_snmp(struct http_ctx *c, const char **out, struct hn_err *e)
{
    const char *version = NULL;
    const char *auth = NULL;
    const char *priv = NULL;
    const char *text = NULL;
    int64_t port = 0;
    int64_t max_oids = 0;
    struct hn_sbuf b;
    struct hn_jw w;
    static const char *const secrets[] = {"community", "user", "auth_key", "priv_key"};

    http_form_word(c, "snmp_version", HN_OPT, snmp_versions, &version, e);
    http_form_i64(c, "snmp_port", HN_OPT, 1, 65535, &port, e);
    http_form_i64(c, "snmp_max_oids", HN_OPT, 1, 100, &max_oids, e);
    http_form_word(c, "snmp_auth", HN_OPT, auths, &auth, e);
    http_form_word(c, "snmp_priv", HN_OPT, privs, &priv, e);
    if (version == NULL) {
        *out = "null";
        return;
    }
    hn_sbuf_init(&b, c->arena, (size_t)64 * 1024);
    hn_jw_init(&w, &b);
    hn_jw_object(&w, NULL);
    hn_jw_text(&w, "version", version);
    if (port != 0)
        hn_jw_i64(&w, "port", port);
    if (max_oids != 0)
        hn_jw_i64(&w, "max_oids", max_oids);
    for (size_t i = 0; i < HN_ARRAY_LEN(secrets); i++) {
        text = NULL;
        http_form_words(c, hn_arena_fmt(c->arena, "snmp_%s", secrets[i]), HN_OPT, 200, &text, e);
        if (text != NULL)
            hn_jw_text(&w, secrets[i], text);
    }
    if (auth != NULL)
        hn_jw_text(&w, "auth", auth);
    if (priv != NULL)
        hn_jw_text(&w, "priv", priv);
    hn_jw_end_object(&w);
    *out = hn_sbuf_text(&b);
}

static void read_host(struct http_ctx *c, struct host_in *in, struct hn_err *e)
{
    struct hn_texts parents = http_form_all(c, "parents");
    int64_t *ids = hn_arena_make(c->arena, int64_t, parents.n);
    const char *importance = "2";

    http_form_words(c, "name", HN_REQ, 100, &in->name, e);
    http_form_words(c, "label", HN_OPT, 100, &in->label, e);
    http_form_words(c, "address", HN_REQ, 255, &in->address, e);
    in->site_id = in->segment_id = in->system_id = in->line_id = 0;
    http_form_i64(c, "site_id", HN_OPT, 1, INT64_MAX, &in->site_id, e);
    http_form_i64(c, "segment_id", HN_OPT, 1, INT64_MAX, &in->segment_id, e);
    http_form_i64(c, "system_id", HN_OPT, 1, INT64_MAX, &in->system_id, e);
    http_form_i64(c, "line_id", HN_OPT, 1, INT64_MAX, &in->line_id, e);
    http_form_word(c, "class", HN_OPT, target_classes, &in->class, e);
    http_form_words(c, "probe", HN_REQ, 60, &in->probe, e);
    http_form_words(c, "owner", HN_OPT, 200, &in->owner, e);
    http_form_word(c, "importance", HN_OPT, importances, &importance, e);
    in->importance = importance[0] - '0';
    in->enabled = *http_form_text(c, "enabled") != '\0';
    for (size_t i = 0; i < parents.n; i++) {
        struct hn_err bad = {0};

        if (hn_parse_i64(parents.v[i], "parents", 1, INT64_MAX, &ids[i], &bad) != HN_OK)
            (void)hn_fail_field(e, "parents", "names a host that does not exist");
    }
    in->parents = (struct hn_i64s){ids, parents.n};
    read_snmp(c, &in->snmp, e);
}

/* The first checks of a new host. */
static size_t read_checks(struct http_ctx *c, struct check_in *k, struct hn_err *e)
{
    const char *profile = NULL;
    const char *url = NULL;
    size_t n = 0;

    if (*http_form_text(c, "check_icmp") != '\0') {
        k[n] = check_in_new("icmp");
        k[n++].name = hn_tr("Response");
    }
    http_form_word(c, "check_snmp", HN_OPT, profiles, &profile, e);
    if (profile != NULL) {
        if (*http_form_text(c, "snmp_version") == '\0')
            (void)hn_fail_field(e, "snmp_version", "choose the version that the device speaks");
        k[n] = check_in_new("snmp");
        k[n].params = hn_arena_fmt(c->arena, "{\"profile\": \"%s\"}", profile);
        k[n++].name = hn_tr("State by SNMP");
    }
    http_form_words(c, "http_url", HN_OPT, 1000, &url, e);
    if (*http_form_text(c, "check_http") != '\0') {
        struct hn_sbuf b;
        struct hn_jw w;

        if (url == NULL || (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0))
            (void)hn_fail_field(e, "http_url",
                                "enter an address that begins with http:// or https://");
        hn_sbuf_init(&b, c->arena, (size_t)64 * 1024);
        hn_jw_init(&w, &b);
        hn_jw_object(&w, NULL);
        hn_jw_text(&w, "url", url);
        hn_jw_end_object(&w);
        k[n] = check_in_new("http");
        k[n].params = hn_sbuf_text(&b);
        k[n++].name = hn_tr("Web page");
    }
    return n;
}

enum hn_code host_create_page(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    struct host_in in = host_in_new();
    struct check_in k[3];
    struct hn_err why = {0};
    size_t n;
    int64_t id = 0;

    read_host(c, &in, &why);
    n = read_checks(c, k, &why);
    if (why.code == HN_OK &&
        host_save(c->db, c->arena, &who, &id, &in, k, n, c->now, &why) == HN_OK) {
        http_flash(c, hn_arena_fmt(c->arena, hn_tr("%s is watched now."),
                                   in.label == NULL ? in.name : in.label));
        return http_redirect(c, hn_arena_fmt(c->arena, "/hosts/%" PRId64, id), e);
    }
    if (why.code == HN_E_INVALID || why.code == HN_E_CONFLICT)
        return show(c, 0, http_view(c), in.parents, &why, e);
    *e = why;
    return e->code;
}

enum hn_code host_save_page(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    struct host_in in = host_in_new();
    struct host_record old;
    struct hn_err why = {0};
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK || host_get(c->db, c->arena, id, &old, e) != HN_OK)
        return e->code;
    in.sample = old.sample;
    read_host(c, &in, &why);
    http_form_i64(c, "version", HN_REQ, 1, INT64_MAX, &in.version, &why);
    if (why.code == HN_OK &&
        host_save(c->db, c->arena, &who, &id, &in, NULL, 0, c->now, &why) == HN_OK) {
        http_flash(c, hn_tr("The device was changed."));
        return http_redirect(c, hn_arena_fmt(c->arena, "/hosts/%" PRId64, id), e);
    }
    if (why.code == HN_E_INVALID || why.code == HN_E_CONFLICT)
        return show(c, id, http_view(c), in.parents, &why, e);
    *e = why;
    return e->code;
}

enum hn_code host_delete_page(struct http_ctx *c, struct hn_err *e)
{
    struct actor who = http_actor_of(c);
    int64_t version = 0;
    int64_t id;

    if (http_param_id(c, "id", &id, e) != HN_OK)
        return e->code;
    http_form_i64(c, "version", HN_REQ, 1, INT64_MAX, &version, e);
    if (e->code != HN_OK || host_delete(c->db, c->arena, &who, id, version, c->now, e) != HN_OK)
        return e->code;
    http_flash(c, hn_tr("The device was deleted."));
    return http_redirect(c, "/hosts", e);
}
