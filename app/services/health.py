"""Whether this process can serve now."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.crypto.encryption_keys import Undecryptable
from app.crypto.keyring import NoKey
from app.services.wiring import Services


def trouble(services: Services, now: datetime) -> str | None:
    """One word for what keeps this process from serving, or None."""
    try:
        with services.database.read() as db:
            db.execute(select(1))
        services.keys.ring(now).signer("RS256", now)
        services.keys.sealer(now)
    except SQLAlchemyError:
        return "database"
    except (NoKey, Undecryptable):
        return "keys"
    return None
