"""A virtual TPM as the platform provisions it: swtpm on unix sockets, spoken to by raw TPM 2.0 commands.

No tpm2-tools: a program per command would cost more than the commands. Sources: TPM 2.0 Library Part 3 (commands),
swtpm's control channel (swtpm_ioctl(8)), TCG PC Client Platform Firmware Profile section 10 (event log).
"""
import hashlib
import os
import socket
import struct
import subprocess
import time

AK_HANDLE = 0x81000003
AK_CERT_INDEX = 0x01C101D0
AK_ATTRIBUTES = 0x00050472
# policy of keys made by the older, host-side provisioner
HOST_AK_POLICY = bytes.fromhex("9dffcbf36c383ae699fb9868dc6dcb89d7153884be2803922c124158bfad22ae")

RH_OWNER, RH_ENDORSEMENT, RH_PLATFORM, RH_PLATFORM_NV = 0x40000001, 0x4000000B, 0x4000000C, 0x4000000D
CC_EVICT_CONTROL, CC_NV_UNDEFINE, CC_NV_DEFINE, CC_CREATE_PRIMARY = 0x120, 0x122, 0x12A, 0x131
CC_NV_WRITE, CC_STARTUP, CC_SHUTDOWN, CC_FLUSH, CC_PCR_EXTEND = 0x137, 0x144, 0x145, 0x165, 0x182
CC_HIERARCHY_CHANGE_AUTH, CC_CERTIFY, CC_QUOTE = 0x129, 0x148, 0x158
CC_NV_READ, CC_NV_READ_PUBLIC = 0x14E, 0x169
CC_HIERARCHY_CONTROL, CC_PCR_ALLOCATE = 0x121, 0x12B
CTRL_INIT, CTRL_SHUTDOWN, CTRL_SET_LOCALITY = 2, 3, 5
# PLATFORMCREATE, NO_DA, AUTHREAD, OWNERREAD, AUTHWRITE: as the paravisor defines it
NV_ATTRIBUTES = 0x42060004
NV_PLATFORMCREATE, NV_WRITTEN, NV_AUTHWRITE = 0x40000000, 0x20000000, 0x4
RC_RETRY = 0x922
EMPTY_PASSWORD = struct.pack(">IIHBH", 9, 0x40000009, 0, 0, 0)
HASH_SIZES = {0x0004: 20, 0x000B: 32, 0x000C: 48, 0x000D: 64}
HASH_NAMES = {0x0004: "sha1", 0x000B: "sha256", 0x000C: "sha384", 0x000D: "sha512"}
DEADLINE_S = 20


class TpmError(Exception):
    """The TPM refused a command; code is its answer."""

    def __init__(self, code, what):
        super().__init__(f"{what}: TPM code 0x{code:03X}")
        self.code = code


def connect(path):
    sock = socket.socket(socket.AF_UNIX)
    sock.settimeout(DEADLINE_S)
    sock.connect(path)
    return sock


def receive(sock, size):
    data = b""
    while len(data) < size:
        part = sock.recv(size - len(data))
        if not part:
            raise EOFError("the TPM hung up")
        data += part
    return data


