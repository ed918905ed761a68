/* SPDX-License-Identifier: Apache-2.0 */
#include "server/auth/perm.h"

/*
 * Which role holds which permission: one row a permission, one column a role, "x" holds it.
 *
 * admin does every write except approvals: whoever runs the tool does not decide for the ward.
 * APPROVE_WARD is the ward's alone (requirements 1.4). Staff, sections, vendors and the call centre
 * get what their own screens need when row visibility is there; until then nothing of others' is
 * shown.
 *
 * columns, in the order of HN_ROLES:
 *   admin · service_manager · helpdesk · noc · soc · governance · maintainer · ward_it · csirt ·
 *   staff · section_owner · vendor · call_operator · call_supervisor · auditor
 */
/* clang-format off */
static const struct {
    enum perm perm;
    const char *roles;
} matrix[] = {
    /*                       ad sm hd no so go ma wa cs st se ve co cs au */
    {PERM_WATCH_READ,        "x  x  x  x  x  x  x  x  x  .  .  .  .  .  x"},
    {PERM_WATCH_EDIT,        "x  .  .  x  .  .  x  .  .  .  .  .  .  .  ."},
    {PERM_RESULT_WRITE,      "x  .  .  x  .  .  x  .  .  .  .  .  .  .  ."},
    {PERM_MAINT_READ,        "x  x  x  x  x  x  x  x  x  .  x  .  .  .  x"},
    {PERM_MAINT_EDIT,        "x  x  .  x  .  x  x  .  .  .  .  .  .  .  ."},
    {PERM_TICKET_READ,       "x  x  x  x  x  x  x  x  x  .  .  .  .  .  x"},
    {PERM_TICKET_CREATE,     "x  x  x  x  x  x  x  x  x  .  .  .  .  .  ."},
    {PERM_TICKET_WORK,       "x  x  x  x  x  x  x  x  x  .  .  .  .  .  ."},
    {PERM_SLA_READ,          "x  x  x  x  x  x  x  x  x  .  .  .  .  .  x"},
    {PERM_SLA_EDIT,          "x  x  .  .  .  x  .  .  .  .  .  .  .  .  ."},
    {PERM_OUTAGE_EDIT,       "x  x  x  x  .  x  .  x  .  .  .  .  .  .  ."},
    {PERM_OUTAGE_APPROVE,    ".  x  .  x  .  x  .  x  .  .  .  .  .  .  ."},
    {PERM_EXCLUSION_PROPOSE, "x  x  x  x  .  x  .  x  .  .  .  .  .  .  ."},
    {PERM_APPROVE_WARD,      ".  .  .  .  .  .  .  x  .  .  .  .  .  .  ."},
    {PERM_REPORT_READ,       "x  x  x  x  x  x  x  x  x  .  .  .  .  .  x"},
    {PERM_REPORT_EDIT,       "x  x  .  x  x  x  .  x  .  .  .  .  .  .  ."},
    {PERM_AUDIT_READ,        "x  x  .  .  .  x  .  x  x  .  .  .  .  .  x"},
    {PERM_ACCOUNT_ADMIN,     "x  .  .  .  .  .  .  .  .  .  .  .  .  .  ."},
    {PERM_SETTINGS,          "x  .  .  .  .  .  .  .  .  .  .  .  .  .  ."},
};
/* clang-format on */

static const struct {
    const char *word;
    const char *label;
} names[] = {
#define X(e, w, j) [ROLE_##e] = {w, j},
    HN_ROLES(X)
#undef X
};

bool perm_role_has(enum role r, enum perm p)
{
    if (r < 0 || r >= ROLE_COUNT)
        return false;
    if (p == PERM_PUBLIC || p == PERM_SIGNED_IN)
        return true;
    for (size_t i = 0; i < HN_ARRAY_LEN(matrix); i++)
        if (matrix[i].perm == p)
            return matrix[i].roles[3 * (int)r] == 'x';
    return false;
}

const char *perm_name(enum perm p)
{
    static const char *const name[] = {
#define X(n) #n,
        HN_PERMS(X)
#undef X
    };

    HN_ASSERT((unsigned)p < PERM_COUNT);
    return name[p];
}

const char *role_word(enum role r)
{
    return r < 0 || r >= ROLE_COUNT ? "" : names[r].word;
}

const char *role_label(enum role r)
{
    return r < 0 || r >= ROLE_COUNT ? "" : names[r].label;
}

enum role role_parse(const char *word)
{
    for (int i = 0; i < ROLE_COUNT; i++)
        if (hn_streq(names[i].word, word))
            return (enum role)i;
    return ROLE_NONE;
}

bool role_is_contractor(enum role r)
{
    switch (r) {
    case ROLE_ADMIN:
    case ROLE_SERVICE_MANAGER:
    case ROLE_HELPDESK:
    case ROLE_NOC:
    case ROLE_SOC:
    case ROLE_GOVERNANCE:
    case ROLE_MAINTAINER: return true;
    case ROLE_WARD_IT:
    case ROLE_CSIRT:
    case ROLE_STAFF:
    case ROLE_SECTION_OWNER:
    case ROLE_VENDOR:
    case ROLE_CALL_OPERATOR:
    case ROLE_CALL_SUPERVISOR:
    case ROLE_AUDITOR:
    case ROLE_NONE:
    case ROLE_COUNT: return false;
    }
    return false;
}
