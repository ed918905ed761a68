/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/ticket/scope.h"
#include "itsm/ticket/act.h"
#include "server/base/parse.h"

static const char *const affected_words[] = {
#define X(e, w, m) w,
    TICKET_AFFECTED_KINDS(X)
#undef X
};
static const struct {
    const char *word;
    const char *label;
    const char *inverse;
} relations[] = {
#define X(w, m, i) {w, m, i},
    TICKET_RELATIONS(X)
#undef X
};

const char *ticket_relation_label(const char *word, bool inverse)
{
    for (size_t i = 0; i < HN_ARRAY_LEN(relations); i++)
        if (hn_streq(relations[i].word, word))
            return inverse ? relations[i].inverse : relations[i].label;
    return word;
}

bool ticket_relation_known(const char *word)
{
    for (size_t i = 0; i < HN_ARRAY_LEN(relations); i++)
        if (hn_streq(relations[i].word, word))
            return true;
    return false;
}

enum hn_code ticket_affected_list(struct db *db, struct hn_arena *a, int64_t ticket_id,
                                  struct ticket_affected **out, size_t *n, struct hn_err *e)
{
    return ticket_store_affected(db, a, ticket_id, out, n, e);
}

static bool same_object(const struct ticket_affected *a, const struct ticket_affected *b)
{
    if (!hn_streq(a->kind, b->kind) || a->object_id != b->object_id)
        return false;
    return a->object_id != 0 || hn_streq(a->name, b->name);
}

static struct ticket_affected *find(struct ticket_affected *list, size_t n,
                                    const struct ticket_affected *x)
{
    for (size_t i = 0; i < n; i++)
        if (same_object(&list[i], x))
            return &list[i];
    return NULL;
}

static void write_row(struct hn_jw *w, const char *act, const struct ticket_affected *x)
{
    hn_jw_object(w, NULL);
    hn_jw_text(w, "act", act);
    hn_jw_text(w, "kind", x->kind);
    hn_jw_id(w, "object_id", x->object_id);
    hn_jw_text(w, "name", x->name);
    hn_jw_id(w, "count", x->count);
    hn_jw_end_object(w);
}

/* One row of the machine's proposal; *changed where something was written. */
static enum hn_code propose(struct db *db, int64_t ticket_id, const struct ticket_affected *x,
                            struct ticket_affected *have, struct hn_jw *w, bool *changed,
                            struct hn_err *e)
{
    int64_t id = 0;

    if (have != NULL) {
        if (hn_streq(have->source, "hand") || have->removed || have->count == x->count)
            return HN_OK;
        have->count = x->count;
        write_row(w, "count", have);
        *changed = true;
        return ticket_store_affected_save(db, have, e);
    }
    write_row(w, "add", x);
    *changed = true;
    return ticket_store_affected_add(db, ticket_id, x, "machine", &id, e);
}

enum hn_code ticket_affected_set(struct db *db, struct hn_arena *a, int64_t ticket_id,
                                 const struct ticket_affected *list, size_t n, hn_instant now,
                                 struct hn_err *e)
{
    static const struct actor machine = {0, "system:work", ROLE_NONE, NULL};
    HN_CLEANUP(ticket_act_end)
    struct ticket_act x = {.db = db, .arena = a, .by = &machine, .now = now, .quiet = true};
    struct ticket_affected *have = NULL;
    size_t n_have = 0;
    bool changed = false;
    struct hn_sbuf b;
    struct hn_jw w;

    hn_sbuf_init(&b, a, 1 << 20);
    hn_jw_init(&w, &b);
    hn_jw_array(&w, NULL);
    if (ticket_act_begin(&x, ticket_id, 0, e) != HN_OK ||
        ticket_store_affected(db, a, ticket_id, &have, &n_have, e) != HN_OK)
        return hn_ctx(e, "scope of ticket %" PRId64, ticket_id);
    for (size_t i = 0; i < n; i++) {
        if (find(have, n_have, &list[i]) == NULL) {
            bool twice = false; /* within the proposal itself */

            for (size_t k = 0; k < i; k++)
                twice |= same_object(&list[k], &list[i]);
            if (twice)
                continue;
        }
        if (propose(db, ticket_id, &list[i], find(have, n_have, &list[i]), &w, &changed, e) !=
            HN_OK)
            return hn_ctx(e, "scope of ticket %" PRId64, ticket_id);
    }
    hn_jw_end_array(&w);
    if (!changed)
        return db_commit(&x.tx, e);
    x.after = hn_sbuf_text(&b);
    if (ticket_act_entry(&x, (struct ticket_entry_in){.kind = TICKET_ENTRY_SCOPE, .data = x.after},
                         NULL, e) != HN_OK)
        return e->code;
    return ticket_act_commit(&x, "ticket.scope", NULL, e);
}

static enum hn_code note_scope(struct ticket_act *x, const char *act,
                               const struct ticket_affected *row, const char *reason,
                               struct hn_err *e)
{
    struct hn_sbuf b;
    struct hn_jw w;

