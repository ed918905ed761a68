/* SPDX-License-Identifier: Apache-2.0 */
/*
 * template_cmd.c — hinomi template render T --context F.json [--no-autoescape] [--lenient]
 *                                           [--folder DIR]
 *
 *               hinomi template check T …
 *
 * Renders the file T with the JSON object in F as context ("-" reads standard input) to standard
 * output. What T includes, extends or imports is looked for in T's folder or in DIR. --lenient:
 * unknown names are empty and lists can be printed, as jinja2's default.
 * check compiles the files and prints what is wrong with them.
 */
#include "server/command.h"

#include "server/tpl/tpl.h"

#include <errno.h>

#define FILE_MAX ((size_t)64 * 1024 * 1024)

struct options {
    const char *file;
    const char *context;
    const char *folder;
    struct tpl_opts tpl;
};

static int usage(void)
{
    (void)fprintf(stderr, "usage: hinomi template render T --context F.json [--no-autoescape] "
                          "[--lenient] [--folder DIR]\n"
                          "       hinomi template check T ...\n");
    return 2;
}

static bool parse(int argc, char **argv, struct options *o)
{
    for (int i = 2; i < argc; i++) {
        if (hn_streq(argv[i], "--context") && i + 1 < argc)
            o->context = argv[++i];
        else if (strncmp(argv[i], "--context=", 10) == 0)
            o->context = argv[i] + 10;
        else if (hn_streq(argv[i], "--folder") && i + 1 < argc)
            o->folder = argv[++i];
        else if (hn_streq(argv[i], "--no-autoescape"))
            o->tpl.no_autoescape = true;
        else if (hn_streq(argv[i], "--lenient"))
            o->tpl.lenient = true;
        else if (o->file == NULL && (argv[i][0] != '-' || argv[i][1] == '\0'))
            o->file = argv[i];
        else
            return false;
    }
    return o->file != NULL;
}

static enum hn_code slurp(struct hn_arena *a, const char *name, const char **out, size_t *n,
                          struct hn_err *e)
{
    FILE *f = hn_streq(name, "-") ? stdin : fopen(name, "rb");
    struct hn_sbuf b;
    char buf[16384];
    size_t k;
    bool bad;

    if (f == NULL)
        return hn_fail(e, HN_E_NOT_FOUND, "%s: %s", name, strerror(errno));
    hn_sbuf_init(&b, a, FILE_MAX);
    while ((k = fread(buf, 1, sizeof(buf), f)) > 0 && !b.overflow)
        hn_sbuf_mem(&b, buf, k);
    bad = ferror(f) != 0;
    if (f != stdin)
        (void)fclose(f);
    if (bad)
        return hn_fail(e, HN_E_IO, "%s: %s", name, "cannot be read");
    *n = b.n;
    return hn_sbuf_done(&b, out, e);
}

static const char *folder_of(struct hn_arena *a, const struct options *o)
{
    const char *slash = strrchr(o->file, '/');

    if (o->folder != NULL)
        return o->folder;
    if (slash == NULL)
        return ".";
    return slash == o->file ? "/" : hn_arena_strndup(a, o->file, (size_t)(slash - o->file));
}

static enum hn_code render(struct hn_arena *a, const struct options *o, struct hn_sbuf *out,
                           struct hn_err *e)
{
    const char *slash = strrchr(o->file, '/');
    const char *name = slash == NULL ? o->file : slash + 1;
    struct tpl_val *ctx = tpl_map(a);
    struct tpl_loader *l;
    const char *text;
    size_t n;
    enum hn_code c;

    if (o->context != NULL && (slurp(a, o->context, &text, &n, e) != HN_OK ||
                               tpl_from_json(a, text, n, &ctx, e) != HN_OK))
        return e->code;
    if (slurp(a, o->file, &text, &n, e) != HN_OK)
        return e->code;
    l = tpl_loader_new(folder_of(a, o), false);
    c = tpl_render_text(l, name, text, n, ctx, &o->tpl, out, e);
    tpl_loader_free(l);
    return c;
}

static int check(int argc, char **argv)
{
    HN_ARENA a = hn_arena_new();
    int status = 0;

    for (int i = 2; i < argc; i++) {
        struct hn_err e = {0};
        const char *text;
        size_t n;

        if (slurp(a, argv[i], &text, &n, &e) != HN_OK || tpl_check(argv[i], text, n, &e) != HN_OK) {
            (void)printf("%s\n", e.msg);
            status = 1;
        }
        hn_arena_reset(a);
    }
    return status;
}

int cmd_template(int argc, char **argv, struct config *cfg)
{
    HN_ARENA a = hn_arena_new();
    struct options o = {.tpl.now = hn_now()};
    struct hn_sbuf out;
    struct hn_err e = {0};

    (void)cfg;
    if (argc >= 3 && hn_streq(argv[1], "check"))
        return check(argc, argv);
    if (argc < 3 || !hn_streq(argv[1], "render") || !parse(argc, argv, &o))
        return usage();
    hn_sbuf_init(&out, a, FILE_MAX);
    if (render(a, &o, &out, &e) != HN_OK)
        return cmd_fail("template", &e);
    (void)fwrite(hn_sbuf_text(&out), 1, out.n, stdout);
    return 0;
}
