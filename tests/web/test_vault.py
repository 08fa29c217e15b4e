"""The vault in the browser: everything a business keeps can be read, corrected, deleted and taken along."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from app.crypto.encryption_keys import Undecryptable
from app.domain.collection import DATATYPES, Collection
from app.domain.levels import Level
from app.domain.retention import Period
from app.services import consents
from app.services.local_time import rfc3339
from app.services.receipts import Notice
from app.services.vault import depositing, reading
from app.storage import lookups
from app.storage.tables.events import events
from app.storage.tables.vault import deposits
from tests.factories import INTENDED_USE, add_person, share
from tests.pages import Page
from tests.redeeming import refused
from tests.servers.house import House
from tests.servers.visitor import Visitor, signed_in, words
from tests.vault import PURCHASE, SCOPES, Customer, Till, open_till, share_high

NOTICE = Notice("en", "Test")


@pytest.fixture
def visitor(shared_house: House, customer: Customer) -> Visitor:
    """The customer at their own browser."""
    return signed_in(shared_house, customer.person)


def fields(page: TestResponse) -> dict[str, str]:
    """The correction form as the page fills it in."""
    form = page.text.partition('id="correction"')[2].partition("</form>")[0]
    typed = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and 'type="checkbox"' not in tag:
            typed[name.group(1)] = value.group(1) if value else ""
    typed |= dict(re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>\s*(.*?)</textarea>', form, re.DOTALL))
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option selected value="([^"]*)"', options)
        typed[name] = chosen.group(1) if chosen else ""
    typed.pop("csrf_token", None)
    return typed


def test_a_purchase_is_in_the_vault_in_plain_words(till: Till, customer: Customer, visitor: Visitor) -> None:
    till.deposit(customer.sub)
    overview = words(visitor.get("/vault"))
    assert "Purchases: 1" in overview
    shelf = visitor.get(f"/vault/business/{customer.grant.business_id}")
    said = words(shelf)
    for part in (
        "3 products, €6.47",
        "Canary seed",
        "€3.98",
        "Utrecht Canary Street",
        "Goes from your vault on 2 May 2027",
    ):
        assert part in said


def test_a_deposit_reads_in_dutch_with_dutch_amounts_and_days(till: Till, customer: Customer, visitor: Visitor) -> None:
    deposit_id = till.deposit(customer.sub)
    visitor.client.set_cookie("sluis-language", "nl")
    page = visitor.get(f"/vault/deposit/{deposit_id}")
    assert "€ 6,47" in page.text.replace("\N{NO-BREAK SPACE}", " ")
    assert "2 mei 2027" in page.text


@pytest.mark.parametrize(
    ("deposit_type", "content", "said"),
    [
        ("visit", {"place": "Utrecht", "minutes": 12, "looked_at": ["cheese"]}, ["A visit: Utrecht", "12", "cheese"]),
        (
            "warranty",
            {"product": "Kettle", "ends_on": "2028-03-31", "serial_number": "X1"},
            ["Kettle, until 31 March 2028", "X1"],
        ),
        (
            "preference",
            {"topic": "Cheese", "choice": "old", "source": "observed"},
            ["Cheese: old", "The business concluded it"],
        ),
    ],
)
def test_every_kind_has_its_words(
    house: House, deposit_type: str, content: dict[str, Any], said: list[str], every_kind: Any
) -> None:
    till, customer = every_kind(house)
    deposit_id = till.deposit(customer.sub, type=deposit_type, content=content)
    page = words(signed_in(house, customer.person).get(f"/vault/deposit/{deposit_id}"))
    for part in said:
        assert part in page


@pytest.fixture
def every_kind() -> Any:
    """Open a till that may keep all four kinds, with a customer."""

    def make(house: House) -> tuple[Till, Customer]:
        high = INTENDED_USE["high"]
        permission = {**high["omnichannel_collection"], "datatypes": sorted(DATATYPES)}
        use = {**INTENDED_USE, "high": {**high, "omnichannel_collection": permission}}
        till, person = open_till(house, intended_use=use), add_person(house)
        wanted = Collection(frozenset({"store"}), frozenset(DATATYPES), frozenset({"loyalty"}), Period(6))
        return till, Customer(person, share_high(house, person, till.client_id, collection=wanted))

    return make


def test_kinds_can_be_looked_at_one_by_one(till: Till, customer: Customer, visitor: Visitor) -> None:
    till.deposit(customer.sub)
    till.deposit(customer.sub, type="visit", content={"place": "Tilburg"})
    url = f"/vault/business/{customer.grant.business_id}"
    everything, visits = words(visitor.get(url)), words(visitor.get(f"{url}?type=visit"))
    assert "Tilburg" in everything
    assert "Canary seed" in everything
    assert "Tilburg" in visits
    assert "Canary seed" not in visits
    assert "Everything 2 Visits 1 Purchases 1" in visits
    for chosen in ("", "?type=purchase", "?type=visit"):
        kinds = Page(visitor.get(url + chosen)).all(class_="kinds")[0]
        assert [each.attributes["href"] for each in kinds.all("a", **{"aria-current": "page"})] == [url + chosen]
    assert "Tilburg" in words(visitor.get(f"{url}?type=warranty")), "of a kind that is gone: what there is"
    assert visitor.get(f"{url}?type=nonsense").status_code == 404
    assert "Visits: 1 · Purchases: 1" in words(visitor.get("/vault"))
    visitor.post(f"{url}/remove")
    assert "kinds" not in visitor.get(url).text


def test_a_long_shelf_has_pages(
    till: Till, customer: Customer, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.web.vault.pages._ON_A_PAGE", 2)
    for place in ("first", "second", "third"):
        till.house.clock.move(seconds=1)
        till.deposit(customer.sub, type="visit", content={"place": place})
    url = f"/vault/business/{customer.grant.business_id}?type=visit"
    first, second = Page(visitor.get(url)), Page(visitor.get(f"{url}&page=2"))
    assert "A visit: third" in first.words
    assert "A visit: first" not in first.words
    assert "A visit: first" in second.words
    around = [{way: page.links.get(way) for way in ("Newer", "Older")} for page in (first, second)]
    assert around == [{"Newer": None, "Older": f"{url}&page=2"}, {"Newer": url, "Older": None}]
    assert [visitor.get(f"{url}&page={page}").status_code for page in ("3", "0", "-1")] == [404] * 3
    till.deposit(customer.sub, type="visit", content={"place": "fourth"})
    assert "Older" not in Page(visitor.get(f"{url}&page=2")).links
    assert visitor.get(f"{url}&page=3").status_code == 404


def test_text_of_a_business_is_text_and_nothing_else(till: Till, customer: Customer, visitor: Visitor) -> None:
    line = {"name": "<script>alert(1)</script>{{7*7}}", "price": "1.00"}
    deposit_id = till.deposit(customer.sub, content={**PURCHASE, "items": [line]})
    page = visitor.get(f"/vault/deposit/{deposit_id}").text
    assert "<script>alert" not in page
    assert "{{7*7}}" in page


def test_a_correction_reaches_the_business_and_names_what_changed(
    shared_house: House, till: Till, customer: Customer, visitor: Visitor
) -> None:
    deposit_id, before = till.deposit(customer.sub), shared_house.clock.now
    path = f"/vault/deposit/{deposit_id}/correct"
    visitor.client.set_cookie("sluis-language", "nl")
    assert fields(visitor.get(path))["items-0-price"] == "3,98"
    visitor.client.set_cookie("sluis-language", "en")
    typed = fields(visitor.get(path))
    assert typed["items-0-price"] == "3.98"
    looked_at_again = visitor.post(path, {**typed, "store": "Tilburg", "look": "1"})
    assert fields(looked_at_again) == {**typed, "store": "Tilburg"}
    assert told_about(shared_house, customer) == []
    answer = visitor.post(path, {**typed, "store": "Tilburg", "items-0-price": "4,5", "remark": "Wrong store"})
    assert answer.status_code == 303, words(answer)
    shown = words(visitor.follow(answer))
    assert "is told what you changed and reads it as it is now." in shown
    assert (
        "How many Product Price 2 Canary seed €4.50 1 Bread €2.49 Corrected by you"
        " Store Tilburg Corrected by you Total €6.47 Your own remark Wrong store"
    ) in shown
    assert "Why Points and benefits as a regular customer Corrected by you on 2 November 2026" in shown
    read = till.read(customer.sub)[0]
    assert read["content"]["store"] == "Tilburg"
    assert read["content"]["items"][0]["price"] == "4.50"
    assert (read["corrected"], read["remark"]) == (["items", "store"], "Wrong store")
    said = [read[name] for name in ("occurred_at", "channel", "purpose", "deposited_at")]
    assert said == [rfc3339(before), "store", "loyalty", rfc3339(before)]
    assert read["corrected_at"] == rfc3339(shared_house.clock.now)
    told = told_about(shared_house, customer)
    assert told == [{"deposit": deposit_id, "fields": ["items", "remark", "store"]}]


def told_about(house: House, customer: Customer) -> list[dict[str, Any]]:
    """What the business was told of deposits."""
    with house.services.database.read() as db:
        rows = db.execute(
            select(events.c.content, events.c.type)
            .where(events.c.grant_id == customer.grant.id)
            .order_by(events.c.occurred_at)
        )
        return [row.content for row in rows if row.type == "urn:sluis:event:data-changed" and "deposit" in row.content]


def test_a_line_can_be_taken_out_and_an_optional_member_emptied(
    till: Till, customer: Customer, visitor: Visitor
) -> None:
    deposit_id = till.deposit(customer.sub)
    path = f"/vault/deposit/{deposit_id}/correct"
    typed = fields(visitor.get(path))
    assert "items-1-quantity" not in typed, "what a line never had is not offered"
    assert "Line 1 Product" in words(visitor.get(path, headers={"Accept-Language": "en"}))
    answer = visitor.post(path, {**typed, "store": "", "items-1-gone": "y"})
    assert answer.status_code == 303
    content = till.read(customer.sub)[0]["content"]
    assert "store" not in content
    assert [line["name"] for line in content["items"]] == ["Canary seed"]


AMOUNT, SHORT_TEXT = "Write an amount such as 12.50.", "Fill this in, with at most 120 characters."


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"total": "much", "items-0-name": ""}, {"total": AMOUNT, "items-0-name": SHORT_TEXT}),
        ({"total": "", "items-0-name": "c" * 121}, {"total": AMOUNT, "items-0-name": SHORT_TEXT}),
        ({"total": "1.250"}, {"total": AMOUNT}),
        (
            {"currency": "euro", "items-0-quantity": "20000"},
            {
                "currency": "Write the three capitals of a currency, such as EUR.",
                "items-0-quantity": "Write a whole number from 1 to 10000.",
            },
        ),
        ({"items-0-gone": "y", "items-1-price": "free"}, {"items-1-price": AMOUNT}),
        (
            {"items-0-gone": "y", "items-1-gone": "y"},
            {"items-0-gone": "Leave one line in. To be rid of all of it, delete it from your vault."},
        ),
        ({"remark": "r" * 501}, {"remark": "Use plain text of at most 500 characters."}),
        (
            {"remark": "r\x00", "items-0-quantity": "9" * 5000},
            {
                "items-0-quantity": "Write a whole number from 1 to 10000.",
                "remark": "Use plain text of at most 500 characters.",
            },
        ),
    ],
)
def test_a_correction_that_does_not_fit_comes_back_with_what_to_write_beside_each_field_and_changes_nothing(
    shared_house: House,
    till: Till,
    customer: Customer,
    visitor: Visitor,
    change: dict[str, str],
    told: dict[str, str],
) -> None:
    deposit_id = till.deposit(customer.sub)
    path = f"/vault/deposit/{deposit_id}/correct"
    answer = visitor.post(path, {**fields(visitor.get(path)), **change})
    assert answer.status_code == 422
    assert 'id="error-summary"' in answer.text
    assert said_beside(answer) == told
    assert till.read(customer.sub)[0]["content"] == PURCHASE
    assert told_about(shared_house, customer) == []


def said_beside(page: TestResponse) -> dict[str, str]:
    """What the correction form says beside its fields."""
    return dict(re.findall(r'<p class="field-error" id="vault-([^"]*)-error">.*?</span> ([^<]*)</span>', page.text))


def test_a_list_is_corrected_line_by_line_and_one_too_long_is_told_beside_its_one_field(
    till: Till, customer: Customer, visitor: Visitor
) -> None:
    visit = {"place": "Utrecht", "looked_at": ["Seed", "Oil"]}
    path = f"/vault/deposit/{till.deposit(customer.sub, type='visit', content=visit)}/correct"
    typed = fields(visitor.get(path))
    assert typed["looked_at"] == "Seed\nOil"
    for looked_at in ("Seed\n" * 51, f"Seed\n{'c' * 121}\n{'c' * 121}"):
        answer = visitor.post(path, {**typed, "looked_at": looked_at})
        assert said_beside(answer) == {"looked_at": "Use at most 50 lines, with at most 120 characters each."}
    visitor.post(path, {**typed, "looked_at": "Seed\r\n\r\n Bread "})
    assert till.read(customer.sub)[0]["content"]["looked_at"] == ["Seed", "Bread"]


def test_the_longest_receipt_is_corrected_like_any_other(till: Till, customer: Customer, visitor: Visitor) -> None:
    line = {"name": "Canary seed", "article": "20458", "quantity": 2, "price": "3.98"}
    path = f"/vault/deposit/{till.deposit(customer.sub, content={**PURCHASE, 'items': [line] * 200})}/correct"
    ticks = {f"items-{at}-gone": "y" for at in range(1, 200)}
    assert visitor.post(path, {**fields(visitor.get(path)), **ticks, "remark": "One bag"}).status_code == 303
    (left,) = till.read(customer.sub)
    assert (left["content"]["items"], left["remark"]) == ([line], "One bag")


def test_days_and_choices_are_corrected_too(house: House, every_kind: Any) -> None:
    till, customer = every_kind(house)
    visitor = signed_in(house, customer.person)
    for deposit_type, content, change, told in (
        ("warranty", {"product": "Kettle", "ends_on": "2027-03-03"}, {"ends_on": "2028-04-04"}, "Choose a date."),
        (
            "preference",
            {"topic": "Tea", "choice": "Green", "source": "observed"},
            {"source": "stated"},
            "Choose one of these.",
        ),
    ):
        path = f"/vault/deposit/{till.deposit(customer.sub, type=deposit_type, content=content)}/correct"
        typed = fields(visitor.get(path))
        assert {name: typed[name] for name in content} == content
        refused = visitor.post(path, {**typed, **dict.fromkeys(change, "never")})
        assert said_beside(refused) == dict.fromkeys(change, told)
        assert visitor.post(path, {**typed, **change}).status_code == 303
        assert till.read(customer.sub, type=deposit_type)[0]["content"] == {**content, **change}


def test_a_remark_may_be_pasted_with_tabs_hard_spaces_and_joined_signs(
    till: Till, customer: Customer, visitor: Visitor
) -> None:
    path = f"/vault/deposit/{till.deposit(customer.sub)}/correct"
    remark = "r" * 460 + " Not\tmine,\N{NO-BREAK SPACE}ours \N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}\r\nReally"
    assert visitor.post(path, {**fields(visitor.get(path)), "remark": remark}).status_code == 303
    kept = till.read(customer.sub)[0]["remark"]
    assert kept == remark.replace("\t", " ").replace("\r", "")
    assert len(kept) <= 500


def test_saving_without_a_change_tells_nobody(
    shared_house: House, till: Till, customer: Customer, visitor: Visitor
) -> None:
    path = f"/vault/deposit/{till.deposit(customer.sub)}/correct"
    assert visitor.post(path, fields(visitor.get(path))).status_code == 303
    assert told_about(shared_house, customer) == []


def test_of_two_windows_the_second_sees_what_the_first_did(till: Till, customer: Customer, visitor: Visitor) -> None:
    path = f"/vault/deposit/{till.deposit(customer.sub)}/correct"
    typed = fields(visitor.get(path))
    assert visitor.post(path, {**typed, "store": "First"}).status_code == 303
    asked = visitor.post(path, {**typed, "store": "Second"})
    assert asked.status_code == 409
    assert "changed in another window meanwhile" in words(asked)
    assert till.read(customer.sub)[0]["content"]["store"] == "First"
    again = fields(asked)
    assert again["store"] == "Second", "what was typed is kept"
    assert visitor.post(path, {**again, "items-0-gone": "y"}).status_code == 303
    assert till.read(customer.sub)[0]["content"]["store"] == "Second"
    answer = visitor.post(path, {**typed, "store": "Third"})
    assert answer.location.endswith(path), "with other lines than were on screen one begins again"
    assert "This has changed since" in words(visitor.follow(answer))


@pytest.mark.parametrize("version", ["", "one", "²", "٣", "9" * 4301])
def test_a_correction_of_a_version_that_is_none_is_shown_how_it_stands(
    till: Till, customer: Customer, visitor: Visitor, version: str
) -> None:
    path = f"/vault/deposit/{till.deposit(customer.sub)}/correct"
    asked = visitor.post(path, {**fields(visitor.get(path)), "store": "Tilburg", "version": version})
    assert asked.status_code == 409
    assert fields(asked)["version"] == "1"


def test_after_the_end_the_person_still_corrects_and_the_business_is_not_told(
    shared_house: House, till: Till, customer: Customer, visitor: Visitor
) -> None:
    path = f"/vault/deposit/{till.deposit(customer.sub)}/correct"
    assert "is told which parts you changed" in words(visitor.get(path))
    consents.stop(shared_house.services, customer.grant.id, customer.person.id, NOTICE, shared_house.clock.now)
    page = visitor.get(path)
    assert "gets nothing of this now, and is not told what you change." in words(page)
    assert "can read it too" not in words(page)
    saved = visitor.post(path, {**fields(page), "store": "Mine"})
    assert "gets nothing of this now, so it is not told." in words(visitor.follow(saved))
    assert refused(till.get("/v1/deposits", sub=customer.sub), 403) == "access_denied"
    share_high(shared_house, customer.person, till.client_id)  # which is no permission for what was kept before it
    assert visitor.post(path, {**fields(visitor.get(path)), "store": "Mine again"}).status_code == 303
    assert told_about(shared_house, customer) == []


def test_one_deposit_is_deleted_after_one_confirmation(
    shared_house: House, till: Till, customer: Customer, visitor: Visitor
) -> None:
    deposit_id, other = till.deposit(customer.sub), till.deposit(customer.sub)
    path = f"/vault/deposit/{deposit_id}/remove"
    assert "vault-remove-confirm" in visitor.get(path).text
    assert len(till.read(customer.sub)) == 2
    assert "Deleted from your vault." in words(visitor.follow(visitor.post(path)))
    assert [each["id"] for each in till.read(customer.sub)] == [other]
    assert visitor.get(f"/vault/deposit/{deposit_id}").status_code == 404
    assert visitor.post(path).status_code == 404
    assert told_about(shared_house, customer) == [{"deposit": deposit_id, "deleted": True}]


def test_everything_of_one_business_is_deleted_and_nothing_of_another(
    shared_house: House, till: Till, customer: Customer, visitor: Visitor
) -> None:
    other_till = open_till(shared_house)
    other = share_high(shared_house, customer.person, other_till.client_id)
    other_till.deposit(other.sub)
    till.deposit(customer.sub)
    till.deposit(customer.sub)
    path = f"/vault/business/{customer.grant.business_id}/remove"
    assert "2 things are deleted" in words(visitor.get(path))
    assert "Deleted from your vault: everything of Shop." in words(visitor.follow(visitor.post(path)))
    assert till.read(customer.sub) == []
    assert len(other_till.read(other.sub)) == 1
    assert told_about(shared_house, customer) == [{"deposit": "all", "deleted": True}]


def test_the_vault_can_be_taken_along(till: Till, customer: Customer, visitor: Visitor) -> None:
    till.deposit(customer.sub, external_id="bon-1")
    answer = visitor.get("/vault/export")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="vault.json"'
    document = json.loads(answer.text)
    assert document["exported_at"] == rfc3339(till.house.clock.now)
    assert [(each["business"], each["external_id"], each["content"]) for each in document["vault"]] == [
        ("Shop", "bon-1", PURCHASE)
    ]


def test_every_question_is_shown_with_its_place_and_answer(till: Till, customer: Customer, visitor: Visitor) -> None:
    till.ask(customer.sub, place="store in Utrecht <b>")
    till.ask(customer.sub, channel="app")
    assert (
        till.offer(customer.sub, type="warranty", content={"product": "Kettle", "ends_on": "2028-03-31"}).status_code
        == 403
    )
    till.read(customer.sub)
    for path in ("/vault", "/vault/looked-up", f"/vault/business/{customer.grant.business_id}"):
        page = visitor.get(path)
        said = words(page)
        assert "Shop asked whether it may keep this" in said
        assert "What you buy · in the store · Points and benefits as a regular customer." in said
        assert "The answer was yes." in said
        assert "The answer was no. You did not allow it there." in said
        assert "Where, says Shop: store in Utrecht <b>." in said
        assert said.count("Where, says Shop") == 1
        assert "Shop wanted to put something in your vault Your warranties · in the store" in said
        assert "Shop read what it put in your vault The answer was yes." in said
        assert "Utrecht <b>" not in page.text


def test_a_business_that_asks_a_lot_hides_no_other(
    shared_house: House, till: Till, customer: Customer, visitor: Visitor
) -> None:
    other_till = open_till(shared_house)
    other = share_high(shared_house, customer.person, other_till.client_id)
    other_till.ask(other.sub)
    till.ask(customer.sub)
    often = reading.LATEST + 1
    with shared_house.services.database.write() as db:
        (asked,) = lookups.of_person(db, customer.person.id, customer.grant.business_id, 2)
        lookups.add(db, [replace(asked, id=f"{customer.person.id[:24]}{n:08}") for n in range(1, often)])
    page = visitor.get("/vault")
    assert f"Asked {often} times" in words(page)
    assert f"/vault/business/{other.business_id}" in page.text
    assert f"the latest {reading.LATEST} questions" in words(visitor.get("/vault/looked-up"))


def test_a_loyalty_card_is_shown_and_can_be_taken_away(till: Till, customer: Customer, visitor: Visitor) -> None:
    other = share_high(till.house, add_person(till.house), till.client_id)
    till.put("/v1/loyalty-numbers/2900000000025", {"sub": other.sub})
    till.put("/v1/loyalty-numbers/2900000000018", {"sub": customer.sub})
    elsewhere = open_till(till.house)
    there = share_high(till.house, customer.person, elsewhere.client_id)
    elsewhere.put("/v1/loyalty-numbers/2900000000018", {"sub": there.sub})
    path = f"/vault/business/{customer.grant.business_id}"
    page = visitor.get(path)
    assert "by the number of your loyalty card, since 2 November 2026" in words(page)
    assert "2900000000018" not in page.text
    overview = words(visitor.get("/vault"))
    assert "Knows you by your loyalty card since 2 November 2026" in overview
    assert "Asked" not in overview
    taken = words(visitor.follow(visitor.post(f"{path}/card/remove")))
    assert "Shop no longer knows you here by a loyalty card." in taken
    assert "your loyalty card, since" not in taken
    assert not till.allowed(None, loyalty_number="2900000000018")
    assert till.allowed(None, loyalty_number="2900000000025")
    assert elsewhere.allowed(None, loyalty_number="2900000000018")


def test_the_vault_of_another_is_as_if_it_were_not_there(shared_house: House, till: Till, customer: Customer) -> None:
    deposit_id = till.deposit(customer.sub)
    stranger = Customer(add_person(shared_house), customer.grant)
    visitor = signed_in(shared_house, stranger.person)
    paths = [f"/vault/deposit/{deposit_id}{rest}" for rest in ("", "/correct", "/remove")]
    paths += [f"/vault/business/{customer.grant.business_id}{rest}" for rest in ("", "/remove")]
    assert {visitor.get(path).status_code for path in paths} == {404}
    assert {visitor.post(path).status_code for path in paths if not path.endswith(deposit_id)} <= {404, 405}
    assert "Canary" not in visitor.get("/vault").text
    assert json.loads(visitor.get("/vault/export").text)["vault"] == []
    assert len(till.read(customer.sub)) == 1


def test_the_vault_asks_to_sign_in_first(shared_house: House) -> None:
    answer = Visitor(shared_house).get("/vault")
    assert answer.status_code == 303
    assert "/sign-in?next=" in answer.location


def test_changing_the_vault_takes_a_form_of_ours(till: Till, customer: Customer, visitor: Visitor) -> None:
    deposit_id = till.deposit(customer.sub)
    for path in (f"/vault/deposit/{deposit_id}/remove", f"/vault/business/{customer.grant.business_id}/remove"):
        answer = visitor.client.post(path, data={}, base_url=visitor.site)
        assert answer.status_code == 403
    assert len(till.read(customer.sub)) == 1


def test_the_navigation_has_the_vault_only_for_whom_it_means_something(
    shared_house: House, till: Till, customer: Customer, visitor: Visitor
) -> None:
    link = 'href="/vault"'
    low = add_person(shared_house)
    share(shared_house, low, till.client_id, Level.LOW, scopes=SCOPES)
    nobody = signed_in(shared_house, low)
    assert link not in nobody.get("/account").text
    assert link in visitor.get("/account").text  # level high, nothing kept yet
    till.deposit(customer.sub)
    consents.stop(shared_house.services, customer.grant.id, customer.person.id, NOTICE, shared_house.clock.now)
    assert link in visitor.get("/account").text  # ended, and something is still kept
    visitor.post(f"/vault/business/{customer.grant.business_id}/remove")
    assert link not in visitor.get("/account").text


def test_on_its_day_a_deposit_is_gone_from_the_page(house: House) -> None:
    till, person = open_till(house), add_person(house)
    customer = Customer(person, share_high(house, person, till.client_id))
    deposit_id = till.deposit(customer.sub)
    house.clock.now = customer.grant.ends_at
    visitor = signed_in(house, customer.person)
    assert visitor.get(f"/vault/deposit/{deposit_id}").status_code == 404
    assert "Your vault is empty." in words(visitor.get("/vault"))


def test_a_deposit_opens_in_its_own_row_only(shared_house: House, till: Till, customer: Customer) -> None:
    first, second = till.deposit(customer.sub), till.deposit(customer.sub)
    services, now = shared_house.services, shared_house.clock.now
    with services.database.write() as db:
        sealed = db.execute(select(deposits.c.document_sealed).where(deposits.c.id == first)).scalar_one()
        db.execute(update(deposits).where(deposits.c.id == second).values(document_sealed=sealed))
    assert reading.one(services, customer.person.id, first, now) is not None
    with pytest.raises(Undecryptable):
        reading.one(services, customer.person.id, second, now)


def test_nothing_is_kept_longer_than_six_months_whatever_was_agreed() -> None:
    assert str(depositing.LONGEST_KEPT) == "P6M"
