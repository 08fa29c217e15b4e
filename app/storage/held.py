"""Which claims a persona holds, by name: enough to decide, nothing is decrypted."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select

from app.domain.derived import with_derived_names
from app.storage.prepared import Prepared
from app.storage.tables.people import facts, personas

_NAMES = Prepared(
    select(facts.c.claim, facts.c.persona_id, facts.c.value_sealed.is_not(None).label("used"), personas.c.first)
    .join_from(facts, personas, facts.c.persona_id == personas.c.id)
    .where(facts.c.person_id == bindparam("person_id"))
)


def names(db: Connection, person_id: str, persona_ids: Sequence[str]) -> dict[str, frozenset[str]]:
    """Per persona the claims it holds: its own, the first persona's it does not override, and derived ones."""
    rows = _NAMES.all(db, person_id=person_id)
    first = {row.claim: row.used for row in rows if row.first}
    return {
        persona_id: with_derived_names(
            [
                claim
                for claim, used in {
                    **first,
                    **{row.claim: row.used for row in rows if row.persona_id == persona_id},
                }.items()
                if used
            ]
        )
        for persona_id in persona_ids
    }
