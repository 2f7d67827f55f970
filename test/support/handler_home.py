"""handler_home: a temporary root directory with an unpacked package in it, and the guest agent's way to call its commands.

What the agent gives a command: environment variables, the package's folder as working directory, config/N.settings, and
HandlerEnvironment.json. The service is a stand-in script, since these tests are about the commands; service=None takes the real one.
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

NAME = "Publisher.GuestAttestation"
PROGRAMS = ["install", "enable", "disable", "update", "uninstall", "guest-attest", "monitor"]
NOTHING = {"runtimeSettings": [{"handlerSettings": {"publicSettings": None, "protectedSettings": None,
                                                    "protectedSettingsCertThumbprint": None}}]}
PLAIN = {"runtimeSettings": [{"handlerSettings": {"publicSettings": {"AttestationConfig": {"MaaSettings": {
    "maaEndpoint": "https://attest.example"}}}, "protectedSettings": None, "protectedSettingsCertThumbprint": None}}]}
# What every stand-in begins with: its root, its own configuration, and a writer of a status.
PRELUDE = r"""#!/bin/sh
[ "$1" = --root ] || exit 64
root=$2; [ "$root" = / ] && root=
state=$root/var/lib/guest-attestation
value() { sed -n "s/.*\"$1\":[[:space:]]*\"\{0,1\}\([^\",]*\)\"\{0,1\},\{0,1\}$/\1/p" "$state/service.json"; }
status() { # WORD CODE MESSAGE
    folder=$root$(value statusFolder); file=$folder/$(value sequence).status
    printf '[{"version":1,"status":{"status":"%s","code":%s,"formattedMessage":{"lang":"en-US","message":"%s"}}}]' "$1" "$2" "$3" > "$folder/.new"
    mv "$folder/.new" "$file"
}
cp "$root$(value statusFolder)/$(value sequence).status" "$root/seen" # what enable had written before the start
echo "$0" > "$root/program"
"""
HEALTHY = PRELUDE + "status success 0 Healthy\nexec sleep 600\n"

SYSTEMCTL = r"""#!/bin/sh
# Does what the commands need of systemctl: keeps one process, writes down how it was called.
here=ROOT
echo "$@" >> "$here/systemctl.log"
pid=$(cat "$here/unit.pid" 2>/dev/null)
[ -e "$here/hang-$1" ] && exec sleep 600
[ -e "$here/refuse-$1" ] && { echo "Refused: $1" >&2; exit 1; }
[ "$1" = show ] && { cat "$here/shown" 2>/dev/null; exit 0; }
stop() { [ -z "$pid" ] || kill "$pid" 2>/dev/null; rm -f "$here/unit.pid"; }
case $1 in
is-active) [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null && exit 0; exit 3 ;;
stop) stop ;;
restart) stop
    unit=$here/etc/systemd/system/guest-attestation.service; [ -e "$unit" ] || unit=$here/run/systemd/system/guest-attestation.service
    command=$(sed -n 's/^ExecStart=//p' "$unit" | tr -d '"')
    setsid $command > /dev/null 2>&1 < /dev/null & echo $! > "$here/unit.pid" ;;
