"""What the cloud platform does to a VM's TPM before the VM starts: an attestation key and its certificate.

The key is persistent at 0x81000003 and its certificate lies in NV index 0x01C101D0, as on Azure Trusted Launch; the
certificate comes from a test authority (a root and an issuing one) made here.
"""
import contextlib
import os

from machine import daemon, run

ATTESTATION_KEY = "0x81000003"
CERTIFICATE_INDEX = "0x01C101D0"
KEY_ATTRIBUTES = "fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda|restricted|sign"
INDEX_ATTRIBUTES = "ownerread|ownerwrite|authread|authwrite|no_da"

EXTENSIONS = """[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[issuer]
basicConstraints = critical,CA:true,pathlen:0
keyUsage = critical,keyCertSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[key]
keyUsage = critical,digitalSignature
extendedKeyUsage = 1.3.6.1.4.1.311.10.3.12,2.23.133.8.3
authorityKeyIdentifier = keyid
"""


def make_authority(folder):
    """A root and an issuing authority: folder/root.pem, folder/issuer.pem and their keys."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "extensions").write_text(EXTENSIONS)
    for name, subject in {"root": "/CN=Test Virtual TPM Root", "issuer": "/CN=Test Virtual TPM CA - 01"}.items():
        run("openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", subject, "-keyout", f"{name}.key",
            "-out", f"{name}.csr", cwd=folder)
        signer = ["-signkey", "root.key"] if name == "root" else ["-CA", "root.pem", "-CAkey", "root.key",
                                                                  "-CAcreateserial"]
        run("openssl", "x509", "-req", "-in", f"{name}.csr", *signer, "-days", "3650", "-sha256", "-extfile",
            "extensions", "-extensions", name, "-out", f"{name}.pem", cwd=folder)


@contextlib.contextmanager
def powered(state):
    """The TPM of a machine that is off; yields the environment in which tpm2-tools reach it."""
    socket, pid_file = state.parent / "tools.sock", state.parent / "tools.pid"
    with daemon(pid_file, "swtpm", "socket", "--tpm2", "--daemon", "--flags", "not-need-init,startup-clear",
                "--tpmstate", f"dir={state}", "--pid", f"file={pid_file}", "--server", f"type=unixio,path={socket}",
                "--ctrl", f"type=unixio,path={socket}.ctrl"):
        yield os.environ | {"TPM2TOOLS_TCTI": f"swtpm:path={socket}"}


def provision(work, authority):
    """Give the TPM in work/tpm its attestation key and certificate."""
    if not (authority / "root.pem").exists():
        make_authority(authority)
    state = work / "tpm"
    state.mkdir(exist_ok=True)
    (work / "unique").write_bytes(bytes(256))
    with powered(state) as environment:
        def tool(*command):
            run(*command, cwd=work, env=environment)

        tool("tpm2_createprimary", "-Q", "-C", "endorsement", "-g", "sha256", "-G", "rsa2048:rsassa-sha256:null", "-a",
             KEY_ATTRIBUTES, "-u", "unique", "-c", "key.context")
        tool("tpm2_evictcontrol", "-Q", "-C", "owner", "-c", "key.context", ATTESTATION_KEY)
        tool("tpm2_readpublic", "-Q", "-c", ATTESTATION_KEY, "-f", "pem", "-o", "key.pem")
        certify(work, authority)
        size = (work / "key.crt").stat().st_size
        tool("tpm2_nvdefine", "-Q", "-C", "owner", "-s", size, "-a", INDEX_ATTRIBUTES, CERTIFICATE_INDEX)
        tool("tpm2_nvwrite", "-Q", "-C", "owner", "-i", "key.crt", CERTIFICATE_INDEX)
        tool("tpm2_shutdown", "-Q", "--clear")


def certify(work, authority):
    """work/key.crt (DER) for the public key in work/key.pem: the key cannot sign a request, so its key is put in."""
    run("openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj",
        "/CN=0a1b2c3d4e5f.TrustedVM.Azure.windows.net", "-keyout", "unused.key", "-out", "key.csr", cwd=work)
    run("openssl", "x509", "-req", "-in", "key.csr", "-force_pubkey", "key.pem", "-CA", authority / "issuer.pem",
        "-CAkey", authority / "issuer.key", "-CAcreateserial", "-days", "365", "-sha256", "-extfile",
        authority / "extensions", "-extensions", "key", "-outform", "DER", "-out", "key.crt", cwd=work)
