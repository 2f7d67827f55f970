"""What an attacker hides in an update: each sort with the code by which it must be found. A sort changes the disk (through debian.tamper),
what is measured, what the log says of it, or what is done when the boot is over."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import boots  # noqa: E402
import edit_log  # noqa: E402
from debian import COPIES, ESP, GRUB_CONFIG, GRUB_FILE  # noqa: E402

FORGOTTEN = 14  # more kernels than boots are accepted at the same time (8), chosen in the menu or new
EVIL, EVIL_DIGEST = edit_log.pe_program(b"an evil program")


class Attack:
    """disk(debian), before the log is made; boot(debian, log), measured; lie(log), only written; extends: a PCR, and
    afterwards(debian), when the boot is over. when(debian): only then it is one."""

    def __init__(self, what, code, boot=None, *, disk=None, lie=None, extends=None, afterwards=None, when=None):
        self.what, self.codes, self.boot, self.disk = what, code if isinstance(code, tuple) else (code,), boot, disk
        self.lie, self.extends, self.afterwards, self.when = lie, extends, afterwards, when


def kernel_file(debian):
    return f"/boot/vmlinuz-{debian.kernel()[0]}"


def initrd_file(debian):
    return f"/boot/initrd.img-{debian.kernel()[0]}"


def set_kernel(log, program, content_digest, path="/boot/vmlinuz-"):
    for event in log.kernels():
        event.set_digest(program)
    log.one(9, path).set_digest(content_digest)


def other_kernel(_, log):
    set_kernel(log, EVIL_DIGEST, edit_log.hashlib.sha256(EVIL).digest())


def kernel_replaced(debian):
    debian.tamper(kernel_file(debian), EVIL)


def old_kernel(debian, log):
    """One that was removed before the boots that are still accepted, under the name of the installed one."""
    facts = debian.removed[-FORGOTTEN]
    set_kernel(log, bytes.fromhex(facts["program"]), bytes.fromhex(facts["sha256"]))


def old_kernel_on_disk(debian):
    debian.tamper(kernel_file(debian), (debian.archive / debian.removed[-FORGOTTEN]["sha256"]).read_bytes())


def has_removed(debian):
    return len(debian.removed) >= FORGOTTEN


def other_initrd(debian, log):
    log.one(9, initrd_file(debian)).measure(b"an evil initrd")


def initrd_as_font(debian, log):
    log.one(9, initrd_file(debian)).measure(b"an evil initrd")
    log.one(9, initrd_file(debian)).data = b"/boot/grub/fonts/unicode.pf2\0"


def second_initrd(debian, log):
    log.say(f"initrd {initrd_file(debian)}", f"initrd {initrd_file(debian)} /evil")
    log.behind(log.one(9, initrd_file(debian)), log.event(9, edit_log.IPL, b"an evil initrd", b"/evil\0"))


def other_grub(_, log):
    log.one(4, "grubx64.efi").set_digest(EVIL_DIGEST)


def grub_of_stranger(_, log):
    """Verified by a key that the attacker enrolled."""
    other_grub(_, log)
    key = edit_log.signatures(edit_log.Log(boots.FOREIGN.read_bytes()).variable("db")[1])[-1]
    by_shim = [event for event in log.events if event.kind == edit_log.AUTHORITY][-1]
    new = log.variable_event(7, edit_log.AUTHORITY, edit_log.SHIM, "MokListRT", key)
    by_shim.data, by_shim.digests = new.data, new.digests
    log.one(14, "MokList").measure(b"a list with one key more")


def grub_without_signature(debian):
    for copy in COPIES[GRUB_FILE]:
        debian.tamper(f"{ESP}/{copy}", EVIL)


def old_grub(debian, log):
    log.one(4, "grubx64.efi").set_digest(bytes.fromhex(debian.revoked[0]["program"]))


def network_grub(debian, log):
    """From the same package, signed by Debian: it takes its configuration from the network."""
    files = debian.packages["grub-efi-amd64-signed"].row["files"]
    facts = next(facts for path, facts in files.items() if path.endswith("grubnetx64.efi.signed"))
    log.one(4, "grubx64.efi").set_digest(bytes.fromhex(facts["program"]))


def other_shim(_, log):
    log.one(4, "BOOTX64.EFI").set_digest(EVIL_DIGEST)


def program_in_front(_, log):
    log.before(log.one(4, "BOOTX64.EFI"), log.program("\\EFI\\evil\\kit.efi", EVIL))


def driver(_, log):
    log.before([event for event in log.events if event.pcr == 2][0], log.event(2, edit_log.DRIVER, b"an option ROM", bytes(32)))


def level(text):
    def lowered(_, log):
        log.set_variable("SbatLevel", text.encode())
    return lowered


def dbx_shrunk(debian, log):
    lists = debian.variables["dbx"]
    size, head, entry = edit_log.struct.unpack_from("<III", lists, 16)
    log.set_variable("dbx", lists[:16] + edit_log.struct.pack("<III", size - entry, head, entry) + lists[28:size - entry] + lists[size:])


def dbx_shrunk_and_grown(debian, log):
    """A shorter list whose size in total grew."""
    dbx_shrunk(debian, log)
    log.set_variable("dbx", log.variable("dbx")[1] + edit_log.signature_list(edit_log.SHA256, edit_log.hashes("a", "b", "c")))


def dbx_emptied(_, log):
    log.set_variable("dbx", b"")


def gains_key(name):
    def change(debian, log):
        log.set_variable(name, debian.variables[name] + edit_log.Log(boots.FOREIGN.read_bytes()).variable("db")[1])
    return change


def has_value(name, value):
    def change(_, log):
        log.set_variable(name, value)
    return change


def platform_key(_, log):
    log.set_variable("PK", edit_log.Log(boots.FOREIGN.read_bytes()).variable("PK")[1])


def key_exchanged(debian, log):
    """The last key of db for a stranger's."""
    entries = edit_log.signatures(debian.variables["db"])
    stranger = edit_log.signatures(edit_log.Log(boots.FOREIGN.read_bytes()).variable("db")[1])[-1]
    log.set_variable("db", b"".join(edit_log.signature_list(edit_log.X509, [entry[16:]], entry[:16]) for entry in [*entries[:-1], stranger]))


