# SPDX-License-Identifier: Apache-2.0
"""A CycloneDX 1.5 document, looked at as its specification asks: check(bom) gives a list of findings."""
import re

TYPES = {"application", "framework", "library", "container", "platform", "operating-system", "device", "device-driver",
         "firmware", "file", "machine-learning-model", "data"}
HASHES = {"MD5": 32, "SHA-1": 40, "SHA-256": 64, "SHA-384": 96, "SHA-512": 128, "SHA3-256": 64, "SHA3-512": 128}
PHASES = {"design", "pre-build", "build", "post-build", "operations", "discovery", "decommission"}
REFERENCES = {"vcs", "issue-tracker", "website", "advisories", "bom", "documentation", "support", "distribution",
              "license", "build-meta", "build-system", "release-notes", "other"}
ID = r"(?:LicenseRef-)?[A-Za-z0-9][A-Za-z0-9.+-]*"
TERM = rf"{ID}(?: WITH {ID})?"
EXPRESSION = re.compile(rf"{TERM}(?: (?:AND|OR) {TERM})*")
PURL = re.compile(r"pkg:[a-z]+/[^\s?#@]+@[^\s?#@]+(\?[a-z]+=[^\s&]+(&[a-z]+=[^\s&]+)*)?")


def licences(c, where, found):
    got = c.get("licenses")
    if not got:
        found.append(f"{where}: no licence")
        return
    if any("expression" in x for x in got) and len(got) != 1:
        found.append(f"{where}: an expression stands alone")
    for x in got:
        one = x.get("license", {})
        if ("expression" in x) == bool(one):
            found.append(f"{where}: either a licence or an expression")
        elif "expression" in x and not EXPRESSION.fullmatch(x["expression"]):
            found.append(f"{where}: {x['expression']!r} is no SPDX expression")
        elif one and ("id" in one) == ("name" in one):
            found.append(f"{where}: a licence has an id or a name")
        elif "id" in one and (not re.fullmatch(ID, one["id"]) or one["id"].startswith("LicenseRef-")):
            found.append(f"{where}: {one['id']!r} is no SPDX id")


def component(c, where, found):
    if c.get("type") not in TYPES:
        found.append(f"{where}: type {c.get('type')!r}")
    for key in ("name", "version", "bom-ref"):
        if not isinstance(c.get(key), str) or not c[key]:
            found.append(f"{where}: no {key}")
    if "purl" in c and not PURL.fullmatch(c["purl"]):
        found.append(f"{where}: purl {c['purl']!r}")
    licences(c, where, found)
    for h in c.get("hashes", []):
        if not re.fullmatch(rf"[0-9a-f]{{{HASHES.get(h.get('alg'), 0)}}}", h.get("content", "")):
            found.append(f"{where}: hash {h}")
    for r in c.get("externalReferences", []):
        if r.get("type") not in REFERENCES or not re.match(r"https?://\S+$", r.get("url", "")):
            found.append(f"{where}: reference {r}")
    for p in c.get("properties", []):
        if set(p) != {"name", "value"}:
            found.append(f"{where}: property {p}")


def graph(bom, found):
    refs = [bom["metadata"]["component"]["bom-ref"]] + [c["bom-ref"] for c in bom["components"]]
    if len(set(refs)) != len(refs):
        found.append("a bom-ref stands twice")
    seen = set()
    for d in bom["dependencies"]:
        if d["ref"] in seen:
            found.append(f"dependencies of {d['ref']} stand twice")
        seen.add(d["ref"])
        for to in [d["ref"], *d.get("dependsOn", [])]:
            if to not in refs:
                found.append(f"a dependency names {to}, which is no component")
    reached, queue = set(), [refs[0]]
    needs = {d["ref"]: d.get("dependsOn", []) for d in bom["dependencies"]}
    while queue:
        r = queue.pop()
        if r not in reached:
            reached.add(r)
            queue += needs.get(r, [])
    found += [f"nothing needs {r}" for r in refs if r not in reached]


def check(bom):
    found = []
    for key, want in (("bomFormat", "CycloneDX"), ("specVersion", "1.5"), ("version", 1)):
        if bom.get(key) != want:
            found.append(f"{key} is {bom.get(key)!r}")
    if not re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", bom.get("serialNumber", "")):
        found.append("serialNumber")
    m = bom.get("metadata", {})
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", m.get("timestamp", "")):
        found.append("metadata.timestamp")
    if [x for x in m.get("lifecycles", []) if x.get("phase") not in PHASES] or not m.get("tools"):
        found.append("metadata.lifecycles or tools")
    component(m.get("component", {}), "metadata.component", found)
    for i, c in enumerate(bom.get("components", [])):
        component(c, f"components[{i}] {c.get('name')}", found)
    if not found:
        graph(bom, found)
    return found
