"""Signs what tells a receiver that something happened. Signed anew at each attempt: the jti stays, the time is now."""

from datetime import datetime

from app.crypto import jwt
from app.domain.event_tokens import EVENT_TOKEN, LOGOUT_TOKEN, event_claims, logout_claims, verification_claims
from app.services.wiring import Services
from app.storage.deliveries import Waiting
from app.storage.streams import Stream

_ALGORITHM = "RS256"
"""CAEP Interoperability Profile §2.4: every receiver can verify it."""


def event_token(services: Services, stream: Stream, waiting: Waiting, now: datetime) -> str:
    """The security event token of one delivery; its audience is the client the stream belongs to."""
    issuer = services.settings.issuer
    if waiting.event is None:
        claims = verification_claims(issuer, stream.client_id, stream.id, waiting.jti, waiting.state, now)
    else:
        claims = event_claims(issuer, stream.client_id, waiting.event, now)
    return jwt.sign(services.keys.ring(now).signer(_ALGORITHM, now), claims, typ=EVENT_TOKEN)


def logout_token(services: Services, client_id: str, sub: str, sid: str, jti: str, alg: str, now: datetime) -> str:
    """A logout token, by the algorithm of the client's ID tokens (Back-Channel Logout 1.0 §2.4)."""
    claims = logout_claims(services.settings.issuer, client_id, sub, sid, jti, now)
    return jwt.sign(services.keys.ring(now).signer(alg, now), claims, typ=LOGOUT_TOKEN)
