"""Edits recorded event logs as an attacker or an update would: what is measured anew gets new digests, what is only written into the log
keeps them. Shares no code with the library. Sources: PC Client PFP 1.06 section 10; what GRUB and shim measure: lib/boot/event.h."""
import hashlib
import struct
import uuid

import measured_log

HASHES = {0x0004: "sha1", 0x000B: "sha256", 0x000C: "sha384", 0x000D: "sha512"}
APPLICATION, DRIVER, IPL, BOOT_VARIABLE = 0x80000003, 0x80000004, 0xD, 0x80000002
VARIABLE, AUTHORITY, BLOB, GPT = 0x80000001, 0x800000E0, 0x80000008, 0x80000006
GLOBAL, SECURITY = uuid.UUID("8be4df61-93ca-11d2-aa0d-00e098032b8c"), uuid.UUID("d719b2cb-3d3a-4596-a3bc-dad00e67656f")
X509, SHA256 = uuid.UUID("a5c059a1-94e4-4aa7-87b5-ab155c2bf072"), uuid.UUID("c1c41626-504c-4092-aca9-41f936934328")
SHIM = uuid.UUID("605dab50-e046-4300-abb6-3dd810dd8b23")


class Event:
    def __init__(self, pcr, kind, digests, data):
        self.pcr, self.kind, self.digests, self.data = pcr, kind, dict(digests), data

    def measure(self, content):
        """What the TPM got is the hash of this."""
        self.digests = {alg: hashlib.new(HASHES[alg], content).digest() for alg in self.digests}

    def not_quoted(self):
        """Right, but in a bank that nobody quotes: the TPM's SHA-256 PCRs know nothing of it."""
        self.digests = {0x0004: self.digests[0x0004]}
        return self

    def set_digest(self, sha256):
        """Known in one bank only; the others get something that nobody looks at."""
        self.measure(sha256)
        self.digests[0x000B] = sha256

    def text(self):
        return self.data.rstrip(b"\0").decode("utf-8", "replace")

    def packed(self):
        listed = b"".join(struct.pack("<H", alg) + digest for alg, digest in self.digests.items())
        return struct.pack("<III", self.pcr, self.kind, len(self.digests)) + listed + struct.pack("<I", len(self.data)) + self.data


class Log:
    def __init__(self, content):
        (size,) = struct.unpack_from("<I", content, 28)
        self.header = content[:32 + size]
        self.events = [Event(*event) for event in measured_log.read(content)]

    def packed(self):
        return self.header + b"".join(event.packed() for event in self.events)

    def find(self, pcr, part):
        """The events of a PCR whose data holds this text, in either form."""
        wide = part.encode("utf-16-le")
        return [event for event in self.events if event.pcr == pcr and (part.encode() in event.data or wide in event.data)]

    def one(self, pcr, part):
        found = self.find(pcr, part)
        assert found, f"no event with {part} in PCR {pcr}"
        return found[0]

    def event(self, pcr, kind, content, data=None):
        """A new one, not in the log yet."""
        event = Event(pcr, kind, self.events[0].digests, content if data is None else data)
        event.measure(content)
        return event

    def behind(self, known, event):
        self.events.insert(self.events.index(known) + 1, event)

    def before(self, known, event):
        self.events.insert(self.events.index(known), event)

    # programs

    def program(self, path, content):
        """An application's event: its digest is that of the content, its data only says where it came from."""
        name = path.encode("utf-16-le") + b"\0\0"
        node = struct.pack("<BBH", 4, 4, 4 + len(name)) + name + bytes.fromhex("7fff0400")
        return self.event(4, APPLICATION, content, struct.pack("<QQQQ", 0, len(content), 0, len(node)) + node)

    def kernels(self):
        """The last program, which shim and GRUB both measure."""
        last = [event for event in self.events if event.pcr == 4 and event.kind == APPLICATION][-1].digests
        return [event for event in self.events if event.pcr == 4 and event.digests == last]

    # GRUB's texts

    def say(self, old, new):
        """Every command and command line that holds `old`: GRUB measures the text behind its own first word."""
        for event in self.find(8, old):
            text = event.text().replace(old, new)
            event.data = text.encode() + b"\0"
            event.measure(text.split(" ", 1)[1].encode())

    def rename_file(self, old, new):
        for event in self.find(9, old):
            event.data = event.text().replace(old, new).encode() + b"\0"

    # variables

    def variable(self, name):
        """The first event that measured it, and its value."""
        for event in self.events:
            if event.kind in (VARIABLE, AUTHORITY, BOOT_VARIABLE) and len(event.data) >= 32:
                units, size = struct.unpack_from("<QQ", event.data, 16)
                if event.data[32:32 + 2 * units].decode("utf-16-le").rstrip("\0") == name:
                    return event, event.data[32 + 2 * units:32 + 2 * units + size]
        raise AssertionError(f"{name} was not measured")

    def set_variable(self, name, value):
        event, old = self.variable(name)
        head = event.data[:len(event.data) - len(old)]
        event.data = head[:24] + struct.pack("<Q", len(value)) + head[32:] + value
        event.measure(value if event.kind == BOOT_VARIABLE else event.data)

    def variable_event(self, pcr, kind, guid, name, value):
        data = guid.bytes_le + struct.pack("<QQ", len(name), len(value)) + name.encode("utf-16-le") + value
        return self.event(pcr, kind, data)