def owner_key(_, log):
    log.one(14, "MokList").measure(b"a list with one key more")


def validation_off(_, log):
    boots.measures_setting(log, "MokSBState", b"\1")


def words(change):
    def boot(debian, log):
        log.say(debian.arguments(), change(debian.arguments()))
    return boot


def measured_more(pcr, text):
    def boot(_, log):
        log.before(log.events[-2], log.event(pcr, edit_log.IPL, text.encode("utf-16-le")))
    return boot


def second_line(debian, log):
    """Typed at GRUB's prompt behind the good one, which does not count any more."""
    line = f"/boot/vmlinuz-{debian.kernel()[0]} root=/dev/sda1 ro init=/bin/sh".encode()
    log.behind(log.one(8, "kernel_cmdline: "), log.event(8, edit_log.IPL, line, b"kernel_cmdline: " + line + b"\0"))


def grub_forgotten(log):
    log.events.remove(log.one(4, "grubx64.efi"))


def kit_is_a_step(log):
    log.one(4, "kit.efi").kind, log.one(4, "kit.efi").data = 0x80000007, b"Calling EFI Application from Boot Option"


def words_are_good(log):
    for event in log.find(8, " init=/bin/sh"):
        event.data = event.data.replace(b" init=/bin/sh", b"")


def owner_key_forgotten(log):
    log.events = [event for event in log.events if event.pcr != 14]


def cut_short(log):
    del log.events[-8:]


def written_afterwards(debian):
    boots.wait_for_the_kernel(debian.vm)
    debian.tamper(GRUB_CONFIG, debian.menu().replace(debian.arguments(), debian.arguments() + " init=/bin/sh").encode())


def rolled_back(debian, log):
    """The whole machine as it was accepted before the level rose, with its revoked programs."""
    old = debian.before_level
    log.events = old.events


