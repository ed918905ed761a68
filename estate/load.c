/* SPDX-License-Identifier: Apache-2.0 */
#include "estate/load.h"

#include "estate/load_store.h"
#include "itsm/sla/sla.h"
#include "probes/snmp_msg.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVER (HN_UNSET + 1)
#define CAP_S 10440 /* 2.9 hours a year */

#define LIMIT_HOST                                                                                 \
    "{\"hrStorageUsed\": {\"warning\": 80, \"critical\": 90}, \"hrProcessorLoad\": {\"warning\": " \
    "90}}"
#define LIMIT_WEB                                                                                  \
    "{\"total\": {\"warning\": 3000}, \"certificate_days\": {\"warning\": 30, \"critical\": 0, "   \
    "\"direction\": \"below\"}}"
#define LIMIT_UPS                                                                                  \
    "{\"upsEstimatedMinutesRemaining\": {\"warning\": 20, \"critical\": 10, \"direction\": "       \
    "\"below\"}, \"upsBatteryTemperature\": {\"warning\": 40, \"critical\": 50}}"
#define LIMIT_SENSOR                                                                               \
    "{\"temperature\": {\"warning\": 28, \"critical\": 32}, \"humidity\": {\"warning\": 70}}"
#define LIMIT_PORTS "{\"in_use\": {\"warning\": 80, \"critical\": 95}}"

#define BIT(c) (1u << ESTATE_##c)
#define SERVERS (BIT(SERVER) | BIT(WEB))

/* classes, check, kind, monitoring, params, thresholds, interval, retry, timeout, liveness */
static const struct {
    unsigned classes;
    struct load_check c;
} shapes[] = {
    {BIT(ROUTER) | BIT(SWITCH) | SERVERS,
     {.name = ESTATE_CHECK_PING,
      .kind = "icmp",
      .monitoring = "liveness",
      .params = "{}",
      .thresholds = "{}",
      .interval_s = 20,
      .retry_s = 5,
      .timeout_s = 2,
      .liveness = true}},
    {BIT(UPS) | BIT(SENSOR),
     {.name = ESTATE_CHECK_PING,
      .kind = "icmp",
      .monitoring = "liveness",
      .params = "{}",
      .thresholds = "{}",
      .interval_s = 60,
      .retry_s = 10,
      .timeout_s = 2,
      .liveness = true}},
    {BIT(PRINTER) | BIT(TERMINAL),
     {.name = ESTATE_CHECK_PING,
      .kind = "icmp",
      .monitoring = "liveness",
      .params = "{}",
      .thresholds = "{}",
      .interval_s = 120,
      .retry_s = 10,
      .timeout_s = 2,
      .liveness = true}},
    {BIT(ROUTER) | BIT(SWITCH),
     {.name = ESTATE_CHECK_PORTS,
      .kind = "snmp",
      .monitoring = "performance",
      .params = "{\"profile\": \"if\"}",
      .thresholds = LIMIT_PORTS,
      .interval_s = 60,
      .retry_s = 15,
      .timeout_s = 5}},
    {SERVERS,
     {.name = ESTATE_CHECK_RESOURCE,
      .kind = "snmp",
      .monitoring = "resource",
      .params = "{\"profile\": \"host\"}",
      .thresholds = LIMIT_HOST,
      .interval_s = 60,
      .retry_s = 15,
      .timeout_s = 5}},
    {BIT(PRINTER),
     {.name = ESTATE_CHECK_DEVICE,
      .kind = "snmp",
      .monitoring = "fault",
      .params = "{\"profile\": \"printer\"}",
      .thresholds = "{}",
      .interval_s = 120,
      .retry_s = 30,
      .timeout_s = 5}},
    {BIT(UPS),
     {.name = ESTATE_CHECK_DEVICE,
      .kind = "snmp",
      .monitoring = "fault",
      .params = "{\"profile\": \"ups\"}",
      .thresholds = LIMIT_UPS,
      .interval_s = 60,
      .retry_s = 15,
      .timeout_s = 5}},
    {BIT(SENSOR),
     {.name = ESTATE_CHECK_DEVICE,
      .kind = "snmp",
      .monitoring = "fault",
      .params = "{\"profile\": \"sensor\"}",
      .thresholds = LIMIT_SENSOR,
      .interval_s = 60,
      .retry_s = 15,
      .timeout_s = 5}},
};

