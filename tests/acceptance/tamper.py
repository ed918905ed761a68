# SPDX-License-Identifier: Apache-2.0
"""Alters an evidence export as a forger would: one value, with every digest made again to fit."""
import copy
import importlib.machinery
import importlib.util
import json
import os
import random

from harness import ROOT

_loader = importlib.machinery.SourceFileLoader("verify_evidence", os.path.join(ROOT, "tools/verify-evidence"))
verify = importlib.util.module_from_spec(importlib.util.spec_from_loader("verify_evidence", _loader))
_loader.exec_module(verify)

# What no figure depends on and no journal repeats: words for people.
FREE = {"digest", "name", "login", "note", "evidence", "reason", "decision_note", "title", "number", "code", "ticket_id",
        "kind", "change_id", "address", "size", "sha256", "format", "attempts", "made_at", "host_id", "site_id", "by_id",
        "public", "field", "created_by", "created_at", "priority_version", "service",
        "seq", "id", "late", "old_from", "old_to", "from_state", "confirmed_at", "valid_from", "outcome", "resolved_at"}


def load(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f, parse_float=str)


def seal(o, top=True):
    for v in o.values() if isinstance(o, dict) else o:
        if isinstance(v, (dict, list)):
            seal(v, False)
    if isinstance(o, list):
        for row in o:
            if isinstance(row, dict):
                row["digest"] = verify.digest(row)
    if top:
        o["digest"] = verify.digest(o)
    return o


def problems(doc):
    """What the verifier says of a document."""
    found = []
    try:
        verify.check_document(doc, lambda where, what: found.append(f"{where}: {what}"))
    except Exception as e:  # what cannot be read is no evidence
        found.append(repr(e))
    return found


def places(o, path=()):
    if isinstance(o, dict):
        for k, v in o.items():
            if k not in FREE:
                yield from places(v, path + (k,))
    elif isinstance(o, list):
        for i, v in enumerate(o):
            yield from places(v, path + (i,))
    else:
        yield path


def at(o, path):
    for k in path:
        o = o[k]
    return o


def other(v, rng):
    if v is None:
        return "2026-01-01T00:00:00Z"
    if isinstance(v, bool):
        return not v
    if isinstance(v, int):
        return v + rng.choice((-1, 1, 60, 3600))
    if isinstance(v, str) and len(v) >= 20 and v[10:11] == "T":
        return v[:11] + f"{(int(v[11:13]) + 5) % 24:02d}" + v[13:]
    return v + "x"


def altered(doc, path, rng):
    c = copy.deepcopy(doc)
    at(c, path[:-1])[path[-1]] = other(at(c, path), rng)
    return seal(c)


def sample(doc, n, seed):
    rng = random.Random(seed)
    # Every kind of place gets its share, however many rows of it there are.
    kinds = {}
    for p in places(doc):
        kinds.setdefault(tuple(k for k in p if isinstance(k, str)), []).append(p)
    keys = sorted(kinds)
    for k in range(min(n, len(keys)) if n else len(keys)):
        kind = keys[k % len(keys)]
        yield kind, rng.choice(kinds[kind]), rng
