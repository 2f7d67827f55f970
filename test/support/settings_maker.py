"""Makes settings as people could write them, right and wrong ones, from a seed: every member in every place and letter case, values at and
beyond each limit, and of other types.

Left out is what no schema can judge: one member twice, and what one setting needs of another."""
import random

BLANKS = ["", "", "", " ", "\n", "\t ", "\r\n", "\x0b", "\x0c", "\u00a0", "\u2003"]
LABELS = ["a", "provider", "x-1", "_x", "A" * 63, "a" * 64, "1a", "a1", "-", "é", "a b", "", "xn--a", "a\u0130"]
LAST = ["example", "1", "10", "0x7f", "0x", "0xg", "0X1A", "01", "x1", "1x", "com", "é"]
IPV4 = ["10.0.0.1", "255.255.255.255", "256.1.1.1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.04", "0.0.0.0", "1.2.3.", "0x7f.1", "1.2.3.4a", "a.1.2.3.4"]
GROUPS = ["0", "1", "ffff", "FFFF", "00ab", "12345", "g", ""]
PORTS = ["", "", ":443", ":1", ":65535", ":65536", ":0", ":00080", ":000080", ":", ":a", ":80a", ":99999", ":6553", ":60000"]
SCHEMES = ["", "https://", "HTTPS://", "hTTps://", "http://", "https:/", "https:", "ftp://", "//", "://", "httpsx://"]
PATHS = ["", "", "", "/", "//", "/a", "?a=b", "/?a#b", "#", "/a b", "/é", "\\", "/\\", "/a@b", "/~!$&'()*+,;=:[]{}|^`\"<>"]
OTHER_TYPES = [None, True, False, 0, 1, 2, -1, 1.5, 24.0, 25, [], {}, ["a"], {"a": 1}, ""]
CLASSES = ("secureBootOff kernelChanged initrdChanged firmwareChanged bootOrderChanged vmIdentityChanged secureBootCertificatesRenewed "
           "kernelchange other").split()
ACTIONS = ["unhealthy", "note", "ignore", "Note", "IGNORE", " note", "note\n", "off", "", None, 1, True, []]
FOREIGN = ["maaTenantName", "ascReportingEndpoint", "useCustomToken", "AzureStackSettings", "isAzureStack", "ascEndpoint"]
UNKNOWN = ["retries", "maaEndpont", "maaEndpoint ", "Settings2", "maaEndpoint\u0131", "\u017fettings", "", "maaEndpoint\n", "settings\n"]
ROOTS, GROUP_NAMES = ["AttestationConfig", "AttestationEndpointCfg"], ["MaaSettings", "AscSettings"]


