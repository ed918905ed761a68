/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/snmp.h"

#include "probes/mem.h"
#include "probes/snmp_profile.h"
#include "server/base/i18n.h"

#include <errno.h>

#define TRIES 3
/* Varbinds that one GETBULK may ask for, at most: about 3 KB of ordinary answers. */
#define BULK_VARBINDS 100
#define BULK_START 20
/* OIDs that one GET may ask for, at most, and what they may take of a datagram. */
#define GET_OIDS 60
#define GET_OCTETS 3000
#define CELLS_MAX ((size_t)400000)
#define ARENAS_KEPT 64
/* What a device says of itself is asked so often; sent on when it changed. */
#define INVENTORY_US (10 * HN_MIN_SPAN)

struct snmp {
    struct sched *sched;
    struct resolver *resolver;
    struct snmp_io *io;
    struct hn_arena *arena[ARENAS_KEPT]; /* free ones */
    size_t n_arenas;
};

/* What is remembered of a device between probes of one check. */
struct kept {
    struct usm_engine engine;
    struct snmp_rates *rates;
    int32_t repetitions;  /* of a GETBULK */
    int good;             /* answers since it was last changed */
    size_t get;           /* OIDs of a GET */
    size_t get_most;      /* more were too many for it */
    int64_t inventory_at; /* monotonic: when it is due */
    uint64_t inventory;   /* hash of what was last sent */
};

struct column {
    unsigned object;
    struct hn_bytes prefix;
    struct hn_bytes last; /* where the next answer must be beyond */
    bool is_done;
};

/* What is to be asked by GET. */
struct wanted {
    unsigned object;
    struct hn_bytes oid;
};

struct run {
    struct snmp *snmp;
    struct task *task;
    struct kept *kept;
    struct hn_arena *arena;
    struct snmp_request q;
    struct loop_timer limit; /* all of it */
    struct snmp_got got;
    size_t step;      /* of the profile; n_steps = the check's own items; beyond: the end */
    size_t next_item; /* of the check's own, that is not asked yet */
    struct wanted *want;
    size_t n_want, at_want; /* before at_want: asked */
    size_t n_asked;         /* of them in the request that runs */
    bool in_walk, began;
    struct column *col;
    size_t n_col;
    unsigned object[SNMP_REQUEST_OIDS]; /* of each OID in q */
    struct column *asked[SNMP_REQUEST_OIDS];
    bool looped, ran_out, with_inventory;
    bool waits; /* for the address of a name */
};

static void next_step(struct run *r);

/* ---- the end ---- */

static struct hn_arena *arena_take(struct snmp *s)
{
    return s->n_arenas > 0 ? s->arena[--s->n_arenas] : hn_arena_new();
}

static void arena_give(struct snmp *s, struct hn_arena *a)
{
    if (s->n_arenas == ARENAS_KEPT) {
        hn_arena_free(a);
        return;
    }
    hn_arena_reset(a);
    s->arena[s->n_arenas++] = a;
}

static void release(struct run *r)
{
    snmp_io_cancel(&r->q);
    if (r->waits)
        resolver_cancel(r->snmp->resolver, r);
    loop_timer_off(sched_loop(r->snmp->sched), &r->limit);
}

static void drop(struct run *r)
{
    release(r);
    arena_give(r->snmp, r->arena);
    free(r);
}

/* Ends the probe with what out says; its bytes are in r's arena. */
static void done(struct run *r, struct reading *out)
{
    struct task *t = r->task;

    release(r);
    if (r->q.sent_at != HN_UNSET && r->got.at != HN_UNSET)
        sched_sent(t, r->got.at);
    sched_done(t, out);
    arena_give(r->snmp, r->arena);
    free(r);
}

static void fail(struct run *r, const char *why)
{
    struct reading out;

    reading_init(&out, r->arena, NULL);
    reading_failed(&out, "%s", why);
    done(r, &out);
}

/* Sends the inventory on only when it is another one than last time. */
static void settle_inventory(struct run *r, struct reading *out)
{
    uint64_t h = UINT64_C(14695981039346656037);

    if (out->inventory == NULL)
        return;
    for (const char *p = out->inventory; *p != '\0'; p++)
        h = (h ^ (uint8_t)*p) * UINT64_C(1099511628211);
    if (h == r->kept->inventory)
        out->inventory = NULL;
    r->kept->inventory = h;
    r->kept->inventory_at = loop_mono(sched_loop(r->snmp->sched)).us + INVENTORY_US;
}

