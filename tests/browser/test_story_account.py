"""One's own account, from help to goodbye: password, addresses, other details, a copy of everything, erased."""

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.looking import DESK_EN, PHONE_NL_DARK, Onlooker, Way, looking
from tests.browser.townspeople import PASSWORD, Resident, be_signed_in, fill_in, mailed_link, settle, share, sign_in
from tests.servers.running import DemoTown, wait_until

_NEXT_PASSWORD = "ander anker ploeg 93"
_LAST_PASSWORD = "wolken boven terschelling 4"


@pytest.mark.parametrize("way", [PHONE_NL_DARK, DESK_EN], ids=str)
def test_an_account_is_looked_after_taken_along_and_erased(
    town: DemoTown, browser: Browser, way: Way, tmp_path: Path
) -> None:
    with looking(browser, way) as eye:
        noor = settle(town, way.language)
        be_signed_in(eye.page, town, noor.id)
        eye.page.goto(town.trattoria)
        eye.page.click("#sluis-login")
        share(eye.page, "low")
        _help(eye, town)
        _change_the_password(eye, town)
        other = _change_the_address(eye, town, noor)
        _other_details_come_and_go(eye, town)
        _take_everything_along(eye, town, tmp_path)
        _forget_the_password(eye, town, other)
        _erase(eye, town, other)


def _help(eye: Onlooker, town: DemoTown) -> None:
    page = eye.page
    page.goto(town.issuer)
    page.click(".footer-links a")
    eye.says("Waarmee kunnen we je helpen?", "How can we help?")
    for question in page.locator(".help-answer > summary").all():
        question.click()
    eye.look("help")


def _change_the_password(eye: Onlooker, town: DemoTown) -> None:
    page = eye.page
    page.goto(f"{town.issuer}/account")
    eye.look("account-shared")
    page.click("#account-change-password")
    fill_in(page, "account", "account-save", current="not the password", new=_NEXT_PASSWORD)
    expect(page.locator("#account-current-error")).to_be_visible()
    eye.look("account-password-wrong")
    fill_in(page, "account", "account-save", current=PASSWORD, new=_NEXT_PASSWORD)
    eye.look("account-password-changed")


def _change_the_address(eye: Onlooker, town: DemoTown, noor: Resident) -> str:
    page, other = eye.page, f"new.{noor.email}"
    page.click("#account-add-address")
    fill_in(page, "account", "account-send", email="no address", current=_NEXT_PASSWORD)
    expect(page.locator("#account-email-error")).to_be_visible()
    eye.look("account-address-wrong")
    fill_in(page, "account", "account-send", email=other, current=_NEXT_PASSWORD)
    eye.look("account-address-sent")
    page.goto(mailed_link(town, other))
    page.click("#confirm-submit")
    page.goto(f"{town.issuer}/account")
    page.locator(".row", has_text=noor.email).filter(has_not_text=other).locator("a").click()
    eye.look("account-address-removal")
    page.fill("#account-current", _NEXT_PASSWORD)
    page.click("#account-remove")
    eye.look("account-address-removal-sent")
    page.goto(mailed_link(town, noor.email))
    eye.look("account-address-removal-link")
    page.click("#removal-confirm")
    expect(page.locator("main")).to_contain_text(other)
    return other


def _other_details_come_and_go(eye: Onlooker, town: DemoTown) -> None:
    page = eye.page
    page.goto(f"{town.issuer}/account")
    page.click("#account-other-details")
    page.fill("#persona-label", eye.way.words("Werk", "Work"))
    page.locator("input[name=colour]").last.check()
    _click_twice_on_a_slow_line(page, "#persona-save")  # and is not told that the name is taken
    page.locator("a[href*='/personas/']").first.click()
    eye.look("persona-edit")
    page.locator("a[href$='/remove']").click()
    eye.look("persona-removal")
    page.click("#persona-remove")
    expect(page.locator(".persona-switch")).to_have_count(0)


def _click_twice_on_a_slow_line(page: Page, button: str) -> None:
    """So that the first click is answered only after the second."""
    line, path = page.context.new_cdp_session(page), page.url
    slow = {"offline": False, "latency": 600, "downloadThroughput": -1, "uploadThroughput": -1}
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", slow)
    page.dblclick(button, delay=100)
    page.wait_for_url(lambda url: url != path)
    line.detach()


def _take_everything_along(eye: Onlooker, town: DemoTown, folder: Path) -> None:
    page = eye.page
    page.goto(f"{town.issuer}/account")
    page.click("#account-export")
    eye.look("export-ask")
    page.fill("#account-current", _NEXT_PASSWORD)
    page.click("#export-ask")
    page.wait_for_load_state()
    if page.locator("#export-progress").count():
        eye.look("export-progress")

    def ready() -> bool:
        page.goto(f"{town.issuer}/account/export")
        return page.locator("#export-ready").count() == 1

    wait_until(ready)
    eye.look("export-ready")
    href = page.locator("#export-download").get_attribute("href")
    with ZipFile(BytesIO(page.request.get(f"{town.issuer}{href}").body())) as archive:
        archive.extractall(folder)
    readable = next(folder.rglob("data.html"))
    page.goto(readable.as_uri())
    expect(page.locator("body")).to_contain_text("Sluisweg")
    eye.look("export-readable")


def _forget_the_password(eye: Onlooker, town: DemoTown, email: str) -> None:
    page = eye.page
    page.context.clear_cookies()
    page.goto(f"{town.issuer}/sign-in")
    page.click("#login-recover")
    eye.look("recover")
    page.fill("#recover-email", email)
    page.click("#recover-submit")
    eye.look("recover-sent")
    page.goto(mailed_link(town, email))
    page.fill("#recover-password", "welkom123")
    page.click("#recover-save")
    expect(page.locator("#recover-password-error")).to_be_visible()
    eye.look("recover-weak-password")
    page.fill("#recover-password", _LAST_PASSWORD)
    page.click("#recover-save")
    sign_in(page, Resident(email, _LAST_PASSWORD))
    page.wait_for_url(f"{town.issuer}/sharing")


def _erase(eye: Onlooker, town: DemoTown, email: str) -> None:
    page = eye.page
    page.goto(f"{town.issuer}/account")
    page.click("#account-erase")
    expect(page.locator("main")).to_contain_text("Trattoria Sole")
    eye.look("erase-account")
    page.fill("#account-current", _LAST_PASSWORD)
    page.click("#account-erase-confirm")
    expect(page.locator("#account-erased")).to_be_visible()
    eye.look("account-erased")
    page.goto(f"{town.issuer}/sign-in")
    sign_in(page, Resident(email, _LAST_PASSWORD))
    expect(page.locator("#error-summary")).to_be_visible()
    page.goto(town.trattoria)
    expect(page.locator("#sluis-logout")).to_have_count(0)
