"""A machine whose root is a small Debian with systemd, and the extension's package on it as the guest agent unpacks it."""
import json
import os
import pathlib
import re
import shutil
import tempfile
import zipfile

import machine
from provider import ADDRESS, HOST_NAME, provider

RELEASE = "bookworm"
PACKAGES = ["systemd", "systemd-sysv", "udev", "dbus", "ca-certificates"]
MODULES = ["efivarfs", "e1000", "crc32c_generic", "ext4", "virtio_pci", "virtio_blk"]
SPARE_MIB = 600
WANTED = "etc/systemd/system/multi-user.target.wants"


def debian(name, packages):
    """The folder of a Debian with these packages; made once, by debootstrap."""
    kept, partial = machine.CACHE / name, machine.CACHE / f"{name}.partial"
    if not kept.is_dir():
        if os.getuid() != 0:
            raise machine.MachineError("debootstrap needs root")
        machine.CACHE.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(partial, ignore_errors=True)
        site = machine.run("apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages").decode().split()[0]
        machine.run("debootstrap", "--variant=minbase", "--include=" + ",".join([*PACKAGES, *packages]), RELEASE, partial, site)
        for folder in ("var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/locale"):
            shutil.rmtree(partial / folder)
        partial.rename(kept)
    return kept


def unpack(package, home):
    """As the guest agent does; its folders and the file about them come with it."""
    with zipfile.ZipFile(package) as archive:
        archive.extractall(home)
    for program in (home / "bin").iterdir():
        program.chmod(0o755)
    for folder in ("config", "status"):
        (home / folder).mkdir(mode=0o700)


def write(path, content, mode=0o644):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    path.chmod(mode)


def enable_unit(root, name, wanted_by=WANTED):
    link = root / wanted_by / name
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.is_symlink():
        link.symlink_to(f"/lib/systemd/system/{name}")


class Installed:
    """For a `with` statement: the provider ends with it. The job is a service of the machine, where the guest agent would be."""

    def __init__(self, programs, package, job, files, name="systemd", packages=(), command_line=""):
        self.programs, self.package, self.job, self.files = programs, package, job, files
        self.name, self.packages, self.command_line = name, packages, command_line

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="vm.")
        self.work = pathlib.Path(self.folder.name)
        machine.provision(self.work, self.work / "ca")
        self.provider = provider(self.programs, self.work)
        self.network = machine.network({f"{ADDRESS}:443": self.provider.__enter__()})
        self.root = self.make_root()
        initramfs = machine.make_initramfs(self.work, MODULES, {"init": machine.GUEST / "systemd-init"})
        self.esp = machine.make_disk(self.work, "on", f"{machine.COMMAND_LINE} {self.command_line}".strip(), initramfs)
        return self

    def __exit__(self, *error):
        self.provider.__exit__(*error)
        self.folder.cleanup()

    def make_root(self):
        """The folder with that Debian, the package, and what the machine needs to find the provider and to run the job."""
        root = self.work / "root"
        machine.run("cp", "-a", debian(self.name, self.packages), root)
        self.put_package(root)
        with open(root / "etc/ssl/certs/ca-certificates.crt", "a", encoding="ascii") as trusted:
            trusted.write((self.work / "tls.pem").read_text())
        write(root / "etc/hosts", f"127.0.0.1 localhost\n{ADDRESS} {HOST_NAME}\n")
        write(root / "etc/hostname", "guest\n")
        write(root / "etc/machine-id", "0" * 31 + "1\n")  # no first-boot questions on the console
        write(root / "etc/facts", (machine.GUEST / "facts").read_text())
        write(root / "job", self.job.read_text())
        write(root / "lib/systemd/system/job.service", (machine.GUEST / "job.service").read_text())
        write(root / "etc/systemd/network/eth.network", (machine.GUEST / "eth.network").read_text())
        for path, text in self.files.items():
            write(root / path, text)
        (root / "var/log/journal").mkdir(exist_ok=True)
        enable_unit(root, "job.service")
        enable_unit(root, "systemd-networkd.service")
        enable_unit(root, "systemd-networkd-wait-online.service", "etc/systemd/system/network-online.target.wants")
        return root

    def put_package(self, root):
        """As the guest agent unpacks it, with its folders and settings."""
        name, version = re.fullmatch(r"(.+)-([\d.]+)\.zip", self.package.name).groups()
        base, logs = f"var/lib/waagent/{name}-{version}", f"/var/log/azure/{name}"
        unpack(self.package, root / base)
        (root / logs.lstrip("/") / "events").mkdir(parents=True)
        write(root / base / "HandlerEnvironment.json", json.dumps([{"name": name, "version": 1.0, "handlerEnvironment": {
            "logFolder": logs, "configFolder": f"/{base}/config", "statusFolder": f"/{base}/status",
            "heartbeatFile": f"/{base}/heartbeat.log", "eventsFolder": f"{logs}/events"}}]))
        settings = {"AttestationConfig": {"MaaSettings": {"maaEndpoint": f"https://{HOST_NAME}"}}}
        write(root / base / "config/0.settings", json.dumps({"runtimeSettings": [{"handlerSettings": {"publicSettings": settings}}]}))
        write(root / "etc/job", f"HOME_FOLDER=/{base}\nVERSION={version}\n")

    def disk(self):
        """The root as a disk, made at the first boot; it keeps what is written to it."""
        disk = self.work / "root.disk"
        if not disk.exists():
            used_mib = int(machine.run("du", "-sm", self.root).split()[0])
            machine.run("mke2fs", "-q", "-t", "ext4", "-d", self.root, disk, f"{used_mib + SPARE_MIB}M",
                        env=os.environ | {"PATH": os.environ["PATH"] + ":/sbin"})
        return disk

    def boot(self, timeout):
        """What the job told."""
        return machine.boot(self.work, "on", self.esp, self.network, timeout, self.disk())[0]
