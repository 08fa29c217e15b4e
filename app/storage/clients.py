"""Reads a client with its business as one domain value. Writing them is registration's and the operator's."""

import json
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, Text, bindparam, exists, select, type_coerce

from app.domain.client_metadata import UNSTATED_AUTH_METHOD, possible_scopes
from app.domain.clients import AuthMethod, Business, Client, ClientSecret
from app.domain.grants import Standing
from app.domain.intended_use import IntendedUse, plain_intended_use
from app.domain.intended_use_file import read_as_far_as_allowed
from app.domain.levels import Policy
from app.storage.prepared import Prepared
from app.storage.tables.parties import businesses, clients

COLUMNS = (
    clients.c.id.label("client_id"),
    clients.c.sector,
    type_coerce(clients.c.metadata, Text).label("client_metadata"),
    type_coerce(clients.c.secrets, Text).label("secrets"),
    clients.c.standing.label("client_standing"),
    businesses.c.id.label("business_id"),
    businesses.c.name.label("business_name"),
    businesses.c.website,
    type_coerce(businesses.c.details, Text).label("details"),
    type_coerce(businesses.c.intended_use, Text).label("intended_use"),
    businesses.c.verified,
    businesses.c.standing.label("business_standing"),
    businesses.c.identity_changed_at,
    businesses.c.logo_digest,
)
"""What ``read`` needs of a joined row; other queries add them to their own columns. Documents come as their text."""

_SELECT = select(*COLUMNS).join_from(clients, businesses, clients.c.business_id == businesses.c.id)
_FIND = Prepared(_SELECT.where(clients.c.id == bindparam("client_id")))


def find(db: Connection, policy: Policy, client_id: str) -> Client | None:
    """The client and its business in one select, whatever their standing; None when there is none."""
    row = _FIND.first(db, client_id=client_id)
    return None if row is None else read(row, policy)


def several(db: Connection, policy: Policy, client_ids: Collection[str]) -> Mapping[str, Client]:
    """Those of these clients that exist, by id, in one select."""
    found = db.execute(_SELECT.where(clients.c.id.in_(client_ids)))
    return {row.client_id: read(row, policy) for row in found}


class _Row(NamedTuple):
    """The values of ``COLUMNS``."""

    client_id: str
    sector: str
    client_metadata: str
    secrets: str
    client_standing: str
    business_id: str
    business_name: str
    website: str | None
    details: str
    intended_use: str | None
    verified: bool
    business_standing: str
    identity_changed_at: datetime | None
    logo_digest: str | None


_values = attrgetter(*_Row._fields)


def read(row: Any, policy: Policy) -> Client:
    """The domain value of a row that holds ``COLUMNS``. A suspended business suspends its clients."""
    return _client(_Row(*_values(row)), policy)


def any_signed_with(db: Connection, alg: str) -> bool:
    """Whether any client has its ID tokens or userinfo signed with this algorithm."""
    said = type_coerce(clients.c.metadata, Text).contains(f'_signed_response_alg":"{alg}"')
    return bool(db.execute(select(exists().where(said))).scalar_one())


# Every request of a client reads its row, which hardly ever changes: the same words are the same client.
@lru_cache(maxsize=1024)
def _client(row: _Row, policy: Policy) -> Client:
    business = Business(
        id=row.business_id,
        name=row.business_name,
        website=row.website,
        intended_use=_intended_use(row.intended_use, policy),
        details=json.loads(row.details),
        verified=row.verified,
        standing=Standing(row.business_standing),
        identity_changed_at=row.identity_changed_at,
        logo_digest=row.logo_digest,
    )
    metadata = json.loads(row.client_metadata)
    return Client(
        id=row.client_id,
        business=business,
        sector=row.sector,
        redirect_uris=tuple(metadata["redirect_uris"]),
        auth_method=AuthMethod(metadata["token_endpoint_auth_method"]),
        secret_either_way=bool(metadata.get(UNSTATED_AUTH_METHOD)),
        secrets=tuple(ClientSecret(bytes.fromhex(digest), _time(end)) for digest, end in json.loads(row.secrets)),
        grant_types=frozenset(metadata["grant_types"]),
        scopes=_scopes(metadata, business.intended_use),
        post_logout_redirect_uris=tuple(metadata.get("post_logout_redirect_uris", ())),
        id_token_alg=metadata.get("id_token_signed_response_alg", "RS256"),
        userinfo_alg=metadata.get("userinfo_signed_response_alg"),
        native=metadata.get("application_type") == "native",
        default_max_age_s=metadata.get("default_max_age"),
        security_profile=metadata.get("security_profile", "standard"),
        metadata=metadata,
        standing=min(Standing(row.client_standing), business.standing, key=lambda it: it is Standing.ACTIVE),
    )


def _scopes(metadata: Mapping[str, Any], use: IntendedUse) -> frozenset[str]:
    registered = metadata.get("scope")
    return frozenset(possible_scopes(use, metadata["grant_types"]) if registered is None else registered.split())


@lru_cache(maxsize=1024)  # shared by the clients of one business, and by those that declare nothing
def _intended_use(declared: str | None, policy: Policy) -> IntendedUse:
    if declared is None:
        return plain_intended_use(policy)
    return read_as_far_as_allowed(json.loads(declared), policy)


def _time(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
