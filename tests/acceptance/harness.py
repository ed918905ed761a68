# SPDX-License-Identifier: Apache-2.0
"""A real installation for acceptance tests: PostgreSQL, serve and work of the program under test.

A test is a function marked @test("what it shows", "SLA-02", …): the IDs are those requirement rows whose
acceptance example it performs through the command line, HTTP or a browser. It gets the instance.
"""
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.environ.get("HN_BIN", os.path.join(ROOT, "build/hinomi"))
TESTS = []


def test(title, *ids, skip=None):
    def mark(fn):
        TESTS.append((fn.__module__, title, ids, fn, skip))
        return fn
    return mark


class Skip(Exception):
    pass


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


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
        self.program = program
        self.state = tempfile.mkdtemp(prefix="hn-" + name + "-", dir="/tmp")
        os.chmod(self.state, 0o755)
        self.port, self.door = free_port(), free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.procs = []
        self.tokens = {}
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
        self.cli("migrate")
        self.serve = self.spawn("serve")
        self.work = self.spawn("work")
        self.wait_ready()

    def spawn(self, *args):
        log = open(os.path.join(self.state, args[0] + ".log"), "ab")
        p = subprocess.Popen([self.program, *args], env=self.env, cwd=ROOT, stdout=log, stderr=log)
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

    def cli(self, *args, check=True, text=None):
        r = subprocess.run([self.program, *args], env=self.env, cwd=ROOT, input=text, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, text=True, timeout=300)
        if check and r.returncode != 0:
            raise RuntimeError(f"hinomi {' '.join(args)}: exit {r.returncode}: {r.stderr[-2000:]}")
        return r

    def token(self, role, name=None):
        key = name or role
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
            time.sleep(every)

    def stop(self):
        for p in reversed(self.procs):
            if p.poll() is None:
                p.send_signal(signal.SIGTERM)
        bad = []
        for p in self.procs:
            try:
                code = p.wait(timeout=60)
            except subprocess.TimeoutExpired:
                p.kill()
                code = "killed after 60 s"
            if code != 0:
                bad.append(f"{p.args[1]} ended with {code}")
        subprocess.run(["tools/pg", "stop", self.state], cwd=ROOT, check=False)
        if bad:
            raise AssertionError("; ".join(bad) + "\n" + self.log("serve") + self.log("work"))
        shutil.rmtree(self.state, ignore_errors=True)
