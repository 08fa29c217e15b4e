"""The picker: what it shows, what it never does by itself, and what each button brings about."""

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import update
from werkzeug.test import TestResponse

from app.domain.grants import Act
from app.domain.levels import Level
from app.services import consents, correction, facts, objections, personas, profiles, sharing
from app.services.local_time import LOCAL_TIME
from app.storage import sessions
from app.storage.tables.parties import businesses, clients
from tests.factories import FACTS, INTENDED_USE, Shopper, add_client, add_person, client_of, share, sign_in
from tests.pages import Element, Page
from tests.servers.house import House
from tests.servers.visitor import Visitor, begin_login, signed_in, words
from tests.services.deciding import NOTICE, grants_of, history
from tests.shops import refused_page

ALL = "openid identity:low identity:medium identity:high"


@dataclass(frozen=True)
class At:
    """A person in front of a picker."""

    visitor: Visitor
    handle: str

    @property
    def path(self) -> str:
        return f"/consent/{self.handle}"

    def look(self, persona: str = "") -> Page:
        """Open it."""
        return Page(self.visitor.get(self.path + (f"?persona={persona}" if persona else "")))

    def press(self, decision: str, **changes: Any) -> TestResponse:
        """Fill in the form as it stands on the page, and press a button."""
        fields: dict[str, Any] = {**self.look()["picker"].fields(), "decision": [decision], **changes}
        return self.visitor.client.post(self.path, data=fields, base_url=self.visitor.site)

    def share(self, level: str, *extras: str) -> TestResponse:
        """Choose a level, tick extras, share."""
        return self.press("share", profile=[level], extra=list(extras))


@pytest.fixture
def house(shared_house: House) -> House:
    return shared_house


@pytest.fixture
def visitor(house: House, nora: Shopper) -> Visitor:
    """Nora's browser, in English, where she is signed in."""
    return signed_in(house, nora)


@pytest.fixture
def shop(house: House) -> str:
    return add_client(house)


def at_picker(visitor: Visitor, client_id: str, scope: str = ALL, **more: str) -> At:
    """Come from a shop."""
    return At(visitor, begin_login(visitor, client_id, scope, **more).removeprefix("/authorize/"))


def summary_of(card: Element) -> str:
    """The sentence that says in short what a card is."""
    (summary,) = card.all(class_="level-card-summary")
    return summary.words


def back_at_shop(visitor: Visitor, response: TestResponse) -> dict[str, list[str]]:
    """What the shop hears; it is an assertion that the browser is sent back there."""
    assert response.status_code == 303
    onward = visitor.get(response.headers["Location"])
    assert onward.status_code == 303, onward.text
    location = urlsplit(onward.headers["Location"])
    assert location.netloc == "shop.example"
    return parse_qs(location.query)


# --- what it shows ------------------------------------------------------------------------------------------------


def test_the_ids_that_others_rely_on_are_there(visitor: Visitor, shop: str) -> None:
    page = at_picker(visitor, shop).look()
    form = page["picker"]
    assert (form.tag, form.attributes["method"]) == ("form", "post")
    radios = form.all("input", type="radio")
    assert [radio.attributes["id"] for radio in radios] == ["level-low", "level-medium", "level-high"]
    assert {radio.attributes["name"] for radio in radios} == {"profile"}
    for button in ("picker-share", "picker-refuse"):
        assert (page[button].tag, page[button].attributes["type"]) == ("button", "submit")
    for extra in ("name", "phone_number", "birthdate"):
        assert page[f"extra-{extra}"].attributes["type"] == "checkbox"


def test_nothing_is_chosen_and_nothing_ticked_beforehand_not_even_what_was_given_last_time(
    house: House, visitor: Visitor, nora: Shopper, shop: str
) -> None:
    for again in ({}, {"prompt": "consent"}):
        at = at_picker(visitor, shop, **again)
        assert [box for box in at.look().all("input") if "checked" in box.attributes] == []
        at.share("medium", "phone_number")
    page = at_picker(visitor, shop, prompt="consent").look()
    assert "last time" in page["level-medium"].words + page.all(class_="level-medium")[0].words
    assert "You shared this last time" in page["extra-phone_number-about"].words
    assert "You shared this last time" not in page["extra-name-about"].words


def test_a_client_that_begins_anew_says_what_ends_by_it(visitor: Visitor, shop: str) -> None:
    at_picker(visitor, shop).share("medium", "phone_number")
    page = at_picker(visitor, shop, grant_management_action="create").look()
    assert "You already share something with Shop. What you choose here takes its place." in page.words
    assert "If you choose nothing by then, nothing changes" in page.words
    low, medium = page.all(class_="level-card")[:2]
    assert "Shop no longer gets: Phone number, Address" in low.words
    assert "no longer gets" not in medium.words, "the phone number can be ticked"
    assert "Share nothing new and return to Shop" in page["picker-refuse"].words


def test_what_an_objection_keeps_back_is_not_said_to_be_given(house: House, visitor: Visitor, nora: Shopper) -> None:
    low = {**INTENDED_USE["low"], "purposes": ["account", "service"]}
    uses = {name: {"purposes": [why], "ground": "consent"} for name, why in (("name", "service"), ("email", "account"))}
    shop = add_client(house, intended_use={**INTENDED_USE, "low": {**low, "claims": uses}})
    at_picker(visitor, shop, "openid identity:low").share("low", "name")
    (grant,) = grants_of(house, nora)
    objections.object_to(house.services, grant.id, nora.id, "service", NOTICE, house.clock.now)
    page = at_picker(visitor, shop, "openid identity:medium", grant_management_action="merge").look()
    (known,) = page.all(class_="known")
    assert "Shop already gets 1 item from you E-mail address" in known.words
    assert "no longer gets" not in page.words


def test_a_card_that_gives_no_detail_says_so(house: House, visitor: Visitor) -> None:
    page = at_picker(visitor, add_client(house, intended_use=None), "openid").look()
    for card in page.all(class_="level-card"):
        assert "What Shop gets None of your details. Why" in card.words
        assert summary_of(card) == "Only a number by which this business recognises you."


def test_an_extra_says_what_for_and_on_what_ground_at_every_level_at_which_it_counts(
    house: House, visitor: Visitor
) -> None:
    more = {"optional": ["name"], "claims": {"name": {"purposes": ["delivery"], "ground": "legal_duty"}}}
    use = {"low": INTENDED_USE["low"], "medium": {**INTENDED_USE["medium"], **more}}
    page = at_picker(visitor, add_client(house, intended_use=use), "openid identity:low identity:medium").look()
    about = page["extra-name-about"].words
    for said in ("Recognise you and manage your account", "Deliver your order", "Required by law"):
        assert said in about
    assert "Only with" not in about, "with all of them"


def test_an_extra_that_does_not_go_with_every_level_says_with_which(visitor: Visitor, shop: str) -> None:
    page = at_picker(visitor, shop).look()
    counts = {
        name: page[f"extra-{name}-about"].words.partition("Only with: ")[2]
        for name in ("name", "phone_number", "birthdate")
    }
    assert counts == {"name": "", "phone_number": "Medium High", "birthdate": "High"}


def test_what_the_law_makes_a_business_keep_says_so_beside_the_detail_too(house: House, visitor: Visitor) -> None:
    use = {"low": {**INTENDED_USE["low"], "ground": "legal_duty"}}
    at = at_picker(visitor, add_client(house, intended_use=use), "openid identity:low")
    (item,) = at.look()["picker"].all(class_="item")
    assert item.words.endswith(" Required by law")


