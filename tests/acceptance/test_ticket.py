# SPDX-License-Identifier: Apache-2.0
"""Incidents through HTTP: times kept apart, rank, journal, workflow, ledger, outages, hostile input."""
import csv
import io
import json
import uuid
import zipfile

from harness import equal, test
from test_sla import calendar, outage, result, service, sla


def ticket(i, title="回線断", role="helpdesk", **more):
    return i.ok("POST", "/api/v1/tickets", {"title": title, **more}, role, status=201)


def path(t, more=""):
    return f"/api/v1/tickets/{t['id']}{more}"


def step(i, t, to, role="noc", **more):
    return i.call("POST", path(t, "/transitions"), {"to": to, **more}, role)


def audit(i, t, act):
    rows = i.ok("GET", "/api/v1/audit?object=ticket&limit=1000")["items"]
    return [r for r in rows if r["object_id"] == t["id"] and r["act"] == act]


def upload(i, t, name, data, role="noc"):
    mark = uuid.uuid4().hex
    body = (f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n").encode() + data + f"\r\n--{mark}--\r\n".encode()
    return i.call("POST", path(t, "/attachments"), role=role, raw=body,
                  headers={"Content-Type": f"multipart/form-data; boundary={mark}"})


@test("by phone: occurrence 09:10 and reception 09:25 are kept apart and stand in the ledger", "INC-01")
def times_apart(i):
    t = ticket(i, "電話による申告 09:10", source="phone", requester="麹町出張所 佐藤",
               occurred_at="2026-10-01T09:10:00+09:00", received_at="2026-10-01T09:25:00+09:00")
    equal((t["occurred_at"], t["received_at"], t["detected_at"]),
          ("2026-10-01T00:10:00Z", "2026-10-01T00:25:00Z", None), "times")
    r = i.call("GET", "/api/v1/exports/incidents.csv?q=09:10", role="auditor")
    equal(r.body[:3], b"\xef\xbb\xbf", "byte order mark")
    rows = list(csv.DictReader(io.StringIO(r.body.decode("utf-8-sig"))))
    row = next(x for x in rows if x["番号"] == t["number"])
    equal((row["発生日時"], row["受付日時"], row["受付経路"], row["申告者"]),
          ("2026-10-01 09:10:00", "2026-10-01 09:25:00", "電話", "麹町出張所 佐藤"), "ledger")


@test("the fault ledger has its Japanese headers in CSV and XLSX, words of the API in JSON")
def ledger(i):
    ticket(i, "=HYPERLINK(\"http://x\",\"台帳\")")
    want = "番号 発生日時 検知日時 受付日時 申告者 システム 個別システム 拠点 ネットワークセグメント 内容 優先度 影響範囲 業務影響 " \
           "応急処置 原因 原因区分 恒久対策 復旧日時 停止時間（分） SLA対象 適用除外 担当者 対応業者 再発防止策 状態 完了日時".split()
    text = i.call("GET", "/api/v1/exports/incidents.csv", role="ward_it").body.decode("utf-8-sig")
    head = next(csv.reader(io.StringIO(text)))
    equal([w for w in want if w not in head], [], "missing headers")
    assert "\n=HYPERLINK" not in text and ',=HYPERLINK' not in text and ',"=HYPERLINK' not in text, "formula"
    book = zipfile.ZipFile(io.BytesIO(i.call("GET", "/api/v1/exports/incidents.xlsx").body))
    strings = book.read("xl/sharedStrings.xml").decode()
    equal([w for w in want if f">{w}<" not in strings], [], "missing in XLSX")
    items = i.ok("GET", "/api/v1/exports/incidents.json")["items"]
    assert items and items[0]["state"] == "new" and items[0]["priority"] in ("urgent", "high", "medium", "low")
    equal(i.call("GET", "/api/v1/exports/incidents.doc").status, 404, "unknown format")


@test("a change of the priority table is a version of its own; a rank by hand needs a reason", "INC-03")
def rank(i):
    table = i.ok("GET", "/api/v1/priority-table")
    t = ticket(i, impact=1, urgency=2)
    equal((t["priority"], t["priority_version"]), ("high", table["version"]), "by the table")
    r = i.call("PATCH", path(t), {"version": 1, "priority": "low"}, "helpdesk")
    equal((r.status, r.fields()), (422, {"priority_reason"}), "without a reason")
    t2 = i.ok("PATCH", path(t), {"version": 1, "priority": "low", "priority_reason": "予備系で継続中"}, "helpdesk")
    equal((t2["priority"], t2["priority_reason"]), ("low", "予備系で継続中"), "by hand")
    body = {"version": table["version"], "matrix": table["matrix"], "targets": table["targets"]}
    equal(i.call("PUT", "/api/v1/priority-table", body).fields(), {"reason"}, "the table needs a reason")
    body["reason"] = "運用会議"
    body["matrix"] = json.loads(json.dumps(table["matrix"]))
    body["matrix"]["1"]["2"] = "urgent"
    equal(i.call("PUT", "/api/v1/priority-table", body, "helpdesk").status, 403, "who sets things")
    new = i.ok("PUT", "/api/v1/priority-table", body)
    equal(new["version"], table["version"] + 1, "version")
    equal(i.call("PUT", "/api/v1/priority-table", body).status, 409, "the same version twice")
    equal(ticket(i, impact=1, urgency=2)["priority"], "urgent", "the new table")
    equal(i.ok("GET", path(t))["priority_version"], table["version"], "what was ranked before stays")
    body.update(version=new["version"], matrix=table["matrix"], reason="元に戻す")
    i.ok("PUT", "/api/v1/priority-table", body)


@test("an edited comment shows the new text; the old one stays, in the journal, on the page and in the audit",
      "INC-11")
def comment_edit(i):
    t = ticket(i)
    first = i.ok("POST", path(t, "/entries"), {"text": "10時頃から"}, "noc", status=201)
    equal(i.call("PATCH", path(t, f"/entries/{first['id']}"), {"text": "x"}, "helpdesk").status, 403, "another's")
    second = i.ok("PATCH", path(t, f"/entries/{first['id']}"), {"text": "9時頃から"}, "noc")
    equal((second["text"], second["replaces"]), ("9時頃から", first["id"]), "new text")
    old = next(e for e in i.ok("GET", path(t, "/entries"))["items"] if e["id"] == first["id"])
    equal((old["text"], old["replaced_by"]), ("10時頃から", second["id"]), "old text")
    page = i.call("GET", f"/tickets/{t['id']}", role="helpdesk").body.decode()
    assert "変更前" in page and page.index("9時頃から") < page.index("変更前") < page.index("10時頃から"), "page"
    line = audit(i, t, "ticket.comment_edit")[0]
    equal((line["before"]["text"], line["after"]["text"]), ("10時頃から", "9時頃から"), "audit")
    assert line["who"] and line["at"], "by whom and when"


@test("the outages of an incident feed the SLA; NOC corrects one with a reason, and the audit shows it", "INC-26")
def outage_on_ticket(i):
    s = service(i)
    l = sla(i, s, calendar(i))
    t = ticket(i, "停止を伴う障害", service_id=s)
    o = i.ok("POST", "/api/v1/outages", {"service_id": s, "from": "2026-09-10T01:00:00Z", "to": "2026-09-10T01:40:00Z",
                                         "reason": "回線断", "ticket_id": t["id"]}, "noc")["id"]
    got = result(i, l, "2026-09")["outages"]
    equal([(x["ticket_id"], x["counted_s"]) for x in got], [(t["id"], 2400)], "feeds the figure")
    i.ok("PATCH", f"/api/v1/outages/{o}", {"from": "2026-09-10T01:00:00Z", "to": "2026-09-10T01:30:00Z",
                                           "reason": "復旧時刻の誤り"}, "noc")
    equal(result(i, l, "2026-09")["downtime_s"], 2400, "a proposal counts for nothing yet")
    i.ok("POST", f"/api/v1/outages/{o}/approve", {}, "ward_it")
    equal(result(i, l, "2026-09")["downtime_s"], 1800, "corrected")
    rows = i.ok("GET", "/api/v1/audit?object=outage&limit=1000")["items"]
    assert any(r["object_id"] == o and r["reason"] == "復旧時刻の誤り" for r in rows), "audit"


@test("the workflow: what it forbids is 422 with what is allowed; stamps follow; a clock stops while waiting")
def workflow(i):
    t = ticket(i, impact=1, urgency=1)
    r = step(i, t, "closed", version=1)
    equal((r.status, r.json["allowed"]), (422, ["assigned", "in_progress", "cancelled"]), "forbidden")
    equal(step(i, t, "nonsense").status, 422, "no such state")
    t = step(i, t, "in_progress", comment="着手", version=1).json
    assert t["responded_at"] and t["assignee"] and t["state"] == "in_progress", "begun by whoever began it"
    equal(step(i, t, "resolved", comment="x", version=1).status, 409, "stale")
    t = step(i, t, "waiting_vendor", comment="折り返し待ち", version=t["version"]).json
    equal((t["clocks"]["resolution"]["paused"], t["resolution_due_at"]), (True, None), "clock stands")
    t = step(i, t, "in_progress", version=t["version"]).json
    assert t["resolution_due_at"] and not t["clocks"]["resolution"]["paused"], "clock goes on"
    t = step(i, t, "resolved", comment="ケーブルを交換", version=t["version"]).json
    equal(t["resolution"], "ケーブルを交換", "the comment serves as resolution")
    t = step(i, t, "closed", version=t["version"]).json
    assert t["resolved_at"] and t["closed_at"], "stamps"
    kinds = [e["kind"] for e in i.ok("GET", path(t, "/entries"))["items"]]
    equal((kinds.count("state"), kinds.count("clock")), (5, 3), "journal")
    equal(len(audit(i, t, "ticket.transition")), 5, "audit")
    equal(i.call("POST", path(t, "/transitions"), {"to": "closed"}, "auditor").status, 403, "role")


@test("two links show on both sides; removing one leaves its line in the journal and the audit")
def links(i):
    a, p = ticket(i, "症状"), ticket(i, "原因", kind="problem")
    link = i.ok("POST", path(a, "/links"), {"to_kind": "ticket", "to_id": p["id"], "relation": "caused_by"}, "noc")
    other = i.ok("GET", path(p, "/links"))["items"]
    equal([(x["inverse"], x["relation"]) for x in other], [(True, "caused_by")], "the other side")
    for t, word, name in ((a, "次が原因", p["number"]), (p, "次の原因", a["number"])):
        page = i.call("GET", f"/tickets/{t['id']}").body.decode()
        assert word in page and name in page, "on both pages"
    equal(i.call("DELETE", path(p, f"/links/{link['id']}"), role="noc").status, 204, "removed from there")
    equal(i.ok("GET", path(a, "/links"))["items"], [], "gone here")
    equal(len(audit(i, a, "ticket.unlink")), 1, "audit line")


@test("SQL, script, rare characters and formulas come out of every text field as they went in")
def hostile(i):
    for text in ("'; DROP TABLE ticket.ticket; --", "<script>alert(1)</script>", "髙﨑𠮷", "{{ 7*7 }} %s \\u0000",
                 "\u202e逆さ", "🔥 ①㈱"):
        t = ticket(i, text, description=text, requester=text)
        equal((t["title"], t["description"], t["requester"]), (text, text, text), "back")
        t = i.ok("PATCH", path(t), {"version": 1, "cause": text, "vendor": text}, "noc")
        equal((t["cause"], t["vendor"]), (text, text), "edited")
        i.ok("POST", path(t, "/entries"), {"text": text}, "noc")
        page = i.call("GET", f"/tickets/{t['id']}").body.decode()
        assert "<script>alert" not in page and "49" not in page.split("<h1")[1].split("</h1>")[0], "escaped"


@test("bad input names its fields and never breaks: bodies, files, filters, versions")
def bad(i):
    r = i.call("POST", "/api/v1/tickets", {"title": "", "impact": 9, "kind": "x", "nonsense": 1}, "helpdesk")
    equal((r.status, r.fields()), (422, {"title", "impact", "nonsense"}), "all fields at once")
    equal(i.call("POST", "/api/v1/tickets", {"title": "a" * 201}, "helpdesk").fields(), {"title"}, "too long")
    equal(i.call("POST", "/api/v1/tickets", {"title": "x", "assignee": "gone"}).fields(), {"assignee"}, "person")
    equal(i.call("POST", "/api/v1/tickets", {"title": "x", "site_id": 10**15}).fields(), {"site_id"}, "site")
    equal(i.call("POST", "/api/v1/tickets", {"title": "x", "occurred_at": "2099-01-01T00:00:00Z"}).fields(),
          {"occurred_at"}, "future")
    for raw in (b"", b"[]", b"{", b"\xff\xfe", b"[" * 5000):
        assert i.call("POST", "/api/v1/tickets", raw=raw, role="helpdesk").status in (400, 422), raw[:20]
    for q in ("sort=x", "open=maybe", "assignee=gone", "limit=0", "cursor=zz", "from=yesterday", "kind=x"):
        equal(i.call("GET", "/api/v1/tickets?" + q).status, 422, q)
    equal(i.call("GET", "/api/v1/tickets/999999999").status, 404, "none")
    equal(i.call("GET", "/api/v1/tickets/INC-999999").status, 404, "none by number")
    t = ticket(i)
    equal(i.ok("GET", "/api/v1/tickets/" + t["number"])["id"], t["id"], "by number")
    equal(i.call("PATCH", path(t), {"title": "x"}, "noc").fields(), {"version"}, "version is needed")
    equal(upload(i, t, "報告書.pdf", b"MZ\x90\x00\x03\x00").status, 415, "a program is no report")
    equal(upload(i, t, "大きい.txt", b"x" * (20 * 1024 * 1024 + 1)).status, 413, "too large")
    f = upload(i, t, "..\\手順.txt", "手順".encode())
    equal((f.status, f.json["name"], f.json["type"]), (201, "手順.txt", "text/plain"), "taken")
    got = i.call("GET", path(t, f"/attachments/{f.json['id']}"))
    equal(got.body, "手順".encode(), "as it was sent")
    assert "attachment" in got.headers["Content-Disposition"], "never shown in the browser"


@test("a stale edit is 409, tells what was changed by whom, and loses nothing")
def stale(i):
    t = ticket(i)
    i.ok("PATCH", path(t), {"version": 1, "title": "先の変更"}, "helpdesk")
    r = i.call("PATCH", path(t), {"version": 1, "cause": "後の変更"}, "noc")
    equal((r.status, r.fields()), (409, {"title"}), "what was changed")
    assert "先の変更" in r.json["errors"][0]["message"] and "helpdesk" in r.json["errors"][0]["message"], "by whom"
    t = i.ok("PATCH", path(t), {"version": 2, "cause": "後の変更"}, "noc")
    equal((t["title"], t["cause"]), ("先の変更", "後の変更"), "both are there")


@test("many at once: each has its own result; search finds words of one character and half-width kana")
def bulk_and_search(i):
    a, b = ticket(i, "ﾌﾟﾘﾝﾀで刷れない 甲"), ticket(i, "プリンタの紙詰まり 甲")
    r = i.ok("POST", "/api/v1/tickets/bulk", {"ids": [a["id"], b["id"], 10**12], "act": "assign", "assignee": "me"},
             "helpdesk")["items"]
    equal([x["status"] for x in r], [200, 200, 404], "results")
    r = i.ok("POST", "/api/v1/tickets/bulk", {"ids": [a["id"]], "act": "close"}, "helpdesk")["items"]
    equal(r[0]["status"], 422, "not resolved yet")

    def found(q):
        return {x["id"] for x in i.ok("GET", "/api/v1/tickets?q=" + q)["items"]} & {a["id"], b["id"]}
    equal(found("%E3%83%97%E3%83%AA%E3%83%B3%E3%82%BF"), {a["id"], b["id"]}, "プリンタ")
    equal(found("%E5%88%B7"), {a["id"]}, "刷")
    equal(found("%E3%83%97%E3%83%AA%E3%83%B3%E3%82%BF%E3%80%80%E7%B4%99"), {b["id"]}, "プリンタ　紙")
    mine = i.ok("GET", "/api/v1/tickets?assignee=me&limit=1", role="helpdesk")
    assert mine["next"] and len(mine["items"]) == 1, "pages"
    assert i.ok("GET", "/api/v1/tickets?assignee=me&limit=1&cursor=" + mine["next"], role="helpdesk")["items"]


@test("an incident, its device, problem, change, service and outage are linked: each shows the incident; removing one "
      "link leaves an audit line", "INC-23")
def both_sides(i):
    h = i.ok("POST", "/api/v1/hosts", {"name": f"ci-{uuid.uuid4().hex[:8]}", "address": "127.0.0.1"})
    s = service(i)
    o = outage(i, s, "2026-09-21T01:00:00Z", "2026-09-21T01:10:00Z")
    inc, prb, chg = ticket(i, "機器の再起動が続く"), ticket(i, "電源の劣化", kind="problem"), ticket(i, "電源の交換", kind="change")
    links = {kind: i.ok("POST", path(inc, "/links"), {"to_kind": kind, "to_id": to, "relation": relation}, "noc")
             for kind, to, relation in (("host", h["id"], "affects"), ("service", s, "affects"), ("outage", o, "related"))}
    links["problem"] = i.ok("POST", path(inc, "/links"), {"to_kind": "ticket", "to_id": prb["id"], "relation": "caused_by"},
                            "noc")
    links["change"] = i.ok("POST", path(inc, "/links"), {"to_kind": "ticket", "to_id": chg["id"], "relation": "related"},
                           "noc")
    pages = {"host": f"/hosts/{h['id']}", "service": f"/services/{s}", "outage": f"/outages/{o}",
             "problem": f"/tickets/{prb['id']}", "change": f"/tickets/{chg['id']}"}
    mine = i.call("GET", f"/tickets/{inc['id']}").body.decode()
    for kind, page in pages.items():
        text = i.call("GET", page).body.decode()
        assert inc["number"] in text and f'href="/tickets/{inc["id"]}"' in text, f"{page} does not show the incident"
        assert f'href="{page}"' in mine, f"the incident does not show {page}"
    equal(i.call("DELETE", path(inc, f"/links/{links['host']['id']}"), role="noc").status, 204, "removed")
    assert inc["number"] not in i.call("GET", pages["host"]).body.decode(), "gone on the other side"
    rows = audit(i, inc, "ticket.unlink")
    equal(len(rows), 1, "audit line")
    equal((rows[0]["after"]["to_kind"], rows[0]["after"]["to_id"]), ("host", h["id"]), "which link")
