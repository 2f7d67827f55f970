#!/usr/bin/python3
"""settings_schema.py >manifest/settings.schema.json: the JSON schema of the extension's settings. `make lint` compares the two, and
test/flow/settings_match_their_schema compares schema and extension.

It accepts what the extension takes without a word. Names and words count in any letter case there, so each has a pattern beside the name
that an editor proposes. What it cannot say: one member twice in other letter cases or other places, and what one setting needs of another.
"""
import json

BLANKS = r"[ \t\r\n]*"
DIGITS_255 = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
IPV4 = rf"(?:{DIGITS_255}\.){{3}}{DIGITS_255}(?![A-Za-z0-9_.-])"
# labels of 63 characters, 255 in all; the last one is no number, which would make an address of it (lib/net/url.c)
LABEL = r"[A-Za-z0-9_-]{1,63}(?![A-Za-z0-9_-])"
NAME = rf"(?=[A-Za-z0-9_.-]{{1,255}}(?![A-Za-z0-9_.-]))(?:{LABEL}\.)*(?!(?:[0-9]+|0[xX][0-9A-Fa-f]*)(?![A-Za-z0-9_.-])){LABEL}(?!\.)"
H = r"[0-9A-Fa-f]{1,4}"
V4_TAIL = rf"(?:{DIGITS_255}\.){{3}}{DIGITS_255}"
IPV6 = (rf"\[(?:(?:{H}:){{7}}{H}|(?:{H}:){{1,7}}:|:(?::{H}){{1,7}}|::" + "".join(rf"|(?:{H}:){{1,{7 - after}}}(?::{H}){{{after}}}" for after in range(1, 7)) +
        rf"|(?:{H}:){{6}}{V4_TAIL}|::(?:{H}:){{0,5}}{V4_TAIL}" +
        "".join(rf"|(?:{H}:){{1,{5 - after}}}:(?:{H}:){{{after}}}{V4_TAIL}" for after in range(5)) + r")\]")
HOST = f"(?:{IPV4}|{NAME}|{IPV6})"
PORT = r":(?=[0-9]{1,5}(?![0-9]))0*(?:6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3})"

RULES = ("secureBootOff secureBootKeysChanged secureBootSettingsChanged bootApplicationChanged kernelChanged initrdChanged commandLineChanged "
         "bootConfigurationChanged secureBootCertificatesRenewed firmwareChanged driverChanged bootOrderChanged partitionTableChanged "
         "vmIdentityChanged").split()
FOREIGN = ("maaTenantName maaAttestationPolicyContent attestationType ascReportingEndpoint ascEndpoint useCustomToken useAlternateToken "
           "useAlternativeToken isAzureStack AzureStackSettings").split()


def any_case(word):
    return "".join(f"[{c.upper()}{c.lower()}]" if c.isalpha() else c for c in word)


def words(*choice):
    return "(?:" + "|".join(map(any_case, choice)) + ")"


def exactly(pattern):
    """Python's $ also matches before a line break at the end."""
    return rf"^{pattern}(?!\n)$"


def whole(pattern):
    return f"^{BLANKS}{pattern}{BLANKS}$"


def limited(ascii_only, other, length, begin=""):
    """A text that begins and ends with no blank: of ASCII characters up to length, of others up to a quarter of that."""
    def text(characters, most):
        edge = f"(?![ \\t\\r\\n]){characters}"
        if begin:
            return f"{begin}(?:{characters}{{0,{most - 2}}}{edge})?"
        return f"{edge}(?:{characters}{{0,{most - 2}}}{edge})?"
    return whole(f"(?:{text(ascii_only, length)}|{text(other, length // 4)})?")


def text_of(description, pattern, **more):
    return {"description": description, "type": ["string", "null"], "pattern": pattern, **more}


def word_of(description, *choice, default):
    return {"description": description, "default": default,
            "anyOf": [{"enum": [*choice, "", None]}, {"type": "string", "pattern": whole(words(*choice) + "?")}]}


ENDPOINT = whole(f"(?:(?:{any_case('https')}://)?{HOST}(?:{PORT})?/?)?")
SWITCH = {"anyOf": [{"type": ["boolean", "null"]}, {"enum": [0, 1, "true", "false", ""]},
                    {"type": "string", "pattern": whole(words("true", "false", "1", "0", "yes", "no"))}]}
PATH = limited(r"[\x01-\x7f]", r"[^\x00]", 511, begin="/")
SECRET = limited(r"[\x01-\x7f]", r"[^\x00]", 255)
USER = limited(r"[ -9;-~]", r"[^\x00-\x1f\x7f:]", 255)
PASSWORD = limited(r"[ -~]", r"[^\x00-\x1f\x7f]", 255)
HOSTS = r"[-A-Za-z0-9_.,:/*\[\] ]"
HOURS = r"0*(?:[1-9]|1[0-9]|2[0-4])"
MINUTES = r"0*(?:1[5-9]|[2-9][0-9]|[1-9][0-9]{2}|1[0-3][0-9]{2}|14[0-3][0-9]|1440)"
SECONDS = r"0*(?:9[0-9]{2}|[1-9][0-9]{3}|[1-7][0-9]{4}|8[0-5][0-9]{3}|86[0-3][0-9]{2}|86400)"
EXAMPLES = ["https://provider.example", "https://provider.example:8443"]

