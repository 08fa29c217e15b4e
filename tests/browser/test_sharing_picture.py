"""The picture of who has what, as it is seen: in both languages, on a desk and in a hand, by day and by night."""

from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from app.domain.levels import Level
from app.services import pausing, sessions
from app.services.receipts import Notice
from app.services.sessions import ACR_PASSWORD, AMR_PASSWORD
from tests.factories import ALL_SCOPES, add_business, add_client, add_person, share
from tests.servers.running import RunningHouse
from tests.vault import share_high

SCREENSHOTS = Path(__file__).parent / "screenshots" / "sharing_picture"
WAYS_TO_LOOK = [("nl", 320, "light"), ("en", 375, "dark"), ("en", 1360, "light"), ("nl", 1360, "dark")]
STICKS_OUT = """() => [...document.querySelectorAll(".picture text")].filter(text => {
    const own = text.getBoundingClientRect(), all = text.ownerSVGElement.getBoundingClientRect();
    return own.left < all.left - 1 || own.right > all.right + 1 || own.bottom > all.bottom;
}).map(text => text.textContent)"""
SCOPES = frozenset(ALL_SCOPES.split())


def test_the_picture_fits_every_screen(running_house: RunningHouse, browser: Browser) -> None:
    secret = a_person_with_three_shops(running_house)
    for language, width, scheme in WAYS_TO_LOOK:
        context = browser.new_context(
            locale=language, color_scheme=scheme, viewport={"width": width, "height": 812}, reduced_motion="reduce"
        )
        context.set_default_timeout(20_000)
        context.add_cookies([{"name": "sluis-session", "value": secret, "url": running_house.issuer}])
        page = context.new_page()
        page.goto(f"{running_house.issuer}/sharing")
        page.click(".picture-table summary")
        page.evaluate("document.fonts.ready")
        look(page, f"{language}-{width}-{scheme}")
        context.close()


def a_person_with_three_shops(running_house: RunningHouse) -> str:
    """One high, one paused, one with a long name; the secret of a session."""
    house, person = running_house.house, add_person(running_house.house)
    names = ["Marktplein", "Trattoria Sole", "De Allerlangste Naam van een Winkel in Nederland B.V."]
    shops = [add_client(house, business_id=add_business(house, name=name)) for name in names]
    share_high(house, person, shops[0])
    paused = share(house, person, shops[1], Level.MEDIUM, scopes=SCOPES)
    pausing.pause(house.services, paused.id, person.id, Notice("en", "Pause"), house.clock.now)
    share(house, person, shops[2], Level.LOW, scopes=SCOPES)
    _, secret = sessions.open(house.services, person.id, acr=ACR_PASSWORD, amr=AMR_PASSWORD, now=running_house.now())
    return secret


def look(page: Page, name: str) -> None:
    """Nothing sticks out, nobody is kept out, and a screenshot is kept."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    assert page.evaluate(STICKS_OUT) == [], name
    found = Axe().run(page).response["violations"]
    assert [(fault["id"], [node["target"] for node in fault["nodes"]]) for fault in found] == [], name
