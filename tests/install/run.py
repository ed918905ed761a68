#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `make install`, `make dist` and `make deb` make; `run.py WORD` only the tests whose title has the word.

Uses the release build (build/hinomi); writes to temporary folders and build/ only."""
import importlib
import os
import sys
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import kit  # noqa: E402


def main():
    words = sys.argv[1:]
    passed = failed = skipped = 0
    for name in sorted(os.listdir(HERE)):
        if name.startswith("test_") and name.endswith(".py"):
            importlib.import_module(name[:-3])
    staged = kit.Staged()
    try:
        for title, fn in kit.TESTS:
            if words and not any(w in title for w in words):
                continue
            try:
                fn(staged)
            except kit.Skip as e:
                skipped += 1
                print(f"skip  install: {title}: {e}", flush=True)
            except Exception:  # a test may fail in any way; the others go on
                failed += 1
                print(f"FAIL  install: {title}", flush=True)
                traceback.print_exc()
            else:
                passed += 1
                print(f"ok    install: {title}", flush=True)
    finally:
        staged.remove()
    if os.environ.get("HN_COUNTS"):
        with open(os.environ["HN_COUNTS"], "a", encoding="utf-8") as f:
            f.write(f"install {passed} {failed} {skipped}\n")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
