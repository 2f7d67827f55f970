"""What stands between a VM and its provider: passes on, or does what firewalls, inspecting and broken devices do.

A behaviour is called with the VM's connection and an event that is set when the test is over. Those that speak TLS take a server's
context (servercerts.Authority.server)."""
import contextlib
import select
import socket
import ssl
import struct
import threading

WAIT_S = 60
CHUNK = 65536


def hello_of(client):
    """The first TLS record, which is the ClientHello."""
    head = client.recv(5, socket.MSG_WAITALL)
    return head + client.recv(int.from_bytes(head[3:5], "big"), socket.MSG_WAITALL)


def abort(client):
    """What closes it sends RST."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def reset(client, _over=None):
    """The name in the ClientHello is not allowed."""
    hello_of(client)
    abort(client)


def hang_up(client, _over=None):
    """The same by a device that closes in good order."""
    hello_of(client)


def silent_handshake(client, over):
    hello_of(client)
    over.wait(WAIT_S)


def alert(number):
    """A server, or a device in its place, that refuses the handshake (RFC 8446 section 6)."""
    def behave(client, over):
        hello_of(client)
        client.sendall(bytes([0x15, 3, 3, 0, 2, 2, number]))
        over.wait(1)
    return behave


def silent_after(limit, host, port=443):
    """Passes on, until so many bytes came from the VM over one connection: then nothing any more."""
    def behave(client, over):
        came = 0
        with socket.create_connection((host, port), WAIT_S) as server:
            while not over.is_set():
                for ready in select.select([client, server], [], [], 1)[0]:
                    data = ready.recv(CHUNK)
                    came += len(data) if ready is client else 0
                    if came > limit:
                        over.wait(WAIT_S)
                        return
                    if not data:
                        return
                    (server if ready is client else client).sendall(data)
    return behave


def garbage(client, _over=None):
    """A port where nobody speaks TLS."""
    hello_of(client)
    client.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


def passed(one, other):
    """Whether something went from one to the other; False at the end."""
    one.settimeout(0)
    try:
        data = one.recv(CHUNK)
    except (BlockingIOError, ssl.SSLWantReadError):  # a part of a record, or a session ticket
        return True
    finally:
        one.settimeout(WAIT_S)
    other.sendall(data)
    return bool(data)


def join(one, other, over):
    """Everything from each to the other, until one of them ends."""
    while not over.is_set():
        for ready in select.select([one, other], [], [], 1)[0]:
            if not passed(ready, other if ready is one else one):
                return


def pass_on(host, port=443):
    def behave(client, over):
        with socket.create_connection((host, port), WAIT_S) as server:
            join(client, server, over)
    return behave


def intercept(context, host, port=443):
    """TLS ends here, with a certificate of the device's authority, and begins anew towards the provider."""
    towards = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    towards.check_hostname, towards.verify_mode = False, ssl.CERT_NONE  # as such devices may

    def behave(client, over):
        with context.wrap_socket(client, server_side=True) as near, socket.create_connection((host, port), WAIT_S) as plain:
            with towards.wrap_socket(plain) as far:
                join(near, far, over)
    return behave


def request_of(client):
    """Reads one HTTP request to its end; its head."""
    head = b""
    while b"\r\n\r\n" not in head and (data := client.recv(CHUNK)):
        head += data
    head, _, body = head.partition(b"\r\n\r\n")
    fields = dict(line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:] if b":" in line)
    left = int(fields.get(b"content-length", 0)) - len(body)
    while left > 0 and (data := client.recv(CHUNK)):
        left -= len(data)
    return head


def page(status, body, *fields, length=None):
    """An HTTP answer: status with its phrase, text, further header lines; length: what Content-Length says."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body.encode()) if length is None else length}", "Connection: close", *fields]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def answer(context, *pieces, pause_s=0, then_reset=False):
    """After the request: one piece after the other, with a pause before each but the first, and before the reset; no pieces: silence."""
    def behave(client, over):
        with context.wrap_socket(client, server_side=True) as tls:
            request_of(tls)
            if not pieces:
                over.wait(WAIT_S)
            for number, piece in enumerate(pieces):
                if number and over.wait(pause_s):
                    return
                tls.sendall(piece)
            if then_reset:
                over.wait(pause_s)  # a reset overtakes what was not read yet
                abort(tls)
                return
            with contextlib.suppress(OSError):
                tls.unwrap()  # close_notify: the end is meant
    return behave


class Middlebox:
    """Listens where it is made; behaviour may be changed at any time, for the connections that come then."""

    def __init__(self, address, port, behaviour):
        self.behaviour, self.over = behaviour, threading.Event()
        self.socket = socket.create_server((address, port), backlog=64, family=socket.AF_INET6 if ":" in address else socket.AF_INET)
        threading.Thread(target=self.serve, daemon=True).start()

    def close(self):
        """Its port is free again."""
        self.over.set()
        self.socket.shutdown(socket.SHUT_RDWR)  # wakes who waits in accept
        self.socket.close()

    def serve(self):
        while True:
            try:
                client = self.socket.accept()[0]
            except OSError:  # closed
                return
            client.settimeout(WAIT_S)
            threading.Thread(target=self.treat, args=(client,), daemon=True).start()

    def treat(self, client):
        with client, contextlib.suppress(OSError):  # clients that hang up are what tests are about
            self.behaviour(client, self.over)
