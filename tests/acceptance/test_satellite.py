# SPDX-License-Identifier: Apache-2.0
"""Satellites: enrolment by a one-time code, and a door that opens only to certificates of our own."""
import http.client
import json
import os
import ssl
import subprocess

from harness import equal, test


def openssl(*args):
    subprocess.run(["openssl", *args], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def key_and_request(i, name):
    """(key file, request text), as any client could make them."""
    key, req = (os.path.join(i.state, f"{name}.{x}") for x in ("key", "csr"))
    openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=x",
            "-keyout", key, "-out", req)
    with open(req, encoding="ascii") as f:
        return key, f.read()


def ca(i):
    return os.path.join(i.state, "satellite-ca.pem")


def connect(i, cert=None, key=None, trust=None):
    c = ssl.create_default_context(cafile=trust or ca(i))
    if cert:
        c.load_cert_chain(cert, key)
    return http.client.HTTPSConnection("localhost", i.door, context=c, timeout=60)


def door(h, method, path, body=None):
    h.request(method, path, json.dumps(body) if body is not None else None, {"Content-Type": "application/json"})
    r = h.getresponse()
    data = r.read()
    return r.status, json.loads(data) if data[:1] == b"{" else data, r.headers


def register(i, name, **more):
    return i.ok("POST", "/api/v1/satellites", {"name": name, **more}, status=201)


def enrol(i, name):
    """A satellite by hand: (row, certificate file, key file)."""
    row = register(i, name)
    key, req = key_and_request(i, name)
    status, answer, _ = door(connect(i), "POST", "/api/v1/satellite/enrol",
                             {"name": name, "code": row["code"], "request": req})
    equal(status, 201, "enrolment")
    cert = os.path.join(i.state, name + ".crt")
    with open(cert, "w", encoding="ascii") as f:
        f.write(answer["certificate"])
    return row, cert, key


def renew(h, request="x"):
    """What only a satellite may ask: 422 says that it was let in."""
    return door(h, "POST", "/api/v1/satellite/certificate", {"request": request})[0]


@test("a satellite is enrolled with a code that is good once; the journal tells each try")
def one_time_code(i):
    row = register(i, "dc-enrol", note="データセンター")
    equal((row["state"], row["status"], row["certificate"]), ("invited", "invited", None), "before")
    key, req = key_and_request(i, "dc-enrol")
    ask = {"name": "dc-enrol", "code": row["code"], "request": req}
    path = "/api/v1/satellite/enrol"
    for wrong in ({"code": "0000-0000-0000-0000"}, {"name": "other"}, {"code": "x" * 50}):
        equal(door(connect(i), "POST", path, {**ask, **wrong})[0], 401, wrong)
    status, answer, _ = door(connect(i), "POST", path, {**ask, "request": "-----BEGIN"})
    equal((status, answer["errors"][0]["field"]), (422, "request"), "no request")
    status, answer, _ = door(connect(i), "POST", path, ask)
    equal(status, 201, "the right code")
    again = door(connect(i), "POST", path, ask)
    equal((again[0], again[1]["certificate"]), (201, answer["certificate"]), "the same machine once more")
    thief, stolen = key_and_request(i, "thief")
    equal(door(connect(i), "POST", path, {**ask, "request": stolen})[0], 401, "the code was used")
    cert = os.path.join(i.state, "dc-enrol.crt")
    with open(cert, "w", encoding="ascii") as f:
        f.write(answer["certificate"])
    equal(renew(connect(i, cert, key)), 422, "its certificate opens the door")
    now = i.ok("GET", f"/api/v1/satellites/{row['id']}")
    equal((now["state"], now["code_until"]), ("active", None), "after")
    acts = [r["act"] for r in i.ok("GET", "/api/v1/audit?object=satellite&limit=1000")["items"]]
    assert "satellite.create" in acts and "satellite.enrol" in acts and "satellite.enrol_refused" in acts, acts
    text = json.dumps(i.ok("GET", f"/api/v1/satellites/{row['id']}", role="noc"))
    assert row["code"] not in text and "code" not in json.loads(text), "the code is shown once"


