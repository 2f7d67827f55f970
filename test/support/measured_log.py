"""The TCG event log for tests: written apart from the library, so that the library is not judged by itself.

Format: TCG PC Client Platform Firmware Profile 1.06, section 10 (crypto-agile log).
"""
import hashlib
import struct

EV_NO_ACTION, EV_SEPARATOR, EV_COMPACT_HASH, EV_IPL, EV_VARIABLE_DRIVER_CONFIG = 0x3, 0x4, 0xC, 0xD, 0x80000001
NAMES = {0x4: "sha1", 0xB: "sha256", 0xC: "sha384", 0xD: "sha512"}


class Reader:
    def __init__(self, content):
        self.content, self.at = content, 0

    def take(self, size):
        piece = self.content[self.at:self.at + size]
        if len(piece) != size:
            raise ValueError(f"the log ends inside an event at {self.at}")
        self.at += size
        return piece

    def number(self, form):
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]


def read(content):
    """Yields (pcr, type, {alg: digest}, data) for each event after the header."""
    log = Reader(content)
    log.take(28)  # pcr, type and SHA-1 digest of the header event
    if Reader(log.take(log.number("<I"))).take(16) != b"Spec ID Event03\0":
        raise ValueError("not a crypto-agile log")
    sizes = algorithms(content)
    while log.at < len(content):
        pcr, kind = log.number("<I"), log.number("<I")
        digests = {}
        for _ in range(log.number("<I")):
            alg = log.number("<H")
            digests[alg] = log.take(sizes[alg])
        yield pcr, kind, digests, log.take(log.number("<I"))


def algorithms(content):
    """TPM_ALG_ID -> digest size, as the header says."""
    log = Reader(content)
    log.take(28)
    header = Reader(log.take(log.number("<I")))
    header.take(24)
    return dict(struct.unpack("<HH", header.take(4)) for _ in range(header.number("<I")))


def event(content, pcr, kind, data, measured=None):
    """A further event for this log; measured: what its digests are of, if not data."""
    digests = b"".join(struct.pack("<H", alg) + hashlib.new(NAMES[alg], data if measured is None else measured).digest()
                       for alg in algorithms(content))
    return struct.pack("<III", pcr, kind, len(algorithms(content))) + digests + struct.pack("<I", len(data)) + data


def insert(content, pcr, kind, new):
    """The log with an event in front of the first of this PCR and type."""
    log = Reader(content)
    log.take(28)
    log.take(log.number("<I"))
    sizes = algorithms(content)
    while log.at < len(content):
        at = log.at
        found = (log.number("<I"), log.number("<I"))
        for _ in range(log.number("<I")):
            log.take(sizes[log.number("<H")])
        log.take(log.number("<I"))
        if found == (pcr, kind):
            return content[:at] + new + content[at:]
    raise ValueError(f"no event of type {kind:#x} in PCR {pcr}")
