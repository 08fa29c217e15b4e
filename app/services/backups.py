"""Notices that a backup was put back, and settles it: nothing lives again that had ended.

The database has an age that only grows, and the data folder remembers the highest it saw of each database by its name:
one younger than that is an older one put back. What it still holds for good is void then: sessions, codes, tokens,
links; and what was decided since, which it does not know, is not taken for undecided.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from pathlib import Path

from app.domain.cases import Reason
from app.domain.grants import EndReason
from app.services import decision_log, endings, erasure, events, keys, own_grants
from app.services.decision_log import Entry
from app.services.pages import rows
from app.services.wiring import Services
from app.storage import (
    authorization_requests,
    database_age,
    email_links,
    grants,
    people,
    refresh_tokens,
    sessions,
    time_marks,
)

FILE = "database-{}.age"
_LEAP = 1_000_000
"""So far ahead that no other machine remembers more."""
_OLDEST = 2**62
"""No database grows so old: a file that says so is damaged, and a column holds twice that at most."""


@dataclass(frozen=True)
class Settled:
    """What was settled: grants that ended again, and passwords that no longer open anything."""

    ended: int
    passwords: int


def put_back(services: Services) -> bool:
    """Whether this machine remembers this database older than it is."""
    # First what is remembered: another worker lets the database grow, and remembers it, at any time.
    remembered = _remembered(services)
    with services.database.read() as db:
        return remembered > database_age.read(db)


def grow_older(services: Services) -> bool:
    """Let the database be one older, and remember it; False when more is remembered: a backup was put back.

    OSError when the data folder cannot be read and written.
    """
    remembered = _remembered(services)
    with services.database.write() as db:
        if remembered > database_age.read(db):
            return False
        age = database_age.grow(db)
    _remember(services, age)
    return True


def settle(services: Services, now: datetime) -> Settled:
    """Make void what a backup brought back. May be repeated, and is when it was cut off: the age comes last."""
    with services.database.write() as db:
        sessions.end_everybodys(db, now)
        refresh_tokens.revoke_everybodys(db, now)
        authorization_requests.forget_all(db)
        email_links.withdraw_everybodys(db)
        keys.renew_sealing(services, db, now)
    services.keys.forget()
    decided = decision_log.latest(services)
    settled = Settled(_end_lost(services, decided, now), _void_passwords(services, decided))
    with services.database.write() as db:
        age = database_age.grow(db, beyond=_remembered(services) + _LEAP)
    _remember(services, age)
    return settled


def _end_lost(services: Services, decided: Mapping[bytes, Entry], now: datetime) -> int:
    """End every grant whose last decision the database does not know: as its giver meant it, or as lost."""
    ended = 0
    for grant_id, version in rows(services, grants.versions, "", itemgetter(0)):
        last = decided.get(decision_log.of_id(services, grant_id))
        if last is not None and last.version > version:
            ended += _end(services, grant_id, last, now)
    return ended


def _end(services: Services, grant_id: str, last: Entry, now: datetime) -> bool:
    with services.database.write() as db:
        found = own_grants.locked(services, db, grant_id)
        if found is None:
            return False
        (grant, client), txn = found, events.new_txn()
        running = grant.live(time_marks.seen(db, now))
        if running:
            reason = EndReason.WITHDRAWN if last.ends else EndReason.LOST
            grant = endings.end(services, db, grant, client, reason, endings.NO_WORDS, now, txn)
        if last.erases and grant.ended_at is not None:
            erasure.open_case(services, db, grant, client, txn, now, Reason.ASKED)
    return running


def _void_passwords(services: Services, decided: Mapping[bytes, Entry]) -> int:
    """Void the restored password of everybody who changed it since: they set a new one by mail."""
    void = 0
    for person_id, changed_at in rows(services, people.password_ages, "", itemgetter(0)):
        last = decided.get(decision_log.of_id(services, person_id))
        if last is not None and (changed_at is None or changed_at < last.at):
            with services.database.write() as db:
                people.void_password(db, person_id)
            void += 1
    return void


def _path(services: Services) -> Path:
    with services.database.read() as db:
        name = database_age.name(db)
    return services.settings.path(services.settings.data_folder) / FILE.format(name)


def _remembered(services: Services) -> int:
    try:
        age = int(_path(services).read_text("ascii"))
    except (FileNotFoundError, ValueError):
        return 0
    return age if age < _OLDEST else 0


def _remember(services: Services, age: int) -> None:
    """Write the number over the old one, which is as long: a process killed meanwhile leaves one or the other."""
    path = _path(services)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.pwrite(file, f"{age:020}\n".encode("ascii"), 0)
        os.fsync(file)
    finally:
        os.close(file)
