"""A VM with the guest agent in it, for test/package/real_agent_lives: what the agent wants, calls and uploads, what runs and lies where,
and what gets in the way. The programs see the machine's own paths: hide_machine() puts folders of the test there."""
import contextlib
import json
import os
import pathlib
import signal
import subprocess
import time
import zipfile

import fabric
import machine

NAME = machine.NAME
STATE = pathlib.Path("/var/lib/guest-attestation")
OPT = pathlib.Path("/opt/guest-attestation")
SECURE_BOOT = "sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
EMULATOR = "/usr/bin/qemu-aarch64-static"
PRIVATE = ["var/lib", "var/log", "opt", "etc/systemd", "run", "sys/firmware", "sys/kernel/security", "proc/sys/kernel/random/boot_id"]


def hide_machine(folder):
    """From here on the paths that the programs use are folders of the test's machine."""
    for path in PRIVATE:
        inside = folder / "root" / path
        if not inside.exists():
            inside.mkdir(parents=True)
        subprocess.run(["mount", "--bind", inside, "/" + path], check=True)


def ok(text):
    print("ok - " + text, flush=True)


def equal(found, expected, what):
    if found != expected:
        raise AssertionError(f"{what}: {found!r}, expected {expected!r}")


def home(version):
    return pathlib.Path(fabric.LIB, f"{NAME}-{version}")


def wait_until(holds, what, limit_s=15, pause_s=0.1):
    end = time.monotonic() + limit_s
    while not holds():
        if time.monotonic() > end:
            raise AssertionError(f"waited {limit_s} s for: {what}")
        fabric.sleep(pause_s)


def services():
    """Process: program, of every running monitor."""
    found = {}
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            program = os.readlink(entry / "exe")
        except OSError:
            continue
        if program == EMULATOR:
            program = (entry / "cmdline").read_text().split("\0")[2]
        if program.split(" ")[0].endswith("/monitor"):
            found[int(entry.name)] = program
    return found


def open_paths(pid):
    for entry in [*pathlib.Path(f"/proc/{pid}/fd").iterdir(), pathlib.Path(f"/proc/{pid}/cwd")]:
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            yield os.readlink(entry)


def service(version):
    """The only service; it runs from where it was installed, and holds nothing in a package's folder open while it waits."""
    found = services()
    equal(list(found.values()), [f"{OPT}/{version}/monitor"], "the service's program")
    pid = next(iter(found))
    wait_until(lambda: not any("/waagent/" in path for path in open_paths(pid)), "no file of a package is held open")
    return pid


def kill_service():
    for pid in services():
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not services(), "the service's end")


def history():
    return json.loads((STATE / "history.json").read_text())


class World:
    def __init__(self, vm, zips, modules, arch="x86_64"):
        self.vm, self.zips, self.modules = vm, zips, modules
        self.arch = arch
        self.machine_type(arch)
        self.fabric = fabric.Fabric(NAME)
        for version, path in zips.items():
            self.fabric.packages[version] = self.package(path)
        provider = vm.provider()
        self.settings = {"AttestationConfig": {"MaaSettings": {"maaEndpoint": provider.url}}, "caFile": str(provider.certificate)}
        self.agent = None

    def package(self, path, programs=None):
        """The package with one change: the commands are told which TPM is the machine's. programs: bytes in place of each that the agent
        starts; b"" = they are not there. What this machine cannot execute, a script of the program's name has emulated."""
        changed = self.vm.folder / path.name
        with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w") as new:
            for entry in old.infolist():
                data = old.read(entry)
                if programs is not None and entry.filename.startswith("bin/"):
                    data = programs
                    if not data:
                        continue
                if entry.filename == "HandlerManifest.json":
                    manifest = json.loads(data)
                    for key, value in manifest[0]["handlerManifest"].items():
                        if key.endswith("Command"):
                            manifest[0]["handlerManifest"][key] = f"{value} --tcti {self.vm.tcti}"
                    data = json.dumps(manifest)
                if entry.filename == "aarch64/guest-attest" and self.arch == "aarch64":
                    real = f"{fabric.LIB}/{path.stem}/aarch64/emulated"
                    new.writestr("aarch64/emulated", data)
                    data = f'#!/bin/sh\nexec {EMULATOR} -0 "$0" {real} "$@"\n'
                new.writestr(entry.filename, data)
        return changed.read_bytes()

    def machine_type(self, name):
        """What uname says."""
        folder = self.vm.folder / "uname"
        folder.mkdir(exist_ok=True)
        (folder / "uname").write_text(f'#!/bin/sh\n[ "$*" = -m ] && exec echo {name}\nexec /bin/uname "$@"\n')
        (folder / "uname").chmod(0o755)
        if str(folder) not in os.environ["PATH"]:
            os.environ["PATH"] = f"{folder}:{os.environ['PATH']}"

    def start_agent(self):
        self.agent = fabric.Agent(self.fabric, self.modules, self.vm.folder / "agent.log")

    def want(self, version, sequence=0, settings=None, state="enabled", protected=None):
        self.fabric.want(version, sequence, self.settings if settings is None else settings, state, protected)
        return self.agent.turn()

    def called(self, *commands):
        equal(self.agent.commands(), list(commands), "commands that the agent called")