def signature_list(kind, entries, owner=bytes(16)):
    """EFI_SIGNATURE_LIST of entries of one size."""
    size = 16 + len(entries[0])
    return kind.bytes_le + struct.pack("<III", 28 + size * len(entries), 0, size) + b"".join(owner + entry for entry in entries)


def signatures(value):
    """Entries of a variable of lists without headers, each with its owner in front."""
    entries = []
    while value:
        size, _, entry = struct.unpack_from("<III", value, 16)
        entries += [value[at:at + entry] for at in range(28, size, entry)]
        value = value[size:]
    return entries


def hashes(*names):
    return [hashlib.sha256(name.encode()).digest() for name in names]


def pe_program(content, sbat=b"", name=b".sbat"):
    """The smallest EFI program with this content, and its Authenticode digest (PE format; Authenticode 1.0: all but checksum and
    certificate entry). sbat: the text of its section .sbat, or of another name."""
    dos = b"MZ".ljust(60, b"\0") + struct.pack("<I", 64)
    coff = b"PE\0\0" + struct.pack("<HHIIIHH", 0x8664, 2 if sbat else 1, 0, 0, 0, 240, 0x22)
    body = content.ljust((len(content) + 511) // 512 * 512, b"\0")
    optional = struct.pack("<HBBIIIIIQIIHHHHHHIIIIHHQQQQII", 0x20B, 0, 0, len(body), 0, 0, 0x1000, 0x1000, 0, 0x1000, 0x200, 0, 0, 0, 0,
                           0, 0, 0, 0x1000 + len(body), 512, 0, 10, 0, 0, 0, 0, 0, 0, 16) + bytes(16 * 8)
    section = b".text".ljust(8, b"\0") + struct.pack("<IIIIIIHHI", len(body), 0x1000, len(body), 512, 0, 0, 0, 0, 0x60000020)
    if sbat:
        padded = sbat.ljust((len(sbat) + 511) // 512 * 512, b"\0")
        section += name.ljust(8, b"\0") + struct.pack("<IIIIIIHHI", len(sbat), 0x1000 + len(body), len(padded), 512 + len(body), 0, 0, 0, 0, 0x40000040)
        body += padded
    image = (dos + coff + optional + section).ljust(512, b"\0") + body
    checksum, certificates = 64 + 24 + 64, 64 + 24 + 112 + 4 * 8
    measured = image[:checksum] + image[checksum + 4:certificates] + image[certificates + 8:]
    return image, hashlib.sha256(measured).digest()
