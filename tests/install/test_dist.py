# SPDX-License-Identifier: Apache-2.0
"""The release: the tarball that builds without a network, and the Debian package."""
import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile

import sbom_check
from kit import ROOT, Skip, equal, files, make, run, test

MADE = {}
NEEDED = ("hinomi", "static", "locale", "about", "npm")


def git(*args, cwd=ROOT):
    return run("git", "-c", "safe.directory=*", *args, cwd=cwd).stdout.strip()


def tarball():
    """Made once a run."""
    if "tar" not in MADE:
        if not os.path.exists(ROOT + "/.git"):
            raise Skip("this is no repository")
        MADE["tar"] = os.path.join(ROOT, make("dist").stdout.strip().split("\n")[-1])
        MADE["top"] = os.path.basename(MADE["tar"])[:-len(".tar.gz")]
    return MADE["tar"], MADE["top"]


def package():
    if "deb" not in MADE:
        MADE["deb"] = os.path.join(ROOT, make("deb").stdout.strip().split("\n")[-1])
    return MADE["deb"]


@test("the tarball has every file of the commit, and what a build without a network needs")
def members(s):
    path, top = tarball()
    with tarfile.open(path) as tar:
        got = tar.getmembers()
        inside = {m.name[len(top) + 1:] for m in got if m.isfile()}
        text = {n: tar.extractfile(f"{top}/{n}").read() for n in
                ("VERSION", "REVISION", "sbom.cdx.json", "LICENCES.txt", "CHANGELOG.md")}
    tracked = set(git("ls-tree", "-r", "--name-only", "HEAD").split("\n"))
    equal(tracked - inside, set(), "files of the commit that are missing")
    more = {n for n in inside - tracked if not n.startswith(("web/vendor/", "licences/"))}
    equal(more, {"REVISION", "VERSION", "sbom.cdx.json", "LICENCES.txt", "locale/built/ja.mo"}, "made files")
    equal(text["REVISION"].decode().split()[0], git("rev-parse", "HEAD"), "commit")
    equal(top, "hinomi-" + text["VERSION"].decode().strip(), "version")
    for m in got:
        assert not m.name.startswith(("/", "..")) and not m.mode & 0o022, m.name
    equal({(m.uid, m.gid, m.mtime) for m in got}, {(0, 0, int(git("log", "-1", "--format=%ct")))}, "owner and time")
    bom = json.loads(text["sbom.cdx.json"])
    equal(sbom_check.check(bom), [], "SBOM")
    listed = text["LICENCES.txt"].decode()
    for c in bom["components"]:
        assert f"\n{c['name']}\n    {c['version']} " in listed, c["name"]
    texts = set(re.findall(r"licences/(\S+\.txt)", listed))
    equal(texts - {n[len("licences/"):] for n in inside if n.startswith("licences/")}, set(), "licence texts")
    assert len(texts) > len(bom["components"]) * 0.9, texts


@test("the same commit gives the same tarball from another clone, with another umask")
def reproducible(s):
    path, _ = tarball()
    with tempfile.TemporaryDirectory(prefix="hn-clone-") as folder:
        clone = folder + "/some other name"
        git("clone", "-q", "--no-hardlinks", ROOT, clone)
        git("checkout", "-q", git("rev-parse", "HEAD"), cwd=clone)
        os.makedirs(clone + "/build")
        for name in NEEDED:
            run("cp", "-r", f"{ROOT}/build/{name}", clone + "/build/")
        again = os.path.join(clone, run("bash", "-c", "umask 077; tools/dist", cwd=clone).stdout.strip().split("\n")[-1])
        with open(path, "rb") as a, open(again, "rb") as b:
            assert a.read() == b.read(), "they differ"
        with open(again + ".sha256", encoding="utf-8") as f:
            equal(f.read().split()[1], os.path.basename(path), "name in .sha256")
        run("sha256sum", "--check", "--quiet", os.path.basename(again) + ".sha256", cwd=os.path.dirname(again))


