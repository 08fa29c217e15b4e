"""A business's event streams as tests drive them: its own tokens, its streams, the events it is sent."""

from dataclasses import dataclass
from typing import Any

import pytest
from werkzeug.test import TestResponse

from app.crypto import jwt
from app.domain.events import EventType
from app.domain.grants import Grant
from app.domain.levels import Level
from app.domain.streams import POLL, PUSH
from app.services import consents, event_delivery, events
from app.services.receipts import Notice
from tests.factories import Shopper, add_client, add_person, share
from tests.redeeming import BackOffice, tokens
from tests.servers.house import House

GRANTS = ["authorization_code", "refresh_token", "client_credentials"]
SCOPE = "openid offline_access identity:low identity:medium identity:high ssf.read ssf.manage"
STANDARD = [EventType.SESSION_REVOKED.value, EventType.TOKEN_CLAIMS_CHANGE.value]
OWN = [kind.value for kind in EventType if kind.value.startswith("urn:sluis:event:")]
EVERYTHING = STANDARD + OWN
VERIFICATION = "https://schemas.openid.net/secevent/ssf/event-type/verification"


@dataclass(frozen=True)
class Business(BackOffice):
    """A client that may manage streams."""

    @property
    def site(self) -> str:
        """Where the provider is known to be."""
        return self.house.services.settings.issuer

    def token(self, scope: str = "ssf.read ssf.manage") -> str:
        """A token it got for itself."""
        form = {"grant_type": "client_credentials", "scope": scope}
        return str(tokens(self.post("/token", form, base_url=self.site))["access_token"])

    def call(self, method: str, path: str, token: str | None = "", **kwargs: Any) -> TestResponse:
        """Call an endpoint with a token; None sends none."""
        header = {} if token is None else {"Authorization": f"Bearer {token or self.token()}"}
        headers = {**header, **kwargs.pop("headers", {})}
        return self.house.browser().open(path, method=method, base_url=self.site, headers=headers, **kwargs)

    def new_stream(self, url: str | None = None, requested: list[str] | None = None, **members: Any) -> dict[str, Any]:
        """A stream: pushed to ``url``, or fetched."""
        delivery: dict[str, Any] = {"method": POLL} if url is None else {"method": PUSH, "endpoint_url": url}
        delivery |= members.pop("delivery", {})
        document = {"delivery": delivery, "events_requested": EVERYTHING if requested is None else requested, **members}
        response = self.call("POST", "/ssf/streams", json=document)
        assert response.status_code == 201, response.text
        created: dict[str, Any] = response.get_json()
        return created

    def poll(self, stream: dict[str, Any], **members: Any) -> dict[str, Any]:
        """Fetch what waits on a stream."""
        path = stream["delivery"]["endpoint_url"].removeprefix(self.site)
        response = self.call("POST", path, json={"returnImmediately": True, **members})
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.get_json()
        return answer

    def claims(self, token: str) -> dict[str, Any]:
        """The claims of a security event token, verified with the published keys."""
        keys = self.house.services.keys.ring(self.house.clock.now).kept_public_keys()
        return jwt.verify(token, keys=keys, algorithms=["RS256"], types=["secevent+jwt"])


@dataclass(frozen=True)
class Giver:
    """Somebody who shares with a business."""

    house: House
    person: Shopper
    grant: Grant

    def stop(self) -> None:
        """Stop sharing."""
        consents.stop(self.house.services, self.grant.id, self.person.id, Notice("en", "Stop"), self.house.clock.now)

    def step_down(self, level: Level = Level.LOW) -> None:
        """Share less."""
        now, notice = self.house.clock.now, Notice("en", "Less")
        consents.step_down(self.house.services, self.grant.id, self.person.id, level, notice, now)

    def announce(self, kind: EventType, txn: str = "", **content: Any) -> str:
        """Let something happen to the grant, as its act announces it; returns the txn."""
        txn = txn or events.new_txn()
        with self.house.services.database.write() as db:
            events.announce(db, kind, self.grant, txn, self.house.clock.now, content)
        return txn


def new_business(house: House) -> Business:
    """A business with a client that may manage streams."""
    return Business(house, add_client(house, grant_types=GRANTS, scope=SCOPE))


def new_giver(business: Business, level: Level = Level.MEDIUM, person: Shopper | None = None) -> Giver:
    """Somebody who has just begun to share with it."""
    person = person or add_person(business.house)
    scopes = frozenset({"openid", level.scope})
    giver = Giver(business.house, person, share(business.house, person, business.client_id, level, scopes=scopes))
    # What was told of the beginning is not what a test of later events wants to see.
    event_delivery.fan_out(business.house.services, business.house.clock.now, 500)
    return giver


@pytest.fixture
def business(shared_house: House) -> Business:
    """A business of its own for this test."""
    return new_business(shared_house)


@pytest.fixture
def giver(business: Business) -> Giver:
    """Somebody who shares with it at medium."""
    return new_giver(business)
