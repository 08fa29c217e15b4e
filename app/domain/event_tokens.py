"""Builds the claims of the tokens that tell a client something happened: security event tokens and logout tokens.

One event a token (RFC 8417, Shared Signals Framework 1.0 §4). Names of claims, never a value.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from app.domain.events import OWN_TYPES, Event, EventType

EVENT_TOKEN = "secevent+jwt"
LOGOUT_TOKEN = "logout+jwt"
VERIFICATION = "https://schemas.openid.net/secevent/ssf/event-type/verification"
BACK_CHANNEL_LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
LOGOUT_TOKEN_LIFE_S = 120
"""OpenID Connect Back-Channel Logout 1.0 §4: preferably at most two minutes in the future."""

_NAMES = ("claims", "removed")
_REASONS: Mapping[EventType, tuple[str, str]] = MappingProxyType(
    {
        EventType.SESSION_REVOKED: ("Access to this data has ended.", "De toegang tot deze gegevens is gestopt."),
        EventType.TOKEN_CLAIMS_CHANGE: ("What is shared has changed.", "Wat wordt gedeeld is veranderd."),
        EventType.CONSENT_WITHDRAWN: ("The person stopped sharing.", "De persoon is gestopt met delen."),
        EventType.CONSENT_CHANGED: ("The person changed what they share.", "De persoon deelt nu iets anders."),
        EventType.CONSENT_EXPIRED: ("The agreed term is over.", "De afgesproken termijn is voorbij."),
        EventType.DATA_CHANGED: ("Details of the person have changed.", "Gegevens van de persoon zijn veranderd."),
        EventType.ERASURE_REQUESTED: ("Data is to be erased.", "Er moeten gegevens worden gewist."),
    }
)
"""In English and Dutch: the reader of a token is not the reader of our pages, and chose no language."""
_BY_POLICY = frozenset({EventType.CONSENT_EXPIRED})


def event_claims(issuer: str, audience: str, event: Event, issued_at: datetime) -> dict[str, Any]:
    """The claims of the token that tells one event to one receiver; ``jti`` is the event's on every retry.

    Neither ``sub`` nor ``exp`` (§4.1.2, §4.1.7): no other JWT of ours can be mistaken for this.
    """
    return {
        "iss": issuer,
        "aud": audience,
        "iat": int(issued_at.timestamp()),
        "jti": event.id,
        "txn": event.txn,
        "sub_id": {"format": "iss_sub", "iss": issuer, "sub": event.sub},
        "events": {event.type.value: _payload(event)},
    }


def verification_claims(
    issuer: str, audience: str, stream_id: str, jti: str, state: str | None, issued_at: datetime
) -> dict[str, Any]:
    """The claims of the token that shows a stream works (§8.1.4.1); ``state`` is echoed."""
    return {
        "iss": issuer,
        "aud": audience,
        "iat": int(issued_at.timestamp()),
        "jti": jti,
        "txn": jti,
        "sub_id": {"format": "opaque", "id": stream_id},
        "events": {VERIFICATION: {} if state is None else {"state": state}},
    }


def logout_claims(issuer: str, client_id: str, sub: str, sid: str, jti: str, issued_at: datetime) -> dict[str, Any]:
    """The claims of a logout token (Back-Channel Logout 1.0 §2.4). Never a nonce: it must not pass for an ID token."""
    return {
        "iss": issuer,
        "aud": client_id,
        "iat": int(issued_at.timestamp()),
        "exp": int(issued_at.timestamp()) + LOGOUT_TOKEN_LIFE_S,
        "jti": jti,
        "sub": sub,
        "sid": sid,
        "events": {BACK_CHANNEL_LOGOUT: {}},
    }


def _payload(event: Event) -> dict[str, Any]:
    """The event's own members; ours are told with the grant they are about, a standard's with what it knows."""
    english, dutch = _REASONS[event.type]
    common = {
        "event_timestamp": int(event.occurred_at.timestamp()),
        "initiating_entity": "policy" if event.type in _BY_POLICY else "user",
        "reason_admin": {"en": english},
        "reason_user": {"en": english, "nl": dutch},
    }
    if event.type in OWN_TYPES:
        return {**common, **event.content, "grant_id": event.grant_id}
    told = {name: value for name, value in event.content.items() if name in common}
    if event.type is EventType.TOKEN_CLAIMS_CHANGE:
        # CAEP asks for the new values. They are at userinfo, for whoever may still read them; null says "look there".
        names = sorted({name for member in _NAMES for name in event.content.get(member, ())})
        return {**common, **told, "claims": dict.fromkeys(names)}
    return {**common, **told}
