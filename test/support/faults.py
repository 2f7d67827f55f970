"""Faults in whole programs: each allocation or system call of a run fails once, and what must hold afterwards.

A program is a class below: how it is called, and what it said of the boot. A Lab is a VM whose files are put back before each run. The tools
that inject are test/fault/allocs.c and test/fault/calls.c."""
import collections
import json
import os
import pathlib
import re
import shutil
import struct
import subprocess
import time

import boots
import built
import documents
import machine
import vtpm

HEAD = struct.Struct("<5Q")  # of allocs.c's plan
ROOM = 200000  # allocations whose call path is kept
FOREVER = (1 << 64) - 1
ALL_BEHIND = "and all behind"
CUSTOMERS = {*range(100, 209), *range(300, 400)} - {304}  # platform, settings, and preconditions that are not there; 304: a CA file
CUSTOMERS_EXITS = (51, 52, 53, 64)
HANG_S = int(os.environ.get("FAULT_HANG_S", "150"))  # a round has 60 s on the network, an exchange is tried three times
OWNERS_KEY = "282e8130b7070f107aaecc25d3992ca4440270860b09088792a5075fab0d13f8"  # of test/data/boot/foreign-keys
STATE = "/var/lib/guest-attestation"
CC_GET_CAPABILITY, CAP_HANDLES = 0x17A, 1
VOLATILE = re.compile(rb"\b\d{10,}\b|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")  # times

POLLS = ("7", "271")  # system calls poll and ppoll

Fault = collections.namedtuple("Fault", "kind name number what")  # kind: "allocation" or "call"
Outcome = collections.namedtuple("Outcome", "health number code")


def told(fault):
    if fault.kind == "call":
        return f"call {fault.name} {fault.number} {fault.what}"
    return f"allocation {fault.number} {fault.what}"


CANNOT = "SKIPPED: the tools that inject faults are for x86-64, need ptrace, and want programs without a sanitizer"


def can_inject(programs):
    """Whether there are the tools, the kernel lets them, and it is the program's own calls that would fail."""
    if built.is_sanitized(programs):
        return False
    tool = pathlib.Path(programs) / "fault-calls"
    return tool.exists() and subprocess.run([tool, "/dev/null", "true"], stderr=subprocess.PIPE, check=False).returncode == 0


class Kept:
    """Folders as they were; put_back() undoes what a run changed in them."""

    def __init__(self, folders):
        self.folders = folders
        self.files = {path: (path.read_bytes(), path.stat().st_mode & 0o7777) for path in self.walk() if path.is_file()}
        self.dirs = {path for path in self.walk() if path.is_dir()}
        self.seen = {path: self.mark(path) for path in self.files}

    def walk(self):
        return [path for folder in self.folders for path in [folder, *sorted(folder.rglob("*"))] if path.exists() or path.is_symlink()]

    @staticmethod
    def mark(path):
        info = path.lstat()
        return info.st_ino, info.st_size, info.st_mtime_ns, info.st_mode

    def put_back(self):
        for path in reversed(self.walk()):
            if path.is_dir() and not path.is_symlink():
                if path not in self.dirs:
                    shutil.rmtree(path)
            elif path not in self.files:
                path.unlink()
        for path in sorted(self.dirs):
            path.mkdir(mode=0o700, exist_ok=True)
        for path, (content, mode) in self.files.items():
            if not path.exists() or self.mark(path) != self.seen[path]:
                path.unlink(missing_ok=True)
                path.write_bytes(content)
                path.chmod(mode)
                self.seen[path] = self.mark(path)