def test_an_extra_says_each_ground_it_has(house: House, visitor: Visitor) -> None:
    low = {**INTENDED_USE["low"], "claims": {"name": {"ground": "contract"}}, "ground": "contract"}
    medium = {**INTENDED_USE["medium"], "optional": ["name"], "claims": {"name": {"ground": "consent"}}}
    shop = add_client(house, intended_use={"low": low, "medium": medium})
    about = at_picker(visitor, shop, "openid identity:low identity:medium").look()["extra-name-about"].words
    assert "Your consent" in about
    assert "Your agreement with the business" in about


def test_what_is_kept_longer_or_shorter_than_the_rest_is_said_beforehand_and_kept_in_the_receipt(
    house: House, visitor: Visitor, nora: Shopper
) -> None:
    own = {
        "address": {"purposes": ["invoicing"], "ground": "legal_duty", "retention": "P10Y"},
        "phone_number": {"retention": "P1M"},
    }
    shop = add_client(house, intended_use={**INTENDED_USE, "medium": {**INTENDED_USE["medium"], "claims": own}})
    at = at_picker(visitor, shop, "openid identity:low identity:medium")
    low, medium = at.look().all(class_="level-card")
    term, by_law = "1 year at most, until 2 November 2027", "Address until 2 November 2036"
    assert f"How long {term} {by_law} Who else" in medium.words
    assert f"How long {term} Who else" in low.words
    assert "until 2 December 2026" in at.look()["extra-phone_number-about"].words
    assert "until" not in at.look()["extra-name-about"].words
    back_at_shop(visitor, at.share("medium", "phone_number"))
    (grant,) = grants_of(house, nora)
    (version,) = history(house, grant.id)
    assert f"\nHow long: {term} · Phone number until 2 December 2026 · {by_law}\n" in version.notice["text"]


def test_refusing_is_as_large_as_sharing(visitor: Visitor, shop: str) -> None:
    page = at_picker(visitor, shop).look()
    share_it, refuse = page["picker-share"], page["picker-refuse"]
    assert share_it.classes == refuse.classes
    assert "Share nothing and return to Shop" in refuse.words


def test_who_shares_something_already_is_told_that_refusing_shares_nothing_new(visitor: Visitor, shop: str) -> None:
    at_picker(visitor, shop).share("low")
    refuse = at_picker(visitor, shop, prompt="consent").look()["picker-refuse"]
    assert "Share nothing new and return to Shop" in refuse.words


def test_a_card_shows_the_real_values_terms_and_benefit(visitor: Visitor, nora: Shopper, shop: str) -> None:
    cards = at_picker(visitor, shop).look().all(class_="level-card")
    low, medium, high = cards
    assert [summary_of(card) for card in cards] == [
        "Your e-mail address. Enough to log in.",
        "Also your address. Needed to order.",
        "Shop may also keep track of what you do.",
    ]
    assert nora.email in low.words
    for said in ("Log in", "Recognise you and manage your account", "1 year at most, until 2 November 2027",
                 "Nobody else", "Your consent"):  # fmt: skip
        assert said in low.words
    assert FACTS["address"]["street_address"] not in low.words
    reveal = medium.all("details", class_="reveal")[0]
    assert FACTS["address"]["street_address"] not in reveal.all("summary")[0].words
    assert FACTS["address"]["street_address"] in reveal.words
    assert "Partly hidden: Utrecht, Netherlands" in reveal.all("summary")[0].words, "no dot is read aloud"
    assert "6 months at most" in high.words
    permission, loyalty = high.all(class_="collection")[0], "Points and benefits as a regular customer"
    assert "And this permission" in permission.words
    assert "in the store" in permission.words
    assert permission.words.endswith(f"Why {loyalty} Legal ground Your consent")
    assert high.words.count(loyalty) == 1, "the permission says what it is for, and no claim is for that"


def test_what_goes_on_while_the_person_is_not_signed_in_is_said_and_marked_when_it_is_new(
    house: House, visitor: Visitor, nora: Shopper
) -> None:
    plain = add_client(house, intended_use=None)
    back_at_shop(visitor, at_picker(visitor, plain, "openid email").share("low"))
    at = at_picker(visitor, plain, "openid email offline_access")
    _low, medium, _high = at.look().all(class_="level-card")
    assert "When New Also while you are not signed in" in medium.words
    assert "No new details." in medium.words
    back_at_shop(visitor, at.share("low"))
    (grant,) = grants_of(house, nora)
    before, after = (version.notice["text"] for version in history(house, grant.id))
    assert ("When" in before, "When: Also while you are not signed in" in after.splitlines()) == (False, True)
    assert "When Also while you are not signed in" in Page(visitor.get(f"/sharing/{grant.id}")).words


def test_the_page_says_until_when_it_waits_and_where_to_stop_later(house: House, visitor: Visitor, shop: str) -> None:
    opened_at = house.clock.now
    at = at_picker(visitor, shop)
    house.clock.move(minutes=10)
    page = at.look()
    end = (opened_at + timedelta(minutes=30)).astimezone(LOCAL_TIME)
    assert f"This page waits for you until {end:%H:%M}." in page.words
    assert "/sharing" in [link.attributes["href"] for link in page.all("a")]


@pytest.mark.parametrize(
    ("at_low", "level", "said"),
    [
        ("email_verified", "low", "Only: whether your e-mail is confirmed. Enough to log in."),
        ("name", "medium", "Also: whether your e-mail is confirmed."),
    ],
)
def test_what_follows_from_another_detail_is_named_in_a_sentence_that_reads(
    house: House, visitor: Visitor, at_low: str, level: str, said: str
) -> None:
    use = {
        "low": {**INTENDED_USE["low"], "required": [at_low], "optional": []},
        "medium": {**INTENDED_USE["low"], "required": ["email_verified"], "optional": []},
    }
    page = at_picker(visitor, add_client(house, intended_use=use), "openid identity:low identity:medium").look()
    assert summary_of(page.all(class_="level-card")[["low", "medium"].index(level)]) == said


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ([], "Also your full name, first name, last name and address."),
        (["phone_number"], "Also your full name, first name, last name, phone number and 1 more."),
    ],
)
def test_a_summary_names_a_few_details_and_how_many_more_there_are(
    house: House, visitor: Visitor, more: list[str], said: str
) -> None:
    medium = {**INTENDED_USE["medium"], "optional": []}
    medium["required"] = ["name", "given_name", "family_name", "address", *more]
    shop = add_client(house, intended_use={"low": {**INTENDED_USE["low"], "optional": []}, "medium": medium})
    card = at_picker(visitor, shop, "openid identity:medium").look().all(class_="level-medium")[0]
    assert summary_of(card) == f"{said} Needed to order."


def test_only_the_levels_the_request_accepts_are_offered(visitor: Visitor, shop: str) -> None:
    page = at_picker(visitor, shop, "openid identity:low identity:medium").look()
    assert len(page.all(class_="level-card")) == 2
    assert page.find("level-high") is None
    assert page.find("extra-birthdate") is None


def test_a_client_that_never_said_why_is_announced_as_such(house: House, visitor: Visitor) -> None:
    plain = add_client(house, intended_use=None, verified=False)
    words = at_picker(visitor, plain, "openid email").look().words
    assert words.count("has not said why it asks for this, or what you get for it.") == 1
    assert "Not verified by us" in words
    assert "What you get" not in words, "said once above the cards, not on each"


@pytest.mark.parametrize(
    ("scope", "more", "too_much"),
    [
        (ALL, {}, False),
        (f"{ALL} email", {}, False),
        (f"{ALL} profile", {}, False),
        ("openid identity:low", {"claims": '{"userinfo":{"gender":null}}'}, True),
        ("openid identity:low", {"claims": '{"id_token":{"gender":{"essential":true}}}'}, True),
    ],
)
def test_asking_for_more_than_was_registered_is_told(
    visitor: Visitor, shop: str, scope: str, more: dict[str, str], *, too_much: bool
) -> None:
    words = at_picker(visitor, shop, scope, **more).look().words
    assert ("asks for more than it registered" in words) is too_much