class Tpm:
    """One connection; the TPM serves one at a time."""

    def __init__(self, folder):
        self.sock = connect(os.path.join(folder, "tpm"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def raw(self, command):
        self.sock.sendall(command)
        head = receive(self.sock, 10)
        size, code = struct.unpack(">II", head[2:])
        return code, receive(self.sock, size - 10)

    def run(self, code, body, what, sessions=True):
        tag = 0x8002 if sessions else 0x8001
        rc = RC_RETRY
        while rc == RC_RETRY:  # the first use of a password without NO_DA after a start
            rc, answer = self.raw(struct.pack(">HII", tag, 10 + len(body), code) + body)
        if rc:
            raise TpmError(rc, what)
        return answer

    def startup(self):
        self.run(CC_STARTUP, b"\0\0", "startup", sessions=False)

    def create_ak(self, attributes=AK_ATTRIBUTES, policy=b"", hierarchy=RH_ENDORSEMENT):
        """Endorsement primary, as the platform makes it; returns handle and modulus."""
        signs = attributes & 0x00040000
        scheme = struct.pack(">HH", 0x0014, 0x000B) if signs else struct.pack(">H", 0x0010)
        handle, public = self.create_key(hierarchy, attributes, policy, scheme)
        return handle, public[-256:]

    def evict(self, handle, persistent):
        body = struct.pack(">II", RH_OWNER, handle) + EMPTY_PASSWORD + struct.pack(">I", persistent)
        self.run(CC_EVICT_CONTROL, body, "make the key persistent")

    def flush(self, handle):
        self.run(CC_FLUSH, struct.pack(">I", handle), "flush", sessions=False)

    def forget(self):
        """Attestation key and certificate, if there are any."""
        for call in (lambda: self.evict(AK_HANDLE, AK_HANDLE), self.nv_undefine):
            try:
                call()
            except TpmError as error:
                if error.code & 0xBF != 0x8B:  # not defined
                    raise

    def nv_undefine(self):
        self.run(CC_NV_UNDEFINE, struct.pack(">II", RH_PLATFORM, AK_CERT_INDEX) + EMPTY_PASSWORD, "undefine the certificate's NV index")

    def nv_define(self, size, attributes=NV_ATTRIBUTES):
        public = struct.pack(">IHIHH", AK_CERT_INDEX, 0x000B, attributes, 0, size)
        who = RH_PLATFORM if attributes & NV_PLATFORMCREATE else RH_OWNER
        body = struct.pack(">I", who) + EMPTY_PASSWORD + struct.pack(">HH", 0, len(public)) + public
        self.run(CC_NV_DEFINE, body, "define the certificate's NV index")

    def nv_write(self, data, attributes=NV_ATTRIBUTES):
        who = AK_CERT_INDEX if attributes & NV_AUTHWRITE else RH_OWNER
        for at in range(0, len(data), 1024):
            part = data[at:at + 1024]
            body = struct.pack(">II", who, AK_CERT_INDEX) + EMPTY_PASSWORD
            body += struct.pack(">H", len(part)) + part + struct.pack(">H", at)
            self.run(CC_NV_WRITE, body, "write the certificate")

    def nv_read(self):
        """All of the index; None if it is not defined or not written."""
        code, answer = self.raw(struct.pack(">HIII", 0x8001, 14, CC_NV_READ_PUBLIC, AK_CERT_INDEX))
        if code or not int.from_bytes(answer[8:12], "big") & NV_WRITTEN:
            return None
        policy = int.from_bytes(answer[12:14], "big")
        size, data = int.from_bytes(answer[14 + policy:16 + policy], "big"), b""
        while len(data) < size:
            piece = min(1024, size - len(data))
            body = struct.pack(">II", AK_CERT_INDEX, AK_CERT_INDEX) + EMPTY_PASSWORD + struct.pack(">HH", piece, len(data))
            data += self.run(CC_NV_READ, body, "read the certificate")[6:6 + piece]
        return data

    def set_owner_password(self, password):
        body = struct.pack(">I", RH_OWNER) + EMPTY_PASSWORD + struct.pack(">H", len(password)) + password
        self.run(CC_HIERARCHY_CHANGE_AUTH, body, "set the owner's password")

    def switch_off(self, hierarchy):
        """Until the next reset."""
        body = struct.pack(">I", RH_PLATFORM) + EMPTY_PASSWORD + struct.pack(">IB", hierarchy, 0)
        self.run(CC_HIERARCHY_CONTROL, body, "switch the hierarchy off")

    def allocate(self, *banks):
        """These banks of PCRs and no others, from the next reset on."""
        body = struct.pack(">I", RH_PLATFORM) + EMPTY_PASSWORD + struct.pack(">I", len(HASH_SIZES))
        body += b"".join(struct.pack(">HB", bank, 3) + (b"\xff" if bank in banks else b"\0") * 3 for bank in HASH_SIZES)
        self.run(CC_PCR_ALLOCATE, body, "allocate banks of PCRs")

    def create_key(self, hierarchy, attributes, policy, scheme=b"\0\x10", bits=2048):
        """A primary like the encryption key; returns handle and TPM2B_PUBLIC."""
        public = struct.pack(">HHIH", 0x0001, 0x000B, attributes, len(policy)) + policy
        public += struct.pack(">H", 0x0010) + scheme + struct.pack(">HIH", bits, 0, bits // 8) + bytes(bits // 8)
        body = struct.pack(">I", hierarchy) + EMPTY_PASSWORD + struct.pack(">HHH", 4, 0, 0)
        body += struct.pack(">H", len(public)) + public + struct.pack(">HI", 0, 0)
        answer = self.run(CC_CREATE_PRIMARY, body, "make a key")
        handle, _, size = struct.unpack(">IIH", answer[:10])
        return handle, answer[8:10 + size]

    def signed(self, code, handles, parameters):
        """What a signature command gives: attestation structure and bare signature."""
        passwords = EMPTY_PASSWORD[4:] * len(handles)
        body = struct.pack(f">{len(handles)}I", *handles) + struct.pack(">I", len(passwords)) + passwords
        answer = self.run(code, body + parameters, "sign")
        (size,) = struct.unpack(">H", answer[4:6])
        rest = answer[6 + size:]
        (signature_size,) = struct.unpack(">H", rest[4:6])
        return answer[6:6 + size], rest[6:6 + signature_size]

    def certify(self, handle, qualifying=b""):
        parameters = struct.pack(">H", len(qualifying)) + qualifying + struct.pack(">H", 0x0010)
        return self.signed(CC_CERTIFY, (handle, AK_HANDLE), parameters)

    def quote(self, banks, mask, qualifying=b""):
        parameters = struct.pack(">H", len(qualifying)) + qualifying + struct.pack(">HI", 0x0010, len(banks))
        parameters += b"".join(struct.pack(">HB", bank, 3) + mask.to_bytes(3, "little") for bank in banks)
        return self.signed(CC_QUOTE, (AK_HANDLE,), parameters)

    def extend(self, pcr, digests):
        """digests: {algorithm: bytes}"""
        body = struct.pack(">I", pcr) + EMPTY_PASSWORD + struct.pack(">I", len(digests))
        body += b"".join(struct.pack(">H", alg) + digest for alg, digest in digests.items())
        self.run(CC_PCR_EXTEND, body, f"extend PCR {pcr}")


def control(folder, command, parameters=b""):
    with connect(os.path.join(folder, "tpm.ctrl")) as sock:
        sock.sendall(struct.pack(">I", command) + parameters)
        (code,) = struct.unpack(">I", receive(sock, 4))
    if code:
        raise RuntimeError(f"swtpm's control command {command} failed: 0x{code:X}")


def is_running(folder):
    try:
        connect(os.path.join(folder, "tpm.ctrl")).close()
        return True
    except OSError:
        return False


def start(folder):
    """Start (or find running) the TPM of a state folder; returns its TCTI string."""
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "tpm")
    if len(path) + len(".ctrl") > 107:
        raise ValueError(f"folder name too long for a unix socket: {folder}")
    if not is_running(folder):
        for leftover in (path, path + ".ctrl"):
            if os.path.exists(leftover):
                os.unlink(leftover)
        subprocess.run(
            ["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={folder}", "--flags", "not-need-init,startup-clear",
             "--server", f"type=unixio,path={path}", "--ctrl", f"type=unixio,path={path}.ctrl",
             "--pid", f"file={folder}/pid", "--log", f"file={folder}/swtpm.log,level=1", "--daemon"],
            check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return f"swtpm:path={path}"


def stop(folder):
    try:
        with open(os.path.join(folder, "pid"), encoding="ascii") as file:
            pid = int(file.read())
    except (OSError, ValueError):
        return
    try:
        control(folder, CTRL_SHUTDOWN)
    except (OSError, EOFError, RuntimeError):
        return
    deadline = time.monotonic() + DEADLINE_S
    while os.path.exists(f"/proc/{pid}/fd") and time.monotonic() < deadline:
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii") as file:
                if ") Z " in file.read():
                    break
        except OSError:
            break
        time.sleep(0.002)


def reset(folder, locality=0):
    """Power off and on: PCRs are zero, key and certificate stay."""
    with Tpm(folder) as tpm:
        try:
            tpm.run(CC_SHUTDOWN, b"\0\0", "shutdown", sessions=False)
        except TpmError:
            pass
    control(folder, CTRL_INIT, struct.pack(">I", 0))
    if locality:
        control(folder, CTRL_SET_LOCALITY, bytes([locality]))
    with Tpm(folder) as tpm:
        tpm.startup()
    if locality:
        control(folder, CTRL_SET_LOCALITY, b"\0")


class EventLog:
    """What of a crypto-agile log a TPM needs: the PCR and the digests of every event that is extended."""

    def __init__(self, data):
        self.data, self.at = data, 0
        self.events, self.locality = [], 0
        pcr, kind = self.numbers("II")
        self.take(20)
        (size,) = self.numbers("I")
        header = self.take(size)
        if kind != 3 or pcr != 0 or not header.startswith(b"Spec ID Event03\0"):
            raise ValueError("not a crypto-agile event log")
        (count,) = struct.unpack_from("<I", header, 24)
        self.sizes = dict(struct.unpack_from("<HH", header, 28 + 4 * i) for i in range(count))
        while self.at < len(data) and set(data[self.at:self.at + 64]) not in ({0}, {0xFF}):
            self.event()

    def take(self, size):
        if size > len(self.data) - self.at:
            raise ValueError("event log is cut off")
        self.at += size
        return self.data[self.at - size:self.at]

    def numbers(self, form):
        return struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))

    def event(self):
        pcr, kind, count = self.numbers("III")
        digests = {}
        for _ in range(count):
            (alg,) = self.numbers("H")
            digests[alg] = self.take(self.sizes[alg])
        (size,) = self.numbers("I")
        body = self.take(size)
        if kind == 3:
            if body.startswith(b"StartupLocality\0") and size >= 17:
                self.locality = body[16]
        elif pcr != 0xFFFFFFFF:
            self.events.append((pcr, digests))


def measure(folder, log, drop=(), extra=()):
    """Reset, then extend what the log says; drop: numbers of events to leave out, from 1; extra: PCRs to extend once more."""
    parsed = EventLog(log)
    reset(folder, parsed.locality)
    with Tpm(folder) as tpm:
        for number, (pcr, digests) in enumerate(parsed.events, 1):
            if number not in drop:
                tpm.extend(pcr, {alg: digest for alg, digest in digests.items() if alg in HASH_SIZES})
        for pcr in extra:
            extend_data(tpm, pcr, b"extra")


def extend_data(tpm, pcr, data):
    tpm.extend(pcr, {alg: hashlib.new(name, data).digest() for alg, name in HASH_NAMES.items()})
