/* SPDX-License-Identifier: Apache-2.0 */
/* main.c — picks the sub-command, reads the configuration, loads the catalogue. */
#include "server/command.h"

#include "server/base/i18n.h"
#include "server/base/log.h"
#include "server/base/tz.h"

#include <malloc.h>
#include <signal.h>

static const struct command {
    const char *word;
    const char *summary;
    int (*fn)(int argc, char **argv, struct config *cfg);
} commands[] = {
#define X(word, summary, fn) {word, summary, fn},
    HN_COMMANDS(X)
#undef X
};

static int usage(FILE *to, int status)
{
    (void)fprintf(to, "usage: hinomi COMMAND [ARGUMENT …] [--config FILE]\n");
    for (size_t i = 0; i < HN_ARRAY_LEN(commands); i++)
        (void)fprintf(to, "  %-12s %s\n", commands[i].word, commands[i].summary);
    return status;
}

/* Takes --config FILE and --config=FILE out of argv; false where the file is missing. */
static bool take_config(int *argc, char **argv, const char **file)
{
    int n = 0;
    bool on = true;

    for (int i = 0; i < *argc; i++) {
        if (hn_streq(argv[i], "--"))
            on = false;
        if (on && hn_streq(argv[i], "--config")) {
            if (++i == *argc)
                return false;
            *file = argv[i];
        } else if (on && strncmp(argv[i], "--config=", 9) == 0) {
            *file = argv[i] + 9;
        } else {
            argv[n++] = argv[i];
        }
    }
    argv[n] = NULL;
    *argc = n;
    return true;
}

static int run(const struct command *c, int argc, char **argv, const char *file)
{
    struct config cfg;
    struct hn_err e = {0};
    char mo[4096];

    if (config_load(file, &cfg, &e) != HN_OK) {
        (void)fprintf(stderr, "hinomi: %s\n", e.msg);
        return 2;
    }
    (void)snprintf(mo, sizeof(mo), "%s/ja.mo", cfg.locale);
    if (!hn_i18n_load(mo) && hn_streq(cfg.language, "ja"))
        hn_log(HN_WARN, "no Japanese catalogue at %s: messages are in English", mo);
    hn_i18n_japanese(hn_streq(cfg.language, "ja"));
    if (hn_tz_check_tokyo(NULL, hn_now(), &e) != HN_OK)
        hn_log(HN_WARN, "%s: times are reckoned as UTC+9 all the same", e.msg);
    return c->fn(argc, argv, &cfg);
}

int main(int argc, char **argv)
{
    const char *file = NULL;

    /* Arenas of some megabytes come and go with each batch: keep their pages. */
    (void)mallopt(M_MMAP_THRESHOLD, 16 << 20);
    (void)mallopt(M_TRIM_THRESHOLD, 16 << 20);
    (void)signal(SIGPIPE, SIG_IGN); /* a peer that goes away is an error of its write */
    if (!take_config(&argc, argv, &file) || argc < 2)
        return usage(stderr, 2);
    if (hn_streq(argv[1], "help") || hn_streq(argv[1], "--help"))
        return usage(stdout, 0);
    hn_log_init(argv[1]);
    for (size_t i = 0; i < HN_ARRAY_LEN(commands); i++)
        if (hn_streq(argv[1], commands[i].word)) {
            int status = run(&commands[i], argc - 1, argv + 1, file);

            if (fflush(stdout) != 0 || ferror(stdout)) {
                (void)fprintf(stderr, "hinomi: cannot write to standard output\n");
                return status == 0 ? 1 : status;
            }
            return status;
        }
    return usage(stderr, 2);
}
