/* SPDX-License-Identifier: Apache-2.0 */
/* rule_def.h — what a service rule holds: for service_rule.c and rule_json.c alone. */
#ifndef MEASURE_RULE_DEF_H
#define MEASURE_RULE_DEF_H

#include "server/measure/service_rule.h"

enum rule_kind { RULE_CHECK, RULE_ALL, RULE_ANY, RULE_AT_LEAST };

struct service_rule {
    enum rule_kind kind;
    int64_t check_id;               /* of a check */
    const struct service_rule **of; /* of the others */
    size_t n;
    size_t k; /* how many must be up: n, 1 or as said */
};

#endif