MEMBERS = {
    "maaEndpoint": text_of("The attestation provider: https://host or https://host:port. Empty: the shared one of the VM's region.", ENDPOINT,
                           examples=EXAMPLES),
    "regionFallback": word_of("Where the region has no provider: fail, or nearest for that of the nearest region in the same part of the world.",
                              "fail", "nearest", default="fail"),
    "secureBoot2023": word_of("What it means if Secure Boot's certificates of 2023 are missing.", "warn", "ignore", "unhealthy", default="warn"),
    "suppress": {"description": "Until then, and why, the top level of the status stays success. The end is at most 90 days away.",
                 "anyOf": [{"enum": ["", None]}, {"$ref": "#/$defs/suppress"}]},
    "latch": word_of("What an incident that nobody acknowledged means once the VM is Healthy again.", "warn", "off", "unhealthy", default="warn"),
    "fallbackEndpoint": text_of("The provider if the VM's region leads to none.", ENDPOINT, examples=EXAMPLES),
    "caFile": text_of("Absolute path of a PEM file: these certificate authorities instead of the system's.", PATH),
    "extraCaFile": text_of("Absolute path of a PEM file: these certificate authorities in addition.", PATH),
    "proxy": text_of("http://host:port, or none for no proxy at all. Empty: that of the environment or of the guest agent.",
                     whole(f"(?:{any_case('none')}|(?:{any_case('http')}://)?{HOST}{PORT}/?)?"), examples=["http://proxy.example:3128", "none"]),
    "noProxy": text_of("Hosts that are reached without a proxy, separated by commas.", whole(f"(?:(?! ){HOSTS}(?:{HOSTS}{{0,4093}}(?! ){HOSTS})?)?"),
                       examples=["host.example,.domain.example,10.0.0.0/8"]),
    "ascReportingFrequency": {
        "description": "Time between attestations: 15M to 24H, in hours, minutes or seconds.", "default": "4H",
        "anyOf": [{"enum": ["", None]}, {"type": "integer", "minimum": 1, "maximum": 24},
                  {"type": "string", "pattern": whole(rf"(?=[0-9A-Za-z]{{1,15}}(?![0-9A-Za-z]))(?:{HOURS}[Hh]?|{MINUTES}[Mm]|{SECONDS}[Ss])")}]},
    "disableAlerts": {"description": "true: an Unhealthy VM does not turn the status to error, and no alert is sent.", "default": "false", **SWITCH},
    "alertWebhook": text_of("https address that gets each change of health.",
                            whole(rf"(?:(?=[!-~]{{1,511}}(?![!-~])){any_case('https')}://{HOST}(?:{PORT})?(?:[/?][!\"$-\[\]-~]*)?)?")),
    "rules": {"description": "What an unexplained change of the boot means, by class.", "anyOf": [{"enum": ["", None]}, {"$ref": "#/$defs/rules"}]},
}
TIME = whole(r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z")
SECRETS = {
    "proxyUser": text_of("User name for the proxy, which must be given too.", USER),
    "proxyPassword": text_of("Password for the proxy.", PASSWORD),
    "alertSecret": text_of("Signs the alerts, so that their receiver can tell them from others'.", SECRET),
}


def members(choice, other=None):
    """An object's members by name, and in any letter case."""
    return {"properties": choice, "patternProperties": {exactly(any_case(name)): {"$ref": f"#/$defs/{other}/properties/{name}"} if other else value
                                                        for name, value in choice.items()}}


def closed(properties, kinds):
    """An object of members of that kind, with further ones of its own, and no others."""
    return {"$ref": f"#/$defs/{kinds}", "type": "object", **members(properties), "unevaluatedProperties": False}


def level(properties, kinds):
    """The same, or nothing."""
    return {"anyOf": [{"enum": ["", None]}, closed(properties, kinds)]}


def part(name):
    """public or protected: groups in roots, in the settings, and in one more level."""
    kinds, group, root = f"{name}Members", {"$ref": f"#/$defs/{name}Group"}, {"$ref": f"#/$defs/{name}Root"}
    groups = {"MaaSettings": group, "AscSettings": group}
    roots = {"AttestationConfig": root, "AttestationEndpointCfg": {**root, "deprecated": True}, **groups}
    top = (level if name == "public" else closed)({**roots, "settings": {"enum": ["", None]}}, kinds)
    return {
        f"{name}Group": level({}, kinds), f"{name}Root": level(groups, kinds), f"{name}Below": level(roots, kinds),
        name: {"anyOf": [top, {"type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": False,
                               "patternProperties": {exactly(any_case("settings")): {"$ref": f"#/$defs/{name}Below", "type": "object"}}}]},
    }


def schema():
    none = {name: {"description": "A protected setting.", "enum": ["", None]} for name in SECRETS}
    foreign = {name: {"description": "Of other publishers' extensions; not used."} for name in FOREIGN}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": "Made by scripts/settings_schema.py; change it there.",
        "title": "Settings of the guest-attestation extension",
        "description": "Public settings; those of protectedSettings: #/$defs/protected. A member may stand in its group, in a root or outside of both. "
                       "Unknown members are ignored by the extension, with a warning in its status; here they are refused.",
        "$ref": "#/$defs/public",
        "$defs": {
            "action": {"anyOf": [{"enum": ["unhealthy", "note", "ignore"]}, {"type": "string", "pattern": exactly(words("unhealthy", "note", "ignore"))}]},
            "rules": {"type": "object", **members({name: {"$ref": "#/$defs/action"} for name in RULES}), "additionalProperties": False},
            "suppress": {"type": "object", **members({"until": {"type": "string", "pattern": TIME}, "reason": {"type": "string", "minLength": 1}}),
                         "additionalProperties": False, "minProperties": 2},
            "members": members({**MEMBERS, **foreign}, "members"),
            "publicMembers": {"$ref": "#/$defs/members", **members(none, "publicMembers")},
            "protectedMembers": {"$ref": "#/$defs/members", **members(SECRETS, "protectedMembers")},
            **part("public"), **part("protected"),
        },
    }


def text():
    return json.dumps(schema(), indent=2) + "\n"


if __name__ == "__main__":
    print(text(), end="")
