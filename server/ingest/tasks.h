/* SPDX-License-Identifier: Apache-2.0 */
/* tasks.h — what `hinomi work` does for samples: the watchdog, packing, merging. */
#ifndef HN_INGEST_TASKS_H
#define HN_INGEST_TASKS_H

#include "server/module.h"

extern const struct hn_module ingest_module;

#endif
