"""The key ring of this installation: read from the database, noticed within a second when another node rotates."""

from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy import Connection

from app.crypto.keyring import (
    SEALING_ALGORITHM,
    KeyRing,
    SigningKey,
    generate,
    unwrap_private,
    wrap_private,
)
from app.crypto.sealed import Sealer
from app.crypto.secrets import Secrets
from app.settings import Settings
from app.storage import clients
from app.storage import keys as rows
from app.storage.database import Database

_LOOK_AGAIN = timedelta(seconds=1)
_SLACK_S = 60
_ONLY_IF_USED = "EdDSA"


class Keys:
    """Caches the ring; the rows decide. A key signs only from a moment after every client can have fetched it."""

    def __init__(self, database: Database, secrets: Secrets) -> None:
        self._database, self._secrets = database, secrets
        self._lock = Lock()
        self._ring: KeyRing | None = None
        self._state: tuple[object, ...] = ()
        self._looked_at: datetime | None = None

    def ring(self, now: datetime) -> KeyRing:
        """The keys of this moment, at most a second old."""
        ring, looked_at = self._ring, self._looked_at
        if ring is not None and looked_at is not None and abs(now - looked_at) < _LOOK_AGAIN:
            return ring
        with self._lock, self._database.read() as db:
            state = rows.state(db)
            if self._ring is None or state != self._state:
                self._ring, self._state = KeyRing(_opened(db, self._secrets)), state
            self._looked_at = now
            return self._ring

    def sealer(self, now: datetime) -> Sealer:
        """Seals codes and access tokens."""
        return self.ring(now).sealer(now)

    def forget(self) -> None:
        """Read the rows again at the next use; for the process that has just changed them."""
        self._looked_at = None


def kept(settings: Settings) -> tuple[str, ...]:
    """Every algorithm there is to be a key of: the one that seals, and those that sign."""
    return (SEALING_ALGORITHM, *settings.keys.algorithms)


def create_missing(settings: Settings, database: Database, secrets: Secrets, now: datetime) -> list[str]:
    """Make a key, ready at once, for every algorithm that nothing signs now; returns the new key ids."""
    with database.write() as db:
        have = {key.alg for key in _opened(db, secrets) if key.is_live(now) and key.signs_from_at <= now}
        missing = [alg for alg in kept(settings) if alg not in have]
        fresh = [generate(alg, now, now) for alg in missing]
        for key in fresh:
            _add(db, secrets, key, now)
    return [key.kid for key in fresh]


def usual(settings: Settings, database: Database) -> tuple[str, ...]:
    """What a rotation renews when nobody says otherwise: all that is kept, EdDSA once a client uses it.

    Until then its key signs nothing, and OpenID's certification takes a new key that is neither RSA nor EC for a fault.
    """
    with database.read() as db:
        used = clients.any_signed_with(db, _ONLY_IF_USED)
    return tuple(alg for alg in kept(settings) if used or alg != _ONLY_IF_USED)


def rotate(
    settings: Settings,
    database: Database,
    secrets: Secrets,
    algorithms: tuple[str, ...],
    now: datetime,
    *,
    at_once: bool = False,
) -> list[str]:
    """Publish a new key per algorithm. It signs or seals once every cached JWKS is old; the one before it then verifies
    or opens until the longest token it made has expired. ``at_once`` is for a key that must not sign again.
    """
    wait = timedelta(seconds=0 if at_once else settings.keys.jwks_max_age_s + _SLACK_S)
    longest_s = max(settings.tokens.id_token_s, settings.tokens.access_token_s, settings.tokens.code_s)
    last = now + wait + timedelta(seconds=longest_s + _SLACK_S)
    with database.write() as db:
        before = [key for key in _opened(db, secrets) if key.alg in algorithms and key.retired_at is None]
        fresh = [generate(alg, now, now + wait) for alg in algorithms]
        for key in before:
            rows.retire(db, key.kid, last)
        for key in fresh:
            _add(db, secrets, key, now)
    return [key.kid for key in fresh]


def renew_sealing(db: Connection, secrets: Secrets, now: datetime) -> None:
    """Make every code and access token there is worthless, in the caller's transaction: nothing opens them any more."""
    for key in _opened(db, secrets):
        if key.alg == SEALING_ALGORITHM:
            rows.remove(db, key.kid, now)
    _add(db, secrets, generate(SEALING_ALGORITHM, now, now), now)


def remove(database: Database, kid: str, now: datetime) -> bool:
    """Forget a key at once; False when there is no such key. Nodes notice within a second."""
    with database.write() as db:
        return rows.remove(db, kid, now)


def _opened(db: Connection, secrets: Secrets) -> list[SigningKey]:
    return [
        SigningKey(
            kid=row.kid,
            alg=row.alg,
            key=unwrap_private(secrets, row.private_sealed, kid=row.kid, alg=row.alg),
            published_at=row.published_at,
            signs_from_at=row.signs_from_at,
            retired_at=row.retired_at,
        )
        for row in rows.usable(db)
    ]


def _add(db: Connection, secrets: Secrets, key: SigningKey, now: datetime) -> None:
    sealed = rows.SealedKey(
        key.kid, key.alg, wrap_private(secrets, key), key.published_at, key.signs_from_at, key.retired_at
    )
    published = KeyRing([key]).jwks(now)["keys"]
    rows.add(db, sealed, published[0] if published else None)
