"""Name services (DNS, RFC 1035) over UDP and TCP, which answer as told: well, late, wrongly or not at all."""
import contextlib
import dataclasses
import ipaddress
import socket
import socketserver
import struct
import threading
import time

# what a name service may say instead of addresses
FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED, NOTAUTH = "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "NOTAUTH"
SILENT = "silence"
RCODES = {FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5, NOTAUTH: 9}
FLAGS = 0x8180  # an answer; recursion was asked for and is available
TRUNCATED = 0x0200
TYPES = {1: "A", 28: "AAAA"}
TYPE_OF = {4: 1, 6: 28}
CNAME = 5


@dataclasses.dataclass(frozen=True)
class Alias:
    """Of a name: what follows stands under the other one, in the same answer."""
    of: str


def name_in(query):
    """The first question's name in lower case, its type, and where the question ends."""
    labels, at = [], 12
    while length := query[at]:
        labels.append(query[at + 1:at + 1 + length].decode("ascii", "replace"))
        at += 1 + length
    return ".".join(labels).lower(), struct.unpack_from("!H", query, at + 1)[0], at + 5


def encoded(name):
    return b"".join(bytes([len(label)]) + label.encode("ascii") for label in name.split(".")) + b"\0"


def record(name, kind, data):
    """Class IN, one second to live."""
    return encoded(name) + struct.pack("!HHIH", kind, 1, 1, len(data)) + data


def address_record(name, address):
    return record(name, TYPE_OF[ipaddress.ip_address(address).version], ipaddress.ip_address(address).packed)


def of_type(said, kind):
    """What is said of this type: a dictionary tells types apart; of a list only the type's own addresses."""
    if isinstance(said, dict):
        said = said.get(TYPES.get(kind), [])
    return [address for address in said if TYPE_OF[ipaddress.ip_address(address).version] == kind] if isinstance(said, list) else said


def itself(answer):
    return answer


def of_another_question(answer):
    """As one who guesses the number sends it, with an address of his own where there is one."""
    return bytes([answer[0] ^ 1]) + answer[1:-1] + bytes([answer[-1] ^ 0x55])


def of_another_name(answer):
    """The right number, but not what was asked."""
    return answer[:13] + bytes([answer[13] ^ 1]) + answer[14:]


def of_no_resolver(answer):
    """As by the server of a domain, which asks no others: recursion is not available, and it refers to nobody."""
    return answer[:2] + struct.pack("!HHHHH", 0x8100, 1, 0, 0, 0) + answer[12:name_in(answer)[2]]


def garbled(answer):
    """The begin of one."""
    return answer[:7]


class Names:
    """records: name to a list of addresses, a word (SERVFAIL ...), an Alias, or these by "A" and "AAAA"; may be changed at any time. Another
    name does not exist. delay_s: of each answer, or by type. is_truncating: what goes by UDP. sends: what is sent by UDP, made of the answer.
    asked: (name, type) of each question; by_tcp: how many came so."""

    def __init__(self, address, records, delay_s=0, is_truncating=False, sends=(itself,)):
        self.records, self.delay_s, self.is_truncating, self.sends = records, delay_s, is_truncating, sends
        self.asked, self.by_tcp = [], 0
        owner = self

        class Datagrams(socketserver.BaseRequestHandler):
            def handle(self):
                data, server = self.request
                if answer := owner.answer(data, owner.is_truncating):
                    with contextlib.suppress(OSError):  # closed meanwhile
                        for made in owner.sends:
                            server.sendto(made(answer), self.client_address)

        class Streams(socketserver.BaseRequestHandler):
            def handle(self):
                head = self.request.recv(2, socket.MSG_WAITALL)
                owner.by_tcp += 1
                if len(head) == 2 and (answer := owner.answer(self.request.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL))):
                    self.request.sendall(len(answer).to_bytes(2, "big") + answer)

        self.servers = []
        for kind, handler in ((socketserver.ThreadingUDPServer, Datagrams), (socketserver.ThreadingTCPServer, Streams)):
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            own = type("Own", (kind,), {"address_family": family, "allow_reuse_address": True, "daemon_threads": True})
            self.servers.append(own((address, 53), handler))
            threading.Thread(target=self.servers[-1].serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        """The address is free again."""
        for server in self.servers:
            server.shutdown()
            socket.socket.close(server.socket)  # who is being answered is not waited for

    def delay_of(self, kind):
        return self.delay_s.get(TYPES.get(kind), 0) if isinstance(self.delay_s, dict) else self.delay_s

    def answer(self, query, is_truncated=False):
        name, kind, end = name_in(query)
        self.asked.append((name, TYPES.get(kind, kind)))
        time.sleep(self.delay_of(kind))
        at, records = name, []
        while isinstance(alias := of_type(self.records.get(at), kind), Alias):
            records.append(record(at, CNAME, encoded(alias.of)))
            at = alias.of
        found = of_type(self.records.get(at), kind) if self.records.get(at) is not None else NXDOMAIN
        if found == SILENT:
            return b""
        if isinstance(found, list):
            records += [address_record(at, address) for address in found]
        flags = FLAGS | RCODES.get(found, 0) if isinstance(found, str) else FLAGS
        if is_truncated:
            flags, records = flags | TRUNCATED, []
        return query[:2] + struct.pack("!HHHHH", flags, 1, len(records), 0, 0) + query[12:end] + b"".join(records)