SHELL = words(lambda line: line + " init=/bin/sh")
KEYS, SETTINGS = "secure-boot-keys-changed", "secure-boot-settings-changed"
APPLICATION, KERNEL, INITRD, LINE = ("boot-application-changed", "secure-boot-settings-changed"), "kernel-changed", "initrd-changed", "command-line-changed"
ATTACKS = [
    Attack("another kernel of the same name", KERNEL, other_kernel),
    Attack("the kernel's file replaced on the disk", KERNEL, other_kernel, disk=kernel_replaced),
    Attack("an old kernel under the new one's name", KERNEL, old_kernel, when=has_removed),
    Attack("an old kernel under the new one's name, and in its file", KERNEL, old_kernel, disk=old_kernel_on_disk, when=has_removed),
    Attack("another initrd than the one on the disk", INITRD, other_initrd),
    Attack("another initrd whose event calls itself a font", INITRD, initrd_as_font),
    Attack("a second initrd", INITRD, second_initrd),
    Attack("another GRUB", APPLICATION, other_grub),
    Attack("a GRUB without signature, in its place on the ESP", APPLICATION, other_grub, disk=grub_without_signature),
    Attack("a GRUB that a stranger signed, whose key is enrolled", SETTINGS, grub_of_stranger),
    Attack("an old GRUB of Debian, which is revoked", APPLICATION, old_grub),
    Attack("Debian's GRUB for the network", APPLICATION, network_grub),
    Attack("another shim", APPLICATION, other_shim),
    Attack("a program in front of shim", APPLICATION, program_in_front),
    Attack("an option ROM more", "driver-changed", driver),
    Attack("revocation level taken back to the start", SETTINGS, level("sbat,1,2021030218\n"), when=lambda debian: "2021" not in debian.level),
    Attack("revocation level of a later date and a lower generation", SETTINGS, level("sbat,1,2029010100\nshim,1\ngrub,9\n")),
    Attack("the published level that takes a generation back", SETTINGS, level("sbat,1,2023091900\nshim,2\ngrub,4\n"),
           when=lambda debian: "shim,4" in debian.level),
    Attack("dbx loses an entry", KEYS, dbx_shrunk),
    Attack("dbx loses an entry and gains three", KEYS, dbx_shrunk_and_grown),
    Attack("dbx emptied", KEYS, dbx_emptied),
    Attack("db gains a key", KEYS, gains_key("db")),
    Attack("KEK gains a key", KEYS, gains_key("KEK")),
    Attack("a key of db exchanged", KEYS, key_exchanged),
    Attack("PK replaced", KEYS, platform_key),
    Attack("the owner's list gains a key", SETTINGS, owner_key),
    Attack("shim verifies nothing", "shim-validation-off", validation_off),
    Attack("Secure Boot off", "secure-boot-switched-off", has_value("SecureBoot", b"\0")),
    Attack("init=/bin/sh at the boot menu", LINE, SHELL),
    Attack("a word taken from the command line", LINE, words(lambda line: line.replace(" ro ", " "))),
    Attack("init=/bin/sh for a second kernel at the prompt", LINE, second_line),
    Attack("init=/bin/sh added in PCR 12", LINE, measured_more(12, "init=/bin/sh")),
    Attack("an extension image in PCR 13", INITRD, measured_more(13, "evil.raw")),
    Attack("init=/bin/sh at the boot menu, and written into grub.cfg afterwards", LINE, SHELL, afterwards=written_afterwards),
    Attack("init=/bin/sh at the boot menu, and PCR 8 extended afterwards", LINE, SHELL, extends=8),
    Attack("init=/bin/sh at the boot menu, and the log keeps it back", "log-data-mismatch", SHELL, lie=words_are_good),
    Attack("another GRUB, and the log keeps it back", "log-mismatch", other_grub, lie=grub_forgotten),
    Attack("a program in front of shim that the log calls a step", "log-data-mismatch", program_in_front, lie=kit_is_a_step),
    Attack("the owner's list gains a key, and the log keeps shim's variables back", SETTINGS, owner_key, lie=owner_key_forgotten),
    Attack("another kernel, and the log ends before it", "log-mismatch", other_kernel, lie=cut_short),
    Attack("the whole machine taken back to before a revocation level", (SETTINGS, KEYS), rolled_back, when=lambda debian: debian.before_level),
]
