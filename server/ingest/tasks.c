/* SPDX-License-Identifier: Apache-2.0 */
#include "server/ingest/tasks.h"

#include "server/ingest/ingest.h"
#include "server/ingest/series.h"

static const struct hn_task tasks[] = {{"watchdog", NULL, 5000, ingest_sweep_task},
                                       {"pack", NULL, 60000, series_pack_task},
                                       {"merge", NULL, 300000, series_merge_task}};

const struct hn_module ingest_module = {
    .name = "ingest", .tasks = tasks, .n_tasks = HN_ARRAY_LEN(tasks)};
