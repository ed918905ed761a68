/* SPDX-License-Identifier: Apache-2.0 */
/* An incident opened from an event by hand (MON-32). */
#include "itsm/ticket/act.h"

enum hn_code ticket_from_event(struct db *db, struct hn_arena *a, int64_t event_id,
                               struct ticket_new *out, struct hn_err *e)
{
    struct ticket_event v;
    struct ticket t;
    const char *name;

    if (ticket_store_event(db, a, event_id, &v, e) != HN_OK)
        return e->code == HN_E_NOT_FOUND ? hn_fail(e, HN_E_NOT_FOUND, "there is no such event")
                                         : e->code;
    if (v.ticket_id != 0 && ticket_store_get(db, a, v.ticket_id, &t, e) == HN_OK)
        return hn_fail(e, HN_E_CONFLICT, "the event belongs to %s already", t.number);
    hn_err_clear(e);
    name = v.host_label != NULL ? v.host_label : v.host_name;
    *out = (struct ticket_new){
        .kind = "incident",
        .title = ticket_cut(a, hn_arena_fmt(a, "%s %s", name, v.check_name), TICKET_TITLE_MAX),
        .description = v.output,
        .source = "monitoring",
        .impact = hn_streq(v.to_state, "critical") ? 2 : 3,
        .urgency = hn_streq(v.to_state, "critical") ? 2 : 3,
        .site_id = v.site_id,
        .host_id = v.host_id,
        .check_id = v.check_id,
        .occurred_at = v.at,
        .detected_at = v.confirmed_at,
        .received_at = HN_UNSET,
        .transition_id = v.id,
    };
    return HN_OK;
}