def test_a_scope_of_which_nothing_is_registered_is_asking_too_much(house: House, visitor: Visitor) -> None:
    low_only = add_client(house, intended_use={"low": INTENDED_USE["low"]})
    page = at_picker(visitor, low_only, "openid identity:low phone").look()
    assert "asks for more than it registered" in page.words
    assert FACTS["phone_number"] not in page.words


@pytest.mark.parametrize(("pressed", "level"), [("refuse", None), ("low", "low"), ("high", "high")])
def test_what_is_pressed_in_one_window_stands_whatever_was_shared_in_another(
    house: House, visitor: Visitor, nora: Shopper, shop: str, pressed: str, level: str | None
) -> None:
    first, second = at_picker(visitor, shop), at_picker(visitor, shop)
    form = second.look()["picker"].fields()
    assert "code" in back_at_shop(visitor, first.share("medium"))
    assert "You already share something with Shop" in second.look().words, "to open it again decides nothing"
    choice = {"decision": ["refuse"]} if level is None else {"decision": ["share"], "profile": [level]}
    answer = back_at_shop(visitor, visitor.client.post(second.path, data={**form, **choice}, base_url=visitor.site))
    assert answer.get("error") == (["access_denied"] if level is None else None)
    (grant,) = grants_of(house, nora)
    assert grant.level.word == (level or "medium")


@pytest.mark.parametrize("pressed", ["refuse", "share"])
def test_who_was_signed_out_meanwhile_is_not_logged_in_by_what_another_window_shared(
    house: House, visitor: Visitor, nora: Shopper, shop: str, pressed: str
) -> None:
    first, second = at_picker(visitor, shop), at_picker(visitor, shop)
    form = {**second.look()["picker"].fields(), "decision": [pressed], "profile": ["high"]}
    house.clock.move(minutes=1)
    assert "code" in back_at_shop(visitor, first.share("medium"))
    with house.services.database.write() as db:
        sessions.end_all(db, nora.id, house.clock.now)
    answer = visitor.client.post(second.path, data=form, base_url=visitor.site)
    if pressed == "refuse":
        assert parse_qs(urlsplit(answer.headers["Location"]).query)["error"] == ["access_denied"]
        return
    assert "You had been signed out" in words(visitor.follow(answer))
    sign_in(house, visitor.client, nora)
    assert visitor.get(f"/authorize/{second.handle}").headers["Location"] == second.path


def test_who_was_signed_out_meanwhile_takes_back_no_choice_by_sharing_nothing(
    house: House, visitor: Visitor, nora: Shopper, shop: str
) -> None:
    at = at_picker(visitor, shop)
    form = {**at.look()["picker"].fields(), "decision": ["refuse"]}
    assert at.share("medium").location == f"/authorize/{at.handle}"
    house.clock.move(minutes=1)
    with house.services.database.write() as db:
        sessions.end_all(db, nora.id, house.clock.now)
    left = visitor.client.post(at.path, data=form, base_url=visitor.site)
    sign_in(house, visitor.client, nora)
    assert "code" in back_at_shop(visitor, left)


@pytest.mark.parametrize(
    "picked", [{"profile": ["medium"], "extra": ["phone_number"]}, {"profile": ["medium"]}, {"extra": ["phone_number"]}]
)
def test_another_language_keeps_the_choice_and_the_extras_and_shares_nothing(
    house: House, visitor: Visitor, nora: Shopper, shop: str, picked: dict[str, list[str]]
) -> None:
    at = at_picker(visitor, shop)
    before = at.look()
    (button,) = before.all("button", name="lang", value="nl")
    assert button.attributes["form"] == "picker"
    fields = {**before["picker"].fields(), "lang": ["nl"], **picked}
    page = Page(visitor.client.post(at.path, data=fields, base_url=visitor.site))
    assert "Wat wil je delen" in page.words
    assert {name: ids for name, ids in page["picker"].fields().items() if name in {"profile", "extra"}} == picked
    counts = [[each.words for each in seen.all(class_="level-card-count")] for seen in (at.look(), page)]
    assert counts[0] == counts[1], "an extra can be unticked yet: no card has it"
    assert grants_of(house, nora) == []


def test_another_language_with_nothing_picked_comes_by_the_picker_s_own_address(
    visitor: Visitor, nora: Shopper, shop: str
) -> None:
    at = at_picker(visitor, shop)
    fields = {**at.look()["picker"].fields(), "lang": ["nl"]}
    answer = visitor.client.post(at.path, data=fields, base_url=visitor.site)
    assert (answer.status_code, answer.headers["Location"]) == (303, at.path)
    assert "Wat wil je delen" in Page(visitor.follow(answer)).words


# --- what is missing ----------------------------------------------------------------------------------------------


def test_what_is_missing_is_said_and_filled_in_on_the_way_back_to_the_same_request(
    house: House, visitor: Visitor, nora: Shopper
) -> None:
    needy = {**INTENDED_USE, "medium": {**INTENDED_USE["medium"], "required": ["address", "payment_account"]}}
    at = at_picker(visitor, add_client(house, intended_use=needy))
    medium = at.look().all(class_="level-medium")[0]
    assert "Shop needs your payment account." in medium.words
    assert "Nothing has been shared yet." in medium.words
    (link,) = [element for element in medium.all("a") if "Fill in" in element.words]
    form = Page(visitor.get(link.attributes["href"]))["facts"]
    empty = visitor.client.post(link.attributes["href"], data=form.fields(), base_url=visitor.site)
    for field in ("method", "iban", "holder"):
        assert Page(empty, 422).find(f"fact-payment_account-{field}-error") is not None
    refused = at.share("medium")
    assert refused.status_code == 422
    told = Page(refused, 422)["error-summary"]
    assert "Something is still missing for level Medium: payment account." in told.words
    assert told.all("a", href="#level-medium")
    assert grants_of(house, nora) == []
    account = {"method": "ideal", "iban": "NL91ABNA0417164300", "holder": "N. Canary"}
    correction.correct(house.services, nora.id, nora.persona_id, {"payment_account": account}, house.clock.now)
    answer = back_at_shop(visitor, at.share("medium"))
    assert "code" in answer
    assert answer["state"] == ["a-state"]


def test_an_extra_that_is_not_filled_in_is_named_with_the_way_to_fill_it_in(
    house: House, visitor: Visitor, nora: Shopper, shop: str
) -> None:
    correction.correct(house.services, nora.id, nora.persona_id, {"phone_number": None}, house.clock.now)
    at = at_picker(visitor, shop)
    page = at.look()
    assert page.find("extra-phone_number") is None
    (way,) = page["extras-to-fill-in"].all("a")
    assert (way.words, way.attributes["href"]) == (
        "Fill in: Phone number",
        f"/facts/claim/phone_number?next={at.path}",
    )
    form = Page(visitor.get(way.attributes["href"]))["facts"].fields() | {"phone_number": "0612345678"}
    saved = visitor.client.post(way.attributes["href"], data=form, base_url=visitor.site)
    assert saved.location == at.path
    page = at.look()
    assert "checked" not in page["extra-phone_number"].attributes
    assert page.find("extras-to-fill-in") is None


def test_a_partly_hidden_value_is_read_aloud_without_what_stood_between_its_dots(
    house: House, visitor: Visitor, nora: Shopper, shop: str
) -> None:
    home = {"street_address": "1600 Pennsylvania Ave NW", "locality": "Washington", "region": "DC",
            "postal_code": "20500", "country": "US"}  # fmt: skip
    correction.correct(house.services, nora.id, nora.persona_id, {"address": home}, house.clock.now)
    medium = at_picker(visitor, shop).look().all(class_="level-medium")[0]
    summary = medium.all("details", class_="reveal")[0].all("summary")[0]
    assert "Partly hidden: Washington, DC, United States Show" in summary.words


