"""Gathers what the dispatcher must know of one authorization request: the session, the hint, the grant. Reads only."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from app.domain.authorization_request import AuthorizationRequest
from app.domain.clients import Client
from app.domain.grants import Grant
from app.domain.next_step import Facts
from app.domain.stored_request import StoredRequest
from app.services.coverage import Coverage, covering, paused
from app.services.sessions import Session
from app.services.wiring import Services
from app.storage import grants, subjects, time_marks

_NEEDS_A_DECISION = frozenset({"create", "replace"})
"""Grant actions no earlier decision can answer: both ask for a grant that is made anew."""


@dataclass(frozen=True)
class Situation:
    """The facts, the grant that covers the request, the paused one when none does, and a hint at somebody else."""

    facts: Facts
    coverage: Coverage | None
    paused: Grant | None = None
    another_named: bool = False
    """The person signed in is not the one the request names."""


def gather(
    services: Services,
    request: AuthorizationRequest,
    client: Client,
    session: Session | None,
    stored: StoredRequest | None,
    now: datetime,
    *,
    same_account: bool,
) -> Situation:
    """The situation of a request for this session: at most two selects, and one more for a hint or a lost grant.

    ``stored`` is None while the request needs no screen: then nobody has decided on it. ``same_account``: whoever is
    signed in said so for this request.
    """
    silent = "none" in request.prompt
    if stored is not None and stored.refused:
        return Situation(Facts(signed_in=False, fresh_enough=False, covered=False, refused=True), None)
    if session is None:
        return Situation(Facts(signed_in=False, fresh_enough=False, covered=False, silent=silent), None)
    # A request no screen was shown for has had nobody sign in for it.
    for_this = stored is not None and session.auth_time_at >= request.created_at
    given = stored.grant_id if stored is not None and stored.given_by(session.person_id) else None
    with services.database.read() as db:
        if request.hinted_sub is not None:
            hinted = subjects.find(db, client.sector, request.hinted_sub)
            theirs = hinted if hinted is not None and hinted.person_id == session.person_id else None
            if theirs is None or theirs.removed:
                # As a persona they took away nobody can log in: to sign in again would change nothing.
                in_vain = for_this or theirs is not None
                other = Facts(signed_in=True, fresh_enough=False, covered=False, silent=silent, somebody_else=in_vain)
                return Situation(other, None, another_named=True)
        coverage = covering(services, db, request, client, session.person_id, now, given=given)
        frozen = paused(db, request, client, session.person_id, now) if coverage is None else None
        unknown_grant = coverage is None and not _has_named_grant(db, request, client, session, now)
    asks = "consent" in request.prompt or request.grant_action in _NEEDS_A_DECISION
    facts = Facts(
        signed_in=True,
        fresh_enough=for_this or _is_recent(request, client, session, now),
        which_account="select_account" in request.prompt and not (for_this or same_account),
        covered=coverage is not None,
        silent=silent,
        ask_again=given is None and (asks or _is_newer(coverage, stored)),
        # What was given for this request does not stand any more: it was withdrawn before it was used.
        refused=given is not None and coverage is None,
        unknown_grant=unknown_grant,
        paused=frozen is not None,
    )
    return Situation(facts, coverage, frozen)


def _is_newer(coverage: Coverage | None, stored: StoredRequest | None) -> bool:
    """Whether another window shared what would answer this request after it began: that is no answer to its page."""
    return coverage is not None and stored is not None and coverage.grant.given_at > stored.request.created_at


def _has_named_grant(
    db: Connection, request: AuthorizationRequest, client: Client, session: Session, now: datetime
) -> bool:
    """Whether a grant_id, if there is one, is of a live grant of this person at this client.

    And of the persona a hint names: nothing given to one of two would answer such a request.
    """
    if request.grant_id is None:
        return True
    grant = grants.find(db, request.grant_id)
    if grant is None or not grant.live(time_marks.seen(db, now)) or request.hinted_sub not in {None, grant.sub}:
        return False
    return (grant.person_id, grant.client_id) == (session.person_id, client.id)


def _is_recent(request: AuthorizationRequest, client: Client, session: Session, now: datetime) -> bool:
    """Whether an earlier login will do (OpenID Connect Core §3.1.2.1, prompt and max_age)."""
    if "login" in request.prompt:
        return False
    max_age_s = client.default_max_age_s if request.max_age_s is None else request.max_age_s
    if max_age_s is None:
        return True
    return max_age_s > 0 and now - session.auth_time_at <= timedelta(seconds=max_age_s)
