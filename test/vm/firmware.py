"""The firmware's variables in its flash file, and updates of Secure Boot's lists as their owners sign them.

The store's format: EDK II, MdeModulePkg/Include/Guid/VariableFormat.h (authenticated variables).
"""
import struct
import uuid

import machine

GLOBAL = uuid.UUID("8be4df61-93ca-11d2-aa0d-00e098032b8c")
SECURITY = uuid.UUID("d719b2cb-3d3a-4596-a3bc-dad00e67656f")
SHIM = uuid.UUID("605dab50-e046-4300-abb6-3dd810dd8b23")
X509 = uuid.UUID("a5c059a1-94e4-4aa7-87b5-ab155c2bf072")
SHA256 = uuid.UUID("c1c41626-504c-4092-aca9-41f936934328")
OWNER = uuid.UUID("77fa9abd-0359-4d32-bd60-28f4e78f784b")  # Microsoft's
PLACES = {"PK": GLOBAL, "KEK": GLOBAL, "db": SECURITY, "dbx": SECURITY, "MokList": SHIM, "MokListX": SHIM, "SbatLevel": SHIM,
          "BootOrder": GLOBAL, "Boot0009": GLOBAL}
BOOT_ONLY, PLAIN, SIGNED = 0x03, 0x07, 0x27

STORE_AT, STORE_HEADER = 0x48, 28
HEADER = struct.Struct("<HBxIQ16xIII16s")
START, ADDED, DELETED = 0x55AA, 0x3F, 0x3D


class Variables:
    """Of a machine that is off."""

    def __init__(self, path):
        self.path = path
        self.store = bytearray(path.read_bytes())

    def _entries(self):
        """Offset, state, name and content of each; the last offset is the free space's."""
        at = STORE_AT + STORE_HEADER
        while True:
            start, state, _, _, _, name_size, size, _ = HEADER.unpack_from(self.store, at)
            if start != START:
                return
            name_at = at + HEADER.size
            name = self.store[name_at:name_at + name_size].decode("utf-16-le").rstrip("\0")
            following = name_at + name_size + size
            yield at, state, name, bytes(self.store[following - size:following]), (following + 3) & ~3
            at = (following + 3) & ~3

    def read(self, name):
        return next((content for _, state, found, content, _ in self._entries() if found == name and state == ADDED), b"")

    def write(self, name, content):
        """In place of an older one."""
        free = STORE_AT + STORE_HEADER
        for at, state, found, _, free in self._entries():
            if found == name and state == ADDED:
                self.store[at + 2] = DELETED
        attributes = PLAIN if name.startswith("Boot") else SIGNED if PLACES[name] in (GLOBAL, SECURITY) else BOOT_ONLY
        encoded = (name + "\0").encode("utf-16-le")
        header = HEADER.pack(START, ADDED, attributes, 0, 0, len(encoded), len(content), PLACES[name].bytes_le)
        self.store[free:free + len(header + encoded + content)] = header + encoded + content
        self.path.write_bytes(self.store)


def load_option(title, path, partition):
    """Of a file of the first GPT partition (UEFI 2.10, sections 3.1.3 and 10.3.5)."""
    name = (path + "\0").encode("utf-16-le")
    drive = struct.pack("<BBHIQQ16sBB", 4, 1, 42, 1, 0, 0, partition.bytes_le, 2, 2)
    nodes = drive + struct.pack("<BBH", 4, 4, 4 + len(name)) + name + bytes.fromhex("7fff0400")
    return struct.pack("<IH", 1, len(nodes)) + (title + "\0").encode("utf-16-le") + nodes


def list_of(kind, *entries, owner=OWNER):
    """A signature list of entries of one size (UEFI 2.10, section 32.4.1)."""
    size = 16 + len(entries[0])
    return kind.bytes_le + struct.pack("<III", 28 + size * len(entries), 0, size) + b"".join(owner.bytes_le + entry for entry in entries)


def update(work, name, content, key, certificate, time=None):
    """What is written to a variable's file in efivarfs: attributes and a signed list. It is appended, or with a time takes the place of what was
    written at an earlier one."""
    given, signed = work / "update.list", work / "update.signed"
    given.write_bytes(content)
    machine.run("sign-efi-sig-list", *(["-t", time] if time else ["-a"]), "-g", PLACES[name], "-k", key, "-c", certificate, name, given, signed)
    return struct.pack("<I", SIGNED | (0 if time else 0x40)) + signed.read_bytes()
