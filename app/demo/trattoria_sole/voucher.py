"""The wifi voucher of one guest: the same one however often they look, for as long as an evening lasts."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from app.demo.visit import Visit, moment

NETWORK = "Sole-Ospiti"
_EVENING = timedelta(hours=4)


@dataclass(frozen=True)
class Voucher:
    """What the guest types on the network's page, and until when it works."""

    code: str
    network: str
    ends_at: datetime


def voucher_for(guest: Visit) -> Voucher:
    """Make the voucher of this login; it needs nothing of the guest but their pairwise ``sub``."""
    logged_in_at = moment(guest.id_token_claims.get("iat")) or datetime.now(tz=UTC)
    letters = base64.b32encode(sha256(f"trattoria-sole wifi {guest.sub}".encode()).digest()).decode()
    return Voucher(f"SOLE-{letters[:4]}-{letters[4:8]}", NETWORK, logged_in_at + _EVENING)
