"""Prepares .venv from a lock file and compiles the translations, if something changed; else returns at once.

Standard library only, and written so that an old Python can still read it and say that it is too old.
"""

import errno
import fcntl
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OLDEST_PYTHON = (3, 11)
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UV = VENV / "bin" / "uv"
STAMP = VENV / "prepared.json"
LOG = VENV / "install.log"
# The development lock contains the runtime lock (make lock sees to it), so installing it prepares both.
LOCKS = {
    "requirements.lock": ["requirements.lock"],
    "requirements-dev.lock": ["requirements-dev.lock", "requirements.lock"],
}

# The lock is whole. Left to resolve, an older pip takes the newest version for an extra and then misses its digest.
EXACTLY = ["--no-deps", "--require-hashes", "--only-binary=:all:"]

# Debian's python3 comes without pip and without ensurepip; a wheel of pip can install itself.
PIP_WHEEL = "pip-26.3-py3-none-any.whl"
PIP_URL = (
    "https://files.pythonhosted.org/packages/07/25/"
    "ee8c38ae72d66b844ce8eb9711ba905dba21ca1a8a0c960057c41cd23337/" + PIP_WHEEL
)
PIP_SHA256 = "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"


class Stop(Exception):
    """The environment cannot be prepared; the text is one line that says what to do."""


def check_python() -> None:
    """Refuse a Python that is too old, and name a newer one when this machine has it."""
    if sys.version_info >= OLDEST_PYTHON:
        return
    newer = next((name for name in _newer_pythons() if _runs(name)), "python3.12")
    raise Stop(
        "Sluis needs Python %d.%d or newer, and this is %s. " % (*OLDEST_PYTHON, sys.version.split()[0])
        + "Install a newer one, or name it: make run PYTHON=%s" % newer
    )


def _newer_pythons() -> list:
    names = ["python3.%d" % minor for minor in range(OLDEST_PYTHON[1], OLDEST_PYTHON[1] + 10)]
    return [name for name in names if shutil.which(name)]


