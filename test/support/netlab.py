"""A network laboratory: VMs, each with a network and a cloud of its own, and whatever keeps a VM from its provider.

  VM ---- gateway --+-- NAME_SERVICE:53   nameservice.Names, the resolver of every VM
                    +-- METADATA:80       metadata.Metadata
                    +-- FRONT:443         what the provider's NAME resolves to: middlebox.Middlebox, which passes on
                    +-- BACK:443          the provider, with a certificate of NAME by an authority that the system trusts
                    +-- PROXY:3128        for proxies.Proxy

Rules of the firewall lie where the VM's packets enter the cloud, so that the VM sees of them what it sees of a network's.
Everything in here, processes, namespaces and files, ends with the test, also if that is killed: see enter().
"""
import contextlib
import ctypes
import functools
import itertools
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading

import machine
import metadata
import middlebox
import nameservice
import servercerts

VM, GATEWAY, FRONT, BACK, PROXY = "10.0.0.4", "10.0.0.1", "20.50.0.1", "20.50.0.2", "10.0.1.4"
NAME_SERVICE, METADATA = "168.63.129.16", "169.254.169.254"
VM6, GATEWAY6, FRONT6 = "fd00::4", "fd00::1", "2001:db8::1"
REGION, NAME = "uksouth", "shareduks.uks.attest.azure.net"  # as lib/maa/region_table.h has it
RUN = pathlib.Path("/run")
SYSTEM_CAS = "/etc/ssl/certs/ca-certificates.crt"
SKIPPED = 77
CLONE_FS, CLONE_NEWNS, CLONE_NEWNET = 0x200, 0x20000, 0x40000000

libc = ctypes.CDLL(None, use_errno=True)
numbers = itertools.count(1)


def run(*words, text=""):
    done = subprocess.run([str(word) for word in words], input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, words))}: {done.stdout}")


# ---- a test's own world ----

def skip(reason):
    print("SKIPPED:", reason)
    sys.exit(SKIPPED)


def enter(*tools):
    """First in a test: go on in mount, process and network namespaces of its own, whose first process it is. When that ends, however
    it does, the kernel ends the others and drops the namespaces. tools: programs without which the test is skipped."""
    if os.environ.get("NETLAB") == "inside":
        furnish()
        return
    if os.geteuid() != 0:
        skip("network namespaces need root")
    for tool in ("unshare", "ip", "nft", *tools):
        if not shutil.which(tool):
            skip(f"{tool} is not installed (scripts/deps test)")
    new = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
    probe = subprocess.run([*new, "nft", "add table inet probe"], capture_output=True, text=True)
    if probe.returncode != 0:
        skip(f"no namespaces with nftables here: {probe.stderr.strip().splitlines()[-1] if probe.stderr.strip() else probe.returncode}")
    os.environ["NETLAB"] = "inside"
    os.execvp(new[0], [*new, sys.executable, *sys.argv])


def cover(path, file):
    """file in place of path, which may lead into the /run that is covered."""
    real = pathlib.Path(os.path.realpath(path))
    if not real.exists():
        real.parent.mkdir(parents=True, exist_ok=True)
        real.touch()
    run("mount", "--bind", file, real)


def furnish():
    """A /run for the names of namespaces and for temporary files; a resolver; an authority that the system trusts."""
    run("mount", "-t", "tmpfs", "-o", "mode=755", "netlab", RUN)
    tempfile.tempdir = str(RUN)
    (RUN / "resolv.conf").write_text(f"nameserver {NAME_SERVICE}\n", encoding="ascii")
    cover("/etc/resolv.conf", RUN / "resolv.conf")
    (RUN / "cas.pem").write_bytes(pathlib.Path(SYSTEM_CAS).read_bytes() + authority("Lab Root CA").pem.read_bytes())
    cover(SYSTEM_CAS, RUN / "cas.pem")


@functools.cache
def authority(subject):
    """"Lab Root CA" is the one that the system trusts."""
    return servercerts.Authority(tempfile.mkdtemp(prefix="ca."), subject)


# ---- one VM's network ----

def must(result, what):
    if result != 0:
        raise OSError(ctypes.get_errno(), what)


def move_to(file, kind=CLONE_NEWNET):
    must(libc.setns(file.fileno(), kind), "setns")


@contextlib.contextmanager
def namespace(name):
    """The calling thread, what it starts meanwhile (threads too), and the sockets that those open are in the network of this name."""
    with open("/proc/thread-self/ns/net", "rb") as home, open(f"/run/netns/{name}", "rb") as there:
        move_to(there)
        try:
            yield
        finally:
            move_to(home)


@contextlib.contextmanager
def view(files):
    """The calling thread and what it starts meanwhile see the files of files_of(); None: what all see."""
    if files is None:
        yield
        return
    must(libc.unshare(CLONE_FS), "unshare")  # a thread that shares its folder cannot move
    folder = os.getcwd()
    with open("/proc/thread-self/ns/mnt", "rb") as home:
        move_to(files, CLONE_NEWNS)
        try:
            os.chdir(folder)
            yield
        finally:
            move_to(home, CLONE_NEWNS)
            os.chdir(folder)


