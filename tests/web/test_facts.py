"""A person's own details: typed, judged, kept, shown with care; never those of somebody else."""

import re
from datetime import timedelta

import pytest

from app.domain.levels import Level
from app.services import account, consents, correction, facts, personas
from app.services.fact_values import Accepted, read_value
from app.services.receipts import Notice
from app.storage.tables.people import facts as fact_rows
from tests.factories import add_business, add_client, share
from tests.pages import Page
from tests.servers.house import House
from tests.servers.visitor import Visitor, address, letters, link_in, register, shopper, words

HOME = {
    "address-country": "NL",
    "address-postal_code": "1015cj",
    "address-house_number": "12",
    "address-house_number_addition": "A",
    "address-street": "Keizersgracht",
    "address-locality": "Amsterdam",
}
ENGLISH = {"Accept-Language": "en"}


def _held(house: House, visitor: Visitor) -> dict[str, object]:
    person = shopper(house, visitor)
    return {claim: fact.value for claim, fact in facts.read(house.services, person.id, person.persona_id).items()}


def test_an_address_is_kept_in_its_usable_form(house: House) -> None:
    visitor = register(house)
    assert visitor.post("/facts/edit/address", HOME).location == "/facts"
    held = _held(house, visitor)["address"]
    assert isinstance(held, dict)
    assert (held["street_address"], held["postal_code"]) == ("Keizersgracht 12A", "1015 CJ")
    form = visitor.get("/facts/edit/address").text
    assert 'value="12"' in form
    assert 'value="Keizersgracht"' in form


def test_a_region_that_came_along_is_shown_and_stays(house: House) -> None:
    visitor = register(house)
    person = shopper(house, visitor)
    parts = {"street_address": "Keizersgracht 12A", "postal_code": "1015 CJ", "locality": "Amsterdam", "country": "NL"}
    kept = read_value("address", {**parts, "region": "Noord-Holland"}, today=house.clock.now.date())
    assert isinstance(kept, Accepted)
    correction.correct(house.services, person.id, person.persona_id, {"address": kept.value}, house.clock.now)
    assert 'value="Noord-Holland"' in visitor.get("/facts/edit/address").text
    form = {**HOME, "address-region": "Noord-Holland"}
    assert "Nothing was changed." in words(visitor.follow(visitor.post("/facts/edit/address", form, headers=ENGLISH)))
    visitor.post("/facts/edit/address", {**form, "address-house_number": "14"})
    changed = _held(house, visitor)["address"]
    assert isinstance(changed, dict)
    assert (changed["street_address"], changed["region"]) == ("Keizersgracht 14A", "Noord-Holland")


def test_what_is_wrong_is_explained_beside_the_field_and_the_rest_is_kept(house: House) -> None:
    visitor = register(house)
    refused = visitor.post("/facts/edit/address", {**HOME, "address-postal_code": "99"}, headers=ENGLISH)
    assert refused.status_code == 422
    assert 'id="fact-address-postal_code-error"' in refused.text
    assert 'href="#fact-address-postal_code"' in refused.text
    assert 'value="Keizersgracht"' in refused.text
    assert "address" not in _held(house, visitor)


def test_a_card_number_is_refused_with_the_reason_and_kept_nowhere(house: House) -> None:
    visitor = register(house)
    card = {"payment_account-method": "ideal", "payment_account-iban": "4111 1111 1111 1111"}
    refused = visitor.post("/facts/edit/payment", {**card, "payment_account-holder": "A. Vries"}, headers=ENGLISH)
    assert refused.status_code == 422
    assert "never keeps card numbers" in words(refused)
    assert "payment_account" not in _held(house, visitor)


def test_a_way_to_pay_without_an_account_is_asked_for_the_rest_and_an_emptied_account_is_not(house: House) -> None:
    visitor = register(house)
    chosen = {"payment_account-method": "sepa_debit", "payment_account-iban": "", "payment_account-holder": ""}
    refused = visitor.post("/facts/edit/payment", chosen, headers=ENGLISH)
    assert refused.status_code == 422
    assert "Fill in: IBAN." in refused.text.partition('id="fact-payment_account-iban-error"')[2]
    assert re.search(r'value="sepa_debit"[^>]* checked', refused.text)
    unchosen = visitor.post(
        "/facts/edit/payment", {**chosen, "payment_account-method": "", "payment_account-holder": "A"}
    )
    assert "Kies: Hoe je het liefst betaalt." in Page(unchosen, 422)["fact-payment_account-method-error"].words
    account = {"payment_account-iban": "NL91 ABNA 0417 1643 00", "payment_account-holder": "A. Vries"}
    visitor.post("/facts/edit/payment", {**chosen, **account})
    assert visitor.post("/facts/edit/payment", chosen).status_code == 303
    assert "payment_account" not in _held(house, visitor)