static void conclude(struct run *r)
{
    struct reading out;

    reading_init(&out, r->arena, &r->task->spec->limits);
    snmp_got_index(&r->got);
    snmp_profile_judge(r->task->spec->params, &r->got, r->kept->rates,
                       r->with_inventory && !r->ran_out, &out);
    settle_inventory(r, &out);
    if (r->ran_out)
        reading_state(&out, RESULT_UNKNOWN, "%s", hn_tr("only a part was answered in time"));
    if (r->looped)
        reading_say(&out, "%s", hn_tr("the device repeats itself in a table"));
    done(r, &out);
}

/* ---- requests ---- */

static const struct snmp_params *params_of(const struct run *r)
{
    return r->task->spec->params;
}

static void ask(struct run *r, enum snmp_pdu_type type)
{
    r->q.type = type;
    r->q.max_repetitions = r->kept->repetitions;
    r->q.timeout_us = r->task->spec->timeout_us;
    r->q.tries = TRIES;
    snmp_io_send(r->snmp->io, &r->q);
}

static void ask_oid(struct run *r, unsigned object, struct hn_bytes oid)
{
    HN_ASSERT(r->q.n < SNMP_REQUEST_OIDS);
    r->object[r->q.n] = object;
    r->q.oid[r->q.n++] = oid;
}

static void want(struct run *r, unsigned object, struct hn_bytes oid)
{
    r->want[r->n_want++] = (struct wanted){object, oid};
}

/* As many of the wanted as one request takes. */
static void get_some(struct run *r)
{
    size_t octets = 0;

    r->q.n = 0;
    while (r->at_want < r->n_want && r->q.n < r->kept->get && octets < GET_OCTETS) {
        ask_oid(r, r->want[r->at_want].object, r->want[r->at_want].oid);
        octets += r->want[r->at_want++].oid.n + 8;
    }
    r->n_asked = r->q.n;
    ask(r, SNMP_GET);
}

/* The request that runs was too large for the device: the same in halves. */
static void get_less(struct run *r)
{
    r->kept->get = r->kept->get_most = HN_MAX(r->n_asked / 2, (size_t)1);
    r->at_want -= r->n_asked;
    get_some(r);
}

/* The columns that are not at their end. */
static void send_walk(struct run *r)
{
    size_t columns = HN_MIN((size_t)SNMP_STEP_OBJECTS, (size_t)r->q.access->max_oids);
    int32_t most;

    r->q.n = 0;
    for (size_t i = 0; i < r->n_col && r->q.n < columns; i++)
        if (!r->col[i].is_done) {
            r->asked[r->q.n] = &r->col[i];
            ask_oid(r, r->col[i].object, r->col[i].last);
        }
    if (r->q.n == 0 || r->got.n >= CELLS_MAX) {
        r->ran_out = r->ran_out || r->q.n > 0;
        r->in_walk = false;
        next_step(r);
        return;
    }
    if (r->q.access->version == SNMP_V1) {
        ask(r, SNMP_GETNEXT);
        return;
    }
    most = (int32_t)HN_MIN(BULK_VARBINDS, r->q.access->max_oids) / (int32_t)r->q.n;
    r->kept->repetitions = HN_MAX(HN_MIN(r->kept->repetitions, most), 1);
    ask(r, SNMP_GETBULK);
}

static void begin_walk(struct run *r, const struct column *col, size_t n)
{
    r->col = hn_arena_memdup(r->arena, col, n * sizeof(*col));
    r->n_col = n;
    r->in_walk = true;
    send_walk(r);
}

static void step_of_profile(struct run *r, const struct snmp_step *s)
{
    struct column col[SNMP_STEP_OBJECTS] = {0};

    for (size_t i = 0; i < s->n; i++) {
        struct hn_bytes oid = snmp_object_oid(s->object[i]);

        col[i] = (struct column){.object = s->object[i], .prefix = oid, .last = oid};
        if (!s->is_walk)
            want(r, s->object[i], oid);
    }
    if (s->is_walk)
        begin_walk(r, col, s->n);
    else
        get_some(r);
}

