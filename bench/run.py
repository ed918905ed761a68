#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make bench: cost per unit of work, as `name: value unit (aim …)` lines, at two sizes.

BENCH=word runs only the parts whose word begins so (`make bench BENCH=snmp`); BENCH=list names them.
CPU is user + system of all processes that take part (serve, work, probe and the database's backends), read
from /proc before and after; the load's own is left out. Loopback only, bounded, stops by itself.
"""
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lib import PARTS, harness, note  # noqa: E402
import probing  # noqa: E402,F401
import api  # noqa: E402,F401
import desk  # noqa: E402,F401


def run_home(home, parts):
    inst = None if home is None else harness.Instance("bench")
    try:
        for word, what, _, fn in parts:
            start = time.monotonic()
            note(f"{word}: {what}")
            fn(inst) if inst else fn()
            note(f"{word}: took {time.monotonic() - start:.0f} s")
    finally:
        if inst:
            inst.stop()


def main():
    wanted = os.environ.get("BENCH", "")
    if wanted == "list":
        for word, what, _, _ in PARTS:
            print(f"{word:10} {what}")
        return 0
    chosen = [p for p in PARTS if p[0].startswith(wanted)]
    if not chosen:
        print(f"no part is called {wanted}; BENCH=list names them", file=sys.stderr)
        return 2
    for home in dict.fromkeys(p[2] for p in chosen):
        run_home(home, [p for p in chosen if p[2] == home])
    return 0


if __name__ == "__main__":
    sys.exit(main())
