"""A machine that lasts from boot to boot, on which the extension runs, and whose Secure Boot has an owner where that is asked for.

Its disk, the firmware's variables, its TPM and the extension's folders are kept; only what a boot is told to change is different.
"""
import contextlib
import json
import os
import pathlib
import shutil
import ssl
import sys
import tarfile
import time

import machine
from firmware import PLACES, X509, Variables, list_of
from provider import ADDRESS, HOST_NAME
from told import Failed, Skipped, expect, ok, parse

sys.path.insert(0, str(machine.PROJECT / "test/support"))
from handler_home import Home  # noqa: E402

VECTORS = pathlib.Path(os.environ.get("VECTORS", machine.PROJECT.parent / "shared/vectors")) / "dbx/microsoft-secureboot_objects"
MODULES = ["efivarfs", "e1000", "ahci", "sd_mod", "virtio_pci", "virtio_blk", "vfat", "nls_cp437", "nls_ascii", "nls_utf8"]
SPARE_MIB = 32
SHIM = "EFI/BOOT/BOOTX64.EFI"
OWN_CERTIFICATE = ssl.PEM_cert_to_DER_cert(pathlib.Path(f"{machine.FOREIGN_KEY}.pem").read_text())
LISTS = {name: f"{name}-{place}" for name, place in PLACES.items()}


def microsoft(name):
    """What Microsoft published, by the beginning of its file's name there."""
    if not VECTORS.is_dir():
        raise Skipped(f"Microsoft's updates are not in {VECTORS}")
    return machine.one(VECTORS, name).read_bytes()


def own_key(work):
    """The private part of the key of the machine's owner, without a password."""
    key = work / "own.key"
    machine.run("openssl", "rsa", "-in", f"{machine.FOREIGN_KEY}.key", "-passin", machine.FOREIGN_PASSWORD, "-out", key)
    return key


def shim_of(work, year):
    """Debian's shim with one signature only: 2023 is what a distribution ships when Microsoft signs by the new authority alone."""
    shim = work / f"shim{year}"
    machine.run("pesign", "-r", "-u", {2023: 0, 2011: 1}[year], "-i", machine.one(machine.boot_chain(), "usr/lib/shim/shimx64.efi.signed"), "-o", shim)
    listed = machine.run("sbverify", "--list", shim).decode()
    if {other for other in (2011, 2023) if f"UEFI CA {other}" in listed} != {year}:
        raise Skipped(f"the archive's shim does not carry both signatures:\n{listed}")
    return shim


class Machine:
    """What lasts from boot to boot: disk, variables, TPM, and the folders of the extension."""

    def __init__(self, programs, work, port, has_owner=False):
        self.work, self.network = work, machine.network({f"{ADDRESS}:443": port})
        self.variables = shutil.copyfile(machine.FIRMWARE / machine.VARIABLES["on"], work / "variables")
        if has_owner:
            self.own()
        self.kept = work / "kept"
        self.home = self._home(programs)
        self.disk = machine.make_disk(work, "on", machine.COMMAND_LINE, self._initramfs(programs))

    def own(self):
        """Its owner's key, whose private part everybody can have, is PK and stands in KEK beside Microsoft's of 2011."""
        own, variables = list_of(X509, OWN_CERTIFICATE), Variables(self.variables)
        variables.write("PK", own)
        variables.write("KEK", own + list_of(X509, microsoft("KEK__*MicCorKEKCA2011*")))

    def _home(self, programs):
        version = machine.run(programs / "install", "--version").decode().strip()
        home = Home(self.kept, programs, version, version, service=None)
        home.settings(0, {"runtimeSettings": [{"handlerSettings": {"publicSettings": {
            "maaEndpoint": f"https://{HOST_NAME}", "caFile": "/etc/provider.pem"}}}]})
        return home

    def _initramfs(self, programs):
        base = "/" + str(self.home.base.relative_to(self.kept))
        texts = {"etc/hosts": f"{ADDRESS} {HOST_NAME}\n", "etc/job": f"HOME_FOLDER={base}\nVERSION={self.home.version}\n"}
        files = {"job": machine.GUEST / "secureboot", "etc/facts": machine.GUEST / "facts", "etc/provider.pem": self.work.parent / "tls.pem"}
        for target, text in texts.items():
            files[target] = self.work / target.replace("/", ".")
            files[target].write_text(text)
        for program, target in {programs / "guest-attest": "bin/guest-attest", "/usr/bin/chattr": "bin/chattr"}.items():
            files |= machine.with_libraries(program, target)
        return machine.make_initramfs(self.work, MODULES, files)

    def boot(self, steps, files=None, refusal=machine.REFUSED):
        """files: {name below /files: path}. Returns what it told."""
        second = self.work / "second"
        (self.work / "steps").write_text(steps)
        with tarfile.open(second, "w") as archive:
            archive.add(self.kept, "/")
            archive.add(self.work / "steps", "steps")
            for name, path in (files or {}).items():
                archive.add(path, f"files/{name}")
        os.truncate(second, second.stat().st_size + (SPARE_MIB << 20))
        started = time.monotonic()
        text, code = machine.boot(self.work, "on", self.disk, self.network, root=second, refusal=refusal)
        (self.work.parent / "told").write_text(text)
        expect(code == 0, f"the job ended with {code}", text)
        shutil.rmtree(self.kept)
        with tarfile.open(second) as archive:
            archive.extractall(self.kept)
        ok(f"booted in {time.monotonic() - started:.0f} s")
        return parse(text)

    def refused(self, what):
        """The firmware does not start what is on the disk now."""
        try:
            self.boot("")
        except machine.Refused as refused:
            expect(what in str(refused), f"expected {what}", refused)
            return ok(f"refused: {refused}")
        raise Failed("it booted")

    @contextlib.contextmanager
    def trial(self):
        """What disk and firmware hold is as before afterwards."""
        kept = {path: shutil.copyfile(path, f"{path}.kept") for path in (self.disk, self.variables)}
        try:
            yield
        finally:
            for path, copy in kept.items():
                os.replace(copy, path)


def foretold(facts, name, answer, kind=None):
    """What `next` said: that answer."""
    told = json.loads(facts.text(name))
    expect((told["answer"], told["kind"]) == (answer, kind), f"foretold {told['answer']}, {told['kind']}: {told['text']}", facts.text(name))
    ok(f"foretold: {told['answer']}. {told['text']}")
    return told


def as_foretold(facts, told, unknown=()):
    """PCR 4 and 7 hold what was foretold, but for those that were not."""
    measured = {int(path.rpartition("/")[2]): value.lower() for path, value in (line.split(":") for line in facts.text("pcrs").splitlines())}
    for pcr in (4, 7):
        value = told[f"pcr{pcr}"]
        expect(value is None if pcr in unknown else value and value["next"] == measured[pcr], f"PCR {pcr} holds {measured[pcr]}", json.dumps(told, indent=1))
    ok("PCR 4 and 7 hold what was foretold" + "".join(f", and {pcr} was not" for pcr in unknown))
