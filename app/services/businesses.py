"""What an operator does with businesses: apply a file, idempotently, showing what differs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from app.crypto.digests import digest, new_secret
from app.domain.business_file import BusinessFile, FiledClient, read_business_file
from app.domain.clients import AuthMethod
from app.domain.errors import Problems
from app.domain.grants import Standing
from app.services import logos
from app.services.client_documents import metadata_rules
from app.services.fact_values.countries import country_codes
from app.services.wiring import Services
from app.storage import logos as kept_logos
from app.storage import parties
from app.storage.parties import BusinessRow, ClientRow

_SHORTEST_SECRET = 22
"""128 bits, base64."""


@dataclass(frozen=True)
class Applied:
    """What applying a file changed, or would change: lines to read, and secrets made just now."""

    changes: tuple[str, ...]
    no_logo: bool = False
    """The logo the file names could not be had, so the first letter is shown; applying it again tries again."""
    disabled: tuple[str, ...] = ()
    """Clients the file has that may not act: applying it does not enable them."""
    new_secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


def read(services: Services, raw: Mapping[str, Any]) -> BusinessFile:
    """The file, checked against this installation's levels; raises Problems with every fault."""
    return read_business_file(raw, services.policy, metadata_rules(services, trusted=True), country_codes())


def apply(
    services: Services,
    file: BusinessFile,
    given_secrets: Mapping[str, str],
    now: datetime,
    *,
    dry_run: bool = False,
) -> Applied:
    """Make the database hold what the file says, in one transaction; run again it changes nothing.

    ``given_secrets`` holds the secret of each client whose file names a source. A client that needs one and has
    none, here or stored, gets one made. Clients the file no longer has are disabled, not deleted: their people's
    records stay. A disabled client stays so until it is enabled by name. Raises Problems for a client_id of another
    business or a secret that is too short.
    """
    logo = None if dry_run else logos.look(services, file.id, file.details.get("logo_uri"))
    try:
        return _apply(services, file, given_secrets, logo, now, dry_run=dry_run)
    except IntegrityError:  # made by another at this moment: then it is there, and is held
        return _apply(services, file, given_secrets, logo, now, dry_run=dry_run)


def _apply(
    services: Services,
    file: BusinessFile,
    given_secrets: Mapping[str, str],
    logo: logos.Looked | None,
    now: datetime,
    *,
    dry_run: bool,
) -> Applied:
    with services.database.write() as db:
        before = parties.hold_business(db, file.id)
        after = BusinessRow(
            id=file.id,
            name=file.name,
            website=file.website,
            details=file.details,
            intended_use=file.intended_use,
            verified=True,
            standing=Standing.ACTIVE if before is None else before.standing,
            identity_changed_at=None if before is None else before.identity_changed_at,
        )
        known = _known_clients(db, file)
        rows, made = _client_rows(known, file, given_secrets)
        changes = _business_changes(before, after)
        changes += [line for row in rows for line in _client_changes(known.get(row.id), row)]
        no_logo = logo is not None and logo.png is None and "logo_uri" in file.details
        if logo is not None and not no_logo:
            changes.append(f"~ business {file.id}: its logo was {'fetched' if logo.png else 'taken away'}")
        if not dry_run and changes:
            parties.write_business(db, after, now, new=before is None)
            if logo is not None:
                kept_logos.keep(db, file.id, logo.png)
            for row in rows:
                parties.write_client(db, row, now, new=row.id not in known)
    filed = {client.id for client in file.clients}
    disabled = tuple(row.id for row in rows if row.id in filed and row.standing == Standing.DISABLED)
    return Applied(tuple(changes), no_logo, disabled, {} if dry_run else made)


def _known_clients(db: Connection, file: BusinessFile) -> dict[str, ClientRow]:
    """The clients there are of this business, and whoever has the ids its file names."""
    named = (parties.find_client(db, client.id) for client in file.clients)
    return {row.id: row for row in (*parties.clients_of(db, file.id), *named) if row is not None}


