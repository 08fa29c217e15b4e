"""A person's personas: the first one, made with the account, and the others they add, rename and remove."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection

from app.crypto.field_encryption import PersonCipher
from app.domain.errors import Refusal
from app.domain.levels import Level
from app.domain.profiles import Profile, default_profile
from app.services import addresses
from app.services.wiring import Services
from app.storage import grants, people, profiles, time_marks
from app.storage import personas as rows
from app.storage.personas import PersonaRow

COLOURS = ("water", "clay", "moss", "heather")
"""The colours a persona may have; static/css has a class for each."""
FIRST_IS_CALLED = frozenset({"me", "ik"})
"""What screens call the first one, which has no name of its own, in English and Dutch."""
MOST = 8
LONGEST_LABEL = 40
_VERSION = 1  # a label is sealed anew under a random nonce; nothing else of it changes


@dataclass(frozen=True)
class Persona:
    """One persona. The first one has no name of its own: screens call it "me"."""

    id: str
    label: str = field(repr=False)
    colour: str
    first: bool


def of_person(services: Services, person_id: str) -> tuple[Persona, ...]:
    """A person's personas, the first one first. Two selects."""
    with services.database.read() as db:
        cipher = addresses.cipher(services, db, person_id)
        return tuple(_opened(cipher, row) for row in rows.of_person(db, person_id))


def of_grants(services: Services, person_id: str) -> dict[str, Persona]:
    """As whom each grant was given, by its id; empty while the person has one persona. One select more."""
    own = {persona.id: persona for persona in of_person(services, person_id)}
    if len(own) == 1:
        return {}
    with services.database.read() as db:
        given = grants.of_person(db, person_id)
    return {grant.id: own[grant.persona_id] for grant in given if grant.persona_id in own}


def add_first(services: Services, db: Connection, cipher: PersonCipher, person_id: str, now: datetime) -> str:
    """The persona every account starts with, in the caller's transaction; returns its id."""
    defaults = [default_profile(services.policy, level) for level in Level]
    return _add(
        db, cipher, PersonaRow(uuid4().hex, person_id, b"", COLOURS[0], first=True, created_at=now), "", defaults
    )


def add(services: Services, person_id: str, label: str, colour: str, now: datetime) -> str:
    """Make another persona, which starts with everything of the first; returns its id.

    Refusal ``too_many`` when the person has ``MOST`` already, ``label_taken`` when one has this name.
    """
    with services.database.write() as db:
        people.lock(db, person_id)
        cipher = addresses.cipher(services, db, person_id)
        have = [_opened(cipher, row) for row in rows.of_person(db, person_id)]
        if len(have) >= MOST:
            raise Refusal("too_many", "There are as many personas as there may be.")
        _refuse_double(have, label, None)
        row = PersonaRow(uuid4().hex, person_id, b"", colour, first=False, created_at=now)
        return _add(db, cipher, row, label, profiles.of_persona(db, person_id, have[0].id).values())


def rename(services: Services, person_id: str, persona_id: str, label: str, colour: str) -> None:
    """Give a persona another name and colour.

    Refusal ``no_persona`` when it is not this person's, ``label_taken`` when another has the name.
    """
    with services.database.write() as db:
        people.lock(db, person_id)
        cipher = addresses.cipher(services, db, person_id)
        have = [_opened(cipher, row) for row in rows.of_person(db, person_id)]
        _refuse_double(have, label, persona_id)
        if not rows.change(db, person_id, persona_id, _sealed(cipher, label), colour):
            raise Refusal("no_persona", "There is no such persona.")


def remove(services: Services, person_id: str, persona_id: str, now: datetime) -> None:
    """Take a persona away with its own details. What it shared before stays in the person's history.

    Refusal ``persona_in_use`` while a shop has a running grant from it, ``no_persona`` when it is not there,
    not this person's, or the first one.
    """
    with services.database.write() as db:
        people.lock(db, person_id)
        seen_at = time_marks.seen(db, now)
        theirs = [grant for grant in grants.of_person(db, person_id) if grant.persona_id == persona_id]
        if any(grant.live(seen_at) for grant in theirs):
            raise Refusal("persona_in_use", "A business still gets data from this persona.")
        if not rows.remove(db, person_id, persona_id, now):
            raise Refusal("no_persona", "There is no such persona.")


def _add(db: Connection, cipher: PersonCipher, row: PersonaRow, label: str, own: Iterable[Profile]) -> str:
    rows.add(db, replace(row, label_sealed=_sealed(cipher, label)))
    for profile in own:
        profiles.add(db, row.id, profile, row.created_at)
    return row.id


def _refuse_double(have: list[Persona], label: str, but: str | None) -> None:
    taken = {each.label.casefold() for each in have if each.id != but} | FIRST_IS_CALLED
    if label.casefold() in taken:
        raise Refusal("label_taken", "Another persona has this name.")


def _sealed(cipher: PersonCipher, label: str) -> bytes:
    return cipher.seal(label.encode(), table="personas", column="label_sealed", version=_VERSION)


def _opened(cipher: PersonCipher, row: PersonaRow) -> Persona:
    plain = cipher.open(row.label_sealed, table="personas", column="label_sealed", version=_VERSION)
    return Persona(row.id, plain.decode(), row.colour, row.first)
