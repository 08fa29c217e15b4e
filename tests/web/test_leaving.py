"""Leaving by the page: said exactly, asked with the password, and then nobody is signed in."""

from base64 import urlsafe_b64decode
from datetime import datetime, timedelta

import pytest

from app.services import account, addresses, leaving, personas
from app.services.receipts import Notice
from app.services.sessions import Session
from app.services.wiring import Services
from app.storage import emails, erasure_ledger
from app.storage.emails import SignInAccount
from app.web.current import LANGUAGE_COOKIE
from tests.factories import Shopper, add_client, share
from tests.pages import Page
from tests.servers.house import House
from tests.servers.visitor import PASSWORD, Visitor, letters, register, words


def test_an_account_is_erased_by_whoever_knows_the_password(house: House) -> None:
    visitor = register(house)
    there = Visitor(house, visitor.email)
    there.sign_in(visitor.email)
    assert "/account/erase" in visitor.get("/account").text
    said = words(visitor.get("/account/erase", headers={"Accept-Language": "en"}))
    assert "one month to answer" in said
    kept = timedelta(days=house.services.settings.receipts.kept_after_erasure_days)
    assert f"Until {(house.clock.now + kept).strftime('%-d %B %Y')} a business can still get its receipts" in said
    assert "what we asked each business to erase and whether it did" in said
    assert "a coded mark of your account" in said
    assert "Everything we hold about you is destroyed" not in said
    done = visitor.post("/account/erase", {"current": PASSWORD})
    assert done.location == "/account/erased"
    assert visitor.get("/account/erased").status_code == 200
    assert visitor.get("/account").status_code == 303
    assert there.get("/account").status_code == 303
    assert Visitor(house).sign_in(visitor.email).status_code == 422
    assert letters(house, visitor.email) == []


def test_the_receipts_of_what_ends_keep_the_words_of_the_page_whatever_was_chosen_in_another_window(
    house: House,
) -> None:
    visitor = register(house)
    with house.services.database.read() as db:
        account = emails.account(db, addresses.index(house.services, visitor.email))
    assert account is not None
    (persona,) = personas.of_person(house.services, account.person_id)
    grant = share(house, Shopper(account.person_id, persona.id, visitor.email), add_client(house))
    visitor.keep(LANGUAGE_COOKIE, "en")
    page = Page(visitor.get("/account/erase"))
    read = [each.words for each in page["main"] if each.tag in {"h2", "li"}]
    assert (read[0], read[-2:]) == ("What stops and goes", ["These businesses are asked to erase", "Shop"])
    visitor.keep(LANGUAGE_COOKIE, "nl")
    form = page["erasure"].fields() | {"current": [PASSWORD]}
    visitor.client.post("/account/erase", data=form, base_url=visitor.site)
    with house.services.database.read() as db:
        *_, last = erasure_ledger.kept(db, grant.business_id, grant.id).values()
    assert Notice("en", "\n".join(read[:-2])).text_digest in urlsafe_b64decode(last.split(".")[1] + "==").decode()


def test_a_second_click_finds_the_account_erased_and_no_other_browser_is_told_so(house: House) -> None:
    visitor = register(house)
    there = Visitor(house, visitor.email)
    there.sign_in(visitor.email)
    page = Page(visitor.get("/account/erase"))
    form, cookies = page["erasure"].fields() | {"current": [PASSWORD]}, dict(visitor.client._cookies)
    for _ in range(2):
        visitor.client._cookies.clear()
        visitor.client._cookies.update(cookies)
        done = visitor.client.post("/account/erase", data=form, base_url=visitor.site)
        assert (done.status_code, done.location) == (303, "/account/erased")
    assert there.post("/account/erase", {"current": PASSWORD}).location.startswith("/sign-in")
    assert Visitor(house).post("/account/erase", {"current": PASSWORD}).location.startswith("/sign-in")


def test_a_click_overtaken_by_another_is_not_told_that_the_password_is_wrong(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor, prove = register(house), account.prove
    cookie = visitor.client.get_cookie("sluis-session")
    assert cookie is not None
    secret = cookie.value

    def overtaken(services: Services, session: Session, password: str, *, source: str, now: datetime) -> SignInAccount:
        leaver = leaving.Leaver(prove(services, session, password, source=source, now=now), secret)
        leaving.begin(services, session.person_id, now, leaver=leaver)
        return prove(services, session, password, source=source, now=now)

    monkeypatch.setattr(account, "prove", overtaken)
    assert visitor.post("/account/erase", {"current": PASSWORD}).location == "/account/erased"


def test_nothing_is_erased_without_the_password(house: House) -> None:
    visitor = register(house)
    page = Page(visitor.get("/account/erase"))
    assert [each.words for each in page.all("h2")] == ["Wat stopt en verdwijnt", "Wat blijft", "Voordat je dit doet"]
    for wrong, told in (("", "Vul je wachtwoord in"), ("not the password", "Dit is niet je wachtwoord.")):
        refused = Page(visitor.post("/account/erase", {"current": wrong}), 422)
        assert told in refused["account-current-error"].words
    assert Visitor(house).sign_in(visitor.email).status_code == 303


def test_the_page_is_for_who_is_signed_in(house: House) -> None:
    assert Visitor(house).get("/account/erase").status_code == 303


def test_the_address_of_an_erased_account_registers_anew(house: House) -> None:
    visitor = register(house)
    visitor.post("/account/erase", {"current": PASSWORD})
    again = register(house, visitor.email)
    assert again.get("/account").status_code == 200
