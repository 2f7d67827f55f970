"""TLS servers of others, and the way to them: each shows what it is told to, and says whether a request came through.

A host of any name leads to the server of the moment by Way, a proxy, so that no name has to be resolved."""
import contextlib
import os
import pathlib
import select
import shutil
import socket
import subprocess
import tempfile
import threading
import time

WAIT_S = 30
END = b"-----END CERTIFICATE-----\n"
REFUSAL = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Way:
    """A proxy (CONNECT) whose every way leads to `port` on this machine."""

    def __init__(self):
        self.port = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        with client, contextlib.suppress(OSError):
            request = b""
            while b"\r\n\r\n" not in request:
                data = client.recv(4096)
                if not data:
                    return
                request += data
            with socket.create_connection(("127.0.0.1", self.port)) as server:
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                self.join(client, server)

    @staticmethod
    def join(one, other):
        ends = {one: other, other: one}
        while True:
            for end in select.select(list(ends), [], [])[0]:
                data = end.recv(65536)
                if not data:
                    return
                ends[end].sendall(data)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def wait_for(port, process):
    deadline = time.monotonic() + WAIT_S
    while True:
        with contextlib.suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{process.args[0]} did not start")
        time.sleep(0.01)


class OpenSSL:
    """openssl s_server; what it received is `received`. A POST is answered with 404."""

    def __init__(self, chain, key, *options):
        self.received = b""
        self.folder = tempfile.TemporaryDirectory(prefix="server.")
        rest = pathlib.Path(self.folder.name) / "rest.pem"  # it sends its own from the first file
        rest.write_bytes(pathlib.Path(chain).read_bytes().partition(END)[2])
        self.process = subprocess.Popen(
            ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", chain, "-key", key, "-cipher", "ALL:@SECLEVEL=0", *options,
             *(("-cert_chain", rest) if rest.read_bytes().strip() else ())],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0)
        self.port = self.read_port()
        threading.Thread(target=self.serve, daemon=True).start()

    def read_port(self):
        line = self.process.stdout.readline()
        while line and not line.startswith(b"ACCEPT"):
            line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"openssl s_server did not start: {self.process.args}")
        return int(line.rsplit(b":", 1)[1])

    def serve(self):
        with contextlib.suppress(OSError, ValueError):
            while data := self.process.stdout.read(65536):
                before = self.received.count(b"HTTP/1.1\r\n")
                self.received += data
                if self.received.count(b"HTTP/1.1\r\n") > before:
                    self.process.stdin.write(REFUSAL)

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.folder.cleanup()


class Program:
    """Another server's program, with its defaults, that answers by itself."""

    def __init__(self, port, *command, **more):
        self.port, self.received = port, None
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        start_new_session=True, **more)
        wait_for(port, self.process)

    def stop(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, 9)
        self.process.wait()


def gnutls(folder, chain, key):
    port = free_port()
    return Program(port, "gnutls-serv", "--http", "--port", str(port), "--x509certfile", chain, "--x509keyfile", key)


def nginx(folder, chain, key):
    port = free_port()
    conf = pathlib.Path(folder) / "nginx.conf"
    conf.write_text(f"""daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; events {{}}
http {{ access_log off; client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder}; uwsgi_temp_path {folder}; scgi_temp_path {folder};
server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {chain}; ssl_certificate_key {key}; return 404; }} }}
""", encoding="ascii")
    return Program(port, shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin"), "-c", str(conf), "-e", f"{folder}/nginx.log")


def haproxy(folder, chain, key):
    port = free_port()
    both, conf = pathlib.Path(folder) / "haproxy.pem", pathlib.Path(folder) / "haproxy.conf"
    both.write_bytes(pathlib.Path(chain).read_bytes() + pathlib.Path(key).read_bytes())
    conf.write_text(f"""defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend tls
  bind 127.0.0.1:{port} ssl crt {both}
  http-request deny deny_status 404
""", encoding="ascii")
    return Program(port, shutil.which("haproxy", path=os.environ["PATH"] + ":/usr/sbin"), "-db", "-f", str(conf))


def nss(folder, chain, key):
    """NSS's own server, which keeps certificates in a data base."""
    port, base = free_port(), pathlib.Path(tempfile.mkdtemp(prefix="nss.", dir=folder))
    bundle = base / "server.p12"
    subprocess.run(["openssl", "pkcs12", "-export", "-in", chain, "-inkey", key, "-name", "server", "-passout", "pass:", "-out", bundle],
                   check=True, capture_output=True)
    subprocess.run(["certutil", "-N", "-d", f"sql:{base}", "--empty-password"], check=True, capture_output=True)
    subprocess.run(["pk12util", "-i", bundle, "-d", f"sql:{base}", "-W", ""], check=True, capture_output=True)
    return Program(port, "selfserv", "-d", f"sql:{base}", "-n", "server", "-p", str(port), "-V", "tls1.2:")
