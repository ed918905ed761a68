/* SPDX-License-Identifier: Apache-2.0 */
/* cut.c — a dead address is routed to veth0, where nobody answers: `ip -batch` with many lines. */
#include "estate/sim.h"

#include "server/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Runs `ip -force -batch -` with the text on standard input; its exit status, -1 when it did not
 * run. */
static int run_ip(const char *text, size_t n)
{
    char word[4][8] = {"ip", "-force", "-batch", "-"};
    char *const argv[] = {word[0], word[1], word[2], word[3], NULL};
    posix_spawn_file_actions_t files;
    int pipe_fd[2];
    int status = -1;
    pid_t pid;

    if (pipe2(pipe_fd, O_CLOEXEC) != 0)
        return -1;
    if (posix_spawn_file_actions_init(&files) != 0 ||
        posix_spawn_file_actions_adddup2(&files, pipe_fd[0], 0) != 0 ||
        posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0) != 0 ||
        posix_spawnp(&pid, "ip", &files, NULL, argv, environ) != 0) {
        (void)close(pipe_fd[0]);
        (void)close(pipe_fd[1]);
        return -1;
    }
    (void)close(pipe_fd[0]);
    for (size_t at = 0; at < n;) {
        ssize_t done = write(pipe_fd[1], text + at, n - at);

        if (done <= 0 && errno != EINTR)
            break;
        at += done > 0 ? (size_t)done : 0;
    }
    (void)close(pipe_fd[1]);
    (void)posix_spawn_file_actions_destroy(&files);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool cut_possible(void)
{
    static const char add[] = "route replace 10.44.255.254/32 dev veth0 table local\n";
    static const char del[] = "route del 10.44.255.254/32 dev veth0 table local\n";

    return run_ip(add, sizeof(add) - 1) == 0 && run_ip(del, sizeof(del) - 1) == 0;
}

void cut_apply(const struct estate *s, const bool *was, const bool *is_dead)
{
    size_t cap = s->n_devices * 72 + 1;
    HN_ARENA a = hn_arena_new();
    char *text = hn_arena_alloc(a, cap);
    char ip[ESTATE_IP_MAX];
    size_t n = 0;

    for (size_t i = 0; i < s->n_devices; i++) {
        if ((was != NULL && was[i]) == is_dead[i])
            continue;
        n += (size_t)snprintf(text + n, cap - n, "route %s %s/32 dev veth0 table local\n",
                              is_dead[i] ? "replace" : "del", estate_ip_text(s->device[i].ip, ip));
        HN_ASSERT(n < cap);
    }
    if (n > 0 && run_ip(text, n) != 0)
        hn_log(HN_WARN, "not all routes of dead devices could be set");
}
