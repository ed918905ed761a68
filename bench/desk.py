# SPDX-License-Identifier: Apache-2.0
"""Tickets: page, list and search at two sizes, and eight clients that create them."""
import json
import threading
import time

from lib import Client, Meter, line, page_cost, part, session, sql

WORDS = ["印刷できない", "ネットワークに接続できない", "メールが届かない", "画面が固まる", "パスワードを忘れた", "共有フォルダが開けない",
         "住民記録システムが遅い", "証明書の期限切れ", "無線LANが切れる", "複合機の紙詰まり", "仮想デスクトップに入れない", "バックアップの失敗"]


def fill(inst, upto):
    """Tickets as years of work leave them: most are closed, each has its journal. Made by SQL."""
    words = "ARRAY[" + ",".join(f"'{w}'" for w in WORDS) + "]"
    sql(inst, f"""
        SET synchronous_commit = off;
        WITH have AS (SELECT count(*) AS n FROM ticket.ticket),
        made AS (INSERT INTO ticket.ticket (kind, number, title, description, state, workflow_version, source, impact,
                 urgency, priority, priority_version, requester, group_id, created_at, created_by, received_at,
                 responded_at, resolved_at, closed_at, resolution, response_due_at, resolution_due_at, updated_at)
            SELECT 'incident', 'INC-' || lpad((500000 + i)::text, 6, '0'),
                   ({words})[1 + i % 12] || ' (' || i || ')',
                   ({words})[1 + i / 12 % 12] || '。' || i % 44 || '号施設の窓口から連絡がありました。再起動しても変わりません。',
                   CASE WHEN open THEN 'new' ELSE 'closed' END, 1, 'phone', 2, 2, 'medium', 1,
                   '職員' || i % 900, 1 + i % 5, at, NULL, at, CASE WHEN open THEN NULL ELSE at + interval '20 min' END,
                   CASE WHEN open THEN NULL ELSE at + interval '5 h' END,
                   CASE WHEN open THEN NULL ELSE at + interval '2 d' END,
                   CASE WHEN open THEN NULL ELSE '設定を直した' END, at + interval '2 h', at + interval '3 d', at
            FROM have, LATERAL (SELECT i, i % 40 = 0 AND i > {upto} - 20000 AS open,
                                now() - ({upto} - i) * interval '12 min' AS at
                                FROM generate_series(have.n + 1, {upto}) i) g
            RETURNING id, created_at, closed_at)
        INSERT INTO ticket.entry (ticket_id, at, kind, from_value, to_value, text)
            SELECT id, created_at + k * interval '10 min', (ARRAY['created', 'comment', 'state'])[k + 1], NULL,
                   CASE k WHEN 2 THEN 'closed' END, CASE k WHEN 1 THEN '現地で確認しました。' END
            FROM made, generate_series(0, 2) k;
        UPDATE ticket.counter SET last = 500000 + {upto} WHERE kind = 'incident';""")
    sql(inst, "VACUUM ANALYZE ticket.ticket")
    sql(inst, "VACUUM ANALYZE ticket.entry")


@part("tickets", "ticket page, list and search at 20,000 and 200,000 tickets")
def tickets(inst):
    meter = Meter(inst)
    person = Client(inst, login=session(inst, "helpdesk", "bench-desk"))
    api = Client(inst)
    for upto in (20000, 200000):
        fill(inst, upto)
        some = json.loads(api.get("/api/v1/tickets?limit=1"))["items"][0]["id"]
        for what, client, path, aim in (
                ("ticket page", person, f"/tickets/{some}", "≤ 5"),
                ("ticket list page of 50", person, "/tickets?open=yes&kind=incident", "≤ 8"),
                ("ticket search page, a phrase", person, "/tickets?kind=incident&q=住民記録システムが遅い", "≤ 8"),
                ("ticket list by API, 50", api, "/api/v1/tickets?limit=50", None),
                ("ticket search by API, 50, a phrase", api, "/api/v1/tickets?limit=50&q=無線LANが切れる", "≤ 50 p95"),
                ("ticket search by API, a rare one", api, "/api/v1/tickets?limit=50&q=(1777)", None),
                ("ticket search by API, nothing", api, "/api/v1/tickets?limit=50&q=存在しない言葉", None)):
            cpu, wall = page_cost(inst, meter, client, path, 10)
            line(f"{what}, {upto} tickets: CPU", cpu, "ms", aim)
            line(f"{what}, {upto} tickets: p50", wall, "ms")


def create(inst, n, clients):
    def one(k):
        c = Client(inst)
        for i in range(n // clients):
            body = {"kind": "incident", "title": f"性能測定 {k}-{i}", "description": "印刷できない", "impact": 2, "urgency": 2}
            status, text, _ = c.call("POST", "/api/v1/tickets", json.dumps(body))
            if status not in (200, 201):
                failed.append(text)
    failed = []
    threads = [threading.Thread(target=one, args=(k,)) for k in range(clients)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    if failed:
        raise RuntimeError(f"{len(failed)} refused: {failed[0][:300]!r}")


@part("create", "tickets created through the API by eight clients")
def creation(inst):
    meter = Meter(inst)
    inst.token("admin")
    for n in (80, 800):
        cpu, rate = [], []
        for _ in range(3):
            with meter:
                create(inst, n, 8)
                time.sleep(0.1)
            cpu.append(meter.cpu / n * 1e3)
            rate.append(n / meter.wall)
        line(f"ticket created, 8 clients × {n // 8}: CPU", sorted(cpu)[1], "ms", "≤ 3")
        line(f"ticket created, 8 clients × {n // 8}", sorted(rate)[1], "tickets/s", "≥ 400")