def files_of(contents):
    """A view in which each of the paths holds this text; None in its place: what is no file."""
    made = []

    def make():
        must(libc.unshare(CLONE_FS | CLONE_NEWNS), "unshare")
        for path, text in contents.items():
            if text is None:
                cover(path, "/dev/null")
                continue
            with tempfile.NamedTemporaryFile("w", delete=False, encoding="utf-8") as file:
                file.write(text)
            os.chmod(file.name, 0o644)
            cover(path, file.name)
        made.append(open("/proc/thread-self/ns/mnt", "rb"))  # lives as long as the view is needed

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    return made[0]


class Lab:
    """front: the middlebox; names, metadata: the services; files: what the VM has in place of the system's own (files_of), or None."""

    def __init__(self):
        self.files = None
        number = next(numbers)
        self.vm, self.cloud = f"vm{number}", f"cloud{number}"
        for name in (self.vm, self.cloud):
            run("ip", "netns", "add", name)
            run("ip", "-n", name, "link", "set", "lo", "up")
        run("ip", "-n", self.vm, "link", "add", "eth0", "type", "veth", "peer", "name", "vm", "netns", self.cloud)
        self.connect(VM, GATEWAY, 24, (FRONT, BACK, PROXY, NAME_SERVICE, METADATA))
        self.rule()
        with self.in_cloud():
            self.names = nameservice.Names(NAME_SERVICE, {NAME: [FRONT]})
            self.metadata = metadata.Metadata(metadata.answer_of(REGION), address=(METADATA, 80))
            self.front = middlebox.Middlebox(FRONT, 443, middlebox.pass_on(BACK))

    def connect(self, vm, gateway, bits, hosts):
        for name, device, address in ((self.vm, "eth0", vm), (self.cloud, "vm", gateway)):
            run("ip", "-n", name, "address", "add", f"{address}/{bits}", "dev", device, *(["nodad"] if ":" in vm else []))
            run("ip", "-n", name, "link", "set", device, "up")
        self.add_host(*hosts)
        run("ip", *(["-6"] if ":" in vm else []), "-n", self.vm, "route", "add", "default", "via", gateway)

    def add_ipv6(self):
        """FRONT6 leads where FRONT does."""
        self.connect(VM6, GATEWAY6, 64, (FRONT6,))
        with self.in_cloud():
            self.front6 = middlebox.Middlebox(FRONT6, 443, middlebox.pass_on(BACK))

    def cut_route(self, host, kind="unreachable"):
        """kind: what the VM's own table says of it, as ip-route(8) has it."""
        run("ip", "-n", self.vm, "route", "add", kind, host)

    def restore_route(self, host, kind="unreachable"):
        run("ip", "-n", self.vm, "route", "delete", kind, host)

    def add_host(self, *hosts):
        """More addresses of the cloud."""
        for host in hosts:
            run("ip", "-n", self.cloud, "address", "add", host, "dev", "lo", *(["nodad"] if ":" in host else []))

    def set_in_vm(self, key, value):
        """A sysctl(8) of the VM's network."""
        run("ip", "netns", "exec", self.vm, "sysctl", "-qw", f"{key}={value}")

    @contextlib.contextmanager
    def in_vm(self):
        with namespace(self.vm), view(self.files):
            yield

    def in_cloud(self):
        return namespace(self.cloud)

    def rule(self, *rules, place="cloud"):
        """The firewall's rules from now on (nftables), in the network, or place="vm": in the VM's own."""
        hook, name = ("input", self.cloud) if place == "cloud" else ("output", self.vm)
        own = 'iifname "vm"' if place == "cloud" else 'oifname "eth0"'
        rules = "\n".join(f"{own} {rule}" for rule in rules)
        run("ip", "netns", "exec", name, "nft", "-f", "-", text=f"""table inet wall
            delete table inet wall
            table inet wall {{
                chain wall {{
                    type filter hook {hook} priority 0
                    {rules}
                }}
            }}""")


class Vm(machine.Machine):
    """A machine in a lab. Its commands run in the VM's network, its providers in the cloud."""

    def __init__(self, programs, boot="secureboot-on"):
        super().__init__(programs, boot)
        self.lab = Lab()

    def provider(self, *options, tls=None, **more):
        with self.lab.in_cloud():
            return super().provider("--issuer", f"https://{NAME}", *options, listen=f"{BACK}:443",
                                    tls=tls or authority("Lab Root CA").certify(NAME), **more)

    def command(self, name, sequence=0, **variables):
        with self.lab.in_vm():
            return super().command(name, sequence, **variables)

    def guest_attest(self, *words, **variables):
        """Exit code and output, or else the error, of the program by hand, with these variables."""
        with self.lab.in_vm():
            done = subprocess.run([self.programs / "guest-attest", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True, env={"PATH": os.environ["PATH"], **variables})
        return done.returncode, done.stdout or done.stderr


def ready(programs, settings, protected=None):
    """A VM whose agent unpacked and installed the extension and has settings for it, and a provider for it."""
    vm = Vm(programs)
    vm.provider()
    vm.unpack()
    vm.settings(0, settings, protected and vm.protect(protected, vm.make_certificate()))
    vm.command("install")
    return vm
