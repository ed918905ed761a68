# SPDX-License-Identifier: Apache-2.0
"""What depends on the time of day, with a clock that the test sets."""
from harness import equal, test
from test_sla import ALWAYS, fresh


@test("a ticket of Friday 17:00 that is answered on Monday at 08:45 took 30 min in CAL-01; its times by priority",
      "INC-22", on="clock")
def over_the_weekend(i):
    i.set("2026-10-16T17:00:00+09:00")  # Friday
    t = i.ok("POST", "/api/v1/tickets", {"title": "印刷できない", "impact": 3, "urgency": 2}, "helpdesk")
    equal((t["created_at"], t["priority"], t["clocks"]["first_response"]["calendar"]),
          ("2026-10-16T08:00:00Z", "low", "CAL-01"), "created")
    i.set("2026-10-17T12:00:00+09:00")  # Saturday: the office is closed since 17:15
    now = i.ok("GET", f"/api/v1/tickets/{t['id']}")["clocks"]["first_response"]
    equal((now["elapsed_s"], now["ended_at"]), (15 * 60, None), "on Saturday")
    i.set("2026-10-19T08:45:00+09:00")  # Monday
    i.ok("POST", f"/api/v1/tickets/{t['id']}/entries", {"text": "設定を確認します"}, "helpdesk")
    t = i.ok("GET", f"/api/v1/tickets/{t['id']}")
    first = t["clocks"]["first_response"]
    equal((t["responded_at"], first["ended_at"], first["elapsed_s"]),
          ("2026-10-18T23:45:00Z", "2026-10-18T23:45:00Z", 30 * 60), "answered")
    i.set("2026-10-19T12:00:00+09:00")
    equal(i.ok("GET", f"/api/v1/tickets/{t['id']}")["clocks"]["first_response"]["elapsed_s"], 1800, "it stays so")
    page = i.call("GET", f"/tickets/{t['id']}", role="helpdesk").body.decode()
    assert "CAL-01" in page or "開庁時間" in page, "the calendar is named"
    # An urgent one runs day and night.
    i.set("2026-10-23T17:00:00+09:00")
    u = i.ok("POST", "/api/v1/tickets", {"title": "全庁停止", "impact": 1, "urgency": 1}, "helpdesk")
    i.set("2026-10-23T20:00:00+09:00")
    clock = i.ok("GET", f"/api/v1/tickets/{u['id']}")["clocks"]["first_response"]
    equal((clock["calendar"], clock["elapsed_s"], clock["breached"]), ("CAL-02", 3 * 3600, True), "urgent")


def watched(i):
    """A device with a passive check of one minute that carries a service with an SLA; (check, service, sla)."""
    h = i.ok("POST", "/api/v1/hosts", {"name": fresh("停止対象").replace(" ", "-"), "address": "127.0.0.1", "checks": [
        {"name": "応答", "kind": "passive", "interval_s": 60, "attempts": {"n": 1, "of": 1}}]})
    c = i.ok("GET", f"/api/v1/checks?host_id={h['id']}")["items"][0]
    cal = i.ok("POST", "/api/v1/calendars", {"name": fresh("暦"), "weekly": ALWAYS, "holidays": "none"})
    s = i.ok("POST", "/api/v1/services", {"name": fresh("業務"), "rule": {"check": c["id"]}})
    l = i.ok("POST", "/api/v1/slas", {"service_id": s["id"], "metric": "availability", "calendar_id": cal["id"],
                                      "target": 0.999})
    for path, x in (("calendars", cal), ("services", s), ("slas", l)):
        i.ok("POST", f"/api/v1/{path}/{x['id']}/approve", {}, "ward_it")
    return h["id"], c["id"], s["id"], l["id"]


def feed(i, checks, start, end, state):
    """Results of each minute of 7 October from start to end, at the latter's time."""
    i.set(f"2026-10-07T{end // 60:02d}:{end % 60:02d}:00+09:00")
    i.ok("POST", "/api/v1/results", [
        {"check_id": c, "time": f"2026-10-07T{m // 60:02d}:{m % 60:02d}:00+09:00", "state": state, "output": state,
         "values": {}} for c in checks for m in range(start, end + 1)])


@test("a planned stop 02:00–03:00: an outage within it alerts nobody and is planned time of the SLA; one that lasts "
      "until 03:20 alerts at 03:00 and is 20 min of downtime", "MON-18", on="clock")
def planned_stop(i):
    i.set("2026-10-06T22:00:00+09:00")
    (host1, short, service1, sla1), (host2, long, service2, sla2) = watched(i), watched(i)
    m = i.ok("POST", "/api/v1/maintenances", {"title": "月例更新", "from": "2026-10-07T02:00:00+09:00",
                                              "to": "2026-10-07T03:00:00+09:00",
                                              "scope": [{"service_id": service1}, {"host_id": host2}]}, "noc")
    i.ok("POST", f"/api/v1/maintenances/{m['id']}/approve", {}, "ward_it")
    both = [short, long]
    feed(i, both, 60, 129, "ok")        # 01:00 to 02:09
    feed(i, both, 130, 130, "critical")  # 02:10

    def down(c):
        return [e for e in i.ok("GET", f"/api/v1/events?check_id={c}")["items"] if e["to_state"] == "critical"]

    def tickets(c):
        return i.ok("GET", f"/api/v1/tickets?check_id={c}")["items"]
    for c in both:
        e = i.wait("the event waits for the stop's end", lambda c=c: [e for e in down(c) if e["maintenance_id"]])[0]
        equal(e["maintenance_id"], m["id"], "suppressed by the stop")
    feed(i, both, 131, 169, "critical")
    feed(i, [short], 170, 175, "ok")    # 02:50
    feed(i, [long], 170, 179, "critical")
    i.wait("the recovery is taken", lambda: i.ok("GET", f"/api/v1/events?check_id={short}")["items"][0]["to_state"] == "ok")
    equal((tickets(short), tickets(long)), ([], []), "nobody is alerted before 03:00")
    feed(i, [short], 176, 180, "ok")
    feed(i, [long], 180, 180, "critical")  # 03:00
    t = i.wait("the alert of 03:00", lambda: tickets(long))[0]
    equal((t["detected_at"], t["occurred_at"]), ("2026-10-06T18:00:00Z", "2026-10-06T17:10:00Z"), "alerted at 03:00")
    feed(i, [long], 181, 199, "critical")
    feed(i, both, 200, 210, "ok")          # 03:20
    i.wait("it is restored", lambda: i.ok("GET", f"/api/v1/tickets/{t['id']}")["restored_at"])
    i.set("2026-10-07T04:00:00+09:00")
    equal(tickets(short), [], "none for the short one")
    r1, r2 = (i.ok("GET", f"/api/v1/slas/{x}/results?month=2026-10") for x in (sla1, sla2))
    equal((r1["maintenance_s"], r1["downtime_s"]), (3600, 0), "within the stop")
    equal((r2["maintenance_s"], r2["downtime_s"]), (3600, 20 * 60), "beyond the stop")
    outage = next(o for o in r1["outages"] if o["from"] == "2026-10-06T17:10:00Z")
    equal((outage["to"], outage["counted_s"]), ("2026-10-06T17:50:00Z", 0), "listed, counts nothing")
    page = i.call("GET", f"/sla/{sla1}?month=2026-10").body.decode()
    assert "計画停止" in page and "月例更新" in page, "on the SLA's page"