@test("the satellites' door: no certificate, another authority's, a revoked one; and nothing else behind it")
def door_opens_to_ours(i):
    row, cert, key = enrol(i, "dc-door")
    h = connect(i, cert, key)
    equal(renew(h), 422, "ours")
    equal(renew(connect(i)), 401, "none")
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/O=hinomi/CN=dc-door",
            "-keyout", i.state + "/other.key", "-out", i.state + "/other.crt")
    equal(renew(connect(i, i.state + "/other.crt", i.state + "/other.key")), 401, "another authority's")
    equal(renew(connect(i, i.state + "/satellite-door.pem", i.state + "/satellite-door.key")), 401, "the door's own")
    try:
        renew(connect(i, cert, key, trust=i.state + "/other.crt"))
    except ssl.SSLCertVerificationError:
        pass
    else:
        raise AssertionError("a client of another authority trusts the door")
    for method, path in (("GET", "/healthz"), ("GET", "/login"), ("GET", "/api/v1/hosts"), ("GET", "/static/hinomi.css"),
                         ("POST", "/api/v1/results"), ("GET", "/")):
        equal(door(h, method, path, [] if method == "POST" else None)[0], 404, path)
    for role, want in ((None, 401), ("admin", 403), ("noc", 403)):
        equal(i.call("POST", "/api/v1/satellite/certificate", {"request": "x"}, role).status, want, f"main door, {role}")
    equal(i.call("POST", "/api/v1/satellite/enrol", {"name": "x"}, None).status, 404, "enrolment at the main door")
    r = i.call("POST", f"/api/v1/satellites/{row['id']}/revoke", {})
    equal((r.status, r.fields()), (422, {"reason"}), "a reason is needed")
    i.ok("POST", f"/api/v1/satellites/{row['id']}/revoke", {"reason": "試験"}, status=200)
    equal(renew(h), 401, "revoked, on the open connection")
    equal(renew(connect(i, cert, key)), 401, "revoked")
    equal(i.ok("GET", f"/api/v1/satellites/{row['id']}")["status"], "revoked", "status")
    equal(i.call("POST", f"/api/v1/satellites/{row['id']}/revoke", {"reason": "x"}).status, 409, "twice")


@test("satellites are the administrator's to make; the command line does the same")
def who_may(i):
    for role in ("noc", "ward_it", "helpdesk"):
        equal(i.call("POST", "/api/v1/satellites", {"name": "no"}, role).status, 403, role)
        equal(i.call("GET", "/api/v1/satellites", role=role).status, 200, role)
    equal(i.call("GET", "/api/v1/satellites", role="staff").status, 403, "staff")
    for bad, field in (({"name": "a b"}, "name"), ({"name": "local"}, "name"), ({}, "name"),
                       ({"name": "x", "segment_id": 0}, "segment_id"), ({"name": "x", "code_minutes": 9999}, "code_minutes")):
        r = i.call("POST", "/api/v1/satellites", bad)
        equal((r.status, r.fields()), (422, {field}), bad)
    out = i.cli("satellite", "add", "dc-cli", "--minutes", "30").stdout.splitlines()
    equal(len(out), 2, out)
    fingerprint = i.cli("satellite", "ca").stderr.split()[-1]
    assert out[0] in out[1] and fingerprint in out[1] and f":{i.door} " in out[1], out
    assert "dc-cli\tinvited" in i.cli("satellite", "list").stdout
    equal(i.cli("satellite", "revoke", "dc-cli", "--reason", "終了").returncode, 0, "revoke")
    assert "dc-cli\trevoked" in i.cli("satellite", "list").stdout
    equal(i.cli("satellite", "revoke", "nobody", "--reason", "x", check=False).returncode, 1, "nobody")
    equal(i.cli("satellite", "add", check=False).returncode, 2, "usage")
    row = register(i, "dc-version")
    equal(i.ok("PATCH", f"/api/v1/satellites/{row['id']}", {"note": "一", "version": row["version"]})["note"], "一", "note")
    equal(i.call("PATCH", f"/api/v1/satellites/{row['id']}", {"note": "二", "version": row["version"]}).status, 409, "stale")
    taken = i.call("POST", "/api/v1/satellites", {"name": "dc-version"})
    equal((taken.status, taken.fields()), (422, {"name"}), "taken")