class Lab:
    def __init__(self, programs):
        self.programs = pathlib.Path(programs).resolve()
        self.vm = machine.Machine(programs)
        self.plan, self.report = self.vm.folder / "plan", self.vm.folder / "report"
        self.provider = self.learned = None
        try:
            self.begin()
        except BaseException:
            self.vm.close()
            raise

    def begin(self):
        """The VM learns its first boot."""
        self.provider = self.vm.provider("--kek-cert", OWNERS_KEY, "--db-cert", OWNERS_KEY)
        self.vm.unpack()
        self.vm.settings(0, self.vm.settings_for(self.provider))
        self.vm.command("install")
        boots.restart(self.vm, boots.base_log())
        self.vm.command("enable")
        self.vm.wait_for_status(lambda status: status["status"] == "success")
        self.wait_for_pending()
        self.vm.kill_service()
        (self.vm.base / "status/0.status").unlink()
        self.learned = self.keep()

    def keep(self):
        return Kept([self.vm.inside(STATE), self.vm.base / "status", self.vm.base / "config", self.vm.inside("/var/log/azure"),
                     self.vm.inside("/opt")])

    def wait_for_pending(self):
        deadline = time.monotonic() + 30
        while not (self.state / "pending.json").exists():
            if time.monotonic() > deadline:
                raise RuntimeError("the service does not remember the disks")
            time.sleep(0.02)

    @property
    def state(self):
        return self.vm.inside(STATE)

    def boot(self, change):
        """A restart; the state is that of a VM that learned its good boot."""
        log = boots.base_log()
        change(self.vm, log)
        boots.restart(self.vm, log)
        self.learned.put_back()

    def forget_boots(self):
        for name in ("baseline.json", "history.json", "pending.json"):
            (self.state / name).unlink(missing_ok=True)

    def connect_tpm(self):
        """It serves one at a time; those who wait are few."""
        deadline = time.monotonic() + vtpm.DEADLINE_S
        while True:
            try:
                return vtpm.Tpm(self.vm.folder / "tpm")
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def flush_tpm(self):
        """What the kernel's resource manager does when a program ends, however it ends."""
        with self.connect_tpm() as tpm:
            for kind in (0x80000000, 0x02000000, 0x03000000):
                answer = tpm.run(CC_GET_CAPABILITY, struct.pack(">III", CAP_HANDLES, kind, 16), "list handles", sessions=False)
                (count,) = struct.unpack_from(">I", answer, 5)
                for handle in struct.unpack_from(f">{count}I", answer, 9):
                    tpm.flush(handle)

    def files(self):
        """Of the state folder, with what differs from run to run blotted out."""
        return {str(path.relative_to(self.state)): VOLATILE.sub(b"0", path.read_bytes())
                for path in self.state.rglob("*") if path.is_file()}

    def close(self):
        self.vm.close()


class Report:
    """What calls.c wrote: exit code, negative for a signal; faults that came to pass; [(name, count, faults)] of the calls; and
    [(name, count, reason)] of those that cannot fail."""

    def __init__(self, text):
        (how, end), (_, came), *parts = (line.split(" ", 1) for line in text.splitlines())
        self.code = -int(end) if how == "signal" else int(end)
        self.faults = int(came)
        self.calls, self.exempt = [], []
        for kind, rest in parts:
            name, count, words = rest.split(" ", 2)
            if kind == "call":
                self.calls.append((name, int(count), words.split()))
            else:
                self.exempt.append((name, int(count), words))


class Run:
    """One run of a program and what came of it."""

    def __init__(self, lab, program, fault=None, record=False):
        self.lab, self.program, self.fault = lab, program, fault
        argv, environment = program.command(lab)
        is_call = not fault or fault.kind == "call"
        lab.plan.write_bytes(self.plan_bytes(record))
        if not is_call or record:
            argv = ["env", f"LD_PRELOAD={lab.programs}/fault-allocs.so", f"FAULT_ALLOCS={lab.plan}", *argv]
        if is_call and not record or program.ends_at_rest:
            argv = [lab.programs / "fault-calls", lab.report, *(["--end-at-rest"] if program.ends_at_rest else []),
                    *(["--at", f"{fault.name}:{fault.number}:{fault.what}"] if fault and is_call else []), *argv]
        lab.report.unlink(missing_ok=True)
        self.start(argv, environment)
        self.report = Report(lab.report.read_text()) if lab.report.exists() else None
        if self.report:
            self.code = self.report.code
        self.happened = self.hangs or self.has_happened()

    def plan_bytes(self, record):
        if record:
            return HEAD.pack(0, 0, 0, 0, ROOM) + bytes(8 * ROOM)
        if not self.fault or self.fault.kind == "call":
            return HEAD.pack(0, 0, 0, 0, 0)
        return HEAD.pack(self.fault.number, FOREVER if self.fault.what == ALL_BEHIND else self.fault.number, 0, 0, 0)

    def start(self, argv, environment):
        process = subprocess.Popen(list(map(str, argv)), env=environment, cwd=self.lab.vm.base, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, start_new_session=True)
        self.hangs = False
        try:
            self.out, self.err = process.communicate(timeout=HANG_S)
        except subprocess.TimeoutExpired:
            self.hangs = True
            process.kill()
            self.out, self.err = process.communicate()
        self.code = process.returncode

    def has_happened(self):
        if not self.fault:
            return True
        if self.fault.kind == "call":
            return bool(self.report and self.report.faults)
        return HEAD.unpack_from(self.lab.plan.read_bytes())[3] > 0

    def is_mute(self):
        """No write gets through, so that nothing can be said."""
        return self.fault and self.fault.what.endswith("+") and self.fault.name.startswith("write")

    def allocations(self):
        """Call path of each."""
        data = self.lab.plan.read_bytes()
        count = HEAD.unpack_from(data)[2]
        if count > ROOM:
            raise RuntimeError(f"{count} allocations: make ROOM larger")
        return struct.unpack_from(f"<{count}Q", data, HEAD.size)


