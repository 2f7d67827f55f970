"""A proxy for HTTPS (tinyproxy), as an organisation runs one: with a list of names that it lets through, and with a password."""
import hashlib
import pathlib
import re
import socket
import subprocess
import tempfile
import time
import urllib.request

CONFIGURATION = """Listen {address}
Port {port}
LogFile "{folder}/log"
LogLevel Connect
MaxClients 50
Timeout 60
ConnectPort 443
"""


class Proxy:
    """user: (name, password) that it wants to be told; denied: names that it does not connect to. It resolves names by itself, and
    starts in the network of the calling thread."""

    def __init__(self, address, port=3128, user=None, denied=()):
        self.address, self.port = address, port
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="proxy."))
        text = CONFIGURATION.format(address=address, port=port, folder=self.folder)
        if user:
            text += f"BasicAuth {user[0]} {user[1]}\n"
        if denied:
            (self.folder / "denied").write_text("".join(f"^{name.replace('.', '[.]')}$\n" for name in denied), encoding="ascii")
            text += f'Filter "{self.folder}/denied"\nFilterExtended On\n'
        (self.folder / "conf").write_text(text, encoding="ascii")
        self.process = subprocess.Popen(["tinyproxy", "-d", "-c", self.folder / "conf"], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL)
        self.wait()

    def wait(self):
        while True:
            try:
                socket.create_connection((self.address, self.port)).close()
                return
            except ConnectionRefusedError:
                if self.process.poll() is not None:
                    raise RuntimeError("tinyproxy did not start") from None
                time.sleep(0.01)

    def asked(self):
        """The requests so far: "CONNECT host:port"."""
        log = (self.folder / "log").read_text(encoding="utf-8", errors="replace")
        return set(re.findall(r"Request \(file descriptor \d+\): (\S+ \S+) HTTP", log))

    def stop(self):
        self.process.terminate()
        self.process.wait()


NONCE = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"


def digest_challenge(algorithm="MD5"):
    """As squid asks (MD5 alone), or newer ones; RFC 7616 section 3.3."""
    return f'Digest realm="corp, inc", nonce="{NONCE}", qop="auth", algorithm={algorithm}'


def knows_password(authorization, method, target, user, password):
    """Whether a header Proxy-Authorization answers digest_challenge(): RFC 7616 section 3.4.1."""
    if not authorization.startswith("Digest "):
        return False
    given = urllib.request.parse_keqv_list(urllib.request.parse_http_list(authorization.removeprefix("Digest ")))
    digest = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}[given.get("algorithm", "MD5")]

    def h(*parts):
        return digest(":".join(parts).encode()).hexdigest()

    expected = h(h(user, 'corp, inc', password), NONCE, given["nc"], given["cnonce"], "auth", h(method, target))
    return given["nonce"] == NONCE and given["uri"] == target and given["response"] == expected