def test_an_iban_is_shown_masked_until_it_is_asked_for(house: House) -> None:
    visitor = register(house)
    account = {"payment_account-method": "ideal", "payment_account-iban": "NL91 ABNA 0417 1643 00"}
    visitor.post("/facts/edit/payment", {**account, "payment_account-holder": "A. Vries"})
    page = visitor.get("/facts").text
    assert "<details" in page
    assert page.index("••") < page.index("NL91 ABNA 0417 1643 00")


def test_the_overview_leads_to_a_form_for_each_detail_and_says_what_was_confirmed(house: House) -> None:
    visitor = register(house)
    visitor.post("/facts/edit/name", {"name": "Ana"})
    overview = Page(visitor.get("/facts", headers=ENGLISH))
    rows = {row.all("dt")[0].words: row for row in overview.all(class_="fact")}
    assert rows["Full name"].words == "Full name Ana Change Full name"
    assert rows["Nickname"].words == "Nickname Fill in Nickname"
    assert rows["Full name"].all("a")[0].attributes["href"] == "/facts/claim/name"
    assert f"{visitor.email} Confirmed on" in rows["E-mail address"].words
    assert "not confirmed yet" not in overview.words
    assert overview["edit-name"].attributes["href"] == "/facts/edit/name"


def test_each_field_has_its_name_short_ones_share_a_line_and_there_is_something_to_choose_from(house: House) -> None:
    visitor = register(house)
    about, address_form = (Page(visitor.get(f"/facts/edit/{group}", headers=ENGLISH)) for group in ("about", "address"))

    def labels(page: Page, class_: str) -> list[list[str]]:
        return [[label.words for label in each.all("label")] for each in page.all(class_=class_)]

    fields = [label.words for label in about["facts"].all("label")]
    assert fields == ["Day", "Month", "Year", "Gender", "Language", "Time zone", "Website", "Profile page", "Picture"]
    assert labels(about, "fields-row") == [["Day", "Month", "Year"]]
    assert labels(address_form, "fields-row") == [["Postcode", "House number", "Addition"]]
    lists = {each.attributes["id"]: each.words for each in about.all("datalist")}
    assert lists.keys() == {"fact-gender-list", "fact-locale-list", "fact-zoneinfo-list"}
    assert "Europe/Amsterdam" in lists["fact-zoneinfo-list"]
    assert address_form["fact-address-country"].tag == "select"
    assert address_form.all("datalist") == []


def test_the_country_changes_the_form_and_nothing_else(house: House) -> None:
    visitor = register(house)
    abroad = {**HOME, "address-country": "BE", "action": "country"}
    form = visitor.post("/facts/edit/address", abroad)
    assert form.status_code == 200
    assert 'name="address-house_number"' not in form.text
    assert "<textarea" in form.text
    assert "address" not in _held(house, visitor)


def test_who_changes_the_country_loses_no_house_number_by_it(house: House) -> None:
    visitor = register(house)
    numbered = {**HOME, "address-house_number_addition": "a", "address-postal_code": "1000"}
    abroad = {**numbered, "address-country": "BE"}
    form = Page(visitor.post("/facts/edit/address", {**abroad, "action": "country"}))
    assert form["fact-address-street"].words == "Keizersgracht 12 a"
    assert visitor.post("/facts/edit/address", abroad).status_code == 303
    held = _held(house, visitor)["address"]
    assert (held["street_address"], held["country"]) == ("Keizersgracht 12 a", "BE")
    back = {"address-country": "NL", "address-street": "Keizersgracht 12 a", "action": "country"}
    form = Page(visitor.post("/facts/edit/address", back))
    typed = [form[f"fact-address-{name}"].attributes["value"] for name in ("street", "house_number")]
    assert typed == ["Keizersgracht", "12"]


