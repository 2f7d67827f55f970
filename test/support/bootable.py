"""A machine that boots shim, GRUB and a kernel of our own keys, as files, variables, and the log that firmware and shim make of them: composed apart
from the library, from a recorded one (test/year/README.md has what was compared with a real boot)."""
import copy
import hashlib
import pathlib
import struct

import edit_log
import efi

RECORD = pathlib.Path(__file__).resolve().parents[1] / "data/boot/secureboot-on/eventlog.bin"
VARIABLES, LOG = "sys/firmware/efi/efivars", "sys/kernel/security/tpm0/binary_bios_measurements"
LOADER = "4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
LEVEL, LATER = "sbat,1,2024010900\nshim,4\ngrub,3\n", "sbat,1,2025021800\nshim,4\ngrub,5\n"
ESP = "boot/efi/EFI/"
SHIM, GRUB, OLD, NEW = ESP + "debian/shimx64.efi", ESP + "debian/grubx64.efi", "boot/vmlinuz-6.1.0-55", "boot/vmlinuz-6.1.0-56"
STUB = "search.fs_uuid 4f6c root\nset prefix=($root)'/boot/grub'\nconfigfile $prefix/grub.cfg\n"
HEAD = """if [ -s $prefix/grubenv ]; then
  set have_grubenv=true
  load_env
fi
if [ "${next_entry}" ] ; then
   set default="${next_entry}"
   set next_entry=
   save_env next_entry
   set boot_once=true
else
   set default="DEFAULT"
fi
function load_video {
  if [ x$feature_all_video_module = xy ]; then
    insmod all_video
  fi
}
"""


def entry(release):
    return (f"menuentry 'Debian, with Linux {release}' --class debian $menuentry_id_option 'gnulinux-{release}' {{\n\tload_video\n\tinsmod gzio\n"
            f"\tif [ x$grub_platform = xxen ]; then insmod xzio; fi\n\tlinux\t/boot/vmlinuz-{release} root=UUID=4f6c ro quiet\n"
            f"\tinitrd\t/boot/initrd.img-{release}\n}}\n")


def menu(*releases, default="0"):
    """As grub-mkconfig writes it."""
    first = entry(releases[0]).replace(f"Debian, with Linux {releases[0]}", "Debian", 1)
    return (HEAD.replace("DEFAULT", default) + first + "submenu 'Advanced options for Debian' $menuentry_id_option 'gnulinux-advanced' {\n"
            + "".join(map(entry, releases)) + "}\n")


def environment(**values):
    return ("# GRUB Environment Block\n" + "".join(f"{name}={value}\n" for name, value in values.items())).ljust(1024, "#")


def load_option(path, title="debian", active=1, data=b""):
    """On the disk of the record."""
    log = edit_log.Log(RECORD.read_bytes())
    whole = log.one(4, "BOOTX64.EFI").data[32:]
    device = whole[:whole.index(b"\x04\x04")]
    name = path.encode("utf-16-le") + b"\0\0"
    nodes = (device + struct.pack("<BBH", 4, 4, 4 + len(name)) + name if path else device[:-42]) + bytes.fromhex("7fff0400")
    return struct.pack("<IH", active, len(nodes)) + title.encode("utf-16-le") + b"\0\0" + nodes + data


class Keys:
    """Those of the two authorities by which a shim is signed, of the distribution, and of the VM's owner."""

    def __init__(self, folder):
        self.old, self.new, self.vendor, self.owner = (efi.Key(folder, name) for name in ("CA 2011", "CA 2023", "Distribution", "Owner"))
        self.signs_old, self.signs_new = efi.Key(folder, "Signer 2011", self.old), efi.Key(folder, "Signer 2023", self.new)
        self.signs = efi.Key(folder, "Signer", self.vendor)


class Programs:
    def __init__(self, folder, keys):
        self.folder, self.keys = folder, keys

    def shim(self, text="shim", by=None, sbat=("shim,4", "shim.debian,1"), level=LEVEL, revoked=b""):
        image = efi.program({".text": text.encode(), ".sbatlevel": efi.level(level), ".vendor_cert": efi.vendor(self.keys.vendor.der, revoked),
                             ".sbat": efi.sbat(*sbat)})
        return self.signed(image, *(by if by is not None else (self.keys.signs_old, self.keys.signs_new)))

    def grub(self, text="grub", by=None, sbat=("grub,5", "grub.debian,5")):
        return self.signed(efi.program({".text": b"x", "mods": text.encode()} | ({".sbat": efi.sbat(*sbat)} if sbat else {})),
                           *(by if by is not None else (self.keys.signs,)))

    def kernel(self, text="kernel", by=None):
        return self.signed(self.plain_kernel(text), *(by if by is not None else (self.keys.signs,)))

    @staticmethod
    def plain_kernel(text):
        """Its magic number stands at 0x202 of the file."""
        image = efi.program({".setup": b"", ".text": text.encode()})
        return image[:0x202] + b"HdrS" + image[0x206:]

    def unified(self, text="unified", by=None):
        image = efi.program({".text": b"stub", ".sdmagic": b"#### LoaderInfo: systemd-stub 257 ####", ".sbat": efi.sbat("systemd,1"),
                             ".linux": self.plain_kernel(text)})
        return self.signed(image, *(by if by is not None else (self.keys.signs,)))

    def loader(self, by=None):
        image = efi.program({".text": b"boot", ".sdmagic": b"#### LoaderInfo: systemd-boot 257 ####", ".sbat": efi.sbat("systemd,1")})
        return self.signed(image, *(by if by is not None else (self.keys.owner,)))

    def signed(self, image, *keys):
        for key in keys:
            image = key.sign(image, self.folder)
        return image


