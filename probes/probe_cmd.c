/* SPDX-License-Identifier: Apache-2.0 */
/* probe_cmd.c — `hinomi probe --name NAME [--user U]`. */
#include "probes/probe.h"
#include "server/base/log.h"
#include "server/command.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <sys/resource.h>
#include <unistd.h>

static int usage(void)
{
    (void)fprintf(stderr, "usage: hinomi probe [--name NAME] [--user USER]\n");
    return 2;
}

/* As root: becomes that user for good. */
static enum hn_code become(const char *user, struct hn_err *e)
{
    struct passwd *pw;

    if (user == NULL || geteuid() != 0)
        return HN_OK;
    errno = 0;
    pw = getpwnam(user);
    if (pw == NULL)
        return hn_fail(e, HN_E_INVALID, "there is no user %s", user);
    if (initgroups(pw->pw_name, pw->pw_gid) != 0 || setgid(pw->pw_gid) != 0 ||
        setuid(pw->pw_uid) != 0)
        return hn_fail(e, HN_E_FORBIDDEN, "cannot become user %s: %s", user, strerror(errno));
    if (pw->pw_uid != 0 && setuid(0) == 0)
        return hn_fail(e, HN_E_INTERNAL, "privileges could be taken back");
    return HN_OK;
}

static void raise_file_limit(void)
{
    struct rlimit r;

    if (getrlimit(RLIMIT_NOFILE, &r) == 0) {
        r.rlim_cur = r.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &r); /* as many as one gets */
    }
}

static bool is_name(const char *s)
{
    size_t n = strlen(s);

    return n > 0 && n <= 60 &&
           strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == n;
}

int cmd_probe(int argc, char **argv, struct config *cfg)
{
    const char *name = "local";
    const char *user = NULL;
    struct hn_err e = {0};
    struct probe *p;
    enum hn_code code;

    for (int i = 1; i < argc; i++) {
        if (hn_streq(argv[i], "--name") && i + 1 < argc)
            name = argv[++i];
        else if (hn_streq(argv[i], "--user") && i + 1 < argc)
            user = argv[++i];
        else
            return usage();
    }
    if (!is_name(name))
        return usage();
    raise_file_limit();
    p = probe_open();
    code = become(user, &e);
    if (code == HN_OK)
        code = probe_run(p, cfg, name, &e);
    probe_free(p);
    return code == HN_OK ? 0 : cmd_fail("probe", &e);
}
