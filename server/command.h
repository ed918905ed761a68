/* SPDX-License-Identifier: Apache-2.0 */
/*
 * command.h — the sub-commands of `hinomi`. One line here declares a command's function and puts it
 * into main()'s table; the function itself stands with its capability (x_cmd.c).
 *
 * A command gets its own arguments (argv[0] is its name; --config is taken out) and returns the
 * exit status: 0 done, 1 found or failed, 2 usage. Results go to standard output, messages to
 * standard error.
 */
#ifndef HN_COMMAND_H
#define HN_COMMAND_H

#include "server/config.h"

/* word, summary for the usage text, function */
#define HN_COMMANDS(X)                                                                             \
    X("evidence", "exports a month's figures with all that made them", cmd_evidence)               \
    X("report", "makes a month's report and writes its files", cmd_report)                         \
    X("migrate", "brings the database schema up to date", cmd_migrate)                             \
    X("template", "renders a template file with a JSON context", cmd_template)                     \
    X("serve", "the web server: pages and API", cmd_serve)                                         \
    X("work", "the background: correlation, clocks, notices, reports", cmd_work)                   \
    X("user", "add, reset or import people", cmd_user)                                             \
    X("token", "makes API tokens", cmd_token)                                                      \
    X("import", "takes many objects from a CSV file", cmd_import)                                  \
    X("export", "writes a ledger as CSV, XLSX or JSON", cmd_export)                                \
    X("audit", "verifies the audit journal's chain", cmd_audit)                                    \
    X("satellite", "registers, lists and revokes satellites", cmd_satellite)                       \
    X("estate", "the sample estate: load, simulate, break, mend, history", cmd_estate)             \
    X("probe", "collects: pings and asks the hosts of one probe", cmd_probe)                       \
    X("version", "prints the version", cmd_version)

#define X(word, summary, fn) int fn(int argc, char **argv, struct config *cfg);
HN_COMMANDS(X)
#undef X

/* Prints "hinomi: MSG" and returns the exit status for it: 1, or 2 for HN_E_INVALID. Logs detail.
 */
int cmd_fail(const char *what, const struct hn_err *e);

#endif
