"""Boots as updates and attackers make them, out of a recorded one: what whoever changes a boot does to its log and to the disk."""
import hashlib
import os
import pathlib
import shutil
import time

import edit_log
import machine
import vtpm

RECORD = machine.PROJECT / "test/data/boot/secureboot-on/eventlog.bin"
# Microsoft's certificates; the catalogue of other people's files may be absent
MICROSOFT = pathlib.Path(os.environ.get("VECTORS", machine.PROJECT.parent / "shared/vectors")) / "dbx/microsoft-secureboot_objects"
FOREIGN = machine.PROJECT / "test/data/boot/foreign-keys/eventlog.bin"
OLD, NEW = "6.1.0-55-amd64", "6.1.0-56-amd64"
DATE = 1795132800  # 2026-11-20
PACKAGE = f"linux-image-{NEW}"


def base_log():
    """The recorded boot, as if its kernel and initrd had the names that distributions give them."""
    log = edit_log.Log(RECORD.read_bytes())
    log.say("/vmlinuz", f"/vmlinuz-{OLD}")
    log.say("/initrd.gz", f"/initrd.img-{OLD}")
    log.say("console=ttyS0 panic=-1", "root=/dev/sda1 ro quiet")
    log.rename_file("/vmlinuz", f"/vmlinuz-{OLD}")
    log.rename_file("/initrd.gz", f"/initrd.img-{OLD}")
    log.set_variable("dbx", edit_log.signature_list(edit_log.SHA256, edit_log.hashes("a", "b", "c")))
    log.set_variable("SbatLevel", b"sbat,1,2023012900\nshim,2\ngrub,3\ngrub.debian,4\n")  # Debian's from 2023 to 2025
    config = log.one(1, "Boot0002")
    log.behind(config, log.event(6, 0xC, b"UUID: 11111111-2222-3333-4444-555555555555"))
    return log


def restart(vm, log):
    """The TPM measures what the log says; the kernel shows the log, another boot's id, and that it started after all that was written."""
    vtpm.measure(vm.folder / "tpm", log.packed(), [], [])
    vm.inside(machine.EVENT_LOG).write_bytes(log.packed())
    vm.inside("/proc/sys/kernel/random/boot_id").write_text(pathlib.Path("/proc/sys/kernel/random/uuid").read_text())
    vm.inside("/proc/stat").write_text(f"cpu 0\nbtime {int(time.time()) + 1}\n")


def wait_for_the_kernel(vm):
    """Until its start is past: what is written from now on is written since."""
    started = int(vm.inside("/proc/stat").read_text().split("btime ")[1])
    while time.time() < started:
        time.sleep(0.02)


def remove_disks(vm):
    """The boot files and packages that the changes below brought."""
    for folder in ("/boot", "/var/lib/dpkg", "/var/lib/rpm", "/usr"):
        shutil.rmtree(vm.inside(folder), ignore_errors=True)


