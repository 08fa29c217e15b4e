"""Clients that register themselves, each as a business of its own that nobody has verified (RFC 7591, RFC 7592)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from app.crypto.digests import digest, new_secret, same
from app.domain.client_addresses import host_of
from app.domain.clients import AuthMethod, Client, is_client_id
from app.domain.errors import Refusal
from app.domain.grants import EndReason, Standing
from app.services import client_documents, endings, logos, own_grants, throttles
from app.services.receipts import Notice
from app.services.throttles import Limit
from app.services.wiring import Services
from app.storage import clients, initial_access_tokens, parties, registrations
from app.storage import logos as kept_logos
from app.storage.parties import BusinessRow, ClientRow

_HOUR_S = 3600
_WITH_SECRET = frozenset({AuthMethod.BASIC.value, AuthMethod.POST.value})
_ENDED = Notice("en", "The business ended its registration with this provider.")


@dataclass(frozen=True)
class Registration:
    """What a client is told about itself. The secret only when it was made just now: it is kept as a digest."""

    client_id: str
    metadata: Mapping[str, Any]
    intended_use: Mapping[str, Any] | None
    issued_at: datetime
    access_token: str = field(repr=False)
    secret: str | None = field(default=None, repr=False)


def register(
    services: Services, document: Mapping[str, Any], initial_token: str | None, source: str, now: datetime
) -> Registration:
    """A new client from its metadata; Refusal invalid_token, invalid_redirect_uri, invalid_client_metadata, TooMany."""
    _check_initial_token(services, initial_token, now)
    _count(services, source, now)
    metadata, use = client_documents.checked(services, document)
    sector = client_documents.proved_sector(services, metadata)
    client_id = f"c.{token_urlsafe(18)}"  # a sub has no dot: the two are never mistaken for each other
    business_id = uuid4().hex
    secret, access_token = _secret_for(metadata), new_secret()
    row = ClientRow(client_id, business_id, sector or business_id, metadata, _stored(secret), Standing.ACTIVE)
    logo = logos.look(services, business_id, metadata.get("logo_uri"))
    with services.database.write() as db:
        parties.write_business(db, _business(business_id, metadata, use), now, new=True)
        if logo is not None:
            kept_logos.keep(db, business_id, logo.png)
        parties.write_client(db, row, now, new=True)
        registrations.set_token(db, client_id, digest(access_token))
    return Registration(client_id, metadata, use, now, access_token, secret)


def read(services: Services, client_id: str, access_token: str) -> Registration:
    """What is registered, without the secret; Refusal invalid_token when the token is not this client's."""
    client, registered = _managed(services, client_id, access_token)
    return Registration(client.id, client.metadata, registered.intended_use, registered.created_at, access_token)


def update(
    services: Services, client_id: str, access_token: str, document: Mapping[str, Any], now: datetime
) -> Registration:
    """Replace the whole registration (RFC 7592 §2.2). Running grants stay as they were given: pinned, never widened.

    Refusal as ``register``; access_denied when the document is about another client.
    """
    client, registered = _managed(services, client_id, access_token)
    if document.get("client_id", client_id) != client_id:
        raise Refusal("access_denied", "The client_id in the document is not this client.")
    _check_own_secret(client, document, now)
    metadata, use = client_documents.checked(services, document)
    sector = client_documents.proved_sector(services, metadata)
    if (sector or client.business.id) != client.sector:
        raise client_documents.refused(
            [("sector_identifier_uri", "cannot change: people would be strangers to this client")]
        )
    logo = logos.look(services, client.business.id, metadata.get("logo_uri"))
    with services.database.write() as db:
        before, business = _held(db, client)
        secret = None if before.secrets else _secret_for(metadata)
        secrets = (before.secrets or _stored(secret)) if metadata["token_endpoint_auth_method"] in _WITH_SECRET else []
        row = ClientRow(client.id, business.id, client.sector, metadata, secrets, before.standing)
        after = _business(business.id, metadata, use)
        same_as_before = _appearance(after, metadata) == _appearance(business, before.metadata)
        changed_at = business.identity_changed_at if same_as_before else now
        parties.write_business(db, replace(after, identity_changed_at=changed_at), now, new=False)
        if logo is not None:
            kept_logos.keep(db, business.id, logo.png)
        parties.write_client(db, row, now, new=False)
    return Registration(client.id, metadata, use, registered.created_at, access_token, secret)