static bool wanted(const struct run *r, const struct snmp_step *s)
{
    if (s->is_inventory && !r->with_inventory)
        return false;
    if (s->unless == OBJ_COUNT)
        return true;
    for (size_t i = 0; i < r->got.n; i++)
        if (r->got.cell[i].object == s->unless)
            return false;
    return true;
}

/* The check's own items: first the instances, then the columns. false: none are left. */
static bool own_items(struct run *r)
{
    const struct snmp_params *p = params_of(r);
    const struct snmp_item *it;

    for (; r->next_item < p->n_items && !p->item[r->next_item].is_walk; r->next_item++)
        want(r, OBJ_COUNT + (unsigned)r->next_item, p->item[r->next_item].oid);
    if (r->n_want > 0) { /* among them sysUpTime, the first time */
        get_some(r);
        return true;
    }
    if (r->next_item == p->n_items)
        return false;
    it = &p->item[r->next_item];
    begin_walk(r,
               &(struct column){.object = OBJ_COUNT + (unsigned)r->next_item++,
                                .prefix = it->oid,
                                .last = it->oid},
               1);
    return true;
}

static void next_step(struct run *r)
{
    const struct snmp_profile *profile = snmp_profile(params_of(r)->profile);

    if (r->at_want < r->n_want) {
        get_some(r);
        return;
    }
    r->n_want = r->at_want = 0;
    if (!r->began) { /* sysUpTime goes with the first request */
        r->began = true;
        want(r, OBJ_sysUpTime, snmp_object_oid(OBJ_sysUpTime));
        if (profile->n_steps > 0 && profile->step[0].is_walk) {
            get_some(r);
            return;
        }
    }
    while (r->step < profile->n_steps) {
        const struct snmp_step *s = &profile->step[r->step++];

        if (wanted(r, s)) {
            step_of_profile(r, s);
            return;
        }
    }
    if (own_items(r))
        return;
    conclude(r);
}

/* ---- answers ---- */

static void take_cell(struct run *r, unsigned object, struct hn_bytes instance,
                      const struct snmp_value *v)
{
    if (snmp_value_is_missing(v))
        return;
    if (object == OBJ_sysUpTime) {
        if (v->type == SNMP_TYPE_TIMETICKS)
            r->got.uptime_cs = (int64_t)v->u;
        return;
    }
    snmp_got_add(&r->got, object, instance, v);
}

/* true: the same request once more, with something changed. */
static bool get_again(struct run *r, const struct snmp_msg *m)
{
    size_t bad = (size_t)HN_MAX(m->pdu.error_index, 0);

    /* v1 fails the whole for one that is missing (RFC 1157 4.1.2): ask for the others */
    if (m->pdu.error_status != SNMP_NO_SUCH_NAME || bad < 1 || bad > r->q.n || r->q.n < 2)
        return false;
    for (size_t i = bad; i < r->q.n; i++) {
        r->q.oid[i - 1] = r->q.oid[i];
        r->object[i - 1] = r->object[i];
    }
    r->q.n--;
    ask(r, SNMP_GET);
    return true;
}

static void fewer(struct run *r)
{
    r->kept->repetitions = HN_MAX(r->kept->repetitions / 2, 1);
    r->kept->good = 0;
}

/* After some good answers a little more is tried at a time. */
static void more(struct run *r)
{
    struct kept *k = r->kept;

    if (++k->good < 20)
        return;
    k->good = 0;
    if (r->in_walk && k->repetitions < BULK_VARBINDS)
        k->repetitions += HN_MAX(k->repetitions / 4, 1);
    if (!r->in_walk && k->get < k->get_most)
        k->get = HN_MIN(2 * k->get, k->get_most);
}

/* Which question an OID answers: looked for from *k on, all round. */
static bool find_asked(const struct run *r, struct hn_bytes oid, size_t *k)
{
    for (size_t i = 0; i < r->q.n; i++) {
        size_t at = (*k + i) % r->q.n;

        if (oid.n == r->q.oid[at].n && memcmp(oid.p, r->q.oid[at].p, oid.n) == 0) {
            *k = at;
            return true;
        }
    }
    return false;
}

