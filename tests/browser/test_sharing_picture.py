"""The picture of who has what, as it is seen: in both languages, on a desk and in a hand, by day and by night."""

from playwright.sync_api import Browser

from app.domain.levels import Level
from app.domain.release import Channel
from app.services import consents, pausing
from app.services.receipts import Notice
from app.storage import disclosures
from tests.browser.looking import DESK_EN, PHONE_NL_DARK, looking
from tests.browser.townspeople import be_signed_in
from tests.factories import ALL_SCOPES, add_business, add_client, add_person, share
from tests.servers.running import DemoTown
from tests.vault import share_high

STICKS_OUT = """() => [...document.querySelectorAll(".picture text")].filter(text => {
    const own = text.getBoundingClientRect(), all = text.ownerSVGElement.getBoundingClientRect();
    return own.width > 0 && (own.left < all.left - 1 || own.right > all.right + 1 || own.bottom > all.bottom);
}).map(text => text.textContent)"""
ON_EACH_OTHER = """() => {
    const boxes = [...document.querySelectorAll(".picture text")]
        .map(text => [text, text.getBoundingClientRect()]).filter(([, box]) => box.width > 0);
    const meet = (one, other) => one.left < other.right && other.left < one.right && one.top < other.bottom - 4
        && other.top < one.bottom - 4;
    return boxes.flatMap(([text, box], at) => boxes.slice(at + 1).filter(([, other]) => meet(box, other)).map(
        ([other]) => [text.textContent, other.textContent]));
}"""
SCOPES = frozenset(ALL_SCOPES.split())


def test_the_picture_fits_every_screen(town: DemoTown, browser: Browser) -> None:
    person_id = a_person_with_four_shops(town)
    for way in (PHONE_NL_DARK, DESK_EN):
        with looking(browser, way) as eye:
            be_signed_in(eye.page, town, person_id)
            eye.page.goto(f"{town.issuer}/sharing")
            eye.page.click(".picture-table summary")
            for width in (way.width, 320):
                eye.page.set_viewport_size({"width": width, "height": 800})
                assert eye.page.evaluate(STICKS_OUT) == [], (way, width)
                assert eye.page.evaluate(ON_EACH_OTHER) == [], (way, width)
            eye.page.set_viewport_size({"width": way.width, "height": 800})
            eye.look("picture")
    _grows_with_the_letters(town, browser, person_id)


def _grows_with_the_letters(town: DemoTown, browser: Browser, person_id: str) -> None:
    with looking(browser, DESK_EN) as eye:
        be_signed_in(eye.page, town, person_id)
        eye.page.goto(f"{town.issuer}/sharing")
        eye.page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert eye.page.evaluate(ON_EACH_OTHER) == []


def a_person_with_four_shops(town: DemoTown) -> str:
    """One high, one paused, one with a long name, and one that may still have what it got."""
    house, person = town.house, add_person(town.house)
    names = ["Marktplein", "Trattoria Sole", "De Allerlangste Naam van een Winkel in Nederland B.V.", "Oud"]
    shops = [add_client(house, business_id=add_business(house, name=name)) for name in names]
    share_high(house, person, shops[0])
    paused = share(house, person, shops[1], Level.MEDIUM, scopes=SCOPES)
    pausing.pause(house.services, paused.id, person.id, Notice("en", "Pause"), house.clock.now)
    share(house, person, shops[2], Level.LOW, scopes=SCOPES)
    over = share_high(house, person, shops[3])
    with house.services.database.write() as db:
        disclosures.add(db, over.id, Channel.USERINFO.value, over.claims, house.clock.now)
    consents.stop(house.services, over.id, person.id, Notice("en", "Stop"), house.clock.now)
    return person.id
