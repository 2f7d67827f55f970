"""Certificates of web servers by throwaway authorities, as good or as wrong as a test wants them."""
import hashlib
import ipaddress
import pathlib
import ssl

import certs

SERVER_AUTH = "1.3.6.1.5.5.7.3.1"
DNS_NAME, IP_ADDRESS = 0x82, 0x87  # GeneralName, RFC 5280 section 4.2.1.6


def alternative_names(hosts):
    parts = []
    for host in hosts:
        try:
            parts.append(certs.der(IP_ADDRESS, ipaddress.ip_address(host).packed))
        except ValueError:
            parts.append(certs.der(DNS_NAME, host.encode("ascii")))
    return certs.extension("2.5.29.17", certs.sequence(*parts))


class Authority:
    """pem: its own certificate, self-signed."""

    def __init__(self, folder, subject):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.signer = certs.Authority(subject, str(self.folder / "ca.key"))
        self.pem = self.folder / "ca.pem"
        self.pem.write_bytes(certs.pem(self.signer.issue(subject, self.signer.spki, certs.authority_extensions(None))))
        self.key = self.folder / "server.key"
        certs.openssl("genrsa", "-out", str(self.key), "2048")
        self.server_spki = certs.openssl("pkey", "-in", str(self.key), "-pubout", "-outform", "DER")

    def certify(self, *hosts, dates=None):
        """Certificate (PEM, one) and key of a server with these names; dates: (not before, not after)."""
        extensions = [*certs.leaf_extensions((SERVER_AUTH,)), alternative_names(hosts)]
        body = self.signer.issue(hosts[0], self.server_spki, extensions, dates)
        path = self.folder / f"{hashlib.sha256(body).hexdigest()[:16]}.pem"
        path.write_bytes(certs.pem(body))
        return path, self.key

    def server(self, *hosts, dates=None, is_old=False):
        """A TLS server's context with such a certificate; is_old: for TLS 1.1 and older only."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if is_old:
            context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
            context.set_ciphers("ALL:@SECLEVEL=0")
        context.load_cert_chain(*self.certify(*hosts, dates=dates))
        return context