def test_emptying_a_field_forgets_the_detail_and_so_does_the_remove_button(house: House) -> None:
    visitor = register(house)
    visitor.post("/facts/edit/name", {"name": "Ana de Vries", "nickname": "Annie"})
    visitor.post("/facts/edit/name", {"name": "Ana de Vries", "nickname": ""})
    assert Page(visitor.get("/facts/edit/address")).find("facts-remove-address") is None
    visitor.post("/facts/edit/address", HOME)
    page = Page(visitor.get("/facts/edit/address", headers=ENGLISH))
    assert page.all("h1")[0].words == "Address"
    button = page["facts-remove-address"].attributes
    visitor.post("/facts/edit/address", {**HOME, button["name"]: button["value"]})
    visitor.post("/facts/claim/phone_number", {"phone_number": "06 12345678"})
    assert visitor.post("/facts/claim/phone_number", {"phone_number": ""}).status_code == 303, "no shop waits for it"
    assert _held(house, visitor).keys() == {"email", "name"}


def test_the_full_name_follows_from_its_parts_until_it_is_given(house: House) -> None:
    visitor = register(house)
    visitor.post("/facts/claim/given_name", {"given_name": "Ana", "family_name": "de Vries"})
    assert _held(house, visitor)["name"] == "Ana de Vries"
    visitor.post("/facts/claim/given_name", {"given_name": "Anna", "family_name": "de Vries", "name": "A. de Vries"})
    assert _held(house, visitor)["name"] == "A. de Vries"
    visitor.post("/facts/claim/given_name", {"given_name": "Anna", "family_name": "de Vries", "name": ""})
    assert "name" not in _held(house, visitor), "who takes it away does not get another"


def test_another_address_counts_as_confirmed_only_after_its_link(house: House) -> None:
    visitor, second = register(house), address()
    saved = words(visitor.follow(visitor.post("/facts/edit/contact", {"email": second})))
    assert "Opgeslagen. We hebben een link naar het adres gestuurd." in saved
    visitor.post("/facts/edit/contact", {"email": second, "phone_number": "06 12345678"})
    assert len(letters(house, second)) == 1, "it is the same address"
    person = shopper(house, visitor)
    assert facts.read(house.services, person.id, person.persona_id)["email"].verified_at is None
    assert "not confirmed yet" in words(visitor.get("/facts", headers=ENGLISH))
    again = [form for form in Page(visitor.get("/facts")).all("form") if "email/link" in form.attributes["action"]]
    assert visitor.post(again[0].attributes["action"]).location == "/facts"
    assert len(letters(house, second)) == 2
    visitor.post(link_in(letters(house, second)[-1], "confirm"))
    assert facts.read(house.services, person.id, person.persona_id)["email"].verified_at is not None
    # It is a detail to share; it became no way to sign in.
    assert Visitor(house).sign_in(second).status_code == 422


def test_who_asks_for_a_link_too_often_is_told_that_none_was_sent(house: House) -> None:
    visitor, second = register(house), address()
    visitor.post("/facts/edit/contact", {"email": second})
    answers = [words(visitor.follow(visitor.post("/facts/email/link"))) for _ in range(11)]
    told = ["We konden nu geen link" in each for each in answers]
    assert (told[0], told[-1]) == (False, True)
    assert len(letters(house, second)) == 1 + told.count(False)


def test_who_has_no_room_for_another_address_is_told_so_and_not_to_try_again(house: House) -> None:
    visitor = register(house)
    person = shopper(house, visitor)
    for number in range(account.MOST_ADDRESSES - 1):
        at = house.clock.now + timedelta(hours=number)
        account.request_link(house.services, person.id, address(), language="nl", signs_in=False, now=at)
    saved = visitor.post("/facts/edit/contact", {"email": address()}, headers=ENGLISH)
    told = words(visitor.get(saved.location, headers=ENGLISH))
    assert "there is no room for another address. Remove one under Account first." in told
    assert "Try again later" not in told


def test_saving_says_how_many_businesses_get_it(house: House) -> None:
    visitor = register(house)
    visitor.post("/facts/edit/name", {"name": "Ana"})
    for said in ("1 business gets this", "2 businesses get this"):
        share(house, shopper(house, visitor), add_client(house), ticked=frozenset({"name"}))
        saved = visitor.post("/facts/edit/name", {"name": said}, headers=ENGLISH)
        assert f"Saved. {said} from now on." in words(visitor.get(saved.location, headers=ENGLISH))


