# SPDX-License-Identifier: Apache-2.0
"""The watching of the sample estate's simulated devices, seen through HTTP."""
import csv
import datetime
import io
import os
import time

from harness import ROOT, equal, test


def host(i, name):
    return i.ok("GET", f"/api/v1/hosts?name={name}")["items"][0]


def check(i, name, kind=None):
    """The host's check of that kind; None: its ping."""
    found = i.ok("GET", f"/api/v1/checks?host_id={host(i, name)['id']}")["items"]
    return next(c for c in found if c["kind"] == (kind or "icmp"))


def state(i, c):
    return i.ok("GET", f"/api/v1/checks/{c['id']}")["state"]


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def quick(i, c, interval=5, retry=2):
    """The same check, asked more often."""
    now = i.ok("GET", f"/api/v1/checks/{c['id']}")
    i.ok("PATCH", f"/api/v1/checks/{c['id']}", {"version": now["version"], "interval_s": interval,
                                                "retry_interval_s": retry})


def healthy(i, *checks):
    for c in checks:
        i.wait(f"{c['host']} {c['name']} is ok", lambda c=c: state(i, c) == "ok", 120)


def breaks(i, device, fault):
    """When it was broken."""
    at = time.time()
    i.cli("estate", "break", device, fault)
    return at


def mends(i, device):
    i.cli("estate", "mend", device)
    return time.time()


@test("the register: 44 sites and 82 lines of the sample profile; filtered by segment and kind of monitoring it "
      "gives the same on the API, in the CSV and by the source files", "MON-01", on="estate")
def register(i):
    def rows(name):
        with open(os.path.join(ROOT, "sql/estate", name), encoding="utf-8") as f:
            return list(csv.DictReader(f))
    sites = i.items("/api/v1/sites")
    equal((len(sites), {s["code"] for s in sites}), (44, {r["site_id"] for r in rows("sites.csv")}), "sites")
    lines = i.items("/api/v1/lines")
    equal((len(lines), {x["code"] for x in lines}), (82, {r["line_id"] for r in rows("lines.csv")}), "lines")
    query = "segment=%E5%80%8B%E4%BA%BA%E7%95%AA%E5%8F%B7%E5%88%A9%E7%94%A8%E4%BA%8B%E5%8B%99%E7%B3%BB" \
            "&monitoring=liveness"
    hosts = i.items("/api/v1/hosts?" + query)
    text = i.call("GET", "/api/v1/exports/hosts.csv?" + query).body.decode("utf-8-sig")
    exported = list(csv.DictReader(io.StringIO(text)))
    mine = [r for r in rows("lines.csv") if r["scope"] == "site_wan" and r["segment"] == "個人番号利用事務系"]
    routers = [h for h in hosts if h["class"] == "router"]
    equal(len(hosts), len(exported), "the CSV")
    equal({h["name"] for h in hosts}, {r["機器名"] for r in exported}, "the CSV")
    equal(sum(int(r["line_count"]) for r in mine), len(routers), "routers of the segment's lines")
    page = i.call("GET", "/hosts?segment=G01&monitoring=liveness").body.decode()
    total = page.split('data-tools-for="t-hosts"')[1].split("<strong>")[1].split("</strong>")[0]
    equal(int(total), len(hosts), "the page")


@test("a site's router loses its power: one incident within 60 s, about 70 terminals and the My Number pair as its "
      "effect, 70 suppressed; mended, the outage closes to the second", "MON-17", "INC-07", on="estate")