const char *estate_service_check(const struct estate_device *d)
{
    return d->url != NULL ? ESTATE_CHECK_WEB : d->tcp != 0 ? ESTATE_CHECK_TCP : ESTATE_CHECK_PING;
}

/* The checks of what a server offers. */
static void add_service_checks(struct hn_arena *a, const struct estate_device *d,
                               struct load_check *v, size_t *n)
{
    char ip[ESTATE_IP_MAX];

    if (d->url != NULL)
        v[(*n)++] = (struct load_check){
            .host = d->name,
            .name = ESTATE_CHECK_WEB,
            .kind = "http",
            .monitoring = "synthetic",
            .params = hn_arena_fmt(a, "{\"url\": \"%s://%s/\", \"verify_tls\": false}", d->url,
                                   estate_ip_text(d->ip, ip)),
            .thresholds = LIMIT_WEB,
            .interval_s = 60,
            .retry_s = 10,
            .timeout_s = 10,
            .sla = d->service != NULL};
    if (d->tcp != 0)
        v[(*n)++] =
            (struct load_check){.host = d->name,
                                .name = ESTATE_CHECK_TCP,
                                .kind = "tcp",
                                .monitoring = "synthetic",
                                .params = hn_arena_fmt(a, "{\"port\": %" PRId64 "}", d->tcp),
                                .thresholds = "{}",
                                .interval_s = 60,
                                .retry_s = 10,
                                .timeout_s = 5,
                                .sla = d->service != NULL};
}

static enum hn_code load_checks(struct db *db, const struct estate *s, hn_instant now,
                                struct hn_err *e)
{
    struct load_check *v = hn_arena_make(s->arena, struct load_check, s->n_devices * 4);
    size_t n = 0;

    for (size_t i = 0; i < s->n_devices; i++) {
        const struct estate_device *d = &s->device[i];

        for (size_t k = 0; k < HN_ARRAY_LEN(shapes); k++) {
            if ((shapes[k].classes & 1u << d->class) == 0)
                continue;
            v[n] = shapes[k].c;
            v[n].sla = d->class == ESTATE_ROUTER && v[n].liveness;
            v[n++].host = d->name;
        }
        add_service_checks(s->arena, d, v, &n);
    }
    return load_store_checks(db, v, n, now, s->arena, e);
}

/* ---- services ---- */

const char *estate_site_service(const struct estate *s, size_t site)
{
    return hn_arena_fmt(s->arena, "拠点接続 %s", s->site[site].short_name);
}

static bool is_mn(const struct estate_device *d)
{
    return d->class == ESTATE_ROUTER && d->segment != NULL && hn_streq(d->segment, "G01");
}

const char *estate_mn_service(const struct estate *s, size_t site)
{
    for (size_t i = 0; i < s->n_devices; i++)
        if (s->device[i].site == site && is_mn(&s->device[i]))
            return hn_arena_fmt(s->arena, "個人番号利用事務系接続 %s", s->site[site].short_name);
    return NULL;
}

struct making {
    struct db *db;
    const struct estate *s;
    const struct people *people;
    hn_instant at;    /* of the definitions */
    hn_instant start; /* of operation: the first month that counts */
    int64_t cal_office, cal_always;
};

struct part {
    const char *host, *check;
};

/* {"check": 1}, {"any": [{"check": 1}, …]} */
static enum hn_code rule_text(const struct making *m, const char *how, const struct part *v,
                              size_t n, const char **out, struct hn_err *e)
{
    struct hn_sbuf b;

    hn_sbuf_init(&b, m->s->arena, 4000);
    if (n > 1)
        hn_sbuf_fmt(&b, "{\"%s\": [", how);
    for (size_t i = 0; i < n; i++) {
        int64_t id = 0;

        if (load_store_check_id(m->db, v[i].host, v[i].check, &id, e) != HN_OK)
            return e->code;
        if (id == 0)
            return hn_fail(e, HN_E_NOT_FOUND, "%s has no check %s", v[i].host, v[i].check);
        hn_sbuf_fmt(&b, "%s{\"check\": %" PRId64 "}", i > 0 ? ", " : "", id);
    }
    if (n > 1)
        hn_sbuf_str(&b, "]}");
    return hn_sbuf_done(&b, out, e);
}