class Program:
    """What all have in common; health: "healthy", "unhealthy" or "unknown"."""

    ends_at_rest = False
    keeps_state = True  # it writes none

    def prepare(self, lab):
        pass

    def environment(self):
        return {"PATH": os.environ["PATH"], **{name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}}

    def finish(self, lab, run):
        """After the run: wait for what goes on behind it."""

    def own_problems(self, lab, run, outcome):
        return []


class Answering(Program):
    """Exit code 0, 1 or 2, and the answer as JSON."""

    words = {}  # the answer's word for each exit code
    member = ""

    def outcome(self, lab, run):
        number, name = 0, ""
        try:
            answer = documents.read(self.name, run.out)
            number, name = answer["code"], ",".join(reason["name"] or "" for reason in answer.get("reasons") or [answer])
        except ValueError:
            pass
        return Outcome({0: "healthy", 1: "unhealthy"}.get(run.code, "unknown"), number, name)

    def own_problems(self, lab, run, outcome):
        if run.code not in (0, 1):
            return [] if run.code < 0 or run.err or run.out or run.is_mute() else ["it failed without a word"]
        try:
            word = documents.read(self.name, run.out).get(self.member)
        except ValueError:
            return [f"exit {run.code} without a whole answer"]
        return [] if word == self.words[run.code] else [f"exit {run.code}, but it says {word}"]


class Attest(Answering):
    name, words, member = "attest", {0: "Healthy", 1: "Unhealthy"}, "health"

    def command(self, lab):
        return [lab.programs / "guest-attest", "attest", "--root", lab.vm.root, "--tcti", lab.vm.tcti, "--endpoint", lab.provider.url,
                "--ca-file", lab.provider.certificate, "--json"], self.environment()


class Verify(Answering):
    name, words, member = "verify", {0: "Genuine", 1: "Refused"}, "verdict"

    def __init__(self, bundle, authorities):
        self.bundle, self.authorities = bundle, authorities

    def command(self, lab):
        cas = [word for ca in self.authorities for word in ("--ca", ca)]
        return [lab.programs / "guest-attest", "verify", self.bundle, "--json", *cas], self.environment()


class Reporting(Program):
    """What it said stands in N.status."""

    keeps_state = False
    sequence = 0

    def status(self, lab):
        path = lab.vm.base / f"status/{self.sequence}.status"
        try:
            return json.loads(path.read_bytes().decode())[0]["status"] if path.exists() else None
        except ValueError:
            return {"status": "damaged", "code": 0, "formattedMessage": {"message": ""}}

    def outcome(self, lab, run):
        status = self.status(lab)
        if not status:
            return Outcome("unknown", 0, "no status")
        message = status["formattedMessage"]["message"]
        health = "healthy" if status["status"] == "success" else "unhealthy" if message.startswith("Unhealthy") else "unknown"
        return Outcome(health, status["code"], f"{status['status']} {status['code']}")

    def own_problems(self, lab, run, outcome):
        return ["the status file is damaged"] if outcome.code.startswith("damaged") else []


