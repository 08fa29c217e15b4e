"""The facts of a persona, sealed with the person's key. A later persona inherits what it does not override."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from typing import Any, Protocol

from sqlalchemy import Connection, Insert, bindparam, delete, select, update
from sqlalchemy.sql.expression import or_

from app.storage.prepared import Prepared
from app.storage.tables.people import facts, personas
from app.storage.upsert import insert_into


class FieldCipher(Protocol):
    """A person's cipher: binds every value to its table, column, person and version."""

    def seal(self, plaintext: bytes, *, table: str, column: str, version: int) -> bytes:
        """The sealed value."""

    def open(self, sealed: bytes, *, table: str, column: str, version: int) -> bytes:
        """The value sealed in this very place."""


@dataclass(frozen=True)
class Fact:
    """One value a persona uses, its own or the first persona's. It stays sealed until somebody reads it."""

    claim: str
    version: int
    updated_at: datetime
    verified_at: datetime | None
    verified_by: str | None
    inherited: bool
    opened: Callable[[], Any] = field(repr=False, compare=False)

    @property
    def value(self) -> Any:
        """The JSON value; raises Undecryptable under another person's key."""
        return self.opened()


_COLUMNS = (
    facts.c.claim,
    facts.c.value_sealed,
    facts.c.version,
    facts.c.updated_at,
    facts.c.verified_at,
    facts.c.verified_by,
)
_OF_PERSONA = Prepared(
    select(*_COLUMNS, (facts.c.persona_id == bindparam("persona_id")).label("own"))
    .join_from(facts, personas, facts.c.persona_id == personas.c.id)
    .where(
        facts.c.person_id == bindparam("person_id"),
        or_(facts.c.persona_id == bindparam("persona_id"), personas.c.first),
    )
)
_OWN = Prepared(
    select(facts.c.claim, facts.c.version, facts.c.value_sealed.is_not(None).label("used")).where(
        facts.c.person_id == bindparam("person_id"), facts.c.persona_id == bindparam("persona_id")
    )
)


def of_persona(db: Connection, cipher: FieldCipher, person_id: str, persona_id: str) -> Mapping[str, Fact]:
    """The facts this persona uses, by claim."""
    rows = _OF_PERSONA.all(db, person_id=person_id, persona_id=persona_id)
    used = {row.claim: row for row in sorted(rows, key=lambda row: bool(row.own))}
    return {
        claim: _fact(cipher, row, inherited=not row.own) for claim, row in used.items() if row.value_sealed is not None
    }


def seal(cipher: FieldCipher, claim: str, version: int, value: Any) -> bytes:
    """A value as its row holds it, bound to the claim, the person and the version."""
    plain = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return cipher.seal(plain, table="facts", column=claim, version=version)


def of_everyone(db: Connection, cipher: FieldCipher, person_id: str, claim: str) -> Mapping[str, Fact]:
    """A person's own values of one claim by persona, inherited and hidden ones left out."""
    kept = (facts.c.person_id == person_id, facts.c.claim == claim, facts.c.value_sealed.is_not(None))
    rows = db.execute(select(facts.c.persona_id, *_COLUMNS).where(*kept))
    return {row.persona_id: _fact(cipher, row, inherited=False) for row in rows}


@dataclass(frozen=True)
class Own:
    """A persona's own row for a claim. Not ``used``: it hides the first persona's value."""

    version: int
    used: bool


def own(db: Connection, person_id: str, persona_id: str) -> Mapping[str, Own]:
    """The claims for which this persona has a row of its own."""
    rows = _OWN.all(db, person_id=person_id, persona_id=persona_id)
    return {row.claim: Own(row.version, bool(row.used)) for row in rows}


@dataclass(frozen=True)
class Written:
    """What a persona's own row is to hold; no value hides the first persona's. ``verified`` is when and by what."""

    version: int
    value_sealed: bytes | None = field(repr=False)
    verified: tuple[datetime, str] | None = None


def put(db: Connection, person_id: str, persona_id: str, written: Mapping[str, Written], now: datetime) -> None:
    """Write a persona's own values, by claim, over those it had. One statement, however many."""
    rows = [
        {
            "persona_id": persona_id,
            "person_id": person_id,
            "claim": claim,
            "value_sealed": one.value_sealed,
            "version": one.version,
            "updated_at": now,
            "verified_at": one.verified[0] if one.verified else None,
            "verified_by": one.verified[1] if one.verified else None,
        }
        for claim, one in written.items()
    ]
    db.execute(_put(db.dialect.name), rows)


@cache
def _put(dialect: str) -> Insert:
    insert = insert_into(dialect, facts)
    replaced = {column.name: column for column in insert.excluded if not column.primary_key}
    return insert.on_conflict_do_update(index_elements=facts.primary_key, set_=replaced)


def drop(db: Connection, person_id: str, persona_id: str, claim: str) -> None:
    """Forget a persona's own row: a later persona uses the first one's value again."""
    theirs = (facts.c.person_id == person_id, facts.c.persona_id == persona_id, facts.c.claim == claim)
    db.execute(delete(facts).where(*theirs))


def mark(db: Connection, persona_id: str, claim: str, verified: tuple[datetime, str] | None) -> None:
    """Set or take away that a value was proved to be the person's; the value stays as it is."""
    verified_at, verified_by = verified or (None, None)
    this = (facts.c.persona_id == persona_id, facts.c.claim == claim)
    db.execute(update(facts).where(*this).values(verified_at=verified_at, verified_by=verified_by))


def _fact(cipher: FieldCipher, row: Any, *, inherited: bool) -> Fact:
    return Fact(
        claim=row.claim,
        version=row.version,
        updated_at=row.updated_at,
        verified_at=row.verified_at,
        verified_by=row.verified_by,
        inherited=inherited,
        opened=partial(_open, cipher, row),
    )


def _open(cipher: FieldCipher, row: Any) -> Any:
    plain = cipher.open(row.value_sealed, table="facts", column=row.claim, version=row.version)
    return json.loads(plain)
