"""What pesign, sbverify and objdump read of an EFI program, and what `guest-attest files` does, in one form: its Authenticode digest, the common names
of those who signed it and of their issuers ("signers"), in the order of the signatures, and component and generation of each line of its SBAT."""
import re
import subprocess


def run(*words):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, errors="replace", check=False).stdout


def common_names(pattern, shown):
    return [name.split("CN=")[-1] for name in re.findall(pattern, shown, re.MULTILINE)]


def section(path, name):
    """objdump shows an address, at most four words and, after two spaces, the same as text; nothing, if there is no such section."""
    words = re.findall(r"^ [0-9a-f]+ (.*?)  ", run("objdump", "-s", "-j", name, path), re.MULTILINE)
    return bytes.fromhex("".join(words))


def by_tools(path):
    sbat = section(path, ".sbat").rstrip(b"\0").decode("utf-8", "replace").splitlines()
    return {"program": run("pesign", "-h", "-d", "sha256", "-i", path).split()[-1],
            "signed": common_names(r"^The signer's common name is (.*)$", run("pesign", "-S", "-i", path)),
            "signers": common_names(r"^image signature issuers:\n - (.*)$", run("sbverify", "--list", path)),
            "sbat": [line.split(",")[:2] for line in sbat if line.count(",") > 1]}


def by_us(entry):
    """entry: of the answer's list. Its line "sbat,1" is not shown, and each signature must fit."""
    signatures = entry["signatures"]
    assert signatures["isComplete"] and all(signer["fits"] for signer in signatures["signers"]), entry
    sbat = [component.rsplit(" ", 1) for component in (entry["sbat"] or "").split(", ") if component]
    return {"program": entry["programSha256"], "sbat": [["sbat", "1"]] + sbat if sbat else [],
            **{name: common_names(r"^(.*)$", "\n".join(signer[of] for signer in signatures["signers"]))
               for name, of in (("signed", "subject"), ("signers", "issuer"))}}
