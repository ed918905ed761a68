#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the template engine with jinja2: every case goes through `hinomi template render` and through
jinja2 under the same settings, and both must print the same or both must fail.

    tests/support/jinja_compare.py [--cases FOLDER] [--hinomi PROGRAM] [-v] [--lowest PERCENT]

Cases are *.jsonl files with "template", "templates", "context", "settings" (of these autoescape and
undefined count: the engine has no others), and the expressions of jinja_expressions.txt beside this script,
one a line. Needs Debian's python3-jinja2. Ends with 1 where the agreement is below --lowest (default 100
of the cases that server/tpl/REFUSED.md does not name).
"""

import argparse
import glob
import json
import os
import subprocess
import sys
import tempfile

import jinja2
import jinja2.ext
import jinja2.sandbox

HERE = os.path.dirname(os.path.abspath(__file__))

# Why a case cannot agree: what of it server/tpl/REFUSED.md names. The first that the case has counts.
REFUSED_SETTINGS = [
    "block_start_string",
    "variable_start_string",
    "line_statement_prefix",
    "line_comment_prefix",
    "finalize",
    "enable_async",
    "extensions",
]


def refused(case, want, got):
    if "number is too large" in str(got):
        return "integers beyond 64 bits"
    if "too much memory" in str(got):
        return "memory limit"
    if "<generator object" in str(want):
        return "printed generators"
    settings = case.get("settings") or {}
    for word in REFUSED_SETTINGS:
        if settings.get(word) is not None:
            return word
    text = case["template"]
    for word in ("|pprint", "|random", "|lipsum", "lipsum("):
        if word in text:
            return word
    if "__class__" in text:
        return "__class__"
    return None


def load(folder):
    for path in sorted(glob.glob(os.path.join(folder, "*.jsonl"))):
        with open(path, encoding="utf-8") as f:
            for line in f:
                yield json.loads(line)


def expressions():
    path = os.path.join(HERE, "jinja_expressions.txt")
    context = {}
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            line = line.rstrip("\n")
            if line.startswith("#= "):
                context = json.loads(line[3:])
            elif line and not line.startswith("# "):
                auto = line.startswith("!")
                line = line[auto:]
                text = line.replace("\\n", "\n") if "{%" in line or "{{" in line else "{{ " + line + " }}"
                settings = {"autoescape": auto}
                yield {"id": f"expressions:{number}", "template": text, "context": context, "settings": settings}


def settings_of(case):
    settings = case.get("settings") or {}
    auto = bool(settings.get("autoescape")) or case.get("name", "").endswith(".html") and case["id"].startswith("mini")
    strict = str(settings.get("undefined", "")).lower().startswith("strict")
    return auto, strict


def by_jinja(case, folder):
    auto, strict = settings_of(case)
    env = jinja2.sandbox.ImmutableSandboxedEnvironment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=auto,
        undefined=jinja2.StrictUndefined if strict else jinja2.Undefined,
        extensions=["jinja2.ext.do"],
    )
    sys.setrecursionlimit(400)
    try:
        return env.get_template("main.case").render(case.get("context") or {})
    except Exception as e:  # whatever a template makes jinja2 raise is "it failed"
        return e
    finally:
        sys.setrecursionlimit(1000)


def by_hinomi(case, folder, program):
    auto, strict = settings_of(case)
    args = [program, "--config", os.path.join(folder, "config")]
    args += ["template", "render", os.path.join(folder, "main.case")]
    args += ["--context", os.path.join(folder, "context.json")]
    args += [] if auto else ["--no-autoescape"]
    args += [] if strict else ["--lenient"]
    run = subprocess.run(args, capture_output=True, timeout=60, check=False)
    if run.returncode < 0 or run.returncode > 2:
        raise SystemExit(f"{case['id']}: hinomi ended with {run.returncode}: {run.stderr[-2000:]}")
    if run.returncode == 0:
        return run.stdout.decode("utf-8")
    return RuntimeError(run.stderr.decode("utf-8").strip().split("\n")[-1])


def write(folder, name, text):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="") as f:
        f.write(text)


def run_case(case, program):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (case.get("templates") or {}).items():
            write(folder, name, text)
        write(folder, "main.case", case["template"])
        write(folder, "config", "language = en\n")
        write(folder, "context.json", json.dumps(case.get("context") or {}))
        return by_jinja(case, folder), by_hinomi(case, folder, program)


def same(a, b):
    if isinstance(a, Exception) or isinstance(b, Exception):
        return isinstance(a, Exception) and isinstance(b, Exception)
    return a == b


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--cases", default="../shared/data/jinja")
    p.add_argument("--hinomi", default="build/hinomi")
    p.add_argument("--lowest", type=float, default=100)
    p.add_argument("-v", action="store_true", help="also show the refused cases")
    o = p.parse_args()
    cases = list(load(o.cases)) + list(expressions())
    agree, apart, out = 0, 0, {}
    for case in cases:
        want, got = run_case(case, o.hinomi)
        if same(want, got):
            agree += 1
            continue
        why = refused(case, want, got)
        if why is not None:
            out[why] = out.get(why, 0) + 1
            if not o.v:
                continue
        else:
            apart += 1
        print(f"{case['id']}: {case['template']!r}\n  jinja2: {want!r}\n  hinomi: {got!r}")
    n = len(cases)
    left = sum(out.values())
    rate = 100 * agree / (n - left)
    print(f"{n} cases: {agree} agree, {apart} differ, {left} refused on purpose {out}")
    print(f"agreement {rate:.1f} % of what the subset has, {100 * agree / n:.1f} % of all")
    return 0 if rate >= o.lowest else 1


if __name__ == "__main__":
    sys.exit(main())
