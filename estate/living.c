/* SPDX-License-Identifier: Apache-2.0 */
/* living.c — what people do about the troubles of the sample history. */
#include "estate/living.h"

#include "estate/closing.h"
#include "estate/history_store.h"
#include "estate/load_store.h"
#include "itsm/sla/sla.h"
#include "itsm/ticket/ticket.h"
#include "itsm/watch/maintenance.h"

#define EVENTS_PER_TROUBLE 16
#define EVENTS_PER_MONTH 16

void living_add(struct living *l, size_t subject, enum living_act act, hn_instant at)
{
    if (at >= l->p->end)
        return;
    HN_ASSERT(l->n_events < l->room);
    l->event[l->n_events++] = (struct living_event){at, act, subject};
}

/* The next office day's morning behind t: what needs the ward is done in office hours. */
static hn_instant morning(hn_instant t, int days)
{
    struct hn_local d = hn_tokyo(t);
    hn_instant day = hn_from_tokyo(d.year, d.month, d.day, 9, 20, 0) + days * HN_DAY;

    while (hn_tokyo(day).weekday > 4)
        day += HN_DAY;
    return day;
}

/* Between 0 and n minutes, always the same for a trouble. */
static hn_span some(size_t trouble, unsigned salt, int n)
{
    return (hn_span)((trouble * 2654435761u + salt * 40503u) >> 7) % n * HN_MIN_SPAN +
           (hn_span)(trouble % 50) * HN_SEC;
}

static void plan_incident(struct living *l, size_t i, hn_instant known, hn_instant over)
{
    enum past_kind kind = l->p->trouble[i].kind;
    hn_instant assigned = known + HN_MIN_SPAN + some(i, 1, 9);
    hn_instant done = HN_MAX(over, assigned + 20 * HN_MIN_SPAN) + some(i, 4, 25) + HN_MIN_SPAN;

    living_add(l, i, LIVING_ASSIGN, assigned);
    living_add(l, i, LIVING_START, assigned + HN_MIN_SPAN + some(i, 2, 5));
    living_add(l, i, LIVING_NOTE, assigned + 8 * HN_MIN_SPAN + some(i, 3, 6));
    if (kind == PAST_LONG || kind == PAST_EXCLUDED) {
        living_add(l, i, LIVING_VENDOR, assigned + 16 * HN_MIN_SPAN);
        living_add(l, i, LIVING_RESUME, HN_MAX(over, assigned + 17 * HN_MIN_SPAN) + 30 * HN_SEC);
    }
    living_add(l, i, LIVING_RESOLVE, done);
    living_add(l, i, LIVING_CLOSE, morning(done, 1) + some(i, 5, 120));
}

static void plan_one(struct living *l, size_t i)
{
    const struct past_trouble *t = &l->p->trouble[i];
    hn_instant first = past_next(l->p, t->feed, t->from);
    hn_instant known = first + 2 * PAST_DENSE + 30 * HN_SEC;
    hn_instant over = past_next(l->p, t->feed, t->to) + 30 * HN_SEC;
    hn_instant closed = hn_month_to(hn_month_of(t->from));

    living_add(l, i, LIVING_FLOW, known);
    living_add(l, i, LIVING_FLOW, over);
    switch (t->kind) {
    case PAST_MAINTENANCE:
        living_add(l, i, LIVING_STOP_PROPOSE, morning(t->from, -12));
        living_add(l, i, LIVING_STOP_APPROVE, morning(t->from, -9) + 5 * HN_HOUR);
        return;
    case PAST_GAP:
        living_add(l, i, LIVING_GAP, morning(t->to, 0) + some(i, 6, 40));
        living_add(l, i, LIVING_GAP_DECIDE, morning(t->to, 1) + some(i, 7, 90));
        return;
    case PAST_LATE_STOP:
        living_add(l, i, LIVING_STOP_PROPOSE, t->from - 4 * HN_HOUR);
        living_add(l, i, LIVING_STOP_APPROVE, morning(t->to, 1));
        break;
    case PAST_CORRECTED:
        living_add(l, i, LIVING_CORRECT, morning(t->to, 1));
        living_add(l, i, LIVING_CORRECT_APPROVE, morning(t->to, 2));
        break;
    case PAST_LATE_CORRECTED: /* the month is closed by then; closing.c makes the next edition */
        living_add(l, i, LIVING_CORRECT, morning(closed, 15));
        living_add(l, i, LIVING_CORRECT_APPROVE, morning(closed, 16));
        break;
    default: break;
    }
    plan_incident(l, i, known, over);
    if (t->kind == PAST_EXCLUDED || t->kind == PAST_LATE_STOP || t->kind == PAST_REFUSED ||
        t->kind == PAST_PENDING)
        living_add(l, i, LIVING_EXCLUDE, morning(t->to, 2) + some(i, 8, 60));
    if (t->kind == PAST_EXCLUDED || t->kind == PAST_LATE_STOP || t->kind == PAST_REFUSED)
        living_add(l, i, LIVING_EXCLUDE_DECIDE, morning(t->to, 4) + some(i, 9, 200));
}

