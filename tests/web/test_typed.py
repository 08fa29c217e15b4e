"""What was typed outlives the session it was typed in, for whoever typed it, and a change of the page's language."""

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from app.services import facts, personas
from app.storage import sessions
from tests.factories import Shopper, add_person
from tests.pages import Page
from tests.servers.house import House
from tests.servers.visitor import PASSWORD, Visitor, register, shopper, signed_in, words

ADDRESS, STREET = "/facts/edit/address", "Onuitwisbare kade"
TYPED = {
    "address-country": ["NL"],
    "address-postal_code": ["1015cj"],
    "address-house_number": ["12"],
    "address-street": [STREET],
    "address-locality": ["Amsterdam"],
}


def _press(visitor: Visitor, path: str, form: dict[str, Any], **more: Any) -> TestResponse:
    visitor.house.clock.move(milliseconds=1)
    return visitor.client.post(path, data=form, base_url=visitor.site, **more)


def _address(visitor: Visitor) -> Any:
    person = shopper(visitor.house, visitor)
    fact = facts.read(visitor.house.services, person.id, person.persona_id).get("address")
    return None if fact is None else fact.value


def _ended(visitor: Visitor) -> None:
    """The session was too long unused, or ended from another device."""
    with visitor.house.services.database.write() as db:
        sessions.end_all(db, shopper(visitor.house, visitor).id, visitor.house.clock.now)


def _signed_out(visitor: Visitor) -> None:
    """In another window of the browser."""
    assert visitor.post("/sign-out").status_code == 303


def _back_already(visitor: Visitor) -> None:
    """Signed out, and in again, in another window of the browser."""
    _signed_out(visitor)
    assert visitor.sign_in(visitor.email).status_code == 303


def _too_late(visitor: Visitor, meanwhile: Callable[[Visitor], None]) -> Page:
    """The answer to an address that was sent when its person was signed in no more, or anew."""
    form = Page(visitor.get(ADDRESS))["facts"].fields() | TYPED
    meanwhile(visitor)
    return Page(_press(visitor, ADDRESS, form), 403)


def _sign_in(page: Page, visitor: Visitor, email: str, password: str = PASSWORD) -> TestResponse:
    """By the form of a page, with what waits in it."""
    form = page["login"].fields() | {"email": [email], "password": [password]}
    return _press(visitor, page["login"].attributes["action"], form)


@pytest.mark.parametrize("meanwhile", [_ended, _signed_out, _back_already])
def test_who_was_signed_out_while_typing_goes_on_with_it_when_signed_in_again(
    shared_house: House, meanwhile: Callable[[Visitor], None]
) -> None:
    visitor = register(shared_house)
    page = _too_late(visitor, meanwhile)
    if meanwhile is not _back_already:
        nothing_yet = page["login"].fields() | {"lang": ["nl"]}
        page = Page(_press(visitor, page["login"].attributes["action"], nothing_yet))
        page = Page(_sign_in(page, visitor, visitor.email, "mistyped"), 422)
        (button,) = page.all("button", name="lang", value="en")
        assert button.attributes["form"] == "login"
        in_english = page["login"].fields() | {"lang": ["en"]}
        page = Page(_press(visitor, page["login"].attributes["action"], in_english))
        assert "What you typed is still here" in page.words
        page = Page(_sign_in(page, visitor, visitor.email))
    assert page["typed"].attributes["action"] == ADDRESS
    again = Page(_press(visitor, ADDRESS, page["typed"].fields() | {"look": ["1"]}))
    assert _address(visitor) is None, "looking at it saves nothing yet"
    assert _press(visitor, ADDRESS, again["facts"].fields() | {"address-country": ["NL"]}).location == "/facts"
    assert _address(visitor)["street_address"] == f"{STREET} 12"


def test_of_a_choice_of_several_all_wait(shared_house: House) -> None:
    visitor = register(shared_house)
    chosen = Page(visitor.get("/profiles/low"))["profile"].fields()
    assert len(chosen["claims"]) > 1
    _signed_out(visitor)
    page = Page(_press(visitor, "/profiles/low", chosen), 403)
    kept = Page(_sign_in(page, visitor, visitor.email))["typed"].fields()
    assert {name: kept[name] for name in ("claims", "purposes", "longest")} == {
        name: chosen[name] for name in ("claims", "purposes", "longest")
    }
    assert [len(kept[name]) for name in ("csrf_token", "read-in")] == [1, 1], "those of the page itself"


def test_who_got_in_again_in_another_window_goes_on_with_it_from_the_page_to_sign_in(shared_house: House) -> None:
    visitor = register(shared_house)
    page = _too_late(visitor, _signed_out)
    assert page["login-recover"].attributes["target"] == "_blank"
    visitor.sign_in(visitor.email)
    page = Page(_sign_in(page, visitor, "", ""), 403)
    assert page["typed"].fields()["address-street"] == [STREET]


