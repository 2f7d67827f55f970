"""The attestation provider of this host, as the machine finds it: by name, at the default port of https."""
import contextlib
import hashlib
import struct
import subprocess

import machine

HOST_NAME, ADDRESS = "provider.test", "169.254.0.3"
SIGNATURE_OWNER = 16


def first_certificate(variable):
    """SHA-256 of the first certificate in a variable of efivarfs (UEFI 2.10, section 32.4.1)."""
    content = variable.read_bytes()[4:]
    _, header_size, entry_size = struct.unpack("<III", content[16:28])
    start = 28 + header_size
    return hashlib.sha256(content[start + SIGNATURE_OWNER:start + entry_size]).hexdigest()


def debian_key():
    """The platform key of the firmware; Azure's is another one, so the provider has to be told."""
    return first_certificate(machine.one(machine.PROJECT / "test/data/boot/secureboot-on/efivars", "PK-*"))


@contextlib.contextmanager
def provider(programs, work, *platform_keys):
    """On a free port of the loopback, which it yields; its certificate is work/tls.pem, it trusts the authority work/ca.
    platform_keys: SHA-256 of certificates that PK or KEK may hold besides those of Azure's and Debian's firmware."""
    machine.run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={HOST_NAME}",
                "-addext", f"subjectAltName=DNS:{HOST_NAME}", "-keyout", "tls.key", "-out", "tls.pem", cwd=work)
    command = [programs / "attestation-provider", "--listen", "127.0.0.1:0", "--tls-cert", work / "tls.pem",
               "--tls-key", work / "tls.key", "--ak-ca", work / "ca/root.pem", "--ak-ca", work / "ca/intermediate.pem",
               "--issuer", f"https://{HOST_NAME}"]
    for key in (debian_key(), *platform_keys):
        command += ["--kek-cert", key]
    with open(work / "provider.log", "wb") as log, \
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True) as process:
        try:
            line = process.stdout.readline()
            if not line.startswith("listening on "):
                process.wait()
                raise machine.MachineError("the provider does not listen: " + (work / "provider.log").read_text())
            yield int(line.rsplit(":", 1)[1])
        finally:
            process.terminate()
