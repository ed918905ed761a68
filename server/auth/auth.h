/* SPDX-License-Identifier: Apache-2.0 */
/* auth.h — the modules of accounts and of the audit journal, for server/modules.c. */
#ifndef HN_AUTH_H
#define HN_AUTH_H

#include "server/module.h"

extern const struct hn_module auth_module;
extern const struct hn_module audit_module;

#endif
