"""What a UEFI program shows of itself: its Authenticode digest, its signers, its SBAT. Written apart from the library, so that the library
is not judged by itself. Sources: PE format; Authenticode 1.0; shim's SBAT.md and include/sbat.h (.sbatlevel)."""
import hashlib
import pathlib
import struct
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import edit_log  # noqa: E402

CERTIFICATES = 4  # entry of the data directory


class Program:
    def __init__(self, content):
        self.content = content
        (pe,) = struct.unpack_from("<I", content, 60)
        assert content[:2] == b"MZ" and content[pe:pe + 4] == b"PE\0\0"
        count, = struct.unpack_from("<H", content, pe + 6)
        size, magic = struct.unpack_from("<H", content, pe + 20)[0], struct.unpack_from("<H", content, pe + 24)[0]
        self.checksum = pe + 24 + 64
        self.directory = pe + 24 + (112 if magic == 0x20B else 96) + 8 * CERTIFICATES
        self.signed_at, self.signed_size = struct.unpack_from("<II", content, self.directory)
        symbols, symbol_count = struct.unpack_from("<II", content, pe + 12)
        self.strings = symbols + 18 * symbol_count
        self.table = [struct.unpack_from("<8sIIII", content, pe + 24 + size + 40 * i) for i in range(count)]

    def digest(self):
        """All but the checksum, the certificates' entry and the certificates. The sections of these programs lie one behind the other."""
        end = self.signed_at or len(self.content)
        measured = hashlib.sha256(self.content[:self.checksum])
        measured.update(self.content[self.checksum + 4:self.directory])
        measured.update(self.content[self.directory + 8:end])
        return measured.hexdigest()

    def name_of(self, field):
        """A name of more than eight bytes stands in the table of strings."""
        name = field.rstrip(b"\0")
        if name.startswith(b"/"):
            at = self.strings + int(name[1:])
            name = self.content[at:self.content.index(b"\0", at)]
        return name.decode()

    def section(self, name):
        for field, size, _, raw_size, raw in self.table:
            if self.name_of(field) == name:
                return self.content[raw:raw + min(size, raw_size)]
        return b""

    def signatures(self):
        """For each signature the issuer of the signer's certificate."""
        at, issuers = self.signed_at, []
        while self.signed_at and at < self.signed_at + self.signed_size:
            size, _, _ = struct.unpack_from("<IHH", self.content, at)
            shown = subprocess.run(["openssl", "pkcs7", "-inform", "DER", "-print_certs", "-noout"], input=self.content[at + 8:at + size],
                                   capture_output=True, check=True).stdout.decode()
            issuers.append(shown.split("issuer=")[1].splitlines()[0].split("CN = ")[-1])
            at += (size + 7) // 8 * 8
        return issuers

    def sbat(self):
        """Component and generation of each line."""
        lines = self.section(".sbat").rstrip(b"\0").decode("utf-8", "replace").splitlines()
        return [line.split(",")[:2] for line in lines if line.count(",") > 1]

    def sbat_levels(self):
        """The levels that a shim brings: the automatic one and the latest."""
        section = self.section(".sbatlevel")
        if not section:
            return []
        offsets = struct.unpack_from("<III", section)[1:]
        return [section[4 + at:section.index(b"\0", 4 + at)].decode() for at in offsets]

    def vendor_lists(self):
        """SHA-256 of the contents of MokList and MokListX as a shim without the owner's keys measures them: its own keys and revocations."""
        section = self.section(".vendor_cert")
        if not section:
            return {}
        key_size, revoked_size, key, revoked = struct.unpack_from("<IIII", section)
        keys = edit_log.signature_list(edit_log.X509, [section[key:key + key_size]], edit_log.SHIM.bytes_le)
        return {"MokList": hashlib.sha256(keys).hexdigest(), "MokListX": hashlib.sha256(section[revoked:revoked + revoked_size]).hexdigest()}