class Monitor(Reporting):
    name, ends_at_rest = "monitor", True

    def command(self, lab):
        """A service that enable has just started attests at once; else it waits for up to a minute after a boot."""
        record = lab.state / "service.json"
        record.write_bytes(re.sub(rb'("enabledAt":\s*)\d+', rb"\g<1>%d" % time.time(), record.read_bytes()))
        return [lab.vm.base / "bin/monitor", "--root", lab.vm.root], self.environment()


class Enable(Reporting):
    """With new settings."""

    name, sequence = "enable", 1

    def prepare(self, lab):
        lab.vm.settings(1, lab.vm.settings_for(lab.provider))

    def command(self, lab):
        return [lab.vm.base / "bin/enable", "--root", lab.vm.root, "--tcti", lab.vm.tcti], {**self.environment(), "ConfigSequenceNumber": "1"}

    def finish(self, lab, run):
        """The service's first result, if there is a service."""
        deadline = time.monotonic() + HANG_S
        while lab.vm.monitor_pid() and time.monotonic() < deadline:
            status = self.status(lab)
            if status and status["status"] != "transitioning" and self.rests(lab.vm.monitor_pid()):
                break
            time.sleep(0.01)
        lab.vm.kill_service()

    @staticmethod
    def rests(pid):
        """The service waits for more than one thing: its round is over."""
        try:
            words = pathlib.Path(f"/proc/{pid}/syscall").read_text().split()
        except OSError:
            return False
        return words[0] in POLLS and int(words[2], 16) > 1

    def own_problems(self, lab, run, outcome):
        found = super().own_problems(lab, run, outcome)
        if run.code == 0 and outcome.health == "unknown":
            found.append(f"exit 0, and the status is {outcome.code}")
        if run.code > 0 and not run.err and not run.out and not run.is_mute():
            found.append("it failed without a word")
        return found


