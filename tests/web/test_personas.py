"""Other details of the same person: nowhere to be seen until they exist, then theirs alone to name."""

from html import unescape

import pytest
from sqlalchemy import select

from app.domain.errors import Refusal
from app.domain.levels import Level
from app.services import consents, facts, pausing, personas, profiles
from app.services.fact_values import FIELDS
from app.services.receipts import Notice
from app.storage.tables.people import facts as fact_rows
from app.storage.tables.people import profiles as profile_rows
from tests.factories import Shopper, add_client, share
from tests.pages import Page
from tests.servers.house import House
from tests.servers.visitor import Visitor, address, begin_login, register, shopper, words

ENGLISH = {"Accept-Language": "en"}
HOME = {
    "address-country": "NL",
    "address-postal_code": "1015 CJ",
    "address-house_number": "12",
    "address-street": "Keizersgracht",
    "address-locality": "Amsterdam",
}


def _add(visitor: Visitor, label: str = "Work") -> str:
    made = visitor.post("/personas/new", {"label": label, "colour": "clay"})
    assert made.status_code == 303, words(made)
    return made.location.partition("/facts?persona=")[2]


def test_until_there_is_a_second_one_no_page_has_a_switch_or_the_word(house: House) -> None:
    visitor = register(house)
    for path in ("/facts", "/profiles", "/account", "/facts/edit/name", "/profiles/low"):
        page = visitor.get(path, headers=ENGLISH)
        assert "persona" not in words(page).lower()
        assert "persona-switch" not in page.text
    _add(visitor)
    assert "persona-switch" in visitor.get("/facts").text
    assert "account-other-details" in visitor.get("/account").text, "a third is made where the second was"


def test_a_new_one_starts_as_the_first_and_differs_where_it_is_told(house: House) -> None:
    visitor = register(house)
    visitor.post("/facts/edit/name", {"name": "Ana", "nickname": "An"})
    visitor.post("/profiles/low", {"claims": ["email"], "purposes": ["account"], "longest": "P1M"})
    work, person, first = _add(visitor), shopper(house, visitor).id, shopper(house, visitor).persona_id
    work_mail = address()
    visitor.post(f"/facts/claim/email?persona={work}", {"use": "own", "email": work_mail})
    visitor.post(f"/facts/claim/nickname?persona={work}", {"use": "nothing"})
    own = facts.read(house.services, person, work)
    assert {claim: fact.value for claim, fact in own.items()} == {"email": work_mail, "name": "Ana"}
    assert profiles.of_persona(house.services, person, work)[Level.LOW].claims == {"email", "email_verified"}
    visitor.post("/facts/edit/name", {"name": "Ana de Vries", "nickname": "An"})
    assert facts.read(house.services, person, work)["name"].value == "Ana de Vries"
    more = {"claims": ["email", "name"], "purposes": ["account"], "longest": "P1M"}
    overview = Page(visitor.get(f"/profiles?persona={work}"))
    assert overview["edit-low"].attributes["href"] == f"/profiles/low?persona={work}"
    assert overview.links["Work"] == f"/profiles?persona={work}"
    assert Page(visitor.get(f"/profiles/low?persona={work}")).all("h1")[0].words.endswith(" Work")
    assert visitor.post(f"/profiles/low?persona={work}", more).location == f"/profiles?persona={work}"
    own = [profiles.of_persona(house.services, person, each)[Level.LOW] for each in (first, work)]
    assert [each.claims for each in own] == [{"email", "email_verified"}, {"email", "email_verified", "name"}]


def test_what_was_different_can_be_the_same_again(house: House) -> None:
    visitor = register(house)
    work, person = _add(visitor), shopper(house, visitor).id
    visitor.post(f"/facts/claim/email?persona={work}", {"use": "nothing"})
    assert "email" not in facts.read(house.services, person, work)
    visitor.post(f"/facts/claim/email?persona={work}", {"use": "same"})
    assert facts.read(house.services, person, work)["email"].value == visitor.email


