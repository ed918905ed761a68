# SPDX-License-Identifier: Apache-2.0
"""Real installations for acceptance tests: PostgreSQL, serve and work of the program under test.

A test is a function marked @test("what it shows", "SLA-02", …): the IDs are those requirement rows whose
acceptance example it performs through the command line, HTTP or a browser. It gets the instance that `on`
names: "plain", an empty one; "estate", with the sample estate, its simulated devices in a network namespace
and the probe that watches them; "past", with the sample history; "clock", whose clock the test sets. Those of
one instance run one after another, but on "estate" all at once, for they wait more than they work: each breaks
devices of its own.
"""
import datetime
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.environ.get("HN_BIN", os.path.join(ROOT, "build/hinomi"))
RELEASE = os.path.join(ROOT, "build/hinomi")  # for what only prepares and takes long
TESTS = []


def test(title, *ids, on="plain"):
    def mark(fn):
        TESTS.append((fn.__module__, title, ids, fn, on))
        return fn
    return mark


class Skip(Exception):
    pass


def free_port():
    """A port that nobody listens on, below those that the kernel gives to connections: several instances
    connect all the time, and what was free a moment ago would be theirs."""
    while True:
        port = random.SystemRandom().randrange(20000, 32000)
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def equal(got, want, what=""):
    if got != want:
        raise AssertionError(f"{what}: got {got!r}, expected {want!r}")


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    def fields(self):
        return {e["field"] for e in self.json.get("errors", [])}


class Instance:
    """One running installation. roles: tokens are made at first use. The program finds its own files."""

    def __init__(self, name="acceptance", program=BIN):
        self.name = name
        self.program = program
        self.state = tempfile.mkdtemp(prefix="hn-" + name + "-", dir="/tmp")
        os.chmod(self.state, 0o755)
        self.port, self.door = free_port(), free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.procs = []
        self.tokens = {}
        self.lock = threading.Lock()
        if os.geteuid() == 0:
            subprocess.run(["bash", "-c", ". tools/lib.sh; make_user; chown hinomi: " + self.state],
                           cwd=ROOT, check=True)
        conn = subprocess.run(["tools/pg", "start", self.state], cwd=ROOT, check=True,
                              stdout=subprocess.PIPE, text=True).stdout.strip()
        self.conf = os.path.join(self.state, "hinomi.conf")
        with open(self.conf, "w", encoding="utf-8") as f:
            f.write(f"""database = {conn}
address = 127.0.0.1
port = {self.port}
satellite_port = {self.door}
state = {self.state}
base_url = {self.base}
""")
        self.env = dict(os.environ, HINOMI_STATE=self.state)
        try:
            self.cli("migrate")
            self.before_start()
            self.serve = self.spawn("serve")
            self.work = self.spawn("work")
            self.wait_ready()
            self.after_start()
        except BaseException:
            self.stop(False)
            raise

    def before_start(self):
        pass

    def after_start(self):
        pass

    def spawn(self, *args, argv=None, env=None):
        """A process that runs until stop(): a sub-command of the program, or argv."""
        log = open(os.path.join(self.state, args[0] + ".log"), "ab")
        p = subprocess.Popen(argv or [self.program, *args], env=dict(self.env, **(env or {})), cwd=ROOT, stdout=log,
                             stderr=log, start_new_session=True)
        p.what = args[0]
        self.procs.append(p)
        return p

    def wait_ready(self, seconds=60):
        end = time.time() + seconds
        while time.time() < end:
            try:
                if urllib.request.urlopen(self.base + "/readyz", timeout=5).status == 200:
                    return
            except OSError:
                time.sleep(0.2)
        raise RuntimeError("the server does not get ready: " + self.log("serve"))

    def log(self, name):
        with open(os.path.join(self.state, name + ".log"), encoding="utf-8", errors="replace") as f:
            return f.read()[-3000:]

    def cli(self, *args, check=True, text=None, program=None, env=None, cwd=ROOT):
        r = subprocess.run([program or self.program, *args], env=self.env if env is None else env, cwd=cwd, input=text,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=600)
        if check and r.returncode != 0:
            raise RuntimeError(f"hinomi {' '.join(args)}: exit {r.returncode}: {r.stderr[-2000:]}")
        return r

    def token(self, role, name=None):
        key = name or role
        with self.lock:
            if key not in self.tokens:
                self.tokens[key] = self.cli("token", "create", "--name", key, "--role", role).stdout.strip()
            return self.tokens[key]

    def call(self, method, path, body=None, role="admin", name=None, raw=None, headers=None):
        h = {"Content-Type": "application/json"}
        if role:
            h["Authorization"] = "Bearer " + self.token(role, name)
        h.update(headers or {})
        data = raw if raw is not None else json.dumps(body).encode() if body is not None else None
        req = urllib.request.Request(self.base + path, method=method, data=data, headers=h)
        try:
            with urllib.request.urlopen(req, timeout=60) as r:
                return Reply(r.status, r.headers, r.read())
        except urllib.error.HTTPError as e:
            return Reply(e.code, e.headers, e.read())

    def ok(self, method, path, body=None, role="admin", name=None, status=None):
        r = self.call(method, path, body, role, name)
        if r.status not in ([status] if status else [200, 201, 202, 204]):
            raise AssertionError(f"{method} {path}: {r.status} {r.body[:600].decode(errors='replace')}")
        return r.json if r.body else None

    def wait(self, what, fn, seconds=60, every=0.3):
        end = time.time() + seconds
        while True:
            got = fn()
            if got:
                return got
            if time.time() > end:
                raise AssertionError(f"waited {seconds} s in vain: {what}")
            gone = [p.what for p in self.procs if p.poll()]
            if gone:
                raise AssertionError(f"{gone} ended while waiting: {what}")
            time.sleep(every)

    def items(self, path, role="admin"):
        """All items of a list, page by page."""
        out, more = [], ""
        while True:
            page = self.ok("GET", path + ("&" if "?" in path else "?") + "limit=1000" + more, role=role)
            out += page["items"]
            if not page["next"]:
                return out
            more = "&cursor=" + page["next"]

    def stop(self, well=True):
        """Ends all processes; well: they must end cleanly."""
        for p in reversed(self.procs):
            if p.poll() is None:
                os.killpg(p.pid, signal.SIGTERM)
        bad = []
        for p in self.procs:
            try:
                code = p.wait(timeout=60)
            except subprocess.TimeoutExpired:
                os.killpg(p.pid, signal.SIGKILL)
                code = "killed after 60 s"
            if code != 0:
                bad.append(f"{self.name}: {p.what} ended with {code}\n{self.log(p.what)}")
        subprocess.run(["tools/pg", "stop", self.state], cwd=ROOT, check=False)
        if bad and well:
            raise AssertionError("\n".join(bad))
        shutil.rmtree(self.state, ignore_errors=True)