def remove(services: Services, client_id: str, access_token: str, now: datetime) -> None:
    """End a registration (RFC 7592 §2.3): nothing of the client works from the commit on.

    What people gave it ends with a receipt and stays in their history; without any, nothing is kept.
    """
    client, _ = _managed(services, client_id, access_token)
    with services.database.write() as db:
        _held(db, client)
        if registrations.forget_unused(db, client.id, client.business.id):
            return
        for grant in registrations.running_grants(db, client.id, client.business.id):
            found = own_grants.locked(services, db, grant.id)
            if found is not None and found[0].ended_at is None:  # somebody may have ended it since it was read
                endings.end(services, db, *found, EndReason.REVOKED_BY_CLIENT, _ENDED, now)
        registrations.retire(db, client.id, now)


def create_initial_access_token(services: Services, note: str, lifetime_s: int, now: datetime) -> str:
    """A token with which clients may be registered until it expires; ``note`` says for whom. Shown once."""
    secret = new_secret()
    with services.database.write() as db:
        initial_access_tokens.add(db, digest(secret), note, now, now + timedelta(seconds=lifetime_s))
    return secret


def revoke_initial_access_token(services: Services, token: str, now: datetime) -> bool:
    """End one; False when there is none such."""
    with services.database.write() as db:
        return initial_access_tokens.revoke(db, digest(token), now)


def _check_initial_token(services: Services, token: str | None, now: datetime) -> None:
    if token is None:
        if services.settings.registration.open:
            return
        raise Refusal("invalid_token", "An initial access token is needed to register.", logged="no initial token")
    with services.database.read() as db:
        if not initial_access_tokens.is_live(db, digest(token), now):
            raise Refusal("invalid_token", "The initial access token is not valid.")


def _count(services: Services, source: str, now: datetime) -> None:
    limit = Limit("registration", services.settings.registration.per_source_per_hour, _HOUR_S)
    told = "Too many registrations from this network."
    throttles.admit(services, limit, throttles.network(source), now, told, logged="registration flood")


def _managed(services: Services, client_id: str, access_token: str) -> tuple[Client, registrations.Registered]:
    with services.database.read() as db:
        registered = registrations.registered(db, client_id) if is_client_id(client_id) else None
        client = None if registered is None else clients.find(db, services.policy, client_id)
    if (
        registered is None
        or client is None
        or registered.registration_digest is None
        or not same(registered.registration_digest, digest(access_token))
        or client.standing is not Standing.ACTIVE
    ):
        raise _not_its_token()
    return client, registered


def _held(db: Connection, client: Client) -> tuple[ClientRow, BusinessRow]:
    """The client and its business as they are now, held: who ended or suspended it meanwhile has won."""
    business, row = parties.hold_business(db, client.business.id), parties.find_client(db, client.id)
    if business is None or row is None or {business.standing, row.standing} != {Standing.ACTIVE}:
        raise _not_its_token()
    return row, business


def _not_its_token() -> Refusal:
    return Refusal("invalid_token", "The registration access token is not valid for this client.")


def _check_own_secret(client: Client, document: Mapping[str, Any], now: datetime) -> None:
    secret = document.get("client_secret")
    if secret is not None and not (isinstance(secret, str) and client.accepts_secret(digest(secret), now)):
        raise client_documents.refused([("client_secret", "is not this client's")])


def _secret_for(metadata: Mapping[str, Any]) -> str | None:
    return new_secret() if metadata["token_endpoint_auth_method"] in _WITH_SECRET else None


def _stored(secret: str | None) -> list[list[Any]]:
    return [] if secret is None else [[digest(secret).hex(), None]]


def _business(business_id: str, metadata: Mapping[str, Any], use: Mapping[str, Any] | None) -> BusinessRow:
    details = {
        "privacy_policy_uri": metadata.get("policy_uri"),
        "terms_uri": metadata.get("tos_uri"),
        "logo_uri": metadata.get("logo_uri"),
        "privacy_contact": next(iter(metadata.get("contacts", ())), None),
    }
    return BusinessRow(
        id=business_id,
        name=metadata.get("client_name") or host_of(metadata["redirect_uris"][0]),
        website=metadata.get("client_uri"),
        details={name: value for name, value in details.items() if value is not None},
        intended_use=use,
        verified=False,
        standing=Standing.ACTIVE,
    )


def _appearance(business: BusinessRow, metadata: Mapping[str, Any]) -> tuple[str, str | None, frozenset[str]]:
    """What people know a client by that nobody verified: its name, its website, and where it has them come back to."""
    return business.name, business.website, frozenset(host_of(uri) for uri in metadata["redirect_uris"])