class Scene:
    """A program in a situation: what it says without faults, and how many faults it can be given."""

    def __init__(self, program, situation, health, is_thorough):
        self.program, self.situation, self.health, self.is_thorough = program, situation, health, is_thorough
        self.before = self.after = self.expected = None
        self.paths, self.calls, self.exempt = (), [], []

    def __str__(self):
        return f"{self.program.name}, {self.situation}"

    def run(self, lab, fault=None, record=False):
        run = Run(lab, self.program, fault, record)
        self.program.finish(lab, run)
        return run, self.program.outcome(lab, run)

    def measure(self, lab):
        """The faultless runs."""
        self.program.prepare(lab)
        kept = lab.keep()
        self.before = lab.files()
        for record in (True, False):
            run, outcome = self.run(lab, record=record)
            if outcome.health != self.health or self.problems(lab, run, outcome):
                raise AssertionError(f"{self} without a fault: {outcome}, exit {run.code}, {self.problems(lab, run, outcome)}\n"
                                     f"{run.out.decode()}{run.err.decode()}")
            self.expected, self.after = outcome, lab.files()
            if record:
                self.paths = run.allocations()
            else:
                self.calls, self.exempt = run.report.calls, run.report.exempt
            lab.flush_tpm()
            if record and not self.program.keeps_state and self.recover(lab):
                raise AssertionError(f"{self}, twice without a fault: {self.recover(lab)}")
            kept.put_back()
        return kept

    def anew(self):
        return Scene(self.program, self.situation, self.health, self.is_thorough)

    def take_least(self, others):
        """What every run does: how often curl looks at a socket, for one, differs a little from run to run."""
        self.paths = min((other.paths for other in others), key=len)
        counts = [{name: count for name, count, _ in other.calls} for other in others]
        self.calls = [(name, min(count.get(name, 0) for count in counts), kinds) for name, _, kinds in self.calls]

    def allocation_faults(self):
        """Thorough: each alone, and the first of each call path with all behind it. Else the first and the last of each path alone."""
        first = {path: number for number, path in reversed(list(enumerate(self.paths, 1)))}
        last = {path: number for number, path in enumerate(self.paths, 1)}
        if self.is_thorough:
            return [Fault("allocation", "", number, "alone") for number in range(1, len(self.paths) + 1)] + \
                   [Fault("allocation", "", number, ALL_BEHIND) for number in sorted(first.values())]
        return [Fault("allocation", "", number, "alone") for number in sorted({*first.values(), *last.values()})]

    def call_faults(self):
        return [Fault("call", name, number, what) for name, count, kinds in self.calls for number in range(1, count + 1) for what in kinds]

    def counted(self, kind):
        if kind == "allocation":
            how = "each, and the first of each path with all behind it" if self.is_thorough else "the first and the last of each path"
            return f"{len(self.paths)} allocations on {len(set(self.paths))} call paths, {how}"
        fallible, exempt = (sum(count for _, count, _ in calls) for calls in (self.calls, self.exempt))
        names = ", ".join(f"{name} {count}" for name, count, _ in self.exempt)
        return f"{fallible + exempt} system calls = {fallible} that can fail + {exempt} exempt ({names})"

    def problems(self, lab, run, outcome):
        found = list(self.program.own_problems(lab, run, outcome))
        is_kill = run.fault and run.fault.what == "kill"
        if run.hangs:
            found.append(f"it hangs: no end within {HANG_S} s")
        elif run.code < 0 and run.code != (-9 if is_kill or self.program.ends_at_rest else 0):
            found.append(f"it crashed: signal {-run.code}")
        if outcome.health == "healthy" and self.health != "healthy":
            found.append(f"the boot is {self.health}, but it says Healthy")
        if outcome.number != (self.expected or outcome).number and outcome.number in CUSTOMERS:
            found.append(f"a fault of the machine is told as {outcome.number} {outcome.code}: what only the customer can remedy")
        if self.expected and run.code in CUSTOMERS_EXITS:
            found.append(f"a fault of the machine is told by exit code {run.code}")
        if outcome.health == "unhealthy" and self.health == "healthy":
            found.append(f"the boot is good, but it says Unhealthy: {outcome.code}")
        return found

    def state_problems(self, files, is_killed):
        """Old or new, nothing damaged, nothing set aside."""
        found = []
        for name in sorted(files.keys() - self.before.keys() - (self.after or {}).keys()):
            if not (is_killed and name.endswith(".tmp")):
                found.append(f"state: {name} was not there, and is not without faults")
        for name in sorted(self.before.keys() & (self.after or {}).keys() - files.keys()):
            found.append(f"state: {name} is lost")
        for name in files.keys() & self.after.keys():
            if files[name] in (self.before.get(name), self.after[name]) or not name.endswith(".json"):
                continue
            try:
                json.loads(files[name])
            except ValueError:
                found.append(f"state: {name} is damaged")
                continue
            if name in ("baseline.json", "service.json"):
                found.append(f"state: {name} is neither old nor new: {files[name].decode()[:200]}")
        return found

    def recover(self, lab):
        """A run without faults, on what the failed one left."""
        run, outcome = self.run(lab)
        found = [f"afterwards, without a fault: {problem}" for problem in self.problems(lab, run, outcome)]
        if outcome != self.expected:
            found.append(f"afterwards, without a fault: {outcome} instead of {self.expected}, {run.err.decode()[:500]}")
        files = lab.files()
        for name in sorted(files.keys() ^ self.after.keys()):
            found.append(f"afterwards, without a fault: {name} is {'left over' if name in files else 'missing'}")
        for name in {"baseline.json", "service.json"} & files.keys() & self.after.keys():
            if files[name] != self.after[name]:
                found.append(f"afterwards, without a fault: {name} is not as it is without faults: {files[name].decode()[:200]}")
        return found

    def inject(self, lab, kept, fault):
        """Whether the fault came to pass, and what is wrong then."""
        started = time.monotonic()
        run, outcome = self.run(lab, fault)
        if "FAULT_VERBOSE" in os.environ:
            print(f"{time.monotonic() - started:6.2f} {self}, {told(fault)}: exit {run.code}, {outcome}, {run.happened}", flush=True)
        found = []
        if run.happened:
            found = self.problems(lab, run, outcome)
            files = lab.files()
            found += self.state_problems(files, fault.what == "kill")
            lab.flush_tpm()
            if files not in (self.before, self.after) or fault.what == "kill" and not self.program.keeps_state:
                found += self.recover(lab)
        lab.flush_tpm()
        kept.put_back()
        where = f"{self}, {told(fault)}: exit {run.code}, {outcome.health} {outcome.code}"
        tail = " ".join((run.err or run.out).decode(errors="replace").split())[:300]
        return run.happened, [f"{where}: {problem} [{tail}]" for problem in found]
