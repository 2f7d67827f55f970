"""EFI programs of any sections, signed by keys of our own, and signature lists for the firmware's variables. Sources: PE/COFF 8.3; shim 16.1
(cert.S, sbat_var.S); UEFI 2.10 section 32.4.1."""
import hashlib
import pathlib
import struct
import subprocess

import edit_log

X509_SHA256 = bytes.fromhex("92a4d23bc0967940b420fcf98ef103ed")
ALIGNMENT = 512


def program(sections, machine=0x8664):
    """sections: {name: content}. Names of more than eight bytes stand in the table of strings."""
    strings, heads, bodies = b"", b"", b""
    start = ALIGNMENT * 2
    for name, content in sections.items():
        field = name.encode()
        if len(field) > 8:
            field, strings = f"/{4 + len(strings)}".encode(), strings + field + b"\0"
        padded = content.ljust((len(content) + ALIGNMENT - 1) // ALIGNMENT * ALIGNMENT, b"\0")
        at = start + len(bodies)
        heads += field.ljust(8, b"\0") + struct.pack("<IIIIIIHHI", len(content), 0x1000 + at, len(padded), at, 0, 0, 0, 0, 0x40000040)
        bodies += padded
    symbols = start + len(bodies) if strings else 0
    table = struct.pack("<I", 4 + len(strings)) + strings if strings else b""
    dos = b"MZ".ljust(60, b"\0") + struct.pack("<I", 64)
    coff = b"PE\0\0" + struct.pack("<HHIIIHH", machine, len(sections), 0, symbols, 0, 240, 0x22)
    optional = struct.pack("<HBBIIIIIQIIHHHHHHIIIIHHQQQQII", 0x20B, 0, 0, len(bodies), 0, 0, 0x1000, 0x1000, 0, 0x1000, 0x200, 0, 0, 0, 0,
                           0, 0, 0, 0x2000 + len(bodies), start, 0, 10, 0, 0, 0, 0, 0, 0, 16) + bytes(16 * 8)
    image = (dos + coff + optional + heads).ljust(start, b"\0") + bodies + table
    return image.ljust((len(image) + 7) // 8 * 8, b"\0")


def digest(image):
    """Authenticode 1.0: all but the checksum, the certificates' entry and the certificates."""
    (pe,) = struct.unpack_from("<I", image, 60)
    checksum, entry = pe + 24 + 64, pe + 24 + 112 + 4 * 8
    end = struct.unpack_from("<I", image, entry)[0] or len(image)
    return hashlib.sha256(image[:checksum] + image[checksum + 4:entry] + image[entry + 8:end]).digest()


def vendor(key=b"", revoked=b""):
    """shim's section .vendor_cert."""
    return struct.pack("<IIII", len(key), len(revoked), 16, 16 + len(key)) + key + revoked


def level(automatic):
    """shim's section .sbatlevel: the automatic level, and the latest, which is the same here."""
    text = automatic.encode() + b"\0"
    return struct.pack("<III", 0, 8, 8) + text


def sbat(*lines):
    return "".join(f"{line},x,x,x,x\n" for line in ("sbat,1", *lines)).encode()


class Key:
    """A key with its certificate: an authority, or one that another issued."""

    def __init__(self, folder, name, issuer=None):
        self.name, self.issuer = name, issuer
        stem = folder / name.replace(" ", "-")
        self.key, self.pem = stem.with_suffix(".key"), stem.with_suffix(".pem")
        config = folder / "openssl.cnf"
        config.write_text("[req]\ndistinguished_name = names\n[names]\n")
        words = ["openssl", "req", "-new", "-x509", "-newkey", "rsa:2048", "-nodes", "-config", config, "-subj", f"/CN={name}", "-keyout", self.key,
                 "-out", self.pem, "-days", "3650"]
        if issuer:
            words += ["-CA", issuer.pem, "-CAkey", issuer.key, "-addext", "extendedKeyUsage=codeSigning"]
        else:
            words += ["-addext", "basicConstraints=critical,CA:true"]
        subprocess.run(list(map(str, words)), check=True, capture_output=True)
        self.der = subprocess.run(["openssl", "x509", "-in", self.pem, "-outform", "der"], check=True, capture_output=True).stdout

    def tbs(self):
        """The part that the issuer signed: the first element within the certificate."""
        (size,) = struct.unpack_from(">H", self.der, 6)
        assert self.der[4:6] == b"\x30\x82"
        return self.der[4:8 + size]

    def sign(self, image, folder):
        before, after = folder / "to-sign", folder / "signed"
        before.write_bytes(image)
        more = ["--addcert", str(self.issuer.pem)] if self.issuer else []
        subprocess.run(["sbsign", "--key", self.key, "--cert", self.pem, *more, "--output", after, before], check=True, capture_output=True)
        return pathlib.Path(after).read_bytes()


def cert_list(*keys, owner=edit_log.SHIM.bytes_le):
    return b"".join(edit_log.signature_list(edit_log.X509, [key.der], owner) for key in keys)


def hash_list(*digests, owner=edit_log.SHIM.bytes_le):
    return edit_log.signature_list(edit_log.SHA256, list(digests), owner) if digests else b""


def cert_digest_list(key, when=bytes(16), owner=edit_log.SHIM.bytes_le):
    """EFI_CERT_X509_SHA256: the digest of the signed part, and a time; all zero: always."""
    entry = owner + hashlib.sha256(key.tbs()).digest() + when
    return X509_SHA256 + struct.pack("<III", 28 + len(entry), 0, len(entry)) + entry
