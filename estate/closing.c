/* SPDX-License-Identifier: Apache-2.0 */
#include "estate/closing.h"

#include "itsm/report/report.h"
#include "server/measure/holiday.h"

#define SENT_BACK 4 /* the month whose first edition the ward sends back */
#define TEXT_MAX_BYTES 4000

/* ---- when ---- */

static bool is_office_day(int64_t days)
{
    int year;
    int month;
    int day;

    hn_civil_from_days(days, &year, &month, &day);
    return hn_weekday(days) < 5 && holiday_jp(days) == NULL && !(month == 12 && day >= 29) &&
           !(month == 1 && day <= 3);
}

/* The n-th office day (from 1) of a month, at an hour. */
static hn_instant office_day(struct hn_month m, int n, int hour, int minute)
{
    int64_t days = hn_days_from_civil(m.year, m.month, 1);

    for (;; days++) {
        if (is_office_day(days) && --n == 0)
            break;
    }
    return days * HN_DAY - HN_TOKYO_OFFSET + hour * HN_HOUR + minute * HN_MIN_SPAN;
}

static struct hn_month month_of(const struct living *l, size_t n)
{
    return hn_month_add(hn_month_of(l->p->begin + 2 * HN_DAY), (int)n);
}

/* One edition's road from `day` on. */
static void plan_edition(struct living *l, size_t n, struct hn_month next, int day, bool again,
                         bool back)
{
    living_add(l, n, again ? LIVING_REPORT_AGAIN : LIVING_REPORT, office_day(next, day, 9, 40));
    living_add(l, n, LIVING_REPORT_REVIEW, office_day(next, day, 14, 10));
    living_add(l, n, LIVING_REPORT_SUBMIT, office_day(next, day + 1, 11, 5));
    living_add(l, n, back ? LIVING_REPORT_SEND_BACK : LIVING_REPORT_APPROVE,
               office_day(next, day + 3, 15, 30));
}

void closing_plan(struct living *l)
{
    size_t n = 0;

    for (;; n++) {
        struct hn_month month = month_of(l, n);
        struct hn_month next = hn_month_add(month, 1);
        bool late = false;

        if (hn_month_to(month) > l->p->end)
            break;
        plan_edition(l, n, next, 2, false, n == SENT_BACK);
        if (n == SENT_BACK)
            plan_edition(l, n, next, 6, true, false);
        for (size_t i = 0; i < l->p->n_troubles; i++)
            late |= l->p->trouble[i].kind == PAST_LATE_CORRECTED &&
                    l->p->trouble[i].from >= hn_month_from(month) &&
                    l->p->trouble[i].from < hn_month_to(month);
        if (late) /* after LIVING_CORRECT_APPROVE, see living.c */
            plan_edition(l, n, next, 15, true, false);
    }
    HN_ASSERT(n <= ESTATE_MONTHS_MAX);
}

/* ---- what the author writes ---- */

static const char *place_of(const struct living *l, const struct past_trouble *t)
{
    const struct past_feed *f = &l->p->feed[t->feed];

    return f->service != NULL ? f->service : l->s->site[f->device->site].short_name;
}

static void say(const struct living *l, const struct past_trouble *t, struct hn_sbuf *b)
{
    const char *place = place_of(l, t);
    int day = hn_tokyo(t->from).day;
    int minutes = (int)((t->to - t->from) / HN_MIN_SPAN);

    switch (t->kind) {
    case PAST_LONG:
        hn_sbuf_fmt(
            b,
            "%d日の%sの停止（約%d分）は復旧に時間を要した。保守事業者と切り分け手順を見直し、"
            "予備機への切替手順を整備した。\n",
            day, place, minutes);
        break;
    case PAST_CORRECTED:
    case PAST_LATE_CORRECTED:
        hn_sbuf_fmt(b, "%d日の%sの停止は、現地の機器の記録と照合している。\n", day, place);
        break;
    case PAST_EXCLUDED:
        hn_sbuf_fmt(b, "%d日の%sの停止は施設の停電によるもので、適用除外を申請した。\n", day,
                    place);
        break;
    case PAST_REFUSED:
        hn_sbuf_fmt(b, "%d日の%sの停止について適用除外を申請したが、却下された。\n", day, place);
        break;
    case PAST_PENDING:
        hn_sbuf_fmt(b, "%d日の%sの停止について適用除外を申請中である。\n", day, place);
        break;
    case PAST_LATE_STOP:
        hn_sbuf_fmt(
            b,
            "%d日の%"
            "sの緊急更新は計画停止の承認が間に合わず、適用除外（双方合意）として申請した。\n",
            day, place);
        break;
    case PAST_GAP:
        hn_sbuf_fmt(b, "%d日の%sの監視不能は、利用記録により稼働と判定した。\n", day, place);
        break;
    case PAST_INCIDENT:
    case PAST_MAINTENANCE: break;
    }
}

