"""What a job in the machine told by guest/facts, and how tests judge it."""
import inspect
import pathlib
import re
import sys
import time

import machine


class Failed(Exception):
    """Something is not as it should be; the text says what."""


class Skipped(Exception):
    """What the test needs is not there; the text says what."""


def ok(text):
    print("ok - " + text, flush=True)


def expect(holds, what, *facts):
    if not holds:
        raise Failed("\n".join([what, *map(str, facts)]))


def parse(text):
    """{name: (exit code, its lines, milliseconds)}"""
    facts, name, lines = Facts(), None, []
    for line in text.splitlines():
        if line.startswith("begin ") and name is None:
            name, lines = line.removeprefix("begin "), []
        elif name and re.fullmatch(r"end \d+ \d+", line):
            _, code, took_ms = line.split()
            facts[name], name = (int(code), "\n".join(lines).strip(), int(took_ms)), None
        else:
            lines.append(line)
    return facts


def judge(text, check, *more):
    """What check makes of the facts in text, which are kept for people."""
    kept = machine.CACHE / f"{pathlib.Path(sys.argv[0]).name}.told"
    kept.write_text(text)
    try:
        return check(parse(text), *more)
    except Failed as error:
        raise Failed(f"{error}\nAll that the guest told is in {kept}.") from error
    except (LookupError, ValueError, AttributeError) as error:
        raise Failed(f"the guest told something unexpected, see {kept}: {error!r}") from error


class Facts(dict):
    """What a boot told."""

    def code(self, name):
        return self[name][0]

    def text(self, name):
        return self[name][1]

    def succeeded(self, name):
        expect(self.code(name) == 0, f"'{name}' ended with {self.code(name)}", self.text(name))

    def command(self, name):
        self.succeeded(name)
        ok(f"{name}: exit code 0 after {self[name][2] / 1000:.1f} s")


def story(main, usage):
    """A test's main program: its arguments are paths, its exit code tells how it went, and its last line how long it took."""
    machine.stop_on_sigterm()
    try:
        inspect.signature(main).bind(*sys.argv[1:])
    except TypeError:
        sys.exit(usage)
    started = time.monotonic()
    try:
        failed = main(*(pathlib.Path(path).resolve() for path in sys.argv[1:]))
    except Skipped as reason:
        print(f"skipped - {reason}")
        failed = False
    except (machine.MachineError, Failed) as error:
        print(f"not ok - {error}")
        failed = True
    print(f"{pathlib.Path(sys.argv[0]).name}: {time.monotonic() - started:.0f} s", flush=True)
    sys.exit(1 if failed else 0)
