"""A newcomer's first quarter of an hour, in a browser: an account, details with mistakes, own terms, other details."""

from uuid import uuid4

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.looking import DESK_EN_DARK, PHONE_NL, Onlooker, Way, looking
from tests.browser.townspeople import PASSWORD, Resident, fill_in, sign_in
from tests.servers.running import DemoTown


@pytest.mark.parametrize("way", [PHONE_NL, DESK_EN_DARK], ids=str)
def test_a_newcomer_makes_an_account_and_keeps_their_details(town: DemoTown, browser: Browser, way: Way) -> None:
    with looking(browser, way) as eye:
        newcomer = Resident(f"anna.{uuid4().hex[:8]}@canary.example")
        _register(eye, town, newcomer)
        _mistakes_are_explained(eye, town)
        _own_terms(eye, town)
        _other_details(eye, town)


def _register(eye: Onlooker, town: DemoTown, newcomer: Resident) -> None:
    page = eye.page
    page.goto(town.issuer)
    eye.says("Jij bepaalt wat een bedrijf van je weet", "You decide how much a business gets to know")
    eye.look("home")
    page.goto(f"{town.issuer}/register")
    eye.has("register-email", "register-password", "register-submit")
    fill_in(page, "register", "register-submit", email=newcomer.email, password="welkom123")
    expect(page.locator("#register-password-error")).to_be_visible()
    assert page.input_value("#register-email") == newcomer.email
    eye.look("register-weak-password")
    page.fill("#register-password", PASSWORD)
    page.click("#register-submit")
    eye.look("register-sent")
    page.click("#open-mailbox")
    eye.look("mailbox")
    page.locator(f"li:has-text('{newcomer.email}') a").first.click()
    eye.look("mail")
    page.locator(".mailbox-text a[href*='/confirm/']").click()
    eye.look("confirm")
    page.click("#confirm-submit")
    page.wait_for_load_state()
    if not page.locator("#login-email").count():
        page.goto(f"{town.issuer}/sign-in")
    eye.has("login-email", "login-password", "login-submit", "login-recover")
    fill_in(page, "login", "login-submit", email=newcomer.email, password="not the password")
    expect(page.locator("#error-summary")).to_be_visible()
    assert page.input_value("#login-email") == newcomer.email
    eye.look("sign-in-wrong-password")
    sign_in(page, newcomer)
    page.goto(f"{town.issuer}/sharing")
    eye.look("dashboard-empty")


def _mistakes_are_explained(eye: Onlooker, town: DemoTown) -> None:
    page = eye.page
    page.goto(f"{town.issuer}/facts/edit/payment")
    for typed, nl, en, name in (
        ("4111 1111 1111 1111", "kaart", "card", "card-number"),
        ("NL91 ABNA 0417 1643 01", "IBAN", "IBAN", "wrong-iban"),
    ):
        page.fill("#fact-payment_account-iban", typed)
        page.click("#facts-save")
        told = page.locator("#fact-payment_account-iban-error")
        expect(told).to_contain_text(eye.way.words(nl, en))
        assert page.input_value("#fact-payment_account-iban") == typed
        eye.look(f"facts-{name}")
    page.check("#fact-payment_account-method-0")
    fill_in(page, "fact-payment_account", "facts-save", iban="NL91 ABNA 0417 1643 00", holder="Anna de Vries")
    page.goto(f"{town.issuer}/facts/edit/address")
    fill_in(page, "fact-address", "facts-save", postal_code="12345 AB", house_number="12")
    expect(page.locator("#fact-address-postal_code-error")).to_be_visible()
    assert page.input_value("#fact-address-postal_code") == "12345 AB"
    assert page.input_value("#fact-address-house_number") == "12"
    eye.look("facts-wrong-postcode")
    fill_in(page, "fact-address", "facts-save", postal_code="1234 AB", street="Sluisweg", locality="Utrecht")
    page.goto(f"{town.issuer}/facts")
    eye.says("Mijn gegevens", "My details")
    expect(page.locator("main")).to_contain_text("Sluisweg 12")
    eye.look("facts")


def _own_terms(eye: Onlooker, town: DemoTown) -> None:
    page = eye.page
    page.goto(f"{town.issuer}/profiles")
    eye.look("profiles")
    page.click("#edit-low")
    eye.look("profile-low")
    box = page.locator("#profile-claims input[type=checkbox]:checked").last
    value = box.get_attribute("value")
    box.uncheck()
    page.click("#profile-save")
    page.goto(f"{town.issuer}/profiles/low")
    expect(page.locator(f"#profile-claims input[value='{value}']")).not_to_be_checked()


def _other_details(eye: Onlooker, town: DemoTown) -> None:
    page = eye.page
    page.goto(f"{town.issuer}/account")
    eye.look("account")
    page.click("#account-other-details")
    eye.look("persona-new")
    page.fill("#persona-label", eye.way.words("Werk", "Work"))
    page.locator("input[name=colour]").first.check()
    page.click("#persona-save")
    page.goto(f"{town.issuer}/facts")
    expect(page.locator(".persona-switch li")).to_have_count(2)
    page.locator(".persona-switch a").last.click()
    eye.look("facts-persona")
