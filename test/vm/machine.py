"""A machine that really boots: UEFI firmware, shim, grub and Linux in QEMU with a software TPM.

Everything that starts it is Debian's own signed code; only the initramfs is ours (busybox and one job). Plain
emulation, no KVM: the Secure Boot firmware needs SMM, and any builder can run it.
"""
import contextlib
import fcntl
import gzip
import os
import pathlib
import re
import select
import shutil
import signal
import subprocess
import sys
import time

PROJECT = pathlib.Path(__file__).resolve().parents[2]
CACHE = PROJECT / "build/vm"
GUEST = PROJECT / "test/vm/guest"
FIRMWARE = pathlib.Path("/usr/share/OVMF")
# with Microsoft's keys; with none; with the keys of somebody else, whose private part everybody can have
VARIABLES = {"on": "OVMF_VARS_4M.ms.fd", "off": "OVMF_VARS_4M.fd", "foreign": "OVMF_VARS_4M.snakeoil.fd"}
FOREIGN_KEY = pathlib.Path("/usr/share/ovmf/PkKek-1-snakeoil")  # .key and .pem, of Debian's package ovmf
FOREIGN_PASSWORD = "pass:snakeoil"

# A panic ends the machine at once instead of hanging; on a busy host the emulated timer does not pass the kernel's check.
COMMAND_LINE = "console=ttyS0 panic=-1 no_timer_check"

DISK_MIB = 64
PARTITION_AT = 1 << 20
# Fixed identifiers: the firmware measures the partition table into PCR 5, so equal machines get equal values.
PARTITION = "6F0A2A64-5E0F-4C0E-9B33-3B3B6D1C0A02"
PARTITION_TABLE = f"""label: gpt
label-id: 6F0A2A64-5E0F-4C0E-9B33-3B3B6D1C0A01
first-lba: 2048
start=2048, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, uuid={PARTITION}, name="EFI"
"""


# What firmware, shim and GRUB write when they refuse what comes next; they would wait for a key then.
REFUSED = re.compile(r"[^\r\n]*(?:Access Denied|Security (?:Policy )?Violation|bad shim signature|prohibited by secure boot|No bootable option"
                     r"|returned Not Found|file \S+ not found)[^\r\n]*")
# the last of these, where the firmware passes on to another boot option after the first
STUCK = re.compile(r"No bootable option[^\r\n]*")

ESCAPE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")  # moves the cursor or sets a colour (ECMA-48)


class MachineError(Exception):
    """The machine could not be made or did not finish; the text says why."""


class Refused(MachineError):
    """Firmware, shim or GRUB did not start what came next; the text is what they wrote."""


def run(*command, **options):
    """Run a tool of the host; its output only matters when it fails."""
    try:
        result = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                check=False, **options)
    except FileNotFoundError as missing:
        raise MachineError(f"{command[0]} is not installed") from missing
    if result.returncode:
        raise MachineError(f"{command[0]} failed: {result.stdout.decode(errors='replace').strip()}")
    return result.stdout


def boot_chain():
    """The folder of unpacked Debian packages; downloaded once, never installed on the host."""
    unpacked, debs = CACHE / "root", CACHE / "packages"
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # machines that start together download once
        if not unpacked.is_dir():
            download(debs, unpacked)
    return unpacked


def download(debs, unpacked):
    depends = run("apt-cache", "depends", "linux-image-amd64", env=os.environ | {"LC_ALL": "C"}).decode()
    kernel = re.search(r"Depends: (linux-image-\S+)", depends)
    if not kernel:
        raise MachineError("apt knows no linux-image-amd64")
    shutil.rmtree(debs, ignore_errors=True)  # of a download that was cut short
    debs.mkdir()
    run("apt-get", "download", "shim-signed", "grub-efi-amd64-signed", kernel.group(1), cwd=debs)
    partial = CACHE / "root.partial"
    shutil.rmtree(partial, ignore_errors=True)
    for deb in sorted(debs.glob("*.deb")):
        run("dpkg", "-x", deb, partial)
    partial.rename(unpacked)


def one(folder, pattern):
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise MachineError(f"{len(found)} files match {pattern} in {folder}, expected one")
    return found[0]


def with_needed(names):
    """Kernel modules in the order in which they can be loaded: each after those that it needs, by its own .modinfo."""
    ordered = []
    for name in names:
        module = one(boot_chain(), f"lib/modules/*/kernel/**/{name}.ko").read_bytes()
        needed = re.search(rb"\0depends=([^\0]*)\0", module).group(1).decode()
        for found in [*with_needed(filter(None, needed.split(","))), name]:
            if found not in ordered:
                ordered.append(found)
    return ordered


