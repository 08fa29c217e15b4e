"""What purposes meant when people agreed to them: the vocabulary of today, and the versions before it.

An operator raises the version of a purpose that comes to mean something else; what was agreed before keeps its meaning.
"""

from collections.abc import Mapping

from sqlalchemy import Connection

from app.domain.purposes import Purpose, purpose_id
from app.services.wiring import Services
from app.storage import purposes


def remember(services: Services) -> None:
    """Keep the vocabulary this database is served with from now on."""
    today = services.policy.purposes.values()
    with services.database.read() as db:
        known = purposes.known(db)
    if new := [purpose for purpose in today if known.get(purpose.reference) != purpose]:
        with services.database.write() as db:
            purposes.keep(db, new)


def earlier(services: Services) -> Mapping[str, Purpose]:
    """Every version that was ever served, by reference."""
    with services.database.read() as db:
        return purposes.known(db)


def meant(services: Services, db: Connection, reference: str) -> Purpose | None:
    """The purpose of a reference as it was agreed to; None for a version this database was never served with."""
    today = services.policy.purposes.get(purpose_id(reference))
    return today if today is not None and today.reference == reference else purposes.known(db).get(reference)