static void take_get(struct run *r, const struct snmp_msg *m)
{
    static const struct hn_bytes none = {.p = (const uint8_t *)"", .n = 0};

    if (m->pdu.error_status == SNMP_TOO_BIG && r->n_asked > 1) {
        get_less(r);
        return;
    }
    if (m->pdu.error_status != SNMP_NO_ERROR && get_again(r, m))
        return;
    if (m->pdu.error_status == SNMP_NO_ERROR) {
        /* mostly the answers stand in the order of the questions */
        for (size_t i = 0, k = 0; i < m->pdu.n; i++)
            if (find_asked(r, m->pdu.vb[i].oid, &k))
                take_cell(r, r->object[k++], none, &m->pdu.vb[i].v);
        more(r);
    }
    next_step(r);
}

static void take_row(struct run *r, struct column *c, const struct snmp_varbind *vb)
{
    if (c->is_done)
        return;
    if (snmp_value_is_missing(&vb->v) || !snmp_oid_under(vb->oid, c->prefix) ||
        vb->oid.n == c->prefix.n) {
        c->is_done = true;
        return;
    }
    if (snmp_oid_compare(vb->oid, c->last) <= 0) {
        c->is_done = r->looped = true;
        return;
    }
    take_cell(r, c->object,
              (struct hn_bytes){.p = vb->oid.p + c->prefix.n, .n = vb->oid.n - c->prefix.n},
              &vb->v);
    c->last = vb->oid; /* in the datagram: copied when the datagram is done with */
}

static void take_walk(struct run *r, const struct snmp_msg *m)
{
    size_t n = r->q.n;

    if (m->pdu.error_status == SNMP_TOO_BIG && r->q.type == SNMP_GETBULK &&
        r->kept->repetitions > 1) {
        fewer(r);
        send_walk(r);
        return;
    }
    if (m->pdu.error_status != SNMP_NO_ERROR || m->pdu.n == 0) {
        size_t bad = (size_t)HN_MAX(m->pdu.error_index, 0);

        /* v1: the end of the MIB for one column; else this table is not to be had */
        for (size_t i = 0; i < n; i++)
            if (m->pdu.error_status != SNMP_NO_SUCH_NAME || bad < 1 || bad > n || i == bad - 1)
                r->asked[i]->is_done = true;
        send_walk(r);
        return;
    }
    more(r);
    for (size_t i = 0; i < m->pdu.n; i++)
        take_row(r, r->asked[i % n], &m->pdu.vb[i]);
    for (size_t i = 0; i < n; i++)
        r->asked[i]->last = (struct hn_bytes){
            .p = hn_arena_memdup(r->arena, r->asked[i]->last.p, r->asked[i]->last.n),
            .n = r->asked[i]->last.n};
    send_walk(r);
}

static void no_answer(struct run *r)
{
    /* a large answer may not come through where a small one does */
    if (r->in_walk && r->q.type == SNMP_GETBULK && r->kept->repetitions > 1) {
        fewer(r);
        send_walk(r);
        return;
    }
    if (!r->in_walk && r->n_asked > 1) {
        if (r->got.at != HN_UNSET) {
            get_less(r);
            return;
        }
        r->kept->get = HN_MAX(r->kept->get / 2, (size_t)1); /* the next time; it may be away */
    }
    if (r->got.at == HN_UNSET) {
        /* some agents drop in silence what they cannot decrypt */
        fail(r, r->q.engine != NULL && r->q.n_again > 0
                    ? hn_tr("the device is there but does not answer the request: the SNMPv3 "
                            "privacy password may be wrong")
                    : hn_tr("no answer to SNMP"));
        return;
    }
    r->ran_out = true;
    conclude(r);
}

