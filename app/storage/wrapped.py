"""The values that are wrapped with a key-encryption key, wherever they stand; what else is sealed is under these."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Column, ColumnElement, Connection, LargeBinary, func, literal, select, update

from app.storage.tables.people import person_keys
from app.storage.tables.streams import streams
from app.storage.tables.upkeep import mail, signing_keys


@dataclass(frozen=True)
class Place:
    """A column of wrapped values, and the columns their label names after what they are."""

    label: str
    value: Column[bytes]
    named_by: tuple[Column[str], ...]


@dataclass(frozen=True)
class Wrapped:
    """One wrapped value and what it is bound to."""

    label: tuple[str, ...]
    value: bytes = field(repr=False)


PLACES = (
    Place("person key", person_keys.c.wrapped_key, (person_keys.c.person_id,)),
    Place("signing key", signing_keys.c.private_sealed, (signing_keys.c.kid, signing_keys.c.alg)),
    Place("push authorization", streams.c.authorization_sealed, (streams.c.id,)),
    Place("mail", mail.c.content_sealed, (mail.c.id,)),
)


def without_prefix(db: Connection, place: Place, prefix: bytes, limit: int) -> Sequence[Wrapped]:
    """Some of the values there that do not begin so."""
    query = select(place.value, *place.named_by).where(~_begins(place, prefix)).limit(limit)
    return [Wrapped((place.label, *names), value) for value, *names in db.execute(query)]


def holds_prefix(db: Connection, prefix: bytes) -> bool:
    """Whether any value anywhere begins so."""
    return any(
        db.execute(select(place.named_by[0]).where(_begins(place, prefix)).limit(1)).first() is not None
        for place in PLACES
    )


def replace(db: Connection, place: Place, before: Wrapped, value: bytes) -> None:
    """Put another value in its place, unless it was changed or destroyed meanwhile."""
    names = [column == name for column, name in zip(place.named_by, before.label[1:], strict=True)]
    changed = update(place.value.table).where(*names, place.value == before.value)
    db.execute(changed.values({place.value.key: value}))


def _begins(place: Place, prefix: bytes) -> ColumnElement[bool]:
    return func.substr(place.value, 1, len(prefix), type_=LargeBinary()) == literal(prefix, LargeBinary())
