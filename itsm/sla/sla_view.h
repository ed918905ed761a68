/* SPDX-License-Identifier: Apache-2.0 */
/* sla_view.h — what the SLA pages share: figures of a month as they are shown, words, names,
 * choices. */
#ifndef ITSM_SLA_VIEW_H
#define ITSM_SLA_VIEW_H

#include "itsm/sla/sla.h"
#include "server/http/form_read.h"

/* One month's figures as the API gives them: those of a closed edition, else computed now. */
struct sla_shown {
    int64_t edition; /* 0: not closed */
    bool is_final, is_reference, approved;
    enum sla_met met, year_met;
    const char *target, *availability, *availability_min, *without_exclusions; /* NULL: none */
    int64_t planned_s, maintenance_s, exclusion_s, excluded_s, downtime_s, unmeasured_s, up_s;
    int64_t year_downtime_s, year_cap_s, year_left_s, year_forecast_s; /* -1: none */
    int64_t pending;                                                   /* exclusions */
    int64_t n, good;                                                   /* other metrics */
    bool in_seconds;
    double value;
    int64_t p95_ms; /* -1 */
    hn_instant as_of;
};
HN_MUST_USE enum hn_code sla_shown_read(const char *json, struct hn_arena *a, struct sla_shown *out,
                                        struct hn_err *e);
/* met missed undecided reference */
const char *sla_shown_state(const struct sla_shown *s);
/* Its members into a map, seconds also as h:mm:ss ("downtime" {s, hms}). */
void sla_shown_put(struct tpl_val *m, struct hn_arena *a, const struct sla_shown *s);
/* {s, hms} under key. */
void sla_put_seconds(struct tpl_val *m, struct hn_arena *a, const char *key, int64_t s);
const char *sla_hms_text(struct hn_arena *a, int64_t s);

/* "電子メール 稼働率": the service, and the SLA's own name or its metric; never the service twice.
 */
const char *sla_title(struct hn_arena *a, const struct sla_row *s);
bool sla_name_says_service(const struct sla_row *s);

/* The ticket whose number was typed in the field `ticket`; 0: none was. Collects what is wrong. */
void sla_form_ticket(struct http_ctx *c, int64_t *id, struct hn_err *e);
const char *sla_metric_label(const char *metric); /* translated */
const char *sla_kind_label(const char *kind);     /* of a service */
extern const char *const sla_metric_words[];      /* NULL-terminated */
extern const char *const sla_kind_words[];
/* proposed approved rejected sent_back cancelled; translated. */
const char *sla_state_label(const char *state);
/* The person's (or token's) name; NULL for 0 or one that is gone. */
const char *sla_person(struct http_ctx *c, int64_t account_id);
/* All services as choices under key, for selects. */
HN_MUST_USE enum hn_code sla_put_services(struct http_ctx *c, struct tpl_val *view, const char *key,
                                          struct hn_err *e);
/* view.month {value, from, prev, next, max}: next none where it lies in the future. */
void sla_put_month(struct http_ctx *c, struct tpl_val *view, struct hn_month month);
/* A version's approval: by, name, at into a map (approved_by, approver, approved_at, created_by,
 * creator, created_at, valid_from none for "all time"). */
void sla_put_approval(struct http_ctx *c, struct tpl_val *m, int64_t version, hn_instant valid_from,
                      int64_t created_by, hn_instant created_at, int64_t approved_by,
                      hn_instant approved_at);

#endif
