"""Authorization codes: sealed handles, redeemed once. No row is written to issue one."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from app.crypto.digests import digest
from app.domain.authorization_request import AuthorizationRequest
from app.domain.errors import Refusal
from app.domain.granted_scope import granted_scope
from app.domain.grants import Grant
from app.domain.levels import Level
from app.domain.release import Asked, Channel
from app.domain.token_claims import Authentication
from app.services import logouts
from app.services.release import Bearer, Opened, Released, open_grant, record, release
from app.services.sessions import Session
from app.services.tokens import families, refresh_tokens
from app.services.tokens.pinned import Pinned, pinned
from app.services.wiring import Services
from app.storage import single_use

_PURPOSE = "code"
_REMEMBERED = timedelta(days=1)
"""How long a used code is known as used. It is refused for its age long before; this is for revoking on replay."""
_MISSES = 3
_ENDED = "What was shared has ended, or the person signed out."


@dataclass(frozen=True)
class Code:
    """What a code says of itself."""

    digest: bytes = field(repr=False)
    pinned: Pinned
    redirect_uri: str = field(repr=False)
    nonce: str | None = field(repr=False)
    challenge: str | None = field(repr=False)
    expires_at: datetime

    @property
    def offline(self) -> bool:
        """Whether what it is redeemed for outlives the session."""
        return "offline_access" in self.pinned.scopes

    @property
    def bearer(self) -> Bearer:
        """What the gate asks of a code: the session it was made in must live, whatever comes of it later."""
        return self.pinned.bearer(self.digest, self.digest, self.pinned.session_id)


@dataclass(frozen=True)
class Redeemed:
    """What a code was good for."""

    opened: Opened
    released: Released
    """Personal claims for the ID token, by the same rule as everywhere."""
    refresh_token: str | None = field(repr=False)


def issue_code(
    services: Services,
    request: AuthorizationRequest,
    grant: Grant,
    level: Level,
    asked: Asked,
    session: Session,
    now: datetime,
) -> str:
    """A code for one checked request under one live grant. ``asked`` is what ``coverage`` pinned."""
    scopes = granted_scope(request.scopes, level, asked.userinfo, offline=grant.offline)
    authentication = Authentication(session.auth_time_at, session.acr, session.amr)
    login = Pinned(
        request.client_id, grant.id, level, scopes, asked, session.id, authentication, not_given=request.scopes - scopes
    )
    content = login.content | {
        "c": request.client_id,
        "g": grant.id,
        "r": request.redirect_uri,
        "n": request.nonce,
        "h": request.code_challenge,
        "e": int(now.timestamp()) + services.settings.tokens.code_s,
    }
    return services.keys.sealer(now).seal(_PURPOSE, content)


def read_code(services: Services, text: str, client_id: str, now: datetime) -> Code | None:
    """A live code of this client, or None. Whether it was used already is for ``redeem``.

    A used code that comes back after it expired still takes down what it issued.
    """
    content = services.keys.sealer(now).open(_PURPOSE, text)
    if content is None or content["c"] != client_id:
        return None
    code = Code(
        digest=digest(text),
        pinned=pinned(content["c"], content["g"], content),
        redirect_uri=content["r"],
        nonce=content["n"],
        challenge=content["h"],
        expires_at=datetime.fromtimestamp(content["e"], UTC),
    )
    if now < code.expires_at:
        return code
    with services.database.write() as db:
        if single_use.was_used(db, code.digest):
            families.revoke(services, db, code.digest, now)
    return None


def redeem(services: Services, code: Code, *, refreshable: bool, now: datetime) -> Redeemed:
    """Use a code up, in one transaction with what it issues (RFC 6749 §4.1.2, RFC 9700 §4.5).

    Of parallel callers one wins. Every other one is a replay: it revokes what the winner got, and keeps that trace
    although it is refused. ``refreshable`` is whether this client may hold refresh tokens.
    """
    with services.database.write() as db:
        if _claim(db, code, now):
            opened = open_grant(services, db, code.bearer, now)
            if isinstance(opened, str):
                raise Refusal("invalid_grant", _ENDED, logged=opened)
            released = release(services, db, Channel.ID_TOKEN, opened)
            record(db, opened.grant, Channel.ID_TOKEN, released.names, now)
            if not logouts.visit(db, opened.client, code.pinned.session_id, opened.grant):
                raise Refusal("invalid_grant", _ENDED, logged="session_ended")
            token = None
            if refreshable and code.offline:
                token = refresh_tokens.start_family(db, code.digest, code.pinned, opened.grant.ends_at, now)
            return Redeemed(opened, released, token)
        families.revoke(services, db, code.digest, now)
    told = "The code was used up before, and what it gave is revoked: a code is sent once."
    raise Refusal("invalid_grant", told, logged="code_replayed")


def count_miss(services: Services, code: Code, now: datetime) -> None:
    """Remember a wrong verifier; the third kills the code (RFC 9700 §4.5.3 leaves the number to us)."""
    with services.database.write() as db:
        for number in range(1, _MISSES):
            key = digest(f"{code.digest.hex()} miss {number}")
            if single_use.claim_once(db, key, "code_miss", now, code.expires_at):
                return
        _claim(db, code, now)


def _claim(db: Connection, code: Code, now: datetime) -> bool:
    return single_use.claim_once(db, code.digest, _PURPOSE, now, code.expires_at + _REMEMBERED)
