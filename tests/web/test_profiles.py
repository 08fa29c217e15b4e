"""A person's own terms per level: within what the operator allows, in force at once."""

from dataclasses import replace

import pytest

from app.domain.levels import Level
from app.domain.profiles import default_profile
from app.domain.retention import Period
from app.services import personas, profiles
from app.web.forms.profiles import ProfileForm
from tests.factories import add_client, share
from tests.pages import Page
from tests.servers.house import House
from tests.servers.visitor import register, shopper, words

ENGLISH = {"Accept-Language": "en"}
LOW = {"claims": ["name", "email"], "purposes": ["account"], "longest": "P1M"}


def test_three_levels_are_ready_with_all_that_the_operator_allows(house: House) -> None:
    visitor = register(house)
    person = shopper(house, visitor)
    for level, own in profiles.of_persona(house.services, person.id, person.persona_id).items():
        rule = house.services.policy.rules[level]
        assert (own.claims, own.purposes, own.longest) == (rule.claims, rule.purposes, rule.longest)
    page = visitor.get("/profiles").text
    assert [page.index(f'id="edit-{level.word}"') for level in Level] == sorted(
        page.index(f'id="edit-{level.word}"') for level in Level
    )


@pytest.mark.parametrize(
    ("kept", "offered"),
    [
        ("P6M", ["P14D", "P1M", "P3M", "P6M"]),
        ("P2M", ["P14D", "P1M", "P2M", "P3M", "P6M"]),
        ("P2Y", ["P14D", "P1M", "P3M", "P6M"]),
    ],
    ids=["as long as may be", "no usual term", "longer than may be by now"],
)
def test_terms_are_offered_from_short_to_the_longest_the_operator_allows(
    shared_house: House, kept: str, offered: list[str]
) -> None:
    policy = shared_house.services.policy
    profile = replace(default_profile(policy, Level.HIGH), longest=Period.parse(kept))
    with shared_house.app.test_request_context():
        form = ProfileForm(formdata=None)
        form.offer(policy.rules[Level.HIGH], profile, {})
        assert [radio.data for radio in form.longest] == offered


def test_what_is_chosen_is_kept_and_shown_as_chosen(house: House) -> None:
    visitor = register(house)
    saved = visitor.post("/profiles/low", LOW)
    assert saved.location == "/profiles"
    assert "voor wat je al deelt" in words(visitor.follow(saved))
    person = shopper(house, visitor)
    own = profiles.of_persona(house.services, person.id, person.persona_id)[Level.LOW]
    assert own.claims == {"name", "email", "email_verified"}
    assert (own.purposes, own.longest) == ({"account"}, Period.parse("P1M"))
    (low, *_) = Page(visitor.get("/profiles", headers=ENGLISH)).all("section", class_="profile")
    what = low.all("dd")[0]
    assert [name.words for name in what.all("li")] == ["Full name", "E-mail address"]
    assert what.all(class_="item-note")[0].words == "Not: First name, Last name"
    form = visitor.get("/profiles/low").text
    checked = {part.partition('"')[0] for part in form.split('value="')[1:] if "checked" in part.partition(">")[0]}
    assert checked == {"name", "email", "account", "P1M"}


@pytest.mark.parametrize(
    "form",
    [
        {**LOW, "claims": ["address"]},
        {**LOW, "claims": ["nonsense"]},
        {**LOW, "purposes": ["marketing"]},
        {**LOW, "longest": "P99Y"},
        {**LOW, "longest": ""},
        {**LOW, "longest": "forever"},
    ],
)
def test_nothing_beyond_the_level_can_be_posted(shared_house: House, form: dict[str, list[str] | str]) -> None:
    visitor = register(shared_house)
    assert visitor.post("/profiles/low", form).status_code == 422
    person = shopper(shared_house, visitor)
    own = profiles.of_persona(shared_house.services, person.id, person.persona_id)[Level.LOW]
    assert own.claims == shared_house.services.policy.rules[Level.LOW].claims


