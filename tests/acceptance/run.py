#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the acceptance tests (test_*.py here) against one instance; `run.py WORD` only those whose title
or module has the word. Writes the requirement IDs that were performed to build/coverage.txt and, with
--write-coverage, to tests/coverage.md."""
import importlib
import os
import sys
import time
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness  # noqa: E402


def main():
    args = [a for a in sys.argv[1:] if not a.startswith("--")]
    here = os.path.dirname(os.path.abspath(__file__))
    for name in sorted(os.listdir(here)):
        if name.startswith("test_") and name.endswith(".py"):
            importlib.import_module(name[:-3])
    chosen = [t for t in harness.TESTS if not args or any(a in t[1] or a in t[0] for a in args)]
    passed = failed = skipped = 0
    covered = {}
    inst = harness.Instance()
    try:
        for module, title, ids, fn, _ in chosen:
            start = time.time()
            try:
                fn(inst)
            except harness.Skip as e:
                skipped += 1
                print(f"skip  {module}: {title}: {e}", flush=True)
            except Exception:  # a test may fail in any way; the others go on
                failed += 1
                print(f"FAIL  {module}: {title}", flush=True)
                traceback.print_exc()
            else:
                passed += 1
                print(f"ok    {module}: {title} ({time.time() - start:.1f} s)", flush=True)
                for i in ids:
                    covered.setdefault(i, []).append(f"{module}: {title}")
    finally:
        try:
            inst.stop()
            passed += 1
            print("ok    the processes end cleanly")
        except AssertionError as e:
            failed += 1
            print(f"FAIL  the processes end cleanly: {e}")
    root = harness.ROOT
    os.makedirs(os.path.join(root, "build"), exist_ok=True)
    with open(os.path.join(root, "build/coverage.txt"), "w", encoding="utf-8") as f:
        f.write(" ".join(sorted(covered)) + "\n")
    if "--write-coverage" in sys.argv:
        with open(os.path.join(root, "tests/coverage.md"), "w", encoding="utf-8") as f:
            f.write("# Requirement rows performed by acceptance tests\n\nMade by "
                    "`tests/acceptance/run.py --write-coverage` from the tests' own marks.\n\n"
                    "| row | test |\n| --- | --- |\n")
            for i in sorted(covered):
                f.write(f"| {i} | {'; '.join(covered[i])} |\n")
    if os.environ.get("HN_COUNTS"):
        with open(os.environ["HN_COUNTS"], "a", encoding="utf-8") as f:
            f.write(f"acceptance {passed} {failed} {skipped}\n")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
