"""The ledger of erased people, in the database and in a file that a restored backup does not take back.

It holds keyed hashes of ids that nothing else holds any more: enough to erase somebody again who came back with a
backup, and nothing to find anybody by.
"""

import logging
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from app.crypto.digests import keyed
from app.services import line_files
from app.services.wiring import Services
from app.storage import erasure_ledger as rows

FILE = "erasures.log"
_LABEL = b"\x00erased person\x00"
_DIGEST = 32
_log = logging.getLogger("sluis.erasure")


def person_digest(services: Services, person_id: str) -> bytes:
    """How the ledger calls a person (32 bytes)."""
    return keyed(services.secrets.email_index, _LABEL + person_id.encode())


def enter(services: Services, db: Connection, person_id: str, now: datetime) -> None:
    """Enter a person in the database's part, in the caller's transaction; ``write_down`` brings it to the file."""
    rows.add(db, person_digest(services, person_id), now)


def write_down(services: Services) -> bool:
    """Bring to the file whom only the database's part has; whether the file has others: a backup was restored.

    Raises OSError when the file cannot be written; what the database holds is not lost by that.
    """
    in_file = _read(_path(services))
    with services.database.read() as db:
        entered = rows.all_(db)
    if missing := {digest: at for digest, at in entered.items() if digest not in in_file}:
        _append(_path(services), missing)
    return not in_file.keys() <= entered.keys()


def take_over(services: Services) -> None:
    """Bring to the database's part whom only the file has, once all of them who are here are being erased."""
    known, in_file = entered(services), _read(_path(services))
    if forgotten := {digest: at for digest, at in in_file.items() if digest not in known}:
        with services.database.write() as db:
            for digest, at in forgotten.items():
                rows.add(db, digest, at)


def written(services: Services) -> frozenset[bytes]:
    """Everybody in the file; OSError when it cannot be read."""
    return frozenset(_read(_path(services)))


def entered(services: Services) -> frozenset[bytes]:
    """Everybody in the database's part."""
    with services.database.read() as db:
        return frozenset(rows.all_(db))


def _path(services: Services) -> Path:
    return services.settings.path(services.settings.data_folder) / FILE


def _append(path: Path, entries: Mapping[bytes, datetime]) -> None:
    line_files.append(path, "".join(f"{digest.hex()} {at.isoformat()}\n" for digest, at in entries.items()))


def _read(path: Path) -> dict[bytes, datetime]:
    try:
        lines = path.read_text("ascii", errors="replace").splitlines()
    except FileNotFoundError:
        return {}
    found: dict[bytes, datetime] = {}
    for line in filter(None, lines):
        try:
            name, at = line.split(" ")
            digest, erased_at = bytes.fromhex(name), datetime.fromisoformat(at)
            if len(digest) != _DIGEST or erased_at.tzinfo is None:
                raise ValueError
        except ValueError:
            _log.error("a line of the erasure ledger cannot be read", extra={"counts": {"characters": len(line)}})
            continue
        found[digest] = erased_at
    return found
