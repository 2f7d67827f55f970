"""A receiver of alerts: takes POSTs over TLS, keeps them, and answers as told."""
import http.server
import ssl
import threading
import time


class Receiver:
    """Receiver(certificate, key): status may be changed at any time; alerts: (path, headers, body) of each POST in order."""

    def __init__(self, certificate, key):
        self.status, self.alerts = 200, []
        self.arrived = threading.Condition()
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):  # noqa: N802
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with owner.arrived:
                    owner.alerts.append((self.path, dict(self.headers), body))
                    owner.arrived.notify_all()
                self.send_response(owner.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"https://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait_for(self, count, seconds=60):
        """The first `count` alerts, once there are so many."""
        deadline = time.monotonic() + seconds
        with self.arrived:
            while len(self.alerts) < count:
                if not self.arrived.wait(max(0, deadline - time.monotonic())):
                    raise RuntimeError(f"{len(self.alerts)} alerts instead of {count}")
            return self.alerts[:count]

    def close(self):
        self.server.shutdown()
        self.server.server_close()
