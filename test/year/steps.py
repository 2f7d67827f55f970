"""The updates of a year in the order of their dates: what Debian published, what Microsoft and shim revoked, and what a machine's
administrator and its cloud do in between."""
import datetime
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import boots  # noqa: E402
import edit_log  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
VECTORS = HERE.parent.parent.parent / "shared/vectors/dbx"
MICROSOFTS = VECTORS / "microsoft-secureboot_objects"
# shim's SbatLevel_Variable.txt as of 16.1. Not 2023091900 (shim,2 grub,4), which shim never set and which takes a generation back, and only one
# of the two of 2022052400: shim leaves the one that is there (sbat.c, preserve_sbat_uefi_variable)
LEVELS = ["2022052400\ngrub,2", "2022111500\nshim,2\ngrub,3", "2023012900\nshim,2\ngrub,3\ngrub.debian,4",
          "2023012950\nshim,3\ngrub,3\ngrub.debian,4", "2024010900\nshim,4\ngrub,3\ngrub.debian,4",
          "2024040900\nshim,4\ngrub,4\ngrub.peimage,2", "2025021800\nshim,4\ngrub,5", "2025051000\nshim,4\ngrub,5\ngrub.proxmox,2"]
MICROSOFT = {"2024-02-13": ("db", "Optional__DB__amd64__DBUpdate2024.bin"), "2025-02-11": ("db", "Optional__DB__amd64__DBUpdate3P2023.bin"),
             "2025-02-12": ("db", "Optional__DB__amd64__DBUpdateOROM2023.bin"),
             "2025-03-01": ("KEK", "KEK__Certificates__microsoft_corporation_kek_2k_ca_2023.der"),
             "2025-04-01": ("dbx", "Optional__DBX__DBXUpdate2024.bin"), "2025-04-02": ("dbx", "Optional__DBX__DBXUpdateSVN.bin")}


class Step:
    """row: of the package that it installs. level: the revocation level that it sets."""

    def __init__(self, date, what, apply, row=None, level=None):
        self.date, self.what, self.apply, self.row, self.level = date, what, apply, row, level


def packages():
    rows = [json.loads(line) for line in (HERE / "packages.jsonl").read_text().splitlines()]
    return [row for row in rows if row.get("files")]


def day(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%d")


def installs(row):
    return Step(day(row["date"]), f"{row['package']} {row['version']}", lambda debian: debian.install(row), row=row)


def sets_level(text):
    level = f"sbat,1,{text}\n"

    def apply(debian):
        debian.level = level
    date = text[:10]
    return Step(f"{date[:4]}-{date[4:6]}-{date[6:8]}", f"revocation level {' '.join(level.split())}", apply, level=level)


def signed_lists(content):
    """The contents of a signed update (EFI_VARIABLE_AUTHENTICATION_2: a time, then WIN_CERTIFICATE)."""
    return content[16 + int.from_bytes(content[16:20], "little"):]


def lists_of(path):
    content = path.read_bytes()
    return edit_log.signature_list(edit_log.X509, [content]) if path.suffix == ".der" else signed_lists(content)


def appends(date, name, path):
    return Step(date, f"{name} update {path.name}", lambda debian: debian.append(name, lists_of(path)))


def revocations():
    for path in sorted(VECTORS.glob("*/**/*.bin")):
        date = re.search(r"dbxupdate.*(20\d\d-\d\d-\d\d)", path.name, re.IGNORECASE)
        if date:
            yield appends(date[1], "dbx", path)
    for date, (name, file) in MICROSOFT.items():
        yield appends(date, name, MICROSOFTS / file)


def updated_keys():
    """Name of the variable and certificate of each key that comes."""
    for name, file in MICROSOFT.values():
        if name != "dbx":
            for entry in edit_log.signatures(lists_of(MICROSOFTS / file)):
                yield name, entry[16:]


# ---- what happens to a machine besides

def nothing(_):
    """A restart."""


def initrd_rebuilt(debian):
    debian.build_initrd(debian.kernels[-1][0])


def older_kernel(debian):
    """Chosen in the boot menu: it was accepted when it was the newest."""
    debian.chosen = debian.kernels[0][0]


def newest_kernel(debian):
    debian.chosen = None


def word_added(debian):
    """/etc/default/grub, and update-grub."""
    debian.words = re.sub(r" panic=\d+|$", f" panic={len(debian.words) % 7 + 3}", debian.words, count=1)
    debian.update_grub()


def environment_saved(debian):
    debian.environment = f"# GRUB Environment Block\nsaved_entry={debian.initrds}\n".encode().ljust(1024, b"#")
    boots.write(debian.vm, "/boot/grub/grubenv", debian.environment)


def firmware_updated(debian):
    debian.firmware = f"the cloud's firmware after {debian.initrds} initrds".encode()


def other_signature(debian):
    """The cloud's firmware verifies shim by its second signature, if it has one and db the certificate."""
    debian.signature = 1 - debian.signature


BETWEEN = [nothing, initrd_rebuilt, older_kernel, newest_kernel, word_added, environment_saved, firmware_updated, initrd_rebuilt]
EVERY = 4  # updates


def may_boot(row, level):
    """By shim's rule: a program that has a component with a lower generation than the level's is revoked."""
    wanted = dict(line.split(",")[:2] for line in level.split()[1:])
    return all(int(generation) >= int(wanted.get(component, 0)) for facts in row["files"].values() for component, generation in facts.get("sbat", ()))


def in_possible_order(dated):
    """A level comes when shim and GRUB are new enough for it: a machine with revoked ones would not start."""
    loaders, waiting = {}, []
    for step in dated:
        if step.row and step.row["package"] in ("shim-signed", "grub-efi-amd64-signed"):
            loaders[step.row["package"]] = step.row
        if step.level:
            waiting.append(step)
        else:
            yield step
        while waiting and all(may_boot(row, waiting[0].level) for row in loaders.values()):
            yield waiting.pop(0)
    assert not waiting, [step.what for step in waiting]


def year():
    """The packages that the machine is installed with, and all further steps. GRUBs that the oldest shim refuses are left out."""
    rows = packages()
    shim = next(row for row in rows if row["package"] == "shim-signed")
    oldest = shim["files"]["usr/lib/shim/shimx64.efi.signed"]["levels"][0]
    refused = [row for row in rows if not may_boot(row, oldest)]
    rows = [row for row in rows if row not in refused]
    first = [next(row for row in rows if row["package"].startswith(name)) for name in ("shim-signed", "shim-helpers", "grub-efi", "linux-")]
    dated = sorted([installs(row) for row in rows] + [sets_level(level) for level in LEVELS] + list(revocations()), key=lambda step: step.date)
    steps, between = [], 0
    for step in in_possible_order(dated):
        if step.row in first:
            continue
        steps.append(step)
        if len(steps) % (EVERY + 1) == EVERY:
            extra = BETWEEN[between % len(BETWEEN)]
            steps.append(Step(step.date, extra.__name__.replace("_", " "), extra))
            between += 1
    for extra in (other_signature, other_signature):
        steps.append(Step(steps[-1].date, "other signature of the same shim", extra))
    return first, refused, steps