class Estate(Instance):
    """With the sample estate, its simulated devices and the probe `sample`."""

    def __init__(self):
        super().__init__("estate")

    def after_start(self):
        self.spawn("estate-net", argv=[*self.inside(), "tools/estate-net", BIN, self.conf])
        self.wait("the simulated devices listen", lambda: os.path.exists(os.path.join(self.state, "run/estate.sock")), 120)

    def inside(self):
        """What runs a command in a fresh network namespace, where it may write the state folder."""
        mapped = ["unshare", "--user", "--map-root-user", "--net"]
        ways = [["unshare", "--net"], ["runuser", "-u", "hinomi", "--", *mapped]] if os.geteuid() == 0 else [mapped]
        for way in ways:
            can = subprocess.run([*way, "sh", "-c", f"ip link set lo up && test -r {BIN} && test -w {self.state}"],
                                 cwd=ROOT, stderr=subprocess.DEVNULL, check=False)
            if can.returncode == 0:
                return way
        raise Skip("no network namespace can be made here")

    def before_start(self):
        self.cli("estate", "load")


class Past(Instance):
    """With 13 complete months of sample history and the running one."""

    def __init__(self):
        super().__init__("past")

    def before_start(self):
        program = RELEASE if os.path.exists(RELEASE) else BIN
        self.cli("estate", "load", program=program)
        self.cli("estate", "history", "--months", "13", program=program)


class Clock(Instance):
    """serve and work see the time that set() told them last; it stands still. (libfaketime)"""

    def __init__(self):
        self.lib = next((f"/usr/lib/{d}/faketime/libfaketimeMT.so.1" for d in sorted(os.listdir("/usr/lib"))
                         if os.path.exists(f"/usr/lib/{d}/faketime/libfaketimeMT.so.1")), None)
        if self.lib is None:
            raise Skip("libfaketime is not installed")
        super().__init__("clock")

    def before_start(self):
        self.set("2026-10-01T09:00:00+09:00")

    def set(self, at):
        t = datetime.datetime.fromisoformat(at).astimezone(datetime.timezone.utc)
        with open(os.path.join(self.state, "clock.new"), "w", encoding="ascii") as f:
            f.write(t.strftime("%Y-%m-%d %H:%M:%S\n"))
        os.replace(os.path.join(self.state, "clock.new"), os.path.join(self.state, "clock"))

    def spawn(self, *args, argv=None, env=None):
        # The sanitizer's own library must come first.
        asan = subprocess.run(["ldd", BIN], stdout=subprocess.PIPE, text=True, check=True).stdout
        first = [w for w in asan.split() if "/libasan.so" in w]
        return super().spawn(*args, argv=argv, env={
            "LD_PRELOAD": " ".join([*first, self.lib]), "FAKETIME_TIMESTAMP_FILE": os.path.join(self.state, "clock"),
            "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "TZ": "UTC"})


KINDS = {"plain": Instance, "estate": Estate, "past": Past, "clock": Clock}
