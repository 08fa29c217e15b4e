"""Pausing and resuming through the pages, and a login where sharing is paused."""

import pytest

from app.domain.grants import Grant
from app.domain.levels import Level
from app.services import consents, correction, pausing, personas
from tests.factories import Shopper, add_business, add_client, add_person, share, sign_in
from tests.pages import Page
from tests.servers.house import House
from tests.servers.visitor import Visitor, signed_in
from tests.services.deciding import ALL_LEVELS, NOTICE, bearer_of, grant_now, history, picker, released
from tests.shops import Shop, answer

LOW, MEDIUM, HIGH = Level.LOW, Level.MEDIUM, Level.HIGH


@pytest.fixture
def house(shared_house: House) -> House:
    return shared_house


@pytest.fixture
def shop(house: House) -> Shop:
    return Shop(house, add_client(house, business_id=add_business(house, name="Blauw")))


@pytest.fixture
def grant(house: House, nora: Shopper, shop: Shop) -> Grant:
    return share(house, nora, shop.client_id, HIGH, scopes=ALL_LEVELS)


@pytest.fixture
def visitor(house: House, nora: Shopper, grant: Grant) -> Visitor:
    """Nora's browser, in English, where she is signed in."""
    return signed_in(house, nora)


def pause(house: House, nora: Shopper, grant: Grant) -> Grant:
    return pausing.pause(house.services, grant.id, nora.id, NOTICE, house.clock.now)


# --- from the dashboard -------------------------------------------------------------------------------------------


def test_one_confirmation_says_what_a_pause_means_and_pauses_nothing_yet(
    house: House, visitor: Visitor, grant: Grant
) -> None:
    link = Page(visitor.get(f"/sharing/{grant.id}"))["pause-sharing"]
    page = Page(visitor.get(link.attributes["href"]))
    for said in ("Pause sharing with Blauw?", "E-mail address", "keep track", "2 May 2027", "not logged in there"):
        assert said in page.words
    assert grant_now(house, grant.id) == grant


def test_pausing_and_resuming_act_at_once_and_lead_to_their_receipts(
    house: House, visitor: Visitor, grant: Grant
) -> None:
    page = Page(visitor.follow(visitor.post(f"/sharing/{grant.id}/pause")))
    assert "Paused. Blauw gets nothing from you until you resume." in page.words
    assert "You paused this." in page.words
    assert released(house, bearer_of(grant)) == "grant_paused"
    assert f"/receipts/{grant.id}/2" in [link.attributes.get("href") for link in page.all("a")]
    overview = Page(visitor.get("/sharing"))
    for said in ("Paused", "Gets when you resume"):
        assert said in overview[f"grant-{grant.id}"].words
    assert "What you share is paused. Nobody gets anything of it until you resume." in overview.words
    confirm = Page(visitor.get(page["resume-sharing"].attributes["href"]))
    assert "Nothing is added to what you agreed to." in confirm.words
    page = Page(visitor.follow(visitor.post(f"/sharing/{grant.id}/resume")))
    assert "Resumed. Blauw gets again what you agreed to." in page.words
    assert released(house, bearer_of(grant)) == {"email", "address"}
    for said in ("You paused", "You resumed"):
        assert said in page.words


def test_the_receipt_keeps_the_words_that_were_on_screen(house: House, visitor: Visitor, grant: Grant) -> None:
    until = "2 May 2027"
    said = {
        "pause": [
            "Pause what Blauw gets",
            "Until you resume, Blauw gets none of this: E-mail address, Address",
            "It may not keep track of what you do in the meantime.",
            f"It ends on {until} all the same.",
        ],
        "resume": [
            "Resume what Blauw gets",
            "Blauw gets again: E-mail address, Address",
            "And the permission to keep track of what you do: your visits, what you buy, on the website, in the store.",
            f"Until {until} at the latest.",
        ],
    }
    for act, lines in said.items():
        visitor.post(f"/sharing/{grant.id}/{act}")
        notice = history(house, grant.id)[-1].notice
        assert (notice["language"], notice["text"].splitlines()) == ("en", lines)


