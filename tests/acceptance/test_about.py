# SPDX-License-Identifier: Apache-2.0
"""What the product says about itself: parts, licences, SBOM."""
import json
import os
import re
import subprocess
import sys
import tempfile

from harness import ROOT, equal, test

sys.path.insert(0, os.path.join(ROOT, "tests/support"))
import sbom_check  # noqa: E402

# The SBOM is that of the release build, whatever flavour answers here.
BINARY = os.path.join(ROOT, "build/hinomi")


def sbom(i):
    r = i.call("GET", "/api/v1/about/sbom", role="auditor")
    equal((r.status, r.headers["Content-Type"]), (200, "application/vnd.cyclonedx+json"), "SBOM")
    assert re.search(r'filename="?hinomi-[0-9.]+\.cdx\.json', r.headers["Content-Disposition"]), r.headers
    return r.json


@test("the SBOM is well-formed and has every linked library with its version; making it again gives the same", "NFR-56")
def every_library(i):
    bom = sbom(i)
    equal(sbom_check.check(bom), [], "findings")
    files = {p["value"]: c for c in bom["components"] for p in c["properties"] if p["name"] == "hinomi:file"}
    ldd = subprocess.run(["ldd", BINARY], stdout=subprocess.PIPE, text=True, check=True).stdout
    loaded = {os.path.basename(n) for n in re.findall(r"^\s*(\S+)(?: => \S+)? \(0x", ldd, re.M)} - {"linux-vdso.so.1"}
    assert len(loaded) > 15, ldd
    equal(loaded - set(files), set(), "libraries that are not in the list")
    equal(set(files) - loaded, set(), "libraries of the list that are not linked")
    for name in loaded:
        package = files[name]["name"]
        version = subprocess.run(["dpkg-query", "-W", "-f", "${Version}\n", package], stdout=subprocess.PIPE,
                                 text=True, check=False).stdout.split("\n")[0]
        if version:  # else not a Debian system
            equal(files[name]["version"], version, name)
    with open(ROOT + "/web/package-lock.json", encoding="utf-8") as f:
        locked = {p.split("node_modules/")[1]: e["version"] for p, e in json.load(f)["packages"].items() if p}
    equal({c["name"]: c["version"] for c in bom["components"] if c["purl"].startswith("pkg:npm/")}, locked, "npm")
    with tempfile.TemporaryDirectory(prefix="hn-sbom-") as out:
        subprocess.run(["tools/sbom", BINARY, "build/static", out + "/again"], cwd=ROOT, check=True)
        with open(out + "/again/sbom.cdx.json", encoding="utf-8") as f:
            again = json.load(f)
    key = [(c["purl"], c["licenses"]) for c in again["components"]]
    equal(key, [(c["purl"], c["licenses"]) for c in bom["components"]], "made again")


@test("a document with a fault is found out")
def checker(i):
    good = sbom(i)
    text = json.dumps(good)

    def broken(change):
        b = json.loads(text)
        change(b)
        return sbom_check.check(b)
    for change in (lambda b: b.pop("serialNumber"), lambda b: b["components"][0].pop("licenses"),
                   lambda b: b["components"][0].update(type="lib"), lambda b: b["components"].append(b["components"][0]),
                   lambda b: b["components"][3].update(version=""), lambda b: b["dependencies"][0].update(dependsOn=[]),
                   lambda b: b["dependencies"][1].update(dependsOn=["pkg:deb/x@1"]),
                   lambda b: b["components"][0].update(licenses=[{"expression": "MIT OR"}])):
        assert broken(change), change
    equal(broken(lambda b: None), [], "unchanged")


@test("each part of the list has a licence and its full text; nothing linked asks for the GPL", "NFR-51")
def licences(i):
    about = i.ok("GET", "/api/v1/about", role="staff")
    bom = {c["name"]: c for c in sbom(i)["components"]}
    equal({p["name"]: p["version"] for p in about["parts"]}, {n: c["version"] for n, c in bom.items()}, "list and SBOM")
    for p in about["parts"]:
        assert p["licence"], f"{p['name']}: give its licence in packaging/licences.tsv"
        assert p["text"], f"{p['name']}: no full text"
        r = i.call("GET", "/api/v1/about/licences/" + p["text"].replace("+", "%2B"), role="staff")
        equal((r.status, r.headers["Content-Type"]), (200, "text/plain; charset=utf-8"), p["name"])
        assert len(r.body) > 100, p["name"]
        if p["kind"] in ("linked", "browser"):
            # A choice that is not the GPL; the run-time library of the compiler carries an exception.
            choices = [c for c in p["licence"].split(" OR ") if not c.startswith(("GPL-", "AGPL-")) or " WITH " in c]
            assert choices, f"{p['name']}: {p['licence']} does not go with Apache-2.0"
    for name in about["common"]:
        equal(i.call("GET", "/api/v1/about/licences/" + name, role="staff").status, 200, name)
    page = i.call("GET", "/about", role="staff").body.decode()
    equal([p["name"] for p in about["parts"] if f">{p['name']}</a>" not in page], [], "missing on the page")
    assert "このシステムについて" in page and 'href="/api/v1/about/sbom"' in page


@test("what is no licence text is not there, and nobody reads the list without signing in")
def no_other_file(i):
    for name in ("..%2Fparts.json", "%2e%2e%2fsbom.cdx.json", ".key", "nothing.txt", "a" * 300, "-x", "a%00b"):
        status = i.call("GET", "/api/v1/about/licences/" + name, role="staff").status
        assert status in (400, 404), f"{name}: {status}"
    for path in ("", "/sbom", "/licences/hinomi.txt"):
        equal(i.call("GET", "/api/v1/about" + path, role=None).status, 401, path)
