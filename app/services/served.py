"""The issuer a database is served under: whatever else works on it must say the same.

A worker set to another would sign events in that name and mail links to there, and nobody would notice.
"""

from app.services.wiring import Services
from app.storage import database_age


def begin(services: Services) -> None:
    """From now on it is served under the issuer of these settings."""
    with services.database.write() as db:
        database_age.serve_as(db, services.settings.issuer)


def otherwise(services: Services) -> str | None:
    """The issuer it is served under, when that is not the one of these settings."""
    with services.database.read() as db:
        issuer = database_age.issuer(db)
    return None if issuer in {None, services.settings.issuer} else issuer
