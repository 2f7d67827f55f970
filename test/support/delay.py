"""A relay that lets each byte wait, as a long way does."""
import queue
import socket
import threading
import time

CHUNK = 65536


class Delay:
    """with Delay(0.060) as way: way.target = a port; connect to 127.0.0.1:way.port. TCP's own handshake is not delayed."""

    def __init__(self, round_trip_s):
        self.target, self.half_s = 0, round_trip_s / 2
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.target))
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for source, drain in ((client, server), (server, client)):
                waiting = queue.Queue()
                threading.Thread(target=self.read, args=(source, waiting), daemon=True).start()
                threading.Thread(target=self.write, args=(drain, waiting), daemon=True).start()

    def read(self, source, waiting):
        while True:
            try:
                data = source.recv(CHUNK)
            except OSError:
                data = b""
            waiting.put((time.monotonic() + self.half_s, data))
            if not data:
                return

    @staticmethod
    def write(drain, waiting):
        while True:
            due, data = waiting.get()
            time.sleep(max(0, due - time.monotonic()))
            try:
                if not data:
                    drain.shutdown(socket.SHUT_WR)
                    return
                drain.sendall(data)
            except OSError:
                return
