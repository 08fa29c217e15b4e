"""A client gives a token back: it is refused from the commit on, on every node."""

from datetime import datetime

from app.domain.errors import Refusal
from app.services.tokens import access_tokens, client_tokens, families, refresh_tokens
from app.services.wiring import Services


def revoke(services: Services, client_id: str, token: str, now: datetime) -> None:
    """Revoke a token of this client, of whichever kind it is (RFC 7009 §2.1).

    A refresh token goes with its whole family, access tokens included. A token that is unknown or dead already
    is no error (§2.2); one of another client is, and stays as it is.
    """
    access = access_tokens.read(services, token, now) or client_tokens.read(services, token, now)
    if access is not None:
        _check_owner(access.client_id, client_id)
        with services.database.write() as db:
            families.deny(services, db, access.digest, now)
        return
    stored = refresh_tokens.read(services, token)
    if stored is not None:
        _check_owner(stored.client_id, client_id)
        with services.database.write() as db:
            families.revoke(services, db, stored.family, now)


def _check_owner(owner_id: str, client_id: str) -> None:
    if owner_id != client_id:
        raise Refusal("invalid_grant", "The token was issued to another client.")
