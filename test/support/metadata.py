"""A stand-in for the cloud's metadata service: answers as told, and refuses what the real one refuses."""
import http.server
import json
import threading
import urllib.parse
import uuid


def answer_of(location, cloud="AzurePublicCloud", **more):
    return json.dumps({"location": location, "azEnvironment": cloud, "vmId": "a-vm", "resourceId": "/subscriptions/s/vm", **more})


RENEWALS = "/metadata/THIM/tvm/certificate/"


class Renewals:
    """The platform's way to new certificates of attestation keys. issue(old): the new certificate, both as PEM; None: it refuses.
    is_slow: it answers by what to query, which has no answer until it is_made. asked: the forms and versions."""

    def __init__(self, issue):
        self.issue, self.is_slow, self.is_made, self.asked, self.made = issue, False, True, [], {}

    def answer(self, form, query, body):
        """Status and body."""
        known = {name: values[0] for name, values in query.items()}
        uuid.UUID(known["vmId"])
        uuid.UUID(known["requestId"])
        self.asked.append((form, known["api-version"]))
        if form == "query":
            return (200, self.made[known["guid"]]) if self.is_made and known["guid"] in self.made else (404, "")
        new = self.issue(urllib.parse.unquote(body))
        if new is None:
            return 500, ""
        if not self.is_slow:
            return 200, json.dumps({"AkCertPem": new, "CertQueryId": str(uuid.uuid4())})
        if known["api-version"] == "2023-07-01":
            return 200, ""
        identifier = str(uuid.uuid4())
        self.made[identifier] = new
        return 200, identifier


class Metadata:
    """Metadata(body): url, status and body may be changed at any time; requests: what was asked, with its headers."""

    def __init__(self, body="", status=200, address=("127.0.0.1", 0)):
        self.body, self.status, self.requests = body, status, []
        self.renewals = None
        self.end = threading.Event()
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # noqa: N802
                owner.answer(self)

            def do_POST(self):  # noqa: N802
                self.sent = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
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
        return None if path == "/metadata/instance/compute" or path.startswith(RENEWALS) else 404

    def renew(self, request):
        path, _, query = request.path.partition("?")
        form_type = request.headers.get("Content-Type", "application/x-www-form-urlencoded")
        if request.headers.get("Metadata") != "true" or form_type != "application/x-www-form-urlencoded":
            return 400, ""
        return self.renewals.answer(path[len(RENEWALS):], urllib.parse.parse_qs(query), getattr(request, "sent", ""))

    def answer(self, request):
        self.requests.append((request.path, dict(request.headers)))
        if self.renewals and request.path.startswith(RENEWALS):
            status, body = self.renew(request)
            request.send_response(status)
            request.end_headers()
            request.wfile.write(body.encode())
            return
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