def test_a_detail_left_out_by_the_person_s_own_profile_is_none_to_fill_in(
    house: House, visitor: Visitor, nora: Shopper
) -> None:
    needy = {**INTENDED_USE["medium"], "required": ["address", "phone_number"], "optional": ["given_name"]}
    shop = add_client(house, intended_use={"low": {**INTENDED_USE["low"], "optional": []}, "medium": needy})
    own = profiles.of_persona(house.services, nora.id, nora.persona_id)[Level.MEDIUM]
    narrow = replace(own, claims=own.claims - {"phone_number", "given_name"})
    profiles.change(house.services, nora.id, nora.persona_id, narrow, NOTICE, house.clock.now)
    correction.correct(house.services, nora.id, nora.persona_id, {"address": None}, house.clock.now)
    page = at_picker(visitor, shop, "openid identity:medium").look()
    ways = [link.words for link in page.all(class_="level-medium")[0].all("a")]
    assert ways == ["Allow it in your profile: Phone number", "Fill in: Address"]
    assert page.find("extras-to-fill-in") is None


@pytest.mark.parametrize("later", [False, True], ids=["the first persona", "a later one"])
def test_all_that_is_missing_is_filled_in_on_one_page(
    house: House, visitor: Visitor, nora: Shopper, *, later: bool
) -> None:
    needy = {
        **INTENDED_USE,
        "medium": {**INTENDED_USE["medium"], "required": ["phone_number", "payment_account"], "optional": []},
    }
    gone = {"phone_number": None, "payment_account": None}
    correction.correct(house.services, nora.id, nora.persona_id, gone, house.clock.now)
    persona = personas.add(house.services, nora.id, "Work", "green", house.clock.now) if later else nora.persona_id
    path = at_picker(visitor, add_client(house, intended_use=needy)).path + (f"?persona={persona}" if later else "")
    medium = Page(visitor.get(path)).all(class_="level-medium")[0]
    (link,) = [element for element in medium.all("a") if "Fill in" in element.words]
    url = link.attributes["href"]
    form = Page(visitor.get(url))["facts"].fields()
    empty = Page(visitor.client.post(url, data=form, base_url=visitor.site), 422)
    assert "Fill in: Phone number." in empty["fact-phone_number-error"].words
    typed = {"phone_number": "twelve", "payment_account-method": "ideal", "payment_account-iban": "NL91ABNA0417164301",
             "payment_account-holder": "N. Canary"}  # fmt: skip
    refused = Page(visitor.client.post(url, data=form | typed, base_url=visitor.site), 422)
    assert refused.find("fact-phone_number-error") is not None
    assert refused.find("fact-payment_account-iban-error") is not None
    assert refused["fact-phone_number"].attributes["value"] == "twelve"
    right = typed | {"phone_number": "0612345678", "payment_account-iban": "NL91ABNA0417164300"}
    saved = visitor.client.post(url, data=form | right, base_url=visitor.site)
    assert saved.location == path
    assert Page(visitor.get(path)).all(class_="level-medium")[0].words.count("Fill in") == 0
    held = facts.read(house.services, nora.id, persona)
    assert (held["phone_number"].value, held["phone_number"].inherited) == ("+31612345678", False)


@pytest.mark.parametrize("asked", [("phone_number", "phone_number_verified"), ("phone_number_verified",)])
def test_whether_a_detail_was_confirmed_is_missing_with_the_detail_and_filled_in_there(
    house: House, visitor: Visitor, nora: Shopper, asked: tuple[str, ...]
) -> None:
    medium = {**INTENDED_USE["medium"], "required": [*asked], "optional": [], "claims": {}}
    correction.correct(house.services, nora.id, nora.persona_id, {"phone_number": None}, house.clock.now)
    at = at_picker(visitor, add_client(house, intended_use={**INTENDED_USE, "medium": medium}))
    card = at.look().all(class_="level-medium")[0]
    assert "1 item missing" in card.words
    assert [said.words for said in card.all(class_="missing-what")] == ["Shop needs your phone number."]
    (way,) = card.all("a", href=f"/facts/claim/phone_number?next={at.path}")
    assert way.words == "Fill in: Phone number"


def test_a_page_for_what_is_missing_names_details_there_are(visitor: Visitor) -> None:
    assert visitor.get("/facts/missing").status_code == 404
    assert visitor.get("/facts/missing?claim=birthdate&claim=shoe_size").status_code == 404


@pytest.mark.parametrize(
    ("left_out", "why", "way"),
    [
        ({"claims": "address"}, "Your own profile leaves this out.", "Address"),
        (
            {"purposes": "delivery"},
            "Your own profile does not allow what it is for: Deliver your order",
            "Deliver your order",
        ),
    ],
    ids=["a detail", "what it is for"],
)
def test_what_the_person_s_own_profile_leaves_out_is_mended_there(
    house: House, visitor: Visitor, nora: Shopper, left_out: dict[str, str], why: str, way: str
) -> None:
    own = profiles.of_persona(house.services, nora.id, nora.persona_id)[Level.MEDIUM]
    without = replace(own, **{part: getattr(own, part) - {gone} for part, gone in left_out.items()})
    profiles.change(house.services, nora.id, nora.persona_id, without, NOTICE, house.clock.now)
    for_delivery = {**INTENDED_USE, "medium": {**INTENDED_USE["medium"], "purposes": ["delivery"]}}
    at = at_picker(visitor, add_client(house, intended_use=for_delivery))
    medium = at.look().all(class_="level-medium")[0]
    assert why in medium.words
    (link,) = [element for element in medium.all("a") if f"Allow it in your profile: {way}" in element.words]
    assert urlsplit(link.attributes["href"]).path == "/profiles/medium"
    assert Page(visitor.get(link.attributes["href"])).all("form")


def test_a_permission_that_the_person_s_own_profile_keeps_back_is_said_and_mended_there(
    house: House, visitor: Visitor, nora: Shopper, shop: str
) -> None:
    own = profiles.of_persona(house.services, nora.id, nora.persona_id)[Level.HIGH]
    asked = frozenset(INTENDED_USE["high"]["omnichannel_collection"]["purposes"])
    profiles.change(
        house.services, nora.id, nora.persona_id, replace(own, purposes=own.purposes - asked), NOTICE, house.clock.now
    )
    at = at_picker(visitor, shop)
    high = at.look().all(class_="level-high")[0]
    assert "may not keep track of what you do. Your own profile does not allow what it is for" in high.words
    (link,) = [element for element in high.all("a") if "Allow it in your profile" in element.words]
    assert urlsplit(link.attributes["href"]).path == "/profiles/high"


def test_what_the_person_objected_to_is_said_to_stay_so(
    house: House, visitor: Visitor, nora: Shopper, shop: str
) -> None:
    assert "You objected to this" not in at_picker(visitor, shop).look().words
    grant = share(house, nora, shop, Level.HIGH, scopes=frozenset(ALL.split()))
    objections.object_to(house.services, grant.id, nora.id, "loyalty", NOTICE, house.clock.now)
    told = "You objected to this, and that stays so whatever you choose: Points and benefits as a regular customer."
    assert told in at_picker(visitor, shop, prompt="consent").look().words


