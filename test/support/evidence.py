"""Evidence of a boot, collected from a test's TPM without the library, so that the provider is not judged by its own client.

Every part can be made wrong on purpose. Sources: TPM 2.0 Library Part 3 (commands); the request's form is that of Azure
Attestation's open clients.
"""
import base64
import copy
import hashlib
import json
import os
import struct

import vtpm

RH_NULL = 0x40000007
CC_CERTIFY, CC_QUOTE, CC_READ_PUBLIC, CC_PCR_READ = 0x148, 0x158, 0x173, 0x17E
KEY_ATTRIBUTES = 0x00020432
USER_WITH_AUTH, RESTRICTED = 0x40, 0x10000
BOOT_PCRS = tuple(range(8))
PASSWORD = vtpm.EMPTY_PASSWORD[4:]


def sized(data):
    return struct.pack(">H", len(data)) + data


def take(data):
    """TPM2B at the start -> its bytes and the rest."""
    (size,) = struct.unpack_from(">H", data)
    return data[2:2 + size], data[2 + size:]


def selection(pcrs):
    """TPML_PCR_SELECTION of the SHA-256 bank."""
    return bytes.fromhex("00000001000b03") + sum(1 << pcr for pcr in pcrs).to_bytes(3, "little")


def read_pcrs(tpm, pcrs=BOOT_PCRS):
    digests = []
    for pcr in pcrs:
        answer = tpm.run(CC_PCR_READ, selection((pcr,)), "read a PCR", sessions=False)
        digests.append(take(answer[4 + 10 + 4:])[0])
    return digests


def pcr_policy(digests, pcrs=BOOT_PCRS):
    """What PolicyPCR leads to (Part 3, 23.7)."""
    values = hashlib.sha256(b"".join(digests)).digest()
    return hashlib.sha256(bytes(32) + struct.pack(">I", 0x17F) + selection(pcrs) + values).digest()


def read_ak(tpm):
    return sized(take(tpm.run(CC_READ_PUBLIC, struct.pack(">I", vtpm.AK_HANDLE), "read the key", sessions=False))[0])


def signed(answer):
    """Parameters of Quote and Certify -> structure and bare signature."""
    attest, rest = take(answer[4:])
    return attest, take(rest[4:])[0]


def quote(tpm, qualifying=b"", pcrs=BOOT_PCRS):
    body = struct.pack(">I", vtpm.AK_HANDLE) + vtpm.EMPTY_PASSWORD + sized(qualifying)
    return signed(tpm.run(CC_QUOTE, body + struct.pack(">H", 0x0010) + selection(pcrs), "quote"))


def create_key(tpm, hierarchy, attributes, policy):
    public = struct.pack(">HHI", 0x0001, 0x000B, attributes) + sized(policy)
    if attributes & RESTRICTED:
        public += struct.pack(">HHH", 0x0006, 128, 0x0043)  # a storage key needs a cipher
    else:
        public += struct.pack(">H", 0x0010)
    public += struct.pack(">HHI", 0x0010, 2048, 0) + sized(bytes(256))
    body = struct.pack(">I", hierarchy) + vtpm.EMPTY_PASSWORD + struct.pack(">HHH", 4, 0, 0)
    answer = tpm.run(vtpm.CC_CREATE_PRIMARY, body + sized(public) + struct.pack(">HI", 0, 0), "make the key")
    (handle,) = struct.unpack_from(">I", answer)
    return handle, sized(take(answer[8:])[0])


def certify(tpm, handle):
    auths = struct.pack(">I", 2 * len(PASSWORD)) + 2 * PASSWORD
    body = struct.pack(">II", handle, vtpm.AK_HANDLE) + auths + struct.pack(">HH", 0, 0x0010)
    return signed(tpm.run(CC_CERTIFY, body, "certify the key"))


def b64(data):
    return base64.b64encode(data).decode()


def collect(folder, log, hierarchy=RH_NULL, attributes=KEY_ATTRIBUTES, policy=None, qualifying=b"", pcrs=BOOT_PCRS):
    """The attestation information as a dictionary, of the running TPM in `folder`."""
    with vtpm.Tpm(folder) as tpm:
        digests = read_pcrs(tpm, pcrs)
        quoted, quote_signature = quote(tpm, qualifying, pcrs)
        handle, public = create_key(tpm, hierarchy, attributes, pcr_policy(digests, pcrs) if policy is None else policy)
        certified, certify_signature = certify(tpm, handle)
        tpm.flush(handle)
        ak = read_ak(tpm)
    with open(os.path.join(folder, "ak-certificate.der"), "rb") as file:
        certificate = file.read()
    return {
        "AttestationProtocolVersion": "2.0", "OSType": b64(b"Linux"), "OSDistro": b64(b"Debian GNU/Linux"),
        "OSBuild": b64(b"NotApplication"), "OSVersionMajor": 12, "OSVersionMinor": 0, "TcgLogs": b64(log),
        "ClientPayload": {"nonce": b64(b"a nonce")}, "IsolationInfo": {"Type": "TrustedLaunch"},
        "TpmInfo": {
            "AikCert": b64(certificate), "AikPub": b64(ak), "PcrQuote": b64(quoted), "PcrSignature": b64(quote_signature),
            "EncKeyPub": b64(public), "EncKeyCertifyInfo": b64(certified),
            "EncKeyCertifyInfoSignature": b64(certify_signature), "PcrSet": list(pcrs),
            "PCRs": [{"Index": i, "Digest": b64(digest)} for i, digest in zip(pcrs, digests)]}}


def of_bundle(text):
    """The attestation information in a bundle, or in a request's body."""
    encoded = json.loads(text)["AttestationInfo"]
    return json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))


def with_info(text, info):
    """The bundle with other attestation information."""
    encoded = base64.urlsafe_b64encode(json.dumps(info).encode()).decode().rstrip("=")
    return json.dumps(dict(json.loads(text), AttestationInfo=encoded)).encode()


def changed(info, **members):
    """A copy with members of TpmInfo (or, if they are not there, of the whole) replaced."""
    result = copy.deepcopy(info)
    for name, value in members.items():
        (result["TpmInfo"] if name in result["TpmInfo"] else result)[name] = value
    return result


def body(info, indent=None, padded=False):
    text = json.dumps(info, indent=indent).encode()
    encoded = base64.urlsafe_b64encode(text + b" " * ((1 - len(text)) % 3 if padded else 0)).decode()
    return json.dumps({"AttestationInfo": encoded if padded else encoded.rstrip("=")}).encode()