esac
exit 0
"""


def has_ended(pid):
    """Gone, or a zombie that nobody reaped yet. /proc/PID/fd and exe tell other users nothing about a process without core files."""
    try:
        return ") Z " in pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True


def wait_until(what, limit_s=10):
    end = time.monotonic() + limit_s
    while not what():
        if time.monotonic() > end:
            raise AssertionError("waited in vain")
        time.sleep(0.01)


class Home:
    """One version's folder below var/lib/waagent."""

    def __init__(self, root, programs, version, own_version, service=HEALTHY):
        self.root, self.version = root, version
        self.base = root / "var/lib/waagent" / f"{NAME}-{version}"
        for folder in ("bin", "config", "status", "manifest"):
            (self.base / folder).mkdir(parents=True, exist_ok=True)
        for name in PROGRAMS:
            # the version is compiled in: another one of the same length makes another version of the program
            data = (programs / name).read_bytes()
            (self.base / "bin" / name).write_bytes(data.replace(own_version.encode() + b"\0", version.encode() + b"\0"))
        if service:
            self.service(service)
        shutil.copy("manifest/guest-attestation.service", self.base / "manifest")
        for path in (self.base / "bin").iterdir():
            path.chmod(0o744)
        inside, logs = "/" + str(self.base.relative_to(root)), f"/var/log/azure/{NAME}"
        (root / logs[1:] / "events").mkdir(parents=True, exist_ok=True)
        self.environment = [{"name": NAME, "version": 1.0, "handlerEnvironment": {
            "logFolder": logs, "configFolder": inside + "/config", "statusFolder": inside + "/status",
            "heartbeatFile": inside + "/heartbeat.log", "eventsFolder": logs + "/events", "eventsFolder_preview": logs + "/events"}}]
        (self.base / "HandlerEnvironment.json").write_text(json.dumps(self.environment))
        self.settings(0, PLAIN)

    def service(self, text):
        """A stand-in: what install puts in place as the service is the package's one program under another name."""
        for name in ("guest-attest", "monitor"):
            path = self.base / "bin" / name
            path.write_text(text)
            path.chmod(0o744)

    def settings(self, sequence, value):
        """value: a dictionary, or the file's text."""
        (self.base / f"config/{sequence}.settings").write_text(value if isinstance(value, str) else json.dumps(value))

    def command(self, name, sequence=0, more=(), variables=None, wrapper=()):
        """Argument list and environment, as the agent would make them."""
        environment = {"PATH": os.environ["PATH"], "ConfigSequenceNumber": str(sequence),
                       "AZURE_GUEST_AGENT_EXTENSION_PATH": str(self.base), "AZURE_GUEST_AGENT_EXTENSION_VERSION": self.version,
                       "AZURE_GUEST_AGENT_UNINSTALL_CMD_EXIT_CODE": "NOT_RUN", "SECRET_OF_THE_AGENT": "x", **(variables or {})}
        for name_of in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
            if name_of in os.environ:
                environment[name_of] = os.environ[name_of]
        return [*wrapper, str(self.base / "bin" / name), "--root", str(self.root), *more], environment

    def call(self, name, sequence=0, **more):
        """Exit code, stdout, stderr, seconds."""
        argv, environment = self.command(name, sequence, **more)
        started = time.monotonic()
        with open("/dev/zero", encoding="ascii") as stray:  # some descriptor that the agent forgot to close
            done = subprocess.run(argv, env=environment, cwd=self.base, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  timeout=120, start_new_session=True, pass_fds=[stray.fileno()])
        assert len(done.stdout) + len(done.stderr) < 1500, "the agent shows about 1.5 kB of each stream"
        return done.returncode, done.stdout, done.stderr, time.monotonic() - started

    def status(self, sequence=0):
        """The status element as the agent reads it; None if there is no file."""
        path = self.base / f"status/{sequence}.status"
        if not path.exists():
            return None
        return json.loads(path.read_bytes().decode("utf-8"))[0]["status"]


class Machine:
    """A root directory of a machine that fulfils every precondition."""

    def __init__(self, programs):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="ga.", dir="/tmp"))
        self.programs = pathlib.Path(programs)
        self.own_version = subprocess.run([self.programs / "install", "--version"], capture_output=True, text=True, check=True).stdout.strip()
        self.state = self.root / "var/lib/guest-attestation"
        for folder in ("dev", "sys/firmware/efi/efivars", "sys/kernel/security/tpm0", "etc/systemd"):
            (self.root / folder).mkdir(parents=True)
        (self.root / "dev/tpmrm0").touch()
        self.secure_boot = self.root / "sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
        self.secure_boot.write_bytes(b"\6\0\0\0\1")
        self.log = self.root / "sys/kernel/security/tpm0/binary_bios_measurements"
        self.log.write_bytes(b"log")

    def home(self, version=None, **more):
        return Home(self.root, self.programs, version or self.own_version, self.own_version, **more)

    def pid(self):
        """The service's process: who holds the lock, as the kernel tells; None if nobody does."""
        try:
            info = os.stat(self.state / "monitor.pid")
        except FileNotFoundError:
            return None
        for line in open("/proc/locks", encoding="ascii"):
            parts = line.split()
            if parts[1] == "POSIX" and int(parts[5].split(":")[2]) == info.st_ino and "->" not in parts:
                return int(parts[4])
        return None

    def service_configuration(self):
        return json.loads((self.state / "service.json").read_text())

    def unit(self):
        return self.root / "etc/systemd/system/guest-attestation.service"

    def boot_with_systemd(self):
        """From now on the commands find systemd; returns where the calls of systemctl are written down."""
        (self.root / "run/systemd/system").mkdir(parents=True)
        systemctl = self.root / "usr/bin/systemctl"
        systemctl.parent.mkdir(parents=True)
        systemctl.write_text(SYSTEMCTL.replace("ROOT", str(self.root)))
        systemctl.chmod(0o755)
        return self.root / "systemctl.log"

    def processes(self):
        """Everything that runs in here: the stand-ins keep their log, or under systemd their environment, whatever they execute."""
        mark = str(self.root).encode()
        for folder in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                seen = os.readlink(folder / "fd/1").encode() + (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
            except OSError:
                continue
            if mark in seen and int(folder.name) != os.getpid():
                yield int(folder.name)

    def remove(self):
        for pid in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        shutil.rmtree(self.root)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.remove()