static enum hn_code add_service(const struct making *m, const struct service_new *in, bool strict,
                                struct hn_err *e)
{
    const struct actor *maker = &m->people->v[ESTATE_GOV_PERSON];
    const struct actor *ward = &m->people->v[ESTATE_WARD1_PERSON];
    struct sla_new sla = {.metric = "availability",
                          .calendar_id = strict ? m->cal_always : m->cal_office,
                          .target_e6 = 999000,
                          .target_text = "0.999",
                          .year_cap_s = strict ? CAP_S : 0,
                          .start_at = m->start,
                          .valid_from = EVER,
                          .sample = true};
    struct hn_arena *a = m->s->arena;
    int64_t id = 0;
    DB_TX tx = {0};

    if (load_store_service_id(m->db, in->name, &id, e) != HN_OK || id != 0)
        return e->code;
    if (db_begin(m->db, &tx, e) != HN_OK ||
        service_create(m->db, a, maker, in, m->at, &id, e) != HN_OK ||
        service_approve(m->db, a, ward, id, m->at + HN_DAY, e) != HN_OK)
        return hn_ctx(e, "service %s", in->name);
    sla.service_id = id;
    sla.name = hn_arena_fmt(a, "%s 稼働率", in->name);
    if (sla_create(m->db, a, maker, &sla, m->at, &id, e) != HN_OK ||
        sla_approve(m->db, a, ward, id, m->at + HN_DAY, e) != HN_OK)
        return hn_ctx(e, "SLA of %s", in->name);
    return db_commit(&tx, e);
}

/* One for the site's connection; where there are two lines either does. */
static enum hn_code add_site_service(const struct making *m, size_t site, bool mn, const char *name,
                                     struct hn_err *e)
{
    const struct estate_site *v = &m->s->site[site];
    struct service_new in = {
        .name = name, .kind = "site", .valid_from = EVER, .has_rule = true, .sample = true};
    struct part part[8];
    size_t n = 0;
    bool strict = v->number == 1 || hn_streq(v->kind, "data_centre");

    for (size_t i = 1; i < m->s->n_devices && n < HN_ARRAY_LEN(part); i++) {
        const struct estate_device *d = &m->s->device[i];

        if (d->class == ESTATE_ROUTER && d->site == site && is_mn(d) == mn)
            part[n++] = (struct part){d->name, ESTATE_CHECK_PING};
    }
    if (n == 0)
        return HN_OK;
    if (load_store_site_id(m->db, v->code, &in.site_id, e) != HN_OK ||
        rule_text(m, "any", part, n, &in.rule, e) != HN_OK)
        return e->code;
    return add_service(m, &in, strict, e);
}

/* One for each named system: two machines of one kind (1号機, 2号機) stand in for each other,
 * others are all needed. */
static enum hn_code add_system_service(const struct making *m, size_t first, struct hn_err *e)
{
    const struct estate *s = m->s;
    const struct estate_device *d = &s->device[first];
    struct service_new in = {
        .name = d->service, .kind = "system", .valid_from = EVER, .has_rule = true, .sample = true};
    struct part part[8];
    size_t n = 0;

    for (size_t i = 0; i < s->n_devices && n < HN_ARRAY_LEN(part); i++) {
        const struct estate_device *o = &s->device[i];

        if (o->service == NULL || !hn_streq(o->service, d->service))
            continue;
        if (i < first)
            return HN_OK; /* done with the first */
        part[n++] = (struct part){o->name, estate_service_check(o)};
    }
    if (load_store_system_id(m->db, d->system, &in.system_id, e) != HN_OK ||
        rule_text(m, strstr(d->label, "号機") != NULL ? "any" : "all", part, n, &in.rule, e) !=
            HN_OK)
        return e->code;
    return add_service(m, &in, true, e);
}

static enum hn_code approve_calendars(const struct making *m, struct hn_err *e)
{
    const int64_t ids[] = {m->cal_office, m->cal_always};

