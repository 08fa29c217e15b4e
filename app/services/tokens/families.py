"""Everything that descends from one code is a family, named by the code's digest, and goes down together."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from app.services.wiring import Services
from app.storage import denials, refresh_tokens

_SLACK_S = 60
"""For a token that another node mints at the very moment of the denial, by a clock of its own."""


def revoke(services: Services, db: Connection, family: bytes, now: datetime) -> None:
    """Revoke a family's refresh tokens and deny its access tokens, whenever they were minted."""
    refresh_tokens.revoke_family(db, family, now)
    deny(services, db, family, now)


def deny(services: Services, db: Connection, key: bytes, now: datetime) -> None:
    """Deny one access token, or all that share an origin, for as long as any of them could still be used."""
    longest = timedelta(seconds=services.settings.tokens.access_token_s + _SLACK_S)
    denials.add(db, key, now, now + longest)


def revoke_all_of_person(services: Services, db: Connection, person_id: str, now: datetime) -> None:
    """Revoke every refresh token of a person, with the access tokens minted from them: after a password recovery."""
    for family in refresh_tokens.revoke_all_of_person(db, person_id, now):
        deny(services, db, family, now)
