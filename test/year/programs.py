"""What a UEFI program shows of itself, as others read it: the library is not judged by itself. Sources: shim's include/sbat.h (.sbatlevel) and
cert.S (.vendor_cert)."""
import hashlib
import pathlib
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import edit_log  # noqa: E402
import program_tools  # noqa: E402


def sbat_levels(section):
    """The levels that a shim brings: the automatic one and the latest."""
    offsets = struct.unpack_from("<III", section)[1:] if section else ()
    return [section[4 + at:section.index(b"\0", 4 + at)].decode() for at in offsets]


def vendor_lists(section):
    """SHA-256 of the contents of MokList and MokListX as a shim without the owner's keys measures them: its own keys and revocations."""
    if not section:
        return {}
    key_size, revoked_size, key, revoked = struct.unpack_from("<IIII", section)
    keys = edit_log.signature_list(edit_log.X509, [section[key:key + key_size]], edit_log.SHIM.bytes_le)
    return {"MokList": hashlib.sha256(keys).hexdigest(), "MokListX": hashlib.sha256(section[revoked:revoked + revoked_size]).hexdigest()}


def facts(path):
    content = path.read_bytes()
    found = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest(), **program_tools.by_tools(path),
             "levels": sbat_levels(program_tools.section(path, ".sbatlevel")), "vendor": vendor_lists(program_tools.section(path, ".vendor_cert"))}
    return {name: value for name, value in found.items() if value}
