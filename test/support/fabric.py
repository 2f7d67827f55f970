"""The platform as the guest agent sees it, for running the agent's own code offline.

Fabric holds what the platform wants of the VM and answers the agent's HTTP requests about it, in this process: goal state,
extensions, package manifest, packages, and the upload of the VM's status. Agent is the real guest agent (Python package
azurelinuxagent of Debian's `waagent`) without its endless loop: its processing of a goal state and its status report, one turn at
a time. Nothing of it is replaced but the function below which there are only sockets; and its waits are ten times shorter, which
its time limits, counted in waits, are too.
"""
import base64
import json
import os
import pathlib
import re
import subprocess
import sys
import time
from xml.sax.saxutils import escape

ADDRESS = "168.63.129.16"
STORE = "https://store.test"
LIB, LOGS = "/var/lib/waagent", "/var/log/azure"
FASTER = 10
sleep = time.sleep  # in seconds, for whoever is not the agent
GOAL_STATE = """<GoalState><Incarnation>{number}</Incarnation><Machine><ExpectedState>Started</ExpectedState></Machine>
<Container><ContainerId>container</ContainerId><RoleInstanceList><RoleInstance><InstanceId>vm</InstanceId><State>Started</State>
<Configuration><HostingEnvironmentConfig>http://{host}/hosting</HostingEnvironmentConfig><SharedConfig>http://{host}/shared</SharedConfig>
<ExtensionsConfig>http://{host}/extensions</ExtensionsConfig>{certificates}<ConfigName>role.1.xml</ConfigName></Configuration>
</RoleInstance></RoleInstanceList></Container></GoalState>"""
EXTENSIONS = """<Extensions><GuestAgentExtension><GAFamilies /></GuestAgentExtension><Plugins>{plugins}</Plugins>
<PluginSettings>{settings}</PluginSettings><StatusUploadBlob statusBlobType="BlockBlob">{store}/status</StatusUploadBlob>
<InVMGoalStateMetaData inSvdSeqNo="{number}" createdOnTicks="{ticks}" activityId="" correlationId="" /></Extensions>"""


def unpack_agent(folder):
    """The agent that WAAGENT names, or Debian's package, fetched once into a folder and not installed; returns where Python finds its
    modules."""
    if os.environ.get("WAAGENT"):
        return pathlib.Path(os.environ["WAAGENT"])
    modules = folder / "usr/lib/python3/dist-packages"
    if not modules.exists():
        folder.mkdir(parents=True, exist_ok=True)
        download = ["apt-get", "-qq", "-o", "APT::Sandbox::User=root", "download", "waagent"]
        if subprocess.run(download, cwd=folder, stderr=subprocess.DEVNULL).returncode != 0:
            subprocess.run(["apt-get", "-qq", "update"], check=True)
            subprocess.run(download, cwd=folder, check=True)
        subprocess.run(["dpkg-deb", "-x", *folder.glob("waagent_*.deb"), folder], check=True)
    return modules


def openssl(*words, **more):
    return subprocess.run(["openssl", *words], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **more).stdout


class Answer:
    """What the agent expects of an HTTP response."""

    def __init__(self, body=b"", status=200):
        self.status, self.reason, self.body = status, "", body.encode() if isinstance(body, str) else body

    def read(self, size=-1):
        part = self.body if size < 0 else self.body[:size]
        self.body = self.body[len(part):]
        return part

    def getheaders(self):
        return []


class Fabric:
    def __init__(self, name):
        self.name = name
        self.packages = {}  # version: bytes of the zip
        self.number = 0  # of the goal state
        self.wanted = None  # version, state, settings' number, settings' text
        self.pfx = None  # the VM's certificate and its key
        self.statuses = []  # what the agent uploaded, as text

    def want(self, version, sequence=0, settings=None, state="enabled", protected=None):
        """A new goal state. settings: the user's JSON object, or text in place of the whole ("" = no settings at all)."""
        if not isinstance(settings, str):
            settings = json.dumps({"runtimeSettings": [{"handlerSettings": {"publicSettings": settings, **(protected or {})}}]})
        self.wanted = (version, state, sequence, settings)
        self.number += 1

    def want_nothing(self):
        self.wanted = None
        self.number += 1

    def new_certificate(self, folder):
        """The platform renews the VM's certificate: the agent finds it with the next goal state. Returns its thumbprint."""
        key, certificate = folder / "vm.key", folder / "vm.pem"
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/DC=platform")
        self.pfx = openssl("pkcs12", "-export", "-in", certificate, "-inkey", key, "-passout", "pass:")
        return openssl("x509", "-in", certificate, "-noout", "-fingerprint", "-sha1").decode().split("=")[1].strip().replace(":", "")

    def certificates(self):
        """Encrypted for the certificate that the agent made for itself."""
        message = openssl("cms", "-encrypt", "-binary", "-outform", "DER", "-aes256", f"{LIB}/TransportCert.pem", input=self.pfx)
        return ("<CertificateFile><Format>Pkcs7BlobWithPfxContents</Format>"
                f"<Data>{base64.encodebytes(message).decode()}</Data></CertificateFile>")

    def extensions(self):
        plugins = settings = ""
        if self.wanted:
            version, state, sequence, text = self.wanted
            head = f'<Plugin name="{self.name}" version="{version}"'
            plugins = f'{head} location="{STORE}/manifest" state="{state}" isJson="true" useExactVersion="true" />'
            if text:
                settings = f'{head}><RuntimeSettings seqNo="{sequence}">{escape(text)}</RuntimeSettings></Plugin>'
        return EXTENSIONS.format(plugins=plugins, settings=settings, store=STORE, number=self.number,
                                 ticks=638000000000000000 + self.number)

    def manifest(self):
        plugins = "".join(f"<Plugin><Version>{version}</Version><Uris><Uri>{STORE}/package/{version}</Uri></Uris></Plugin>"
                          for version in self.packages)
        return f"<PluginVersionManifest><Plugins>{plugins}</Plugins><InternalPlugins /></PluginVersionManifest>"

    def answer(self, method, url, data):
        place = re.sub(r"^https?://[^/]*", "", url)
        if method == "PUT" and place == "/status":
            self.statuses.append(base64.b64decode(json.loads(data)["content"]).decode("utf-8"))
            return Answer()
        if method != "GET":
            return Answer()  # health reports
        if place.startswith("/package/"):
            return Answer(self.packages[place.rpartition("/")[2]])
        if place == "/certificates":
            return Answer(self.certificates())
        uri = f"<Certificates>http://{ADDRESS}/certificates</Certificates>" if self.pfx else ""
        texts = {"/?comp=versions": "<Versions><Preferred><Version>2012-11-30</Version></Preferred></Versions>",
                 "/machine/?comp=goalstate": GOAL_STATE.format(number=self.number, host=ADDRESS, certificates=uri),
                 "/extensions": self.extensions(),
                 "/hosting": '<HostingEnvironmentConfig><Deployment name="d" /><Incarnation instance="vm" /><Role name="vm" />'
                             "</HostingEnvironmentConfig>",
                 "/shared": "<SharedConfig />", "/manifest": self.manifest(), "/versions": '["2015-09-01"]', "/health": ""}
        return Answer(texts[place]) if place in texts else Answer(status=404)

    def reported(self):
        """The extension's part of the last status of the VM, None if it has none."""
        entries = json.loads(self.statuses[-1])["aggregateStatus"]["handlerAggregateStatus"]
        return next((entry for entry in entries if entry["handlerName"] == self.name), None)


