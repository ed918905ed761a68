/* SPDX-License-Identifier: Apache-2.0 */
/* What people write into the journal. */
#include "itsm/ticket/act.h"
#include "server/base/parse.h"

static enum hn_code check_text(const char *text, struct hn_err *e)
{
    if (text == NULL || text[strspn(text, " \t\r\n")] == '\0')
        return hn_fail_field(e, "text", "must not be empty");
    if (hn_utf8_len(text) > TICKET_TEXT_MAX)
        return hn_fail_field(e, "text", "at most %zu characters", (size_t)TICKET_TEXT_MAX);
    return HN_OK;
}

static const char *audit_text(struct hn_arena *a, int64_t entry_id, bool is_public,
                              const char *text)
{
    struct hn_sbuf b;
    struct hn_jw w;

    hn_sbuf_init(&b, a, 1 << 20);
    hn_jw_init(&w, &b);
    hn_jw_object(&w, NULL);
    hn_jw_i64(&w, "entry_id", entry_id);
    hn_jw_bool(&w, "public", is_public);
    hn_jw_text(&w, "text", text);
    hn_jw_end_object(&w);
    return hn_sbuf_text(&b);
}

enum hn_code ticket_entries(struct db *db, struct hn_arena *a, int64_t ticket_id, bool internal,
                            int64_t after, int64_t limit, struct ticket_entry **out, size_t *n,
                            struct hn_err *e)
{
    return ticket_store_entries(db, a, ticket_id, internal, after, limit, out, n, e);
}

enum hn_code ticket_comment(struct db *db, struct hn_arena *a, const struct actor *by, int64_t id,
                            enum ticket_entry_kind kind, bool is_public, const char *text,
                            const char *data, hn_instant now, int64_t *entry_id, struct hn_err *e)
{
    HN_CLEANUP(ticket_act_end)
    struct ticket_act x = {.db = db, .arena = a, .by = by, .now = now, .quiet = true};
    int64_t made = 0;

    HN_ASSERT(kind == TICKET_ENTRY_COMMENT || kind == TICKET_ENTRY_MAIL ||
              kind == TICKET_ENTRY_WORKLOG);
    if (check_text(text, e) != HN_OK || ticket_act_begin(&x, id, 0, e) != HN_OK ||
        ticket_act_entry(&x,
                         (struct ticket_entry_in){
                             .kind = kind, .internal = !is_public, .text = text, .data = data},
                         &made, e) != HN_OK)
        return hn_ctx(e, "comment on ticket %" PRId64, id);
    if (is_public)
        ticket_act_respond(&x);
    x.after = audit_text(a, made, is_public, text);
    if (entry_id != NULL)
        *entry_id = made;
    return ticket_act_commit(&x, "ticket.comment", NULL, e);
}

enum hn_code ticket_comment_edit(struct db *db, struct hn_arena *a, const struct actor *by,
                                 int64_t id, int64_t entry_id, const char *text, hn_instant now,
                                 int64_t *new_id, struct hn_err *e)
{
    HN_CLEANUP(ticket_act_end)
    struct ticket_act x = {.db = db, .arena = a, .by = by, .now = now, .quiet = true};
    struct ticket_entry old;

    if (check_text(text, e) != HN_OK || ticket_act_begin(&x, id, 0, e) != HN_OK ||
        ticket_store_entry(db, a, entry_id, &old, e) != HN_OK)
        return hn_ctx(e, "edit comment %" PRId64 " of ticket %" PRId64, entry_id, id);
    if (old.ticket_id != id)
        return hn_fail(e, HN_E_NOT_FOUND, "there is no such entry");
    if (!hn_streq(old.kind, "comment") && !hn_streq(old.kind, "worklog"))
        return hn_fail(e, HN_E_INVALID, "only comments can be corrected");
    if (old.replaced_by != 0)
        return hn_fail(e, HN_E_CONFLICT, "the comment was corrected already; this is an old text");
    if (old.by_id != by->account_id && by->role != ROLE_ADMIN)
        return hn_fail(e, HN_E_FORBIDDEN, "only its author may correct a comment");
    if (ticket_act_entry(&x,
                         (struct ticket_entry_in){.kind = hn_streq(old.kind, "worklog")
                                                              ? TICKET_ENTRY_WORKLOG
                                                              : TICKET_ENTRY_COMMENT,
                                                  .internal = !old.is_public,
                                                  .text = text,
                                                  .data = old.data,
                                                  .replaces = entry_id},
                         new_id, e) != HN_OK)
        return hn_ctx(e, "edit comment %" PRId64, entry_id);
    x.after = audit_text(a, *new_id, old.is_public, text);
    x.audit_before = audit_text(a, entry_id, old.is_public, old.text);
    return ticket_act_commit(&x, "ticket.comment_edit", NULL, e);
}
