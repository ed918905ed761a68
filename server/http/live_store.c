/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/live.h"

#define TOPIC_MAX 60
#define DATA_MAX 4000

enum hn_code live_notify(struct db *db, const char *topic, const char *data, struct hn_err *e)
{
    static const char sql[] = "SELECT pg_notify('hn_live', $1 || E'\\n' || $2)";
    struct db_arg args[] = {DB_TEXT(topic), DB_TEXT(data == NULL ? "" : data)};

    HN_ASSERT(strlen(topic) <= TOPIC_MAX);
    if (data != NULL && strlen(data) > DATA_MAX)
        args[1] = DB_TEXT("");
    if (db_exec(db, sql, args, HN_ARRAY_LEN(args), NULL, e) != HN_OK)
        return hn_ctx(e, "notify %s", topic);
    return HN_OK;
}
