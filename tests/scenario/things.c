/* SPDX-License-Identifier: Apache-2.0 */
/* What a script has given names to, and its people. */
#include "tests/scenario/scn.h"

#include "server/auth/account.h"

#include <ctype.h>

static const char *const kinds[] = {
    [THING_SITE] = "site",
    [THING_HOST] = "host",
    [THING_CHECK] = "check",
    [THING_CALENDAR] = "calendar",
    [THING_SERVICE] = "service",
    [THING_SLA] = "service with an SLA",
    [THING_MAINTENANCE] = "maintenance",
    [THING_EXCLUSION] = "exclusion",
    [THING_OUTAGE] = "outage",
    [THING_GAP] = "gap",
    [THING_TICKET] = "ticket",
    [THING_REPORT] = "report",
    [THING_PERSON] = "person",
};

struct thing *scn_find(struct scn *s, enum thing_kind kind, const char *name)
{
    for (struct thing *t = s->things; t != NULL; t = t->next)
        if (t->kind == kind && hn_streq(t->name, name))
            return t;
    return NULL;
}

void scn_add(struct scn *s, enum thing_kind kind, const char *name, int64_t id)
{
    struct thing *t = hn_arena_make(s->a, struct thing, 1);

    if (scn_find(s, kind, name) != NULL)
        scn_die(s, "there is a %s \"%s\" already", kinds[kind], name);
    *t = (struct thing){.kind = kind, .name = name, .id = id, .next = s->things};
    s->things = t;
}

struct thing *scn_thing(struct scn *s, enum thing_kind kind)
{
    const char *name = scn_word(s, kinds[kind]);
    struct thing *t = scn_find(s, kind, name);

    if (t == NULL)
        scn_die(s, "there is no %s \"%s\"", kinds[kind], name);
    return t;
}

int64_t scn_id(struct scn *s, enum thing_kind kind)
{
    return scn_thing(s, kind)->id;
}

const struct actor *scn_person(struct scn *s, const char *name)
{
    struct thing *t = scn_find(s, THING_PERSON, name);
    size_t n = strlen(name);
    struct account_new in = {.login = name, .name = name};
    struct actor cli = ACTOR_CLI;
    const char *link = NULL;
    struct hn_err e = {0};
    int64_t id = 0;

    if (t != NULL)
        return &t->actor;
    while (n > 0 && isdigit((unsigned char)name[n - 1]))
        n--;
    in.role = role_parse(hn_arena_strndup(s->a, name, n));
    if (in.role == ROLE_NONE)
        scn_die(s, "\"%s\" is no role", name);
    if (account_create(s->db, &cli, &in, s->now, s->round, &id, &link, &e) != HN_OK)
        scn_die(s, "person %s: %s (%s)", name, e.msg, e.detail);
    scn_add(s, THING_PERSON, name, id);
    t = scn_find(s, THING_PERSON, name);
    t->actor = (struct actor){id, name, in.role, "127.0.0.1"};
    return &t->actor;
}

const struct actor *scn_by(struct scn *s, const char *usual)
{
    return scn_person(s, scn_is(s, "by") ? scn_word(s, "a person") : usual);
}
