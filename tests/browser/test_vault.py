"""The vault as a person sees it: every page in both languages, on a desk and in a hand, by day and by night."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.looking import DESK_NL, PHONE_EN, Onlooker, looking
from tests.browser.townspeople import be_signed_in, fill_in
from tests.factories import add_client, add_person
from tests.redeeming import SECRET, basic
from tests.servers.running import DemoTown
from tests.vault import Customer, Till, share_high


@dataclass(frozen=True)
class Story:
    """A customer at their browser, and the till of a business they gave level high."""

    eye: Onlooker
    till: Till
    customer: Customer
    issuer: str

    def go(self, path: str, at: str) -> None:
        """Open a page and look at it."""
        self.eye.page.goto(self.issuer + path)
        self.look(at)

    def look(self, at: str) -> None:
        """See ``Onlooker.look``."""
        self.eye.look(f"vault-{at}")


@pytest.fixture(params=[DESK_NL, PHONE_EN], ids=str)
def story(request: pytest.FixtureRequest, town: DemoTown, browser: Browser) -> Iterator[Story]:
    """A person signed in, in one language, size and light."""
    house = town.house
    client_id, person = add_client(house), add_person(house)
    customer = Customer(person, share_high(house, person, client_id))
    with looking(browser, request.param) as eye:
        be_signed_in(eye.page, town, person.id)
        yield Story(eye, Till(house, client_id, basic(client_id, SECRET)), customer, town.issuer)


def test_a_purchase_is_seen_corrected_and_deleted(story: Story) -> None:
    page, sub = story.eye.page, story.customer.sub
    story.go("/vault", "empty")
    story.till.ask(sub, place="Utrecht")
    story.till.ask(sub, channel="app")
    story.till.put("/v1/loyalty-numbers/2900000000018", {"sub": sub})
    story.till.deposit(sub)
    story.till.deposit(sub, type="visit", content={"place": "Utrecht", "minutes": 12, "looked_at": ["cheese", "tea"]})
    story.go("/vault", "overview")
    page.click(".shelf-card a")
    story.look("shelf")
    page.click(".deposit-purchase h2 a")
    story.look("deposit")
    page.click("#vault-correct")
    story.look("correct")
    page.fill("#vault-total", "nonsense")
    page.click("#vault-save")
    story.look("fault")
    fill_in(page, "vault", "vault-save", total="6,50", remark="It was six euro fifty.")
    story.look("corrected")
    assert "6.50" in page.inner_text("main").replace(",", ".")
    page.click("#vault-remove")
    story.look("remove")
    page.click("#vault-remove-confirm")
    expect(page.locator(".deposit")).to_have_count(1)
    story.go("/vault/looked-up", "looked-up")
    story.go(f"/sharing/{story.customer.grant.id}", "timeline")
