"""A VM in a folder, for flow tests and the demo: a virtual TPM that booted as a recorded machine did, the kernel's files about that
boot, a local attestation provider, and a guest agent's way of calling the extension's commands. All parts are real processes."""
import base64
import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import providers

SUPPORT = pathlib.Path(__file__).resolve().parent
PROJECT = SUPPORT.parent.parent
NAME = "BootIntegrity.LinuxAttestation.GuestAttestation"
EVENT_LOG = "sys/kernel/security/tpm0/binary_bios_measurements"
PROGRAMS = ("install", "enable", "disable", "update", "uninstall", "monitor", "guest-attest")


def platform(*words):
    done = subprocess.run([SUPPORT / "platform", *map(str, words)], stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.strip()


class Machine:
    """folder/tpm, folder/authority, folder/root (what the programs take for /), and the package as the agent unpacks it."""

    def __init__(self, programs, boot="secureboot-on", folder=None):
        self.programs = pathlib.Path(programs).resolve()
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="vm."))
        self.root = self.folder / "root"
        self.authority = self.folder / "authority"
        self.base = None
        self.providers = []
        self.root.mkdir()
        self.tcti = platform("start", self.folder / "tpm")
        platform("provision", self.folder / "tpm", "--ca", self.authority)
        self.boot(boot)

    def boot(self, name):
        """Restart with what a recorded machine measured, and the files that its kernel showed."""
        recorded = PROJECT / "test/data/boot" / name
        platform("measure", self.folder / "tpm", recorded / "eventlog.bin")
        log = self.root / EVENT_LOG
        log.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(recorded / "eventlog.bin", log)
        variables = self.root / "sys/firmware/efi/efivars"
        shutil.rmtree(variables, ignore_errors=True)
        shutil.copytree(recorded / "efivars", variables)
        boot_id = self.root / "proc/sys/kernel/random/boot_id"
        boot_id.parent.mkdir(parents=True, exist_ok=True)
        boot_id.write_text(pathlib.Path("/proc/sys/kernel/random/uuid").read_text())
        (self.root / "etc").mkdir(exist_ok=True)
        shutil.copyfile("/etc/os-release", self.root / "etc/os-release")

    def provider(self, *options, **more):
        anchors = [str(self.authority / name) for name in ("root.pem", "intermediate.pem")]
        self.providers.append(
            providers.Provider(self.programs, str(self.folder), anchors, "--kek-cert", providers.DEBIAN_KEY, *options, **more))
        return self.providers[-1]

    def inside(self, path):
        """A path of this machine as seen from outside."""
        return self.root / str(path).lstrip("/")

    def files(self, folder):
        """Path and contents of each, but for those that the service replaces meanwhile."""
        for path in folder.rglob("*"):
            with contextlib.suppress(FileNotFoundError):
                if path.is_file():
                    yield path, path.read_bytes()

    def unpack(self, version="1.0.0.0"):
        """What the guest agent does before install: the package's files, folders and HandlerEnvironment.json."""
        base = f"/var/lib/waagent/{NAME}-{version}"
        logs = f"/var/log/azure/{NAME}"
        self.base = self.inside(base)
        (self.base / "bin").mkdir(parents=True)
        for program in PROGRAMS:
            shutil.copy(self.programs / program, self.base / "bin" / program)
        shutil.copytree(PROJECT / "manifest", self.base / "manifest")
        shutil.copyfile(PROJECT / "HandlerManifest.json", self.base / "HandlerManifest.json")
        for folder in (self.base / "config", self.base / "status", self.inside(logs) / "events"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        environment = {"logFolder": logs, "configFolder": f"{base}/config", "statusFolder": f"{base}/status",
                       "heartbeatFile": f"{base}/heartbeat.log", "eventsFolder": f"{logs}/events"}
        (self.base / "HandlerEnvironment.json").write_text(
            json.dumps([{"name": NAME, "version": 1.0, "handlerEnvironment": environment}]))

    def settings_for(self, provider, **more):
        return {"AttestationConfig": {"MaaSettings": {"maaEndpoint": provider.url}}, "caFile": str(provider.certificate), **more}

    @property
    def lib(self):
        """The guest agent's own folder."""
        return self.base.parent

    def make_certificate(self):
        """A new certificate of the VM and its key, as the agent keeps them; returns the thumbprint."""
        key, certificate = self.folder / "new.prv", self.folder / "new.crt"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2",
                        "-subj", "/DC=Windows Azure CRP Certificate Generator"], check=True, stderr=subprocess.DEVNULL)
        printed = subprocess.run(["openssl", "x509", "-in", certificate, "-noout", "-fingerprint", "-sha1"], check=True,
                                 stdout=subprocess.PIPE, text=True).stdout
        thumbprint = printed.split("=")[1].strip().replace(":", "")
        key.rename(self.lib / f"{thumbprint}.prv")
        certificate.rename(self.lib / f"{thumbprint}.crt")
        return thumbprint

    def protect(self, settings, thumbprint, cipher="aes256"):
        """What the platform makes of protected settings."""
        done = subprocess.run(["openssl", "cms", "-encrypt", "-binary", "-outform", "DER", f"-{cipher}", self.lib / f"{thumbprint}.crt"],
                              input=json.dumps(settings).encode(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
        return {"protectedSettings": base64.b64encode(done.stdout).decode(), "protectedSettingsCertThumbprint": thumbprint}

    def settings(self, sequence, public, protected=None):
        """protected: what protect() returned."""
        handler = {"publicSettings": public, "protectedSettings": None, "protectedSettingsCertThumbprint": None, **(protected or {})}
        text = json.dumps({"runtimeSettings": [{"handlerSettings": handler}]})
        (self.base / f"config/{sequence}.settings").write_text(text)

    def command(self, name, sequence=0, within=(), **variables):
        """Run a command as the agent does; (exit code, output, seconds). within: the words before it; variables: of the agent's environment."""
        started = time.monotonic()
        done = subprocess.run(
            [*within, self.base / "bin" / name, "--root", self.root, "--tcti", self.tcti], cwd=self.base, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
            env={"PATH": os.environ["PATH"], "ConfigSequenceNumber": str(sequence), **variables})
        return done.returncode, done.stdout, time.monotonic() - started

    def status(self, sequence=0):
        path = self.base / f"status/{sequence}.status"
        return json.loads(path.read_text(encoding="utf-8"))[0] if path.exists() else None

    def wait_for_status(self, wanted, sequence=0, seconds=60):
        """Until the status file says so; the file's top level."""
        deadline = time.monotonic() + seconds
        while True:
            status = self.status(sequence)
            if status and wanted(status["status"]):
                return status["status"]
            if time.monotonic() > deadline:
                raise RuntimeError(f"the status is not as expected: {status}")
            time.sleep(0.05)

    def monitor_pid(self):
        """The running service, found by its program's path; 0 if there is none. (/proc/PID/exe of a process without core files
        is for root only.)"""
        program = str(self.root / "opt/guest-attestation").encode()
        for entry in pathlib.Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if entry.name.isdigit() and (entry / "cmdline").read_bytes().startswith(program):
                    return int(entry.name)
        return 0

    def kill_service(self):
        pid = self.monitor_pid()
        if pid:
            os.kill(pid, signal.SIGKILL)
        while self.monitor_pid():
            time.sleep(0.01)

    def close(self):
        self.kill_service()
        for provider in self.providers:
            provider.stop()
        platform("stop", self.folder / "tpm")
        shutil.rmtree(self.folder)


@contextlib.contextmanager
def machine(programs, boot="secureboot-on"):
    found = Machine(programs, boot)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        yield found
    finally:
        found.close()