def test_saving_says_of_what_was_taken_away_that_a_business_gets_it_no_more(house: House) -> None:
    visitor = register(house)
    visitor.post("/facts/edit/name", {"name": "Ana"})
    share(house, shopper(house, visitor), add_client(house), ticked=frozenset({"name"}))
    saved = visitor.post("/facts/edit/name", {"name": ""}, headers=ENGLISH)
    assert "Saved. 1 business gets this no more." in words(visitor.get(saved.location, headers=ENGLISH))


def test_what_is_typed_beside_a_detail_that_is_removed_is_kept(house: House) -> None:
    visitor, path = register(house), "/facts/edit/about"
    born = {"birthdate-day": "4", "birthdate-month": "5", "birthdate-year": "1980"}
    visitor.post(path, born)
    button = Page(visitor.get(path))["facts-remove-birthdate"].attributes
    remove = {**born, button["name"]: button["value"]}
    assert visitor.post(path, {**remove, "website": "nowhere"}).status_code == 422
    assert "birthdate" in _held(house, visitor)
    assert visitor.post(path, {**remove, "birthdate-day": "99", "gender": "x"}).location == "/facts"
    assert _held(house, visitor) == {"email": visitor.email, "gender": "x"}


def test_who_has_no_address_among_their_details_is_sent_no_link(house: House) -> None:
    visitor = register(house)
    visitor.post("/facts/edit/contact", {"email": "", "phone_number": ""})
    sent = len(letters(house, visitor.email))
    assert visitor.post("/facts/email/link?next=/profiles").location == "/profiles"
    assert len(letters(house, visitor.email)) == sent


def test_details_are_edited_in_the_groups_there_are_and_a_later_persona_has_none(house: House) -> None:
    visitor = register(house)
    person = shopper(house, visitor)
    work = personas.add(house.services, person.id, "Work", "clay", house.clock.now)
    for path in ("/facts/edit/nothing", f"/facts/edit/name?persona={work}"):
        assert [visitor.get(path).status_code, visitor.post(path, {"name": "X"}).status_code] == [404, 404]
    assert "name" not in _held(house, visitor)


def test_the_forms_are_for_the_claim_a_shop_still_needs_and_lead_back(house: House) -> None:
    visitor = register(house)
    saved = visitor.post("/facts/claim/address?next=/consent/abc", HOME)
    assert saved.location == "/consent/abc"
    evil = visitor.post("/facts/claim/address?next=https://evil.example", {**HOME, "address-locality": "Utrecht"})
    assert evil.location == "/facts"


def test_the_page_tells_businesses_apart_by_more_than_a_name_and_names_no_client(house: House) -> None:
    visitor = register(house)
    visitor.post("/facts/edit/contact", {"email": visitor.email})
    person = shopper(house, visitor)
    blauw, other_blauw, ended = (add_business(house, name="Blauw") for _ in range(3))
    for business in (blauw, blauw, other_blauw, ended):
        grant = share(house, person, add_client(house, business_id=business, client_name="Web"), Level.LOW)
    consents.stop(house.services, grant.id, person.id, Notice("en", ""), house.clock.now)
    form = words(visitor.get("/facts/edit/contact", headers=ENGLISH))
    assert "2 businesses now: Blauw, Blauw" in form
    assert "1 business not: Blauw" in form
    assert "Web" not in form
    saved = visitor.post("/facts/edit/contact", {"email": address()}, headers=ENGLISH)
    page = visitor.client.get(saved.location, base_url=visitor.site, headers=ENGLISH)
    assert "2 businesses get this from now on" in words(page)


@pytest.mark.parametrize("claim", ["email_verified", "updated_at", "sub", "nonsense"])
def test_what_nobody_types_has_no_form(shared_house: House, claim: str) -> None:
    visitor = register(shared_house)
    assert visitor.get(f"/facts/claim/{claim}").status_code == 404
    assert visitor.post(f"/facts/claim/{claim}", {claim: "x"}).status_code == 404


def test_the_details_of_somebody_else_cannot_be_named(house: House) -> None:
    visitor, other = register(house), register(house)
    theirs = shopper(house, other).persona_id
    for path in (f"/facts?persona={theirs}", f"/facts/claim/name?persona={theirs}", f"/profiles?persona={theirs}"):
        assert visitor.get(path).status_code == 404
    assert visitor.post(f"/facts/claim/name?persona={theirs}", {"use": "own", "name": "X"}).status_code == 404


