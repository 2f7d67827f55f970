"""A Debian VM in a folder: packages come and go as dpkg leaves them, its firmware, shim and GRUB measure what they start. What GRUB measures:
lib/boot/event.h; Debian's GRUB configuration: grub-mkconfig of 2.06 and 2.12."""
import hashlib
import pathlib
import re
import struct
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import boots  # noqa: E402
import edit_log  # noqa: E402

KEPT_KERNELS = 2  # apt's autoremove keeps the running and the newest
INFO, ESP, GRUB_CONFIG = "/var/lib/dpkg/info", "/boot/efi/EFI", "/boot/grub/grub.cfg"
UUID = "4f6c2b8e-0d0c-4e0b-9d53-6a4f5b1f2a10"
EFI_CONFIG = f"search.fs_uuid {UUID} root\nset prefix=($root)'/boot/grub'\nconfigfile $prefix/grub.cfg\n".encode()
COPIES = {"usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed": ["debian/grubx64.efi", "BOOT/grubx64.efi"],
          "usr/lib/shim/shimx64.efi.signed": ["debian/shimx64.efi", "BOOT/BOOTX64.EFI"],
          "usr/lib/shim/fbx64.efi.signed": ["debian/fbx64.efi", "BOOT/fbx64.efi"],
          "usr/lib/shim/mmx64.efi.signed": ["debian/mmx64.efi", "BOOT/mmx64.efi"]}
GRUB_FILE = "usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed"
SHIM_FILE = "usr/lib/shim/shimx64.efi.signed"
VARIABLES = {"PK": edit_log.GLOBAL, "KEK": edit_log.GLOBAL, "db": edit_log.SECURITY, "dbx": edit_log.SECURITY}


def release_of(path):
    """Of a kernel's file, in either layout of the packages; None for others."""
    found = re.fullmatch(r"boot/vmlinuz-(.*)|usr/lib/modules/(.*)/vmlinuz", path)
    return found and (found[1] or found[2])


class Installed:
    """A package, its list of digests, and its boot files."""

    def __init__(self, row, archive):
        self.row, self.name, self.version = row, row["package"], row["version"]
        self.digests = (archive / f"{self.name}_{self.version}.md5sums").read_bytes()
        self.files = {path: (archive / facts["sha256"]).read_bytes() for path, facts in row["files"].items()}


