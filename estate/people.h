/* SPDX-License-Identifier: Apache-2.0 */
/*
 * people.h — the people of the sample data: one account a role, and a few more who work in the
 * history. Invented. They are of the kind "sample" and have no password: nobody can sign in as one
 * of them until `hinomi estate accounts` gives one of each role a set-up link.
 */
#ifndef ESTATE_PEOPLE_H
#define ESTATE_PEOPLE_H

#include "server/auth/actor.h"

/* enum, login, name, role. The first of a role is the one that `estate accounts` enables. */
#define ESTATE_PEOPLE(X)                                                                           \
    X(ADMIN, "sample.admin", "見本 管理", ADMIN)                                                   \
    X(MANAGER, "sample.manager", "見本 統括", SERVICE_MANAGER)                                     \
    X(DESK1, "sample.desk1", "見本 窓口一", HELPDESK)                                              \
    X(DESK2, "sample.desk2", "見本 窓口二", HELPDESK)                                              \
    X(NOC1, "sample.noc1", "見本 運用一", NOC)                                                     \
    X(NOC2, "sample.noc2", "見本 運用二", NOC)                                                     \
    X(SOC1, "sample.soc1", "見本 分析", SOC)                                                       \
    X(GOV, "sample.governance", "見本 統制", GOVERNANCE)                                           \
    X(LAN, "sample.lan", "見本 保守", MAINTAINER)                                                  \
    X(WARD1, "sample.ward1", "見本 区職員一", WARD_IT)                                             \
    X(WARD2, "sample.ward2", "見本 区職員二", WARD_IT)                                             \
    X(CSIRT1, "sample.csirt", "見本 危機管理", CSIRT)                                              \
    X(STAFF1, "sample.staff", "見本 職員", STAFF)                                                  \
    X(SECTION, "sample.section", "見本 担当課", SECTION_OWNER)                                     \
    X(VENDOR1, "sample.vendor", "見本 事業者", VENDOR)                                             \
    X(CALL1, "sample.call", "見本 応対", CALL_OPERATOR)                                            \
    X(CALL_SV, "sample.callsv", "見本 応対統括", CALL_SUPERVISOR)                                  \
    X(AUDIT, "sample.auditor", "見本 監査", AUDITOR)
enum estate_person {
#define X(e, l, n, r) ESTATE_##e##_PERSON,
    ESTATE_PEOPLE(X)
#undef X
        ESTATE_PERSON_COUNT
};

struct people {
    struct actor v[ESTATE_PERSON_COUNT];
};

/* Finds them, and makes those that are missing. */
HN_MUST_USE enum hn_code people_load(struct db *db, struct hn_arena *a, hn_instant now,
                                     struct people *out, struct hn_err *e);

#endif
