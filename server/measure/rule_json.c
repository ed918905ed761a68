/* SPDX-License-Identifier: Apache-2.0 */
/* A service rule: from JSON and back. */
#include "server/base/i18n.h"
#include "server/base/json.h"
#include "server/measure/rule_def.h"

#include <json-c/json.h>
#include <stdio.h>

#define RULE_JSON_MAX ((size_t)64 * 1024)
#define PATH_MAX_BYTES 160

struct reader {
    struct hn_arena *arena;
    struct hn_err *e;
    size_t nodes;
};

static const struct service_rule *read_rule(struct reader *rd, struct json_object *o,
                                            const char *path, int depth);

static const struct service_rule *refuse(struct reader *rd, const char *path, const char *key,
                                         const char *msgid)
{
    char field[PATH_MAX_BYTES + 16];

    (void)snprintf(field, sizeof(field), "%s%s%s", path, key[0] == '\0' ? "" : ".", key);
    (void)hn_fail_field(rd->e, field, "%s", hn_tr(msgid));
    return NULL;
}

static const struct service_rule *read_check(struct reader *rd, struct json_object *o,
                                             const char *path)
{
    struct service_rule *r = hn_arena_make(rd->arena, struct service_rule, 1);
    struct json_object *id = json_object_object_get(o, "check");

    r->kind = RULE_CHECK;
    if (!json_object_is_type(id, json_type_int) || json_object_get_int64(id) < 1 ||
        json_object_get_uint64(id) >= INT64_MAX)
        return refuse(rd, path, "check", HN_N("must be the id of a check"));
    r->check_id = json_object_get_int64(id);
    return r;
}

static const struct service_rule *read_list(struct reader *rd, struct json_object *list,
                                            const char *path, const char *key, int depth,
                                            struct service_rule *r)
{
    if (!json_object_is_type(list, json_type_array) || json_object_array_length(list) == 0)
        return refuse(rd, path, key, HN_N("must be a list of at least one rule"));
    if (depth >= RULE_DEPTH_MAX)
        return refuse(rd, path, key, HN_N("the rule is nested too deep"));
    r->n = json_object_array_length(list);
    rd->nodes += r->n;
    if (rd->nodes > RULE_NODES_MAX)
        return refuse(rd, path, key, HN_N("the rule has too many parts"));
    r->of = hn_arena_make(rd->arena, const struct service_rule *, r->n);
    for (size_t i = 0; i < r->n; i++) {
        char at[PATH_MAX_BYTES];

        (void)snprintf(at, sizeof(at), "%s.%s[%zu]", path, key, i);
        r->of[i] = read_rule(rd, json_object_array_get_idx(list, i), at, depth + 1);
        if (r->of[i] == NULL)
            return NULL;
    }
    return r;
}

static const struct service_rule *read_at_least(struct reader *rd, struct json_object *o,
                                                const char *path, int depth, struct service_rule *r)
{
    struct json_object *k = json_object_object_get(o, "at_least");
    int64_t v = json_object_is_type(k, json_type_int) ? json_object_get_int64(k) : 0;

    if (read_list(rd, json_object_object_get(o, "of"), path, "of", depth, r) == NULL)
        return NULL;
    if (v < 1 || v > (int64_t)r->n)
        return refuse(rd, path, "at_least", HN_N("must be from 1 to the number of parts in of"));
    r->k = (size_t)v;
    return r;
}

/* The rule at path, or NULL: then the error is told. */
static const struct service_rule *read_rule(struct reader *rd, struct json_object *o,
                                            const char *path, int depth)
{
    struct service_rule *r;
    int members = json_object_is_type(o, json_type_object) ? json_object_object_length(o) : 0;

    if (members == 1 && json_object_object_get_ex(o, "check", NULL))
        return read_check(rd, o, path);
    r = hn_arena_make(rd->arena, struct service_rule, 1);
    if (members == 1 && json_object_object_get_ex(o, "all", NULL)) {
        r->kind = RULE_ALL;
        if (read_list(rd, json_object_object_get(o, "all"), path, "all", depth, r) == NULL)
            return NULL;
        r->k = r->n;
        return r;
    }
    if (members == 1 && json_object_object_get_ex(o, "any", NULL)) {
        r->kind = RULE_ANY;
        r->k = 1;
        return read_list(rd, json_object_object_get(o, "any"), path, "any", depth, r);
    }
    if (members == 2 && json_object_object_get_ex(o, "at_least", NULL) &&
        json_object_object_get_ex(o, "of", NULL)) {
        r->kind = RULE_AT_LEAST;
        return read_at_least(rd, o, path, depth, r);
    }
    return refuse(rd, path, "", HN_N("must be one of {check}, {all}, {any} and {at_least, of}"));
}

enum hn_code rule_parse(const char *json, size_t n, struct hn_arena *a,
                        const struct service_rule **out, struct hn_err *e)
{
    struct reader rd = {.arena = a, .e = e, .nodes = 1};
    const struct service_rule *r;
    HN_JSON o = NULL;

    if (n > RULE_JSON_MAX)
        return hn_fail(e, HN_E_LIMIT, "the JSON text is longer than %zu bytes", RULE_JSON_MAX);
    if (hn_json_parse(json, n, &o, e) != HN_OK)
        return e->code;
    r = read_rule(&rd, o, "rule", 1);
    if (r == NULL)
        return e->code;
    *out = r;
    return HN_OK;
}

void rule_write(const struct service_rule *r, const char *key, struct hn_jw *w)
{
    static const char *const keys[] = {
        [RULE_CHECK] = "check", [RULE_ALL] = "all", [RULE_ANY] = "any", [RULE_AT_LEAST] = "of"};

    hn_jw_object(w, key);
    if (r->kind == RULE_CHECK)
        hn_jw_i64(w, "check", r->check_id);
    if (r->kind == RULE_AT_LEAST)
        hn_jw_i64(w, "at_least", (int64_t)r->k);
    if (r->kind != RULE_CHECK) {
        hn_jw_array(w, keys[r->kind]);
        for (size_t i = 0; i < r->n; i++)
            rule_write(r->of[i], NULL, w);
        hn_jw_end_array(w);
    }
    hn_jw_end_object(w);
}
