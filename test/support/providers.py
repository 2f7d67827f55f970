"""The local provider as a test runs it: started with a throwaway TLS certificate, asked by Python's own TLS and HTTP."""
import http.client
import json
import os
import signal
import ssl
import subprocess
import time

KEEP_S = 5  # the provider ends a connection that is silent for 10 s
PATH = "/attest/AzureGuest?api-version=2020-10-01"
# Debian's platform and key exchange key, which the recorded machine's firmware holds besides Microsoft's
DEBIAN_KEY = "5fb05ed84c5170d542ed6a7b7487dd57b8faedb02f7e107b0409e1d22cac4169"


def make_tls(folder):
    certificate, key = os.path.join(folder, "tls.pem"), os.path.join(folder, "tls.key")
    if not os.path.exists(certificate):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                        "30", "-subj", "/CN=local provider", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
                        "-keyout", key, "-out", certificate], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    return certificate, key


class Provider:
    """with Provider(BIN, folder, CA files, further options) as provider: status, headers, answer = provider.attest(body)
    tls: files of its certificate and key"""

    def __init__(self, programs, folder, anchors, *options, listen="127.0.0.1:0", tls=None):
        self.certificate, key = tls or make_tls(folder)
        command = [os.path.join(programs, "attestation-provider"), "--listen", listen, "--tls-cert", self.certificate,
                   "--tls-key", key]
        for anchor in anchors:
            command += ["--ak-ca", anchor]
        self.log = open(os.path.join(folder, "provider.log"), "a", encoding="utf-8")
        self.process = subprocess.Popen(command + list(options), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=self.log, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("listening on https://"):
            raise RuntimeError(f"the provider did not start, see {self.log.name}")
        self.url = line.split()[-1]
        self.host, port = self.url.removeprefix("https://").rsplit(":", 1)
        self.port = int(port)
        self.context = ssl.create_default_context(cafile=self.certificate)
        self.kept, self.kept_until = None, 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Its exit code; the same again when called again."""
        if self.kept:
            self.kept.close()
            self.kept = None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(30)
        self.process.stdout.close()
        self.log.close()
        return code

    def connect(self, timeout=60, source=None):
        """source: the address from which it comes"""
        return http.client.HTTPSConnection(self.host, self.port, context=self.context, timeout=timeout,
                                           source_address=source and (source, 0))

    def ask(self, method, path, body=None, connection=None, headers=None):
        """status, headers, JSON; on a connection that is kept unless another is given"""
        if not connection:
            if self.kept and time.monotonic() > self.kept_until:
                self.kept.close()
            self.kept = connection = self.kept or self.connect()
            self.kept_until = time.monotonic() + KEEP_S
        connection.request(method, path, body, {**({"Content-Type": "application/json"} if body is not None else {}), **(headers or {})})
        answer = connection.getresponse()
        return answer.status, answer.headers, json.loads(answer.read())

    def attest(self, body, connection=None):
        return self.ask("POST", PATH, body, connection)

    def cpu_s(self):
        """What the process has used so far, in user and kernel mode."""
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def peak_kib(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))
