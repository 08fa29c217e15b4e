"""The one table of what this provider answers: endpoint, path and methods, and the features.

Routes and discovery are both made from it, so what is advertised is what works. What keys and claims add to
discovery is the business of `metadata`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from app.domain.authorization_request import GRANT_ACTIONS
from app.domain.client_metadata import GRANT_TYPES, RESPONSE_TYPES
from app.domain.collection import TYPE as COLLECTION_TYPE


@dataclass(frozen=True)
class Endpoint:
    """One endpoint: its member in discovery, its path below the issuer, and the methods it takes."""

    member: str
    path: str
    methods: tuple[str, ...]
    discovered: bool = True
    """False for what no specification names: the guides for businesses tell it, discovery holds only known members."""


_ENDPOINTS = (
    Endpoint("authorization_endpoint", "/authorize", ("GET", "POST")),
    Endpoint("pushed_authorization_request_endpoint", "/par", ("POST",)),
    Endpoint("token_endpoint", "/token", ("POST",)),
    Endpoint("userinfo_endpoint", "/userinfo", ("GET", "POST")),
    Endpoint("introspection_endpoint", "/introspect", ("POST",)),
    Endpoint("revocation_endpoint", "/revoke", ("POST",)),
    Endpoint("registration_endpoint", "/clients", ("POST",)),
    Endpoint("end_session_endpoint", "/logout", ("GET", "POST")),
    Endpoint("jwks_uri", "/jwks", ("GET", "HEAD")),
    Endpoint("grant_management_endpoint", "/grants", ("GET", "DELETE")),
    Endpoint("consent_check_endpoint", "/v1/consent/check", ("POST",), discovered=False),
    Endpoint("loyalty_numbers_endpoint", "/v1/loyalty-numbers", ("POST",), discovered=False),
    Endpoint("deposits_endpoint", "/v1/deposits", ("GET", "POST"), discovered=False),
    Endpoint("receipts_endpoint", "/v1/receipts", ("GET",), discovered=False),
    Endpoint("erasure_cases_endpoint", "/v1/cases", ("GET",), discovered=False),
)

ENDPOINTS: Mapping[str, Endpoint] = MappingProxyType({door.member: door for door in _ENDPOINTS})
"""Discovery member to endpoint."""

RESPONSE_MODES = ("query", "form_post")
CODE_CHALLENGE_METHODS = ("S256",)
PROMPTS = ("none", "login", "consent", "select_account")
DISPLAYS = ("page", "touch", "wap")
"""One page fits these. In a popup it fits too, but the page that opened it has lost it: ours share no window."""

_FEATURES: Mapping[str, Any] = MappingProxyType(
    {
        "grant_types_supported": GRANT_TYPES,
        "response_types_supported": RESPONSE_TYPES,
        "response_modes_supported": RESPONSE_MODES,
        "code_challenge_methods_supported": CODE_CHALLENGE_METHODS,
        "prompt_values_supported": PROMPTS,
        "display_values_supported": DISPLAYS,
        "claims_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "require_pushed_authorization_requests": False,
        "authorization_response_iss_parameter_supported": True,
        "authorization_details_types_supported": (COLLECTION_TYPE,),
        "grant_management_actions_supported": ("query", "revoke", *GRANT_ACTIONS),
        "grant_management_action_required": False,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
    }
)


def url(issuer: str, member: str) -> str:
    """The address of an endpoint by its discovery member."""
    return issuer + ENDPOINTS[member].path


def discovered(issuer: str) -> dict[str, Any]:
    """The discovery members this table stands for (OpenID Connect Discovery §3, RFC 8414 §2)."""
    addresses = {member: url(issuer, member) for member, door in ENDPOINTS.items() if door.discovered}
    return addresses | {name: list(value) if isinstance(value, tuple) else value for name, value in _FEATURES.items()}
