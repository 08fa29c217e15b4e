"""The key ring of this installation: read from the database, noticed within a second when another node rotates."""

from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy import Connection

from app.crypto.keyring import KeyRing, SigningKey, unwrap_private
from app.crypto.sealed import Sealer
from app.crypto.secrets import Secrets
from app.storage import keys as rows
from app.storage.database import Database

_LOOK_AGAIN = timedelta(seconds=1)


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
                self._ring, self._state = KeyRing(opened(db, self._secrets)), state
            self._looked_at = now
            return self._ring

    def sealer(self, now: datetime) -> Sealer:
        """Seals codes and access tokens."""
        return self.ring(now).sealer(now)

    def forget(self) -> None:
        """Read the rows again at the next use; for the process that has just changed them."""
        self._looked_at = None


def opened(db: Connection, secrets: Secrets) -> list[SigningKey]:
    """Every key that may still verify or open something, as its row holds it now."""
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
