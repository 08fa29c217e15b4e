"""The keys that sign and seal: made, renewed, forgotten. How this process has them in use is ``key_ring``."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from app.crypto.keyring import SEALING_ALGORITHM, KeyRing, SigningKey, generate, wrap_private
from app.services.key_ring import opened
from app.services.wiring import Services
from app.settings import Settings
from app.storage import clients
from app.storage import keys as rows

_SLACK_S = 60
_ONLY_IF_USED = "EdDSA"


def kept(settings: Settings) -> tuple[str, ...]:
    """Every algorithm there is to be a key of: the one that seals, and those that sign."""
    return (SEALING_ALGORITHM, *settings.keys.algorithms)


def create_missing(services: Services, now: datetime) -> list[str]:
    """Make a key, ready at once, for every algorithm that nothing signs now; returns the new key ids."""
    with services.database.write() as db:
        rows.hold(db)
        have = {key.alg for key in opened(db, services.secrets) if key.is_live(now) and key.signs_from_at <= now}
        missing = [alg for alg in kept(services.settings) if alg not in have]
        fresh = [generate(alg, now, now) for alg in missing]
        for key in fresh:
            _add(services, db, key, now)
    return [key.kid for key in fresh]


def usual(services: Services) -> tuple[str, ...]:
    """What a rotation renews when nobody says otherwise: all that is kept, EdDSA once a client uses it.

    Until then its key signs nothing, and OpenID's certification takes a new key that is neither RSA nor EC for a fault.
    """
    with services.database.read() as db:
        used = clients.any_signed_with(db, _ONLY_IF_USED)
    return tuple(alg for alg in kept(services.settings) if used or alg != _ONLY_IF_USED)


def rotate(services: Services, algorithms: tuple[str, ...], now: datetime, *, at_once: bool = False) -> list[str]:
    """Publish a new key per algorithm. It signs or seals once every cached JWKS is old; the one before it then verifies
    or opens until the longest token it made has expired. ``at_once`` is for a key that must not sign again; one that
    waits to sign is forgotten then.
    """
    settings = services.settings
    wait = timedelta(seconds=0 if at_once else settings.keys.jwks_max_age_s + _SLACK_S)
    longest_s = max(settings.tokens.id_token_s, settings.tokens.access_token_s, settings.tokens.code_s)
    last = now + wait + timedelta(seconds=longest_s + _SLACK_S)
    with services.database.write() as db:
        rows.hold(db)
        before = [key for key in opened(db, services.secrets) if key.alg in algorithms]
        fresh = [generate(alg, now, now + wait) for alg in algorithms]
        for key in before:
            if key.signs_from_at > now + wait:  # it would take over from the new one, and has signed nothing yet
                rows.remove(db, key.kid, now)
            elif key.retired_at is None:
                rows.retire(db, key.kid, last)
        for key in fresh:
            _add(services, db, key, now)
    return [key.kid for key in fresh]


def renew_sealing(services: Services, db: Connection, now: datetime) -> None:
    """Make every code and access token there is worthless, in the caller's transaction: nothing opens them any more."""
    for key in opened(db, services.secrets):
        if key.alg == SEALING_ALGORITHM:
            rows.remove(db, key.kid, now)
    _add(services, db, generate(SEALING_ALGORITHM, now, now), now)


def remove(services: Services, kid: str, now: datetime) -> bool:
    """Forget a key at once; False when there is no such key. Nodes notice within a second."""
    with services.database.write() as db:
        return rows.remove(db, kid, now)


def _add(services: Services, db: Connection, key: SigningKey, now: datetime) -> None:
    sealed = rows.SealedKey(
        key.kid, key.alg, wrap_private(services.secrets, key), key.published_at, key.signs_from_at, key.retired_at
    )
    published = KeyRing([key]).jwks(now)["keys"]
    rows.add(db, sealed, published[0] if published else None)
