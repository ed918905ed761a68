# SPDX-License-Identifier: Apache-2.0
"""The evidence export is computed again by a program of its own; what a forger alters in it is found."""
import copy
import datetime
import os
import subprocess
import tempfile

import tamper
import test_report
import test_sla as sla
from harness import ROOT, equal, test

MONTH = test_report.MONTH
made = {}


def day(d, hm):
    return f"{MONTH}-{d:02d}T{hm}:00+09:00"


def evidence(i):
    """A month with a measured and a recorded outage, a correction, exclusions, a decided gap, and tickets."""
    if made:
        return made["doc"]
    test_report.fill_month(i, "証跡")
    s = sla.service(i)
    for metric in ("first_response", "resolution"):
        l = i.ok("POST", "/api/v1/slas", {"service_id": s, "metric": metric, "calendar_id": sla.calendar(i), "target": 0.9})
        i.ok("POST", f"/api/v1/slas/{l['id']}/approve", {}, "ward_it")
    with tempfile.TemporaryDirectory() as d:
        f = os.path.join(d, "e.json")
        i.cli("evidence", "export", "--month", MONTH, "-o", f)
        run = subprocess.run(["/usr/bin/python3", os.path.join(ROOT, "tools/verify-evidence"), f], stdout=subprocess.PIPE, text=True)
        equal(run.returncode, 0, run.stdout)
        made["doc"] = tamper.load(f)
    return made["doc"]


def first(rows, what=lambda r: True):
    return next(r for r in rows if what(r))


def mine(doc):
    return first(doc["services"], lambda s: s["name"].startswith(test_report.GLYPHS + " 証跡"))


def mine_sla(doc):
    return first(doc["slas"], lambda x: x["service_id"] == mine(doc)["id"])


def calendar_of(doc):
    return first(doc["calendars"], lambda c: c["id"] == mine_sla(doc)["versions"][0]["calendar_id"])


def approved(doc):
    return first(mine(doc)["exclusions"], lambda x: x["state"] == "approved")


def move(row, key, minutes):
    t = datetime.datetime.fromisoformat(row[key].replace("Z", "+00:00")) + datetime.timedelta(minutes=minutes)
    row[key] = t.strftime("%Y-%m-%dT%H:%M:%SZ")


def role(doc):
    row = first(doc["audit"], lambda r: '"exclusion.approve"' in r["canonical"])
    row["canonical"] = row["canonical"].replace('"ward_it"', '"noc"')
    row["row_hash"] = tamper.verify.hashlib.sha256(row["canonical"].encode()).hexdigest()


def critical(doc):
    rows = [t for c in doc["checks"] for t in c["transitions"] if t["to_state"] == "critical"]
    return rows[0]


# What is altered; digests (and, for the role, the audit row's own hash) are made again to fit.
ALTERED = [
    ("an outage is altered", lambda d: move(first(mine(d)["outages"], lambda o: o["source"] == "rule"), "to", -5)),
    ("a recorded outage is altered", lambda d: move(first(mine(d)["outages"], lambda o: o["source"] == "hand"), "to", -5)),
    ("an outage is removed", lambda d: mine(d)["outages"].pop(0)),
    ("a recorded outage is removed", lambda d: mine(d)["outages"].pop()),
    ("a correction is removed", lambda d: first(mine(d)["outages"], lambda o: o["changes"])["changes"].pop()),
    ("an approval's person", lambda d: approved(d).update(decided_by=approved(d)["proposed_by"])),
    ("an approval's person, a third one", lambda d: approved(d).update(decided_by=1)),
    ("an approval's time", lambda d: move(approved(d), "decided_at", -60)),
    ("an approval's role", role),
    ("an approval is dropped", lambda d: approved(d).update(state="proposed", decided_by=None, decided_at=None)),
    ("a rejected exclusion counts", lambda d: first(mine(d)["exclusions"], lambda x: x["state"] == "rejected").update(state="approved")),
    ("an exclusion's bounds", lambda d: move(approved(d), "to", 3)),
    ("an exclusion is removed", lambda d: mine(d)["exclusions"].remove(approved(d))),
    ("a gap's decision", lambda d: mine(d)["gaps"][0].update(decision="down")),
    ("a calendar row", lambda d: calendar_of(d)["versions"][0]["definition"]["weekly"].pop("mon")),
    ("a calendar's hour", lambda d: calendar_of(d)["versions"][0]["definition"]["weekly"]["tue"][0].__setitem__(1, "12:01")),
    ("a calendar version's validity", lambda d: calendar_of(d)["versions"][0].update(valid_from="2031-01-01T00:00:00Z")),
    ("a calendar's approval", lambda d: calendar_of(d)["versions"][0].update(approved_by=calendar_of(d)["versions"][0]["created_by"])),
    ("a transition's time", lambda d: move(critical(d), "at", 2)),
    ("a transition's state", lambda d: critical(d).update(to_state="ok")),
    ("a transition is removed", lambda d: first(d["checks"], lambda c: critical(d) in c["transitions"])["transitions"].remove(critical(d))),
    ("a sample is removed", lambda d: [c["samples"].clear() for c in d["checks"]]),
    ("a target", lambda d: mine_sla(d)["versions"][0].update(target_e6=990000)),
    ("an annual cap", lambda d: mine_sla(d)["versions"][0].update(year_cap_s=99999)),
    ("the rule", lambda d: mine(d)["versions"][-1].update(rule=None)),
    ("an audit row is removed", lambda d: d["audit"].remove(first(d["audit"], lambda r: '"exclusion.approve"' in r["canonical"]))),
    ("an audit row is altered", lambda d: d["audit"][0].update(canonical=d["audit"][0]["canonical"].replace("1", "2", 1))),
] + [(f"the printed figure {k}", lambda d, k=k: mine_sla(d)["figures"].update({k: mine_sla(d)["figures"][k] + 1})) for k in (
    "planned_s", "maintenance_s", "exclusion_s", "excluded_s", "downtime_s", "unmeasured_s", "up_s", "year_downtime_s",
    "year_cap_s", "year_left_s", "year_forecast_s")] + [
    (f"the printed ratio {k}", lambda d, k=k: mine_sla(d)["figures"][k].__setitem__(0, mine_sla(d)["figures"][k][0] + 1)) for k in (
        "availability", "availability_min", "availability_without_exclusions")]


@test("each figure of the evidence is computed again by a program of its own; each kind of alteration is found")
def kinds(i):
    doc = evidence(i)
    equal(tamper.problems(doc), [], "as it was exported")
    equal(tamper.problems(tamper.seal(copy.deepcopy(doc))), [], "sealed again")
    passed = []
    for name, change in ALTERED:
        forged = copy.deepcopy(doc)
        change(forged)
        assert tamper.problems(forged), f"without new digests: {name}"
        if not tamper.problems(tamper.seal(forged)):
            passed.append(name)
    equal(passed, [], "alterations with fitting digests that were not found")


@test("one value of each kind of place in the evidence, altered at random: digests find every one, the figures' own sense most")
def values(i):
    doc = evidence(i)
    tried = missed = 0
    for kind, path, rng in tamper.sample(doc, 0, 20261128):
        forged = tamper.altered(doc, path, rng)
        plain = copy.deepcopy(doc)
        tamper.at(plain, path[:-1])[path[-1]] = tamper.at(forged, path)
        assert tamper.problems(plain), f"without new digests: {path}"
        tried += 1
        missed += not tamper.problems(forged)
    assert tried > 60 and missed * 4 < tried, (tried, missed)