def write(vm, path, content, when=DATE):
    file = vm.inside(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    os.utime(file, (when, when))


def install(vm, package, path, content):
    """dpkg's records of a package with this one file."""
    info = f"/var/lib/dpkg/info/{package}"
    write(vm, path, content)
    write(vm, f"{info}.md5sums", f"{hashlib.md5(content).hexdigest()}  {path.lstrip('/')}\n".encode())
    write(vm, f"{info}.list", f"{path}\n".encode())
    write(vm, "/var/lib/dpkg/status", f"Package: {package}\nStatus: install ok installed\nVersion: 6.1.192-2\n\n".encode())


KERNEL, KERNEL_DIGEST = edit_log.pe_program(b"a new kernel")
KIT = edit_log.pe_program(b"a boot kit")[0]
INITRD = b"an initrd with the modules of the new kernel"
GRUB, GRUB_DIGEST = edit_log.pe_program(b"another grub")
SHIM, SHIM_DIGEST = edit_log.pe_program(b"another shim")


def boot_new_kernel(log, name=NEW):
    for event in log.kernels():
        event.set_digest(KERNEL_DIGEST)
    log.one(9, f"/vmlinuz-{OLD}").measure(KERNEL)
    log.one(9, f"/initrd.img-{OLD}").measure(INITRD)
    log.say(f"/vmlinuz-{OLD}", f"/vmlinuz-{name}")
    log.say(f"/initrd.img-{OLD}", f"/initrd.img-{name}")
    log.rename_file(f"/vmlinuz-{OLD}", f"/vmlinuz-{name}")
    log.rename_file(f"/initrd.img-{OLD}", f"/initrd.img-{name}")


def kernel_by_package(vm, log):
    boot_new_kernel(log)
    install(vm, PACKAGE, f"/boot/vmlinuz-{NEW}", KERNEL)
    write(vm, f"/boot/initrd.img-{NEW}", INITRD)


def kernel_by_hand(vm, log):
    boot_new_kernel(log)
    write(vm, f"/boot/vmlinuz-{NEW}", KERNEL)
    write(vm, f"/boot/initrd.img-{NEW}", INITRD)
    install(vm, "other", "/boot/other", b"so that there is a package manager")


def kernel_differs_from_its_package(vm, log):
    kernel_by_package(vm, log)
    install(vm, PACKAGE, f"/boot/vmlinuz-{NEW}", KERNEL + b"?")
    write(vm, f"/boot/vmlinuz-{NEW}", KERNEL)


def kernel_from_nowhere(vm, log):
    for event in log.kernels():
        event.set_digest(KERNEL_DIGEST)
    log.one(9, f"/vmlinuz-{OLD}").measure(KERNEL)


def grub_replaced(vm, log):
    log.one(4, "grubx64.efi").set_digest(GRUB_DIGEST)


def grub_by_package(vm, log):
    log.one(4, "grubx64.efi").set_digest(GRUB_DIGEST)
    install(vm, "grub-efi-amd64-signed", "/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed", GRUB)
    write(vm, "/boot/efi/EFI/debian/grubx64.efi", GRUB)


def grub_is(package, path):
    """Another program of a package, signed alike, in GRUB's place."""
    def change(vm, log):
        log.one(4, "grubx64.efi").set_digest(GRUB_DIGEST)
        install(vm, package, path, GRUB)
    return change


def program_of_package_runs(package, path):
    """Under its own name, in front of GRUB."""
    def change(vm, log):
        log.before(log.one(4, "grubx64.efi"), log.program("\\EFI\\BOOT\\" + os.path.basename(path).removesuffix(".signed").upper(), KIT))
        [event for event in log.events if event.pcr == 4 and event.kind == edit_log.APPLICATION][1].set_digest(GRUB_DIGEST)
        install(vm, package, path, GRUB)
    return change


def shim_replaced(vm, log):
    log.one(4, "BOOTX64.EFI").set_digest(SHIM_DIGEST)


def shim_by_package(vm, log):
    """A shim signed by the CA of 2023 and with another vendor's key in it, which it measures with the owner's."""
    shim_replaced(vm, log)
    mok_list_gains_key(vm, log)
    authority = [e for e in log.events if e.kind == edit_log.AUTHORITY and e.pcr == 7][0]
    authority.data = authority.data[:-1] + b"?"
    authority.measure(authority.data)
    install(vm, "shim-signed", "/usr/lib/shim/shimx64.efi.signed", SHIM)


def measures_setting(log, name, value):
    log.before(log.one(7, "SbatLevel"), log.variable_event(7, edit_log.AUTHORITY, edit_log.SHIM, name, value))


def shim_with_setting(name, value, change):
    """Versions of shim differ in which settings they measure in PCR 7."""
    def both(vm, log):
        change(vm, log)
        measures_setting(log, name, value)
    return both


def vouched_by(log, entry):
    """The same shim by its other signature."""
    event = [e for e in log.events if e.kind == edit_log.AUTHORITY and e.pcr == 7][0]
    new = log.variable_event(7, edit_log.AUTHORITY, edit_log.SECURITY, "db", entry)
    event.data, event.digests = new.data, new.digests


def newest_signature(vm, log):
    """By the certificate that came into db last."""
    vouched_by(log, edit_log.signatures(log.variable("db")[1])[-1])


def other_signature(vm, log):
    vouched_by(log, edit_log.signatures(log.variable("db")[1])[0])


def other_signature_and_grub(vm, log):
    other_signature(vm, log)
    grub_replaced(vm, log)


def signature_of_stranger(vm, log):
    vouched_by(log, edit_log.signatures(edit_log.Log(FOREIGN.read_bytes()).variable("db")[1])[-1])


def owners_signature(guid=edit_log.SHIM, name="MokListRT"):
    """The same grub by another signature: shim measures the certificate without its owner, and where it found it."""
    def change(vm, log):
        event = [e for e in log.events if e.kind == edit_log.AUTHORITY and e.pcr == 7 and e.data.find("MokListRT".encode("utf-16-le")) >= 0][0]
        certificate = edit_log.signatures(edit_log.Log(FOREIGN.read_bytes()).variable("db")[1])[-1][16:]
        new = log.variable_event(7, edit_log.AUTHORITY, guid, name, certificate)
        event.data, event.digests = new.data, new.digests
    return change


def owners_new_signature(vm, log):
    owners_signature()(vm, log)
    mok_list_gains_key(vm, log)


def db_gains_certificate(vm, log):
    _, value = log.variable("db")
    _, other = edit_log.Log(FOREIGN.read_bytes()).variable("db")
    log.set_variable("db", value + other)


def enroll(log, name, file):
    """As Microsoft's signed update adds it."""
    log.set_variable(name, log.variable(name)[1] + edit_log.signature_list(edit_log.X509, [(MICROSOFT / file).read_bytes()]))


def certificates_of_2023(vm, log):
    """All that a VM of before April 2024 must gain; the same dual-signed shim is then vouched for by the new certificate."""
    enroll(log, "KEK", "KEK__Certificates__microsoft_corporation_kek_2k_ca_2023.der")
    enroll(log, "db", "DB__Certificates__microsoft_uefi_ca_2023.der")
    dbx("abcde")(vm, log)
    vouched_by(log, edit_log.signatures(log.variable("db")[1])[-1])


def certificates_and_a_stranger(vm, log):
    certificates_of_2023(vm, log)
    db_gains_certificate(vm, log)


def keys_of_another(*names):
    def change(vm, log):
        for name in names:
            log.set_variable(name, edit_log.Log(FOREIGN.read_bytes()).variable(name)[1])
    return change


def dbx(names):
    def change(vm, log):
        log.set_variable("dbx", edit_log.signature_list(edit_log.SHA256, edit_log.hashes(*names)) if names else b"")
    return change


def db_of_odd_size(vm, log):
    """A list that ends before its last entry does: whoever reads it may find other keys than we do."""
    log.set_variable("db", log.variable("db")[1][:-1])


def empty_variables(vm, log):
    """PFP 1.06 section 3.3.4.8: dbt and dbr, if there are any; some firmware measures them if there are none."""
    for name in ("dbt", "dbr"):
        log.behind(log.variable("dbx")[0], log.variable_event(7, edit_log.VARIABLE, edit_log.SECURITY, name, b""))


def secure_boot_off(vm, log):
    log.set_variable("SecureBoot", b"\0")


def sbat(level):
    def change(vm, log):
        log.set_variable("SbatLevel", level)
    return change


def mok_list_gains_key(vm, log):
    log.one(14, "MokList").measure(b"a list with one key more")


def variable_of_shim(name, value, change):
    """In PCR 14 shim measures the value alone."""
    def both(vm, log):
        change(vm, log)
        log.behind([e for e in log.events if e.pcr == 14][-1], log.event(14, edit_log.IPL, value, name.encode() + b"\0"))
    return both


def mok_list_and_grub(vm, log):
    mok_list_gains_key(vm, log)
    grub_by_package(vm, log)


def shim_validation_off(vm, log):
    log.before(log.one(7, "SbatLevel"), log.variable_event(7, edit_log.AUTHORITY, edit_log.SHIM, "MokSBState", b"\1"))


def command_line(words):
    def change(vm, log):
        log.say("root=/dev/sda1 ro quiet", words)
    return change


def second_command_line(vm, log):
    """Typed at GRUB's prompt behind the good one, which does not count any more."""
    known = log.one(8, "root=/dev/sda1 ro quiet")
    words = f"/vmlinuz-{OLD} root=/dev/sda1 ro init=/bin/sh".encode()
    log.behind(known, log.event(8, edit_log.IPL, words, b"kernel_cmdline: " + words + b"\0"))


def second_line_called(name):
    """The log's word for it, which was not measured; or other text altogether."""
    def lie(log):
        event = log.one(8, "init=/bin/sh")
        event.data = event.data.replace(b"kernel_cmdline:", name.encode()) if name else b"nothing to see\0"
    return lie


def command_line_in_grub_cfg(vm, log):
    text = f"menuentry 'Debian' {{\n\tlinux /vmlinuz-{OLD} root=/dev/sda1 ro quiet splash\n\tinitrd /initrd.img-{OLD}\n}}\n".encode()
    command_line("root=/dev/sda1 ro quiet splash")(vm, log)
    log.one(9, "grub.cfg").measure(text)
    write(vm, "/boot/grub/grub.cfg", text)


def command_line_in_entry(words):
    """As tuned sets it on the RHEL family: a variable of the entry, which GRUB's script assigns. words: those behind it."""
    def change(vm, log):
        command_line(f"root=/dev/sda1 ro quiet skew_tick=1 isolcpus=1-3{words}")(vm, log)
        write(vm, f"/boot/loader/entries/id-{OLD}.conf", f"linux /vmlinuz-{OLD}\noptions root=/dev/sda1 ro quiet $tuned_params\n".encode())
        write(vm, "/boot/grub2/custom.cfg", b'set tuned_params="skew_tick=1 isolcpus=1-3"\n')
    return change


def shim_of_nullboot(owner):
    """Where Ubuntu's confidential VMs keep it, by a package or by nobody."""
    path, (shim, digest) = "/usr/lib/nullboot/shim/shimx64.efi.signed", edit_log.pe_program(b"nullboot's shim")

    def change(vm, log):
        log.one(4, "BOOTX64.EFI").set_digest(digest)
        write(vm, path, shim)
        install(vm, owner, *((path, shim) if owner == "nullboot" else ("/usr/lib/other", b"another file")))
    return change


def initrd_rebuilt(vm, log):
    log.one(9, f"/initrd.img-{OLD}").measure(INITRD)
    write(vm, f"/boot/initrd.img-{OLD}", INITRD)


def initrd_beside_a_large_file(vm, log):
    """Which may be the initrd or not."""
    log.one(9, f"/initrd.img-{OLD}").measure(INITRD)
    write(vm, "/boot/large", b"")
    os.truncate(vm.inside("/boot/large"), (512 << 20) + 1)


def initrd_replaced(vm, log):
    log.one(9, f"/initrd.img-{OLD}").measure(INITRD)
    write(vm, f"/boot/initrd.img-{OLD}", b"the good one was put back")


def initrd_instead(vm, log):
    event = log.one(9, f"/initrd.img-{OLD}")
    event.measure(b"an evil initrd")
    event.data = b"/boot/grub/fonts/unicode.pf2\0"


def initrd_instead_beside_kernel_by_package(vm, log):
    """The package's kernel and boot menu, so that the former initrd goes for a known reason; what comes is no initrd by its name."""
    text = f"menuentry 'Debian' {{\n\tlinux /vmlinuz-{NEW} root=/dev/sda1 ro quiet\n\tinitrd /initrd.img-{NEW}\n}}\n".encode()
    kernel_by_package(vm, log)
    log.one(9, "grub.cfg").measure(text)
    write(vm, "/boot/grub/grub.cfg", text)
    event = log.one(9, f"/initrd.img-{NEW}")
    event.measure(b"an evil initrd")
    event.data = b"/boot/grub/fonts/unicode.pf2\0"


def initrd_hidden(vm, log):
    """A second initrd, whose event calls itself a font."""
    log.say(f"initrd /initrd.img-{OLD}", f"initrd /initrd.img-{OLD} /evil")
    font = log.event(9, edit_log.IPL, b"an evil initrd", b"/boot/grub/fonts/unicode.pf2\0")
    log.behind(log.one(9, f"/initrd.img-{OLD}"), font)


def initrd_of_another_disk(vm, log):
    """Told to GRUB's prompt: another disk, whose initrd has the same path. The good one is read there, too, so that both are measured; the log
    gives it the other's name, and calls the other a font."""
    good, setting = log.one(9, f"/initrd.img-{OLD}"), b"set root=hd1"
    log.before(good, log.event(9, edit_log.IPL, b"an evil initrd", b"/boot/grub/fonts/unicode.pf2\0"))
    log.before([e for e in log.events if e.pcr == 8][-1], log.event(8, edit_log.IPL, setting, b"grub_cmd: " + setting + b"\0"))


def kernel_tells_its_initrd(vm, log):
    """The same with a kernel that measures what it got."""
    initrd_of_another_disk(vm, log)
    name = b"Linux initrd\0"
    log.before([e for e in log.events if b"Exit Boot Services" in e.data][0],
               log.event(9, 6, b"an evil initrd", (0x8F3B22EC).to_bytes(4, "little") + len(name).to_bytes(4, "little") + name))


def grub_setting(vm, log):
    event = [e for e in log.events if e.pcr == 8][0]
    event.data = b"grub_cmd: set timeout=5\0"
    event.measure(b"set timeout=5")


def option_rom(vm, log):
    blob = log.event(2, edit_log.DRIVER, b"an option ROM", bytes(32))
    log.before([e for e in log.events if e.pcr == 2][0], blob)


def boot_order(vm, log):
    log.set_variable("BootOrder", bytes.fromhex("010000000200"))


def program_before_shim(vm, log):
    log.before(log.one(4, "BOOTX64.EFI"), log.program("\\EFI\\evil\\kit.efi", b"a boot kit"))


def boot_kit(vm, log):
    log.before(log.one(4, "BOOTX64.EFI"), log.program("\\EFI\\evil\\kit.efi", KIT))


def block_list_command_line(vm, log):
    """A second kernel, loaded by its blocks: no path tells what the text is."""
    known = log.one(8, "root=/dev/sda1 ro quiet")
    words = b"2048+20000 root=/dev/sda1 ro init=/bin/sh"
    log.behind(known, log.event(8, edit_log.IPL, words, b"kernel_cmdline: " + words + b"\0"))
    log.behind(known, log.event(8, edit_log.IPL, b"linux " + words, b"grub_cmd: linux " + words + b"\0"))


def rescue_prompt(vm, log):
    """Where GRUB measures no command, and a kernel read from the network has a name without any mark."""
    known = log.one(8, "root=/dev/sda1 ro quiet")
    words = b"vmlinuz root=/dev/sda1 ro init=/bin/sh"
    log.behind(known, log.event(8, edit_log.IPL, words, b"kernel_cmdline: " + words + b"\0"))
    log.behind(known, log.event(8, edit_log.IPL, b"normal_exit", b"grub_cmd: normal_exit\0"))


def first_event(pcr, name, measured=None):
    """What systemd's stub measures in a PCR that was empty in the accepted boot."""
    def change(vm, log):
        text = name.encode("utf-16-le") + bytes(2)
        log.behind(log.events[-1], log.event(pcr, edit_log.IPL, measured or text, text))
    return change


def firmware(vm, log):
    [e for e in log.events if e.pcr == 0 and e.kind == edit_log.BLOB][1].measure(b"a newer firmware")


def partitions(vm, log):
    event = [e for e in log.events if e.kind == edit_log.GPT][0]
    event.data = event.data[:100] + bytes([event.data[100] ^ 1]) + event.data[101:]
    event.measure(event.data)


def vm_id(vm, log):
    event = log.one(6, "UUID: ")
    event.data = b"UUID: 99999999-2222-3333-4444-555555555555"
    event.measure(event.data)


def other_vm(vm, log):
    for change in (vm_id, keys_of_another("PK", "KEK"), firmware, option_rom):
        change(vm, log)


def pretended_vm(vm, log):
    keys_of_another("PK")(vm, log)
    last = [event for event in log.events if event.pcr == 6][-1]
    log.behind(last, log.event(6, 0xC, b"UUID: 99999999-2222-3333-4444-555555555555"))


# ---- lies about a boot: the TPM holds the truth

def without(pcr, part):
    def lie(log):
        log.events.remove(log.one(pcr, part))
    return lie


def separators_with(data):
    def lie(log):
        for event in log.events:
            if event.kind == 4:
                event.data = data
    return lie


def program_renamed_separator(data):
    def lie(log):
        event = log.one(4, "kit.efi")
        event.kind, event.data = 4, data
    return lie


def program_moved_to_no_pcr(log):
    """The TPM has it in PCR 4 all the same."""
    log.one(4, "kit.efi").pcr = 40


def foreign_pcr(log):
    """An event that no TPM can have measured, and that means nothing."""
    log.before(log.one(4, "BOOTX64.EFI"), log.event(40, edit_log.IPL, b"nobody reads this"))


def without_pcrs(*pcrs):
    def lie(log):
        log.events = [event for event in log.events if event.pcr not in pcrs]
    return lie


def evil_boot(vm, log):
    grub_replaced(vm, log)


def grub_as_before(log):
    log.one(4, "grubx64.efi").digests = base_log().one(4, "grubx64.efi").digests


def vm_id_renamed(log):
    log.one(6, "UUID: 11111111").data = b"nothing"


def data_edited(log):
    event = log.one(7, "db")
    event.data = event.data[:-1] + bytes([event.data[-1] ^ 1])


def reordered(log):
    programs = [i for i, e in enumerate(log.events) if e.pcr == 4 and e.kind == edit_log.APPLICATION]
    first, second = programs[0], programs[1]
    log.events[first], log.events[second] = log.events[second], log.events[first]


def program_renamed_action(log):
    event = log.one(4, "kit.efi")
    event.kind, event.data = 0x80000007, b"Calling EFI Application from Boot Option"


def program_renamed_other(log):
    event = log.one(4, "kit.efi")
    event.kind, event.data = 0x12345678, b"nothing to see"


def program_renamed_action_with_its_bytes(log):
    """What the type promises is true then: the digest is that of the data."""
    event = log.one(4, "kit.efi")
    event.kind, event.data = 0x80000007, KIT


def program_renamed_separator_with_its_bytes(log):
    event = log.one(4, "kit.efi")
    event.kind, event.data = 4, KIT


def db_as_before_in_front(log):
    """A forged event that shows the old contents; no digest of it is quoted."""
    event, _ = log.variable("db")
    old = base_log().variable("db")[0]
    log.before(event, log.event(7, edit_log.VARIABLE, old.data).not_quoted())


def lines_called_commands(log):
    for event in log.find(8, "init=/bin/sh"):
        event.data = event.data.replace(b"kernel_cmdline:", b"grub_cmd:")


def bytes_behind_texts(log):
    """As two images of confidential VMs log it: what stands behind the NUL was not measured."""
    for event in log.events:
        if event.pcr in (8, 9) and event.kind == edit_log.IPL:
            event.data = event.data.rstrip(b"\0") + b"\0\x7f init=/bin/sh\xff"


def words_behind_nul(log):
    """The TPM measured init=/bin/sh, and the log puts it where nobody should read on."""
    for event in log.find(8, "init=/bin/sh"):
        event.data = event.data.replace(b" init=/bin/sh", b"\0 init=/bin/sh")


def good_line_called_a_command(log):
    event = log.find(8, "kernel_cmdline: ")[0]
    event.data = event.data.replace(b"kernel_cmdline:", b"grub_cmd:")


def authority_renamed(log):
    authority = [e for e in log.events if e.kind == edit_log.AUTHORITY and e.pcr == 7][0]
    authority.kind = 0x80000007


def program_moved_to_another_pcr(log):
    log.one(4, "kit.efi").pcr = 5


def program_not_measured(log):
    log.one(4, "kit.efi").kind = 3  # EV_NO_ACTION


def truncated(log):
    del log.events[-10:]


def same(vm, log):
    pass


def words_as_before(log):
    """What the log says of the command line, without what the TPM measured."""
    for known, event in zip(base_log().events, log.events):
        event.data = known.data


# ---- what is done when the boot is over

def write_into_grub_cfg(vm):
    wait_for_the_kernel(vm)
    write(vm, "/boot/grub/grub.cfg", f"linux /vmlinuz-{OLD} root=/dev/sda1 ro init=/bin/sh\n".encode(), DATE)


def extend(pcr):
    return lambda vm: machine.platform("extend", vm.folder / "tpm", pcr)
