"""What the provider says of itself: discovery (OpenID Connect Discovery §3, RFC 8414 §2) and its public keys.

Everything is derived: endpoints and features from `front_doors`, claims from the catalogue, the rest from settings.
The documents are ready bytes, made once per state of what they tell.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from app.crypto.keyring import SigningKey, jwk_set
from app.domain.claims import STANDARD_SCOPES, in_catalogue_order
from app.domain.client_scopes import CLIENT_SCOPES
from app.domain.clients import AuthMethod
from app.domain.levels import LEVEL_SCOPES, Level
from app.domain.purposes import LANGUAGES
from app.domain.signing_algorithms import SIGNING_ALGORITHMS
from app.protocol import front_doors
from app.services.sessions import ACR_PASSWORD
from app.services.wiring import Services
from app.settings import Settings

_PROTOCOL_CLAIMS = ("iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "at_hash", "sid")
_TERMS = (
    "data_level", "data_purposes", "data_retention", "data_terms", "data_collection", "grant_id", "consent_receipt",
)  # fmt: skip
DISCOVERY_MAX_AGE_S = 3600


@dataclass(frozen=True)
class Document:
    """A public document, ready to be sent."""

    body: bytes
    etag: str
    max_age_s: int


def discovery(services: Services) -> Document:
    """The provider metadata; OAuth's document has the same members (RFC 8414 §2 allows more than its own)."""
    return _discovery(services.settings, in_catalogue_order(services.policy.rules[Level.HIGH].claims))


@lru_cache(maxsize=4)
def _discovery(settings: Settings, claims: tuple[str, ...]) -> Document:
    return document(provider_metadata(settings, claims), DISCOVERY_MAX_AGE_S)


def provider_metadata(settings: Settings, claims: tuple[str, ...]) -> dict[str, Any]:
    """The members. Nothing is said that does not work, and nothing works that is not said.

    ``claims`` are those some level of this installation holds.
    """
    auth_methods = [method.value for method in AuthMethod]
    confidential = [method for method in auth_methods if method != AuthMethod.NONE.value]
    algorithms, assertions = list(settings.keys.algorithms), list(SIGNING_ALGORITHMS)
    return {
        "issuer": settings.issuer,
        **front_doors.discovered(settings.issuer),
        "scopes_supported": ["openid", *STANDARD_SCOPES, *LEVEL_SCOPES, "offline_access", *CLIENT_SCOPES],
        "claims_supported": [*_PROTOCOL_CLAIMS, *claims, *_TERMS],
        "claim_types_supported": ["normal"],
        "acr_values_supported": [ACR_PASSWORD],
        "subject_types_supported": ["pairwise"],
        "ui_locales_supported": list(LANGUAGES),
        "id_token_signing_alg_values_supported": algorithms,
        "userinfo_signing_alg_values_supported": algorithms,
        "token_endpoint_auth_methods_supported": auth_methods,
        "token_endpoint_auth_signing_alg_values_supported": assertions,
        "revocation_endpoint_auth_methods_supported": auth_methods,
        "revocation_endpoint_auth_signing_alg_values_supported": assertions,
        "introspection_endpoint_auth_methods_supported": confidential,
        "introspection_endpoint_auth_signing_alg_values_supported": assertions,
    }


def jwks(services: Services, now: datetime) -> Document:
    """The public keys of this moment (RFC 7517 §5)."""
    return _jwks(services.keys.ring(now).published(now), services.settings.keys.jwks_max_age_s)


@lru_cache(maxsize=8)
def _jwks(keys: tuple[SigningKey, ...], max_age_s: int) -> Document:
    return document(jwk_set(keys), max_age_s)


def document(members: Mapping[str, Any], max_age_s: int) -> Document:
    """The members, ready to be sent."""
    body = json.dumps(members, separators=(",", ":")).encode("ascii")
    return Document(body, hashlib.sha256(body).hexdigest()[:32], max_age_s)
