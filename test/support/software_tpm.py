"""A software TPM (swtpm) as a cloud VM has it: the platform's attestation key and certificate are in it, and its PCRs
hold a recorded boot of a real machine (test/data/boot).

The key is persistent at 0x81000003 and its certificate lies in NV index 0x01C101D0, as on Azure Trusted Launch; the
certificate comes from a test authority (a root and an issuing one) made here.
"""
import contextlib
import os
import select
import signal
import socket
import struct
import subprocess

import measured_log

ATTESTATION_KEY = "0x81000003"
CERTIFICATE_INDEX = "0x01C101D0"
KEY_ATTRIBUTES = "fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda|restricted|sign"
INDEX_ATTRIBUTES = "ownerread|ownerwrite|authread|authwrite|no_da"

EXTENSIONS = """[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[issuer]
basicConstraints = critical,CA:true,pathlen:0
keyUsage = critical,keyCertSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[key]
keyUsage = critical,digitalSignature
extendedKeyUsage = 1.3.6.1.4.1.311.10.3.12,2.23.133.8.3
authorityKeyIdentifier = keyid
"""


class ToolError(Exception):
    """A tool of the host is missing or failed; the text says why."""


def run(*command, **options):
    """Run a tool of the host; its output only matters when it fails."""
    try:
        result = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                check=False, **options)
    except FileNotFoundError as missing:
        raise ToolError(f"{command[0]} is not installed") from missing
    if result.returncode:
        raise ToolError(f"{command[0]} failed: {result.stdout.decode(errors='replace').strip()}")
    return result.stdout


def stop(pid_file):
    """End the daemon of a pid file and wait until it is gone."""
    try:
        process = os.pidfd_open(int(pid_file.read_text()))
    except (FileNotFoundError, ProcessLookupError, ValueError):
        return
    with contextlib.suppress(ProcessLookupError):
        signal.pidfd_send_signal(process, signal.SIGTERM)
    select.select([process], [], [], 10)  # readable once it has ended
    os.close(process)


@contextlib.contextmanager
def daemon(pid_file, *command):
    """A program that goes to the background by itself once it is ready; it is gone when the block ends."""
    run(*command)
    try:
        yield
    finally:
        stop(pid_file)


def make_authority(folder):
    """A root and an issuing authority: folder/root.pem, folder/issuer.pem and their keys; kept if it is there."""
    if (folder / "issuer.pem").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "extensions").write_text(EXTENSIONS)
    for name, subject in {"root": "/CN=Test Virtual TPM Root", "issuer": "/CN=Test Virtual TPM CA - 01"}.items():
        run("openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", subject, "-keyout", f"{name}.key",
            "-out", f"{name}.csr", cwd=folder)
        signer = ["-signkey", "root.key"] if name == "root" else ["-CA", "root.pem", "-CAkey", "root.key",
                                                                  "-CAcreateserial"]
        run("openssl", "x509", "-req", "-in", f"{name}.csr", *signer, "-days", "3650", "-sha256", "-extfile",
            "extensions", "-extensions", name, "-out", f"{name}.pem", cwd=folder)


def start(work):
    """A powered TPM with its state in work/tpm: returns its TCTI. End it with stop(work / "tpm.pid")."""
    (work / "tpm").mkdir(exist_ok=True)
    run("swtpm", "socket", "--tpm2", "--daemon", "--flags", "not-need-init,startup-clear",
        "--tpmstate", f"dir={work}/tpm", "--pid", f"file={work}/tpm.pid", "--server", f"type=unixio,path={work}/tpm.sock",
        "--ctrl", f"type=unixio,path={work}/tpm.sock.ctrl")
    return f"swtpm:path={work}/tpm.sock"


@contextlib.contextmanager
def powered(work):
    """The same for the length of a block."""
    try:
        yield start(work)
    finally:
        stop(work / "tpm.pid")


def provision(work, authority, tcti):
    """Give the TPM its attestation key and certificate."""
    make_authority(authority)
    (work / "unique").write_bytes(bytes(256))
    environment = os.environ | {"TPM2TOOLS_TCTI": tcti}

    def tool(*command):
        run(*command, cwd=work, env=environment)

    tool("tpm2_createprimary", "-Q", "-C", "endorsement", "-g", "sha256", "-G", "rsa2048:rsassa-sha256:null", "-a",
         KEY_ATTRIBUTES, "-u", "unique", "-c", "key.context")
    tool("tpm2_evictcontrol", "-Q", "-C", "owner", "-c", "key.context", ATTESTATION_KEY)
    tool("tpm2_flushcontext", "-Q", "--transient-object")
    tool("tpm2_readpublic", "-Q", "-c", ATTESTATION_KEY, "-f", "pem", "-o", "key.pem")
    certify(work, authority)
    size = (work / "key.crt").stat().st_size
    tool("tpm2_nvdefine", "-Q", "-C", "owner", "-s", size, "-a", INDEX_ATTRIBUTES, CERTIFICATE_INDEX)
    tool("tpm2_nvwrite", "-Q", "-C", "owner", "-i", "key.crt", CERTIFICATE_INDEX)


def certify(work, authority):
    """work/key.crt (DER) for the public key in work/key.pem: the key cannot sign a request, so its key is put in."""
    run("openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj",
        "/CN=0a1b2c3d4e5f.TrustedVM.Azure.windows.net", "-keyout", "unused.key", "-out", "key.csr", cwd=work)
    run("openssl", "x509", "-req", "-in", "key.csr", "-force_pubkey", "key.pem", "-CA", authority / "issuer.pem",
        "-CAkey", authority / "issuer.key", "-CAcreateserial", "-days", "365", "-sha256", "-extfile",
        authority / "extensions", "-extensions", "key", "-outform", "DER", "-out", "key.crt", cwd=work)


def command(connection, tag, code, body):
    """One TPM command (TPM 2.0 part 1, section 18); any answer but success is an error."""
    connection.sendall(struct.pack(">HII", tag, 10 + len(body), code) + body)
    answer = connection.recv(4096)
    status = struct.unpack(">I", answer[6:10])[0] if len(answer) >= 10 else None
    if status != 0:
        raise ToolError(f"TPM command {code:#x} failed: {status}")
    return answer[10:]


def extend(connection, pcr, digests):
    """TPM2_PCR_Extend (part 3, section 22.2) of all banks at once, with an empty password."""
    password = struct.pack(">IHBH", 0x40000009, 0, 0, 0)
    values = b"".join(struct.pack(">H", alg) + digest for alg, digest in digests.items())
    command(connection, 0x8002, 0x182, struct.pack(">II", pcr, len(password)) + password
            + struct.pack(">I", len(digests)) + values)


def boot(work, record):
    """Reset the TPM as a reboot does and measure a record's boot into it."""
    run("swtpm_ioctl", "--unix", work / "tpm.sock.ctrl", "-i")
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(work / "tpm.sock"))
        command(connection, 0x8001, 0x144, struct.pack(">H", 0))  # TPM2_Startup(CLEAR)
        for pcr, kind, digests, _ in measured_log.read((record / "eventlog.bin").read_bytes()):
            if kind != measured_log.EV_NO_ACTION:
                extend(connection, pcr, digests)


def start_booted(work, record, authority):
    """A powered TPM that is provisioned and holds a record's boot: returns its TCTI. End it with stop()."""
    tcti = start(work)
    try:
        provision(work, authority, tcti)
        boot(work, record)
    except BaseException:
        stop(work / "tpm.pid")
        raise
    return tcti
