# SPDX-License-Identifier: Apache-2.0
"""What `make install` and `make uninstall` do, and the systemd units that it puts in place."""
import os
import re
import shutil
import tempfile

from kit import ROOT, Skip, equal, files, harness, make, run, test

# The most that `systemd-analyze security` may find (0 = nothing exposed, 10 = everything).
EXPOSURE = {"hinomi-serve.service": 1.1, "hinomi-work.service": 1.3, "hinomi-probe@.service": 1.6}


@test("each installed file is listed, readable by all and writable by its owner alone")
def modes(s):
    with open(s.top + "/share/hinomi/manifest", encoding="utf-8") as f:
        listed = sorted(line.strip().lstrip("/") for line in f)
    equal(files(s.dest), listed, "manifest")
    for name in listed:
        mode = os.stat(os.path.join(s.dest, name)).st_mode & 0o7777
        equal(oct(mode), oct(0o755 if "/bin/" in name or "/tools/" in name else 0o644), name)
    for must in ("bin/hinomi", "share/hinomi/locale/ja.mo", "share/hinomi/static/htmx.min.js",
                 "share/hinomi/sql/0001_auth.sql", "share/hinomi/sql/estate/sites.csv",
                 "share/hinomi/templates/page/macros.html", "share/hinomi/about/sbom.cdx.json",
                 "share/hinomi/about/LICENCES.txt", "share/hinomi/about/licences/hinomi.txt", "lib/sysusers.d/hinomi.conf",
                 "lib/tmpfiles.d/hinomi.conf", "share/doc/hinomi/hinomi.conf", "share/man/man1/hinomi.1"):
        assert "usr/" + must in listed, must


@test("the installed program finds its files from anywhere, without a configuration for them")
def serves(s):
    i = harness.Instance("installed", program=s.program)
    try:
        migrations = len([f for f in os.listdir(ROOT + "/sql") if f.endswith(".sql")])
        ready = i.call("GET", "/readyz", role=None).body.decode()
        assert f"schema: {migrations} migrations" in ready, ready
        # Of a folder on a plain disk, or on nothing that the kernel shows: never yes here by mistake.
        crypt = "crypt" in run("lsblk", "-no", "TYPE", check=False).stdout
        told = re.search(r"^encrypted_volume: (\w+)$", ready, re.M).group(1)
        assert told in (("yes", "no", "unknown") if crypt else ("no", "unknown")), told
        page = i.call("GET", "/login", role=None)
        equal(page.status, 200, "sign-in page")
        text = page.body.decode()
        assert "パスワード" in text, "the Japanese catalogue was not found"
        css = re.search(r'href="(/static/css/hinomi\.css[^"]*)"', text).group(1)
        equal(i.call("GET", css, role=None).status, 200, css)
        equal(i.call("GET", "/api/v1/about/sbom", role="auditor").json["bomFormat"], "CycloneDX", "SBOM")
        here = run(s.program, "estate", "list", cwd="/", check=False, env={"HINOMI_STATE": i.state})
        assert "s08-rt01" in here.stdout, here.stdout
    finally:
        i.stop()


@test("installing again removes what an older version left; uninstall leaves no file and no other's folder")
def again(s):
    old = s.top + "/share/hinomi/templates/page/of_old.html"
    with open(old, "w", encoding="utf-8") as f:
        f.write("old")
    with open(s.top + "/share/hinomi/manifest", "a", encoding="utf-8") as f:
        f.write("/usr/share/hinomi/templates/page/of_old.html\n")
    other = s.top + "/share/man/man1/other.1"
    with open(other, "w", encoding="utf-8") as f:
        f.write("somebody else's")
    make("install", f"DESTDIR={s.dest}", "PREFIX=/usr")
    assert not os.path.exists(old), "the old version's file is still there"
    make("uninstall", f"DESTDIR={s.dest}", "PREFIX=/usr")
    equal(files(s.dest), ["usr/share/man/man1/other.1"], "left")
    assert not os.path.exists(s.top + "/share/hinomi"), "an empty folder of ours"
    r = make("uninstall", f"DESTDIR={s.dest}", "PREFIX=/usr", check=False)
    assert r.returncode != 0 and "nothing is installed" in r.stdout, r.stdout
    os.unlink(other)
    make("install", f"DESTDIR={s.dest}", "PREFIX=/usr")