def test_what_else_a_business_gets_is_said_to_go_on(
    house: House, visitor: Visitor, nora: Shopper, grant: Grant
) -> None:
    share(house, nora, add_client(house, business_id=grant.business_id, redirect_uris=["https://till.example/cb"]))
    page = Page(visitor.get(f"/sharing/{grant.id}/pause"))
    assert "What is paused E-mail address" in page.words
    assert "The permission to keep track of what you do is paused too." in page.words
    assert "it may keep, but use only for what goes on" in page.words
    assert "gets nothing from you" not in page.words
    page = Page(visitor.follow(visitor.post(f"/sharing/{grant.id}/pause")))
    assert "Paused. What else you share with Blauw goes on." in page.words
    assert "Blauw gets nothing of it until you resume. What else you share with it goes on." in page.words
    about = "This is about what you share through shop.example."
    assert history(house, grant.id)[-1].notice["text"].splitlines() == [
        "Pause what Blauw gets",
        about,
        "This is paused until you resume: E-mail address, Address",
        "The permission to keep track of what you do is paused too.",
        "It ends on 2 May 2027 all the same.",
        "What else you share with Blauw goes on.",
    ]
    page = Page(visitor.get(f"/sharing/{grant.id}/resume"))
    assert about in page.words
    assert "What goes on again E-mail address" in page.words
    visitor.post(f"/sharing/{grant.id}/resume")
    assert history(house, grant.id)[-1].notice["text"].splitlines()[1:3] == [
        about,
        "This goes on again: E-mail address, Address",
    ]


def test_the_receipts_of_what_gives_no_permission_and_no_detail_speak_of_none(
    house: House, visitor: Visitor, nora: Shopper
) -> None:
    plain = share(house, nora, add_client(house, intended_use=None), LOW, scopes=frozenset({"openid"}))
    for act, said in (("pause", []), ("resume", ["Only a number by which this business recognises you."])):
        visitor.post(f"/sharing/{plain.id}/{act}")
        assert history(house, plain.id)[-1].notice["text"].splitlines()[1:-1] == said