def test_a_business_that_names_only_a_higher_level_cannot_make_it_the_price_of_logging_in(
    house: House, visitor: Visitor, nora: Shopper, shop: str
) -> None:
    for _ in range(2):
        at = at_picker(visitor, shop, "openid identity:medium")
        assert [box.attributes["value"] for box in at.look().all("input", type="radio")] == ["low", "medium"]
        assert "code" in back_at_shop(visitor, at.share("low"))
        assert [grant.level for grant in grants_of(house, nora)] == [Level.LOW]
    assert "Low last time" in at_picker(visitor, shop, "openid identity:high").look().all(class_="level-low")[0].words
    step_up = at_picker(visitor, shop, "openid identity:medium", grant_management_action="merge")
    assert [box.attributes["value"] for box in step_up.look().all("input", type="radio")] == ["medium"]
    assert step_up.press("share", profile=["low"]).status_code == 400


# --- deciding -----------------------------------------------------------------------------------------------------


def test_sharing_brings_the_person_back_to_the_shop_with_a_code_and_leaves_a_receipt(
    house: House, visitor: Visitor, nora: Shopper, shop: str
) -> None:
    answer = back_at_shop(visitor, at_picker(visitor, shop).share("medium", "phone_number"))
    assert set(answer) >= {"code", "state", "iss"}
    (grant,) = grants_of(house, nora)
    assert (grant.level, grant.claims) == (Level.MEDIUM, {"email", "address", "phone_number"})
    (version,) = history(house, grant.id)
    assert version.notice["language"] == "en"
    assert version.notice["text"].splitlines() == [
        "What do you want to share with Shop?",
        "Level: Medium",
        "What Shop gets: E-mail address · Address",
        "Extra, only if you want to: Phone number",
        (
            "Why: Recognise you and manage your account · Provide the service you ask for · Deliver your order"
            " · Handle your payment"
        ),
        "How long: 1 year at most, until 2 November 2027",
        "Who else: Nobody else",
        "Legal ground: Your consent · Your agreement with the business",
        "What you get: Order",
    ]
    assert nora.email not in version.notice["text"]


def test_the_words_kept_of_level_high_name_the_permission_line_by_line(
    house: House, visitor: Visitor, nora: Shopper, shop: str
) -> None:
    back_at_shop(visitor, at_picker(visitor, shop).share("high", "birthdate"))
    (grant,) = grants_of(house, nora)
    (version,) = history(house, grant.id)
    (why, _why_permitted) = (line for line in version.notice["text"].splitlines() if line.startswith("Why: "))
    assert "Points and benefits" in why, "which the extra serves, and no other detail"
    assert version.notice["text"].splitlines()[-5:] == [
        ("And this permission: Shop may keep track of what you do. Kept until 2 May 2027."),
        "Where: on the website · in the store",
        "What: your visits · what you buy",
        "Why: Points and benefits as a regular customer",
        "Legal ground: Your consent",
    ]


def test_sharing_nothing_tells_the_shop_access_denied_and_leaves_nothing(
    house: House, visitor: Visitor, nora: Shopper, shop: str
) -> None:
    at = at_picker(visitor, shop)
    assert back_at_shop(visitor, at.press("refuse", profile=["high"]))["error"] == ["access_denied"]
    assert grants_of(house, nora) == []


def test_pressing_share_without_a_level_asks_again_and_keeps_the_ticks(
    house: House, visitor: Visitor, nora: Shopper, shop: str
) -> None:
    page = Page(at_picker(visitor, shop).press("share", extra=["phone_number"]), 422)
    assert "Choose a level first, or share nothing." in page["level-error"].words
    assert "checked" in page["extra-phone_number"].attributes
    assert "checked" not in page["extra-name"].attributes
    assert grants_of(house, nora) == []


@pytest.mark.parametrize("posted", [["none"], ["-1"], ["LOW"], ["low", "high"], ["identity:low"]])
def test_a_level_no_page_of_ours_posts_is_refused(
    house: House, visitor: Visitor, nora: Shopper, shop: str, posted: list[str]
) -> None:
    at = at_picker(visitor, shop)
    assert at.press("share", profile=posted).status_code == 400
    assert grants_of(house, nora) == []


def test_a_level_that_was_not_asked_is_refused(house: House, visitor: Visitor, nora: Shopper, shop: str) -> None:
    at = at_picker(visitor, shop, "openid identity:low")
    fields = at.look()["picker"].fields()
    response = at.press("share", profile=["high"], **{"shown-high": fields["shown-low"]})
    assert "That choice is not possible here" in Page(response, 400).words
    assert grants_of(house, nora) == []


@pytest.mark.parametrize("decision", [[], [""], ["yes"], ["share", "refuse"], ["refuse", "share"]])
def test_a_choice_without_one_of_the_two_buttons_decides_nothing(
    house: House, visitor: Visitor, nora: Shopper, shop: str, decision: list[str]
) -> None:
    at = at_picker(visitor, shop)
    fields = {**at.look()["picker"].fields(), "profile": ["low"], "decision": decision}
    assert visitor.client.post(at.path, data=fields, base_url=visitor.site).status_code == 400
    assert grants_of(house, nora) == []
    assert at.share("low").status_code == 303


def test_a_card_that_changed_on_the_way_is_looked_at_once_more(
    house: House, visitor: Visitor, nora: Shopper, shop: str
) -> None:
    at = at_picker(visitor, shop)
    response = at.press("share", profile=["medium"], **{"shown-medium": ["0" * 32]})
    page = Page(response, 409)
    (told,) = page.all(role="alert")
    assert "Something changed since you opened this page" in told.words
    assert "autofocus" in told.attributes, "read first, for it answers what was pressed"
    assert "checked" in page["level-medium"].attributes
    assert grants_of(house, nora) == []


def test_scope_claims_and_client_never_come_from_the_form(
    house: House, visitor: Visitor, nora: Shopper, shop: str
) -> None:
    other = add_client(house)
    at = at_picker(visitor, shop, "openid identity:low")
    at.press("share", profile=["low"], scope=[ALL], client_id=[other], claims=["birthdate"], extra=["birthdate"])
    (grant,) = grants_of(house, nora)
    assert (grant.client_id, grant.claims) == (shop, {"email"})


def test_a_form_without_its_token_decides_nothing(house: House, visitor: Visitor, nora: Shopper, shop: str) -> None:
    at = at_picker(visitor, shop)
    assert at.press("share", profile=["low"], csrf_token=["forged"]).status_code == 403
    headers = {"Sec-Fetch-Site": "cross-site"}
    fields = {**at.look()["picker"].fields(), "profile": "low", "decision": "share"}
    assert visitor.client.post(at.path, data=fields, base_url=visitor.site, headers=headers).status_code == 403
    assert grants_of(house, nora) == []


def test_a_second_submit_changes_nothing(house: House, visitor: Visitor, nora: Shopper, shop: str) -> None:
    at = at_picker(visitor, shop)
    fields = {**at.look()["picker"].fields(), "profile": "low", "decision": "share"}
    for _ in range(3):
        response = visitor.client.post(at.path, data=fields, base_url=visitor.site)
        assert response.status_code == 303
    (grant,) = grants_of(house, nora)
    assert grant.version == 1


@pytest.mark.parametrize("asked", [{"prompt": "login"}, {"max_age": "0"}, {"prompt": "select_account"}])
def test_nothing_is_decided_before_the_person_has_signed_in_as_the_shop_asks(
    house: House, visitor: Visitor, nora: Shopper, shop: str, asked: dict[str, str]
) -> None:
    form = at_picker(visitor, shop).look()["picker"].fields()
    house.clock.move(seconds=1)
    path = begin_login(visitor, shop, ALL, **asked)
    picker = path.replace("/authorize/", "/consent/")
    pressed = {**form, "profile": ["low"], "decision": ["share"]}
    for answer in (
        visitor.get(picker),
        visitor.client.post(picker, data=pressed, base_url=visitor.site),
    ):
        assert (answer.status_code, answer.headers["Location"]) == (303, path)
    screen = visitor.get(path).headers["Location"]
    assert screen.startswith("/sign-in")
    told = "The business wants you to sign in once more first. Nothing has been shared yet."
    assert (told in words(visitor.get(screen))) == (asked != {"prompt": "select_account"})
    assert grants_of(house, nora) == []
    left = visitor.client.post(picker, data={**pressed, "decision": ["refuse"]}, base_url=visitor.site)
    assert "error=access_denied" in left.headers["Location"], "to share nothing needs no sign-in"
    assert sharing.refused(house.services, nora.id) == []


