"""A name service (DNS, RFC 1035) over UDP and TCP, which answers as told."""
import ipaddress
import socket
import socketserver
import struct
import threading

SERVFAIL, SILENT = "server failure", "silence"
FLAGS = 0x8180  # an answer; recursion was asked for and is available
RCODE_SERVFAIL, RCODE_NXDOMAIN = 2, 3
TYPE_OF = {4: 1, 6: 28}  # A, AAAA


def name_in(query):
    """The first question's name in lower case, its type, and where the question ends."""
    labels, at = [], 12
    while length := query[at]:
        labels.append(query[at + 1:at + 1 + length].decode("ascii", "replace"))
        at += 1 + length
    return ".".join(labels).lower(), struct.unpack_from("!H", query, at + 1)[0], at + 5


def record(address):
    """Of the question's name (a pointer to offset 12), class IN, one second to live."""
    data = ipaddress.ip_address(address).packed
    return struct.pack("!HHHIH", 0xC00C, TYPE_OF[ipaddress.ip_address(address).version], 1, 1, len(data)) + data


class Names:
    """records: name to list of addresses, SERVFAIL or SILENT; may be changed at any time. Another name does not exist.
    asked: the names that were asked for."""

    def __init__(self, address, records):
        self.records, self.asked = records, []
        owner = self

        class Datagrams(socketserver.BaseRequestHandler):
            def handle(self):
                data, server = self.request
                if answer := owner.answer(data):
                    server.sendto(answer, self.client_address)

        class Streams(socketserver.BaseRequestHandler):
            def handle(self):
                head = self.request.recv(2, socket.MSG_WAITALL)
                if len(head) == 2 and (answer := owner.answer(self.request.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL))):
                    self.request.sendall(len(answer).to_bytes(2, "big") + answer)

        for kind, handler in ((socketserver.ThreadingUDPServer, Datagrams), (socketserver.ThreadingTCPServer, Streams)):
            server = kind((address, 53), handler)
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, daemon=True).start()

    def answer(self, query):
        name, kind, end = name_in(query)
        self.asked.append(name)
        found = self.records.get(name)
        if found == SILENT:
            return b""
        code = RCODE_SERVFAIL if found == SERVFAIL else RCODE_NXDOMAIN if found is None else 0
        addresses = found if isinstance(found, list) else []
        records = [record(address) for address in addresses if TYPE_OF[ipaddress.ip_address(address).version] == kind]
        return query[:2] + struct.pack("!HHHHH", FLAGS | code, 1, len(records), 0, 0) + query[12:end] + b"".join(records)