def test_what_somebody_typed_is_shown_to_nobody_else_who_signs_in_there(shared_house: House) -> None:
    other, visitor = register(shared_house), register(shared_house)
    page = _too_late(visitor, _ended)
    came = _sign_in(page, visitor, other.email)
    assert came.location == ADDRESS
    shown, told = visitor.follow(came), "had iemand anders getypt"
    assert STREET not in shown.text
    assert told in words(shown)
    visitor.post("/sign-out")
    assert told not in words(visitor.follow(visitor.sign_in(other.email))), "nothing was in it"


def test_somebody_else_who_signed_in_meanwhile_is_not_shown_it_either(shared_house: House) -> None:
    other, visitor = register(shared_house), register(shared_house)

    def another(visitor: Visitor) -> None:
        _signed_out(visitor)
        visitor.sign_in(other.email)

    page = _too_late(visitor, another)
    assert page["error-code"].words == "form_expired"
    assert STREET not in page.words


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}])
def test_another_site_can_put_no_words_before_anybody(shared_house: House, headers: dict[str, str]) -> None:
    visitor = register(shared_house)
    form = Page(visitor.get(ADDRESS))["facts"].fields() | TYPED
    _signed_out(visitor)
    refused = Page(_press(visitor, ADDRESS, form, headers=headers), 403)
    assert refused["error-code"].words == "form_expired"
    assert STREET not in refused.words


def test_a_form_with_a_password_keeps_nothing(shared_house: House) -> None:
    visitor = signed_in(shared_house, add_person(shared_house))
    for path in ("/account/password", "/account/erase", "/account/export", "/account/addresses/add"):
        page = visitor.get(path)
        assert ('type="password"' in page.text, "typed-by" in page.text) == (True, False), path


@pytest.mark.parametrize(
    ("path", "form_id", "typed"),
    [
        (ADDRESS, "facts", {"address-street": STREET}),
        ("/facts/claim/phone_number", "facts", {"phone_number": "no number"}),
        ("/facts/missing?claim=nickname", "facts", {"nickname": "Noortje"}),
        ("/facts/claim/nickname?persona=work", "facts", {"use": "own", "nickname": "Noortje"}),
        ("/profiles/low", "profile", {"claims": "name", "longest": "P1M"}),
        ("/account/addresses/add", "address", {"email": "no address"}),
        ("/personas/new", "persona", {"label": "", "colour": "moss"}),
        ("/personas/work", "persona", {"label": "Werk", "colour": "moss"}),
    ],
)
def test_the_language_of_a_page_is_changed_with_what_was_typed_still_in_it(
    shared_house: House, path: str, form_id: str, typed: dict[str, str]
) -> None:
    person = add_person(shared_house)
    work = personas.add(shared_house.services, person.id, "work", "clay", shared_house.clock.now)
    path = path.replace("=work", f"={work}").replace("/work", f"/{work}")
    visitor = signed_in(shared_house, person)
    page = Page(visitor.get(path))
    (button,) = page.all("button", name="lang", value="nl")
    assert button.attributes["form"] == form_id
    form = page[form_id].fields() | {name: [value] for name, value in typed.items()}
    before = _all_of(shared_house, person)
    answer = _press(visitor, page[form_id].attributes["action"], form | {"lang": ["nl"]})
    page = Page(answer)
    assert 'lang="nl"' in answer.text.partition("<head")[0]
    assert 'lang="nl"' in visitor.get("/account").text.partition("<head")[0]
    shown = page[form_id].fields()
    assert {name: shown.get(name) for name in typed} == {name: [value] for name, value in typed.items()}
    assert not page.all(class_="field-error"), "nothing was asked of it yet"
    assert _all_of(shared_house, person) == before


@pytest.mark.parametrize(("path", "form_id"), [("/sign-in?next=/facts", "login"), ("/recover?next=/facts", "recover")])
def test_a_stranger_who_changes_the_language_keeps_the_address_and_asked_nothing_yet(
    shared_house: House, path: str, form_id: str
) -> None:
    visitor = Visitor(shared_house)
    page = Page(visitor.get(path))
    (button,) = page.all("button", name="lang", value="en")
    assert button.attributes["form"] == form_id
    action, typed = page[form_id].attributes["action"], {"email": ["jan@example.org"]}
    page = Page(_press(visitor, action, page[form_id].fields() | typed | {"lang": ["en"]}))
    assert "E-mail address" in page.words
    assert page[form_id].fields()["email"] == typed["email"]
    assert not page.all(class_="field-error"), "nothing was asked of it yet"
    emptied = _press(visitor, action, page[form_id].fields() | {"email": [""], "lang": ["nl"]})
    assert emptied.location == action, "Back asks nothing where none was typed"


def _all_of(house: House, person: Shopper) -> Any:
    return (
        facts.read(house.services, person.id, person.persona_id),
        personas.of_person(house.services, person.id),
    )
