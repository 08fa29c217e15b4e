"""A file, not undone by restoring a backup, of what was decided: that it was, and never by whom or for whom.

A line says that a grant reached a version, or that a password was changed, under keyed hashes of ids. It is enough to
see which decisions a database that was put back does not know.
"""

import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.crypto.digests import keyed
from app.domain.grants import Act, EndReason
from app.services import line_files
from app.services.pages import pages
from app.services.wiring import Services
from app.storage import grant_versions, people
from app.storage.grant_versions import Decided

FILE = "decisions.log"
PASSWORD = "password"
FIRST = datetime(2020, 1, 1, tzinfo=UTC)
"""Before anything was ever decided here."""
OVERLAP = timedelta(minutes=2)
"""A transaction that was slow, or on a machine whose clock is behind, is still found."""

_LABEL = b"\x00decision\x00"
_TAIL = 200_000
_DIGEST = 32
_log = logging.getLogger("sluis.backups")


@dataclass(frozen=True)
class Entry:
    """One line: of what, the version it reached (0 for a password), by which act, and when.

    For an end that was not its giver's doing, ``act`` is the reason.
    """

    of: bytes
    version: int
    act: str
    at: datetime

    @property
    def ends(self) -> bool:
        """Whether the giver meant it to be over."""
        return self.act in {Act.WITHDRAW, Act.ERASE}

    @property
    def erases(self) -> bool:
        """Whether they asked to erase."""
        return self.act == Act.ERASE


def of_id(services: Services, id_: str) -> bytes:
    """How the file calls a grant, or the person of a password (32 bytes)."""
    return keyed(services.secrets.email_index, _LABEL + id_.encode())


def since(services: Services, moment: datetime) -> Iterator[list[Entry]]:
    """What the database knows to have been decided from this moment on, page by page."""
    for found in pages(
        services, grant_versions.decided, (moment, "", 0), lambda each: (each.at, each.grant_id, each.version)
    ):
        yield [Entry(of_id(services, each.grant_id), each.version, _word(each), each.at) for each in found]
    for changed in pages(services, people.passwords_changed, (moment, ""), lambda each: (each[1], each[0])):
        yield [Entry(of_id(services, person_id), 0, PASSWORD, at) for person_id, at in changed]


def _word(decided: Decided) -> str:
    reason = decided.end_reason
    if decided.act is not Act.WITHDRAW or reason in {None, EndReason.WITHDRAWN}:
        return decided.act.value
    return str(reason)


def append(services: Services, entries: Iterable[Entry]) -> None:
    """Add lines that are on the disk when this returns; OSError when they are not."""
    lines = (f"{each.of.hex()} {each.version} {each.act} {each.at.isoformat()}\n" for each in entries)
    line_files.append(_path(services), "".join(lines))


def tail(services: Services) -> list[Entry]:
    """The last lines, for a writer that goes on where they end."""
    try:
        with _path(services).open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
            return list(_entries(file.read().decode("ascii", errors="replace").splitlines()[1:]))
    except FileNotFoundError:
        return []


def latest(services: Services) -> Mapping[bytes, Entry]:
    """The last decision about each grant and password."""
    found: dict[bytes, Entry] = {}
    try:
        with _path(services).open(encoding="ascii", errors="replace") as lines:
            for entry in _entries(line.rstrip("\n") for line in lines):
                known = found.get(entry.of)
                if known is None or (known.version, known.at) <= (entry.version, entry.at):
                    found[entry.of] = entry
    except FileNotFoundError:
        return {}
    return found


def _path(services: Services) -> Path:
    return services.settings.path(services.settings.data_folder) / FILE


def _entries(lines: Iterable[str]) -> Iterator[Entry]:
    for line in filter(None, lines):
        try:
            name, version, act, at = line.split(" ")
            entry = Entry(bytes.fromhex(name), int(version), act, datetime.fromisoformat(at))
            if len(entry.of) != _DIGEST or entry.at.tzinfo is None:
                raise ValueError
        except ValueError:
            _log.error("a line of the decision log cannot be read", extra={"counts": {"characters": len(line)}})
            continue
        yield entry
