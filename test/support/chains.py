"""Certificates and chains of every kind, good and bad: any key, digest, version and extension. DER is written here, openssl signs."""
import base64
import datetime
import functools
import ipaddress
import os
import pathlib

import certs

SERVER_AUTH, CLIENT_AUTH = "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"
KINDS = {  # of keys: options of openssl genpkey
    "rsa2048": ("RSA", "rsa_keygen_bits:2048"), "rsa1024": ("RSA", "rsa_keygen_bits:1024"), "p256": ("EC", "ec_paramgen_curve:P-256"),
    "p384": ("EC", "ec_paramgen_curve:P-384"), "p521": ("EC", "ec_paramgen_curve:P-521"), "p192": ("EC", "ec_paramgen_curve:prime192v1"),
    "brainpool": ("EC", "ec_paramgen_curve:brainpoolP256r1"), "ed25519": ("ED25519", None)}
RSA = {"sha256": "1.2.840.113549.1.1.11", "sha384": "1.2.840.113549.1.1.12", "sha1": "1.2.840.113549.1.1.5", "md5": "1.2.840.113549.1.1.4"}
ECDSA = {"sha256": "1.2.840.10045.4.3.2", "sha384": "1.2.840.10045.4.3.3", "sha1": "1.2.840.10045.4.1"}
NAME_CONSTRAINTS, POLICIES, POLICY_CONSTRAINTS, INHIBIT_ANY = "2.5.29.30", "2.5.29.32", "2.5.29.36", "2.5.29.54"


class Key:
    def __init__(self, folder, kind, number):
        self.kind, self.path = kind, pathlib.Path(folder) / f"{kind}-{number}.key"
        algorithm, option = KINDS[kind]
        certs.openssl("genpkey", "-algorithm", algorithm, *(("-pkeyopt", option) if option else ()), "-out", str(self.path))
        self.spki = certs.openssl("pkey", "-in", str(self.path), "-pubout", "-outform", "DER")

    def algorithm(self, digest, is_pss):
        """AlgorithmIdentifier of its signatures."""
        if self.kind == "ed25519":
            return certs.sequence(certs.oid("1.3.101.112"))
        if is_pss:  # RFC 4055 section 3.1, SHA-256 throughout
            sha256 = certs.sequence(certs.oid("2.16.840.1.101.3.4.2.1"), certs.der(0x05))
            mask = certs.sequence(certs.oid("1.2.840.113549.1.1.8"), sha256)
            parameters = certs.sequence(certs.der(0xA0, sha256), certs.der(0xA1, mask), certs.der(0xA2, certs.integer(32)))
            return certs.sequence(certs.oid("1.2.840.113549.1.1.10"), parameters)
        if self.kind.startswith("rsa"):
            return certs.sequence(certs.oid(RSA[digest]), certs.der(0x05))
        return certs.sequence(certs.oid(ECDSA[digest]))

    def sign(self, body, digest, is_pss):
        if self.kind == "ed25519":
            path = self.path.with_suffix(".body")
            path.write_bytes(body)
            return certs.openssl("pkeyutl", "-sign", "-rawin", "-inkey", str(self.path), "-in", str(path))
        options = ("-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32") if is_pss else ()
        return certs.openssl("dgst", f"-{digest}", "-sign", str(self.path), *options, data=body)


@functools.cache
def key(folder, kind, number=0):
    """The same one for the same words: RSA keys take time."""
    return Key(folder, kind, number)


def general_name(text):
    """A GeneralName, of a host's name or address, or the bytes of one."""
    if isinstance(text, bytes):
        return text
    try:
        return certs.der(0x87, ipaddress.ip_address(text).packed)
    except ValueError:
        return certs.der(0x82, text.encode("latin-1"))


def names(*texts):
    return certs.extension("2.5.29.17", certs.sequence(*map(general_name, texts)))


def network(text):
    """A subtree's base of addresses."""
    net = ipaddress.ip_network(text)
    return certs.der(0x87, net.network_address.packed + net.netmask.packed)


def directory(common_name):
    return certs.der(0xA4, certs.name(common_name))


def constraints(permitted=(), excluded=(), critical=True):
    """RFC 5280 section 4.2.1.10"""
    def trees(tag, bases):
        return [certs.der(tag, *(certs.sequence(general_name(base)) for base in bases))] if bases else []
    return certs.extension(NAME_CONSTRAINTS, certs.sequence(*trees(0xA0, permitted), *trees(0xA1, excluded)), critical)


def policies(*identifiers, critical=True):
    return certs.extension(POLICIES, certs.sequence(*(certs.sequence(certs.oid(one)) for one in identifiers)), critical)


def days(first, last):
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    return tuple(now + datetime.timedelta(days=day) for day in (first, last))


class Certificate:
    """One that `issuer` signed (None: itself), with what an authority or a server has, unless told otherwise.

    version 1 has no extensions; more: further extensions; extensions: in place of all; serial: contents of the INTEGER."""

    def __init__(self, subject, key_pair, issuer=None, *, is_authority=False, hosts=(), path_length=None, dates=None, digest="sha256",
                 is_pss=False, version=3, more=(), extensions=None, usages=(SERVER_AUTH,), serial=None, issuer_name=None):
        self.subject, self.key, self.issuer = subject, key_pair, issuer
        signer = issuer.key if issuer else key_pair
        if extensions is None:
            extensions = certs.authority_extensions(path_length) if is_authority else [
                *certs.leaf_extensions(usages), *([names(*hosts)] if hosts else [])]
        listed = [*extensions, *more]
        algorithm = signer.algorithm(digest, is_pss)
        start, end = dates or days(-1, 365)
        body = certs.sequence(*([certs.der(0xA0, certs.integer(version - 1))] if version > 1 else []),
                              certs.der(0x02, serial) if serial is not None else certs.integer(int.from_bytes(os.urandom(15), "big")), algorithm,
                              certs.name(issuer_name or (issuer.subject if issuer else subject)),
                              certs.sequence(certs.time_of(start), certs.time_of(end)), certs.name(subject), key_pair.spki,
                              *([certs.der(0xA3, certs.sequence(*listed))] if version > 2 and listed else []))
        self.der = certs.sequence(body, algorithm, certs.der(0x03, b"\0", signer.sign(body, digest, is_pss)))

    @property
    def pem(self):
        return pem(self.der)


def pem(der):
    lines = base64.b64encode(der)
    body = b"\n".join(lines[at:at + 64] for at in range(0, len(lines), 64))
    return b"-----BEGIN CERTIFICATE-----\n" + body + b"\n-----END CERTIFICATE-----\n"