def _runs(name: str) -> bool:
    return subprocess.call([name, "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0


def check_folder() -> None:
    """Refuse a folder that cannot be written in, or whose name would do something else in a path or for setuptools."""
    for odd in ":$":
        if odd in str(ROOT):
            raise Stop('Sluis cannot be installed in %s: there is a "%s" in its name. Rename or move it.' % (ROOT, odd))
    with tempfile.TemporaryFile(dir=str(ROOT)):
        pass


def fingerprint(lock: str) -> str:
    """Return what an environment made from this lock depends on, in one digest."""
    parts = [(ROOT / lock).read_bytes(), (ROOT / "pyproject.toml").read_bytes()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def home() -> list:
    """Return what a whole environment depends on: moved, or under another Python, it must be made anew."""
    return [str(VENV), sys.base_prefix, sys.version]


def read_stamp() -> dict:
    """Return what .venv was prepared for; nothing when it was not, or was elsewhere."""
    try:
        stamp = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return stamp if stamp.get("home") == home() and PYTHON.exists() else {}


def prepared(lock: str) -> bool:
    """Tell whether .venv already holds what this lock asks for."""
    return read_stamp().get(lock) == fingerprint(lock)


def install(lock: str) -> None:
    """Install exactly the lock, every file checked against its digest, and then this project."""
    still_true = [name for name in LOCKS if prepared(name)]
    if read_stamp():
        STAMP.unlink()  # whoever is interrupted from here on starts anew
    else:
        if VENV.is_symlink():  # it is emptied first: what others work with, where it is not ours
            raise Stop(
                "%s is a link, and must be a folder of its own. Remove the link and run the command again." % VENV
            )
        venv.create(str(VENV), with_pip=False, symlinks=True, clear=True)
        _install_pip()
    # What developers have installed is compiled when it is used, which most of it never is.
    if lock == "requirements.lock":
        _pip(*EXACTLY, "-r", str(ROOT / lock))
    elif not _installed_by_uv(lock):
        _pip(*EXACTLY, "--no-compile", "-r", str(ROOT / lock))
    # Its build tool came with the lock, so this asks nothing of the network.
    _pip("--no-deps", "--no-build-isolation", "-e", str(ROOT))
    stamp = {name: fingerprint(name) for name in LOCKS[lock] + still_true}
    STAMP.write_text(json.dumps(dict(stamp, home=home())))


def _install_pip() -> None:
    if importlib.util.find_spec("ensurepip") and _logged(str(PYTHON), "-m", "ensurepip", "--default-pip"):
        return
    wheel = VENV / PIP_WHEEL
    wheel.write_bytes(_download_pip())
    if not _logged(str(PYTHON), str(wheel / "pip"), "install", "--no-index", str(wheel)):
        raise Stop("pip could not be installed; %s says why." % LOG)


def _installed_by_uv(lock: str) -> bool:
    """Install by the uv of the lock, in a tenth of the time; tell whether that went well. pip knows more networks."""
    uv_alone = VENV / "uv.lock"
    uv_alone.write_text("".join(re.findall(r"(?m)^uv==.*\n(?:[ ]+.*\n)*", (ROOT / lock).read_text())))
    _pip(*EXACTLY, "-r", str(uv_alone))
    return _logged(str(UV), "pip", "install", "--python", str(PYTHON), *EXACTLY, "-r", str(ROOT / lock))


def _download_pip() -> bytes:
    import ssl  # noqa: PLC0415 - some old Pythons were built without it, and must get as far as check_python

    try:
        wheel = _read(PIP_URL, ssl.create_default_context())
    except urllib.error.URLError as error:
        if not isinstance(error.reason, ssl.SSLCertVerificationError):
            raise Stop(_no_network("files.pythonhosted.org")) from None
        # A bare Debian knows no certificate authority. The digest below is what vouches for the wheel.
        wheel = _read(PIP_URL, ssl._create_unverified_context())  # noqa: S323, SLF001
    if hashlib.sha256(wheel).hexdigest() != PIP_SHA256:
        raise Stop("The download of pip is not the file it should be. Check the network and run the command again.")
    return wheel


def _read(url: str, context: object) -> bytes:
    with urllib.request.urlopen(url, timeout=60, context=context) as answer:  # noqa: S310 - a constant https address
        return answer.read()


def _pip(*arguments: str) -> None:
    if _logged(str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", *arguments):
        return
    said = LOG.read_text(errors="replace")
    if "CERTIFICATE_VERIFY_FAILED" in said:
        raise Stop(
            "The certificate of pypi.org is not trusted here. Behind a proxy that replaces it, name its authority:"
            " PIP_CERT=/path/to/authority.pem make run"
        )
    if "connection broken" in said or "Max retries exceeded" in said:
        raise Stop(_no_network("pypi.org"))
    if "No space left" in said:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    reasons = [line for line in said.splitlines() if line.startswith("ERROR: ")]
    raise Stop("pip failed: %s (all of it: %s)" % (reasons[-1][7:] if reasons else "no reason given", LOG))


def _logged(*command: str) -> bool:
    """Run a command with its output in the log; tell whether it succeeded."""
    with LOG.open("wb") as log:
        return subprocess.call(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=str(ROOT)) == 0


def _no_network(host: str) -> str:
    return "%s does not answer. Check the network (or your proxy settings) and run the command again." % host


def compile_translations() -> None:
    """Compile each catalogue that is newer than its compiled form."""
    for source in (ROOT / "app").rglob("*.po"):
        compiled = source.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
            continue
        pybabel = str(VENV / "bin" / "pybabel")
        if not _logged(pybabel, "--quiet", "compile", "-i", str(source), "-o", str(compiled)):
            raise Stop("The translations in %s cannot be compiled; %s says why." % (source, LOG))


@contextmanager
def alone() -> Iterator:
    """Let no other preparation of this folder run meanwhile: it would clear away what this one installs."""
    folder = os.open(str(ROOT), os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another command prepares the environment; waiting for it.", flush=True)
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def main(arguments: list) -> int:
    """Prepare for one lock file; on failure print one line and return a status that is not zero."""
    lock = arguments[0] if arguments else "requirements.lock"
    try:
        check_python()
        check_folder()
        with alone():
            if not prepared(lock):
                print("Preparing the environment in .venv; this takes a minute, once.", flush=True)
                install(lock)
            compile_translations()
    except Stop as reason:
        return _fail(str(reason))
    except OSError as error:
        return _fail(
            "Cannot write in %s: %s. Make it writable (and not full), or clone into a folder of your own."
            % (ROOT, error.strerror or error)
        )
    except KeyboardInterrupt:
        return _fail("Stopped. Run the command again to go on.")
    return 0


def _fail(line: str) -> int:
    print(line, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
