"""X.509 certificates as the platform's virtual TPM authorities issue them (RFC 5280), for keys whose private part nobody has.

DER is written here, so that every defect can be made; openssl makes keys and signatures.
"""
import datetime
import hashlib
import os
import subprocess

SHA256_RSA = "1.2.840.113549.1.1.11"
TCG_AK = "2.23.133.8.3"
TCG_EK = "2.23.133.8.1"
MS_QUALIFIED = "1.3.6.1.4.1.311.10.3.12"


def der(tag, *parts):
    body = b"".join(parts)
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + body


def sequence(*parts):
    return der(0x30, *parts)


def integer(value):
    return der(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(text):
    first, second, *rest = map(int, text.split("."))
    body = b""
    for number in [first * 40 + second, *rest]:
        part = bytes([number & 0x7F])
        while number := number >> 7:
            part = bytes([0x80 | number & 0x7F]) + part
        body += part
    return der(0x06, body)


def name(text):
    return sequence(der(0x31, sequence(oid("2.5.4.3"), der(0x0C, text.encode()))))


def time_of(when):
    if when.year < 2050:
        return der(0x17, when.strftime("%y%m%d%H%M%SZ").encode())
    return der(0x18, when.strftime("%Y%m%d%H%M%SZ").encode())


def public_key(modulus):
    """SubjectPublicKeyInfo of an RSA key with exponent 65537."""
    key = sequence(integer(int.from_bytes(modulus, "big")), integer(65537))
    return sequence(sequence(oid("1.2.840.113549.1.1.1"), der(0x05)), der(0x03, b"\0", key))


def key_id(spki):
    return hashlib.sha1(spki).digest()


def extension(identifier, value, critical=False):
    return sequence(oid(identifier), *([der(0x01, b"\xff")] if critical else []), der(0x04, value))


def extended_usage(*usages):
    return extension("2.5.29.37", sequence(*map(oid, usages)))


def key_usage(bits, unused):
    return extension("2.5.29.15", der(0x03, bytes([unused, bits])), critical=True)


def authority_extensions(path_length):
    limits = [der(0x01, b"\xff")] + ([integer(path_length)] if path_length is not None else [])
    return [extension("2.5.29.19", sequence(*limits), critical=True), key_usage(0x06, 1)]


def leaf_extensions(usages=(MS_QUALIFIED, TCG_AK), may_sign=True):
    bits = key_usage(0x80, 7) if may_sign else key_usage(0x20, 5)  # digitalSignature, keyEncipherment
    return [bits] + ([extended_usage(*usages)] if usages else [])


def openssl(*arguments, data=None):
    return subprocess.run(["openssl", *arguments], input=data, check=True, capture_output=True).stdout


def pem(certificate):
    return openssl("x509", "-inform", "DER", data=certificate)


class Authority:
    """Key file, subject and public key of who signs."""

    def __init__(self, subject, key_file):
        self.subject, self.key_file = subject, key_file
        if not os.path.exists(key_file):
            openssl("genrsa", "-out", key_file, "2048")
            os.chmod(key_file, 0o600)
        self.spki = openssl("pkey", "-in", key_file, "-pubout", "-outform", "DER")

    def issue(self, subject, spki, extensions, dates=None):
        """dates: (not before, not after), by default from an hour ago for a year"""
        now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
        start, end = dates or (now - datetime.timedelta(hours=1), now + datetime.timedelta(days=365))
        identifiers = [extension("2.5.29.14", der(0x04, key_id(spki))),
                       extension("2.5.29.35", sequence(der(0x80, key_id(self.spki))))]
        algorithm = sequence(oid(SHA256_RSA), der(0x05))
        body = sequence(der(0xA0, integer(2)), integer(int.from_bytes(os.urandom(15), "big")), algorithm,
                        name(self.subject), sequence(time_of(start), time_of(end)), name(subject), spki,
                        der(0xA3, sequence(*extensions, *identifiers)))
        signature = openssl("dgst", "-sha256", "-sign", self.key_file, data=body)
        return sequence(body, algorithm, der(0x03, b"\0", signature))


def root_of(folder):
    return Authority("Test Virtual TPM Root Certificate Authority 2023", os.path.join(folder, "root.key"))


def intermediate_of(folder):
    return Authority("Global Virtual TPM CA - 03", os.path.join(folder, "intermediate.key"))


def make_ca(folder):
    """root.pem, intermediate.pem and their keys, unless they are there."""
    os.makedirs(folder, exist_ok=True)
    if os.path.exists(os.path.join(folder, "intermediate.pem")):
        return
    root, intermediate = root_of(folder), intermediate_of(folder)
    ten_years = [datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=d) for d in (-1, 3650)]
    certificates = {
        "root.pem": root.issue(root.subject, root.spki, authority_extensions(None), ten_years),
        "intermediate.pem": root.issue(intermediate.subject, intermediate.spki,
                                       authority_extensions(0) + [extended_usage(TCG_EK, TCG_AK)], ten_years),
    }
    for file_name, certificate in certificates.items():
        with open(os.path.join(folder, file_name), "wb") as file:
            file.write(pem(certificate))
