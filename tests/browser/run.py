#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Starts the instance for the browser tests, makes its people and something to look at, runs walk.mjs."""
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../acceptance"))
import harness  # noqa: E402
import test_sla as sla  # noqa: E402

PASSWORD = "ひのみ-browser-2026!"
ROLES = ["admin", "noc", "helpdesk", "governance", "ward_it", "staff", "auditor"]


def people(inst):
    out = {}
    for role in ROLES:
        r = inst.cli("user", "add", f"b-{role}", "--role", role, "--name", "試験 太郎", "--password-stdin",
                     text=PASSWORD + "\n")
        out[role] = {"login": f"b-{role}", "password": PASSWORD,
                     "secret": [line.split()[-1] for line in r.stdout.splitlines() if line.strip()][-1]}
    return out


def something_to_see(inst):
    """An incident with an outage, an exclusion that waits, a planned stop, a month's report in draft."""
    check = sla.passive_check(inst)
    service = sla.service(inst, {"check": check})
    agreement = sla.sla(inst, service, sla.calendar(inst), year_cap_s=10440)
    sla.feed(inst, check, *sla.minutes(3, 600, 610, "ok"), *sla.minutes(3, 610, 650, "critical"),
             *sla.minutes(3, 650, 661, "ok"))
    exclusion = sla.exclusion(inst, service, "2026-09-03T10:10:00+09:00", "2026-09-03T10:20:00+09:00")
    stop = inst.ok("POST", "/api/v1/maintenances", {
        "title": "基幹スイッチの更新", "from": "2026-12-20T02:00:00+09:00", "to": "2026-12-20T04:00:00+09:00",
        "scope": [{"service_id": service}]}, "noc")
    ticket = inst.ok("POST", "/api/v1/tickets", {
        "kind": "incident", "title": "髙﨑𠮷 <script>alert(1)</script> 印刷できない", "description": "'; DROP TABLE x; --",
        "impact": 2, "urgency": 2}, "helpdesk")
    report = sla.rendered(inst, "2026-09")
    return {"service": service, "sla": agreement, "exclusion": exclusion, "maintenance": stop["id"],
            "ticket": ticket["id"], "report": report["id"], "check": check}


def main():
    inst = harness.Instance("browser")
    try:
        subprocess.run([harness.BIN, "estate", "load"], env=inst.env, cwd=harness.ROOT, check=True,
                       stdout=subprocess.DEVNULL)
        env = dict(os.environ, HN_BASE=inst.base, HN_PEOPLE=json.dumps(people(inst)),
                   HN_SEEN=json.dumps(something_to_see(inst)))
        code = 0
        for script in ("walk.mjs", "manual.mjs"):
            if subprocess.run(["node", os.path.join(HERE, script), *sys.argv[1:]], env=env, cwd=HERE).returncode:
                code = 1
    finally:
        inst.stop()
    return code


if __name__ == "__main__":
    sys.exit(main())
