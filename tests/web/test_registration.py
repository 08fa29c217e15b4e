"""An account is made by a form and made real by the button behind the link; no answer tells who has one."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from app.crypto.password_strength import Weakness
from app.services import addresses
from app.services.facts import read
from app.services.personas import of_person
from app.services.profiles import of_persona
from app.storage import emails, people
from app.web.passwords import WEAKNESSES
from tests.factories import add_client
from tests.pages import Page
from tests.servers.house import House
from tests.servers.visitor import PASSWORD, Visitor, address, begin_login, letters, link_in, register, words


def _ask(visitor: Visitor, email: str, next_path: str = "", **more: str) -> int:
    form = {"email": email, "password": PASSWORD, **more}
    return visitor.post(f"/register?next={next_path}", form).status_code


def _link(house: House, email: str) -> str:
    return link_in(letters(house, email)[-1], "confirm")


def test_a_new_account_signs_in_once_its_address_is_confirmed(house: House) -> None:
    visitor, email = Visitor(house), address()
    assert _ask(visitor, email) == 303
    assert visitor.sign_in(email).status_code == 422
    _ask(Visitor(house), address())
    after = visitor.post(_link(house, email))
    assert (after.status_code, after.location) == (303, "/sign-in")
    seen = [Page(visitor.get(after.location)) for _ in range(2)]
    assert all(page.find("login-register") for page in seen), "on every page to sign in"
    assert ["Nieuw hier?" in page.words for page in seen] == [False, True], "not to who just made an account"
    assert visitor.sign_in(email).location == "/account"
    with house.services.database.read() as db:
        real = [people.find(db, each) for each in people.ids(db, "", 3)]
    assert sorted(each is not None and each.confirmed_at is not None for each in real) == [False, True]


def test_after_asking_one_is_told_once_to_which_address_a_message_went(house: House) -> None:
    for path in ("/register", "/recover"):
        visitor, email = Visitor(house), address()
        asked = visitor.post(path, {"email": f"  {email} ", "password": PASSWORD})
        with visitor.client.session_transaction() as kept:
            assert email not in str(dict(kept)), "the cookie is read by whoever has the browser"
        assert email not in str(asked.headers)
        assert email in words(visitor.get(asked.location))
        assert email not in words(visitor.get(asked.location))


def test_an_account_starts_with_one_unnamed_persona_its_profiles_and_what_was_filled_in(house: House) -> None:
    visitor, email = Visitor(house), address()
    _ask(visitor, email, name="Ana de Vries")
    visitor.post(_link(house, email))
    visitor.sign_in(email)
    with house.services.database.read() as db:
        account = emails.account(db, addresses.index(house.services, email))
    assert account is not None
    (persona,) = of_person(house.services, account.person_id)
    facts = read(house.services, account.person_id, persona.id)
    assert {claim: fact.value for claim, fact in facts.items()} == {"email": email, "name": "Ana de Vries"}
    assert facts["email"].verified_at is not None
    assert len(of_persona(house.services, account.person_id, persona.id)) == 3


def test_opening_the_link_spends_nothing_and_its_button_works_once(house: House) -> None:
    visitor, email = Visitor(house), address()
    _ask(visitor, email)
    link = _link(house, email)
    for _ in range(3):
        assert visitor.get(link).status_code == 200
    assert visitor.sign_in(email).status_code == 422
    assert visitor.post(link).status_code == 303
    for dead in (visitor.post(link), visitor.get(link)):
        assert "Deze link werkt niet meer" in Page(dead, 410)["error-title"].words


def test_of_many_presses_on_one_link_exactly_one_confirms(house: House) -> None:
    visitor, email = Visitor(house), address()
    _ask(visitor, email)
    link, ready = _link(house, email), Barrier(12)
    browsers = [Visitor(house) for _ in range(12)]
    tokens = [browser.token() for browser in browsers]

    def press(number: int) -> int:
        ready.wait(10)
        form = {"csrf_token": tokens[number]}
        return browsers[number].client.post(link, data=form, base_url=browsers[number].site).status_code

    with ThreadPoolExecutor(12) as threads:
        answers = sorted(threads.map(press, range(12)))
    assert answers == [303] + [410] * 11


def test_a_link_is_dead_after_its_time(house: House) -> None:
    visitor, email = Visitor(house), address()
    _ask(visitor, email)
    assert "24 uur lang" in letters(house, email)[-1].text.replace("\n", " ")
    house.clock.move(seconds=house.services.settings.login.email_link_s - 1)
    assert visitor.get(_link(house, email)).status_code == 200
    house.clock.move(seconds=1)
    assert visitor.post(_link(house, email)).status_code == 410


def test_the_answer_is_the_same_for_an_address_that_has_an_account(house: House) -> None:
    known = register(house).email
    fresh = address()
    answers = []
    for email in (known, fresh):
        visitor = Visitor(house)
        response = visitor.post("/register", {"email": email, "password": PASSWORD})
        told = words(visitor.follow(response)).replace(email, "")
        answers.append((response.status_code, response.location, told))
    assert answers[0] == answers[1]
    assert [letter.subject for letter in letters(house, known)][-1] == "Je hebt al een account"
    assert "/confirm/" not in letters(house, known)[-1].text
    with house.services.database.read() as db:
        assert len(people.ids(db, "", 10)) == 2, "nothing is left of an account for the known one"


def test_who_is_signed_in_has_no_account_to_make(shared_house: House) -> None:
    visitor = register(shared_house)
    assert [visitor.get(f"/register{query}").location for query in ("", "?next=/facts")] == ["/account", "/facts"]


def test_an_account_is_known_by_its_address_in_any_case(house: House) -> None:
    mailbox, _at, domain = register(house).email.partition("@")
    _ask(Visitor(house), f"{mailbox.upper()}@{domain}")
    assert letters(house, f"{mailbox.upper()}@{domain}")[-1].subject == "Je hebt al een account"


def test_who_proves_the_address_gets_the_account_whoever_asked_first(house: House) -> None:
    email = address()
    _ask(Visitor(house), email)
    other = Visitor(house)
    other.post("/register", {"email": email, "password": "heel ander wachtwoord 7"})
    first, second = (link_in(letter, "confirm") for letter in letters(house, email))
    assert other.post(second).status_code == 303
    assert "Dit adres hoort bij een ander account" in Page(other.post(first), 409)["error-title"].words
    assert other.sign_in(email, "heel ander wachtwoord 7").status_code == 303


@pytest.mark.parametrize(
    ("password", "weakness"),
    [
        ("kort", Weakness.TOO_SHORT),
        ("password123", Weakness.COMMON),
        ("x" * 1025, Weakness.TOO_LONG),
        ("abcabcabcabcx", Weakness.GUESSABLE),
        ("dekkerink1987", Weakness.PERSONAL),
        ("zonnewijzer1987", Weakness.PERSONAL),
    ],
)
def test_a_weak_password_is_refused_with_its_reason_and_the_rest_is_kept(
    shared_house: House, password: str, weakness: Weakness
) -> None:
    visitor = Visitor(shared_house)
    form = {"email": "jan.dekkerink@example.org", "name": "Zonnewijzer", "password": password}
    response = visitor.post("/register", form, headers={"Accept-Language": "en"})
    assert response.status_code == 422
    with shared_house.app.test_request_context(headers={"Accept-Language": "en"}):
        assert str(WEAKNESSES[weakness]) in words(response)
    assert 'value="jan.dekkerink@example.org"' in response.text
    assert 'value="Zonnewijzer"' in response.text
    assert password not in response.text


def test_another_language_keeps_what_was_typed_but_the_password_and_makes_no_account(shared_house: House) -> None:
    visitor = Visitor(shared_house)
    page = Page(visitor.get("/register", headers={"Accept-Language": "nl"}))
    (button,) = page.all("button", name="lang", value="en")
    assert button.attributes["form"] == "register"
    form = {"email": "jan@example.org", "name": "Zon", "password": PASSWORD, "lang": "en"}
    again = Page(visitor.post("/register", form))
    assert "Make an account" in again.words
    kept = again["register"].fields()
    assert [kept[name] for name in ("email", "name", "password")] == [["jan@example.org"], ["Zon"], [""]]
    assert not again.all(class_="field-error"), "nothing was asked of it yet"
    assert not letters(shared_house, "jan@example.org")
    assert visitor.post("/register", {"lang": "nl"}).location == "/register", "Back asks nothing where none was typed"
    assert visitor.post("/register?next=/facts", {"lang": "nl"}).location == "/register?next=/facts"
    for name, typed in (("email", "jan@example.org"), ("name", "Zon")):
        assert Page(visitor.post("/register", {name: typed, "lang": "nl"}))["register"].fields()[name] == [typed]


@pytest.mark.parametrize("email", ["", "nobody", "a@b", "a b@example.org", "x" * 300 + "@example.org", "é@\x00"])
def test_what_is_no_address_is_refused_beside_the_field(shared_house: House, email: str) -> None:
    response = Visitor(shared_house).post("/register", {"email": email, "password": PASSWORD})
    assert response.status_code == 422
    assert 'id="register-email-error"' in response.text
    assert 'id="register-password-error"' not in response.text


@pytest.mark.parametrize(("field", "wrong"), [("email", "nobody"), ("name", "4111 1111 1111 1111")])
def test_what_is_wrong_with_the_password_is_said_beside_what_is_wrong_with_the_rest(
    shared_house: House, field: str, wrong: str
) -> None:
    form = {"email": address(), "name": "Ana", field: wrong}
    for password, also in (("kort", True), (PASSWORD, False)):
        response = Visitor(shared_house).post("/register", {**form, "password": password})
        assert response.status_code == 422
        assert f'id="register-{field}-error"' in response.text
        assert ('id="register-password-error"' in response.text) == also
    assert not letters(shared_house, form["email"])


def test_a_login_at_a_shop_goes_on_after_confirming(house: House) -> None:
    visitor, email = Visitor(house), address()
    next_path = begin_login(visitor, add_client(house))
    assert "Shop" in words(visitor.get(f"/register?next={next_path}"))
    _ask(visitor, email, next_path)
    here = Page(visitor.get(_link(house, email)))
    assert "Shop" in here.words
    assert here.find("confirm-here") is None, "it is where the login began"
    after = visitor.post(_link(house, email))
    signed_in = visitor.post(after.location, {"email": email, "password": PASSWORD})
    assert "/consent/" in visitor.get(signed_in.location).location


def test_another_browser_leaves_the_login_where_it_began_unless_told(house: House) -> None:
    begun_in, email = Visitor(house), address()
    next_path = begin_login(begun_in, add_client(house))
    _ask(begun_in, email, next_path)
    phone = Visitor(house)
    assert 'id="confirm-here"' in phone.get(_link(house, email)).text
    assert phone.post(_link(house, email)).location == "/confirmed"
    signed_in = begun_in.sign_in(email, next_path=next_path)
    assert "/consent/" in begun_in.get(signed_in.location).location


def test_another_browser_can_go_on_with_the_login_when_told(house: House) -> None:
    begun_in, email = Visitor(house), address()
    _ask(begun_in, email, begin_login(begun_in, add_client(house)))
    phone = Visitor(house)
    after = phone.post(_link(house, email), {"go_on": "here"})
    signed_in = phone.post(after.location, {"email": email, "password": PASSWORD})
    assert "/consent/" in phone.get(signed_in.location).location


def test_one_source_cannot_register_without_end(house: House) -> None:
    visitor = Visitor(house)
    assert {_ask(visitor, address()) for _ in range(60)} == {303}
    form = {"email": "last@example.nl", "password": PASSWORD}
    refused = visitor.post("/register", form, headers={"Accept-Language": "en"})
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "3600")
    assert "Too many attempts from your network. Wait 60 minutes and try again." in refused.text
    assert 'value="last@example.nl"' in refused.text


def test_one_address_is_not_mailed_without_end(house: House) -> None:
    visitor, email = Visitor(house), address()
    assert {_ask(visitor, email) for _ in range(9)} == {303}
    assert len(letters(house, email)) == 6
