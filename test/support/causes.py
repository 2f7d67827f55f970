"""What keeps a VM from its provider, as a test tells it: each cause on a VM and in a network of its own, all at the same time.

The extension is unpacked, installed and enabled as the guest agent does it while the cause is there. Then the status file and
guest-attest attest must name it; and once it is gone, 'guest-attest now' must lead to success."""
import concurrent.futures
import dataclasses
import re
import sys
import threading
import time
import typing

import documents
import kinds
import machine
import netlab

# Times of a machine that is busy with other tests: a quiet one needs a third of them.
ENABLE_S = 60  # enable waits 20 s for the first result
STARTS = threading.Semaphore(2)  # one after the other, so that they do not all compute at the same moment and then all wait
SHORT = 200  # characters of a message that tell all that matters
REMEDIES = documents.remedies()


def nothing(_vm):
    pass


def seconds(least):
    """The time after which something is given up, and what a busy machine takes beyond it."""
    return re.compile(rf" ({'|'.join(str(number) for number in range(least, 3 * least))})\.[0-9] s")


def behaving(behaviour):
    """For begin and end: what the middlebox does from then on."""
    def change(vm):
        vm.lab.front.behaviour = behaviour
    return change


@dataclasses.dataclass
class Cause:
    """begin, end: called with the netlab.Vm; code: the code's name; words: what the message must say in its first characters, texts
    or patterns; state: of the status; settings, protected: of the extension; within_s: until the status tells it; by_hand: further words
    for guest-attest attest, None if it is not asked; doctor: the code by which guest-attest doctor names it, "" for the same, None if it
    cannot see it; after: called when all is well."""
    name: str
    code: str
    words: tuple
    begin: typing.Callable
    end: typing.Callable
    state: str = "transitioning"
    settings: dict = dataclasses.field(default_factory=dict)
    protected: dict = None
    within_s: int = ENABLE_S
    by_hand: tuple = ()
    doctor: str = ""
    after: typing.Callable = nothing


class Failure(Exception):
    pass


def check(condition, text):
    if not condition:
        raise Failure(text)


class Enabling(threading.Thread):
    """The agent's call of enable, meanwhile."""

    def __init__(self, vm, sequence=0):
        super().__init__()
        self.vm, self.sequence, self.result = vm, sequence, None
        self.start()

    def run(self):
        self.result = self.vm.command("enable", self.sequence)

    def end(self):
        self.join()
        code, output, seconds = self.result
        check(code == 0 and seconds < ENABLE_S, f"enable ended with {code} after {seconds:.0f} s: {output}")


def has(text, word):
    return bool(word.search(text)) if isinstance(word, re.Pattern) else word in text


def tells(cause, text, where):
    for word in (*cause.words, f"({cause.code})"):
        check(has(text, word), f"{where} does not say '{word}': {text}")
    check(text.endswith(REMEDIES[cause.code]), f"{where} does not end with the remedy: {text}")


def status_names(vm, cause):
    started = time.monotonic()
    top = vm.wait_for_status(lambda top: top.get("substatus"), seconds=cause.within_s)
    text = top["formattedMessage"]["message"]
    tells(cause, text, "the status")
    check(top["status"] == cause.state, f"the status is {top['status']}: {text}")
    short = text[text.find(": ") + 2:][:SHORT]
    for word in cause.words:
        check(has(short, word), f"the first {SHORT} characters do not say '{word}': {short}")
    return text, time.monotonic() - started


def command_names(vm, cause):
    code, output = vm.guest_attest("attest", "--tcti", vm.tcti, "--event-log", vm.root / machine.EVENT_LOG, "--json", *cause.by_hand)
    result = documents.read("attest", output)
    check((code, result["name"]) == (2, cause.code), f"guest-attest attest: exit {code}, {result['name']}: {result['message']}")
    tells(cause, f"{result['message']} ({result['name']}). {result['remedy']}", "guest-attest attest")


def doctor_names(vm, cause):
    code, output = vm.guest_attest("doctor", "--root", vm.root, "--json")
    wrong = [finding for finding in documents.read("doctor", output)["findings"] if finding["part"] == "Network" and finding["state"] == "error"]
    check(code == 2 and [finding["name"] for finding in wrong] == [cause.doctor or cause.code], f"guest-attest doctor: exit {code}, {wrong}")
    check(cause.words[0] in wrong[0]["message"], f"guest-attest doctor does not say '{cause.words[0]}': {wrong}")
    check(wrong[0]["remedy"] == REMEDIES[cause.doctor or cause.code], f"guest-attest doctor has another remedy: {wrong}")


def succeed_now(vm, sequence=0):
    """The cause is gone, and the owner does not wait for the schedule."""
    code, output = vm.guest_attest("now", "--root", vm.root)
    top = vm.status(sequence)["status"]
    check(code == 0 and top["status"] == "success" and "Healthy" in top["formattedMessage"]["message"], f"guest-attest now: exit {code}, {output}")


def prove(programs, cause):
    with STARTS:
        vm = netlab.ready(programs, cause.settings, cause.protected)
    cause.begin(vm)
    enabling = Enabling(vm)
    text, seconds = status_names(vm, cause)
    if cause.by_hand is not None:
        command_names(vm, cause)
    if cause.doctor is not None:
        doctor_names(vm, cause)
    cause.end(vm)
    succeed_now(vm)
    enabling.end()
    cause.after(vm)
    return f"{cause.name} ({seconds:.0f} s): {text}"


def prove_all(programs, causes, kind=15, is_good=True):
    """kind: of those in test/README.md. is_good: what blocks the way, and is not what only looks like an answer."""
    failed = False
    with concurrent.futures.ThreadPoolExecutor(len(causes)) as pool:
        jobs = {pool.submit(prove, programs, cause): cause for cause in sorted(causes, key=lambda cause: -cause.within_s)}
        for job in concurrent.futures.as_completed(jobs):
            try:
                print("ok -", job.result(), flush=True)
                kinds.judged(kind, is_good)
            except Exception as error:  # told with the others
                failed = True
                print(f"not ok - {jobs[job].name}: {error}", flush=True)
    kinds.show()
    sys.exit(1 if failed else 0)