def test_the_form_and_the_page_say_what_a_later_persona_does_with_a_detail(house: House) -> None:
    visitor = register(house)
    visitor.post("/facts/edit/name", {"nickname": "An"})
    work = _add(visitor)
    path = f"/facts/claim/nickname?persona={work}"
    for use, nickname, note in (
        ("same", "", "An"),
        ("own", "A.", "A. Filled in here"),
        ("nothing", "", "Not used here"),
    ):
        assert visitor.post(path, {"use": use, "nickname": nickname}).location == f"/facts?persona={work}"
        form = Page(visitor.get(path, headers=ENGLISH))["facts"]
        assert (form.fields()["use"], form.fields()["nickname"]) == ([use], [nickname])
        assert "The same as mine: An Something else" in form.words
        row = next(
            each
            for each in Page(visitor.get(f"/facts?persona={work}", headers=ENGLISH)).all(class_="fact")
            if path in each.all("a")[0].attributes["href"]
        )
        assert note in row.words
        assert ("Filled in here" in row.words, "Not used here" in row.words) == (use == "own", use == "nothing")


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({}, "Choose one of these."),
        ({"use": "other"}, "Choose one of these."),
        ({"use": "own", "email": ""}, "Fill in your other details, or choose another answer."),
        ({"use": "own", "email": "x"}, "An e-mail address has one @"),
        ({"use": "same", "email": "x@example.org"}, "You filled something in, but chose another answer."),
        ({"use": "nothing", "email": "x@example.org"}, "You filled something in, but chose another answer."),
    ],
)
def test_an_answer_is_needed_for_a_detail(shared_house: House, form: dict[str, str], told: str) -> None:
    visitor = register(shared_house)
    refused = Page(visitor.post(f"/facts/claim/email?persona={_add(visitor)}", form, headers=ENGLISH), 422)
    assert told in refused["error-summary"].words
    answers = {"own", "same", "nothing"}
    assert refused["facts"].fields().get("use", []) == [use for use in form.values() if use in answers]


def test_a_form_that_was_left_as_it_came_asks_nothing(shared_house: House) -> None:
    visitor = register(shared_house)
    work = _add(visitor)
    for claim in FIELDS:
        path = f"/facts/claim/{claim}?persona={work}"
        for use in ("nothing", "same"):
            form = Page(visitor.get(path))["facts"].fields()
            assert visitor.post(path, {**form, "use": [use]}).status_code == 303, claim


def test_whoever_changes_the_country_of_a_later_persona_means_an_address_of_its_own(house: House) -> None:
    visitor = register(house)
    path = f"/facts/claim/address?persona={_add(visitor)}"
    form = Page(visitor.post(path, {"use": "same", "address-country": "BE", "action": "country"}))["facts"]
    assert form.fields()["use"] == ["own"]
    assert "address-house_number" not in form.fields()


def test_a_detail_that_was_not_used_is_filled_in_for_a_shop_at_once(house: House) -> None:
    visitor = register(house)
    work, person = _add(visitor), shopper(house, visitor)
    visitor.post(f"/facts/claim/phone_number?persona={work}", {"use": "nothing"})
    page = f"/facts/missing?claim=phone_number&claim=nickname&persona={work}"
    form = Page(visitor.get(page))["facts"].fields() | {"phone_number": ["06 12345678"]}
    assert visitor.post(page, form).status_code == 303, "no other window changed it"
    assert facts.read(house.services, person.id, work)["phone_number"].value == "+31612345678"


@pytest.mark.parametrize(
    ("label", "told"),
    [
        ("", "Give it a name"),
        ("x" * 41, "Use at most 40 characters."),
        ("\u202e", "Fill in this field."),
        ("4111 1111 1111 1111", "the number of a payment card"),
    ],
)
def test_a_name_that_will_not_do_is_refused(shared_house: House, label: str, told: str) -> None:
    visitor = register(shared_house)
    form = {"label": label, "colour": "clay"}
    for path in ("/personas/new", f"/personas/{_add(visitor)}"):
        assert told in Page(visitor.post(path, form, headers=ENGLISH), 422)["persona-label-error"].words


def test_no_two_personas_have_one_name_and_a_person_has_only_so_many(house: House) -> None:
    visitor = register(house)
    _add(visitor, "Work")

    def refused(label: str) -> str:
        page = visitor.post("/personas/new", {"label": label, "colour": "moss"}, headers=ENGLISH)
        return Page(page, 422)["persona-label-error"].words

    for taken in ("work", "Me", "ik"):
        assert "You have this name already." in refused(taken)
    for number in range(personas.MOST - 2):
        _add(visitor, f"Number {number}")
    assert "There is no room for another one." in refused("One more")


def test_a_new_one_is_offered_a_colour_that_none_has_yet(house: House) -> None:
    visitor = register(house)
    for number, colour in enumerate((*personas.COLOURS[1:], personas.COLOURS[0])):
        page = Page(visitor.get("/personas/new"))
        assert page["persona"].fields()["colour"] == [colour]
        assert page.links["Terug"] == "/account"
        visitor.post("/personas/new", {"label": f"Number {number}", "colour": colour})


def test_a_persona_can_be_renamed(house: House) -> None:
    visitor = register(house)
    work = _add(visitor)
    page = Page(visitor.get(f"/personas/{work}", headers=ENGLISH))
    assert [page["persona"].fields()[name] for name in ("label", "colour")] == [["Work"], ["clay"]]
    assert page.links["Back"] == f"/facts?persona={work}"
    saved = visitor.post(f"/personas/{work}", {"label": "Parcel point", "colour": "moss"})
    assert saved.location == f"/facts?persona={work}"
    assert "Opgeslagen." in words(visitor.follow(saved))
    (_first, renamed) = personas.of_person(house.services, shopper(house, visitor).id)
    assert (renamed.label, renamed.colour) == ("Parcel point", "moss")
    assert visitor.post(f"/personas/{work}", {"label": "Parcel point", "colour": "clay"}).status_code == 303
    _add(visitor, "Home")
    assert visitor.post(f"/personas/{work}", {"label": "home", "colour": "clay"}).status_code == 422


