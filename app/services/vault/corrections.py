"""What a person changes in their vault: a member corrected, a remark added, deposits deleted. The business is told.

A business is told which members changed and never to what; it reads that under its live permission, like the rest.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from app.domain.clients import Client
from app.domain.collection_check import Why, permission
from app.domain.errors import Fault, Faulty, Refusal
from app.domain.events import EventType
from app.domain.grants import Grant
from app.services import addresses
from app.services.events import announce, new_txn
from app.services.fact_values.typed_text import is_printable
from app.services.vault import schemas
from app.services.vault.documents import opened, seal
from app.services.wiring import Services
from app.storage import deposits, given_grants, grants, people, time_marks

BY_PERSON, BY_BUSINESS = "person", "business"
LONGEST_REMARK = 500


def correct(
    services: Services,
    person_id: str,
    deposit_id: str,
    version: int,
    content: Mapping[str, Any],
    remark: str,
    now: datetime,
) -> bool:
    """Put the person's content and remark in place of what was there; False when that was the same.

    Faulty when the content does not fit the schema or the remark is no short plain text, Refusal not_found (404)
    when it is not in this person's vault, conflict (409) when it was changed since ``version`` was shown.
    """
    with services.database.write() as db:
        people.lock(db, person_id)
        row = deposits.find_own(db, person_id, deposit_id, now)
        if row is None:
            raise _not_found()
        found = schemas.faults(row.type, content) + _remark_faults(remark)
        if found:
            raise Faulty(found)
        cipher = addresses.cipher(services, db, person_id)
        before = opened(cipher, row).document
        changed = _changed(before.content, content)
        names = changed | ({"remark"} if remark != before.remark else frozenset())
        if not names:
            return False
        corrected = tuple(sorted({*before.corrected, *changed}))
        document = replace(before, content=content, corrected=corrected, remark=remark)
        sealed = seal(cipher, deposit_id, row.version + 1, document)
        if row.version != version or not deposits.correct(db, row, sealed, now):
            raise Refusal("conflict", "The deposit was changed meanwhile.")
        _tell(services, db, row.grant_id, {"deposit": deposit_id, "fields": sorted(names)}, now)
    return True


def is_told(services: Services, grant_id: str, now: datetime) -> bool:
    """Whether the business hears of changes in what it deposited under this grant, and reads it as it is now."""
    with services.database.read() as db:
        return _live_grant(services, db, grant_id, now) is not None


def remove(services: Services, person_id: str, deposit_id: str, now: datetime) -> None:
    """Destroy one deposit at the person's wish; Refusal not_found (404) when it is not in their vault."""
    with services.database.write() as db:
        people.lock(db, person_id)
        row = deposits.find_own(db, person_id, deposit_id, now)
        if row is None:
            raise _not_found()
        deposits.remove(db, [deposit_id], BY_PERSON, now)
        _tell(services, db, row.grant_id, {"deposit": deposit_id, "deleted": True}, now)


def remove_all(services: Services, person_id: str, business_id: str, now: datetime) -> None:
    """Destroy everything one business deposited for the person."""
    with services.database.write() as db:
        people.lock(db, person_id)
        rows = deposits.of_person(db, person_id, now, business_id)
        deposits.remove(db, [row.id for row in rows], BY_PERSON, now)
        for grant_id in sorted({row.grant_id for row in rows}):
            _tell(services, db, grant_id, {"deposit": "all", "deleted": True}, now)


def remove_by_business(services: Services, client: Client, deposit_id: str, now: datetime) -> None:
    """Destroy a deposit the business takes back, while the grant it was made under runs.

    After that the copy is the person's alone. Refusal not_found (404) for that, another's, and none at all.
    """
    with services.database.write() as db:
        row = deposits.find_of_business(db, client.business.id, deposit_id, now)
        grant = None if row is None else _live_grant(services, db, row.grant_id, now)
        if grant is None or given_grants.subject(db, client.sector, grant.sub) is None:
            raise _not_found()
        deposits.remove(db, [deposit_id], BY_BUSINESS, now)


def delete_due(services: Services, now: datetime, limit: int) -> int:
    """Delete a batch of deposits whose time is over; returns how many went."""
    with services.database.write() as db:
        return deposits.delete_due(db, now, limit)


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(name for name in {*before, *after} if before.get(name) != after.get(name))


def _remark_faults(remark: str) -> tuple[Fault, ...]:
    if len(remark) <= LONGEST_REMARK and is_printable(remark):
        return ()
    return (("remark", f"must be plain text of at most {LONGEST_REMARK} characters"),)


def _tell(services: Services, db: Connection, grant_id: str, content: Mapping[str, Any], now: datetime) -> None:
    """Tell the business, if it could still read the deposit: after the end there is nothing it should know."""
    grant = _live_grant(services, db, grant_id, now)
    if grant is not None:
        announce(db, EventType.DATA_CHANGED, grant, new_txn(), now, content)


def _live_grant(services: Services, db: Connection, grant_id: str, now: datetime) -> Grant | None:
    grant = grants.find(db, grant_id)
    if grant is None:
        return None
    given = given_grants.of_subject(db, services.policy, grant.business_id, grant.sub)
    seen_at = time_marks.seen(db, now)
    found = (permission(each, services.policy, seen_at) for each in given if each.grant.id == grant_id)
    return grant if any(not isinstance(each, Why) for each in found) else None


def _not_found() -> Refusal:
    return Refusal("not_found", "There is no such deposit.")
