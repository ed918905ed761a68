# SPDX-License-Identifier: Apache-2.0
"""`hinomi import` and `hinomi export`: whole files, named errors, nothing half done."""
import csv
import io
import json
import os
import tempfile
import uuid

from harness import equal, test


def run(i, kind, text, *more, name="in.csv"):
    with tempfile.TemporaryDirectory() as d:
        file = os.path.join(d, name)
        with open(file, "wb") as f:
            f.write(text if isinstance(text, bytes) else text.encode())
        return i.cli("import", kind, file, *more, check=False)


def count(i, path):
    return len(i.items(path))


@test("import: sites, devices, checks, calendars, services and SLAs come in by their names, and again without a change")
def round_of_kinds(i):
    t = uuid.uuid4().hex[:6]
    files = [
        ("sites", f"code,name,address,importance\nX{t},試験庁舎 {t},九段南 1-2-1,3\n"),
        ("hosts", "name,label,address,site,class,parents,snmp_version,snmp_community\n"
                  f"gw-{t},ルータ,192.0.2.1,X{t},router,,2c,secret\npc-{t},端末,192.0.2.2,X{t},terminal,gw-{t},,\n"),
        ("checks", "host,name,kind,interval_s,attempts_n,attempts_of,params,enabled\n"
                   f'gw-{t},死活監視,icmp,30,3,5,"{{""count"": 2}}",yes\n'),
        ("calendars", "name,weekly,holidays,closed\n"
                      f'暦 {t},"{{""mon"": [[""08:30"", ""17:15""]]}}",jp,"[""12-29""]"\n'),
        ("services", f'name,kind,site,rule\n業務 {t},site,X{t},"{{""any"": [{{""check"": ""gw-{t}/死活監視""}}]}}"\n'),
        ("slas", f"service,metric,calendar,target,year_cap_s\n業務 {t},availability,暦 {t},0.999,10440\n"),
    ]
    for kind, text in files:
        r = run(i, kind, text)
        equal((r.returncode, r.stdout), (0, ""), kind + r.stderr)
    host = i.ok("GET", f"/api/v1/hosts?name=pc-{t}")["items"][0]
    gateway = i.ok("GET", f"/api/v1/hosts?name=gw-{t}")["items"][0]
    equal((host["site"], host["parents"], gateway["snmp"]["version"]), (f"X{t}", [gateway["id"]], "2c"), "references")
    c = i.ok("GET", f"/api/v1/checks?host_id={gateway['id']}")["items"][0]
    equal((c["attempts"], c["interval_s"], c["params"]), ({"n": 3, "of": 5}, 30, {"count": 2}), "check")
    s = next(x for x in i.items("/api/v1/services") if x["name"] == f"業務 {t}")
    equal(s["rule"], {"any": [{"check": c["id"]}]}, "a check by its name")
    # What nobody approved would stand in the way of every month's closing.
    agreement = next(x for x in i.items("/api/v1/slas") if x["service_id"] == s["id"])
    for kind, what in (("calendars", agreement["calendar_id"]), ("services", s["id"]), ("slas", agreement["id"])):
        i.ok("POST", f"/api/v1/{kind}/{what}/approve", {}, "ward_it")
    for kind, text in files[:3] + files[4:]:
        again = run(i, kind, text)
        assert again.returncode == 0 and "新規0件、変更0件" in again.stderr, (kind, again.stderr)
    equal(i.ok("GET", f"/api/v1/hosts/{host['id']}")["version"], host["version"], "nothing was written")
    # A change is a change of that member alone, with its audit row.
    equal(run(i, "hosts", f"name,label\npc-{t},新しい名\n").returncode, 0, "change")
    changed = i.ok("GET", f"/api/v1/hosts/{host['id']}")
    equal((changed["label"], changed["address"], changed["version"]), ("新しい名", "192.0.2.2", host["version"] + 1), "changed")
    rows = i.ok("GET", f"/api/v1/audit?object=host&object_id={host['id']}")["items"]
    assert {r["who"] for r in rows} == {"cli"}, rows


@test("import: each wrong row is told with line and column, and then nothing is in; a dry run neither")
def wrong_rows(i):
    t = uuid.uuid4().hex[:6]
    before = count(i, "/api/v1/hosts")
    text = ("name,address,site,class,importance\n"
            f"a-{t},192.0.2.1,,router,2\n"
            f"b-{t},,,router,2\n"
            f"c-{t},192.0.2.3,NOWHERE,spaceship,9\n"
            f'"d-{t}\nsecond line",192.0.2.4,,router,x\n'
            f"a-{t},192.0.2.5,,router,1\n")
    r = run(i, "hosts", text, name="機器.csv")
    equal(r.returncode, 1, r.stderr)
    for want in (":3: address: ", ":4: site: ", ":5: importance: "):
        assert want in r.stderr, (want, r.stderr)
    equal(count(i, "/api/v1/hosts"), before, "nothing is in")
    # What the register itself refuses is named by the file's column as well.
    r = run(i, "hosts", f"name,address,class,importance\ne-{t},192.0.2.1,spaceship,9\n")
    assert ":2: class: " in r.stderr and ":2: importance: " in r.stderr, r.stderr
    r = run(i, "hosts", f"name,address\nf-{t},192.0.2.1\n", "--dry-run")
    equal((r.returncode, count(i, "/api/v1/hosts")), (0, before), "dry run " + r.stderr)
    r = run(i, "checks", f"host,name,kind\nnobody-{t},ping,icmp\n")
    equal(r.returncode, 1, "no such device")
    assert ":2: host: " in r.stderr, r.stderr
    for bad in (b"", b"name,address,nonsense\n", b"address\n192.0.2.1\n", b'name,address\n"open,192.0.2.1\n',
                b"name,address\nx,y,z\n", b"name,address,name\n", b"\x00\x01\x02"):
        r = run(i, "hosts", bad)
        assert r.returncode == 1 and r.stderr and not r.stdout, (bad, r)
    # An update on a key's second row within one file is an update, not a conflict; a clash spoils only its row.
    equal(run(i, "sites", f"code,name\nY{t},一\nY{t},二\n").returncode, 0, "the same key twice")
    equal([s["name"] for s in i.items("/api/v1/sites") if s["code"] == f"Y{t}"], ["二"], "the later row counts")


