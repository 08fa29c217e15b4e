"""Moves what is wrapped with an older key-encryption key to the current one, in small transactions."""

from collections.abc import Iterator

from app.crypto.encryption_keys import prefix, rewrap
from app.services.wiring import Services
from app.storage import wrapped

_BATCH = 200


def rewrap_all(services: Services) -> Iterator[tuple[str, int]]:
    """What was moved, as its label and how many, after each transaction; killed halfway, the next run goes on there.

    Undecryptable when a value is under a key the secrets file does not hold; what was moved before stays moved.
    """
    current = prefix(services.secrets.current_key_encryption_id)
    for place in wrapped.PLACES:
        moved = 1
        while moved:
            moved = _batch(services, place, current)
            if moved:
                yield place.label, moved


def is_used(services: Services, key_id: str) -> bool:
    """Whether anything is still wrapped with this key-encryption key."""
    with services.database.read() as db:
        return wrapped.holds_prefix(db, prefix(key_id))


def _batch(services: Services, place: wrapped.Place, current: bytes) -> int:
    with services.database.write() as db:
        older = wrapped.without_prefix(db, place, current, _BATCH)
        for each in older:
            wrapped.replace(db, place, each, rewrap(services.secrets, each.value, *each.label))
    return len(older)
