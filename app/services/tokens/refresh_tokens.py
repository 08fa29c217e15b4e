"""Refresh tokens: random values kept by digest. Public clients rotate them; confidential ones authenticate instead.

A refused refresh consumes nothing. No token outlives its grant.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from app.crypto.digests import digest, new_secret
from app.domain.clients import Client
from app.domain.errors import Refusal
from app.domain.granted_scope import level_named, narrowed_asked, refreshed_scope
from app.domain.release import Channel
from app.services.release import Bearer, Opened, Released, open_grant, record, release
from app.services.tokens import families
from app.services.tokens.pinned import Pinned, pinned
from app.services.wiring import Services
from app.storage import refresh_tokens as rows
from app.storage.refresh_tokens import Stored

_SUCCESSOR = "successor"


@dataclass(frozen=True)
class Refreshed:
    """What a refresh token was good for, this time: ``opened`` may be narrower than what is pinned."""

    origin: bytes = field(repr=False)
    pinned: Pinned
    opened: Opened
    released: Released
    token: str = field(repr=False)
    """The token to use from now on: a successor, or the presented one where that stays good."""


def start_family(db: Connection, origin: bytes, login: Pinned, ends_at: datetime, now: datetime) -> str:
    """The first refresh token of a redeemed code, in the transaction that redeems it; dead at ``ends_at``."""
    secret = new_secret()
    rows.add(db, Stored(digest(secret), origin, login.grant_id, login.client_id, login.content, now, ends_at))
    return secret


def read(services: Services, secret: str) -> Stored | None:
    """The row behind a refresh token, whatever became of it."""
    with services.database.read() as db:
        return rows.find(db, digest(secret))


def pinned_in(stored: Stored) -> Pinned:
    """What every token of its family stands for, the same in each successor."""
    return pinned(stored.client_id, stored.grant_id, stored.content)


def bearer_of(stored: Stored) -> Bearer:
    """What the gate asks of a refresh token: no session, it works without the person present."""
    return pinned_in(stored).bearer(stored.family, stored.secret_digest, None)


def is_live(stored: Stored, now: datetime) -> bool:
    """Whether this very token may be used now; its grant is another question."""
    return stored.revoked_at is None and stored.rotated_at is None and now < stored.expires_at


def refresh(services: Services, client: Client, secret: str, scopes: frozenset[str] | None, now: datetime) -> Refreshed:
    """Use a refresh token (RFC 6749 §6, RFC 9700 §4.14.2). Refusal invalid_grant or invalid_scope.

    ``scopes`` narrows what is issued this time; None is everything the family stands for.
    """
    if client.public:
        return _rotate(services, client, secret, scopes, now)
    with services.database.read() as db:
        stored = rows.find(db, digest(secret))
        if stored is None or stored.client_id != client.id or not is_live(stored, now):
            raise _invalid("unknown, revoked, expired or of another client")
        refreshed = _use(services, db, stored, scopes, secret, now)
    if refreshed.released.names:
        with services.database.note_one() as db:
            record(db, refreshed.opened.grant, Channel.ID_TOKEN, refreshed.released.names, now)
    return refreshed


def _rotate(services: Services, client: Client, secret: str, scopes: frozenset[str] | None, now: datetime) -> Refreshed:
    fresh = new_secret()
    sealed = services.keys.sealer(now).seal(_SUCCESSOR, {"s": fresh})
    with services.database.write() as db:
        successor: str | None = fresh
        stored = rows.rotate(db, digest(secret), client.id, sealed, now)
        if stored is not None:
            same = (stored.family, stored.grant_id, stored.client_id, stored.content)
            rows.add(db, Stored(digest(fresh), *same, created_at=now, expires_at=stored.expires_at))
        else:
            stored = rows.find(db, digest(secret))
            if stored is None or stored.client_id != client.id or stored.revoked_at is not None:
                raise _invalid("unknown, revoked or of another client")
            if now >= stored.expires_at:
                raise _invalid("expired")
            successor = _in_grace(services, db, stored, now)
            if successor is None:
                families.revoke(services, db, stored.family, now)
        if successor is not None:
            refreshed = _use(services, db, stored, scopes, successor, now)
            record(db, refreshed.opened.grant, Channel.ID_TOKEN, refreshed.released.names, now)
            return refreshed
    raise _invalid("reused; its family is revoked")


def _in_grace(services: Services, db: Connection, stored: Stored, now: datetime) -> str | None:
    """The successor a rotated token already has, when its loss on the way is the likely story.

    Not when the successor was used: then two parties hold tokens of one family. A clock that was set back makes
    the rotation lie in the future, and ends the grace too.
    """
    grace = timedelta(seconds=services.settings.tokens.refresh_grace_s)
    if stored.rotated_at is None or stored.successor_sealed is None or abs(now - stored.rotated_at) > grace:
        return None
    opened = services.keys.sealer(now).open(_SUCCESSOR, stored.successor_sealed)
    if opened is None:
        return None
    successor = str(opened["s"])
    following = rows.find(db, digest(successor))
    return successor if following is not None and following.rotated_at is None else None


def _use(
    services: Services,
    db: Connection,
    stored: Stored,
    scopes: frozenset[str] | None,
    token: str,
    now: datetime,
) -> Refreshed:
    login = pinned_in(stored)
    wanted = login.scopes if scopes is None else scopes
    kept = refreshed_scope(wanted, login.scopes, login.not_given)
    if kept is None:
        raise Refusal("invalid_scope", "The scope is wider than what the login asked, or nothing of it was given.")
    asked = narrowed_asked(login.asked, login.scopes, kept)
    bearer = replace(bearer_of(stored), level=level_named(wanted, login.level), scopes=kept, asked=asked)
    opened = open_grant(services, db, bearer, now)
    if isinstance(opened, str):
        raise _invalid(opened)
    if not opened.grant.offline:
        raise _invalid("the person agreed to a login without offline access since")
    if "offline_access" not in opened.client.scopes:
        raise _invalid("its client may not ask for offline access any more")
    released = release(services, db, Channel.ID_TOKEN, opened)
    return Refreshed(stored.family, login, opened, released, token)


def _invalid(logged: str) -> Refusal:
    told = "The refresh token was replaced or revoked, has expired, is another client's, or what was shared has ended."
    return Refusal("invalid_grant", told, logged=f"refresh token: {logged}")