    hn_sbuf_init(&b, x->arena, 1 << 16);
    hn_jw_init(&w, &b);
    hn_jw_array(&w, NULL);
    write_row(&w, act, row);
    hn_jw_end_array(&w);
    x->after = hn_sbuf_text(&b);
    if (ticket_act_entry(
            x,
            (struct ticket_entry_in){.kind = TICKET_ENTRY_SCOPE, .data = x->after, .text = reason},
            NULL, e) != HN_OK)
        return e->code;
    return ticket_act_commit(x, "ticket.scope", reason, e);
}

static void check_row(const struct ticket_affected *row, struct hn_err *e)
{
    bool known = false;

    for (size_t i = 0; row->kind != NULL && i < HN_ARRAY_LEN(affected_words); i++)
        known |= hn_streq(affected_words[i], row->kind);
    if (!known)
        (void)hn_fail_field(e, "kind", "must be one of: %s",
                            "site, host, line, system, service, terminals, section, users");
    if (row->name == NULL || row->name[0] == '\0')
        (void)hn_fail_field(e, "name", "must not be empty");
    else if (hn_utf8_len(row->name) > TICKET_LINE_MAX)
        (void)hn_fail_field(e, "name", "at most %zu characters", (size_t)TICKET_LINE_MAX);
    if (row->count < 0 || row->count > 10000000)
        (void)hn_fail_field(e, "count", "must be between %lld and %lld", 0LL, 10000000LL);
}

enum hn_code ticket_affected_add(struct db *db, struct hn_arena *a, const struct actor *by,
                                 int64_t ticket_id, const struct ticket_affected *row,
                                 hn_instant now, int64_t *id, struct hn_err *e)
{
    HN_CLEANUP(ticket_act_end)
    struct ticket_act x = {.db = db, .arena = a, .by = by, .now = now, .quiet = true};
    struct ticket_affected *have = NULL;
    struct ticket_affected *old;
    size_t n = 0;

    check_row(row, e);
    if (e->n_fields > 0 || ticket_act_begin(&x, ticket_id, 0, e) != HN_OK ||
        ticket_store_affected(db, a, ticket_id, &have, &n, e) != HN_OK)
        return hn_ctx(e, "scope of ticket %" PRId64, ticket_id);
    old = find(have, n, row);
    if (old != NULL && !old->removed)
        return hn_fail(e, HN_E_CONFLICT, "\"%.100s\" stands there already", row->name);
    if (old != NULL) {
        old->removed = false;
        old->source = "hand";
        old->count = row->count;
        *id = old->id;
        if (ticket_store_affected_save(db, old, e) != HN_OK)
            return e->code;
    } else if (ticket_store_affected_add(db, ticket_id, row, "hand", id, e) != HN_OK) {
        return e->code;
    }
    return note_scope(&x, "add", row, NULL, e);
}

enum hn_code ticket_affected_change(struct db *db, struct hn_arena *a, const struct actor *by,
                                    int64_t ticket_id, int64_t row_id, int64_t count, bool removed,
                                    const char *reason, hn_instant now, struct hn_err *e)
{
    HN_CLEANUP(ticket_act_end)
    struct ticket_act x = {.db = db, .arena = a, .by = by, .now = now, .quiet = true};
    struct ticket_affected *have = NULL;
    struct ticket_affected *row = NULL;
    size_t n = 0;

    if (ticket_act_begin(&x, ticket_id, 0, e) != HN_OK ||
        ticket_store_affected(db, a, ticket_id, &have, &n, e) != HN_OK)
        return hn_ctx(e, "scope of ticket %" PRId64, ticket_id);
    for (size_t i = 0; i < n; i++)
        if (have[i].id == row_id)
            row = &have[i];
    if (row == NULL)
        return hn_fail(e, HN_E_NOT_FOUND, "there is no such row");
    row->source = "hand";
    row->removed = removed;
    row->count = count;
    check_row(row, e);
    if (e->n_fields > 0 || ticket_store_affected_save(db, row, e) != HN_OK)
        return hn_ctx(e, "scope of ticket %" PRId64, ticket_id);
    return note_scope(&x, removed ? "remove" : "count", row, reason, e);
}

/* ---- links ---- */

static enum hn_code note_link(struct ticket_act *x, const char *act, const char *to_kind,
                              int64_t to_id, const char *relation, const char *name,
                              const char *reason, struct hn_err *e)
{
    struct hn_sbuf b;
    struct hn_jw w;

    hn_sbuf_init(&b, x->arena, 1 << 16);
    hn_jw_init(&w, &b);
    hn_jw_object(&w, NULL);
    hn_jw_text(&w, "act", act);
    hn_jw_text(&w, "to_kind", to_kind);
    hn_jw_i64(&w, "to_id", to_id);
    hn_jw_text(&w, "relation", relation);
    hn_jw_text(&w, "name", name);
    hn_jw_end_object(&w);
    x->after = hn_sbuf_text(&b);
    return ticket_act_entry(
        x,
        (struct ticket_entry_in){.kind = TICKET_ENTRY_LINK,
                                 .from_value = hn_streq(act, "remove") ? name : NULL,
                                 .to_value = hn_streq(act, "remove") ? NULL : name,
                                 .field = relation,
                                 .text = reason,
                                 .data = x->after},
        NULL, e);
}

