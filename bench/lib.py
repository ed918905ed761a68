# SPDX-License-Identifier: Apache-2.0
"""What the parts of the benchmark share: an installation, the meter of its CPU, lines, clients.

A part is a function marked @part("word", …). Its figures are CPU-seconds or bytes per unit of work, medians of
at least three rounds, at two sizes; wall-clock times are told only where the aim is one, and mean little on
a machine that does other work too.
"""
import base64
import glob
import hashlib
import hmac
import http.client
import os
import re
import statistics
import struct
import subprocess
import sys
import time
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../tests/acceptance"))
os.environ.setdefault("HN_BIN", os.path.abspath(os.path.join(HERE, "../build/hinomi")))
import harness  # noqa: E402

TICK = os.sysconf("SC_CLK_TCK")
PARTS = []
AGENTS = os.path.join(HERE, "../build/bench/agents")


def part(word, what, home="web"):
    """home: parts of one home share an installation; None: the part makes its own."""
    def mark(fn):
        PARTS.append((word, what, home, fn))
        return fn
    return mark


def line(name, value, unit, aim=None):
    """One figure. aim: what it should be, as text."""
    print(f"{name}: {value:.4g} {unit}" + (f" (aim {aim})" if aim else ""), flush=True)


def note(text):
    print("# " + text, flush=True)


def median(values):
    return statistics.median(values)


def rounds(fn, n=3):
    """The median of n calls, field by field where they give tuples."""
    got = [fn() for _ in range(n)]
    if isinstance(got[0], tuple):
        return tuple(median(v) for v in zip(*got))
    return median(got)


# ---- CPU ----

def stat_of(pid):
    """Parent and CPU-seconds (with those of children that have ended) of a process."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as f:
            v = f.read().rsplit(")", 1)[1].split()
        return int(v[1]), sum(int(x) for x in v[11:15]) / TICK
    except (OSError, IndexError):
        return 0, 0.0


def rss_kb(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="utf-8") as f:
        return next(int(x.split()[1]) for x in f if x.startswith("Rss:"))


class Meter:
    """CPU of the product's processes and of its PostgreSQL between enter and exit: .cpu, and .of by name."""

    def __init__(self, inst):
        self.inst = inst

    def pids(self):
        with open(os.path.join(self.inst.state, "pg/postmaster.pid"), encoding="utf-8") as f:
            pg = int(f.readline())
        names = {p.pid: p.args[1] for p in self.inst.procs}
        names[pg] = "postgresql"
        for path in glob.glob("/proc/[0-9]*/stat"):
            pid = int(path.split("/")[2])
            if stat_of(pid)[0] == pg:
                names[pid] = "postgresql"
        return names

    def __enter__(self):
        self.before = {p: stat_of(p)[1] for p in self.pids()}
        self.t0 = time.monotonic()
        return self

    def __exit__(self, *exc):
        self.wall = time.monotonic() - self.t0
        self.of = {}
        names = self.pids()
        # what has ended since is in the sums of its parent
        for pid in set(names) | set(self.before):
            name = names.get(pid, "postgresql")
            self.of[name] = self.of.get(name, 0.0) + stat_of(pid)[1] - self.before.get(pid, 0.0)
        self.cpu = sum(self.of.values())

    def shares(self):
        return ", ".join(f"{k} {100 * v / max(self.cpu, 1e-9):.0f} %" for k, v in sorted(self.of.items()) if v > 0)


# ---- the installation ----

def conninfo(inst):
    with open(inst.conf, encoding="utf-8") as f:
        return re.search(r"^database = (.*)$", f.read(), re.M)[1]


def sql(inst, text):
    """The first column of what a statement gives, as text lines. For fixtures and for counting."""
    r = subprocess.run(["psql", conninfo(inst), "-qAtX", "-v", "ON_ERROR_STOP=1"], input=text, text=True,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if r.returncode != 0:
        raise RuntimeError("psql: " + r.stderr[-2000:])
    return r.stdout.strip()


def number(inst, text):
    return float(sql(inst, text) or 0)


class Client:
    """One keep-alive connection: with an API token, or (login) with a browser's session."""

    def __init__(self, inst, role="admin", login=None):
        self.c = http.client.HTTPConnection("127.0.0.1", inst.port, timeout=120)
        self.h = {"Content-Type": "application/json"}
        if login is None:
            self.h["Authorization"] = "Bearer " + inst.token(role)
        else:
            self.h = {"Cookie": login}

    def call(self, method, path, body=None):
        path = urllib.parse.quote(path, safe="/?&=%:+,-._~")
        try:
            self.c.request(method, path, body, self.h)
            r = self.c.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError, http.client.CannotSendRequest):
            self.c.close()  # it was idle for too long
            self.c.request(method, path, body, self.h)
            r = self.c.getresponse()
        return r.status, r.read(), r.headers

    def get(self, path):
        status, body, _ = self.call("GET", path)
        if status != 200:
            raise RuntimeError(f"{path}: {status} {body[:300]!r}")
        return body


def totp(secret, now):
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    mac = hmac.new(key, struct.pack(">Q", int(now) // 30), hashlib.sha1).digest()
    at = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[at:at + 4])[0] & 0x7fffffff) % 1000000:06d}"


def session(inst, role, name):
    """Makes a person, signs in, and gives the session's cookie."""
    password = "ひのみ-bench-2026!"
    r = inst.cli("user", "add", name, "--role", role, "--name", "測定 太郎", "--password-stdin", text=password + "\n")
    secret = [x.split()[-1] for x in r.stdout.splitlines() if x.strip()][-1]
    c = http.client.HTTPConnection("127.0.0.1", inst.port, timeout=60)
    c.request("GET", "/login")
    r = c.getresponse()
    page, cookies = r.read().decode(), cookies_of(r)
    token = re.search(r'name="csrf"[^>]*value="([^"]*)"', page)
    form = {"login": name, "password": password, "code": totp(secret, time.time())}
    if token:
        form["csrf"] = token[1]
    c.request("POST", "/login", urllib.parse.urlencode(form),
              {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookies, "Origin": inst.base})
    r = c.getresponse()
    body = r.read()
    if r.status not in (302, 303) or not cookies_of(r):
        raise RuntimeError(f"sign-in: {r.status} {body[-600:]!r}")
    return cookies_of(r)


def cookies_of(r):
    return "; ".join(v.split(";", 1)[0] for k, v in r.getheaders() if k.lower() == "set-cookie")


def page_cost(inst, meter, client, path, n=30, check=None):
    """CPU-ms of all processes for one GET of a page or answer, and the median time, of 3 rounds of n."""
    body = client.get(path)
    if check is not None and check not in body:
        raise RuntimeError(f"{path} does not show what it should: {body[:300]!r}")

    def one():
        times = []
        with meter:
            for _ in range(n):
                t = time.perf_counter()
                client.get(path)
                times.append(time.perf_counter() - t)
        return meter.cpu / n * 1e3, median(times) * 1e3
    return rounds(one)