    for (size_t i = 0; i < HN_ARRAY_LEN(ids); i++) {
        struct calendar_row row;

        if (calendars_get(m->db, m->s->arena, ids[i], &row, e) != HN_OK)
            return e->code;
        if (row.approved_at == HN_UNSET &&
            calendars_approve(m->db, m->s->arena, &m->people->v[ESTATE_WARD1_PERSON], ids[i],
                              row.version, m->at + HN_DAY, e) != HN_OK)
            return hn_ctx(e, "calendar %" PRId64, ids[i]);
    }
    return HN_OK;
}

static enum hn_code load_services(struct making *m, struct hn_err *e)
{
    const struct estate *s = m->s;

    if (load_store_calendar_id(m->db, "CAL-01", &m->cal_office, e) != HN_OK ||
        load_store_calendar_id(m->db, "CAL-02", &m->cal_always, e) != HN_OK)
        return e->code;
    if (m->cal_office == 0 || m->cal_always == 0)
        return hn_fail(e, HN_E_NOT_FOUND, "the shipped calendars are missing");
    if (approve_calendars(m, e) != HN_OK)
        return e->code;
    for (size_t i = 0; i < s->n_devices; i++)
        if (s->device[i].service != NULL && add_system_service(m, i, e) != HN_OK)
            return e->code;
    for (size_t i = 0; i < s->n_sites; i++) {
        const char *mn = estate_mn_service(s, i);

        if (add_site_service(m, i, false, estate_site_service(s, i), e) != HN_OK ||
            (mn != NULL && add_site_service(m, i, true, mn, e) != HN_OK))
            return e->code;
    }
    return HN_OK;
}

/* ---- this machine's own snmpd ---- */

/* Whether an agent answers on 127.0.0.1 to the community "public": asked once, for half a second.
 */
static bool machine_answers(void)
{
    static const uint8_t uptime[] = {0x2b, 6, 1, 2, 1, 1, 3, 0};
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(161), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct snmp_varbind vb = {.oid = {uptime, sizeof(uptime)}, .v = {.type = SNMP_TYPE_NULL}};
    struct snmp_msg m = {.version = SNMP_V2C,
                         .community = {(const uint8_t *)"public", 6},
                         .pdu = {.type = SNMP_GET, .request_id = 1, .vb = &vb, .n = 1}};
    uint8_t buf[256];
    struct hn_bytes out;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct pollfd p = {.fd = fd, .events = POLLIN};
    bool yes = false;

    if (fd < 0)
        return false;
    if (snmp_encode(&m, buf, sizeof(buf), &out) &&
        connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0 &&
        send(fd, out.p, out.n, MSG_NOSIGNAL) == (ssize_t)out.n && poll(&p, 1, 500) == 1)
        yes = recv(fd, buf, sizeof(buf), 0) > 0;
    (void)close(fd);
    return yes;
}

enum hn_code estate_load(struct db *db, const struct estate *s, hn_instant now, int64_t *new_hosts,
                         struct hn_err *e)
{
    struct hn_month first = hn_month_add(hn_month_of(now), -ESTATE_MONTHS_MAX);
    struct people people;
    struct making m = {.db = db, .s = s, .people = &people, .at = hn_month_from(first)};

    struct audit_act act = {.who = "cli", .act = "estate.load", .object = "estate"};
    int64_t added = 0;
    DB_TX tx = {0};

    m.start = hn_month_from(hn_month_add(hn_month_of(now), -13));
    if (db_begin(db, &tx, e) != HN_OK || load_store_segments(db, s, e) != HN_OK ||
        load_store_sites(db, s, e) != HN_OK || load_store_lines(db, s, e) != HN_OK ||
        load_store_systems(db, s, e) != HN_OK ||
        load_store_hosts(db, s, m.at, &added, e) != HN_OK || load_checks(db, s, m.at, e) != HN_OK ||
        load_store_machine(db, machine_answers(), now, e) != HN_OK ||
        load_store_states(db, e) != HN_OK || people_load(db, s->arena, m.at, &people, e) != HN_OK ||
        load_services(&m, e) != HN_OK)
        return hn_ctx(e, "load the sample estate");
    if (new_hosts != NULL)
        *new_hosts = added;
    act.after = hn_arena_fmt(s->arena, "{\"hosts\": %" PRId64 "}", added);
    if (added > 0 && (load_store_analyze(db, e) != HN_OK || audit_add(db, &act, now, e) != HN_OK))
        return e->code;
    return db_commit(&tx, e);
}