class Debian:
    """vm: a machine.Machine. archive: the folder of files that `archive` filled."""

    def __init__(self, vm, archive):
        self.vm, self.archive = vm, archive
        self.packages = {}  # by name
        self.kernels = []  # (release, package), the newest last
        self.chosen = None  # a release that the boot menu starts instead of the first
        self.words = "ro console=tty0 console=ttyS0,115200 earlyprintk=ttyS0,115200"
        self.environment = b"# GRUB Environment Block\n".ljust(1024, b"#")
        self.initrds = 0
        self.level = "sbat,1,2021030218\n"
        self.signature = 0  # by which of shim's the firmware verifies it
        self.variables = {name: edit_log.Log(boots.RECORD.read_bytes()).variable(name)[1] for name in VARIABLES}
        self.firmware = None
        self.tampered = {}
        self.removed, self.revoked = [], []  # facts of kernels that were installed, of GRUBs that shim refuses
        self.before_level = None  # the log of the boot before the last rise of the revocation level
        boots.write(vm, f"{ESP}/debian/grub.cfg", EFI_CONFIG)
        boots.write(vm, "/boot/grub/grubenv", self.environment)

    # ---- packages

    def install(self, row):
        package = Installed(row, self.archive)
        self.packages[package.name] = package
        for path, content in package.files.items():
            boots.write(self.vm, "/" + path, content, row["date"])
            for copy in COPIES.get(path, ()):
                boots.write(self.vm, f"{ESP}/{copy}", content, int(time.time()))
        boots.write(self.vm, f"{INFO}/{package.name}.md5sums", package.digests, row["date"])
        listed = "".join(f"/{line[34:]}\n" for line in package.digests.decode().splitlines())
        boots.write(self.vm, f"{INFO}/{package.name}.list", listed.encode(), int(time.time()))
        if SHIM_FILE in package.files:
            self.level = max(self.level, package.row["files"][SHIM_FILE]["levels"][0])  # by its date
        for release in filter(None, map(release_of, package.files)):
            self.install_kernel(release, package)
        self.write_status()

    def install_kernel(self, release, package):
        """Its postinst: the kernel in /boot, an initrd, the boot menu; afterwards autoremove."""
        for path, content in package.files.items():
            boots.write(self.vm, f"/boot/vmlinuz-{release}", content, package.row["date"])
        self.kernels.append((release, package))
        self.build_initrd(release)
        while len(self.kernels) > KEPT_KERNELS:
            self.remove(*self.kernels.pop(0))
        self.chosen = None
        self.update_grub()

    def remove(self, release, package):
        """Another package may have brought the same release since."""
        if self.packages.get(package.name) is package:
            del self.packages[package.name]
            for end in ("md5sums", "list"):
                self.vm.inside(f"{INFO}/{package.name}.{end}").unlink()
        if release not in [kept for kept, _ in self.kernels]:
            self.removed.append(next(facts for path, facts in package.row["files"].items() if release_of(path)))
            for path in ["/" + path for path in package.files] + [f"/boot/vmlinuz-{release}", f"/boot/initrd.img-{release}"]:
                self.vm.inside(path).unlink(missing_ok=True)

    def write_status(self):
        text = "".join(f"Package: {package.name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {package.version}\n\n"
                       for package in self.packages.values())
        boots.write(self.vm, "/var/lib/dpkg/status", text.encode(), int(time.time()))

    def build_initrd(self, release):
        self.initrds += 1
        content = hashlib.sha512(f"{release} {self.initrds}".encode()).digest() * 1024
        boots.write(self.vm, f"/boot/initrd.img-{release}", content, int(time.time()))

    def update_grub(self):
        boots.write(self.vm, GRUB_CONFIG, self.menu().encode(), int(time.time()))

    def arguments(self):
        return f"root=UUID={UUID} {self.words}"

    def entry(self, title, release):
        return (f"menuentry '{title}' --class debian --class gnu-linux {{\n\tload_video\n\tinsmod gzio\n\tinsmod part_gpt\n\tinsmod ext2\n"
                f"\tsearch --no-floppy --fs-uuid --set=root {UUID}\n\techo\t'Loading Linux {release} ...'\n"
                f"\tlinux\t/boot/vmlinuz-{release} {self.arguments()}\n\techo\t'Loading initial ramdisk ...'\n"
                f"\tinitrd\t/boot/initrd.img-{release}\n}}\n")

    def menu(self):
        newest = [release for release, _ in reversed(self.kernels)]
        return ("if [ -s $prefix/grubenv ]; then\n  set have_grubenv=true\n  load_env\nfi\n" + self.entry("Debian GNU/Linux", newest[0])
                + "submenu 'Advanced options for Debian GNU/Linux' {\n"
                + "".join(self.entry(f"Debian GNU/Linux, with Linux {release}", release) for release in newest) + "}\n")

    # ---- what an attacker or an administrator does to a file, to be undone

    def tamper(self, path, content):
        file = self.vm.inside(path)
        self.tampered.setdefault(path, (file.read_bytes(), file.stat().st_mtime) if file.exists() else None)
        boots.write(self.vm, path, content, int(time.time()))

    def mend(self):
        for path, old in self.tampered.items():
            if old:
                boots.write(self.vm, path, *old)
            else:
                self.vm.inside(path).unlink()
        self.tampered = {}

    # ---- variables

    def set_variable(self, name, value):
        """As an update that a key above signed leaves it: in force from the next boot on, and shown at once."""
        self.variables[name] = value
        file = self.vm.inside(f"/sys/firmware/efi/efivars/{name}-{VARIABLES[name]}")
        file.write_bytes(bytes.fromhex("27000000") + value)

    def append(self, name, lists):
        """EFI_VARIABLE_APPEND_WRITE: the firmware drops entries that it has (UEFI 2.10, section 8.2.2)."""
        value = self.variables[name]
        held = set(edit_log.signatures(value))
        while lists:
            size, head, entry = struct.unpack_from("<III", lists, 16)
            new = [lists[at:at + entry] for at in range(28 + head, size, entry) if lists[at:at + entry] not in held]
            if new:
                value += lists[:16] + struct.pack("<III", 28 + entry * len(new), 0, entry) + b"".join(new)
            lists = lists[size:]
        self.set_variable(name, value)

    # ---- the boot

    def program_event(self, log, facts, path=None):
        event = log.program(path or "", b"")
        if not path:  # from memory
            event.data = struct.pack("<QQQQ", 0, facts["size"], 0, 0)
        event.set_digest(bytes.fromhex(facts["program"]))
        return event

    def shim_authority(self, log):
        """The entry of db by which the firmware verified shim."""
        signers = self.shim()["signers"]
        signer = signers[min(self.signature, len(signers) - 1)].encode()
        entry = [entry for entry in edit_log.signatures(self.variables["db"]) if signer in entry][0]
        return log.variable_event(7, edit_log.AUTHORITY, edit_log.SECURITY, "db", entry)

    def shim(self):
        return self.packages["shim-signed"].row["files"][SHIM_FILE]

    def grub(self):
        return self.packages["grub-efi-amd64-signed"].row["files"][GRUB_FILE]

    def kernel(self):
        """Release and facts of what is booted."""
        for release, package in reversed(self.kernels):
            if self.chosen in (None, release):
                return release, next(facts for path, facts in package.row["files"].items() if release_of(path))
        raise LookupError(self.chosen)

    def content(self, path):
        return self.vm.inside(path).read_bytes()

    def log(self):
        """What firmware, shim and GRUB measure when this disk is booted: the firmware's part as a real machine measured it."""
        log = edit_log.Log(boots.RECORD.read_bytes())
        loader, trusted = log.one(4, "BOOTX64.EFI"), log.one(14, "MokListTrusted")
        by_db, *_, by_shim = [event for event in log.events if event.kind == edit_log.AUTHORITY]
        handover = log.events[-2:]
        for name, value in self.variables.items():
            log.set_variable(name, value)
        if self.firmware:
            [event for event in log.events if event.pcr == 0 and event.kind == edit_log.BLOB][1].measure(self.firmware)
        log.behind(log.one(1, "Boot0002"), log.event(6, 0xC, b"UUID: 11111111-2222-3333-4444-555555555555"))
        log.before(by_db, self.shim_authority(log))
        log.events.remove(by_db)
        loader.set_digest(bytes.fromhex(self.shim()["program"]))
        del log.events[log.events.index(loader) + 1:]
        self.add_shim(log, trusted, by_shim)
        self.add_grub(log)
        log.events += handover
        return log

    def add_shim(self, log, trusted, by_shim):
        for name, digest in self.shim()["vendor"].items():
            event = log.event(14, edit_log.IPL, b"", name.encode() + b"\0")
            event.set_digest(bytes.fromhex(digest))
            log.events.append(event)
        log.events.append(log.variable_event(7, edit_log.AUTHORITY, edit_log.SHIM, "SbatLevel", self.level.encode()))
        log.events += [trusted, by_shim, self.program_event(log, self.grub(), "\\EFI\\BOOT\\grubx64.efi")]

    def add_grub(self, log):
        release, facts = self.kernel()
        words = f"/boot/vmlinuz-{release} {self.arguments()}"

        def command(text):
            log.events.append(log.event(8, edit_log.IPL, text.encode(), f"grub_cmd: {text}".encode() + b"\0"))

        def file(path, content):
            log.events.append(log.event(9, edit_log.IPL, content, path.encode() + b"\0"))

        file("(hd0,gpt15)/EFI/debian/grub.cfg", self.content(f"{ESP}/debian/grub.cfg"))
        for text in (f"search.fs_uuid {UUID} root", "set prefix=(hd0,gpt1)/boot/grub", "configfile (hd0,gpt1)/boot/grub/grub.cfg"):
            command(text)
        file("(hd0,gpt1)/boot/grub/grub.cfg", self.content(GRUB_CONFIG))
        command("[ -s (hd0,gpt1)/boot/grub/grubenv ]")
        file("(hd0,gpt1)/boot/grub/grubenv", self.content("/boot/grub/grubenv"))
        for text in ("set have_grubenv=true", "load_env", "menuentry Debian GNU/Linux --class debian --class gnu-linux", "setparams Debian GNU/Linux",
                     "load_video", "insmod gzio", "insmod part_gpt", "insmod ext2", f"search --no-floppy --fs-uuid --set=root {UUID}",
                     f"echo Loading Linux {release} ...", f"linux {words}"):
            command(text)
        kernel = log.event(9, edit_log.IPL, b"", f"/boot/vmlinuz-{release}".encode() + b"\0")
        kernel.set_digest(bytes.fromhex(facts["sha256"]))
        log.events += [kernel, self.program_event(log, facts), self.program_event(log, facts)]
        log.events.append(log.event(8, edit_log.IPL, words.encode(), b"kernel_cmdline: " + words.encode() + b"\0"))
        command("echo Loading initial ramdisk ...")
        command(f"initrd /boot/initrd.img-{release}")
        file(f"/boot/initrd.img-{release}", self.content(f"/boot/initrd.img-{release}"))
        command("boot")
