"""A business and its OIDC clients, as the rules see them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hmac import compare_digest
from typing import Any

from app.domain.grants import Standing
from app.domain.intended_use import IntendedUse

_CLIENT_ID = re.compile(r"[!-~]{1,128}")


def is_client_id(text: str) -> bool:
    """Whether this can be a client_id at all: visible ASCII (RFC 6749 Appendix A.1), not too long."""
    return _CLIENT_ID.fullmatch(text) is not None


class AuthMethod(StrEnum):
    """token_endpoint_auth_method values supported (OpenID Connect Core §9)."""

    BASIC = "client_secret_basic"
    POST = "client_secret_post"
    PRIVATE_KEY_JWT = "private_key_jwt"
    NONE = "none"


@dataclass(frozen=True)
class Business:
    """The organisation behind one or more clients; the pairwise sector and what people see."""

    id: str
    name: str
    website: str | None
    intended_use: IntendedUse
    details: Mapping[str, Any] = field(default_factory=dict)
    """legal_name, country, privacy_contact, privacy_policy_uri, terms_uri, logo_uri, description (nl, en)."""
    verified: bool = False
    """True when the operator applied its file; False when it registered itself."""
    standing: Standing = Standing.ACTIVE
    identity_changed_at: datetime | None = None
    """When it took another name or address by itself: what was decided before was decided about another."""
    logo_digest: str | None = None
    """Of its logo as we serve it; None while we have none."""

    def known_since(self, decided_at: datetime) -> bool:
        """Whether it appears to people as it did when they decided then."""
        return self.identity_changed_at is None or self.identity_changed_at <= decided_at


@dataclass(frozen=True)
class ClientSecret:
    """One accepted client secret, by digest; those of before overlap with it while a client rotates."""

    secret_digest: bytes = field(repr=False)
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Client:
    """One OIDC client. ``metadata`` is its registered RFC 7591 metadata, checked on the way in."""

    id: str
    business: Business
    sector: str
    """Key of the pairwise subjects: the business, or the sector_identifier_uri it proved."""
    redirect_uris: tuple[str, ...]
    auth_method: AuthMethod
    secrets: tuple[ClientSecret, ...] = ()
    grant_types: frozenset[str] = frozenset({"authorization_code"})
    scopes: frozenset[str] = frozenset({"openid"})
    post_logout_redirect_uris: tuple[str, ...] = ()
    id_token_alg: str = "RS256"
    userinfo_alg: str | None = None
    native: bool = False
    secret_either_way: bool = False
    """It registered without naming a method: its secret counts in the header and in the body."""
    default_max_age_s: int | None = None
    security_profile: str = "standard"
    metadata: Mapping[str, Any] = field(default_factory=dict)
    standing: Standing = Standing.ACTIVE

    @property
    def auth_methods(self) -> frozenset[AuthMethod]:
        """How it may prove itself: by the method it named, or by sending its secret either way if it named none."""
        if self.secret_either_way:
            return frozenset({AuthMethod.BASIC, AuthMethod.POST})
        return frozenset({self.auth_method})

    @property
    def public(self) -> bool:
        """A client that cannot keep a secret (RFC 6749 §2.1)."""
        return self.auth_method is AuthMethod.NONE

    @property
    def name(self) -> str:
        """What people see: the client's own name, or its business's."""
        return str(self.metadata.get("client_name") or self.business.name)

    def accepts_secret(self, secret_digest: bytes, now: datetime) -> bool:
        """Whether a secret of this digest is one of the client's, and has not expired (RFC 7591 §3.2.1)."""
        live = (secret for secret in self.secrets if secret.expires_at is None or now < secret.expires_at)
        return any(compare_digest(secret.secret_digest, secret_digest) for secret in live)
