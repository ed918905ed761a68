#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the acceptance tests (test_*.py here), each kind of instance in a thread of its own; `run.py WORD` only
those whose title or module has the word. Writes the requirement IDs that were performed to build/coverage.txt
and, with --write-coverage, to tests/coverage.md."""
import concurrent.futures
import importlib
import os
import sys
import threading
import time
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness  # noqa: E402

AT_ONCE = {"estate": 16}


class Run:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.covered = {}
        self.lock = threading.Lock()

    def say(self, text, trace=None):
        with self.lock:
            print(text, flush=True)
            if trace:
                print(trace, flush=True)

    def one(self, inst, module, title, ids, fn):
        start = time.time()
        try:
            fn(inst)
        except harness.Skip as e:
            self.skipped += 1
            self.say(f"skip  {module}: {title}: {e}")
        except Exception:  # a test may fail in any way; the others go on
            self.failed += 1
            self.say(f"FAIL  {module}: {title}", traceback.format_exc())
        else:
            self.passed += 1
            self.say(f"ok    {module}: {title} ({time.time() - start:.1f} s)")
            with self.lock:
                for i in ids:
                    self.covered.setdefault(i, []).append(f"{module}: {title}")

    def kind(self, on, tests):
        """All tests of one kind of instance."""
        start = time.time()
        try:
            inst = harness.KINDS[on]()
        except harness.Skip as e:
            for module, title, _, _, _ in tests:
                self.skipped += 1
                self.say(f"skip  {module}: {title}: {e}")
            return
        except Exception:
            self.failed += len(tests)
            self.say(f"FAIL  instance {on} does not start", traceback.format_exc())
            return
        self.say(f"      instance {on} is ready ({time.time() - start:.1f} s)")
        try:
            with concurrent.futures.ThreadPoolExecutor(AT_ONCE.get(on, 1)) as pool:
                for module, title, ids, fn, _ in tests:
                    pool.submit(self.one, inst, module, title, ids, fn)
        finally:
            try:
                inst.stop()
                self.passed += 1
                self.say(f"ok    the processes of instance {on} end cleanly ({time.time() - start:.1f} s in all)")
            except AssertionError as e:
                self.failed += 1
                self.say(f"FAIL  the processes of instance {on} end cleanly: {e}")


def main():
    args = [a for a in sys.argv[1:] if not a.startswith("--")]
    here = os.path.dirname(os.path.abspath(__file__))
    for name in sorted(os.listdir(here)):
        if name.startswith("test_") and name.endswith(".py"):
            importlib.import_module(name[:-3])
    chosen = [t for t in harness.TESTS if not args or any(a in t[1] or a in t[0] for a in args)]
    run = Run()
    threads = []
    for on in harness.KINDS:
        tests = [t for t in chosen if t[4] == on]
        if tests:
            threads.append(threading.Thread(target=run.kind, args=(on, tests)))
            threads[-1].start()
    for t in threads:
        t.join()
    root = harness.ROOT
    os.makedirs(os.path.join(root, "build"), exist_ok=True)
    with open(os.path.join(root, "build/coverage.txt"), "w", encoding="utf-8") as f:
        f.write(" ".join(sorted(run.covered)) + "\n")
    if "--write-coverage" in sys.argv:
        with open(os.path.join(root, "tests/coverage.md"), "w", encoding="utf-8") as f:
            f.write("# Requirement rows performed by acceptance tests\n\nMade by "
                    "`tests/acceptance/run.py --write-coverage` from the tests' own marks.\n\n"
                    "| row | test |\n| --- | --- |\n")
            for i in sorted(run.covered):
                f.write(f"| {i} | {'; '.join(sorted(run.covered[i]))} |\n")
    if os.environ.get("HN_COUNTS"):
        with open(os.environ["HN_COUNTS"], "a", encoding="utf-8") as f:
            f.write(f"acceptance {run.passed} {run.failed} {run.skipped}\n")
    print(f"{run.passed} passed, {run.failed} failed, {run.skipped} skipped")
    return 1 if run.failed else 0


if __name__ == "__main__":
    sys.exit(main())