def test_the_handle_of_another_browser_opens_nothing(house: House, visitor: Visitor, shop: str) -> None:
    at = at_picker(visitor, shop)
    stranger = Visitor(house)
    sign_in(house, stranger.client, add_person(house))
    assert stranger.get(at.path).status_code == 403
    assert visitor.get("/consent/" + "A" * 43).status_code == 404


@pytest.mark.parametrize(
    ("changed", "code", "told"),
    [
        ({"standing": "disabled"}, "invalid_client", "is not known to Sluis, or may not use it any more"),
        (
            {"metadata": {"redirect_uris": ["https://shop.example/elsewhere"]}},
            "invalid_request",
            "at an address it has not registered",
        ),
        ({"metadata": {"scope": "openid identity:low"}}, "invalid_scope", "may no longer ask all that it asked"),
    ],
    ids=["out of service", "another address", "fewer scopes"],
)
def test_nothing_is_shared_with_a_shop_that_can_no_longer_be_answered(
    house: House, visitor: Visitor, nora: Shopper, shop: str, changed: dict[str, Any], code: str, told: str
) -> None:
    at = at_picker(visitor, shop)
    fields = {**at.look()["picker"].fields(), "profile": "low", "decision": "share"}
    if "metadata" in changed:
        changed["metadata"] = {**client_of(house, shop).metadata, **changed["metadata"]}
    with house.services.database.write() as db:
        db.execute(update(clients).where(clients.c.id == shop).values(**changed))
    pushed = visitor.client.post(at.path, data=fields, base_url=visitor.site)
    for response in (pushed, visitor.get(at.path), visitor.get(f"/authorize/{at.handle}")):
        assert refused_page(response) == code
        assert told in words(response)
    assert grants_of(house, nora) == []


def test_who_is_not_signed_in_signs_in_first(house: House, shop: str) -> None:
    stranger = Visitor(house)
    path = begin_login(stranger, shop)
    response = stranger.get(path.replace("/authorize/", "/consent/"))
    assert response.status_code == 303
    assert response.headers["Location"] == path
    assert "Je was uitgelogd" not in words(stranger.follow(response)), "nothing was pressed"


def test_the_picker_s_forms_may_end_at_this_shop_and_nowhere_else(visitor: Visitor, shop: str) -> None:
    policy = visitor.get(at_picker(visitor, shop).path).headers["Content-Security-Policy"]
    assert "form-action 'self' https://shop.example;" in policy


# --- again --------------------------------------------------------------------------------------------------------


def test_a_step_up_shows_only_what_is_new_and_folds_the_rest_with_its_new_end(
    house: House, visitor: Visitor, nora: Shopper, shop: str
) -> None:
    before = share(house, nora, shop, Level.LOW, ticked=frozenset({"name"}))
    at = at_picker(visitor, shop, "openid identity:medium", grant_management_action="merge")
    page = at.look()
    assert "Here you see what is new." in page.words
    (card,) = page.all(class_="level-card")
    assert "Also your address." in card.words
    assert "This order also needs:" in card.words
    assert [item.all("dt")[0].words for item in card.all("dl", class_="items")[0].all(class_="item")] == ["Address New"]
    why = card.all("dl", class_="terms")[0].all("div")[0]
    assert why.words == "Why New Deliver your order Handle your payment", "account and service were agreed before"
    known = card.all("details", class_="known")[0]
    assert "Shop already gets 2 items from you" in known.words
    assert "Full name, E-mail address" in known.words
    assert "Recognise you and manage your account · Provide the service you ask for" in known.words
    assert "From now on until 2 November 2027." in known.words
    assert page.find("extra-name") is None
    back_at_shop(visitor, at.share("medium"))
    (after,) = grants_of(house, nora)
    assert (after.id, after.sub, after.claims) == (before.id, before.sub, {"email", "name", "address"})
    assert [version.act for version in history(house, after.id)] == [Act.GIVE, Act.CHANGE]


def test_an_extra_that_is_wanted_for_more_by_now_is_a_box_with_what_is_new(
    house: House, visitor: Visitor, nora: Shopper
) -> None:
    brief = {**INTENDED_USE["low"], "claims": {"name": {"purposes": ["account"]}}}
    shop = add_client(house, intended_use={**INTENDED_USE, "low": brief})
    first = share(house, nora, shop, Level.LOW, ticked=frozenset({"name"}))
    with house.services.database.write() as db:
        db.execute(update(businesses).where(businesses.c.id == first.business_id).values(intended_use=INTENDED_USE))
    page = at_picker(visitor, shop, "openid identity:medium", grant_management_action="merge").look()
    assert "checked" not in page["extra-name"].attributes
    assert page["extra-name-about"].words == (
        "Provide the service you ask for · Your consent "
        "The business gets this already. Tick it if it may use it for this too."
    )
    (card,) = page.all(class_="level-card")
    assert "Full name" not in card.all("dl", class_="items")[0].words
    assert "Full name, E-mail address" in card.all("details", class_="known")[0].words


def test_what_a_business_has_beside_a_lower_card_goes_on_until_the_day_agreed_before(
    house: House, visitor: Visitor, nora: Shopper
) -> None:
    brief = {**INTENDED_USE, "low": {**INTENDED_USE["low"], "retention": "P14D"}}
    shop = add_client(house, intended_use=brief)
    share(house, nora, shop, Level.MEDIUM, scopes=frozenset(ALL.split()))
    page = at_picker(visitor, shop, "openid identity:low", prompt="consent", grant_management_action="merge").look()
    (card,) = page.all(class_="level-card")
    assert "14 days at most, until 16 November 2026" in card.words
    assert "From now on until 2 November 2027." in card.all("details", class_="known")[0].words


def test_a_step_up_for_what_is_not_filled_in_yet_folds_what_the_business_has_all_the_same(
    house: House, visitor: Visitor, nora: Shopper, shop: str
) -> None:
    share(house, nora, shop, Level.LOW)
    correction.correct(house.services, nora.id, nora.persona_id, {"address": None}, house.clock.now)
    page = at_picker(visitor, shop, "openid identity:medium", grant_management_action="merge").look()
    assert "Here you see what is new." in page.words
    (card,) = page.all(class_="level-card")
    assert "1 item missing" in card.all("label")[0].words
    assert "This order also needs: Shop needs your address." in card.words
    assert "Nothing new has been shared yet." in card.words
    assert "Why New Deliver your order" in card.all("dl", class_="terms")[0].words
    assert "Shop already gets 1 item from you E-mail address Recognise you" in card.words
    assert nora.email not in card.words
    assert card.words.count("Deliver your order") == 1, "what it is for stands among the terms"
    assert "Also your address. Needed to order." in card.words, "the level is what it will be"


def test_a_login_that_accepts_several_levels_speaks_of_no_order(
    house: House, visitor: Visitor, nora: Shopper, shop: str
) -> None:
    share(house, nora, shop, Level.LOW)
    page = at_picker(visitor, shop, "openid identity:low identity:medium", prompt="consent").look()
    assert "Here you see what is new." in page.words
    assert "This order also needs" not in page.words
    assert [summary_of(card) for card in page.all(class_="level-card")] == [
        "Nothing new.",
        "Also your address. Needed to order.",
    ]