static int by_time(const void *x, const void *y)
{
    const struct living_event *a = x;
    const struct living_event *b = y;

    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    return (int)a->act - (int)b->act;
}

void living_plan(struct living *l, struct hn_arena *a)
{
    l->room = l->p->n_troubles * EVENTS_PER_TROUBLE + ESTATE_MONTHS_MAX * EVENTS_PER_MONTH;
    l->event = hn_arena_make(a, struct living_event, l->room);
    l->state = hn_arena_make(a, struct living_state, l->p->n_troubles + ESTATE_MONTHS_MAX + 1);
    for (size_t i = 0; i < l->p->n_troubles; i++)
        plan_one(l, i);
    closing_plan(l);
    qsort(l->event, l->n_events, sizeof(*l->event), by_time);
}

/* ---- the acts ---- */

static const struct past_feed *feed_of(const struct living *l, const struct living_event *v)
{
    return &l->p->feed[l->p->trouble[v->subject].feed];
}

static bool is_site(const struct past_feed *f)
{
    return f->device->class == ESTATE_ROUTER;
}

/* Desk by day, operation for systems. */
static enum estate_person worker(const struct living *l, const struct living_event *v)
{
    static const enum estate_person site[] = {ESTATE_DESK1_PERSON, ESTATE_DESK2_PERSON,
                                              ESTATE_LAN_PERSON};
    static const enum estate_person system[] = {ESTATE_NOC1_PERSON, ESTATE_NOC2_PERSON};

    return is_site(feed_of(l, v)) ? site[v->subject % 3] : system[v->subject % 2];
}

static enum hn_code find_ticket(struct living *l, const struct living_event *v, struct hn_err *e)
{
    struct living_state *st = &l->state[v->subject];

    if (st->ticket_id != 0)
        return HN_OK;
    return ticket_find_open_for(l->db, 0, feed_of(l, v)->check_id, &st->ticket_id, e);
}

static enum hn_code find_service(struct living *l, const struct living_event *v, struct hn_err *e)
{
    const struct past_feed *f = feed_of(l, v);
    struct living_state *st = &l->state[v->subject];
    const char *name = f->service != NULL ? f->service
                       : hn_streq(f->device->segment, "G01")
                           ? estate_mn_service(l->s, f->device->site)
                           : estate_site_service(l->s, f->device->site);

    if (st->service_id != 0)
        return HN_OK;
    return load_store_service_id(l->db, name, &st->service_id, e);
}

static enum hn_code step(struct living *l, const struct living_event *v, const char *to,
                         const char *comment, struct hn_err *e)
{
    static const char *const causes[] = {"機器の一時的な高負荷", "電源装置の不具合",
                                         "回線事業者の設備障害", "ソフトウェアの不具合"};
    static const char *const resolutions[] = {
        "機器を再起動し、応答を確認した。", "予備の電源装置へ切り替え、安定稼働を確認した。",
        "事業者の復旧完了を受け、疎通を確認した。", "サービスを再起動し、正常応答を確認した。"};
    size_t k = is_site(feed_of(l, v)) ? v->subject % 3 : v->subject % 2 * 3;
    const struct actor *who = &l->people->v[worker(l, v)];
    struct ticket_step_in in = {.to = to, .comment = comment, .assignee_id = who->account_id};

    if (hn_streq(to, "resolved")) {
        in.cause = causes[k];
        in.resolution = resolutions[k];
    }
    return ticket_transition(l->db, l->a, who, l->state[v->subject].ticket_id, &in, v->at, e);
}

