/* SPDX-License-Identifier: Apache-2.0 */
/*
 * perm.h — roles (requirements 1.1) as sets of permissions. Each route states one permission; deny
 * by default. Which role holds which permission is the table in perm.c and nowhere else.
 */
#ifndef HN_PERM_H
#define HN_PERM_H

#include "server/base/base.h"

/* enum, word in the API, Japanese on screen */
#define HN_ROLES(X)                                                                                \
    X(ADMIN, "admin", "hinomi管理者")                                                              \
    X(SERVICE_MANAGER, "service_manager", "統括責任者")                                            \
    X(HELPDESK, "helpdesk", "システム支援窓口")                                                    \
    X(NOC, "noc", "システム運用")                                                                  \
    X(SOC, "soc", "SOC")                                                                           \
    X(GOVERNANCE, "governance", "システム統括")                                                    \
    X(MAINTAINER, "maintainer", "全庁LANシステム運用保守")                                         \
    X(WARD_IT, "ward_it", "本区担当職員")                                                          \
    X(CSIRT, "csirt", "CSIRT")                                                                     \
    X(STAFF, "staff", "職員")                                                                      \
    X(SECTION_OWNER, "section_owner", "個別システム担当課")                                        \
    X(VENDOR, "vendor", "個別システム保守事業者")                                                  \
    X(CALL_OPERATOR, "call_operator", "オペレータ")                                                \
    X(CALL_SUPERVISOR, "call_supervisor", "スーパーバイザー")                                      \
    X(AUDITOR, "auditor", "監査人")

enum role {
    ROLE_NONE = -1,
#define X(e, w, j) ROLE_##e,
    HN_ROLES(X)
#undef X
        ROLE_COUNT
};

/* READ permissions show, the others change. APPROVE_WARD is what only the ward approves
 * (requirements 1.4): exclusions, SLA definitions, planned stops, reports. */
#define HN_PERMS(X)                                                                                \
    X(PUBLIC)       /* anybody, signed in or not */                                                \
    X(SATELLITE)    /* no account: a satellite by its certificate, at its own door */              \
    X(SIGNED_IN)    /* any account */                                                              \
    X(WATCH_READ)   /* sites, hosts, checks, series, events */                                     \
    X(WATCH_EDIT)   /* change them, acknowledge events */                                          \
    X(RESULT_WRITE) /* passive results */                                                          \
    X(MAINT_READ)   /* planned stops */                                                            \
    X(MAINT_EDIT)                                                                                  \
    X(TICKET_READ)                                                                                 \
    X(TICKET_CREATE)                                                                               \
    X(TICKET_WORK)    /* assign, comment, state, attach */                                         \
    X(SLA_READ)       /* services, calendars, SLAs, results, outages, exclusions */                \
    X(SLA_EDIT)       /* define services, calendars, SLAs */                                       \
    X(OUTAGE_EDIT)    /* record and propose to correct outages, decide gaps */                     \
    X(OUTAGE_APPROVE) /* second person of a correction */                                          \
    X(EXCLUSION_PROPOSE)                                                                           \
    X(APPROVE_WARD) /* ward_it alone; admin never */                                               \
    X(REPORT_READ)                                                                                 \
    X(REPORT_EDIT) /* render, review, remarks, submit */                                           \
    X(AUDIT_READ)                                                                                  \
    X(ACCOUNT_ADMIN) /* users, tokens */                                                           \
    X(SETTINGS)

enum perm {
#define X(p) PERM_##p,
    HN_PERMS(X)
#undef X
        PERM_COUNT
};

bool perm_role_has(enum role r, enum perm p);
const char *perm_name(enum perm p);
const char *role_word(enum role r);     /* "ward_it" */
const char *role_label(enum role r);    /* 本区担当職員 */
enum role role_parse(const char *word); /* ROLE_NONE when unknown */
/* Contractor roles may propose the exclusion reason `agreed` (SLA-06). */
bool role_is_contractor(enum role r);

#endif
