/* SPDX-License-Identifier: Apache-2.0 */
/* What can be imported, and from which columns. */
#include "itsm/bulk/bulk.h"

#define NEED true
#define TXT(n)                                                                                     \
    {                                                                                              \
        n, NULL, BULK_TEXT, BULK_NO_OBJECT, false                                                  \
    }
#define TXT_NEED(n)                                                                                \
    {                                                                                              \
        n, NULL, BULK_TEXT, BULK_NO_OBJECT, NEED                                                   \
    }
#define INT(n)                                                                                     \
    {                                                                                              \
        n, NULL, BULK_INT, BULK_NO_OBJECT, false                                                   \
    }
#define YES(n)                                                                                     \
    {                                                                                              \
        n, NULL, BULK_BOOL, BULK_NO_OBJECT, false                                                  \
    }
#define JSN(n)                                                                                     \
    {                                                                                              \
        n, NULL, BULK_JSON, BULK_NO_OBJECT, false                                                  \
    }
#define SUB(n, m, cell)                                                                            \
    {                                                                                              \
        n, m, cell, BULK_NO_OBJECT, false                                                          \
    }
#define REF(n, m, o)                                                                               \
    {                                                                                              \
        n, m, BULK_REF, o, false                                                                   \
    }
#define REF_NEED(n, m, o)                                                                          \
    {                                                                                              \
        n, m, BULK_REF, o, NEED                                                                    \
    }

static const struct bulk_column sites[] = {TXT_NEED("code"),  TXT_NEED("name"),
                                           TXT("short_name"), TXT("address"),
                                           TXT("kind"),       REF("parent", "parent_id", BULK_SITE),
                                           INT("importance"), INT("terminals"),
                                           INT("map_x"),      INT("map_y")};
static const struct bulk_column hosts[] = {TXT_NEED("name"),
                                           TXT("label"),
                                           TXT_NEED("address"),
                                           REF("site", "site_id", BULK_SITE),
                                           REF("segment", "segment_id", BULK_SEGMENT),
                                           REF("system", "system_id", BULK_SYSTEM),
                                           REF("line", "line_id", BULK_LINE),
                                           TXT("class"),
                                           {"parents", NULL, BULK_REFS, BULK_HOST, false},
                                           TXT("probe"),
                                           TXT("owner"),
                                           INT("importance"),
                                           YES("enabled"),
                                           SUB("snmp_version", "snmp.version", BULK_TEXT),
                                           SUB("snmp_port", "snmp.port", BULK_INT),
                                           SUB("snmp_community", "snmp.community", BULK_TEXT),
                                           SUB("snmp_user", "snmp.user", BULK_TEXT),
                                           SUB("snmp_auth", "snmp.auth", BULK_TEXT),
                                           SUB("snmp_auth_key", "snmp.auth_key", BULK_TEXT),
                                           SUB("snmp_priv", "snmp.priv", BULK_TEXT),
                                           SUB("snmp_priv_key", "snmp.priv_key", BULK_TEXT)};
static const struct bulk_column checks[] = {REF_NEED("host", "host_id", BULK_HOST),
                                            TXT_NEED("name"),
                                            TXT_NEED("kind"),
                                            TXT("monitoring"),
                                            INT("interval_s"),
                                            INT("retry_interval_s"),
                                            SUB("attempts_n", "attempts.n", BULK_INT),
                                            SUB("attempts_of", "attempts.of", BULK_INT),
                                            SUB("timeout_s", NULL, BULK_NUMBER),
                                            JSN("params"),
                                            JSN("thresholds"),
                                            YES("liveness"),
                                            YES("sla_flag"),
                                            YES("enabled")};
static const struct bulk_column users[] = {TXT_NEED("login"), TXT_NEED("name"), TXT("mail"),
                                           TXT_NEED("role")};
static const struct bulk_column calendars[] = {
    TXT_NEED("name"), TXT("code"),   {"weekly", NULL, BULK_JSON, BULK_NO_OBJECT, NEED},
    TXT("holidays"),  JSN("closed"), JSN("open"),
    TXT("valid_from")};
static const struct bulk_column services[] = {TXT_NEED("name"),
                                              TXT("kind"),
                                              REF("site", "site_id", BULK_SITE),
                                              REF("system", "system_id", BULK_SYSTEM),
                                              REF("line", "line_id", BULK_LINE),
                                              TXT("owner"),
                                              {"rule", NULL, BULK_RULE, BULK_NO_OBJECT, false},
                                              TXT("valid_from")};
static const struct bulk_column slas[] = {REF_NEED("service", "service_id", BULK_SERVICE),
                                          TXT_NEED("metric"),
                                          TXT("name"),
                                          REF_NEED("calendar", "calendar_id", BULK_CALENDAR),
                                          TXT_NEED("target"),
                                          INT("year_cap_s"),
                                          TXT("start"),
                                          TXT("cap_first_year"),
                                          TXT("maintenance"),
                                          TXT("valid_from")};
static const struct bulk_column maintenances[] = {TXT_NEED("title"),
                                                  TXT_NEED("from"),
                                                  TXT_NEED("to"),
                                                  TXT("recurrence"),
                                                  {"scope", NULL, BULK_JSON, BULK_NO_OBJECT, NEED},
                                                  INT("change_id"),
                                                  TXT("reason"),
                                                  TXT("kind")};
static const struct bulk_column outages[] = {REF_NEED("service", "service_id", BULK_SERVICE),
                                             TXT_NEED("from"), TXT("to"), TXT_NEED("reason"),
                                             INT("ticket_id")};
static const struct bulk_column tickets[] = {TXT("kind"),
                                             TXT_NEED("title"),
                                             TXT("description"),
                                             TXT("source"),
                                             INT("impact"),
                                             INT("urgency"),
                                             TXT("requester"),
                                             TXT("assignee"),
                                             TXT("group"),
                                             TXT("occurred_at"),
                                             TXT("detected_at"),
                                             TXT("received_at"),
                                             REF("service", "service_id", BULK_SERVICE),
                                             REF("site", "site_id", BULK_SITE),
                                             REF("host", "host_id", BULK_HOST)};

#define KIND(w, cols) .word = w, .route = "/api/v1/" w, .column = cols, .n = HN_ARRAY_LEN(cols)

const struct bulk_kind bulk_kinds[] = {
    {KIND("sites", sites), .object = BULK_SITE, .key = {"code"}},
    {KIND("hosts", hosts), .object = BULK_HOST, .key = {"name"}},
    {KIND("checks", checks), .object = BULK_CHECK, .key = {"host", "name"}},
    {KIND("users", users), .object = BULK_LOGIN, .key = {"login"}, .create_only = true,
     .show = "setup_path"},
    {KIND("calendars", calendars), .object = BULK_CALENDAR, .key = {"name"}},
    {KIND("services", services), .object = BULK_SERVICE, .key = {"name"}},
    {KIND("slas", slas), .object = BULK_SLA, .key = {"service", "metric"}},
    {KIND("maintenances", maintenances), .object = BULK_NO_OBJECT},
    {KIND("outages", outages), .object = BULK_NO_OBJECT},
    {KIND("tickets", tickets), .object = BULK_NO_OBJECT, .key = {"title"}, .show = "number"},
};
const size_t bulk_n_kinds = HN_ARRAY_LEN(bulk_kinds);

const struct bulk_kind *bulk_kind(const char *word)
{
    for (size_t i = 0; i < bulk_n_kinds; i++)
        if (hn_streq(bulk_kinds[i].word, word))
            return &bulk_kinds[i];
    return NULL;
}