@test("a manifest that names a foreign file removes nothing of it")
def foreign(s):
    victim = os.path.join(s.dest, "victim")
    with open(victim, "w", encoding="utf-8") as f:
        f.write("keep")
    manifest = s.top + "/share/hinomi/manifest"
    with open(manifest, encoding="utf-8") as f:
        good = f.read()
    for bad in ("/victim", "/usr/../victim"):
        with open(manifest, "w", encoding="utf-8") as f:
            f.write(bad + "\n")
        assert make("uninstall", f"DESTDIR={s.dest}", "PREFIX=/usr", check=False).returncode != 0, bad
        assert os.path.exists(victim), bad
    with open(manifest, "w", encoding="utf-8") as f:
        f.write(good)
    os.unlink(victim)


@test("the manual page names each command and each folder that counts")
def manual(s):
    with open(s.top + "/share/man/man1/hinomi.1", encoding="utf-8") as f:
        page = f.read()
    listed = re.findall(r"^  ([a-z]+) +\S", run(s.program, "help").stdout, re.M)
    assert len(listed) > 8, listed
    equal([c for c in listed if f".B {c}\n" not in page], [], "missing commands")
    assert "@COMMANDS@" not in page and "/etc/hinomi/hinomi.conf" in page


def need_systemd():
    if shutil.which("systemd-analyze") is None:
        raise Skip("systemd-analyze is not installed")


@test("systemd takes the units as they are")
def units_verify(s):
    need_systemd()
    folder = s.top + "/lib/systemd/system"
    units = sorted(os.listdir(folder))
    equal(units, sorted([*EXPOSURE, "hinomi.target"]), "units")
    # ExecStart must exist for it: the staged program stands in.
    with tempfile.TemporaryDirectory(prefix="hn-units-") as copy:
        for u in units:
            with open(f"{folder}/{u}", encoding="utf-8") as f:
                text = f.read().replace("/usr/bin/hinomi", s.program)
            assert "@" not in re.sub(r"~?@(system-service|privileged|resources)|hinomi-probe@|SPDX.*", "", text), u
            with open(f"{copy}/{u.replace('@', '@x')}", "w", encoding="utf-8") as f:
                f.write(text)
        r = run("systemd-analyze", "verify", "--man=no", *[f"{copy}/{u.replace('@', '@x')}" for u in units])
        equal(r.stdout.strip(), "", "findings")


@test("the units are hardened: exposure below the threshold, no capability but CAP_NET_RAW of the probe")
def units_security(s):
    need_systemd()
    for unit, most in EXPOSURE.items():
        path = f"{s.top}/lib/systemd/system/{unit}"
        r = run("systemd-analyze", "security", "--offline=true", "--no-pager", f"--threshold={round(most * 10)}", path,
                check=False)
        overall = re.search(r"exposure level for \S+: ([0-9.]+)", r.stdout)
        assert overall and r.returncode == 0 and float(overall.group(1)) <= most, r.stdout[-1500:]
        with open(path, encoding="utf-8") as f:
            text = f.read()
        settings = dict(line.split("=", 1) for line in text.split("\n") if re.match(r"[A-Za-z]+=", line))
        for key in ("NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices", "MemoryDenyWriteExecute",
                    "RestrictNamespaces", "RestrictSUIDSGID", "ProtectKernelTunables", "ProtectKernelModules"):
            equal(settings.get(key), "yes", f"{unit} {key}")
        equal((settings["ProtectSystem"], settings["User"], settings["StateDirectory"]), ("strict", "hinomi", "hinomi"),
              unit)
        raw = "CAP_NET_RAW" if "probe" in unit else ""
        equal((settings["CapabilityBoundingSet"], settings.get("AmbientCapabilities", "")), (raw, raw), unit)
