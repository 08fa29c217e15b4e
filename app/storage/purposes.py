"""Every version of every purpose this database was served with, the newest wording of each."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, bindparam, select

from app.domain.purposes import Purpose
from app.storage.columns import columns_of
from app.storage.prepared import Prepared
from app.storage.tables.grants import purposes
from app.storage.upsert import insert_into

_COLUMNS = columns_of(purposes, Purpose)
_ALL = Prepared(select(*_COLUMNS))


def known(db: Connection) -> Mapping[str, Purpose]:
    """All of them, by reference (``id@version``)."""
    found = (Purpose(*row) for row in _ALL.all(db))
    return {purpose.reference: purpose for purpose in found}


def keep(db: Connection, several: Iterable[Purpose]) -> None:
    """Keep these versions; of one that is known already, its wording of now."""
    insert = insert_into(db.dialect.name, purposes).values({each.name: bindparam(each.name) for each in _COLUMNS})
    new = {name: insert.excluded[name] for name in ("text", "dpv")}
    statement = insert.on_conflict_do_update(index_elements=list(purposes.primary_key), set_=new)
    for purpose in several:
        db.execute(statement, {each.name: getattr(purpose, each.name) for each in _COLUMNS})
