/* SPDX-License-Identifier: Apache-2.0 */
/*
 * control.c — the simulator's Unix socket. It is reached through its folder's descriptor
 * (/proc/self/fd/N/…), because a socket's path has room for 107 bytes and a state folder may be
 * longer.
 */
#include "estate/sim.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define LINE 400
#define WAIT_S 20

/* The folder STATE/run, opened; make: made where it is missing. */
static int open_folder(const char *state, bool make)
{
    char path[4096];
    int n = snprintf(path, sizeof(path), "%s/run", state);

    if (n <= 0 || (size_t)n >= sizeof(path))
        return -1;
    if (make && mkdir(path, 0700) != 0 && errno != EEXIST)
        return -1;
    return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static void name_socket(int folder, struct sockaddr_un *out)
{
    *out = (struct sockaddr_un){.sun_family = AF_UNIX};
    (void)snprintf(out->sun_path, sizeof(out->sun_path), "/proc/self/fd/%d/estate.sock", folder);
}

enum hn_code control_open(struct sim *m, struct hn_err *e)
{
    struct epoll_event ev = {.events = EPOLLIN, .data.u64 = 2};
    int folder = open_folder(m->state, true);
    struct sockaddr_un name;
    bool good;

    if (folder < 0)
        return hn_fail(e, HN_E_IO, "cannot make %s/run: %s", m->state, strerror(errno));
    name_socket(folder, &name);
    (void)unlinkat(folder, "estate.sock", 0); /* of one that was killed */
    m->control = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    good = m->control >= 0 && bind(m->control, (const struct sockaddr *)&name, sizeof(name)) == 0 &&
           listen(m->control, 16) == 0 && epoll_ctl(m->epoll, EPOLL_CTL_ADD, m->control, &ev) == 0;
    (void)close(folder);
    if (!good)
        return hn_fail(e, HN_E_IO, "cannot listen on %s/run/estate.sock: %s", m->state,
                       strerror(errno));
    return HN_OK;
}

void control_close(struct sim *m)
{
    int folder = open_folder(m->state, false);

    if (folder >= 0) {
        (void)unlinkat(folder, "estate.sock", 0);
        (void)close(folder);
    }
    (void)close(m->control);
}

/* Reads to the line's end; false where there is none within a second. */
static bool read_line(int fd, char line[LINE], int wait_s)
{
    struct timeval limit = {.tv_sec = wait_s};
    size_t n = 0;

    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) != 0)
        return false;
    while (n + 1 < LINE) {
        ssize_t k = recv(fd, line + n, 1, 0);

        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return false;
        if (line[n] == '\n') {
            line[n] = '\0';
            return true;
        }
        n++;
    }
    return false;
}

void control_ready(struct sim *m)
{
    int fd = accept4(m->control, NULL, NULL, SOCK_CLOEXEC);
    char line[LINE];

    if (fd < 0)
        return;
    if (read_line(fd, line, 1)) {
        const char *answer;

        hn_arena_reset(m->a);
        answer = hn_arena_fmt(m->a, "%s\n", sim_command(m, line));
        if (send(fd, answer, strlen(answer), MSG_NOSIGNAL) < 0) {
            /* whoever asked has gone: what was asked is done all the same */
        }
    }
    (void)close(fd);
}

enum hn_code control_ask(const char *state, const char *line, struct hn_arena *a, const char **out,
                         struct hn_err *e)
{
    int folder = open_folder(state, false);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const char *text = hn_arena_fmt(a, "%s\n", line);
    struct sockaddr_un name;
    char answer[LINE];
    bool good;

    name_socket(folder, &name);
    good = folder >= 0 && fd >= 0 &&
           connect(fd, (const struct sockaddr *)&name, sizeof(name)) == 0 &&
           send(fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text) &&
           read_line(fd, answer, WAIT_S);
    if (folder >= 0)
        (void)close(folder);
    if (fd >= 0)
        (void)close(fd);
    if (!good)
        return hn_fail(e, HN_E_UNAVAILABLE,
                       "the simulated devices do not run (no answer at %s/run/estate.sock)", state);
    *out = hn_arena_strdup(a, answer);
    return HN_OK;
}
