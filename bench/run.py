#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make bench: cost per unit of work, as `name: value unit` lines, at two sizes (×1 and ×10).

CPU is user + system of all processes that take part (serve, work and the database's backends), read from
/proc before and after; the client's own is left out. Loopback only, bounded, stops by itself.
"""
import glob
import http.client
import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../tests/acceptance"))
os.environ.setdefault("HN_BIN", os.path.abspath(os.path.join(os.path.dirname(__file__), "../build/hinomi")))
import harness  # noqa: E402

TICK = os.sysconf("SC_CLK_TCK")


def cpu_of(pid):
    try:
        with open(f"/proc/{pid}/stat") as f:
            v = f.read().rsplit(")", 1)[1].split()
        return (int(v[11]) + int(v[12]) + int(v[13]) + int(v[14])) / TICK
    except OSError:
        return 0.0


class Meter:
    """CPU of the product's processes and of PostgreSQL."""

    def __init__(self, inst):
        self.inst = inst

    def pids(self):
        with open(os.path.join(self.inst.state, "pg/postmaster.pid")) as f:
            pg = int(f.readline())
        pids = [p.pid for p in self.inst.procs] + [pg]
        for stat in glob.glob("/proc/[0-9]*/stat"):
            try:
                with open(stat) as f:
                    v = f.read().rsplit(")", 1)[1].split()
                if int(v[1]) == pg:
                    pids.append(int(stat.split("/")[2]))
            except OSError:
                pass
        return pids

    def __enter__(self):
        self.before = {p: cpu_of(p) for p in self.pids()}
        self.wall0 = time.time()
        return self

    def __exit__(self, *exc):
        self.wall = time.time() - self.wall0
        self.cpu = sum(cpu_of(p) - self.before.get(p, 0.0) for p in self.pids())


def line(name, value, unit):
    print(f"{name}: {value:.4g} {unit}", flush=True)


class Client:
    def __init__(self, inst, role="admin"):
        self.c = http.client.HTTPConnection("127.0.0.1", inst.port, timeout=60)
        self.h = {"Authorization": "Bearer " + inst.token(role), "Content-Type": "application/json"}

    def get(self, path):
        self.c.request("GET", path, headers=self.h)
        r = self.c.getresponse()
        body = r.read()
        if r.status != 200:
            raise RuntimeError(f"{path}: {r.status} {body[:200]}")
        return body


def reads(inst, meter, size):
    client = Client(inst)
    n = 300 * size
    for path, name in (("/api/v1/calendars?limit=2", "small API read"), ("/healthz", "health")):
        client.get(path)
        with meter:
            for _ in range(n):
                client.get(path)
        line(f"{name} x{size}: CPU", meter.cpu / n * 1e6, "µs/request")


def ingest(inst, meter, size):
    hosts = [inst.ok("POST", "/api/v1/hosts", {"name": f"bench-{size}-{k}", "address": "127.0.0.1"})["id"]
             for k in range(20)]
    checks = [inst.ok("POST", "/api/v1/checks", {"host_id": h, "name": f"c{k}", "kind": "passive", "interval_s": 60,
                                                 "attempts": {"n": 3, "of": 3}})["id"]
              for h in hosts for k in range(5)]
    now = int(time.time()) - 3600
    values = 0
    with meter:
        for t in range(10 * size):
            stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now + t * 30))
            body = [{"check_id": c, "time": stamp, "state": "ok", "output": "ok",
                     "values": {f"m{k}": (c * 7 + k + t) % 100 for k in range(10)}} for c in checks]
            inst.ok("POST", "/api/v1/results", body)
            values += len(checks) * 10
    line(f"passive results x{size}: CPU", meter.cpu / values * 1e6, "s/million values")
    line(f"passive results x{size}", values / meter.wall, "values/s")


def tickets(inst, meter, size):
    n = 50 * size
    with meter:
        for k in range(n):
            inst.ok("POST", "/api/v1/tickets", {"kind": "incident", "title": f"性能測定 {size}-{k}",
                                                "description": "印刷できない", "impact": 2, "urgency": 2})
    line(f"ticket created x{size}: CPU", meter.cpu / n * 1e3, "ms")
    client = Client(inst)
    with meter:
        for _ in range(30):
            client.get("/api/v1/tickets?limit=50")
    line(f"ticket list of 50 x{size}: CPU", meter.cpu / 30 * 1e3, "ms")


def sla(inst, meter, size):
    cal = inst.ok("GET", "/api/v1/calendars")["items"][0]["id"]
    ids = []
    for k in range(10 * size):
        s = inst.ok("POST", "/api/v1/services", {"name": f"性能 {size}-{k}"})["id"]
        ids.append(inst.ok("POST", "/api/v1/slas", {"service_id": s, "metric": "availability", "calendar_id": cal,
                                                    "target": 0.999, "year_cap_s": 10440})["id"])
        for d in range(1, 6):
            inst.ok("POST", "/api/v1/outages", {"service_id": s, "from": f"2026-09-{d:02d}T01:00:00Z",
                                                "to": f"2026-09-{d:02d}T01:10:00Z", "reason": "x"})
    client = Client(inst)
    with meter:
        for i in ids:
            client.get(f"/api/v1/slas/{i}/results?month=2026-09")
    line(f"SLA month x{size}: CPU", meter.cpu / len(ids) * 1e3, "ms/SLA with its year")
    with tempfile.TemporaryDirectory() as d:
        start = time.time()
        subprocess.run([harness.BIN, "report", "sla", "--month", "2026-09", "-o", d], env=inst.env, check=True,
                       stdout=subprocess.DEVNULL)
        line(f"report of {len(inst.ok('GET', '/api/v1/slas?limit=1000')['items'])} SLAs: HTML + Excel + PDF",
             time.time() - start, "s")


def main():
    inst = harness.Instance("bench")
    try:
        meter = Meter(inst)
        for size in (1, 10):
            for part in (reads, ingest, tickets, sla):
                part(inst, meter, size)
        rss = 0
        for p in inst.procs:
            with open(f"/proc/{p.pid}/status") as f:
                rss += next(int(x.split()[1]) for x in f if x.startswith("VmRSS"))
        line("memory of serve + work", rss / 1024, "MB RSS")
    finally:
        inst.stop()


if __name__ == "__main__":
    main()
