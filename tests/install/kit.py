# SPDX-License-Identifier: Apache-2.0
"""For the tests of this folder: a test is a function marked @test("what it shows"); it gets the staged installation."""
import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests/acceptance"))
sys.path.insert(0, os.path.join(ROOT, "tests/support"))
import harness  # noqa: E402
from harness import Skip, equal  # noqa: E402,F401

TESTS = []


def test(title):
    def mark(fn):
        TESTS.append((title, fn))
        return fn
    return mark


def run(*args, check=True, **more):
    r = subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=more.pop("cwd", ROOT),
                       timeout=600, **more)
    if check and r.returncode != 0:
        raise AssertionError(f"{' '.join(args)}: exit {r.returncode}: {r.stdout[-3000:]}")
    return r


def make(*args, cwd=ROOT, **more):
    # Not this make's job server or variables.
    env = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES")}
    return run("make", "--no-print-directory", *args, cwd=cwd, env=env, **more)


def files(top):
    found = []
    for folder, _, names in os.walk(top):
        found += [os.path.relpath(os.path.join(folder, n), top) for n in names]
    return sorted(found)


class Staged:
    """An installation in a staging folder."""

    def __init__(self):
        self.dest = tempfile.mkdtemp(prefix="hn-install-", dir="/tmp")
        os.chmod(self.dest, 0o755)
        make("install", f"DESTDIR={self.dest}", "PREFIX=/usr")
        self.top = self.dest + "/usr"
        self.program = self.top + "/bin/hinomi"

    def remove(self):
        shutil.rmtree(self.dest, ignore_errors=True)
