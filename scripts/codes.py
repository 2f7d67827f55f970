#!/usr/bin/python3
"""codes.py >handler/docs/codes.md: the page of all codes, made from lib/base/err_table.h. `make lint` compares the two."""
import pathlib
import re

TABLE = pathlib.Path(__file__).resolve().parent.parent / "lib/base/err_table.h"
ROW = re.compile(r'X\((ERR_\w+),\s*(\d+),\s*"([^"]+)",\s*(\w+),(?:\s*[A-Z_]+,){3}\s*(\d+),\s*"([^"]+)"\)')
SECTIONS = {
    "PLATFORM": "Platform",
    "PRECONDITION": "Preconditions",
    "SETTINGS": "Settings",
    "TPM": "TPM and its data",
    "NETWORK": "Network",
    "PROVIDER": "Provider and token",
    "INTEGRITY": "Integrity: the VM is Unhealthy",
    "INTERNAL": "Internal",
}
NOTES = {"PRECONDITION": "203 is more than a precondition where an attestation proved Secure Boot to be off: the VM is Unhealthy then."}
HEAD = """# Codes

Made by `scripts/codes.py` from `lib/base/err_table.h`; change it there.

Portal, log and command line show a code's name; status files and `--json` also give its number. Numbers and names never change. The
column "exit" is the exit code of the programs that the guest agent starts (`install`, `enable`, ...). 51 (platform), 52 (precondition)
and 53 (settings) have this meaning for every extension. The commands of `guest-attest` have [exit codes of their own](exit-codes.md).
"""


def rows():
    """(enum, number, name, kind, exit code, remedy) of each code, as texts, in the table's order."""
    return ROW.findall(TABLE.read_text(encoding="utf-8"))


def page():
    parts = [HEAD]
    for kind, title in SECTIONS.items():
        parts += [f"## {title}\n"] + ([NOTES[kind] + "\n"] if kind in NOTES else [])
        lines = ["| code | name | exit | what to do |", "|---|---|---|---|"]
        lines += [f"| {number} | `{name}` | {exit_code} | {remedy} |" for _, number, name, of, exit_code, remedy in rows() if of == kind]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


if __name__ == "__main__":
    print(page(), end="")
