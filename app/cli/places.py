"""Whether this machine has what a command needs of it: a folder to write in, a port to listen on."""

import errno
import fcntl
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from app.cli.trouble import Trouble
from app.settings import Settings

TAKEN = "taken"
_ROOM = 256 * 1024
"""Less than this is as good as full."""


def prepare_folder(settings: Settings) -> None:
    """Make the data folder, for us alone; raises Trouble when this user cannot write in it and in what is there."""
    folder = settings.path(settings.data_folder)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(bytes(_ROOM))
    except OSError as fault:
        mend = "make room" if fault.errno == errno.ENOSPC else "change its owner"
        raise Trouble(
            f"The folder {folder} cannot be written ({fault.strerror}): {mend} or set SLUIS_DATA_FOLDER."
        ) from None
    for file in sorted({*folder.glob("*.log"), *folder.glob("*.age")}):  # another user may have made it
        try:
            file.open("r+b").close()
        except OSError as fault:
            raise Trouble(f"{file} cannot be read and written ({fault.strerror}): change its owner.") from None


@contextmanager
def only_demo(settings: Settings) -> Iterator[None]:
    """Keep every other demo from this data folder: it would move the clients of this one to ports of its own."""
    folder = settings.path(settings.data_folder)
    with (folder / "demo.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Trouble(
                f"A demo runs on the folder {folder} already: stop it, or set SLUIS_DATA_FOLDER and"
                " SLUIS_DATABASE_URL to others."
            ) from None
        yield


def why_not(host: str, port: int) -> str | None:
    """What keeps this process from listening there: that it is taken, or something else in the system's words."""
    try:
        (family, kind, _, _, address), *_ = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        with socket.socket(family, kind) as probe:
            # A port whose connections have just ended can be listened on again.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as fault:
        return TAKEN if fault.errno == errno.EADDRINUSE else (fault.strerror or str(fault))
    return None


def is_answered(port: int) -> bool:
    """Whether somebody answers there on the loopback address, by either protocol: ``localhost`` means both."""
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family) as probe:
                if probe.connect_ex((host, port)) == 0:
                    return True
        except OSError:
            continue  # this machine does not speak that protocol
    return False
