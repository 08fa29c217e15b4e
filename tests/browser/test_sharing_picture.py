"""The picture of who has what, as it is seen: in both languages, on a desk and in a hand, by day and by night."""

from playwright.sync_api import Browser

from app.domain.levels import Level
from app.services import pausing
from app.services.receipts import Notice
from tests.browser.looking import DESK_EN, PHONE_NL_DARK, looking
from tests.browser.townspeople import be_signed_in
from tests.factories import ALL_SCOPES, add_business, add_client, add_person, share
from tests.servers.running import DemoTown
from tests.vault import share_high

STICKS_OUT = """() => [...document.querySelectorAll(".picture text")].filter(text => {
    const own = text.getBoundingClientRect(), all = text.ownerSVGElement.getBoundingClientRect();
    return own.left < all.left - 1 || own.right > all.right + 1 || own.bottom > all.bottom;
}).map(text => text.textContent)"""
SCOPES = frozenset(ALL_SCOPES.split())


def test_the_picture_fits_every_screen(town: DemoTown, browser: Browser) -> None:
    person_id = a_person_with_three_shops(town)
    for way in (PHONE_NL_DARK, DESK_EN):
        with looking(browser, way) as eye:
            be_signed_in(eye.page, town, person_id)
            eye.page.goto(f"{town.issuer}/sharing")
            eye.page.click(".picture-table summary")
            for width in (way.width, 320):
                eye.page.set_viewport_size({"width": width, "height": 800})
                assert eye.page.evaluate(STICKS_OUT) == [], (way, width)
            eye.page.set_viewport_size({"width": way.width, "height": 800})
            eye.look("picture")


def a_person_with_three_shops(town: DemoTown) -> str:
    """One high, one paused, one with a long name."""
    house, person = town.house, add_person(town.house)
    names = ["Marktplein", "Trattoria Sole", "De Allerlangste Naam van een Winkel in Nederland B.V."]
    shops = [add_client(house, business_id=add_business(house, name=name)) for name in names]
    share_high(house, person, shops[0])
    paused = share(house, person, shops[1], Level.MEDIUM, scopes=SCOPES)
    pausing.pause(house.services, paused.id, person.id, Notice("en", "Pause"), house.clock.now)
    share(house, person, shops[2], Level.LOW, scopes=SCOPES)
    return person.id
