"""Takes a running grant to its next version: the row, its receipt and what its business is told are one step."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from app.domain.claim_terms import ClaimTerms
from app.domain.clients import Client
from app.domain.errors import Refusal
from app.domain.grants import Act, Grant
from app.domain.holding import holding
from app.domain.levels import Level
from app.domain.profiles import Profile
from app.services import agreed_terms, events, receipts
from app.services.receipts import Notice
from app.services.wiring import Services
from app.storage import grants, profiles, refresh_tokens, time_marks


def take(  # noqa: PLR0913 - as receipts.write, and what it was before
    services: Services,
    db: Connection,
    before: Grant,
    client: Client,
    after: Grant,
    terms: Mapping[str, ClaimTerms],
    notice: Notice,
    now: datetime,
    *,
    own_before: Mapping[Level, Profile] | None = None,
) -> Grant:
    """Write the next version in the caller's transaction, which holds the person's lock; returns it.

    ``own_before`` are the persona's profiles as they were, when this act changes one of them. Refusal ``no_grant``
    when the grant was changed meanwhile.
    """
    agreed, own = agreed_terms.of(db, before), profiles.of_persona(db, before.person_id, before.persona_id)
    if not replaced(db, before, after):
        raise Refusal("no_grant", "The grant was changed meanwhile.")
    receipts.write(services, db, after, client, Act.CHANGE, terms, notice, now)
    use, seen_at = client.business.intended_use, time_marks.seen(db, now)
    had = holding(before, agreed, use, services.policy, own if own_before is None else own_before, seen_at)
    has = holding(after, terms, use, services.policy, own, seen_at)
    events.announce_change(db, before, after, now, had, has)
    return after


def replaced(db: Connection, before: Grant, after: Grant) -> bool:
    """Whether the next version of a grant that goes on was written; what it was refreshed with ends when it does."""
    if not grants.replace_version(db, after):
        return False
    if after.ends_at != before.ends_at:
        refresh_tokens.end_with_grant(db, after.id, after.ends_at)
    return True
