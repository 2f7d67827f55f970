"""What the guest agent may be about when a command is interrupted, and what must hold afterwards: stories for the tests that kill the
commands and that fail their system calls."""
import contextlib
import json
import pathlib
import shutil

from handler_home import PLAIN


def succeeds(home, name, **more):
    code, out, err, _ = home.call(name, **more)
    assert code == 0 and not err, f"{name}: {code} {out} {err}"


def delete(folder):
    """As the guest agent deletes a package, in which the service may write a status meanwhile."""
    while folder.exists():
        with contextlib.suppress(OSError):
            shutil.rmtree(folder)


def nothing_half_written(machine, home):
    """What a reader may find at any time."""
    for path in [*home.base.glob("status/*.status"), *machine.state.glob("service.json"), *machine.state.glob("updating")]:
        json.loads(path.read_text())
    for program in machine.root.glob("opt/guest-attestation/*/*"):
        if not program.name.startswith("."):
            assert program.stat().st_mode & 0o111 and program.stat().st_size == (home.base / "bin" / program.name).stat().st_size


def runs(machine):
    unit = machine.root / "unit.pid"  # of the stand-in for systemd
    return pathlib.Path("/proc", unit.read_text().strip()).exists() if unit.exists() else bool(machine.pid())


def runs_well(machine, home, sequence=0):
    assert home.status(sequence)["status"] == "success", home.status(sequence)
    configuration = machine.service_configuration()
    assert (configuration["sequence"], configuration["home"]) == (sequence, f"/var/lib/waagent/{home.base.name}")
    assert runs(machine) and not (machine.state / "updating").exists()
    folder = machine.root / "opt/guest-attestation"
    assert [p.name for p in folder.iterdir()] == [home.version]
    assert sorted(p.name for p in (folder / home.version).iterdir()) == ["guest-attest", "monitor"], "leavings"


def nothing_is_left(machine):
    assert not machine.state.exists() and not (machine.root / "opt/guest-attestation").exists()
    assert not runs(machine) and not machine.unit().exists()


def fresh(machine):
    return machine.home()


def installed(machine):
    home = machine.home()
    succeeds(home, "install")
    return home


def enabled(machine):
    home = installed(machine)
    succeeds(home, "enable")
    (machine.state / "history.json").write_text("{}")
    return home


def enabled_with_new_settings(machine):
    home = enabled(machine)
    home.settings(1, PLAIN)
    return home


def enabled_under_systemd(machine):
    machine.boot_with_systemd()
    return enabled_with_new_settings(machine)


def installed_under_systemd(machine):
    machine.boot_with_systemd()
    return installed(machine)


def after_install(machine, home):
    succeeds(home, "install")
    succeeds(home, "enable")
    runs_well(machine, home)


def after_enable(machine, home):
    succeeds(home, "enable")
    runs_well(machine, home)


def after_new_settings(machine, home):
    succeeds(home, "enable", sequence=1)
    runs_well(machine, home, 1)


def after_disable(machine, home):
    succeeds(home, "disable")
    assert not runs(machine)
    succeeds(home, "enable")
    runs_well(machine, home)


def after_uninstall(machine, home):
    succeeds(home, "uninstall")
    nothing_is_left(machine)


def next_version(machine):
    own = machine.own_version
    return machine.home(own[:-1] + ("1" if own[-1] != "1" else "2"))


def versions(new):
    return {"VERSION": new.version, "AZURE_GUEST_AGENT_UPDATING_FROM_VERSION": "0.0.0.1"}


def upgrade_goes_on(machine, old):
    """Whatever was killed, the agent's retry begins at update."""
    new = next_version(machine)
    shutil.copytree(old.base / "status", new.base / "status", dirs_exist_ok=True)
    succeeds(new, "update", variables=versions(new))
    succeeds(old, "uninstall")
    succeeds(new, "install")
    succeeds(new, "enable")
    runs_well(machine, new)
    assert (machine.state / "history.json").exists(), "state is lost"


def disabled_for_update(machine):
    old = enabled(machine)
    succeeds(old, "disable")
    return old


def updating(machine):
    old = disabled_for_update(machine)
    new = next_version(machine)
    succeeds(new, "update", variables=versions(new))
    return old


STORIES = [
    ("install", fresh, {}, after_install),
    ("enable", installed, {}, after_enable),
    ("enable", enabled_with_new_settings, {"sequence": 1}, after_new_settings),
    ("enable", installed_under_systemd, {}, after_enable),
    ("enable", enabled_under_systemd, {"sequence": 1}, after_new_settings),
    ("disable", enabled, {}, after_disable),
    ("disable", enabled_under_systemd, {}, after_disable),
    ("uninstall", enabled_under_systemd, {}, after_uninstall),
    ("uninstall", enabled, {}, after_uninstall),
    ("update", disabled_for_update, {"variables": {"VERSION": "9.9.9.9"}}, upgrade_goes_on),
    ("uninstall", updating, {}, upgrade_goes_on),
]