@pytest.mark.parametrize("page", ["pause", "resume"])
def test_what_was_done_in_another_window_is_shown_as_it_stands(
    house: House, visitor: Visitor, nora: Shopper, grant: Grant, page: str
) -> None:
    consents.stop(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    for ask in (visitor.get, visitor.post):
        shown = Page(visitor.follow(ask(f"/sharing/{grant.id}/{page}")))
        assert "This had ended already." in shown.words


def test_the_pages_of_a_state_the_grant_is_not_in_lead_back(visitor: Visitor, grant: Grant) -> None:
    assert visitor.get(f"/sharing/{grant.id}/resume").location == f"/sharing/{grant.id}"
    visitor.post(f"/sharing/{grant.id}/pause")
    assert visitor.get(f"/sharing/{grant.id}/pause").location == f"/sharing/{grant.id}"


@pytest.mark.parametrize("page", ["pause", "resume", "extend", "purposes", "purposes/account"])
def test_somebody_elses_grant_is_none(house: House, grant: Grant, page: str) -> None:
    other = Visitor(house)
    sign_in(house, other.client, add_person(house))
    assert other.get(f"/sharing/{grant.id}/{page}").status_code == 404
    if "/" not in page:
        assert other.post(f"/sharing/{grant.id}/{page}").status_code == 404
    assert grant_now(house, grant.id) == grant


@pytest.mark.parametrize("page", ["pause", "resume", "extend", "purposes"])
def test_a_forged_form_changes_nothing(house: House, visitor: Visitor, grant: Grant, page: str) -> None:
    assert visitor.client.post(f"/sharing/{grant.id}/{page}", base_url=visitor.site).status_code == 403
    assert grant_now(house, grant.id) == grant


# --- on the way of a login ----------------------------------------------------------------------------------------


def come(visitor: Visitor, shop: Shop, **changes: str | None) -> tuple[str, Page]:
    """Come from the shop to log in; the page shown first, and where it is."""
    shown = visitor.follow(shop.begin(visitor.client, **changes))
    return shown.request.path, Page(shown)


def test_a_silent_login_is_told_that_consent_is_required(
    house: House, visitor: Visitor, nora: Shopper, grant: Grant, shop: Shop
) -> None:
    pause(house, nora, grant)
    assert answer(shop.begin(visitor.client, prompt="none"))["error"] == "consent_required"


def test_a_login_where_sharing_is_paused_asks_whether_to_resume_and_goes_on(
    house: House, visitor: Visitor, nora: Shopper, grant: Grant, shop: Shop
) -> None:
    pause(house, nora, grant)
    path, page = come(visitor, shop)
    assert "You paused sharing with Blauw" in page.words
    assert "Address" in page.words
    assert "persona" not in page["paused"].fields(), "there is no other"
    fields = page["paused"].fields() | {"decision": ["resume"]}
    response = visitor.client.post(path, data=fields, base_url=visitor.site)
    assert "code" in answer(visitor.get(response.location))
    after = grant_now(house, grant.id)
    assert (after.paused_at, after.claims, after.ends_at) == (None, grant.claims, grant.ends_at)


def test_its_page_is_in_the_language_the_shop_asks_and_may_end_there(
    house: House, nora: Shopper, grant: Grant, shop: Shop
) -> None:
    pause(house, nora, grant)
    browser = Visitor(house)
    sign_in(house, browser.client, nora)
    shown = browser.follow(shop.begin(browser.client, ui_locales="en"))
    assert "You paused sharing with Blauw" in Page(shown).words
    assert "form-action 'self' https://shop.example;" in shown.headers["Content-Security-Policy"]


def test_who_was_signed_out_meanwhile_signs_in_before_resuming(
    house: House, visitor: Visitor, nora: Shopper, grant: Grant, shop: Shop
) -> None:
    pause(house, nora, grant)
    path, page = come(visitor, shop)
    visitor.client.delete_cookie("sluis-session")
    on = path.removesuffix("/paused").replace("/consent/", "/authorize/")
    assert visitor.get(path).location == on
    fields = page["paused"].fields() | {"decision": ["resume"]}
    response = visitor.client.post(path, data=fields, base_url=visitor.site)
    assert response.location == on
    assert "You had been signed out" in Page(visitor.follow(response)).words
    assert grant_now(house, grant.id).paused_at is not None


def test_a_paused_login_through_one_of_two_clients_says_nothing_of_the_other(
    house: House, visitor: Visitor, nora: Shopper, grant: Grant, shop: Shop
) -> None:
    share(house, nora, add_client(house, business_id=grant.business_id, redirect_uris=["https://till.example/cb"]))
    pause(house, nora, grant)
    words = come(visitor, shop)[1].words
    assert "it gets nothing of what you see here." in words
    assert "This is about what you share through shop.example." in words


def test_or_shares_nothing_and_goes_back_with_access_denied(
    house: House, visitor: Visitor, nora: Shopper, grant: Grant, shop: Shop
) -> None:
    pause(house, nora, grant)
    path, page = come(visitor, shop)
    fields = page["paused"].fields() | {"decision": ["refuse"]}
    response = visitor.client.post(path, data=fields, base_url=visitor.site)
    assert answer(visitor.get(response.location))["error"] == "access_denied"
    assert grant_now(house, grant.id).paused_at is not None


def test_a_wider_request_asks_first_whether_to_resume_and_then_what_is_new(
    house: House, visitor: Visitor, nora: Shopper, shop: Shop
) -> None:
    low = share(house, nora, shop.client_id, LOW, scopes=ALL_LEVELS)
    pause(house, nora, low)
    path, page = come(visitor, shop, scope="openid identity:medium")
    assert "You paused sharing with Blauw" in page.words
    fields = page["paused"].fields() | {"decision": ["resume"]}
    response = visitor.client.post(path, data=fields, base_url=visitor.site)
    picker_page = Page(visitor.follow(visitor.get(response.location)))
    assert picker_page.find("picker") is not None
    assert grant_now(house, low.id).level is LOW


@pytest.mark.parametrize("just_now", [False, True], ids=["meanwhile", "at that very moment"])
def test_a_picker_open_in_another_window_leads_to_the_question_when_it_was_paused_meanwhile(
    house: House, visitor: Visitor, nora: Shopper, shop: Shop, just_now: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    low = share(house, nora, shop.client_id, LOW, scopes=ALL_LEVELS)
    path, page = come(visitor, shop, scope="openid identity:medium")
    form = page["picker"].fields()
    pause(house, nora, low)
    if just_now:
        monkeypatch.setattr(pausing, "is_paused", lambda *_: False)
    response = visitor.client.post(
        path, data=form | {"profile": ["medium"], "decision": ["share"]}, base_url=visitor.site
    )
    assert "You paused sharing with Blauw" in Page(visitor.follow(response)).words
    assert grant_now(house, low.id).level is LOW
    refused = visitor.client.post(path, data=form | {"decision": ["refuse"]}, base_url=visitor.site)
    assert answer(visitor.get(refused.location))["error"] == "access_denied"


def test_to_share_nothing_stands_though_another_window_resumed_meanwhile(
    house: House, visitor: Visitor, nora: Shopper, grant: Grant, shop: Shop
) -> None:
    pause(house, nora, grant)
    path, page = come(visitor, shop)
    fields = page["paused"].fields() | {"decision": ["refuse"]}
    pausing.resume(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    response = visitor.client.post(path, data=fields, base_url=visitor.site)
    assert answer(visitor.get(response.location))["error"] == "access_denied"


def test_another_persona_may_log_in_while_the_first_is_paused(
    house: House, visitor: Visitor, nora: Shopper, grant: Grant, shop: Shop
) -> None:
    work = personas.add(house.services, nora.id, "Work", "green", house.clock.now)
    pause(house, nora, grant)
    _path, page = come(visitor, shop)
    other = next(link for link in page.all("a") if "Work" in link.words)
    assert work in other.attributes["href"]
    at_work = Page(visitor.follow(visitor.get(other.attributes["href"])))
    assert at_work["picker"].fields()["persona"] == [work]
    paused = Page(visitor.follow(visitor.get(at_work.links["Me"])))["paused"]
    assert paused.fields()["persona"] == [nora.persona_id], "and back again, to whom it is asked of"


def test_a_login_of_a_persona_that_is_not_paused_is_not_asked(
    house: House, visitor: Visitor, nora: Shopper, grant: Grant, shop: Shop
) -> None:
    work = personas.add(house.services, nora.id, "Work", "green", house.clock.now)
    pause(house, nora, grant)
    house.clock.move(seconds=1)
    correction.correct(house.services, nora.id, work, {"given_name": "Nora"}, house.clock.now)
    picker(house, nora, shop.client_id, work).share(LOW)
    assert "code" in answer(shop.begin(visitor.client))


def test_what_is_paused_elsewhere_or_by_another_customer_is_no_question_here(
    house: House, visitor: Visitor, nora: Shopper, grant: Grant
) -> None:
    elsewhere, other = Shop(house, add_client(house)), add_person(house)
    pause(house, nora, grant)
    pause(house, other, share(house, other, elsewhere.client_id))
    path, _page = come(visitor, elsewhere)
    assert not path.endswith("/paused")


def test_the_page_of_a_login_nothing_is_paused_in_leads_on(visitor: Visitor, shop: Shop) -> None:
    path, _page = come(visitor, shop, scope="openid identity:medium", prompt="consent")
    handle = path.rpartition("/")[2]
    assert visitor.get(f"/consent/{handle}/paused").location == f"/consent/{handle}"
    assert visitor.post(f"/consent/{handle}/paused", {"decision": "resume"}).location == f"/authorize/{handle}"


def test_a_button_nobody_drew_is_refused(
    house: House, visitor: Visitor, nora: Shopper, grant: Grant, shop: Shop
) -> None:
    pause(house, nora, grant)
    path, _page = come(visitor, shop)
    assert visitor.post(path, {"decision": "widen"}).status_code == 400
    assert grant_now(house, grant.id).paused_at is not None