static enum hn_code do_ticket(struct living *l, const struct living_event *v, struct hn_err *e)
{
    static const char *const notes[] = {
        "現地へ電話で確認。利用者から業務停止の連絡あり。切り分けを進める。",
        "監視画面で応答なしを確認。機器のログを取得中。",
        "拠点の担当者へ状況を連絡した。復旧見込みは確認中。"};
    const struct actor *who = &l->people->v[worker(l, v)];
    int64_t ticket;

    if (find_ticket(l, v, e) != HN_OK)
        return e->code;
    ticket = l->state[v->subject].ticket_id;
    if (ticket == 0)
        return HN_OK; /* it opened no incident */
    switch (v->act) {
    case LIVING_ASSIGN: return step(l, v, "assigned", NULL, e);
    case LIVING_START: return step(l, v, "in_progress", NULL, e);
    case LIVING_NOTE:
        return ticket_comment(l->db, l->a, who, ticket, TICKET_ENTRY_COMMENT, true,
                              notes[v->subject % 3], NULL, v->at, NULL, e);
    case LIVING_VENDOR: return step(l, v, "waiting_vendor", "事業者へ調査と復旧を依頼した。", e);
    case LIVING_RESUME:
        return step(l, v, "in_progress", "事業者から復旧の連絡を受けた。確認を行う。", e);
    case LIVING_RESOLVE: return step(l, v, "resolved", NULL, e);
    default: return step(l, v, "closed", "依頼元の確認を得て完了とする。", e);
    }
}

static enum hn_code propose_stop(struct living *l, const struct living_event *v, struct hn_err *e)
{
    const struct past_trouble *t = &l->p->trouble[v->subject];
    const struct past_feed *f = feed_of(l, v);
    hn_instant from =
        t->kind == PAST_LATE_STOP ? t->from - 5 * HN_MIN_SPAN : t->from - 10 * HN_MIN_SPAN;
    struct maintenance_new in = {.title = hn_arena_fmt(l->a, "%s 定期保守", f->service),
                                 .from = from,
                                 .to = from + 4 * HN_HOUR,
                                 .reason = "更新プログラムの適用",
                                 .sample = true};

    if (find_service(l, v, e) != HN_OK)
        return e->code;
    in.scope =
        hn_arena_fmt(l->a, "[{\"service_id\": %" PRId64 "}]", l->state[v->subject].service_id);
    return maintenance_create(l->db, l->a, &l->people->v[ESTATE_NOC1_PERSON], &in, v->at,
                              &l->state[v->subject].object_id, e);
}

static enum hn_code approve_stop(struct living *l, const struct living_event *v, struct hn_err *e)
{
    return maintenance_decide(l->db, l->a, &l->people->v[ESTATE_WARD1_PERSON],
                              l->state[v->subject].object_id, true, "計画どおり実施を承認する。",
                              v->at, e);
}

static enum hn_code correct(struct living *l, const struct living_event *v, struct hn_err *e)
{
    struct living_state *st = &l->state[v->subject];
    const struct past_trouble *t = &l->p->trouble[v->subject];
    struct outage_row row;
    struct outage_correction in = {
        .reason = "現地の機器の記録により、利用者の通信は計測より10分早く回復していた。"};
    int64_t change = 0;

    if (find_service(l, v, e) != HN_OK ||
        history_store_outage(l->db, st->service_id, (t->from + t->to) / 2, &st->outage_id, e) !=
            HN_OK)
        return e->code;
    if (st->outage_id == 0)
        return HN_OK;
    if (outage_get(l->db, l->a, st->outage_id, &row, e) != HN_OK)
        return e->code;
    in.from = row.from_at;
    in.to = row.to_at - 10 * HN_MIN_SPAN;
    return outage_propose(l->db, l->a, &l->people->v[ESTATE_GOV_PERSON], st->outage_id, &in, v->at,
                          &change, e);
}

