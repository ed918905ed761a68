/* SPDX-License-Identifier: Apache-2.0 */
/* Who may what: the promises of the roles, and that the table is whole. */
#include "server/auth/perm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define EACH_ROLE(r) for (enum role r = (enum role)0; r < ROLE_COUNT; r = (enum role)(r + 1))
#define EACH_PERM(p) for (enum perm p = (enum perm)0; p < PERM_COUNT; p = (enum perm)(p + 1))

static void words(void **state)
{
    (void)state;
    EACH_ROLE(r)
    {
        assert_int_equal(role_parse(role_word(r)), r);
        assert_true(strlen(role_label(r)) > 0);
    }
    assert_int_equal(role_parse("root"), ROLE_NONE);
    assert_int_equal(role_parse(""), ROLE_NONE);
    assert_string_equal(role_word(ROLE_NONE), "");
    assert_string_equal(perm_name(PERM_APPROVE_WARD), "APPROVE_WARD");
}

static void nobody(void **state)
{
    (void)state;
    EACH_PERM(p)
    {
        assert_false(perm_role_has(ROLE_NONE, p));
        assert_false(perm_role_has(ROLE_COUNT, p));
    }
}

static void every_permission_has_a_holder(void **state)
{
    (void)state;
    EACH_PERM(p)
    {
        int n = 0;

        EACH_ROLE(r)
        n += perm_role_has(r, p);
        /* a satellite is no account: its certificate is what it has */
        assert_int_equal(n > 0, p != PERM_SATELLITE);
    }
}

/* interfaces: admin may do every write except approvals. */
static void admin(void **state)
{
    (void)state;
    EACH_PERM(p)
    assert_int_equal(perm_role_has(ROLE_ADMIN, p),
                     p != PERM_APPROVE_WARD && p != PERM_OUTAGE_APPROVE && p != PERM_SATELLITE);
}

/* Only ward_it approves what the ward approves. */
static void ward_approves_alone(void **state)
{
    (void)state;
    EACH_ROLE(r)
    assert_int_equal(perm_role_has(r, PERM_APPROVE_WARD), r == ROLE_WARD_IT);
}

static void proposers(void **state)
{
    static const enum role may[] = {ROLE_NOC,      ROLE_GOVERNANCE, ROLE_SERVICE_MANAGER,
                                    ROLE_HELPDESK, ROLE_WARD_IT,    ROLE_ADMIN};

    (void)state;
    EACH_ROLE(r)
    {
        bool expected = false;

        for (size_t i = 0; i < HN_ARRAY_LEN(may); i++)
            expected = expected || may[i] == r;
        assert_int_equal(perm_role_has(r, PERM_EXCLUSION_PROPOSE), expected);
    }
}

/* Who only reads, or sees nothing of others'. */
static void auditor_reads(void **state)
{
    static const enum perm reads[] = {PERM_PUBLIC,      PERM_SIGNED_IN,   PERM_WATCH_READ,
                                      PERM_MAINT_READ,  PERM_TICKET_READ, PERM_SLA_READ,
                                      PERM_REPORT_READ, PERM_AUDIT_READ};

    (void)state;
    EACH_PERM(p)
    {
        bool expected = false;

        for (size_t i = 0; i < HN_ARRAY_LEN(reads); i++)
            expected = expected || reads[i] == p;
        assert_int_equal(perm_role_has(ROLE_AUDITOR, p), expected);
    }
}

static void accounts_are_the_administrators(void **state)
{
    (void)state;
    EACH_ROLE(r)
    assert_int_equal(perm_role_has(r, PERM_ACCOUNT_ADMIN), r == ROLE_ADMIN);
}

static void contractors(void **state)
{
    (void)state;
    assert_true(role_is_contractor(ROLE_NOC));
    assert_true(role_is_contractor(ROLE_GOVERNANCE));
    assert_false(role_is_contractor(ROLE_WARD_IT));
    assert_false(role_is_contractor(ROLE_CSIRT));
    assert_false(role_is_contractor(ROLE_STAFF));
    assert_false(role_is_contractor(ROLE_NONE));
}

int main(void)
{
    const struct CMUnitTest t[] = {
        cmocka_unit_test(words),
        cmocka_unit_test(nobody),
        cmocka_unit_test(every_permission_has_a_holder),
        cmocka_unit_test(admin),
        cmocka_unit_test(ward_approves_alone),
        cmocka_unit_test(proposers),
        cmocka_unit_test(auditor_reads),
        cmocka_unit_test(accounts_are_the_administrators),
        cmocka_unit_test(contractors),
    };

    return cmocka_run_group_tests_name("perm", t, NULL, NULL);
}
