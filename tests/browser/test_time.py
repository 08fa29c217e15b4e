"""What time and second thoughts do to sharing, in a real browser: purposes, a pause, a term that ends, the clock."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser
from sqlalchemy import update

from app.domain.grants import Grant
from app.domain.levels import Level
from app.storage.tables.grants import grants
from tests.browser.looking import DESK_EN, PHONE_NL_DARK, Way, looking
from tests.browser.townspeople import be_signed_in
from tests.factories import ALL_SCOPES, REDIRECT_URI, Shopper, add_business, add_client, add_person, share
from tests.servers.running import DemoTown
from tests.services.test_objections import MARKET


@dataclass(frozen=True)
class Relation:
    """A person who shares at level high with a shop of the town."""

    town: DemoTown
    nora: Shopper
    grant: Grant

    @property
    def url(self) -> str:
        """The page of the shop."""
        return f"{self.town.issuer}/sharing/{self.grant.id}"

    def login(self) -> str:
        """Where the shop sends a browser to log in."""
        asked = {
            "client_id": self.grant.client_id,
            "redirect_uri": REDIRECT_URI,
            "response_type": "code",
            "scope": "openid identity:low",
        }
        return f"{self.town.issuer}/authorize?{urlencode(asked)}"

    def end_in(self, days: int) -> None:
        """Let the term be nearly over."""
        terms = {"ends_at": self.town.house.clock.now + timedelta(days=days), "given_at": self.grant.given_at}
        terms["given_at"] -= timedelta(days=170)
        with self.town.house.services.database.write() as db:
            db.execute(update(grants).where(grants.c.id == self.grant.id).values(**terms))


@pytest.fixture
def relation(town: DemoTown) -> Relation:
    house = town.house
    client_id = add_client(house, business_id=add_business(house, name="Markt Zonneveld", intended_use=MARKET))
    nora = add_person(house)
    scopes = frozenset(ALL_SCOPES.split())
    return Relation(
        town, nora, share(house, nora, client_id, Level.HIGH, ticked=frozenset({"birthdate"}), scopes=scopes)
    )


@pytest.mark.parametrize("way", [DESK_EN, PHONE_NL_DARK], ids=str)
def test_second_thoughts_and_the_end_of_a_term(relation: Relation, browser: Browser, way: Way) -> None:
    with looking(browser, way) as onlooker:
        page = onlooker.page
        be_signed_in(page, relation.town, relation.nora.id)

        page.goto(relation.url)
        page.click("#purposes")
        onlooker.says("Waarvoor mag Markt Zonneveld het gebruiken?", "What may Markt Zonneveld use it for?")
        onlooker.look("purposes")
        page.click("#off-personalisation")
        onlooker.look("switched-off")
        page.goto(f"{relation.url}/purposes")
        onlooker.look("purposes-off")
        page.click("#on-personalisation")
        onlooker.look("allow-again")
        page.click("#allow-confirm")
        onlooker.look("allowed-again")

        page.click("#pause-sharing")
        onlooker.says("Het delen met Markt Zonneveld pauzeren?", "Pause sharing with Markt Zonneveld?")
        onlooker.look("pause")
        page.click("#pause-confirm")
        onlooker.look("paused")
        page.goto(relation.login())
        onlooker.says("Je pauzeerde het delen met Markt Zonneveld", "You paused sharing with Markt Zonneveld")
        onlooker.look("paused-login")
        page.goto(relation.url)
        page.click("#resume-sharing")
        onlooker.look("resume")
        page.click("#resume-confirm")
        onlooker.look("resumed")

        relation.end_in(days=9)
        page.goto(f"{relation.town.issuer}/sharing")
        onlooker.says("Verlengen of stoppen?", "Extend or end?")
        onlooker.look("nearly-over")
        page.goto(f"{relation.url}/extend")
        onlooker.look("extend-or-end")
        page.click("#extend-confirm")
        onlooker.look("extended")

        page.goto(f"{relation.town.issuer}/clock")
        onlooker.look("clock")
