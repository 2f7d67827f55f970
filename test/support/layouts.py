"""Boots of distributions as their loaders measure them, out of a recorded one: what each loader measures of its configuration, kernel and
initrds. What lies on the disks is with the tests. Sources: lib/disk/bootentry.h, lib/disk/usrline.h, handler/docs/changes.md."""
import hashlib
import shutil
import struct
import subprocess

import boots
import edit_log

SHIM = "\\EFI\\BOOT\\BOOTX64.EFI"
TAG_INITRD, TAG_LINE = 0x8F3B22EC, 0x8F3B22ED
EVENT_TAG = 6


def wide(text):
    return text.encode("utf-16-le") + b"\0\0"


def program(name):
    """An EFI program unlike all others."""
    return edit_log.pe_program(name.encode())[0]


def measured(image):
    """What the firmware gets of a program: all but checksum and certificates."""
    at = int.from_bytes(image[0x3C:0x40], "little") + 24
    return hashlib.sha256(image[:at + 64] + image[at + 68:at + 144] + image[at + 152:]).digest()


def kernel_with_hash(name, usr_hash):
    """A kernel of Flatcar: the hash stands where GRUB takes it from, between the headers."""
    image = bytearray(program(name))
    header = image[64:512]
    image[0x3C:0x40] = struct.pack("<I", 128)
    image[64:512] = usr_hash.encode() + header[:384]
    return bytes(image)


class Boot:
    """The recorded boot up to shim; the rest is what is added."""

    def __init__(self, shim=None):
        self.log = boots.base_log()
        for event in self.log.events[:]:
            if event.pcr in (8, 9):
                self.log.events.remove(event)
        for event in [e for e in self.log.events if e.pcr == 4 and e.kind == edit_log.APPLICATION][1:]:
            self.log.events.remove(event)
        self.end = [e for e in self.log.events if b"Exit Boot Services" in e.data][0]
        if shim:
            self.log.one(4, "BOOTX64.EFI").set_digest(measured(shim))

    def add(self, pcr, kind, content, data):
        event = self.log.event(pcr, kind, content, data)
        self.log.before(self.end, event)
        return event

    def start(self, image, path=None):
        """A program that the firmware starts, from a file or out of memory."""
        if path:
            event = self.log.program(path, image)
            self.log.before(self.end, event)
        else:
            event = self.add(4, edit_log.APPLICATION, image, struct.pack("<QQQQ", 0, len(image), 0, 0))
        event.set_digest(measured(image))
        return self

    def without_shim(self):
        self.log.events.remove(self.log.one(4, "BOOTX64.EFI"))
        return self

    def returned(self):
        """The program ends, and the firmware starts what comes next in its order."""
        for text in (b"Returning from EFI Application from Boot Option", b"Calling EFI Application from Boot Option"):
            self.add(4, 0x80000007, text, text)
        return self

    def attempted(self, image=None, path="\\net.efi"):
        """The firmware's first boot option, as the network, has nothing to start, or a program that ends."""
        first = self.log.one(4, "BOOTX64.EFI")
        if image:
            event = self.log.program(path, image)
            event.set_digest(measured(image))
            self.log.before(first, event)
        for text in (b"Returning from EFI Application from Boot Option", b"Calling EFI Application from Boot Option"):
            self.log.before(first, self.log.event(4, 0x80000007, text, text))
        return self

    def command(self, text):
        self.add(8, edit_log.IPL, text.encode(), b"grub_cmd: " + text.encode() + b"\0")
        return self

    def line(self, text):
        self.add(8, edit_log.IPL, text.encode(), b"kernel_cmdline: " + text.encode() + b"\0")
        return self

    def read(self, name, content):
        self.add(9, edit_log.IPL, content, name.encode() + b"\0")
        return self

    def handed(self, tag, content, text):
        """What the kernel's stub measures of what it got."""
        name = text.encode() + b"\0"
        self.add(9, EVENT_TAG, content, struct.pack("<II", tag, len(name)) + name)
        return self

    def grub(self, kernel, image, words, initrds, given=None):
        """given: the kernel's line, if it is not the command's."""
        self.command(f"linux {kernel} {words}").read(kernel, image).start(image)
        self.line(f"{kernel} {given or words}")
        if initrds:
            self.command("initrd " + " ".join(initrds))
        for path, content in initrds.items():
            self.read(path, content)
        return self

    def systemd_boot(self, path, image, options, initrd, told=None, pcr=12, shown=None):
        """told: what the kernel measures, if it is not what it was given; shown: what the log shows of what was measured."""
        self.named(pcr, shown or options, wide(options))
        self.start(image, path)
        return self.handed(TAG_LINE, (told or options).encode("utf-16-le") + b"\0\0", "LOADED_IMAGE::LoadOptions").handed(
            TAG_INITRD, initrd, "Linux initrd")

    def unified(self, sections, words=None):
        """systemd-stub: each section's name, then its contents."""
        for name, content in sections.items():
            data = name.encode("utf-16-le") + b"\0\0"
            self.add(11, edit_log.IPL, name.encode() + b"\0", data)
            self.add(11, edit_log.IPL, content, data)
        return self.words(words) if words else self

    def words(self, text):
        """systemd-stub: what it adds to the kernel's command line."""
        return self.wide(12, text)

    def wide(self, pcr, text):
        """A text that is measured itself."""
        return self.named(pcr, text, wide(text))

    def shown(self, pcr, data):
        """The log holds other text than what was measured last in this PCR."""
        [event for event in self.log.events if event.pcr == pcr][-1].data = data
        return self

    def named(self, pcr, name, content):
        """What the log only names."""
        self.add(pcr, edit_log.IPL, content, wide(name))
        return self


SPEC = """Name: NAME
Version: 1
Release: 1
Summary: x
License: none
BuildArch: noarch
%description
x
%install
cp -a SOURCE/. %{buildroot}
%files
"""


def rpm_install(vm, name, files, database="/var/lib/rpm"):
    """A package with these files, as rpm records it; the files themselves are the caller's."""
    source, work = (vm.folder / f"{part}-{name}" for part in ("source", "rpm"))
    for folder in (source, work):
        shutil.rmtree(folder, ignore_errors=True)
    for path, content in files.items():
        file = source / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    work.mkdir()
    (work / "spec").write_text(SPEC.replace("NAME", name).replace("SOURCE", str(source)) + "\n".join(files) + "\n")
    subprocess.run(["rpmbuild", "-bb", "--define", f"_topdir {work}", work / "spec"], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    vm.inside("/usr/bin").mkdir(parents=True, exist_ok=True)
    shutil.copy("/usr/bin/rpm", vm.inside("/usr/bin/rpm"))
    subprocess.run(["rpm", "--dbpath", vm.inside(database), "--justdb", "--nodeps", "-i", next((work / "RPMS").rglob("*.rpm"))], check=True,
                   stderr=subprocess.DEVNULL)  # Debian's says that it is not the package manager here
