"""A stand-in for the cloud's metadata service: answers as told, and refuses what the real one refuses."""
import http.server
import json
import threading
import urllib.parse


def answer_of(location, cloud="AzurePublicCloud", **more):
    return json.dumps({"location": location, "azEnvironment": cloud, "vmId": "a-vm", "resourceId": "/subscriptions/s/vm", **more})


class Metadata:
    """Metadata(body): url, status and body may be changed at any time; requests: what was asked, with its headers."""

    def __init__(self, body="", status=200, address=("127.0.0.1", 0)):
        self.body, self.status, self.requests = body, status, []
        self.end = threading.Event()
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # noqa: N802
                owner.answer(self)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(address, Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.url = f"http://{address[0]}:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def refusal(self, request):
        """None if the request is one that the real service answers."""
        path, _, query = request.path.partition("?")
        if request.headers.get("Metadata") != "true" or "X-Forwarded-For" in request.headers:
            return 400
        if "api-version" not in urllib.parse.parse_qs(query):
            return 400
        return None if path == "/metadata/instance/compute" else 404

    def answer(self, request):
        self.requests.append((request.path, dict(request.headers)))
        status, body = self.refusal(request), self.current()
        if body == "hang":
            self.end.wait(60)
            return
        request.send_response(status or self.status)
        request.end_headers()
        request.wfile.write(b"" if status else body.encode("utf-8", "surrogateescape"))

    def current(self):
        return self.body

    def close(self):
        self.end.set()
        self.server.shutdown()
        self.server.server_close()