def router_down(i):
    router, service = check(i, "s08-rt01"), None
    terminals = [c for c in i.items("/api/v1/checks?q=s08-pc") if c["host"].startswith("s08-pc")]
    equal(len(terminals), 70, "terminals behind it")
    for c in terminals:
        quick(i, c, 20, 5)
    healthy(i, router)
    at = breaks(i, "s08-rt01", "power")
    incident = i.wait("an incident", lambda: i.ok("GET", f"/api/v1/tickets?check_id={router['id']}")["items"], 90)[0]
    took = instant(incident["created_at"]) - at
    assert took <= 60, f"the incident came after {took:.1f} s"
    scope = i.ok("GET", f"/api/v1/tickets/{incident['id']}/affected")["items"]
    named = {x["kind"]: x for x in scope}
    equal((named["site"]["name"], named["terminals"]["count"], named["terminals"]["name"][:4]),
          ("千代田保健所", 70, "約70台"), "scope")
    lines = " ".join(x["name"] for x in scope if x["kind"] == "line")
    for code in ("S08-LI", "S08-MN-M", "S08-MN-S"):
        assert code in lines, f"{code} in {lines}"
    event = [e for e in i.ok("GET", f"/api/v1/events?check_id={router['id']}")["items"] if e["to_state"] == "critical"][0]
    equal((event["ticket_id"], event["suppressed_by"]), (incident["id"], None), "the router's event")

    def suppressed():
        found = [e for e in i.items(f"/api/v1/events?suppressed_by={event['id']}") if e["host"].startswith("s08-pc")]
        return found if len({e["host"] for e in found if e["to_state"] == "unreachable"}) == 70 else None
    found = i.wait("70 terminals are unreachable", suppressed, 240, 2)
    equal(len(found), 70, "events of the terminals")
    assert all("上位障害による到達不能" in e["output"] and not e["ticket_id"] for e in found), found[0]
    mended = mends(i, "s08-rt01")
    service = incident["service_id"]
    outage = i.wait("the outage ends", lambda: next(
        (o for o in i.ok("GET", f"/api/v1/outages?ticket_id={incident['id']}")["items"] if o["to"]), None), 60)
    equal(outage["service_id"], service, "service")
    samples = i.ok("GET", f"/api/v1/outages/{outage['id']}/evidence")["samples"]
    bad = min(s["time"] for s in samples if s["check_id"] == router["id"] and s["state"] == "critical")
    good = min(s["time"] for s in samples if s["check_id"] == router["id"] and s["state"] == "ok" and s["time"] > bad)
    equal((outage["from"], outage["to"]), (bad, good), "first failing sample to first good one")
    assert at - 3 <= instant(bad) and 0 <= instant(good) - mended + 3 <= 30, (at, bad, mended, good)
    i.wait("the terminals answer", lambda: not any(c["state"] != "ok" for c in i.items("/api/v1/checks?q=s08-pc")), 240, 3)
    opened = [t for t in i.items("/api/v1/tickets?from=2026-01-01T00:00:00Z")
              if t["site_id"] == incident["site_id"] and instant(t["created_at"]) >= at]
    equal([t["number"] for t in opened], [incident["number"]], "one incident")


@test("30 s, 3 of 3: the failure shows 60 to 120 s after the packets stop; the recovery is an event of its own with "
      "the length of the outage to the second; IPv6 too", "MON-02", on="estate")