@pytest.mark.parametrize(
    ("group", "form"),
    [
        ("name", {"name": "x" * 5000, "given_name": "\x00", "family_name": "\u202e"}),
        (
            "about",
            {"birthdate-day": "99", "website": "javascript:alert(1)", "zoneinfo": "Mars/Base", "locale": "xx-!!"},
        ),
        ("contact", {"email": "a@b", "phone_number": "+999999999999999999"}),
        ("payment", {"payment_account-method": "card", "payment_account-iban": "NL00", "payment_account-holder": "1"}),
        ("address", {"address-country": "ZZ", "address-street": "\ud83d"}),
    ],
)
def test_no_text_whatever_breaks_a_form(shared_house: House, group: str, form: dict[str, str]) -> None:
    form = {name: text.encode("utf-8", "replace").decode() for name, text in form.items()}
    refused = register(shared_house).post(f"/facts/edit/{group}", form)
    assert refused.status_code == 422
    assert 'id="error-summary"' in refused.text
    assert 'href="javascript' not in refused.text


def test_no_value_is_in_the_database_in_clear(house: House) -> None:
    visitor = register(house)
    visitor.post("/facts/edit/name", {"name": "Zilverreiger Canary"})
    person = shopper(house, visitor)
    with house.services.database.read() as db:
        sealed = list(db.execute(fact_rows.select().with_only_columns(fact_rows.c.value_sealed)).scalars())
    assert len(sealed) == 2
    assert not any(b"Zilverreiger" in value or person.email.encode() in value for value in sealed)


def _opened(visitor: Visitor, path: str) -> dict[str, list[str]]:
    return Page(visitor.get(path, headers=ENGLISH))["facts"].fields()


def test_what_one_window_leaves_as_it_was_does_not_undo_what_another_changed(house: House) -> None:
    visitor, path = register(house), "/facts/edit/name"
    visitor.post(path, {"given_name": "Anna", "family_name": "Vries"})
    first, second = _opened(visitor, path), _opened(visitor, path)
    visitor.post(path, {**first, "given_name": ["Annet"]})
    assert visitor.post(path, {**second, "family_name": ["Bakker"], "name": ["Anna Vries"]}).location == "/facts"
    held = _held(house, visitor)
    assert (held["given_name"], held["family_name"]) == ("Annet", "Bakker")


@pytest.mark.parametrize(("one", "told"), [("Annet", "this became: Annet."), ("", "changed in another window")])
def test_what_two_windows_changed_is_told_and_nothing_typed_is_lost(house: House, one: str, told: str) -> None:
    visitor, path = register(house), "/facts/edit/name"
    visitor.post(path, {"given_name": "Anna"})
    first, second = _opened(visitor, path), _opened(visitor, path)
    visitor.post(path, {**first, "given_name": [one]})
    asked = Page(visitor.post(path, {**second, "given_name": ["Anja"]}, headers=ENGLISH), 409)
    assert told in asked["fact-given_name-error"].words
    assert _held(house, visitor).get("given_name", "") == one
    form = asked["facts"].fields()
    assert form["given_name"] == ["Anja"]
    assert visitor.post(path, form).location == "/facts"
    assert _held(house, visitor)["given_name"] == "Anja"


def test_two_windows_of_a_later_persona_do_not_undo_each_other_either(house: House) -> None:
    visitor = register(house)
    person = shopper(house, visitor)
    work = personas.add(house.services, person.id, "Work", "clay", house.clock.now)
    path = f"/facts/claim/nickname?persona={work}"
    first, second = _opened(visitor, path), _opened(visitor, path)
    assert visitor.post(path, {**first, "use": ["nothing"]}).status_code == 303
    asked = Page(visitor.post(path, {**second, "use": ["own"], "nickname": ["An"]}, headers=ENGLISH), 409)
    assert "changed in another window" in asked["fact-nickname-error"].words
    assert facts.hidden(house.services, person.id, work) == {"nickname"}
    assert visitor.post(path, asked["facts"].fields()).status_code == 303
    assert facts.read(house.services, person.id, work)["nickname"].value == "An"
