"""A stand-in for Azure Resource Manager: Resource Graph's pages and VMs' instance views over HTTP, with the answers, limits and faults of
the real one as its documentation and clients' logs show them. It makes up VMs and knows the truth about each. It does not evaluate the
query: the rows are those that the query of manifest/fleet/vms.kql promises.

Sources: REST reference of Microsoft.ResourceGraph/resources 2022-10-01 ($top, $skipToken, 15 requests in 5 s, x-ms-user-quota-*) and of
Microsoft.Compute virtualMachines/instanceView; "Understand how Azure Resource Manager throttles requests" (token buckets, 429, Retry-After).
"""
import http.server
import json
import random
import threading
import time
import urllib.parse

TOKEN = "token-of-the-stand-in"
GRAPH_REQUESTS, GRAPH_SECONDS = 15, 5
TYPE = "BootIntegrity.LinuxAttestation.GuestAttestation"
HOUR = 3600


def at(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


def status(code, level, message):
    display = {"succeeded": "Provisioning succeeded", "failed": "Provisioning failed", "transitioning": "Transitioning"}
    return {"code": f"ProvisioningState/{code}", "level": level, "displayStatus": display.get(code.split("/")[0], code), "message": message}


def part(name, level, message):
    word = {"Info": "succeeded", "Warning": "warning", "Error": "failed"}[level]
    return {"code": f"ComponentStatus/{name}/{word}", "level": level, "displayStatus": "Provisioning succeeded", "message": message}


def view_of(extension, agent="Ready"):
    """The instance view of a VM. extension: statuses and substatuses, None if the agent shows none."""
    view = {"computerName": "vm", "osName": "ubuntu", "vmAgent": {"vmAgentVersion": "2.15.0.1", "statuses": [
        {"code": "ProvisioningState/succeeded", "level": "Info", "displayStatus": agent, "message": "Guest Agent is running", "time": at(0)}]},
        "statuses": [{"code": "PowerState/running", "level": "Info", "displayStatus": "VM running"}]}
    others = {"name": "AzureMonitorLinuxAgent", "type": "Microsoft.Azure.Monitor.AzureMonitorLinuxAgent", "typeHandlerVersion": "1.33",
              "statuses": [status("succeeded", "Info", "Enable succeeded")]}
    view["extensions"] = [others] + ([{"name": "GuestAttestation", "type": TYPE, "typeHandlerVersion": "1.0.0.7", **extension}] if extension else [])
    return view


def report(code, level, message, health, due=2 * HOUR, parts=()):
    """What the extension reports."""
    own = [part("BootIntegrity", "Info" if health == "Healthy" else "Error", f"{health} at {at(-60)}: ..."), *parts,
           part("Schedule", "Info", f"Next attestation at about {at(due)}; every 4 h and after every boot.")]
    return view_of({"statuses": [status(code, level, message)], "substatuses": own})


def healthy(due=2 * HOUR, parts=()):
    return report("succeeded", "Info", f"Healthy: this VM proved its boot to https://shareduks.uks.attest.azure.net at {at(-60)}. Secure Boot is on, "
                  "and the TPM confirms the boot's event log.", "Healthy", due, parts)


def unhealthy(name, number, code="failed"):
    return lambda: report(f"{code}/{number}" if code == "failed" else code, "Error" if code == "failed" else "Info",
                          f"Unhealthy: Something is not as it was (other than (this)) ({name}). Do this (and that).", "Unhealthy")


def unknown(name, number):
    return lambda: report(f"failed/{number}", "Error", f"Not attested: The provider was not reached\x1b[2J\u202e ({name}). Allow it (MTU).", "Unknown")


ENABLED = {"extension": "GuestAttestation", "reason": "", "power": "PowerState/running"}
KINDS = [  # share, what the VM is, (group, cause) that must be found, changes of its row, its view or the status of a refusal
    (700, "healthy", ("healthy", ""), {}, healthy),
    (60, "certificates", ("healthy", "SecureBoot"), {}, lambda: healthy(parts=[part("SecureBoot", "Warning", "Certificates of 2023: db missing")])),
    (10, "old proof", ("healthy", "no new proof: connection-timeout"), {}, lambda: report(
        "succeeded", "Info", f"Healthy at {at(-HOUR)}. No new proof since {at(-60)}: No answer (connection-timeout). Allow outbound TCP 443.", "Unknown")),
    (40, "not running", ("off", "deallocated"), {"power": "PowerState/deallocated"}, healthy),
    (50, "without it", ("missing", ""), {"extension": ""}, healthy),
    (30, "generation 1", ("excluded", "generation 1"), {"extension": "", "reason": "generation 1"}, healthy),
    (5, "confidential", ("excluded", "confidential VM"), {"extension": "", "reason": "confidential VM"}, healthy),
    (20, "kernel", ("unhealthy", "kernel-changed"), {}, unhealthy("kernel-changed", 720)),
    (8, "log", ("unhealthy", "log-mismatch"), {}, unhealthy("log-mismatch", 703)),
    (4, "alerts off", ("unhealthy", "initrd-changed"), {}, unhealthy("initrd-changed", 721, "succeeded")),
    (15, "network", ("unknown", "connection-timeout"), {}, unknown("connection-timeout", 503)),
    (6, "name", ("unknown", "dns-name-not-found"), {}, unknown("dns-name-not-found", 514)),
    (5, "first", ("transitioning", "dns-server-silent"), {}, lambda: report(
        "transitioning", "Info", "Not attested yet, trying again in 60 s: No answer (dns-server-silent). Allow UDP 53.", "Unknown", 60)),
    (5, "agent down", ("silent", "the guest agent is Not Ready"), {}, lambda: dict(healthy(), vmAgent=view_of(None, "Not Ready")["vmAgent"])),
    (5, "agent gone", ("silent", "the guest agent never reported"), {}, lambda: dict(healthy(), vmAgent=None)),
    (5, "no status", ("silent", "the agent shows no status of the extension"), {}, lambda: view_of(None)),
    (5, "agent's words", ("silent", "the extension did not report yet"), {}, lambda: view_of({"statuses": [status(
        "transitioning", "Info", "This status is being reported by the Guest Agent since no status file was reported by extension")]})),
    (8, "stale", ("stale", ""), {}, lambda: healthy(due=-HOUR)),
    (3, "stale and bad", ("stale", ""), {}, lambda: report("failed/720", "Error", "Unhealthy: It changed (kernel-changed). Do.", "Unhealthy", -HOUR)),
    (3, "success without parts", ("unknown", "no reason is shown"), {}, lambda: view_of({"statuses": [status("succeeded", "Info", "Healthy: trust me")]})),
    (2, "forbidden", ("unread", "HTTP 403"), {}, 403),
    (2, "deleted since", ("unread", "HTTP 404"), {}, 404),
]


class Fleet:
    """count VMs; every kind is there at least once. rate: instance views that Azure gives per second, after a burst of as many."""

    def __init__(self, count, seed=1, rate=2000):
        chance = random.Random(seed)
        kinds = [kind[1] for kind in KINDS] + chance.choices([kind[1] for kind in KINDS], [kind[0] for kind in KINDS], k=count - len(KINDS))
        chance.shuffle(kinds)
        by_name = {kind[1]: kind for kind in KINDS}
        self.rate, self.chance, self.lock = rate, chance, threading.Lock()
        self.rows, self.kind_of, self.truth = [], {}, {}
        for number, name in enumerate(kinds):
            vm = (f"/subscriptions/00000000-0000-0000-0000-{number % 3:012}/resourcegroups/rg-{number % 40}/providers/microsoft.compute/"
                  f"virtualmachines/vm-{number:06}")
            self.rows.append({"id": vm, "name": vm.rpartition("/")[2], **ENABLED, **by_name[name][3]})
            self.kind_of[vm] = by_name[name]
            self.truth.setdefault(by_name[name][2], set()).add(vm)
        self.page = min(1000, max(1, count // 3))  # Resource Graph gives fewer rows than asked for where they are large
        self.graph_times, self.budget, self.budget_time = [], float(rate), time.monotonic()
        self.asked, self.refused, self.tokens_refused, self.faults = {}, 0, 0, 0

    def graph(self, request):
        """(status, headers, answer)"""
        now = time.monotonic()
        self.graph_times = [then for then in self.graph_times if now - then < GRAPH_SECONDS]
        if len(self.graph_times) >= GRAPH_REQUESTS:
            self.refused += 1
            return 429, {"x-ms-user-quota-remaining": "0", "x-ms-user-quota-resets-after": "00:00:01"}, fault("RateLimiting", "Please provide below info")
        self.graph_times.append(now)
        rows = [row for row in self.rows if not request.get("subscriptions") or row["id"].split("/")[2] in request["subscriptions"]]
        if "'BootIntegrity.LinuxAttestation'" not in request["query"] or "order by id asc" not in request["query"]:
            return 400, {}, fault("BadRequest", "Please provide below info")  # without an order pages would overlap
        options = request["options"]
        start = int(options.get("$skipToken", "t0")[1:])
        data = rows[start:start + min(options["$top"], self.page)]
        more = {"$skipToken": f"t{start + len(data)}"} if start + len(data) < len(rows) else {}
        return 200, {}, {"totalRecords": len(rows), "count": len(data), "data": data, "facets": [], "resultTruncated": "false", **more}

    def instance_view(self, vm):
        now = time.monotonic()
        self.budget = min(float(self.rate), self.budget + (now - self.budget_time) * self.rate)
        self.budget_time = now
        if self.budget < 1:
            self.refused += 1
            return 429, {"Retry-After": "1"}, fault("TooManyRequests", "The server rejected the request because too many requests have been received")
        self.budget -= 1
        if self.chance.random() < 0.002:
            self.faults += 1
            return self.chance.choice([(500, {}, fault("InternalServerError", "Encountered internal server error")), (503, {"Retry-After": "0"}, {}), None])
        self.asked[vm] = self.asked.get(vm, 0) + 1
        made = self.kind_of[vm][4] if vm in self.kind_of else 404
        if isinstance(made, int):
            return made, {}, fault("AuthorizationFailed" if made == 403 else "ResourceNotFound", f"VM '{vm}'")
        return 200, {"x-ms-ratelimit-remaining-subscription-reads": str(int(self.budget))}, made()

    def answer(self, method, path, token, body):
        with self.lock:
            if token != f"Bearer {TOKEN}":
                self.tokens_refused += 1
                return 401, {}, fault("ExpiredAuthenticationToken", "The access token expiry UTC time is earlier than current time")
            if method == "POST" and path.path == "/providers/Microsoft.ResourceGraph/resources":
                return self.graph(json.loads(body))
            if method == "GET" and path.path.endswith("/instanceView"):
                return self.instance_view(urllib.parse.unquote(path.path).removesuffix("/instanceView"))
            return 400, {}, fault("BadRequest", path.path)


def fault(code, message):
    return {"error": {"code": code, "message": message}}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self):
        path = urllib.parse.urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answer = self.server.fleet.answer(self.command, path, self.headers.get("Authorization"), body) if "api-version=" in path.query else (
            400, {}, fault("MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required"))
        if answer is None:  # the connection breaks
            self.close_connection = True
            return
        status_code, headers, document = answer
        text = json.dumps(document).encode()
        self.send_response(status_code)
        for name, value in {**headers, "Content-Type": "application/json; charset=utf-8", "Content-Length": str(len(text))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    do_POST = do_GET

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        """A client that was killed is no error."""


def serve(fleet):
    """The server, which listens; its address is server.server_address."""
    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads, server.fleet = True, fleet
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