static void on_end(struct snmp_request *q, enum snmp_end end, const struct snmp_msg *m)
{
    struct run *r = q->ctx;

    switch (end) {
    case SNMP_END_ANSWER:
        if (r->got.at == HN_UNSET)
            r->got.at = q->sent_at;
        atomic_fetch_add(&snmp_io_counts(r->snmp->io)->values, (long long)m->pdu.n);
        if (r->in_walk)
            take_walk(r, m);
        else
            take_get(r, m);
        return;
    case SNMP_END_TIMEOUT: no_answer(r); return;
    case SNMP_END_REFUSED: fail(r, hn_tr(usm_stat_text(q->why))); return;
    case SNMP_END_UNSENT:
        fail(r, q->error == EHOSTUNREACH || q->error == ENETUNREACH
                    ? hn_tr("there is no route to the host")
                    : strerror(q->error));
        return;
    }
}

static void on_limit(void *ctx)
{
    struct run *r = ctx;

    if (r->got.at == HN_UNSET) {
        fail(r, hn_tr("no answer to SNMP"));
        return;
    }
    r->ran_out = true;
    conclude(r);
}

/* ---- the scheduler's side ---- */

static void on_address(void *ctx, const struct net_addr *to, const char *why)
{
    struct run *r = ctx;

    r->waits = false;
    if (to == NULL) {
        fail(r, why);
        return;
    }
    r->q.to = *to;
    net_addr_port(&r->q.to, (uint16_t)r->task->spec->snmp->port);
    next_step(r);
}

static struct kept *kept_of(struct task *t)
{
    struct kept *k = t->kept;

    if (k == NULL) {
        t->kept = k = MEM_NEW(struct kept);
        k->rates = snmp_rates_new();
        k->repetitions = BULK_START;
        k->get = k->get_most = HN_MIN(GET_OIDS, (size_t)t->spec->snmp->max_oids);
    }
    return k;
}

static void start(void *self, struct task *t)
{
    struct snmp *s = self;
    struct run *r = MEM_NEW(struct run);
    struct net_addr to;
    const char *why = NULL;

    r->snmp = s;
    r->task = t;
    r->kept = kept_of(t);
    r->arena = arena_take(s);
    r->got = (struct snmp_got){.arena = r->arena, .at = HN_UNSET, .uptime_cs = -1};
    r->want = hn_arena_make(r->arena, struct wanted, SNMP_STEP_OBJECTS + 1 + params_of(r)->n_items);
    r->with_inventory = loop_mono(sched_loop(s->sched)).us >= r->kept->inventory_at;
    r->q.sent_at = HN_UNSET;
    r->q.access = t->spec->snmp;
    r->q.engine = t->spec->snmp->version == SNMP_V3 ? &r->kept->engine : NULL;
    r->q.fn = on_end;
    r->q.ctx = r;
    r->limit = (struct loop_timer){.fn = on_limit, .ctx = r};
    t->run = r;
    loop_timer_in(sched_loop(s->sched), &r->limit,
                  HN_MAX(t->spec->timeout_us, t->spec->policy.interval_us / 10 * 9));
    switch (resolver_ask(s->resolver, t->spec->address, &to, &why, on_address, r)) {
    case RESOLVE_OK: on_address(r, &to, NULL); break;
    case RESOLVE_FAILED: on_address(r, NULL, why); break;
    case RESOLVE_WAIT: r->waits = true; break;
    }
}

static void cancel(void *self, struct task *t)
{
    (void)self;
    drop(t->run);
}

static void forget(void *self, struct task *t)
{
    struct kept *k = t->kept;

    (void)self;
    snmp_rates_free(k->rates);
    usm_forget(&k->engine);
    free(k);
}

enum hn_code snmp_attach(struct sched *s, struct resolver *r, struct snmp **out, struct hn_err *e)
{
    struct snmp *sn = MEM_NEW(struct snmp);
    const struct kind k = {.start = start, .cancel = cancel, .forget = forget, .self = sn};

    sn->sched = s;
    sn->resolver = r;
    if (snmp_io_new(sched_loop(s), &sn->io, e) != HN_OK) {
        free(sn);
        return e->code;
    }
    sched_kind(s, PROBE_SNMP, &k);
    *out = sn;
    return HN_OK;
}

struct snmp_counts *snmp_counts(struct snmp *s)
{
    return snmp_io_counts(s->io);
}

void snmp_free(struct snmp *s)
{
    if (s == NULL)
        return;
    snmp_io_free(s->io);
    while (s->n_arenas > 0)
        hn_arena_free(s->arena[--s->n_arenas]);
    free(s);
}
