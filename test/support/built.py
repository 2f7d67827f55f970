"""How the programs under test were built, for tests to which it makes a difference."""
import pathlib
import subprocess

EVERYDAY = "build/bin"


def is_sanitized(programs):
    """A sanitizer makes calls of its own, takes each for sure, and has its own pace and memory."""
    return b"__asan_init" in (pathlib.Path(programs) / "guest-attest").read_bytes()


def is_static(programs):
    shown = subprocess.run(["readelf", "-lW", pathlib.Path(programs) / "guest-attest"], capture_output=True, text=True, check=True).stdout
    return "INTERP" not in shown


def preloadable(programs):
    """These programs, or the everyday ones of the same sources and libraries where they are static: those load no other library."""
    if not is_static(programs):
        return programs
    print(f"The programs of {EVERYDAY}, of the same sources and libraries: a static one cannot be preloaded", flush=True)
    return EVERYDAY
