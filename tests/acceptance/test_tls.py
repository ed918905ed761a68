# SPDX-License-Identifier: Apache-2.0
"""TLS of the main listener: which versions and suites it takes, and a certificate changed under way."""
import http.client
import os
import shutil
import signal
import socket
import ssl
import subprocess
import urllib.parse

from harness import equal, free_port, test

# What CRYPTREC's guideline recommends and OpenSSL knows by these names: ephemeral ECDH with AEAD.
GOOD = {f"ECDHE-{a}-{c}" for a in ("ECDSA", "RSA")
        for c in ("AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305", "AES128-CCM", "AES256-CCM")}


def certificate(folder, name, kind="ec"):
    """A self-signed certificate for localhost; (cert, key)."""
    cert, key = os.path.join(folder, name + ".pem"), os.path.join(folder, name + ".key")
    new = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"] if kind == "ec" else ["rsa:2048"]
    subprocess.run(["openssl", "req", "-x509", "-newkey", *new, "-nodes", "-days", "30", "-subj", "/CN=" + name,
                    "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", cert],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return cert, key


class Secure:
    """A second `serve` of the same installation, with TLS."""

    def __init__(self, i, cert, key):
        self.port, self.plain = free_port(), free_port()
        self.cert = os.path.join(i.state, "tls.pem")
        self.key = os.path.join(i.state, "tls.key")
        self.put(cert, key)
        conf = os.path.join(i.state, "tls.conf")
        with open(i.conf, encoding="utf-8") as f, open(conf, "w", encoding="utf-8") as to:
            for line in f:
                if not line.startswith(("port", "base_url", "satellite_")):
                    to.write(line)
            to.write(f"port = {self.port}\nbase_url = https://localhost:{self.port}\n"
                     f"redirect_port = {self.plain}\ntls_cert = {self.cert}\ntls_key = {self.key}\n")
        self.proc = i.spawn("serve", "--config", conf)
        i.wait("TLS listener", self.answers)

    def put(self, cert=None, key=None):
        for what, to in ((cert, self.cert), (key, self.key)):
            if what:
                shutil.copy(what, to + ".new")
                os.rename(to + ".new", to)

    def answers(self):
        try:
            self.shake(self.context())
            return True
        except OSError:
            return False

    @staticmethod
    def context(least=ssl.TLSVersion.TLSv1_2, most=ssl.TLSVersion.TLSv1_3, ciphers=None):
        c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        c.check_hostname, c.verify_mode = False, ssl.CERT_NONE
        c.minimum_version, c.maximum_version = least, most
        c.set_ciphers((ciphers or "DEFAULT") + ":@SECLEVEL=0")
        return c

    def shake(self, context):
        """(version, cipher, certificate) of a handshake."""
        with socket.create_connection(("127.0.0.1", self.port), 20) as s, context.wrap_socket(s) as t:
            return t.version(), t.cipher()[0], t.getpeercert(True)

    def stop(self):
        self.proc.send_signal(signal.SIGTERM)
        equal(self.proc.wait(60), 0, "exit status")


def der(path):
    with open(path, encoding="ascii") as f:
        return ssl.PEM_cert_to_DER_cert(f.read())


def old_server(cert, key):
    """An openssl server that speaks TLS 1.0 only: that our client could."""
    port = free_port()
    p = subprocess.Popen(["openssl", "s_server", "-accept", str(port), "-cert", cert, "-key", key, "-tls1",
                          "-cipher", "ALL:@SECLEVEL=0", "-quiet"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return p, port


@test("TLS 1.2 and 1.3 with the CRYPTREC suites and nothing else, whatever the client offers")
def versions_and_suites(i):
    cert, key = certificate(i.state, "rsa", "rsa")
    s = Secure(i, cert, key)
    v = ssl.TLSVersion
    equal(s.shake(s.context(v.TLSv1_3))[0], "TLSv1.3", "newest")
    equal(s.shake(s.context(v.TLSv1_2, v.TLSv1_2))[0], "TLSv1.2", "oldest")
    p, port = old_server(cert, key)
    try:
        # The client can speak the old version: only the server refuses it.
        def spoke():
            try:
                with socket.create_connection(("127.0.0.1", port), 5) as c, \
                        s.context(v.TLSv1, v.TLSv1_1).wrap_socket(c) as t:
                    return t.version()
            except ConnectionError:
                return None
        equal(i.wait("openssl's server", spoke), "TLSv1", "control")
    finally:
        p.kill()
        p.wait()
    for most in (v.TLSv1, v.TLSv1_1):
        try:
            s.shake(s.context(v.TLSv1, most))
        except ssl.SSLError as e:
            assert "ALERT" in str(e) or "EOF" in str(e), e  # the server ended it
        else:
            raise AssertionError(f"{most} was accepted")
    taken, offered = set(), [c["name"] for c in s.context(ciphers="ALL").get_ciphers() if c["protocol"] != "TLSv1.3"]
    for name in offered:
        try:
            taken.add(s.shake(s.context(v.TLSv1_2, v.TLSv1_2, name))[1])
        except ssl.SSLError:
            pass
    assert len(offered) > 30 and taken and taken <= GOOD, taken - GOOD
    r = subprocess.run(["curl", "-sk", "--tls-max", "1.1", f"https://localhost:{s.port}/healthz"], check=False)
    assert r.returncode != 0
    out = subprocess.run(["curl", "-s", "--cacert", cert, "-D", "-", f"https://localhost:{s.port}/login"], check=True,
                         stdout=subprocess.PIPE, text=True).stdout
    assert "strict-transport-security: max-age=" in out.lower(), out[:500]
    equal(subprocess.run(["curl", "-s", "-o", "/dev/null", f"http://127.0.0.1:{s.port}/healthz"], check=False).returncode != 0,
          True, "plain HTTP on the TLS port")
    plain = http.client.HTTPConnection("127.0.0.1", s.plain, timeout=20)
    for method, path in (("GET", "/tickets?q=%E5%9B%9E%E7%B7%9A&x=1"), ("POST", "/login"), ("GET", "/no/such")):
        plain.request(method, path, b"login=x" if method == "POST" else None)
        r = plain.getresponse()
        r.read()
        equal((r.status, r.headers["Location"]), (308, f"https://localhost:{s.port}{path}"), "plain HTTP only redirects")
    body = urllib.parse.urlencode({"login": "nobody", "password": "x" * 12, "code": "000000"})
    h = http.client.HTTPSConnection("localhost", s.port, context=s.context(), timeout=20)
    h.request("POST", "/login", body, {"Content-Type": "application/x-www-form-urlencoded"})
    equal(h.getresponse().status in (401, 422), True, "a form over TLS")
    s.stop()


@test("a certificate is changed without a restart; open connections go on; half a pair changes nothing")
def certificate_changes(i):
    first, second, third = (certificate(i.state, n) for n in ("first", "second", "third"))
    s = Secure(i, *first)
    h = http.client.HTTPSConnection("localhost", s.port, context=s.context(), timeout=60)

    def still():
        h.request("GET", "/healthz")
        r = h.getresponse()
        r.read()
        return r.status, h.sock.getpeercert(True)

    equal(still(), (200, der(first[0])), "first")
    s.put(cert=second[0])  # its key comes later
    s.proc.send_signal(signal.SIGHUP)
    i.wait("the log says so", lambda: "tls.key" in i.log("serve"))
    equal(s.shake(s.context())[2], der(first[0]), "half a pair")
    s.put(key=second[1])
    s.proc.send_signal(signal.SIGHUP)
    i.wait("the second", lambda: s.shake(s.context())[2] == der(second[0]))
    equal(still(), (200, der(first[0])), "the open connection")
    s.put(*third)  # nobody says anything: it is seen
    i.wait("the third", lambda: s.shake(s.context())[2] == der(third[0]))
    equal(still(), (200, der(first[0])), "the open connection, later")
    s.stop()
