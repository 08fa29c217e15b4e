"""Keeps authorization requests that need a screen: opened under a secret handle, held by one browser, answered once."""

from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import uuid4

from app.crypto.digests import digest, new_secret, same
from app.domain.authorization_request import AuthorizationRequest, asked_in
from app.domain.errors import Refusal
from app.domain.stored_request import StoredRequest
from app.services import addresses, throttles
from app.services.throttles import Limit
from app.services.wiring import Services
from app.storage import authorization_requests as rows
from app.storage import clients, refused_requests

_LOGIN_HINT = "login_hint"
_TOLD_FOR = timedelta(days=365)
"""So long a person reads in the timeline of a business what they refused it."""


class Why(StrEnum):
    """Why a handle leads nowhere."""

    UNKNOWN = "request_unknown"
    ELSEWHERE = "request_of_another_browser"
    EXPIRED = "request_expired"
    FINISHED = "request_finished"


_STATUS = {Why.UNKNOWN: 404, Why.ELSEWHERE: 403, Why.EXPIRED: 410, Why.FINISHED: 410}


class Unavailable(Refusal):
    """A handle leads nowhere; a page says why. ``client_id`` only where this browser may know it."""

    def __init__(self, why: Why, client_id: str | None = None) -> None:
        super().__init__(why, "This login cannot go on.", status=_STATUS[why])
        self.why = why
        self.client_id = client_id


def open(  # noqa: A001 - authorization_requests.open reads as what it does
    services: Services,
    request: AuthorizationRequest,
    browser_digest: bytes | None,
    now: datetime,
    *,
    stranger: str | None = None,
) -> str:
    """Store a request and return its handle, a secret of 256 bits of which only a digest is kept.

    With ``browser_digest`` that browser may go on with it for ``tokens.request_s``; without, it is a pushed
    request, which the first browser to open it within ``tokens.pushed_s`` makes its own. ``stranger`` is the network
    source of somebody who proved nothing yet: TooMany when too many such requests came from there.
    """
    life_s = services.settings.tokens.pushed_s if browser_digest is None else services.settings.tokens.request_s
    handle = new_secret()
    kept = replace(request, login_hint=_sealed(services, request.login_hint, now), created_at=now)
    stored = StoredRequest(uuid4().hex, kept, browser_digest, expires_at=now + timedelta(seconds=life_s))
    hint_index = None if request.login_hint is None else addresses.index(services, request.login_hint)
    if stranger is not None:
        _count(services, stranger, now)
    with services.database.write() as db:
        rows.add(db, digest(handle), stored, hint_index)
    return handle


def load(services: Services, handle: str, browser_digest: bytes, now: datetime) -> StoredRequest:
    """The request this browser is going on with; raises ``Unavailable`` for every other handle."""
    stored = _find(services, handle, now)
    if stored.browser_digest is None or not same(stored.browser_digest, browser_digest):
        raise Unavailable(Why.ELSEWHERE)
    _refuse_closed(stored, now)
    return stored


def load_pushed(services: Services, handle: str, browser_digest: bytes, now: datetime) -> StoredRequest:
    """The request behind a pushed handle, for a browser that may be the first; raises ``Unavailable``.

    A browser that made it its own may come back by the same handle until it is answered (RFC 9126 §4).
    """
    stored = _find(services, handle, now)
    if stored.browser_digest is not None and not same(stored.browser_digest, browser_digest):
        raise Unavailable(Why.ELSEWHERE)
    _refuse_closed(stored, now)
    if stored.browser_digest is None:
        # A login between the push and now is not a login for this request: it is asked from now on.
        return replace(stored, request=replace(stored.request, created_at=now))
    return stored


def bind(services: Services, stored: StoredRequest, browser_digest: bytes, now: datetime) -> None:
    """Make a pushed request this browser's own; raises ``Unavailable`` when another browser was first."""
    if stored.browser_digest is not None:
        return
    expires_at = now + timedelta(seconds=services.settings.tokens.request_s)
    with services.database.write() as db:
        if not rows.bind(db, stored.id, browser_digest, expires_at, now):
            raise Unavailable(Why.ELSEWHERE)


def take_over(services: Services, handle: str, browser_digest: bytes, now: datetime) -> None:
    """Give a request nobody decided on to another browser of the same person; raises ``Unavailable``.

    Only for somebody who has just proved, by the link in their mail, that the account this login waits for is theirs.
    """
    stored = _find(services, handle, now)
    _refuse_closed(stored, now)
    with services.database.write() as db:
        if not rows.move(db, stored.id, browser_digest, now):
            raise Unavailable(Why.FINISHED)


def refuse(services: Services, stored: StoredRequest, person_id: str, now: datetime) -> bool:
    """Record that the person shares nothing, and what was asked; False when it was decided or answered before."""
    request = stored.request
    with services.database.write() as db:
        if not rows.decide(db, stored.id, person_id, None, now):
            return False
        client = clients.find(db, services.policy, request.client_id)
        if client is not None:
            asked = asked_in(request, client.business.intended_use, services.policy)
            refused_requests.add(db, person_id, client, asked, now, now + _TOLD_FOR)
        return True


def complete(services: Services, stored: StoredRequest, now: datetime) -> None:
    """Close a request for good, once; raises ``Unavailable`` for every caller but the first."""
    with services.database.write() as db:
        if not rows.complete(db, stored.id, now):
            raise Unavailable(Why.FINISHED, stored.request.client_id)


def _count(services: Services, source: str, now: datetime) -> None:
    login = services.settings.login
    limit = Limit("authorization_request", login.requests_per_source, login.window_s)
    told = "Too many logins were begun from this network."
    throttles.admit(services, limit, throttles.network(source), now, told, logged="request flood")


def _find(services: Services, handle: str, now: datetime) -> StoredRequest:
    with services.database.read() as db:
        stored = rows.find(db, digest(handle))
    if stored is None:
        raise Unavailable(Why.UNKNOWN)
    if stored.request.login_hint is None:
        return stored
    return replace(stored, request=replace(stored.request, login_hint=_unsealed(services, stored, now)))


def _refuse_closed(stored: StoredRequest, now: datetime) -> None:
    if stored.completed_at is not None:
        raise Unavailable(Why.FINISHED, stored.request.client_id)
    if stored.expires_at <= now:
        raise Unavailable(Why.EXPIRED, stored.request.client_id)


def _sealed(services: Services, login_hint: str | None, now: datetime) -> str | None:
    # Nearly always somebody's address, and the row is no place for that.
    return login_hint and services.keys.sealer(now).seal(_LOGIN_HINT, {"hint": login_hint})


def _unsealed(services: Services, stored: StoredRequest, now: datetime) -> str | None:
    content = services.keys.sealer(now).open(_LOGIN_HINT, stored.request.login_hint or "")
    return None if content is None else str(content["hint"])
