"""A VM before a TLS server: whether attest and doctor speak to it, by which code they refuse, and whether anything was sent."""
import subprocess

import documents
import machine
import tlsservers

SPOKEN = {"provider-not-found", "answer-not-attestation", "block-page", "http-failed"}  # behind TLS that is in order: none is a provider


class Bench:
    def __init__(self, vm):
        self.vm, self.way, self.folder = vm, tlsservers.Way(), vm.folder / "tls"
        self.failures = self.rows = 0
        self.folder.mkdir()

    def run(self, command, host, ca_file, *words):
        done = subprocess.run([self.vm.programs / "guest-attest", command, "--endpoint", f"https://{host}", "--ca-file", ca_file, "--proxy",
                               self.way.url, "--tcti", self.vm.tcti, "--json", *words], stdout=subprocess.PIPE)
        return documents.read(command, done.stdout)

    def attest(self, host, ca_file):
        return self.run("attest", host, ca_file, "--event-log", self.vm.root / machine.EVENT_LOG)

    def doctor(self, host, ca_file):
        """Its check of TLS."""
        found, = (check for check in self.run("doctor", host, ca_file, "--root", self.vm.root)["findings"] if check["check"] == "tls")
        return found

    def complaint(self, server, expected, words, host, ca_file):
        result, found = self.attest(host, ca_file), self.doctor(host, ca_file)
        spoken = SPOKEN if server.received is not None else SPOKEN | {"connection-lost"}  # it may close before it has read all that is sent
        code = None if result["name"] in spoken else result["name"]
        if code != expected or words not in result["message"]:
            return f"{result['name']}: {result['message']}"
        if (found["name"] if found["state"] == "error" else None) != expected:
            return f"doctor differs: {found}"
        if server.received is not None and (b"POST " in server.received) != (expected is None):
            return f"what came to the server: {server.received[:40]}"
        return None

    def judge(self, name, expected, server, ca_file, host, words=""):
        """expected: the error's name, None if the request must come through."""
        try:
            self.way.port = server.port
            complaint = self.complaint(server, expected, words, host, ca_file)
        finally:
            server.stop()
        self.rows += 1
        self.failures += complaint is not None
        print(f"not ok - {name}: {complaint}" if complaint else f"ok - {name}: {expected or 'spoken to'}", flush=True)

    def conclude(self, what):
        print(f"{self.rows} {what}, {self.failures} of them not as they should be", flush=True)
        return 1 if self.failures else 0