def test_a_persona_can_be_removed_once_no_shop_gets_anything_from_it(house: House) -> None:
    visitor = register(house)
    work, person = _add(visitor), shopper(house, visitor).id
    home = _add(visitor, "Home")
    assert [each.id for each in personas.of_person(house.services, person)][1:] == [work, home]
    visitor.post(f"/facts/claim/email?persona={work}", {"use": "own", "email": address()})
    share(house, shopper(house, visitor), add_client(house))
    grant = share(house, Shopper(person, work, visitor.email), add_client(house))
    kept = visitor.post(f"/personas/{work}/remove", headers=ENGLISH)
    assert kept.status_code == 409
    assert f"/sharing/{grant.id}" in kept.text
    pausing.pause(house.services, grant.id, person, Notice("en", "Pause"), house.clock.now)
    assert f"/sharing/{grant.id}" in visitor.post(f"/personas/{work}/remove", headers=ENGLISH).text
    consents.stop(house.services, grant.id, person, Notice("en", "Stop"), house.clock.now)
    removed = visitor.post(f"/personas/{work}/remove", headers=ENGLISH)
    assert removed.location == "/facts"
    assert "Work was removed." in words(visitor.get("/facts"))
    first, left_over = personas.of_person(house.services, person)
    assert (first.first, left_over.id) == (True, home)
    assert visitor.get(f"/facts?persona={work}").status_code == 404
    with house.services.database.read() as db:
        left = [
            db.execute(select(table).where(table.c.persona_id == work)).all() for table in (fact_rows, profile_rows)
        ]
    assert left == [[], []]


def test_only_ones_own_later_persona_that_is_there_is_renamed_and_removed(house: House) -> None:
    visitor, other = register(house), register(house)
    own, theirs, gone = shopper(house, visitor), _add(other), _add(visitor, "Gone")
    personas.remove(house.services, own.id, gone, house.clock.now)
    for persona in (theirs, gone):
        with pytest.raises(Refusal, match="no_persona"):
            personas.rename(house.services, own.id, persona, "Mine", "moss")
    for persona in (theirs, gone, own.persona_id):
        with pytest.raises(Refusal, match="no_persona"):
            personas.remove(house.services, own.id, persona, house.clock.now)


def test_the_first_persona_is_not_renamed_or_removed(house: House) -> None:
    visitor = register(house)
    (first,) = personas.of_person(house.services, shopper(house, visitor).id)
    for path in (f"/personas/{first.id}", f"/personas/{first.id}/remove"):
        assert visitor.get(path).status_code == 404
        assert visitor.post(path, {"label": "X", "colour": "moss"}).status_code == 404


def test_nobody_touches_those_of_somebody_else(house: House) -> None:
    owner, other = register(house), register(house)
    work = _add(owner)
    for path in (f"/personas/{work}", f"/personas/{work}/remove"):
        assert other.post(path, {"label": "Mine", "colour": "moss"}).status_code == 404
    assert [each.label for each in personas.of_person(house.services, shopper(house, owner).id)] == ["", "Work"]


def test_what_a_shop_still_needs_is_filled_in_for_the_one_that_was_chosen(house: House) -> None:
    visitor = register(house)
    work = _add(visitor)
    next_path = begin_login(visitor, add_client(house), scope="openid identity:medium")
    picker = next_path.replace("/authorize/", "/consent/") + f"?persona={work}"
    page = visitor.get(picker).text
    link = unescape(page.partition('href="/facts/claim/address')[2].partition('"')[0])
    assert f"persona={work}" in link.partition("&next=")[0]
    saved = visitor.post(f"/facts/claim/address{link}", {"use": "own", **HOME})
    assert saved.location == picker
    person = shopper(house, visitor)
    assert "address" in facts.read(house.services, person.id, work)
    assert "address" not in facts.read(house.services, person.id, person.persona_id)
    assert "/facts/claim/address" not in visitor.get(picker).text


def test_what_a_later_persona_leaves_as_the_first_has_it_is_none_of_its_own(house: House) -> None:
    visitor = register(house)
    visitor.post("/facts/edit/name", {"name": "Ana", "nickname": "An"})
    work, person = _add(visitor), shopper(house, visitor)
    page = f"/facts/missing?claim=name&claim=nickname&claim=phone_number&persona={work}"
    form = Page(visitor.get(page))["facts"].fields() | {"nickname": ["A. de V."], "phone_number": [""]}
    visitor.client.post(page, data=form, base_url=visitor.site)
    theirs = facts.read(house.services, person.id, work)
    assert {claim: theirs[claim].inherited for claim in ("name", "nickname")} == {"name": True, "nickname": False}