def _client_rows(
    known: Mapping[str, ClientRow], file: BusinessFile, given: Mapping[str, str]
) -> tuple[list[ClientRow], dict[str, str]]:
    rows, made, found = [], {}, []
    for client in file.clients:
        before = known.get(client.id)
        if before is not None and before.business_id != file.id:
            found.append((client.id, f"belongs to business {before.business_id}"))
            continue
        if len(given.get(client.id, "x" * _SHORTEST_SECRET)) < _SHORTEST_SECRET:
            found.append((client.id, f"its secret must have at least {_SHORTEST_SECRET} characters"))
        secrets, new = _secrets(client, before, given.get(client.id))
        if new is not None:
            made[client.id] = new
        # Applying never lifts a suspension: that is a decision of its own.
        standing = Standing.ACTIVE if before is None else before.standing
        rows.append(ClientRow(client.id, file.id, file.id, client.metadata, secrets, standing))
    kept = {client.id for client in file.clients}
    rows += [replace(row, standing=Standing.DISABLED) for row in known.values() if row.id not in kept]
    if found:
        raise Problems(tuple(found))
    return rows, made


def _secrets(
    client: FiledClient, before: ClientRow | None, given: str | None
) -> tuple[Sequence[Sequence[Any]], str | None]:
    needs_one = client.metadata["token_endpoint_auth_method"] in {AuthMethod.BASIC, AuthMethod.POST}
    if not needs_one:
        return [], None
    stored = [] if before is None else before.secrets
    if stored and (given is None or stored[0][0] == digest(given).hex()):
        return stored, None
    new = given or new_secret()
    return [[digest(new).hex(), None]], None if given else new


def _business_changes(before: BusinessRow | None, after: BusinessRow) -> list[str]:
    if before is None:
        return [f"+ business {after.id}"]
    return [f"~ business {after.id}: {line}" for line in _difference(vars(before), vars(after))]


def _client_changes(before: ClientRow | None, after: ClientRow) -> list[str]:
    if before is None:
        return [f"+ client {after.id}"]
    lines = _difference({**vars(before), "secrets": None}, {**vars(after), "secrets": None})
    if before.secrets != after.secrets:
        lines.append("secret changed")
    return [f"~ client {after.id}: {line}" for line in lines]


def _difference(before: Any, after: Any, place: str = "") -> list[str]:
    """A line per leaf that differs."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return [
            line
            for key in sorted(before.keys() | after.keys())
            for line in _difference(before.get(key), after.get(key), f"{place}.{key}" if place else key)
        ]
    if before == after:
        return []
    return [f"{place}: {_shown(before)} -> {_shown(after)}"]


def _shown(value: Any) -> str:
    return "(none)" if value is None else repr(str(value) if isinstance(value, str) else value)


def rotate_secret(services: Services, client_id: str, overlap_s: int, now: datetime) -> str | None:
    """A new secret beside those of before, which work ``overlap_s`` longer at most; None for a client without one.

    Shown once: who lost it rotates again, and what the client has in use goes on working as it was told.
    """
    with services.database.write() as db:
        row = parties.hold_client(db, client_id)
        if row is None or not row.secrets:
            return None
        began = int(now.timestamp())
        until = began + overlap_s
        before = [[secret, min(end or until, until)] for secret, end in row.secrets]
        kept = [each for each in before if each[1] > began]
        new = new_secret()
        parties.write_client(db, replace(row, secrets=[[digest(new).hex(), None], *kept]), now, new=False)
    return new


def set_client_standing(services: Services, client_id: str, standing: Standing, now: datetime) -> bool:
    """Disable or enable a client; every gate reads it at the next use. False when there is no such client."""
    with services.database.write() as db:
        row = parties.hold_client(db, client_id)
        if row is not None:
            parties.write_client(db, replace(row, standing=standing), now, new=False)
    return row is not None