@pytest.mark.parametrize(("lang", "own"), [("en", "Choose only what this page offers."), ("nl", "Kies alleen uit")])
def test_a_value_no_page_offers_is_refused_in_our_words(shared_house: House, lang: str, own: str) -> None:
    forged = {"claims": ["ssn", "<b>"], "purposes": ["sale"], "longest": "P9Y"}
    refused = register(shared_house).post("/profiles/low", forged, headers={"Accept-Language": lang})
    assert refused.status_code == 422
    assert words(refused).count(own) == 6
    assert "valid choice" not in refused.text


def test_no_level_offers_a_longer_term_than_its_rule(shared_house: House) -> None:
    form = register(shared_house).get("/profiles/high").text
    assert 'value="P6M"' in form
    assert 'value="P1Y"' not in form


def test_the_form_names_the_shops_it_reaches(house: House) -> None:
    visitor = register(house)
    person = shopper(house, visitor)
    share(house, person, add_client(house, client_name="Web"), Level.LOW)
    work = personas.add(house.services, person.id, "Work", "green", house.clock.now)
    assert "You share at this level with: Shop" in words(visitor.get("/profiles/low", headers=ENGLISH))
    for other in ("/profiles/medium", f"/profiles/low?persona={work}"):
        assert "You share at this level" not in words(visitor.get(other, headers=ENGLISH))


def test_how_long_holds_for_what_is_shared_later_and_the_page_says_so(house: House) -> None:
    visitor = register(house)
    kept = "What you share already still ends on the day you agreed to."
    assert kept not in words(visitor.post("/profiles/low", LOW, follow_redirects=True, headers=ENGLISH))
    share(house, shopper(house, visitor), add_client(house), Level.LOW)
    assert kept not in words(visitor.post("/profiles/low", LOW, follow_redirects=True, headers=ENGLISH))
    shorter = {**LOW, "longest": "P14D"}
    assert kept in words(visitor.post("/profiles/low", shorter, follow_redirects=True, headers=ENGLISH))


def test_saving_a_profile_leads_back_to_the_login_it_came_from(house: House) -> None:
    visitor = register(house)
    assert visitor.post("/profiles/low?next=/consent/abc", LOW).location == "/consent/abc"
    assert visitor.post("/profiles/low?next=//evil.example", LOW).location == "/profiles"


@pytest.mark.parametrize("level", ["none", "LOW", "4"])
def test_there_are_three_levels(shared_house: House, level: str) -> None:
    assert register(shared_house).get(f"/profiles/{level}").status_code == 404


def test_what_one_window_ticks_does_not_undo_what_another_unticked(house: House) -> None:
    visitor = register(house)
    first, second = (Page(visitor.get("/profiles/medium", headers=ENGLISH))["profile"].fields() for _ in range(2))
    first["claims"].remove("address")
    second["claims"].remove("phone_number")
    assert visitor.post("/profiles/medium", first).status_code == 303
    page = Page(visitor.post("/profiles/medium", second, headers=ENGLISH), 409)
    assert "changed in another window meanwhile" in page["error-summary"].words
    person = shopper(house, visitor)
    own = profiles.of_persona(house.services, person.id, person.persona_id)[Level.MEDIUM]
    assert "phone_number" in own.claims, "nothing is kept before the person has looked"
    assert visitor.post("/profiles/medium", page["profile"].fields()).status_code == 303
    own = profiles.of_persona(house.services, person.id, person.persona_id)[Level.MEDIUM]
    assert not own.claims & {"address", "phone_number", "phone_number_verified"}
    assert visitor.post("/profiles/medium", {**second, "shown": ["?"]}).status_code == 303, "a form without is taken"


def test_the_same_change_in_two_windows_is_one(house: House) -> None:
    visitor = register(house)
    form = Page(visitor.get("/profiles/low"))["profile"].fields()
    for _ in range(2):
        assert visitor.post("/profiles/low", {**form, "longest": ["P1M"]}).location == "/profiles"
