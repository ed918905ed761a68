# SPDX-License-Identifier: Apache-2.0
"""The JSON API's floor, results from outside, the month's figures."""
import subprocess
import tempfile
import time

from lib import Client, Meter, harness, line, part, rounds


@part("read", "the smallest authenticated read, and one without the database")
def read(inst):
    client = Client(inst)
    meter = Meter(inst)
    for n in (300, 3000):
        for path, name, aim in (("/api/v1/calendars?limit=2", "small API read", "≤ 150"),
                                ("/healthz", "health", None)):
            client.get(path)

            def one(path=path, n=n):
                with meter:
                    for _ in range(n):
                        client.get(path)
                return meter.cpu / n * 1e6
            line(f"{name} × {n}: CPU", rounds(one), "µs/request", aim)


@part("results", "passive results through the API")
def results(inst):
    meter = Meter(inst)
    hosts = [inst.ok("POST", "/api/v1/hosts", {"name": f"results-{k}", "address": "127.0.0.1"})["id"]
             for k in range(20)]
    checks = [inst.ok("POST", "/api/v1/checks", {"host_id": h, "name": f"c{k}", "kind": "passive", "interval_s": 60,
                                                 "attempts": {"n": 3, "of": 3}})["id"]
              for h in hosts for k in range(5)]
    now = int(time.time()) - 3600
    for size in (1, 10):
        chosen = checks[:10 * size]

        def one(chosen=chosen):
            nonlocal now
            now += 30
            stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
            body = [{"check_id": c, "time": stamp, "state": "ok", "output": "ok",
                     "values": {f"m{k}": (c * 7 + k + now) % 100 for k in range(10)}} for c in chosen]
            with meter:
                for i in range(10):
                    inst.ok("POST", "/api/v1/results", [dict(r, time=stamp[:17] + f"{i:02d}Z") for r in body])
            return meter.cpu / (len(chosen) * 100) * 1e6
        line(f"passive results, {len(chosen)} × 10 values a request: CPU", rounds(one, 5), "s/million values")


@part("sla", "a month's figures and its report")
def sla(inst):
    meter = Meter(inst)
    cal = inst.ok("GET", "/api/v1/calendars")["items"][0]["id"]
    client = Client(inst)
    ids = []
    for size in (10, 100):
        while len(ids) < size:
            k = len(ids)
            s = inst.ok("POST", "/api/v1/services", {"name": f"性能 {k}"})["id"]
            ids.append(inst.ok("POST", "/api/v1/slas", {"service_id": s, "metric": "availability", "calendar_id": cal,
                                                        "target": 0.999, "year_cap_s": 10440})["id"])
            for d in range(1, 6):
                inst.ok("POST", "/api/v1/outages", {"service_id": s, "from": f"2026-09-{d:02d}T01:00:00Z",
                                                    "to": f"2026-09-{d:02d}T01:10:00Z", "reason": "x"})

        def one():
            with meter:
                for i in ids:
                    client.get(f"/api/v1/slas/{i}/results?month=2026-09")
            return meter.cpu / len(ids) * 1e3
        line(f"SLA month with its year, {len(ids)} SLAs: CPU", rounds(one), "ms/SLA")
        for formats, aim in (("html,xlsx", "≤ 2"), ("pdf", "≤ 15")):
            with tempfile.TemporaryDirectory() as d:
                start = time.time()
                subprocess.run([harness.BIN, "report", "sla", "--month", "2026-09", "--format", formats, "-o", d],
                               env=inst.env, check=True, stdout=subprocess.DEVNULL)
                line(f"report of {len(ids)} SLAs, {formats}", time.time() - start, "s", aim)
