"""Extends a grant before its end: the same terms shown again, decided on again, for the same length from now on."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from app.domain.claim_terms import in_force
from app.domain.clients import Client
from app.domain.consent import still_given
from app.domain.errors import Refusal
from app.domain.grant_versions import goes_on, next_version, renewed
from app.domain.grants import Grant
from app.domain.proposals import propose
from app.domain.purposes import purpose_id
from app.domain.release import Asked
from app.services import agreed_terms, grant_versions, own_grants
from app.services.proposals import Card, seen_beside, shown
from app.services.receipts import Notice
from app.services.release import held_values
from app.services.wiring import Services
from app.storage import profiles


@dataclass(frozen=True)
class Offer:
    """What extending would agree to. ``card`` is None when the same cannot be agreed to any more."""

    grant: Grant
    client: Client
    card: Card | None

    @property
    def level_gone(self) -> bool:
        """Whether the business does not offer the level any more; else it asks for something else at it."""
        return self.grant.level not in self.client.business.intended_use.levels

    @property
    def purposes_gone(self) -> frozenset[str]:
        """References of what the grant is given for, and would be no more."""
        if self.card is None:
            return frozenset()
        gone = self.grant.purposes - self.card.proposal.purposes
        return frozenset(each for each in gone if purpose_id(each) not in self.grant.objected)

    @property
    def permission_goes(self) -> bool:
        """Whether the permission to collect would end with the decision."""
        return self.card is not None and self.card.proposal.collection is None and self.grant.collection is not None

    @property
    def gains(self) -> bool:
        """Whether the grant would last longer: not when person or business have shortened their term since."""
        return self.card is not None and self.card.proposal.ends_at > self.grant.ends_at


def offer(services: Services, grant_id: str, person_id: str, now: datetime) -> Offer:
    """The terms of a live grant once more; Refusal ``no_grant`` when it is not this person's live grant."""
    with services.database.read() as db:
        grant, client = own_grants.live(services, db, grant_id, person_id, now)
        return Offer(grant, client, _card(services, db, grant, client, now))


def extend(services: Services, grant_id: str, person_id: str, seen: str, notice: Notice, now: datetime) -> Grant:
    """Take the decision: the next version of the grant, ending a whole term from now.

    Refusal ``no_grant`` when it is not this person's live grant, ``decided_since`` when it is not the version that was
    on screen, ``card_changed`` when the terms are no longer those that were, ``incomplete`` when a required claim is
    missing, ``not_longer`` when nothing is gained.
    """
    with services.database.write() as db:
        grant, client = own_grants.held(services, db, grant_id, person_id, now)
        if not seen_beside(grant, seen):
            raise Refusal("decided_since", "Another decision was taken since it was shown, perhaps this very one.")
        offered = Offer(grant, client, _card(services, db, grant, client, now))
        if offered.card is None or offered.card.shown != seen:
            raise Refusal("card_changed", "The terms have changed since they were shown.")
        proposal = offered.card.proposal
        if not proposal.complete:
            raise Refusal("incomplete", "A required claim is missing.")
        if not offered.gains:
            raise Refusal("not_longer", "The grant would not last longer.")
        after = next_version(grant, proposal, now)
        return grant_versions.take(services, db, grant, client, after, proposal.terms, notice, now)


def _card(services: Services, db: Connection, grant: Grant, client: Client, now: datetime) -> Card | None:
    use, agreed = client.business.intended_use, in_force(agreed_terms.of(db, grant), now)
    profile = profiles.of_persona(db, grant.person_id, grant.persona_id).get(grant.level)
    if grant.level not in use.levels or profile is None:
        return None
    values = held_values(services, db, grant.person_id, grant.persona_id)
    whole = propose(
        Asked(userinfo=grant.claims),
        use,
        services.policy,
        profile,
        frozenset(values),
        now,
        ticked=grant.claims,
        wanted_collection=grant.collection,
        offline=grant.offline,
        objected=grant.objected,
    )
    still = still_given(grant, agreed, use, services.policy)
    proposal = renewed(still, agreed, whole, now)
    if not goes_on(agreed, whole, proposal):
        return None
    return Card(
        proposal=proposal,
        values={name: values[name] for name in proposal.claims},
        difference=None,
        known=frozenset(),
        goes=still.claims - proposal.claims - whole.missing.keys(),
        before=grant.claims,
        last_time=False,
        shown=shown(proposal, grant, client.business),
        objected=grant.objected,
        renamed=not client.business.known_since(grant.given_at),
    )