class Maker:
    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.texts = {
            "maaEndpoint": self.endpoint, "fallbackEndpoint": self.endpoint, "alertWebhook": self.webhook, "proxy": self.proxy,
            "noProxy": lambda: self.pick(["a,.b,10.0.0.0/8", "[::1]", "*", "a;b", "a\tb", "a  b", "é", "a" * 4095, "a" * 4096, "a, b", "a_b", "\x7f"]),
            "caFile": self.path, "extraCaFile": self.path, "ascReportingFrequency": self.frequency, "disableAlerts": self.switch,
            "regionFallback": lambda: self.pick(["fail", "nearest", "Nearest", "FAIL", "near", "fail nearest", "nearest" * 10]),
            "secureBoot2023": lambda: self.pick(["warn", "ignore", "unhealthy", "WARN", "Ignore", "off", "warn ", "true"])}

    def pick(self, choice):
        return self.chance.choice(choice)

    def name(self, name):
        """In any letter case, now and then."""
        how = self.chance.random()
        return name if how < 0.6 else name.upper() if how < 0.7 else name.lower() if how < 0.8 else "".join(self.pick([c.upper(), c.lower()]) for c in name)

    def host(self):
        kind = self.chance.random()
        if kind < 0.2:
            return self.pick(IPV4)
        if kind < 0.4:
            return self.ipv6()
        if kind < 0.5:
            return ".".join(["a" * 61] * 4 + ["a" * self.chance.randint(5, 9)])  # 255 characters and their neighbours
        return ".".join([self.pick(LABELS) for _ in range(self.chance.randint(0, 2))] + [self.pick(LAST)]) + self.pick(["", "", "", "."])

    def ipv6(self):
        groups = [self.pick(GROUPS if self.chance.random() < 0.15 else GROUPS[:5]) for _ in range(self.chance.choice([7, 8, 8, 8, 9, 2, 3, 6]))]
        tail = self.chance.random()
        if tail < 0.3:
            groups[-2:] = [self.pick(["1.2.3.4", "1.2.3.4", "1.2.3.256", "1.2.3", "01.2.3.4"])]
        text = ":".join(groups)
        if self.chance.random() < 0.7 and len(groups) > 1:  # "::" in place of some groups
            start = self.chance.randint(0, len(groups) - 1)
            end = self.chance.randint(start, len(groups))
            text = ":".join(groups[:start]) + "::" + ":".join(groups[end:])
        return self.pick(["[{}]"] * 8 + ["[{}", "{}", "[{}]]", "[{}%1]"]).format(text)

    def endpoint(self):
        return self.pick(SCHEMES[:4] * 3 + SCHEMES) + self.pick(["", "", "", "", "", "u@", "u:p@"]) + self.host() + self.pick(PORTS) + self.pick(PATHS)

    def webhook(self):
        long = "https://a.example/" + "a" * self.chance.randint(491, 495)
        return self.pick([self.endpoint(), "https://" + self.host() + self.pick(PORTS) + self.pick(PATHS), long])

    def proxy(self):
        address = self.pick(["", "", "http://", "HTTP://", "https://", "http:/"]) + self.host() + self.pick(PORTS)
        return self.pick(["none", "NONE", "None", "no", address, address, address + "/", address + "/a", "u:p@" + address, self.host() + "/a:80"])

    def limited(self, begin, length):
        """Texts at and beyond a limit of characters, of ASCII and of others."""
        most = self.pick([length, length // 4, 3])
        long = self.pick(["a", "é", "€", "😀", " ", "a b"]) * (most + self.chance.randint(-2, 2))
        odd = ["a\tb", "a:b", "\x01", "\x7f", "\x00", "a\nb"]
        return self.pick([begin, begin + "a", long, begin + long, begin + long, begin + "é" + long, *(begin + text for text in odd)])

    def path(self):
        return self.pick(["relative", "~/a", self.limited("/", 511), self.limited("/etc/", 511 - 4)])

    def frequency(self):
        number = self.pick(["0", "1", "4", "14", "15", "24", "25", "1440", "1441", "899", "900", "86400", "86401", "004", "0" * 11 + "15", "0" * 14 + "4",
                            "0" * 15 + "4", "-4", "4.5", "", "999999", "1000000"])
        return number + self.pick(["", "H", "h", "M", "m", "S", "s", "D", " H", "HH"])

    def switch(self):
        return self.pick(["true", "false", "TRUE", "False", "yes", "No", "1", "0", "2", "on", "t", "true!", "truefalse"])

    def rules(self):
        count = self.chance.choice([0, 1, 1, 1, 2])
        return {self.name(name): self.pick(ACTIONS[:5] * 2 + ACTIONS) for name in self.chance.sample(CLASSES, count)}

    def value(self, name):
        kind = self.chance.random()
        if kind < 0.15:
            return self.pick(OTHER_TYPES)
        if name == "rules":
            return self.rules()
        if name not in self.texts:  # nobody reads it
            return self.pick(OTHER_TYPES + ["text"])
        return self.pick(BLANKS) + self.texts[name]() + self.pick(BLANKS)

    def placed(self, members):
        """The members, each in a place of its own: outside, in a root, in a group, in a root's group."""
        top = {}
        for name, value in members.items():
            where = top
            for level in self.pick([[], [], [self.pick(ROOTS)], [self.pick(GROUP_NAMES)], [self.pick(ROOTS), self.pick(GROUP_NAMES)]]):
                known = next((key for key in where if key.lower() == level.lower()), None) or self.name(level)
                where = where.setdefault(known, {})
            where[self.name(name)] = value
        return top

    def odd_levels(self, document):
        """What templates make of groups and of one more level."""
        kind = self.chance.random()
        if kind < 0.1:
            document = {self.name("settings"): document, **self.pick([{}, {}, {"a": 1}, {"disableAlerts": True}])}
        elif kind < 0.2:
            free = [name for name in ROOTS + GROUP_NAMES + ["settings"] if name.lower() not in map(str.lower, document)]
            document = {**document, self.name(self.pick(free)): self.pick([None, "", " ", "text", {}, [], 1])} if free else document
        elif kind < 0.23:
            document = self.pick([None, "", [], 1, True, "text"])
        elif kind < 0.26:
            document = {self.name("settings"): {self.name("settings"): self.pick([None, "", {}, document])}}
        return document

    def document(self):
        """(public settings, protected settings or None)"""
        if self.chance.random() < 0.15:
            return {}, self.odd_levels(self.hidden())
        if self.chance.random() < 0.05:
            return self.placed({self.pick(["proxyUser", "proxyPassword", "alertSecret"]): self.pick(["", None, "x", 1])}), None
        names = self.chance.sample([*self.texts, "rules"], self.chance.choice([0, 1, 1, 1, 2]))
        more = self.chance.sample(FOREIGN, self.pick([0, 0, 1])) + self.chance.sample(UNKNOWN, self.pick([0] * 9 + [1]))
        return self.odd_levels(self.placed({name: self.value(name) for name in names + more})), None

    def hidden(self):
        """Protected settings: secrets with what they need."""
        kind = self.pick(["user", "password", "secret", "other"])
        if kind == "user":
            return self.placed({"proxy": "http://p.example:80", "proxyUser": self.pick(OTHER_TYPES + [self.limited("", 255)] * 9)})
        if kind == "password":
            return self.placed({"proxy": "http://p.example:80", "proxyUser": "user", "proxyPassword": self.pick(OTHER_TYPES + [self.limited("", 255)] * 9)})
        if kind == "secret":
            return self.placed({"alertWebhook": "https://a.example", "alertSecret": self.pick(OTHER_TYPES + [self.limited("", 255)] * 9)})
        name = self.pick([*self.texts, "rules"])
        return self.placed({name: self.value(name)})
