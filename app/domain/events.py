"""What a business may be told about a data relation: the kinds of event, and what one says. Names, never values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

_CAEP = "https://schemas.openid.net/secevent/caep/event-type/"
_OWN = "urn:sluis:event:"


class EventType(StrEnum):
    """The event types of Security Event Tokens sent to businesses; our own only to a receiver that asked for them."""

    SESSION_REVOKED = _CAEP + "session-revoked"
    TOKEN_CLAIMS_CHANGE = _CAEP + "token-claims-change"
    CONSENT_WITHDRAWN = _OWN + "consent-withdrawn"
    CONSENT_CHANGED = _OWN + "consent-changed"
    CONSENT_EXPIRED = _OWN + "consent-expired"
    DATA_CHANGED = _OWN + "data-changed"
    ERASURE_REQUESTED = _OWN + "erasure-requested"


STANDARD_TYPES = tuple(kind for kind in EventType if kind.startswith(_CAEP))
OWN_TYPES = tuple(kind for kind in EventType if kind.startswith(_OWN))
"""Sent only to a receiver that asked for them by name: nobody else would know what they are."""


@dataclass(frozen=True)
class Event:
    """One thing that happened to one grant, for its client. ``txn`` is shared by all events of one act."""

    id: str
    """The jti of every token that tells it, the same on each retry (RFC 8417 §2.2)."""
    type: EventType
    txn: str
    business_id: str
    client_id: str
    sub: str
    grant_id: str
    occurred_at: datetime
    content: Mapping[str, Any] = field(default_factory=dict)
    """Members of the event: claim names, level before and after, case id, deadline. No personal value ever."""
