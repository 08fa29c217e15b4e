"""What the transmitter answers: its endpoints, and what it says of itself. Only what works is said."""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from app.domain.client_scopes import SSF_MANAGE, SSF_READ
from app.domain.streams import METHODS
from app.protocol import front_doors
from app.protocol.front_doors import Endpoint
from app.protocol.metadata import Document, document

READERS = (SSF_READ, SSF_MANAGE)
MANAGERS = (SSF_MANAGE,)
"""CAEP Interoperability Profile §2.7.3."""

_ENDPOINTS = (
    Endpoint("configuration_endpoint", "/ssf/streams", ("GET", "POST", "PATCH", "PUT", "DELETE")),
    Endpoint("status_endpoint", "/ssf/status", ("GET", "POST")),
    Endpoint("add_subject_endpoint", "/ssf/subjects/add", ("POST",)),
    Endpoint("remove_subject_endpoint", "/ssf/subjects/remove", ("POST",)),
    Endpoint("verification_endpoint", "/ssf/verify", ("POST",)),
)
ENDPOINTS: Mapping[str, Endpoint] = MappingProxyType({door.member: door for door in _ENDPOINTS})

POLL_PATH = "/ssf/poll"
"""With a stream's id behind it: where its receiver fetches events, if it does not have them pushed."""

TRANSMITTER = "/.well-known/ssf-configuration"
RESOURCE = "/.well-known/oauth-protected-resource"


def poll_url(issuer: str, stream_id: str) -> str:
    """Where the receiver of a stream fetches its events: one address per stream (§6.1.2)."""
    return f"{issuer}{POLL_PATH}/{stream_id}"


@lru_cache(maxsize=4)
def transmitter(issuer: str, max_age_s: int) -> Document:
    """The transmitter configuration metadata (§7.1). Complex subjects are never sent, so no member is critical."""
    members: dict[str, Any] = {
        "spec_version": "1_0",
        "issuer": issuer,
        "jwks_uri": front_doors.url(issuer, "jwks_uri"),
        "delivery_methods_supported": list(METHODS),
        **{member: issuer + door.path for member, door in ENDPOINTS.items()},
        "authorization_schemes": [{"spec_urn": "urn:ietf:rfc:6749"}],
        "default_subjects": "ALL",
    }
    return document(members, max_age_s)


@lru_cache(maxsize=4)
def resource(issuer: str, max_age_s: int) -> Document:
    """Whose tokens open these endpoints, and of which scopes (RFC 9728 §2)."""
    members = {
        "resource": issuer,
        "authorization_servers": [issuer],
        "scopes_supported": [SSF_READ, SSF_MANAGE],
        "bearer_methods_supported": ["header"],
    }
    return document(members, max_age_s)