@test("import: a spreadsheet's CP932 and a byte order mark are read; formulas, SQL and script come back as they were")
def texts(i):
    t = uuid.uuid4().hex[:6]
    equal(run(i, "sites", f"code,name\nZ{t},髙橋庁舎\n".encode("cp932", "replace")).returncode, 0, "CP932")
    equal(run(i, "sites", b"\xef\xbb\xbf" + f"code,name\r\nW{t},神田\r\n".encode()).returncode, 0, "byte order mark")
    evil = ["=cmd|'/c calc'!A0", "'; DROP TABLE watch.site; --", "<script>alert(1)</script>", "{{ 7*7 }}", "𠮷野家 髙﨑"]
    b = io.StringIO()
    w = csv.writer(b)
    w.writerow(["code", "name"])
    for n, name in enumerate(evil):
        w.writerow([f"V{t}{n}", name])
    equal(run(i, "sites", b.getvalue()).returncode, 0, "in")
    got = {s["code"]: s["name"] for s in i.items("/api/v1/sites")}
    equal([got[f"V{t}{n}"] for n in range(len(evil))], evil, "as they were")


@test("import: people get their set-up links on standard output; who is there already is refused")
def people(i):
    t = uuid.uuid4().hex[:6]
    r = run(i, "users", f"login,name,role,mail\nu1-{t},試験 一,noc,a@example.jp\nu2-{t},試験 二,helpdesk,\n")
    equal(r.returncode, 0, r.stderr)
    lines = [x.split(",") for x in r.stdout.splitlines()]
    equal([x[0] for x in lines], [f"u1-{t}", f"u2-{t}"], "logins")
    assert all(x[1].startswith(i.base + "/setup/") for x in lines), lines
    r = run(i, "users", f"login,name,role\nu3-{t},試験 三,noc\nu1-{t},試験 一,noc\nu4-{t},x,emperor\n")
    equal((r.returncode, r.stdout), (1, ""), "refused")
    assert ":3: login: " in r.stderr and ":4: role: " in r.stderr, r.stderr
    assert f"u3-{t}" not in {u["login"] for u in i.items("/api/v1/users")}, "nothing half done"


@test("export: each ledger by the command line is what the API gives, in every format, with its filters")
def exports(i):
    for kind in ("sites", "hosts", "checks", "events", "incidents"):
        via = i.call("GET", f"/api/v1/exports/{kind}.csv").body
        got = i.cli("export", kind, "--format", "csv").stdout.encode()
        equal(got, via.replace(b"\r\n", b"\n"), kind)
    items = json.loads(i.cli("export", "hosts", "--format", "json", "class=router").stdout)["items"]
    equal({h["class"] for h in items}, {"router"}, "filter")
    with tempfile.TemporaryDirectory() as d:
        i.cli("export", "sites", "--format", "csv,xlsx,json", "-o", d)
        equal(sorted(os.listdir(d)), ["sites.csv", "sites.json", "sites.xlsx"], "files")
        with open(os.path.join(d, "sites.xlsx"), "rb") as f:
            equal(f.read(2), b"PK", "XLSX")
    for args, code in ((("nothing", "--format", "csv"), 1), (("hosts", "--format", "doc"), 1), (("hosts",), 2), ((), 2),
                       (("hosts", "--format", "csv,json"), 2), (("hosts", "--format", "json", "class=spaceship"), 1),
                       (("../x", "--format", "csv"), 2)):
        r = i.cli("export", *args, check=False)
        equal((r.returncode, r.stdout), (code, ""), args)
        assert r.stderr, args


@test("import: usage is exit 2, a missing file exit 1; --columns prints the first row of a file")
def usage(i):
    for args, code in (((), 2), (("planets", "x.csv"), 2), (("hosts",), 2), (("hosts", "a", "b"), 2),
                       (("hosts", "/nowhere.csv"), 1), (("hosts", "--wet-run", "x"), 2)):
        r = i.cli("import", *args, check=False)
        equal((r.returncode, r.stdout), (code, ""), args)
        assert r.stderr, args
    assert i.cli("import", "sites", "--columns").stdout.startswith("code,name,"), "columns"
