"""The end of a term: its giver is asked in time, and when nobody extends it the grant ends and is to be erased.

Each act about one grant is one transaction. What has been done once is not done again, whoever comes by.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from app.domain.cases import Reason
from app.domain.clients import Client
from app.domain.grants import EndReason, Grant
from app.domain.retention import ask_at
from app.services import endings, erasure, mail, own_grants, person_mail
from app.services.wiring import Services
from app.storage import ending_grants, people, time_marks
from app.storage.ending_grants import Ending


def latest_seen(services: Services, now: datetime) -> datetime:
    """The latest moment this installation has seen, ``now`` among them: what ended by then has ended."""
    with services.database.read() as db:
        return time_marks.seen(db, now)


def see(services: Services, now: datetime) -> datetime:
    """The same, and from now on ``now`` is among them for everybody: by this a worker is known to run."""
    with services.database.note() as db:
        time_marks.raise_to(db, now)
        return time_marks.seen(db, now)


def settle(services: Services, now: datetime) -> None:
    """Take ``now`` for the time after a clock was set back and everything that had passed its end was ended."""
    with services.database.write() as db:
        time_marks.lower_to(db, now)


def past_end(services: Services, now: datetime, after: Ending | None, limit: int) -> Sequence[Ending]:
    """The next grants whose term is over, in the order they ended."""
    with services.database.read() as db:
        return ending_grants.past_end(db, now, after, limit)


def to_ask(services: Services, now: datetime, after: Ending | None, limit: int) -> Sequence[Ending]:
    """The next grants whose giver is due the question whether to extend."""
    with services.database.read() as db:
        return ending_grants.to_ask(db, now, after, limit)


def expire_one(services: Services, grant_id: str, now: datetime) -> bool:
    """End one grant that is past its end; False when it has ended, was extended or is gone."""
    with services.database.write() as db:
        found = own_grants.locked(services, db, grant_id)
        if found is None or found[0].ended_at is not None or found[0].live(now):
            return False
        grant, client = found
        expire(services, db, grant, client, now)
        _write_to_giver(services, db, "ended", grant, client, f"/sharing/{grant_id}", now)
        return True


def ask_one(services: Services, grant_id: str, now: datetime) -> bool:
    """Ask the giver whether to extend, by mail and on their dashboard; False when there is nothing to ask."""
    with services.database.write() as db:
        found = own_grants.locked(services, db, grant_id)
        if found is None or not found[0].live(now) or now < ask_at(found[0].given_at, found[0].ends_at):
            return False
        grant, client = found
        if not ending_grants.mark_asked(db, grant_id, now):
            return False
        _write_to_giver(services, db, "extend_or_end", grant, client, f"/sharing/{grant_id}/extend", now)
        return True


def expire(services: Services, db: Connection, grant: Grant, client: Client, now: datetime) -> None:
    """End a grant that is past its end and ask its business to erase what it got, in the caller's transaction."""
    erasure.end_and_ask(services, db, grant, client, EndReason.EXPIRED, Reason.EXPIRED, endings.NO_WORDS, now)


def _write_to_giver(
    services: Services, db: Connection, kind: str, grant: Grant, client: Client, path: str, now: datetime
) -> None:
    person = people.find(db, grant.person_id)
    if person is None:
        return
    words = {
        "link": services.settings.issuer + path,
        "business": person_mail.business_named(client),
        "date": mail.day(grant.ends_at, person.language),
    }
    person_mail.tell(services, db, person.id, kind, words, now)