def test_a_step_up_that_serves_no_order_speaks_of_none(house: House, visitor: Visitor, nora: Shopper) -> None:
    medium = {**INTENDED_USE["medium"], "purposes": ["service"]}
    shop = add_client(house, intended_use={**INTENDED_USE, "medium": medium})
    share(house, nora, shop, Level.LOW)
    page = at_picker(visitor, shop, "openid identity:medium", grant_management_action="merge").look()
    (card,) = page.all(class_="level-card")
    assert "What Shop gets Address New" in card.words
    assert summary_of(card) == "Also your address."


def test_what_is_missing_for_the_same_purposes_is_said_in_one_sentence(
    house: House, visitor: Visitor, nora: Shopper
) -> None:
    needy = {**INTENDED_USE["medium"], "required": ["address", "phone_number"], "optional": [], "claims": {}}
    nothing = {"address": None, "phone_number": None}
    correction.correct(house.services, nora.id, nora.persona_id, nothing, house.clock.now)
    at = at_picker(visitor, add_client(house, intended_use={**INTENDED_USE, "medium": needy}))
    card = at.look().all(class_="level-medium")[0]
    assert [said.words for said in card.all(class_="missing-what")] == ["Shop needs your phone number and address."]
    assert len(card.all(class_="missing-why")) == 1


def test_who_shares_already_is_not_told_that_nothing_has_been_shared(
    house: House, visitor: Visitor, nora: Shopper, shop: str
) -> None:
    share(house, nora, shop, Level.MEDIUM, scopes=frozenset(ALL.split()))
    correction.correct(house.services, nora.id, nora.persona_id, {"address": None}, house.clock.now)
    (card,) = at_picker(visitor, shop, "openid identity:medium").look().all(class_="level-card")
    assert "Shop needs your address." in card.words
    assert "Nothing new has been shared yet." in card.words
    assert card.all("details", class_="known") == [], "an address is nothing new to the shop"


def test_a_purpose_the_business_has_something_for_is_not_new_with_what_is_missing(
    house: House, visitor: Visitor, nora: Shopper
) -> None:
    medium = {**INTENDED_USE["medium"], "claims": {"address": {"purposes": ["account"]}}}
    shop = add_client(house, intended_use={**INTENDED_USE, "medium": medium})
    share(house, nora, shop, Level.LOW)
    correction.correct(house.services, nora.id, nora.persona_id, {"address": None}, house.clock.now)
    page = at_picker(visitor, shop, "openid identity:medium", grant_management_action="merge").look()
    assert "Why Recognise you and manage your account How long" in page.all("dl", class_="terms")[0].words


def test_a_card_that_takes_the_place_of_more_says_what_goes(house: House, visitor: Visitor, nora: Shopper) -> None:
    shop = add_client(house)
    share(house, nora, shop, Level.MEDIUM, ticked=frozenset({"name"}), scopes=frozenset(ALL.split()))
    at = at_picker(visitor, shop, "openid identity:low identity:medium", prompt="consent")
    low, medium = at.look().all(class_="level-card")
    assert "Shop no longer gets: Address" in low.words
    assert "no longer gets" not in medium.words
    back_at_shop(visitor, at.share("low"))
    (grant,) = grants_of(house, nora)
    assert "\nShop no longer gets: Address\n" in history(house, grant.id)[-1].notice["text"]
    merging = at_picker(visitor, shop, "openid identity:medium", grant_management_action="merge").look()
    assert "no longer gets" not in merging.words


def test_a_stronger_ground_and_a_longer_term_of_what_a_business_has_are_new_on_its_card(
    house: House, visitor: Visitor, nora: Shopper
) -> None:
    shop = add_client(house)
    share(house, nora, shop, Level.LOW)
    by_law = {"email": {"ground": "legal_duty", "retention": "P10Y"}}
    declared = {**INTENDED_USE, "low": {**INTENDED_USE["low"], "claims": by_law}}
    business_id = client_of(house, shop).business.id
    with house.services.database.write() as db:
        db.execute(update(businesses).where(businesses.c.id == business_id).values(intended_use=declared))
    page = at_picker(visitor, shop, "openid identity:low identity:medium").look()
    for card in page.all(class_="level-card"):
        (item,) = (each for each in card.all(class_="item-new") if "E-mail address" in each.words)
        assert item.words.endswith("Required by law")
        assert "How long New 1 year at most, until 2 November 2027 E-mail address until 2 November 2036" in card.words
        assert "nothing new" not in card.words.lower()
        assert "the level before it" not in page.all(class_="level-low")[0].words
    assert "takes the place of what you share now" in page.words


def test_what_a_business_has_keeps_its_own_last_day_when_an_order_is_kept_longer(
    house: House, visitor: Visitor, nora: Shopper
) -> None:
    longer = {**INTENDED_USE, "medium": {**INTENDED_USE["medium"], "retention": "P2Y"}}
    shop = add_client(house, intended_use=longer)
    share(house, nora, shop, Level.LOW)
    page = at_picker(visitor, shop, "openid identity:medium", grant_management_action="merge").look()
    (card,) = page.all(class_="level-card")
    assert "How long New 2 years at most, until 2 November 2028" in card.words
    assert "From now on until 2 November 2027." in card.all("details", class_="known")[0].words


def test_what_a_business_has_is_told_by_the_day_where_its_days_differ(
    house: House, visitor: Visitor, nora: Shopper
) -> None:
    own = {"name": {"retention": "P1M"}}
    shop = add_client(house, intended_use={**INTENDED_USE, "low": {**INTENDED_USE["low"], "claims": own}})
    share(house, nora, shop, Level.LOW, ticked=frozenset({"name"}))
    page = at_picker(visitor, shop, "openid identity:medium", grant_management_action="merge").look()
    known = page.all("details", class_="known")[0].words
    assert known.endswith("Full name until 2 December 2026 · E-mail address until 2 November 2027")


def test_what_a_business_has_ends_with_a_higher_card_that_is_shorter(
    house: House, visitor: Visitor, nora: Shopper, shop: str
) -> None:
    share(house, nora, shop, Level.LOW)
    page = at_picker(visitor, shop, "openid", prompt="consent", grant_management_action="merge").look()
    _, medium, high = page.all(class_="level-card")
    assert "From now on until 2 November 2027." in medium.words
    assert "6 months at most, until 2 May 2027" in high.words
    assert "From now on until 2 May 2027." in high.words
    assert "And this permission New" in high.words
    assert summary_of(high) == "Shop may also keep track of what you do."


def test_a_detail_the_business_has_stands_open_with_what_it_would_use_it_for_too(
    house: House, visitor: Visitor, nora: Shopper
) -> None:
    brief = {**INTENDED_USE["low"], "claims": {"email": {"purposes": ["account"]}}}
    shop = add_client(house, intended_use={**INTENDED_USE, "low": brief})
    first = share(house, nora, shop, Level.LOW)
    with house.services.database.write() as db:
        db.execute(update(businesses).where(businesses.c.id == first.business_id).values(intended_use=INTENDED_USE))
    page = at_picker(visitor, shop, "openid identity:medium", grant_management_action="merge").look()
    email, address = page.all("dl", class_="items")[0].all(class_="item")
    assert email.words == f"E-mail address New {nora.email} Provide the service you ask for Your consent"
    assert address.words.startswith("Address New")
    assert "Deliver" not in address.words, "what a detail that is new is for stands among the terms"


def test_of_two_cards_that_add_the_same_the_second_says_it_is_no_more_than_the_first(
    house: House, visitor: Visitor, nora: Shopper
) -> None:
    plain = add_client(house, intended_use=None)
    share(house, nora, plain, Level.LOW, scopes=frozenset({"openid", "email"}))
    low, medium, _ = at_picker(visitor, plain, "openid email profile").look().all(class_="level-card")
    assert "Full name New" in low.words
    assert "Full name New" in medium.words
    assert "Nothing more than the level before it." in medium.words
    assert "Nothing new." not in medium.words


