"""What a grant entitles a client to, gathered by the grants of the token endpoint and turned into tokens by issuing."""

from dataclasses import dataclass, field

from app.domain.token_claims import Authentication
from app.services.release import Opened, Released


@dataclass(frozen=True)
class Entitlement:
    """``scopes`` are a bound; the live grant narrows them."""

    opened: Opened
    released: Released
    scopes: frozenset[str]
    origin: bytes = field(repr=False)
    session_id: str
    offline: bool
    """Whether the access token outlives the session."""
    authentication: Authentication
    nonce: str | None = field(default=None, repr=False)
    refresh_token: str | None = field(default=None, repr=False)