def liveness(i):
    six = i.ok("POST", "/api/v1/hosts", {"name": "loopback6", "address": "::1", "probe": "sample", "checks": [
        {"name": "ping6", "kind": "icmp", "interval_s": 5, "params": {"count": 3}}]})
    c = check(i, "s04-rt02")
    now = i.ok("GET", f"/api/v1/checks/{c['id']}")
    c = i.ok("PATCH", f"/api/v1/checks/{c['id']}", {"version": now["version"], "interval_s": 30, "retry_interval_s": 30})
    equal((c["interval_s"], c["attempts"]), (30, {"n": 3, "of": 3}), "the check")
    healthy(i, c)
    first = i.ok("GET", f"/api/v1/checks/{c['id']}")["last_at"]
    i.wait("it is asked every 30 s", lambda: i.ok("GET", f"/api/v1/checks/{c['id']}")["last_at"] != first, 60)
    at = breaks(i, "s04-rt02", "line")
    i.wait("it is down", lambda: state(i, c) == "critical", 180)
    took = time.time() - at
    down = i.ok("GET", f"/api/v1/events?check_id={c['id']}")["items"][0]
    told = instant(down["confirmed_at"]) - at
    assert 60 <= told <= 120 and took <= 130, f"known after {told:.1f} s, shown after {took:.1f} s"
    mends(i, "s04-rt02")
    i.wait("it is up", lambda: state(i, c) == "ok", 90)
    up = i.ok("GET", f"/api/v1/events?check_id={c['id']}")["items"][0]
    equal((up["from_state"], up["to_state"]), ("critical", "ok"), "recovery")
    seconds = int(instant(up["at"])) - int(instant(down["at"]))
    equal(up["outage_s"], seconds, "length of the outage")
    page = i.call("GET", f"/events?check_id={c['id']}").body.decode()
    assert f"復旧（停止時間 {seconds // 60}分{seconds % 60}秒）" in page, "on the page"
    ping6 = i.ok("GET", f"/api/v1/checks?host_id={six['id']}")["items"][0]
    healthy(i, ping6)
    metrics = {x["metric"] for x in i.ok("GET", f"/api/v1/checks/{ping6['id']}/series")["items"]}
    assert {"rtt", "loss"} <= metrics, metrics


@test("a router that restarts: its counters begin anew, no sample is above the line's rate, 再起動検知 is logged",
      "MON-05", on="estate")
def restart(i):
    ports = check(i, "s13-rt01", "snmp")
    quick(i, ports)
    quick(i, check(i, "s13-rt01"))
    healthy(i, ports)
    device = host(i, "s13-rt01")["id"]

    def octets():
        return {p["name"]: p["in_octets"] for p in i.ok("GET", f"/api/v1/hosts/{device}/interfaces")["items"]}
    before = i.wait("counters", lambda: octets() if octets().get("wan0") else None, 60)
    began = time.time()
    breaks(i, "s13-rt01", "power")
    i.wait("it is down", lambda: state(i, check(i, "s13-rt01")) == "critical", 90)
    mends(i, "s13-rt01")
    notice = i.wait("the restart is noticed", lambda: [
        n for n in i.ok("GET", f"/api/v1/notices?host_id={device}")["items"] if n["kind"] == "reboot"], 90)[0]
    assert "再起動検知" in notice["text"], notice
    assert "再起動検知" in i.call("GET", f"/events/notices?host_id={device}").body.decode(), "on the page"
    assert "再起動検知" in i.call("GET", f"/hosts/{device}").body.decode(), "on the device's page"
    i.wait("rates again", lambda: len(rates(i, ports, began)) >= 4, 60)
    after = octets()
    assert after["wan0"] < before["wan0"], (before, after)
    speeds = {p["name"]: p["speed_bps"] for p in i.ok("GET", f"/api/v1/hosts/{device}/interfaces")["items"]}
    for metric, value in rates(i, ports, began):
        assert 0 <= value <= max(speeds.values()), (metric, value, speeds)


