/* SPDX-License-Identifier: Apache-2.0 */
#include "itsm/ticket/fields.h"

const struct ticket_field ticket_fields[TICKET_FIELD_COUNT] = {
#define X(m, t, max, fl, label) {#m, TICKET_F_##t, max, fl, label, offsetof(struct ticket, m)},
    TICKET_FIELDS(X)
#undef X
};

const struct ticket_field *ticket_field_find(const char *name)
{
    for (size_t i = 0; i < TICKET_FIELD_COUNT; i++)
        if (hn_streq(ticket_fields[i].name, name))
            return &ticket_fields[i];
    return NULL;
}

static const void *at(const struct ticket_field *f, const struct ticket *t)
{
    return (const char *)t + f->offset;
}

static const char *text_at(const struct ticket_field *f, const struct ticket *t)
{
    const char *s = *(const char *const *)at(f, t);

    return s == NULL ? "" : s;
}

bool ticket_field_same(const struct ticket_field *f, const struct ticket *a, const struct ticket *b)
{
    switch (f->type) {
    case TICKET_F_TEXT: return hn_streq(text_at(f, a), text_at(f, b));
    case TICKET_F_I64:
    case TICKET_F_ID:
    case TICKET_F_INSTANT: return *(const int64_t *)at(f, a) == *(const int64_t *)at(f, b);
    case TICKET_F_IDS: {
        const struct hn_i64s *x = at(f, a);
        const struct hn_i64s *y = at(f, b);

        return x->n == y->n && (x->n == 0 || memcmp(x->v, y->v, x->n * sizeof(x->v[0])) == 0);
    }
    }
    return false;
}

void ticket_field_copy(const struct ticket_field *f, struct ticket *to, const struct ticket *from)
{
    static const size_t sizes[] = {
        [TICKET_F_TEXT] = sizeof(const char *),  [TICKET_F_I64] = sizeof(int64_t),
        [TICKET_F_ID] = sizeof(int64_t),         [TICKET_F_INSTANT] = sizeof(int64_t),
        [TICKET_F_IDS] = sizeof(struct hn_i64s),
    };

    memcpy((char *)to + f->offset, at(f, from), sizes[f->type]);
}

const char *ticket_field_text(const struct ticket_field *f, const struct ticket *t,
                              struct hn_arena *a)
{
    char buf[HN_RFC3339_MAX];
    int64_t v;

    switch (f->type) {
    case TICKET_F_TEXT: return text_at(f, t)[0] == '\0' ? NULL : text_at(f, t);
    case TICKET_F_INSTANT:
        v = *(const int64_t *)at(f, t);
        return v == HN_UNSET || v == HN_NEVER ? NULL : hn_arena_strdup(a, hn_rfc3339(v, buf));
    case TICKET_F_I64:
    case TICKET_F_ID:
        v = *(const int64_t *)at(f, t);
        return v == 0 ? NULL : hn_arena_fmt(a, "%" PRId64, v);
    case TICKET_F_IDS: {
        const struct hn_i64s *x = at(f, t);
        struct hn_sbuf b;

        hn_sbuf_init(&b, a, 2200);
        for (size_t i = 0; i < x->n; i++)
            hn_sbuf_fmt(&b, "%s%" PRId64, i > 0 ? "," : "", x->v[i]);
        return x->n == 0 ? NULL : hn_sbuf_text(&b);
    }
    }
    return NULL;
}

void ticket_field_write(const struct ticket_field *f, const struct ticket *t, struct hn_jw *w)
{
    switch (f->type) {
    case TICKET_F_TEXT: hn_jw_text(w, f->name, *(const char *const *)at(f, t)); return;
    case TICKET_F_I64: hn_jw_i64(w, f->name, *(const int64_t *)at(f, t)); return;
    case TICKET_F_ID: hn_jw_id(w, f->name, *(const int64_t *)at(f, t)); return;
    case TICKET_F_INSTANT: hn_jw_instant(w, f->name, *(const int64_t *)at(f, t)); return;
    case TICKET_F_IDS: {
        const struct hn_i64s *x = at(f, t);

        hn_jw_array(w, f->name);
        for (size_t i = 0; i < x->n; i++)
            hn_jw_i64(w, NULL, x->v[i]);
        hn_jw_end_array(w);
        return;
    }
    }
}

const char *ticket_fields_diff(const struct ticket *a, const struct ticket *b,
                               struct hn_arena *arena)
{
    struct hn_sbuf buf;
    struct hn_jw w;
    bool any = false;

    hn_sbuf_init(&buf, arena, 1 << 20);
    hn_jw_init(&w, &buf);
    hn_jw_object(&w, NULL);
    for (size_t i = 0; i < TICKET_FIELD_COUNT; i++)
        if (!ticket_field_same(&ticket_fields[i], a, b)) {
            ticket_field_write(&ticket_fields[i], a, &w);
            any = true;
        }
    hn_jw_end_object(&w);
    return any ? hn_sbuf_text(&buf) : NULL;
}