static const char *analysis(const struct living *l, size_t n, bool premise)
{
    static const char *const proposals[] = {
        "改善提案: 拠点ルータの電源二重化を、停止の多い拠点から順に行う。",
        "改善提案: 定期保守の時間帯を土曜深夜に統一し、利用者への周知を2週間前とする。",
        "改善提案: 回線事業者との障害連絡経路を見直し、一次連絡を15分以内とする。",
        "改善提案: 経年の進んだ機器の更新計画を次年度予算要求に反映する。",
    };
    hn_instant from = hn_month_from(month_of(l, n));
    hn_instant to = hn_month_to(month_of(l, n));
    struct hn_sbuf b;
    int faults = 0;

    hn_sbuf_init(&b, l->a, TEXT_MAX_BYTES);
    for (size_t i = 0; i < l->p->n_troubles; i++) {
        const struct past_trouble *t = &l->p->trouble[i];

        faults +=
            t->from >= from && t->from < to && t->kind != PAST_MAINTENANCE && t->kind != PAST_GAP;
    }
    hn_sbuf_fmt(&b, "当月の障害対応は%d件で、いずれも復旧済みである。\n", faults);
    for (size_t i = 0; i < l->p->n_troubles; i++)
        if (l->p->trouble[i].from >= from && l->p->trouble[i].from < to)
            say(l, &l->p->trouble[i], &b);
    if (premise)
        hn_sbuf_str(
            &b, "年間累計停止時間の見込みは、4月1日から当月末までの停止時間を年度のサービス時間で"
                "按分して算出している。\n");
    hn_sbuf_str(&b, proposals[n % HN_ARRAY_LEN(proposals)]);
    return hn_sbuf_text(&b);
}

/* ---- the acts ---- */

static enum hn_code make(struct living *l, const struct living_event *v, const char *reason,
                         struct hn_err *e)
{
    const struct actor *author = &l->people->v[ESTATE_GOV_PERSON];
    int64_t *id = &l->report[v->subject];

    if (report_create(l->db, l->a, author, "sla", month_of(l, v->subject), reason, v->at, id, e) !=
            HN_OK ||
        report_set_summary(l->db, l->a, author, *id,
                           analysis(l, v->subject, reason != NULL && v->subject == SENT_BACK), 0,
                           v->at, e) != HN_OK)
        return e->code;
    return report_render(l->db, l->a, *id, REPORT_PDF_LATER, v->at, e);
}

static enum hn_code step(struct living *l, const struct living_event *v, enum estate_person who,
                         const char *to, const char *comment, struct hn_err *e)
{
    return report_transition(l->db, l->a, &l->people->v[who], l->report[v->subject], to, comment, 0,
                             v->at, e);
}

static enum hn_code send_back(struct living *l, const struct living_event *v, struct hn_err *e)
{
    if (report_add_remark(l->db, l->a, &l->people->v[ESTATE_WARD1_PERSON], l->report[v->subject],
                          "RSL-03", NULL,
                          "年間累計停止時間の見込みについて、算出の前提を所見に記載してください。",
                          v->at, e) != HN_OK)
        return e->code;
    return step(l, v, ESTATE_WARD1_PERSON, "sent_back",
                "RSL-03の見込みの前提が分かりません。所見に追記のうえ再提出してください。", e);
}

enum hn_code closing_do(struct living *l, const struct living_event *v, struct hn_err *e)
{
    bool back = v->subject == SENT_BACK;

    switch (v->act) {
    case LIVING_REPORT: return make(l, v, NULL, e);
    case LIVING_REPORT_AGAIN:
        return make(l, v,
                    back ? "差戻しの指摘を受け、見込みの前提を所見に追記した。"
                         : "停止時刻の訂正が承認されたため、数値を改めた。",
                    e);
    case LIVING_REPORT_REVIEW:
        return step(l, v, ESTATE_GOV_PERSON, "in_review", "内容の確認をお願いします。", e);
    case LIVING_REPORT_SUBMIT:
        return step(l, v, ESTATE_MANAGER_PERSON, "submitted", "確認のうえ提出します。", e);
    case LIVING_REPORT_SEND_BACK: return send_back(l, v, e);
    default:
        return step(l, v, v->subject % 2 == 0 ? ESTATE_WARD1_PERSON : ESTATE_WARD2_PERSON,
                    "approved", "数値と根拠を確認した。承認する。", e);
    }
}
