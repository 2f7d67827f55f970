"""The TCG event log for tests: written apart from the library, so that the library is not judged by itself.

Format: TCG PC Client Platform Firmware Profile 1.06, section 10 (crypto-agile log).
"""
import struct

EV_NO_ACTION, EV_VARIABLE_DRIVER_CONFIG = 0x3, 0x80000001


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
    header = Reader(log.take(log.number("<I")))
    if header.take(16) != b"Spec ID Event03\0":
        raise ValueError("not a crypto-agile log")
    header.take(8)
    sizes = dict(struct.unpack("<HH", header.take(4)) for _ in range(header.number("<I")))
    while log.at < len(content):
        pcr, kind = log.number("<I"), log.number("<I")
        digests = {}
        for _ in range(log.number("<I")):
            alg = log.number("<H")
            digests[alg] = log.take(sizes[alg])
        yield pcr, kind, digests, log.take(log.number("<I"))