def rates(i, c, since):
    """(metric, bit/s) of the check's ports since then."""
    at = datetime.datetime.fromtimestamp(since, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return [(s["metric"], v) for s in i.ok("GET", f"/api/v1/checks/{c['id']}/series")["items"] if s["unit"] == "bit/s"
            for _, v in i.ok("GET", f"/api/v1/series/{s['id']}/samples?from={at}")["samples"] if v is not None]


@test("the same alert again while its incident is open is a line in it; an incident has target, site, owner and last "
      "values; from an event by hand", "MON-32", on="estate")
def same_again(i):
    c = check(i, "s14-rt01")
    quick(i, c)
    healthy(i, c)

    def incidents():
        return i.ok("GET", f"/api/v1/tickets?check_id={c['id']}")["items"]
    for turn in (1, 2):
        breaks(i, "s14-rt01", "line")
        i.wait("an incident", incidents, 90)
        i.wait("it is down", lambda: state(i, c) == "critical", 90)
        t = incidents()[0]
        i.wait("it is told", lambda turn=turn: downs(i, t) >= turn, 60)
        mends(i, "s14-rt01")
        healthy(i, c)
    equal(len(incidents()), 1, "incidents")
    t = i.ok("GET", f"/api/v1/tickets/{t['id']}")
    equal((t["host"], t["check"], t["site"], t["state"]), ("s14-rt01", "死活監視", "麹町小学校(麹町幼稚園)", "new"), "target")
    assert any(v["name"] == "結果" and v["text"] for v in t["machine"]["values"]), t["machine"]["values"]
    # By hand, from an event without one.
    web = check(i, "gyosei1", "http")
    quick(i, web)
    breaks(i, "gyosei1", "slow")
    i.wait("it is slow", lambda: state(i, web) == "warning", 120)
    event = i.ok("GET", f"/api/v1/events?check_id={web['id']}&state=warning")["items"][0]
    equal(event["ticket_id"], None, "a warning opens none by itself")
    mine = i.ok("POST", f"/api/v1/events/{event['id']}/incident", {"title": "総合行政の応答が遅い"}, "noc")
    equal((mine["title"], mine["host"], mine["check_id"]), ("総合行政の応答が遅い", "gyosei1", web["id"]), "by hand")
    equal(i.ok("GET", f"/api/v1/events/{event['id']}")["ticket_id"], mine["id"], "the event knows it")
    mends(i, "gyosei1")


def downs(i, t):
    """How often the incident's journal tells that it broke: its creation counts."""
    lines = i.ok("GET", f"/api/v1/tickets/{t['id']}/entries?limit=200")["items"]
    return 1 + sum(1 for e in lines if e["kind"] == "event" and (e["data"] or {}).get("to_state") == "critical"
                   and e["data"]["from_state"] == "ok")


# device, fault, kind of check, the state that it leads to, words of its output
FAULTS = [
    ("s15-rt01", "line", "icmp", "critical", "応答なし"),
    ("sso1", "slow", "http", "warning", "合計時間"),
    ("idm1", "disk", "snmp", "critical", "/var"),
    ("s03-pr01", "paper", "snmp", "critical", "用紙切れ"),
    ("jinji1", "certificate", "http", "critical", "証明書"),
    ("s43-ups01", "heat", "snmp", "critical", "バッテリ温度"),
    ("s16-sw01", "power", "icmp", "critical", "応答なし"),
]


def fault(device, word, kind, want, says):
    def run(i):
        c = check(i, device, kind)
        quick(i, c)
        healthy(i, c)
        breaks(i, device, word)
        i.wait(f"{device} {word} is {want}", lambda: state(i, c) == want, 240)
        output = i.ok("GET", f"/api/v1/checks/{c['id']}")["output"]
        assert says in output, output
        listed = i.cli("estate", "list").stdout
        assert f"{device}\t" in listed and any(
            line.startswith(device + "\t") and line.endswith("\t" + word) for line in listed.splitlines()), "estate list"
        mends(i, device)
        healthy(i, c)
    return run


for row in FAULTS:
    test(f"the fault {row[1]} of {row[0]} leads to {row[3]}; mended it is well again", on="estate")(fault(*row))


@test("estate: one device a line, name first; what is not there or does not fit is refused with what would", on="estate")
def estate_words(i):
    lines = [x.split("\t") for x in i.cli("estate", "list").stdout.splitlines()]
    names = [x[0] for x in lines]
    equal((len(set(names)), {"core-rt01", "s08-rt01", "s08-pc0001"} - set(names)), (len(names), set()), "devices")
    for args, code in ((("break", "nobody", "power"), 1), (("break", "s08-pc0001", "paper"), 1), (("mend", "nobody"), 1),
                       (("break", "s08-rt02"), 2), (("explode", "s08-rt02"), 2), ((), 2)):
        r = i.cli("estate", *args, check=False)
        equal((r.returncode, r.stdout), (code, ""), args)
        assert r.stderr, args
    assert "power" in i.cli("estate", "break", "s08-pc0001", "paper", check=False).stderr, "what would fit"