/* The line in the other ticket's journal. */
static enum hn_code note_other(struct ticket_act *x, int64_t other_id, const char *act,
                               const char *relation, const char *reason, struct hn_err *e)
{
    HN_CLEANUP(ticket_act_end)
    struct ticket_act y = {
        .db = x->db, .arena = x->arena, .by = x->by, .now = x->now, .quiet = true};

    if (ticket_act_begin(&y, other_id, 0, e) != HN_OK ||
        note_link(&y, act, "ticket", x->t.id, relation, x->t.number, reason, e) != HN_OK)
        return e->code;
    return ticket_act_commit(&y, hn_streq(act, "add") ? "ticket.link" : "ticket.unlink", reason, e);
}

enum hn_code ticket_link_add(struct db *db, struct hn_arena *a, const struct actor *by,
                             int64_t ticket_id, const char *to_kind, int64_t to_id,
                             const char *relation, hn_instant now, int64_t *id, struct hn_err *e)
{
    HN_CLEANUP(ticket_act_end)
    struct ticket_act x = {.db = db, .arena = a, .by = by, .now = now, .quiet = true};
    const char *name = NULL;

    if (!ticket_relation_known(relation))
        (void)hn_fail_field(e, "relation", "must be one of: %s",
                            "related, duplicate_of, caused_by, part_of, affects");
    if (hn_streq(to_kind, "ticket") && to_id == ticket_id)
        (void)hn_fail_field(e, "to_id", "a ticket cannot be linked to itself");
    if (e->n_fields > 0 || ticket_act_begin(&x, ticket_id, 0, e) != HN_OK)
        return hn_ctx(e, "link ticket %" PRId64, ticket_id);
    if (ticket_store_link_name(db, a, to_kind, to_id, &name, e) != HN_OK)
        return e->code != HN_E_NOT_FOUND
                   ? e->code
                   : hn_fail_field(e, "to_id", "there is none with this number");
    if (ticket_store_link_add(db, ticket_id, to_kind, to_id, relation, by->account_id, now, id,
                              e) != HN_OK)
        return e->code;
    if (*id == 0)
        return hn_fail(e, HN_E_CONFLICT, "this link stands there already");
    if (hn_streq(to_kind, "event") && ticket_store_event_claim(db, to_id, ticket_id, e) != HN_OK)
        return e->code;
    if ((hn_streq(to_kind, "ticket") && note_other(&x, to_id, "add", relation, NULL, e) != HN_OK) ||
        note_link(&x, "add", to_kind, to_id, relation, name, NULL, e) != HN_OK)
        return hn_ctx(e, "link ticket %" PRId64, ticket_id);
    return ticket_act_commit(&x, "ticket.link", NULL, e);
}

enum hn_code ticket_link_remove(struct db *db, struct hn_arena *a, const struct actor *by,
                                int64_t ticket_id, int64_t link_id, const char *reason,
                                hn_instant now, struct hn_err *e)
{
    HN_CLEANUP(ticket_act_end)
    struct ticket_act x = {.db = db, .arena = a, .by = by, .now = now, .quiet = true};
    struct ticket_link l;
    int64_t other;
    const char *name = NULL;

    if (ticket_act_begin(&x, ticket_id, 0, e) != HN_OK)
        return hn_ctx(e, "unlink ticket %" PRId64, ticket_id);
    if (ticket_store_link(db, a, link_id, &l, e) != HN_OK)
        return e->code;
    if (l.ticket_id != ticket_id && !(hn_streq(l.to_kind, "ticket") && l.to_id == ticket_id))
        return hn_fail(e, HN_E_NOT_FOUND, "there is no such link");
    other = l.ticket_id == ticket_id ? l.to_id : l.ticket_id;
    name = l.name;
    if (hn_streq(l.to_kind, "ticket") &&
        (ticket_store_link_name(db, a, "ticket", other, &name, e) != HN_OK ||
         note_other(&x, other, "remove", l.relation, reason, e) != HN_OK))
        return hn_ctx(e, "unlink ticket %" PRId64, ticket_id);
    if (ticket_store_link_remove(db, link_id, by->account_id, now, e) != HN_OK ||
        note_link(&x, "remove", l.to_kind, other, l.relation, name, reason, e) != HN_OK)
        return hn_ctx(e, "unlink ticket %" PRId64, ticket_id);
    return ticket_act_commit(&x, "ticket.unlink", reason, e);
}
