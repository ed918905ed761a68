/* SPDX-License-Identifier: Apache-2.0 */
/* The priority table on screen (INC-03): who reads tickets sees it, who sets things changes it. */
#include "itsm/ticket/pages.h"

#include "server/base/parse.h"

static const char *const priority_words[] = {
#define X(e, w, m) w,
    TICKET_PRIORITIES(X)
#undef X
};

static const char *field(struct hn_arena *a, const char *what, int i, int u)
{
    return hn_arena_fmt(a, "%s_%d_%d", what, i + 1, u + 1);
}

static enum hn_code show(struct http_ctx *c, const struct ticket_priority_table *t,
                         const struct hn_err *why, struct hn_err *e)
{
    struct tpl_val *view = http_view(c);
    struct tpl_val *rows = tpl_set_list(view, "rows");
    struct tpl_val *targets = tpl_set_list(view, "targets");
    struct tpl_val *calendars = tpl_set_list(view, "calendars");
    struct hn_texts codes;
    struct hn_texts names;

    if (ticket_store_calendars(c->db, c->arena, &codes, &names, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < codes.n; i++) {
        struct tpl_val *o = tpl_push_map(calendars);

        tpl_set_str(o, "value", codes.v[i]);
        tpl_set_str(o, "label", names.v[i]);
    }
    for (int i = 0; i < 3; i++) {
        struct tpl_val *row = tpl_push_map(rows);
        struct tpl_val *cells = tpl_set_list(row, "cells");
        char level[2] = {(char)('1' + i), '\0'};

        tpl_set_str(row, "label",
                    ticket_label(TICKET_WORDS_LEVEL, hn_arena_strdup(c->arena, level)));
        for (int u = 0; u < 3; u++) {
            struct tpl_val *m = tpl_push_map(cells);

            tpl_set_str(m, "name", field(c->arena, "p", i, u));
            tpl_set_str(m, "value", priority_words[t->of[i][u]]);
        }
    }
    for (int i = 0; i < TICKET_PRIORITY_COUNT; i++) {
        struct tpl_val *m = tpl_push_map(targets);

        tpl_set_str(m, "word", priority_words[i]);
        tpl_set_i64(m, "response_min", t->target[i].response_s / 60);
        tpl_set_i64(m, "resolution_min", t->target[i].resolution_s / 60);
        tpl_set_str(m, "response", ticket_span_text(c->arena, t->target[i].response_s));
        tpl_set_str(m, "resolution", ticket_span_text(c->arena, t->target[i].resolution_s));
        tpl_set_str(m, "calendar", t->target[i].calendar);
        for (size_t k = 0; k < codes.n; k++)
            if (hn_streq(codes.v[k], t->target[i].calendar))
                tpl_set_str(m, "calendar_name", names.v[k]);
    }
    ticket_view_words(view, "levels", TICKET_WORDS_LEVEL, c->arena);
    ticket_view_words(view, "priorities", TICKET_WORDS_PRIORITY, c->arena);
    tpl_set_i64(view, "version", t->version);
    tpl_set_str(view, "reason", why == NULL ? "" : t->reason);
    tpl_set_str(view, "last_reason", t->reason);
    tpl_set_str(view, "by", t->created_by_name);
    tpl_set_instant(view, "at", t->created_at);
    tpl_set_bool(view, "may_edit", http_may(c, PERM_SETTINGS));
    tpl_set_str(view, "title", hn_tr("Priority table and targets"));
    if (why != NULL) {
        http_view_error(view, c->arena, why);
    } else {
        tpl_set_str(view, "error", "");
        tpl_set_map(view, "errors");
    }
    return http_page_status(c, why == NULL ? 200 : hn_code_http_status(why->code),
                            "page/ticket/priorities.html", view, e);
}

enum hn_code ticket_page_priorities(struct http_ctx *c, struct hn_err *e)
{
    struct ticket_priority_table t;

    if (ticket_priority_load(c->db, c->arena, 0, &t, e) != HN_OK)
        return e->code;
    return show(c, &t, NULL, e);
}

static void read_minutes(struct http_ctx *c, const char *what, const char *word, int64_t *seconds,
                         struct hn_err *e)
{
    const char *name = hn_arena_fmt(c->arena, "%s_%s", what, word);
    const char *s = http_form(c, name);
    struct hn_err why = {0};
    int64_t min = 0;

    if (s == NULL || hn_parse_i64(s, name, 0, TICKET_TARGET_MAX_S / 60, &min, &why) != HN_OK) {
        (void)hn_fail_field(e, name, "must be between %lld and %lld", 0LL,
                            (long long)(TICKET_TARGET_MAX_S / 60));
        return;
    }
    if (*seconds / 60 != min) /* a target with seconds is left as it is */
        *seconds = min * 60;
}

enum hn_code ticket_page_priorities_save(struct http_ctx *c, struct hn_err *e)
{
    struct actor by = http_actor_of(c);
    struct ticket_priority_table t;
    struct hn_err why = {0};

    if (ticket_priority_load(c->db, c->arena, 0, &t, e) != HN_OK)
        return e->code;
    for (int i = 0; i < 3; i++)
        for (int u = 0; u < 3; u++) {
            int p = ticket_priority_index(http_form(c, field(c->arena, "p", i, u)));

            if (p < 0)
                (void)hn_fail_field(&why, field(c->arena, "p", i, u), "choose a priority");
            else
                t.of[i][u] = (enum ticket_priority)p;
        }
    for (int i = 0; i < TICKET_PRIORITY_COUNT; i++) {
        const char *cal = http_form(c, hn_arena_fmt(c->arena, "calendar_%s", priority_words[i]));

        read_minutes(c, "response", priority_words[i], &t.target[i].response_s, &why);
        read_minutes(c, "resolution", priority_words[i], &t.target[i].resolution_s, &why);
        if (cal != NULL && cal[0] != '\0')
            t.target[i].calendar = cal;
    }
    t.reason = http_form(c, "reason") == NULL ? "" : http_form(c, "reason");
    if (hn_utf8_len(t.reason) > TICKET_LINE_MAX)
        (void)hn_fail_field(&why, "reason", "at most %zu characters", (size_t)TICKET_LINE_MAX);
    if (why.n_fields == 0)
        why.code = ticket_priority_change(c->db, c->arena, &by, &t,
                                          ticket_form_id(http_form(c, "version")), c->now, &why);
    if (why.code == HN_OK) {
        http_flash(c, hn_tr("The table was changed. Tickets that are open keep their targets."));
        return http_redirect(c, "/settings/priorities", e);
    }
    if (why.code != HN_E_INVALID && why.code != HN_E_CONFLICT) {
        *e = why;
        return e->code;
    }
    return show(c, &t, &why, e);
}
