"""Which language a page is in, and whose choice counts first."""

import pytest

from app.web import current
from app.web.language import ask_for
from tests.factories import add_client, add_person, share
from tests.pages import Page
from tests.servers.house import House
from tests.servers.visitor import PASSWORD, Visitor, address, begin_login, letters, signed_in


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("en", "en"), ("nl-BE,en;q=0.5", "nl"), ("de,fr", "nl"), ("", "nl"), ("de, en;q=0.1", "en"), ("\x00;;q=z", "nl")],
)
def test_the_browser_says_and_dutch_is_the_rest(shared_house: House, accepted: str, language: str) -> None:
    with shared_house.app.test_request_context(headers={"Accept-Language": accepted.replace("\x00", "")}):
        assert current.language() == language


def test_the_login_request_comes_before_the_browser(shared_house: House) -> None:
    with shared_house.app.test_request_context(headers={"Accept-Language": "nl"}):
        assert current.language() == "nl"
        ask_for(("fr", "en-GB"))
        assert current.language() == "en"


def test_a_page_inside_a_login_is_in_the_language_the_shop_asked(shared_house: House) -> None:
    visitor = Visitor(shared_house)
    next_path = begin_login(visitor, add_client(shared_house), ui_locales="en")
    page = visitor.get(f"/sign-in?next={next_path}", headers={"Accept-Language": "nl"})
    assert '<html lang="en">' in page.text


def test_what_a_form_inside_a_login_refuses_and_its_mail_are_in_that_language_too(shared_house: House) -> None:
    visitor, email = Visitor(shared_house), address()
    next_path = begin_login(visitor, add_client(shared_house), ui_locales="en")
    path, dutch = f"/register?next={next_path}", {"Accept-Language": "nl"}
    refused = visitor.post(path, {"email": "no address", "password": PASSWORD}, headers=dutch)
    assert "An e-mail address has one @" in Page(refused, 422)["register-email-error"].words
    visitor.post(path, {"email": email, "password": PASSWORD}, headers=dutch)
    assert letters(shared_house, email)[0].subject == "Confirm your e-mail address"


def test_the_persons_own_choice_comes_first_and_returns_to_the_page(shared_house: House) -> None:
    visitor = Visitor(shared_house)
    chosen = visitor.post("/language", {"lang": "nl", "next": "/sign-in?next=/facts"})
    assert (chosen.status_code, chosen.location) == (303, "/sign-in?next=/facts")
    next_path = begin_login(visitor, add_client(shared_house), ui_locales="en")
    page = visitor.get(f"/sign-in?next={next_path}", headers={"Accept-Language": "en"})
    assert '<html lang="nl">' in page.text


@pytest.mark.parametrize(("next_path", "back"), [("https://evil.example", "/"), ("//evil.example", "/"), ("", "/")])
def test_choosing_a_language_leads_to_no_other_site(shared_house: House, next_path: str, back: str) -> None:
    assert Visitor(shared_house).post("/language", {"lang": "en", "next": next_path}).location == back


def test_a_decision_is_kept_in_the_words_that_were_read_whatever_was_chosen_in_another_window(
    shared_house: House,
) -> None:
    nora = add_person(shared_house)
    visitor, grant = signed_in(shared_house, nora), share(shared_house, nora, add_client(shared_house))
    form = Page(visitor.get(f"/sharing/{grant.id}/pause")).all("form")
    (fields,) = [each.fields() for each in form if each.attributes["action"].endswith("/pause")]
    visitor.post("/language", {"lang": "nl", "next": "/"})
    visitor.post(f"/sharing/{grant.id}/pause", fields)
    receipt = Page(visitor.get(f"/receipts/{grant.id}/2"))
    assert "Until you resume, Shop gets none of this" in receipt.words


def test_a_language_we_do_not_speak_is_refused(shared_house: House) -> None:
    assert Visitor(shared_house).post("/language", {"lang": "tlh"}).status_code == 400
