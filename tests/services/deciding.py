"""A person at the picker without a browser: what they are shown, and what they decide on it."""

from dataclasses import dataclass
from typing import Any

from app.domain.clients import Client
from app.domain.errors import Refusal
from app.domain.grants import Grant
from app.domain.levels import Level
from app.domain.release import Asked, Channel
from app.domain.stored_request import StoredRequest
from app.services import authorization_requests, consents, proposals
from app.services.consents import Choice
from app.services.proposals import Card
from app.services.receipts import Notice
from app.services.release import Bearer, open_grant, release
from app.storage import grant_versions, grants
from app.storage.grant_versions import Version
from tests.factories import Shopper, a_request, client_of
from tests.servers.house import House

NOTICE = Notice("en", "What do you want to share?")
ALL_LEVELS = frozenset({"openid", "identity:low", "identity:medium", "identity:high"})


@dataclass(frozen=True)
class Picker:
    """One stored request in front of one person, as one of their personas."""

    house: House
    person: Shopper
    client: Client
    stored: StoredRequest
    persona_id: str

    def cards(self, ticked: frozenset[str] = frozenset()) -> dict[Level, Card]:
        """What is on screen, by level."""
        services, now = self.house.services, self.house.clock.now
        request = self.stored.request
        with services.database.read() as db:
            cards = proposals.cards(
                services, db, request, self.client, self.person.id, self.persona_id, now, ticked=ticked
            )
        return {card.proposal.level: card for card in cards}

    def choice(self, level: Level, *ticked: str) -> Choice:
        """What the form would post for this level."""
        shown = self.cards()[level].shown
        return Choice(self.persona_id, level, frozenset(ticked), shown)

    def take(self, choice: Choice) -> Grant:
        """Post it."""
        return consents.give(
            self.house.services,
            self.stored.id,
            self.stored.request,
            self.client,
            self.person.id,
            choice,
            NOTICE,
            self.house.clock.now,
        )

    def share(self, level: Level, *ticked: str) -> Grant:
        """Look, choose, share."""
        return self.take(self.choice(level, *ticked))


def picker(house: House, person: Shopper, client_id: str, persona_id: str | None = None, **asked: Any) -> Picker:
    """A request of this client, kept for the person; keyword arguments are its fields."""
    services, now = house.services, house.clock.now
    request = a_request(house, client_id, **{"scopes": ALL_LEVELS, **asked})
    handle = authorization_requests.open(services, request, b"browser", now)
    stored = authorization_requests.load(services, handle, b"browser", now)
    return Picker(house, person, client_of(house, client_id), stored, persona_id or person.persona_id)


def grant_now(house: House, grant_id: str) -> Grant:
    """The grant as it is stored."""
    with house.services.database.read() as db:
        grant = grants.find(db, grant_id)
    assert grant is not None
    return grant


def grants_of(house: House, person: Shopper) -> list[Grant]:
    """Every grant the person gave, latest first."""
    with house.services.database.read() as db:
        return list(grants.of_person(db, person.id))


def history(house: House, grant_id: str) -> list[Version]:
    """Every decision on a grant, first one first."""
    with house.services.database.read() as db:
        return list(grant_versions.of_grant(db, grant_id))


def bearer_of(grant: Grant) -> Bearer:
    """What a token issued under the grant as it is now would say of itself."""
    openid = frozenset({"openid"})
    return Bearer(grant.client_id, grant.id, grant.level, openid, Asked(grant.claims), b"origin", b"token", None)


def released(house: House, bearer: Bearer) -> frozenset[str] | str:
    """The names a token gets by userinfo at this moment, or why it gets none."""
    services, now = house.services, house.clock.now
    with services.database.read() as db:
        opened = open_grant(services, db, bearer, now)
        if isinstance(opened, str):
            return opened
        return release(services, db, Channel.USERINFO, opened).names


def refused_for(picker: Picker, choice: Choice) -> str:
    """The code of the refusal; it is an assertion that there is one and that nothing was shared."""
    before = grants_of(picker.house, picker.person)
    try:
        picker.take(choice)
    except Refusal as refusal:
        assert grants_of(picker.house, picker.person) == before
        return refusal.code
    raise AssertionError("it was taken")