class Sender:
    """The thread that would send the telemetry."""

    def __init__(self):
        self.events = []
        self.enqueue_event = self.events.append

    def stopped(self):
        return False


class Agent:
    """The agent's process: a new object is a restarted agent."""

    def __init__(self, fabric, modules, log):
        if str(modules) not in sys.path:
            self.load(modules, log)
        from azurelinuxagent.common.protocol.wire import WireProtocol
        from azurelinuxagent.common.utils import restutil
        from azurelinuxagent.ga.exthandlers import get_exthandlers_handler
        from azurelinuxagent.ga.update import UpdateHandler
        restutil.http_request = lambda method, url, data, *_, **__: fabric.answer(method, url, data)
        self.fabric, self.log, self.seen, self.read_to = fabric, log, None, os.path.getsize(log)
        self.protocol = WireProtocol(ADDRESS)
        self.protocol.detect()
        UpdateHandler._ensure_extension_telemetry_state_configured_properly(self.protocol)
        self.extensions = get_exthandlers_handler(self.protocol)

    @staticmethod
    def load(modules, log):
        sys.path.insert(0, str(modules))
        for folder in (LIB, LOGS):
            pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
        log.touch()
        from azurelinuxagent.common import event, logger
        from azurelinuxagent.common.protocol.util import get_protocol_util  # noqa: F401 (the modules import each other in a circle)
        Agent.configure()
        logger.add_logger_appender(logger.AppenderType.FILE, logger.LogLevel.VERBOSE, path=str(log))
        event.init_event_logger(f"{LIB}/events")
        time.sleep = lambda seconds: sleep(seconds / FASTER)

    @staticmethod
    def version():
        from azurelinuxagent.common.version import AGENT_VERSION
        return tuple(map(int, AGENT_VERSION.split(".")))

    @staticmethod
    def configure(text=""):
        """Lines of its configuration; what an earlier call set goes."""
        from azurelinuxagent.common import conf
        conf.__conf__.values.clear()
        conf.__conf__.load(f"Lib.Dir={LIB}\nExtension.LogDir={LOGS}\n{text}")

    def turn(self):
        """What the loop does every six seconds: process the goal state if it is new, and report. Returns what it reported."""
        self.protocol.client.update_goal_state()
        number = self.protocol.client.get_goal_state().incarnation
        if self.seen != number:
            self.extensions.run()
            self.seen = number
        before = len(self.fabric.statuses)
        self.extensions.report_ext_handlers_status()
        if len(self.fabric.statuses) != before + 1:
            raise AssertionError(f"the agent could not upload the VM's status:\n{self.tail()}")
        return self.fabric.reported()

    def events(self):
        """What it collects every five minutes: the extensions' telemetry events, as (task, level, message); the rest it logs."""
        from azurelinuxagent.ga.collect_telemetry_events import _ProcessExtensionEvents
        sender = Sender()
        _ProcessExtensionEvents(sender)._operation()
        parts = [{part.name: part.value for part in event.parameters} for event in sender.events]
        return [(part["TaskName"], part["CapabilityUsed"], part["Context1"]) for part in parts]

    def tail(self):
        with open(self.log, encoding="utf-8") as file:
            return "".join(file.readlines()[-40:])

    def commands(self):
        """What was called since the last look: ["1.2.3.4 install", ...]"""
        with open(self.log, encoding="utf-8") as file:
            file.seek(self.read_to)
            text = file.read()
            self.read_to = file.tell()
        return [f"{version} {command}" for version, command in re.findall(r"Executing command: \S*-([\d.]+)/bin/(\w+)", text)]
