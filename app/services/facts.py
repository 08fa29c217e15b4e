"""A person's facts as they themselves read and write them. What others get of them is release's decision."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from app.crypto.digests import digest
from app.crypto.field_encryption import PersonCipher
from app.domain.claims import CATALOGUE
from app.domain.errors import Refusal
from app.services import addresses
from app.services.wiring import Services
from app.storage import emails, personas
from app.storage import facts as rows
from app.storage.facts import Fact

__all__ = ["Fact"]

HIDDEN: Final = object()
"""In place of a value: this persona does not use the first one's."""

BY_LINK = "email_link"
_FIRST_VERSION = 1


def read(services: Services, person_id: str, persona_id: str) -> Mapping[str, Fact]:
    """The facts one persona of a person uses, its own and inherited ones. Two selects."""
    with services.database.read() as db:
        cipher = addresses.cipher(services, db, person_id)
        return rows.of_persona(db, cipher, person_id, persona_id)


def hidden(services: Services, person_id: str, persona_id: str) -> frozenset[str]:
    """The claims of the first persona that this one does not use."""
    with services.database.read() as db:
        return frozenset(claim for claim, own in rows.own(db, person_id, persona_id).items() if not own.used)


def fingerprint(value: Any) -> str:
    """By which a form tells what a persona had of its own when it was opened: a value, None or ``HIDDEN``."""
    if value is None or value is HIDDEN:
        return "" if value is None else "hidden"
    return digest(json.dumps(value, sort_keys=True)).hex()


def overtaken(
    db: Connection,
    cipher: PersonCipher,
    person_id: str,
    persona_id: str,
    changes: Mapping[str, Any],
    shown: Mapping[str, str],
) -> Mapping[str, bool]:
    """The claims that changed since a form showed them (``shown``: their fingerprints); True where that form too
    wants something else than it showed, so that one of the two would be lost.
    """
    kept, own = rows.of_persona(db, cipher, person_id, persona_id), rows.own(db, person_id, persona_id)
    found = {}
    for claim, value in changes.items():
        mine = own.get(claim)
        now = fingerprint(None if mine is None else kept[claim].value if mine.used else HIDDEN)
        if shown.get(claim, now) != now:
            found[claim] = fingerprint(value) not in {shown[claim], now}
    return found


def users(services: Services, person_id: str, persona_id: str, claims: Collection[str]) -> Mapping[str, frozenset[str]]:
    """Which of these values of this persona each persona uses: itself all, and of the first one's who inherits."""
    with services.database.read() as db:
        return users_within(db, person_id, persona_id, claims)


def users_within(
    db: Connection, person_id: str, persona_id: str, claims: Collection[str]
) -> Mapping[str, frozenset[str]]:
    """The same inside the caller's transaction."""
    have, all_of_them = personas.of_person(db, person_id), frozenset(claims)
    if not any(each.first and each.id == persona_id for each in have):
        return {persona_id: all_of_them}
    return {
        each.id: all_of_them if each.first else all_of_them - rows.own(db, person_id, each.id).keys() for each in have
    }


def write(
    services: Services,
    db: Connection,
    cipher: PersonCipher,
    person_id: str,
    persona_id: str,
    changes: Mapping[str, Any],
    now: datetime,
) -> frozenset[str]:
    """Write what a person changed, in the caller's transaction; returns the claims that really changed.

    A value is kept as the persona's own, None forgets it, ``HIDDEN`` hides the first persona's value. ValueError for a
    claim that nobody types, Refusal ``no_persona`` for a persona that is not this person's.
    """
    if all(each.id != persona_id for each in personas.of_person(db, person_id)):
        raise Refusal("no_persona", "There is no such persona.")
    if any(claim not in CATALOGUE or CATALOGUE[claim].derived for claim in changes):
        raise ValueError("not a claim that is kept")
    before = rows.of_persona(db, cipher, person_id, persona_id)
    own = rows.own(db, person_id, persona_id)
    changed, written = set(), {}
    for claim, value in changes.items():
        mine, known = own.get(claim), before.get(claim)
        if value is None:
            if mine is None:
                continue
            rows.drop(db, person_id, persona_id, claim)
        elif value is HIDDEN:
            if mine is not None and not mine.used:
                continue
            version = mine.version + 1 if mine else _FIRST_VERSION
            written[claim] = rows.Written(version, None)
        else:
            if mine is not None and known is not None and known.value == value:
                continue
            version = mine.version + 1 if mine else _FIRST_VERSION
            sealed = rows.seal(cipher, claim, version, value)
            written[claim] = rows.Written(version, sealed, _proved(services, db, person_id, claim, value))
        changed.add(claim)
    if written:
        rows.put(db, person_id, persona_id, written, now)
    return frozenset(changed)


def mark_email(services: Services, db: Connection, cipher: PersonCipher, person_id: str) -> Sequence[str]:
    """Bring the e-mail facts of every persona in line with the addresses the person has confirmed.

    Returns the personas of whose own address something else holds now.
    """
    marked = []
    for persona_id, fact in rows.of_everyone(db, cipher, person_id, "email").items():
        proved = _proved(services, db, person_id, "email", fact.value)
        if (fact.verified_at is None) != (proved is None):
            rows.mark(db, persona_id, "email", proved)
            marked.append(persona_id)
    return marked


def _proved(services: Services, db: Connection, person_id: str, claim: str, value: Any) -> tuple[datetime, str] | None:
    """When this value was proved to be the person's, and by what: an address is, once its link was used."""
    if claim != "email":
        return None
    wanted = addresses.index(services, str(value))
    for email in emails.of_person(db, person_id):
        if email.address_index == wanted and email.confirmed_at is not None:
            return email.confirmed_at, BY_LINK
    return None