def settings_status(entry):
    part = entry.get("runtimeSettingsStatus")
    return part["settingsStatus"]["status"] if part else None


def check(entry, version, handler, code, sequence=None, state=None):
    """One upload: handler status, and the settings status that the platform looks at; returns the latter."""
    what = json.dumps(entry)
    equal((entry["handlerVersion"], entry["status"], entry["code"]), (version, handler, code), f"handler status in {what}")
    status = settings_status(entry)
    if state is None:
        equal(status, None, "settings status")
        return None
    equal((entry["runtimeSettingsStatus"]["sequenceNumber"], status["status"]), (sequence, state), f"settings status in {what}")
    written = json.loads((home(version) / f"status/{sequence}.status").read_bytes().decode("utf-8"))[0]["status"]
    equal(status["formattedMessage"]["message"], written["formattedMessage"]["message"], "message on its way")
    equal([(item["name"], item["status"], item["formattedMessage"]["message"]) for item in status.get("substatus", [])],
          [(item["name"], item["status"], item["formattedMessage"]["message"]) for item in written.get("substatus", [])],
          "substatuses on their way")
    return status


def attested(entry, version, sequence=0):
    status = check(entry, version, "Ready", 0, sequence, "success")
    equal(status["code"], 0, "code")
    found = [item["name"] for item in status["substatus"]]
    if not {"BootIntegrity", "Attestation", "SecureBoot", "Schedule"} <= set(found):
        raise AssertionError(f"substatuses: {found}")
    return status


def contains(text, *parts):
    for part in parts:
        if part not in text:
            raise AssertionError(f"no {part!r} in: {text}")


def failed(entry, version, code, exit_code, word, sequence=None):
    """A command failed: the handler's status has its output, and the settings status, if there is one, its reason."""
    contains(entry["formattedMessage"]["message"], f"exit code: {exit_code},", f"{word}: ")
    status = check(entry, version, "NotReady", code, sequence, None if sequence is None else "error")
    if status:
        contains(status["formattedMessage"]["message"], f"({word})")


@contextlib.contextmanager
def secure_boot_off(world):
    variable = world.vm.root / SECURE_BOOT
    was = variable.read_bytes()
    variable.write_bytes(was[:4] + b"\0")
    try:
        yield
    finally:
        variable.write_bytes(was)


@contextlib.contextmanager
def read_only(path):
    subprocess.run(["mount", "-o", "remount,bind,ro", path], check=True)
    try:
        yield
    finally:
        subprocess.run(["mount", "-o", "remount,bind,rw", path], check=True)


@contextlib.contextmanager
def in_the_way(path):
    """A folder where a file belongs."""
    (path / "folder").mkdir(parents=True)
    try:
        yield
    finally:
        (path / "folder").rmdir()
        path.rmdir()


@contextlib.contextmanager
def lost(*programs):
    """Programs of a package that are not there for a while: exit code 127."""
    for program in programs:
        program.rename(f"{program}.lost")
    try:
        yield
    finally:
        for program in programs:
            if program.parent.exists():
                pathlib.Path(f"{program}.lost").rename(program)


def running_below(folder):
    """Processes whose program or working folder is below a folder."""
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if str(folder) in os.readlink(entry / "exe") + os.readlink(entry / "cwd"):
                yield int(entry.name)