static enum hn_code exclude(struct living *l, const struct living_event *v, struct hn_err *e)
{
    static const struct {
        const char *reason, *note;
    } texts[] = {[PAST_EXCLUDED] = {"ward_or_other_vendor",
                                    "施設の電気設備点検に伴う停電による。受託者の責めによらない。"},
                 [PAST_REFUSED] = {"no_fault_recovery", "入館できず復旧作業に着手できなかった。"},
                 [PAST_PENDING] = {"ward_or_other_vendor", "回線事業者の設備障害による。"},
                 [PAST_LATE_STOP] = {"agreed", "緊急の更新適用。停止は事前に口頭で合意済み。"}};
    const struct past_trouble *t = &l->p->trouble[v->subject];
    struct living_state *st = &l->state[v->subject];
    struct exclusion_new in = {.reason = texts[t->kind].reason,
                               .note = texts[t->kind].note,
                               .evidence = "作業記録（見本）",
                               .ticket_id = st->ticket_id,
                               .sample = true};

    if (find_service(l, v, e) != HN_OK)
        return e->code;
    in.service_id = st->service_id;
    in.from = t->from / HN_MIN_SPAN * HN_MIN_SPAN;
    in.to = (t->to / HN_MIN_SPAN + 2) * HN_MIN_SPAN;
    return exclusion_propose(l->db, l->a, &l->people->v[ESTATE_MANAGER_PERSON], &in, v->at,
                             &st->object_id, e);
}

static enum hn_code decide_exclusion(struct living *l, const struct living_event *v,
                                     struct hn_err *e)
{
    bool no = l->p->trouble[v->subject].kind == PAST_REFUSED;

    return exclusion_decide(l->db, l->a, &l->people->v[ESTATE_WARD2_PERSON],
                            l->state[v->subject].object_id,
                            no ? EXCLUSION_REJECT : EXCLUSION_APPROVE,
                            no ? "入館手続きの遅れは受託者側の事情のため認められない。"
                               : "資料を確認した。適用除外を承認する。",
                            v->at, e);
}

/* From when the first missing sample was due to the next one. */
static enum hn_code propose_gap(struct living *l, const struct living_event *v, struct hn_err *e)
{
    const struct past_trouble *t = &l->p->trouble[v->subject];
    struct living_state *st = &l->state[v->subject];
    hn_instant last = past_next(l->p, t->feed, t->from - PAST_STEP);
    struct gap_new in = {.decision = "up",
                         .evidence = "監視装置の再起動中も、認証基盤の記録に正常な利用がある。",
                         .from = last + PAST_STEP,
                         .to = past_next(l->p, t->feed, t->to),
                         .sample = true};

    if (find_service(l, v, e) != HN_OK)
        return e->code;
    in.service_id = st->service_id;
    return gap_propose(l->db, l->a, &l->people->v[ESTATE_NOC2_PERSON], &in, v->at, &st->object_id,
                       e);
}

enum hn_code living_do(struct living *l, const struct living_event *v, struct hn_err *e)
{
    const struct living_state *st = &l->state[v->subject];

    switch (v->act) {
    case LIVING_STOP_PROPOSE: return propose_stop(l, v, e);
    case LIVING_STOP_APPROVE: return approve_stop(l, v, e);
    case LIVING_CORRECT: return correct(l, v, e);
    case LIVING_CORRECT_APPROVE:
        return st->outage_id == 0
                   ? HN_OK
                   : outage_decide(l->db, l->a, &l->people->v[ESTATE_WARD1_PERSON], st->outage_id,
                                   true, "機器の記録を確認した。", v->at, e);
    case LIVING_EXCLUDE: return exclude(l, v, e);
    case LIVING_EXCLUDE_DECIDE: return decide_exclusion(l, v, e);
    case LIVING_GAP: return propose_gap(l, v, e);
    case LIVING_GAP_DECIDE:
        return gap_decide(l->db, l->a, &l->people->v[ESTATE_WARD1_PERSON], st->object_id, true,
                          "記録を確認した。", v->at, e);
    case LIVING_FLOW: return HN_OK;
    case LIVING_REPORT:
    case LIVING_REPORT_AGAIN:
    case LIVING_REPORT_REVIEW:
    case LIVING_REPORT_SUBMIT:
    case LIVING_REPORT_SEND_BACK:
    case LIVING_REPORT_APPROVE: return closing_do(l, v, e);
    default: return do_ticket(l, v, e);
    }
}