@test("a signed tarball verifies, an altered one does not")
def signed(s):
    if shutil.which("ssh-keygen") is None:
        raise Skip("ssh-keygen is not installed")
    path, _ = tarball()
    with tempfile.TemporaryDirectory(prefix="hn-sign-") as folder:
        key, good = folder + "/key", folder + "/good.tar.gz"
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
        with open(key + ".pub", encoding="utf-8") as f, open(folder + "/signers", "w", encoding="utf-8") as g:
            g.write("release@hinomi namespaces=\"hinomi-release\" " + f.read())
        run("bash", "-c", "tools/dist", env=dict(os.environ, DIST_KEY=key))
        shutil.copy(path, good)
        shutil.move(path + ".sig", good + ".sig")

        def verify():
            with open(good, "rb") as f:
                return subprocess.run(["ssh-keygen", "-Y", "verify", "-f", folder + "/signers", "-I", "release@hinomi", "-n",
                                       "hinomi-release", "-s", good + ".sig"], stdin=f, stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT, check=False).returncode
        equal(verify(), 0, "as it was signed")
        with open(good, "r+b") as f:
            f.seek(1000)
            byte = f.read(1)[0]
            f.seek(1000)
            f.write(bytes([byte ^ 1]))
        assert verify() != 0, "one bit was altered"


def without_network():
    """The beginning of a command that runs without any interface, or nothing where none can be made."""
    for cut in (["unshare", "--net"], ["unshare", "--user", "--map-root-user", "--net"]):
        if subprocess.run([*cut, "true"], stderr=subprocess.DEVNULL, check=False).returncode == 0:
            return cut
    raise Skip("no network namespace can be made here")


@test("the tarball builds and installs without a network, npm, gettext or repository")
def closed_segment(s):
    cut = without_network()
    path, top = tarball()
    with tempfile.TemporaryDirectory(prefix="hn-closed-") as folder:
        with tarfile.open(path) as tar:
            tar.extractall(folder)
        tree = f"{folder}/{top}"
        # The objects come from our own build, unless all of it is asked for.
        if not os.environ.get("HN_FULL"):
            os.makedirs(tree + "/build")
            run("cp", "-r", "--preserve=timestamps", f"{ROOT}/build/release", tree + "/build/")
        os.makedirs(folder + "/bin")
        for name in ("npm", "node", "msgcat", "msgfmt", "git"):
            with open(f"{folder}/bin/{name}", "w", encoding="utf-8") as f:
                f.write(f"#!/bin/sh\necho '{name} was called' >&2\nexit 99\n")
            os.chmod(f"{folder}/bin/{name}", 0o755)
        env = {k: v for k, v in os.environ.items() if k.startswith("CCACHE")}
        env.update(PATH=f"{folder}/bin:/usr/lib/ccache:/usr/bin:/bin:/usr/sbin:/sbin", HOME=folder, LANG="C.UTF-8")
        r = run(*cut, "make", "--no-print-directory", "-j2", "install", f"DESTDIR={folder}/dest", "PREFIX=/usr", cwd=tree, env=env)
        assert "was called" not in r.stdout, r.stdout
        equal(files(folder + "/dest"), files(s.dest), "installed files")
        with open(f"{folder}/dest/usr/share/hinomi/about/parts.json", encoding="utf-8") as f:
            equal(json.load(f)["commit"], git("rev-parse", "HEAD"), "commit in the list of parts")
        r = run(f"{folder}/dest/usr/bin/hinomi", "version", cwd="/")
        equal(r.stdout.strip(), top.replace("-", " "), "version")


@test("the Debian package has the installed files, real dependencies and no start of its own")
def debian(s):
    if shutil.which("dpkg-shlibdeps") is None:
        raise Skip("dpkg-dev is not installed")
    deb = package()
    listed = run("dpkg-deb", "--contents", deb).stdout.split("\n")
    inside = sorted(line.split(None, 5)[5].lstrip("./") for line in listed if line.startswith("-"))
    want = sorted(n for n in files(s.dest) if not n.endswith("/manifest"))
    equal(inside, [n + ".gz" if n.endswith("hinomi.1") else n for n in want], "files")
    assert all("root/root" in line for line in listed if line), "owner"
    depends = run("dpkg-deb", "--field", deb, "Depends").stdout
    linked = run("objdump", "-p", ROOT + "/build/hinomi").stdout
    for soname, package_name in (("libmicrohttpd.so", "libmicrohttpd"), ("libpq.so", "libpq5"), ("libical.so", "libical3")):
        equal(soname in linked, package_name in depends, package_name)
    for must in ("weasyprint", "fonts-morisawa-bizud-gothic", "postgresql-client"):
        assert must in depends, must
    scripts = run("dpkg-deb", "--info", deb, "postinst").stdout
    assert "systemd-sysusers" in scripts and not re.search(r"systemctl (enable|start)|migrate", scripts), scripts