def make_initramfs(work, modules, extra):
    """busybox, guest/init, kernel modules by name, and extra {path in the guest: file here}; returns its path."""
    root, chain, order = work / "initramfs", boot_chain(), work / "order"
    modules = with_needed(modules)
    order.write_text("".join(name + "\n" for name in modules))
    files = {"bin/busybox": "/bin/busybox", "init": GUEST / "init", "lib/modules/order": order} | extra
    for name in modules:
        files[f"lib/modules/{name}.ko"] = one(chain, f"lib/modules/*/kernel/**/{name}.ko")
    for folder in ("bin", "dev", "proc", "sys", "tmp", "lib/modules"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    for target, source in files.items():
        (root / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, root / target)
        (root / target).chmod(0o755)
    names = sorted(str(path.relative_to(root)) for path in root.rglob("*"))
    for path in root.rglob("*"):  # equal content, equal bytes: grub measures the initrd into PCR 9
        os.utime(path, (0, 0))
    archive = run("cpio", "--quiet", "--reproducible", "-R", "0:0", "-o", "-H", "newc",
                  input="\n".join(names).encode(), cwd=root)
    initramfs = work / "initrd.gz"
    initramfs.write_bytes(gzip.compress(archive, 6, mtime=0))
    return initramfs


def grub_config(secure_boot, command_line):
    if secure_boot != "off":
        return f"linux /vmlinuz {command_line}\ninitrd /initrd.gz\nboot\n"
    # Without Secure Boot this grub's `linux` starts the kernel without its EFI stub, and the stub is what fetches the
    # firmware's event log: the file in securityfs would not exist.
    return f"chainloader /vmlinuz initrd=\\\\initrd.gz {command_line}\nboot\n"


def first_program(work, secure_boot):
    """What the firmware starts: shim, signed by who the firmware trusts."""
    shim = one(boot_chain(), "usr/lib/shim/shimx64.efi.signed")
    if secure_boot != "foreign":
        return shim
    run("openssl", "rsa", "-in", f"{FOREIGN_KEY}.key", "-passin", FOREIGN_PASSWORD, "-out", work / "foreign.key")
    run("sbattach", "--remove", shutil.copyfile(shim, work / "shim"))
    run("sbsign", "--key", work / "foreign.key", "--cert", f"{FOREIGN_KEY}.pem", "--output", work / "shim.signed",
        work / "shim")
    return work / "shim.signed"


def put(disk, target, source):
    """A file into the EFI system partition, in place of one that is there; without a source there is none afterwards."""
    where = ["-i", f"{disk}@@{PARTITION_AT}"]
    run(*(["mcopy", "-o", *where, source] if source else ["mdel", *where]), f"::/{target}")


def make_disk(work, secure_boot, command_line, initramfs):
    """A GPT disk with one EFI system partition, laid out the way the signed shim and grub look for it."""
    disk, chain, config = work / "disk", boot_chain(), work / "grub.cfg"
    config.write_text(grub_config(secure_boot, command_line))
    with open(disk, "wb") as file:
        file.truncate(DISK_MIB << 20)
    run("sfdisk", "--quiet", disk, input=PARTITION_TABLE.encode())
    sectors = ((DISK_MIB - 2) << 20) // 512
    image = f"{disk}@@{PARTITION_AT}"
    run("mformat", "-i", image, "-F", "-T", sectors, "-h", 64, "-s", 32, "-N", "a77e5700", "::")
    run("mmd", "-i", image, "::/EFI", "::/EFI/BOOT", "::/EFI/debian")
    for target, source in {
        "EFI/BOOT/BOOTX64.EFI": first_program(work, secure_boot),
        "EFI/BOOT/grubx64.efi": one(chain, "usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed"),
        "EFI/debian/grub.cfg": config,
        "vmlinuz": one(chain, "boot/vmlinuz-*"),
        "initrd.gz": initramfs,
    }.items():
        put(disk, target, source)
    return disk


@contextlib.contextmanager
def daemon(pid_file, *command):
    """A program that goes to the background by itself once it is ready; it is gone when the block ends."""
    run(*command)
    process = os.pidfd_open(int(pid_file.read_text()))
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(process, signal.SIGTERM)
        select.select([process], [], [], 10)  # readable once it has ended
        os.close(process)


def provision(work, authority):
    """The cloud platform's part: attestation key and certificate in the TPM that will be the machine's."""
    platform = PROJECT / "test/support/platform"
    run(platform, "start", work / "tpm")
    try:
        run(platform, "provision", work / "tpm", "--ca", authority)
    finally:
        run(platform, "stop", work / "tpm")


@contextlib.contextmanager
def tpm(work):
    """A software TPM for the machine; its state is in work/tpm and outlives it. Yields the control socket."""
    state, socket, pid_file = work / "tpm", work / "tpm.sock", work / "tpm.pid"
    state.mkdir(exist_ok=True)
    # The machine powers it on (hence no not-need-init) and off.
    with daemon(pid_file, "swtpm", "socket", "--tpm2", "--daemon", "--terminate", "--tpmstate", f"dir={state}", "--pid",
                f"file={pid_file}", "--ctrl", f"type=unixio,path={socket}"):
        yield socket


def stop_on_sigterm():
    """Let SIGTERM unwind like Ctrl-C does, so that the machine and its TPM end with the script."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))


def with_libraries(program, target):
    """{path in the guest: file here} of a program and the shared libraries it needs, if it is not a static one."""
    found = subprocess.run(["ldd", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    libraries = re.findall(r"(/\S+) \(0x", found.stdout.decode())
    return {path.lstrip("/"): path for path in libraries} | {target: program}


def network(forwards=None):
    """The guest reaches this host's loopback at 169.254.0.2, and at each address of {address: port} that port of it.
    Nothing leaves this host."""
    nic = "user,model=e1000,net=169.254.0.0/16,host=169.254.0.2"
    for address, port in (forwards or {}).items():  # a process per connection: QEMU's own relay serves only the first
        nic += f",guestfwd=tcp:{address}-cmd:/bin/busybox nc 127.0.0.1 {port}"
    return nic


def watch(process, console, timeout, refusal):
    """Until the machine ends by itself, or does not start what it should."""
    until = time.monotonic() + timeout
    while time.monotonic() < until:
        with contextlib.suppress(subprocess.TimeoutExpired):
            if process.wait(0.2):
                raise MachineError(f"QEMU failed: {process.stdout.read()}")
            return
        refused = refusal.search(ESCAPE.sub("\n", console.read_text(errors="replace"))) if console.exists() else None
        if refused:
            raise Refused(refused.group().strip())
    raise MachineError(f"not finished after {timeout} s; its console ends:\n{tail(console)}")


def boot(work, secure_boot, disk, network="none", timeout=300, root=None, refusal=REFUSED):
    """Run the machine until it powers off or restarts. Returns what its job wrote, and the job's exit status.
    root: a second disk, which keeps what is written to it. The firmware's variables are kept from boot to boot of the
    same work folder. refusal: what on the console ends it at once."""
    variables, console, result = work / "variables", work / "console", work / "result"
    if not variables.exists():
        shutil.copyfile(FIRMWARE / VARIABLES[secure_boot], variables)
    console.unlink(missing_ok=True)
    with tpm(work) as tpm_socket:
        command = [
            "qemu-system-x86_64", "-machine", "q35,smm=on,accel=tcg", "-m", "1024", "-display", "none", "-no-reboot",
            "-nodefaults", "-global", "driver=cfi.pflash01,property=secure,value=on",
            "-drive", f"if=pflash,unit=0,format=raw,readonly=on,file={FIRMWARE}/OVMF_CODE_4M.secboot.fd",
            "-drive", f"if=pflash,unit=1,format=raw,file={variables}",
            "-drive", f"if=ide,format=raw,file={disk}", "-nic", network,
            "-chardev", f"socket,id=tpm,path={tpm_socket}", "-tpmdev", "emulator,id=tpm0,chardev=tpm",
            "-device", "tpm-tis,tpmdev=tpm0", "-serial", f"file:{console}", "-serial", f"file:{result}",
        ]
        if root:
            command += ["-drive", f"if=virtio,format=raw,file={root}"]
        with subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
            try:
                watch(process, console, timeout, refusal)
            finally:
                process.kill()
    text = result.read_text(errors="replace").replace("\r", "")
    ended = re.fullmatch(r".*\njob\n(.*)status (\d+)\n", text, re.DOTALL)  # firmware and grub write there, too
    if not ended:
        raise MachineError(f"stopped before its job was done; its console ends:\n{tail(console)}")
    return ended.group(1), int(ended.group(2))


def tail(path, lines=25):
    if not path.exists():
        return "(nothing)"
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