class Machine:
    """Its files and variables, and what starts: the programs in their order, each with the variable and entry that vouches for it."""

    def __init__(self, keys, programs):
        self.keys, self.programs = keys, programs
        self.files = {SHIM: programs.shim(), GRUB: programs.grub(), ESP + "debian/grub.cfg": STUB, "boot/grub/grub.cfg": menu("6.1.0-55"),
                      "boot/grub/grubenv": environment(), OLD: programs.kernel("old"), NEW: programs.kernel("new")}
        self.variables = {"PK": efi.cert_list(keys.owner), "KEK": efi.cert_list(keys.old), "db": efi.cert_list(keys.old), "dbx": efi.hash_list(bytes(32)),
                          "SecureBoot": b"\1", "BootCurrent": struct.pack("<H", 1), "BootOrder": struct.pack("<HH", 1, 2),
                          "Boot0001": load_option("\\EFI\\debian\\shimx64.efi"), "Boot0002": load_option("", "disk"),
                          "MokListRT": efi.cert_list(keys.vendor), "SbatLevelRT": LEVEL.encode()}
        self.by = {SHIM: ("db", keys.old), GRUB: ("MokListRT", keys.vendor), OLD: ("MokListRT", keys.vendor), NEW: ("MokListRT", keys.vendor)}
        self.starts = [SHIM, GRUB, OLD]
        self.level = LEVEL

    def put(self, root):
        for path, content in self.files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(content if isinstance(content, bytes) else content.encode())
        (root / VARIABLES).mkdir(parents=True, exist_ok=True)
        for name, value in self.variables.items():
            guid = (edit_log.SECURITY if name in ("db", "dbx") else edit_log.SHIM if name.startswith(("Mok", "Sbat"))
                    else LOADER if name.startswith("Loader") else edit_log.GLOBAL)
            (root / VARIABLES / f"{name}-{guid}").write_bytes(bytes.fromhex("07000000") + value)

    def digests(self, path):
        """What is measured when it starts: a unified kernel image starts the kernel in it."""
        image = self.files[path]
        inner = image.find(b"MZ", 2)
        if b".linux" not in image[:0x400]:
            return [efi.digest(image)]
        end = len(self.programs.plain_kernel("x"))
        return [efi.digest(image), efi.digest(image[inner:inner + end])]

    def authority(self, log, path):
        name, value = self.by[path]
        guid = edit_log.SECURITY if name == "db" else edit_log.SHIM
        entry = value if isinstance(value, bytes) else edit_log.SHIM.bytes_le + value.der
        return log.variable_event(7, edit_log.AUTHORITY, guid, name, entry)

    def log(self):
        """Of the boot that these files and variables lead to."""
        log = edit_log.Log(RECORD.read_bytes())
        trusted, first = log.one(14, "MokListTrusted"), log.one(4, "BOOTX64.EFI")
        for name in ("SecureBoot", "PK", "KEK", "db", "dbx"):
            log.set_variable(name, self.variables.get(name, b""))
        start = log.events.index([event for event in log.events if event.kind == edit_log.AUTHORITY][0])
        handover = log.events[-2:]
        del log.events[start:]
        measured = {False: set(), True: set()}
        for index, path in enumerate(self.starts):
            has_shim = b".vendor_cert" in self.files[self.starts[0]] and index > 0
            if index == 1 and has_shim:
                log.events.append(log.variable_event(7, edit_log.AUTHORITY, edit_log.SHIM, "SbatLevel", self.level.encode()))
                log.events.append(trusted)
            if self.variables["SecureBoot"] == b"\1" and path in self.by:
                event = self.authority(log, path)
                if event.data not in measured[has_shim]:
                    log.events.append(event)
                measured[has_shim].add(event.data)
            for digest in self.digests(path) * (2 if index == 2 else 1):
                program = copy.copy(first) if index == 0 else log.program("\\" + path, b"")
                program.set_digest(digest)
                log.events.append(program)
        log.events += handover
        return log


def replay(log, pcr):
    value = bytes(32)
    for event in log.events:
        if event.pcr == pcr and event.kind != 3:
            value = hashlib.sha256(value + event.digests[0x000B]).digest()
    return value.hex()