def test_a_person_who_gives_the_same_again_sees_everything(
    house: House, visitor: Visitor, nora: Shopper, shop: str
) -> None:
    share(house, nora, shop, Level.MEDIUM, scopes=frozenset(ALL.split()))
    page = at_picker(visitor, shop, "openid identity:low identity:medium", prompt="consent").look()
    assert page.all("details", class_="known") == []
    assert nora.email in page.words
    assert "What you choose here takes its place." in page.words
    assert page.all(class_="pill-new") == []


def test_an_extra_asked_for_the_first_time_stands_open_and_what_the_business_has_does_not(
    house: House, visitor: Visitor, nora: Shopper, shop: str
) -> None:
    share(house, nora, shop, Level.LOW, scopes=frozenset({"openid", "email"}))
    page = at_picker(visitor, shop, "openid email profile").look()
    assert "Here you see what is new." in page.words
    low = page.all(class_="level-low")[0]
    assert "Nothing new, unless you tick an extra below." in low.words
    assert nora.email not in page.words
    boxes = page.all("input", name="extra")
    assert [(box.attributes["value"], "checked" in box.attributes) for box in boxes] == [
        ("name", False),
        ("birthdate", False),
    ]


def test_after_stopping_a_silent_login_needs_consent_and_the_picker_starts_afresh(
    house: House, visitor: Visitor, nora: Shopper, shop: str
) -> None:
    grant = share(house, nora, shop, Level.MEDIUM, scopes=frozenset(ALL.split()))
    silent = "&".join(f"{name}={value}" for name, value in {
        "client_id": shop, "redirect_uri": "https://shop.example/callback", "response_type": "code",
        "scope": ALL.replace(" ", "+"), "prompt": "none", "code_challenge_method": "S256",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    }.items())  # fmt: skip
    assert "code=" in visitor.get(f"/authorize?{silent}").headers["Location"]
    consents.stop(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    assert "error=consent_required" in visitor.get(f"/authorize?{silent}").headers["Location"]
    page = at_picker(visitor, shop).look()
    assert "What do you want to share with Shop?" in page.words
    assert "last time" in page.all(class_="level-medium")[0].words


# --- personas -----------------------------------------------------------------------------------------------------


def test_the_word_persona_appears_nowhere_while_there_is_one(visitor: Visitor, shop: str) -> None:
    page = at_picker(visitor, shop).look()
    assert "persona" not in page.words.lower()
    assert page.all(class_="persona-switch") == []
    assert "yourself" not in page["picker-share"].words
    assert "persona" not in page["picker"].fields()
    assert not [link for link in page.all("a") if "persona" in link.attributes["href"]]


def test_with_a_second_persona_the_person_chooses_as_whom(
    house: House, visitor: Visitor, nora: Shopper, shop: str
) -> None:
    work = personas.add(house.services, nora.id, "Work", "clay", house.clock.now)
    correction.correct(house.services, nora.id, work, {"name": "N. Canary, Canary BV"}, house.clock.now)
    at = at_picker(visitor, shop)
    first = at.look()
    assert [link.words for link in first.all(class_="persona-switch")[0].all("a")] == ["Me", "Work"]
    assert first["picker-share"].words.endswith("as yourself")
    assert first.links["Work"] == f"{at.path}?persona={work}"
    page = at.look(persona=work)
    assert "Canary BV" in page.words
    assert "as Work" in page["picker-share"].words
    response = at.press("share", profile=["low"], persona=[work])
    assert response.status_code == 303
    (grant,) = grants_of(house, nora)
    assert grant.persona_id == work


def test_a_returning_persona_is_the_one_shown_first(house: House, visitor: Visitor, nora: Shopper, shop: str) -> None:
    work = personas.add(house.services, nora.id, "Work", "clay", house.clock.now)
    at = at_picker(visitor, shop)
    at.press("share", profile=["low"], persona=[work])
    page = at_picker(visitor, shop, "openid identity:medium", grant_management_action="merge").look()
    assert page["picker"].fields()["persona"] == [work]
    assert "You already share something with Shop" in page.words


@pytest.mark.parametrize("named", ["grant", "sub"])
def test_a_request_about_one_persona_offers_no_other(
    house: House, visitor: Visitor, nora: Shopper, shop: str, named: str
) -> None:
    work = personas.add(house.services, nora.id, "Work", "clay", house.clock.now)
    share(house, nora, shop)
    mine = share(house, replace(nora, persona_id=work), shop)
    sub = json.dumps({"id_token": {"sub": {"value": mine.sub}}})
    about = {"grant_management_action": "merge", "grant_id": mine.id} if named == "grant" else {"claims": sub}
    at = at_picker(visitor, shop, "openid identity:medium", **about)
    allowed = profiles.of_persona(house.services, nora.id, work)[Level.MEDIUM]
    narrow = replace(allowed, claims=allowed.claims - {"address"})
    profiles.change(house.services, nora.id, work, narrow, NOTICE, house.clock.now)
    page = at.look()
    assert page.all(class_="persona-switch") == []
    assert "as Work" in page["picker-share"].words
    (way,) = [link.attributes["href"] for link in page.all("a") if "Allow it" in link.words]
    assert parse_qs(urlsplit(way).query)["persona"] == [work], "their profile is to be changed, not the first one"
    profiles.change(house.services, nora.id, work, allowed, NOTICE, house.clock.now)
    at.press("share", profile=["medium"])
    assert {grant.persona_id for grant in grants_of(house, nora) if grant.level is Level.MEDIUM} == {work}


def test_as_somebody_else_nobody_answers(house: House, visitor: Visitor, nora: Shopper, shop: str) -> None:
    stranger = add_person(house)
    at = at_picker(visitor, shop)
    assert visitor.get(f"{at.path}?persona={stranger.persona_id}").location == at.path
    assert at.press("share", profile=["low"], persona=[stranger.persona_id]).location == at.path
    assert grants_of(house, nora) == grants_of(house, stranger) == []


def test_a_login_outlives_the_persona_on_its_page(house: House, visitor: Visitor, nora: Shopper, shop: str) -> None:
    work = personas.add(house.services, nora.id, "Work", "clay", house.clock.now)
    at = at_picker(visitor, shop)
    form = at.look(persona=work)["picker"].fields() | {"decision": ["share"], "profile": ["low"]}
    personas.remove(house.services, nora.id, work, house.clock.now)
    answer = visitor.client.post(at.path, data=form, base_url=visitor.site)
    assert answer.location == at.path
    assert "Nothing has been shared yet." in at.look().words
    assert grants_of(house, nora) == []


def test_a_page_from_before_there_was_another_persona_shares_as_the_one_it_showed(
    house: House, visitor: Visitor, nora: Shopper, shop: str
) -> None:
    at = at_picker(visitor, shop)
    form = at.look()["picker"].fields() | {"decision": ["share"], "profile": ["low"]}
    work = personas.add(house.services, nora.id, "Work", "clay", house.clock.now)
    share(house, replace(nora, persona_id=work), shop)
    assert "code" in back_at_shop(visitor, visitor.client.post(at.path, data=form, base_url=visitor.site))
    assert {grant.persona_id for grant in grants_of(house, nora)} == {work, nora.persona_id}


def test_what_a_business_has_goes_on_as_long_as_the_choice_that_takes_its_place(
    house: House, visitor: Visitor, nora: Shopper, shop: str
) -> None:
    share(house, nora, shop, Level.LOW)
    house.clock.move(days=30)
    sign_in(house, visitor.client, nora)
    page = at_picker(visitor, shop, "openid identity:low identity:medium", prompt="consent").look()
    for card in page.all(class_="level-card"):
        assert "From now on until 2 December 2027." in card.all("details", class_="known")[0].words
