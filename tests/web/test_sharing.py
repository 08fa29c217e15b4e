"""Who has what about me: every grant, its history, lowering it and stopping it, through the pages themselves."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from sqlalchemy import update
from werkzeug.test import TestResponse

from app.domain.grants import EndReason, Grant
from app.domain.levels import Level
from app.domain.release import Channel
from app.domain.retention import ASK_AHEAD, Period
from app.services import (
    authorization_requests,
    cases,
    consents,
    correction,
    endings,
    erasure,
    pausing,
    personas,
    receipt_reading,
    sharing,
)
from app.services.release import readable, record
from app.storage import disclosures, shared_grants
from app.storage.tables.grants import grants
from app.storage.tables.parties import businesses, clients
from tests.factories import (
    CHALLENGE,
    FACTS,
    INTENDED_USE,
    REDIRECT_URI,
    Shopper,
    a_request,
    add_business,
    add_client,
    add_person,
    client_of,
    share,
)
from tests.pages import Page
from tests.protocol.test_statements import counting
from tests.redeeming import SECRET, BackOffice, basic, log_in, tokens
from tests.servers.house import House
from tests.servers.visitor import Visitor, signed_in
from tests.services.deciding import ALL_LEVELS, NOTICE, bearer_of, grant_now, history, released
from tests.services.told import told_of

LOW, MEDIUM, HIGH = Level.LOW, Level.MEDIUM, Level.HIGH
LOW_BY_LAW = {**INTENDED_USE["low"], "claims": {"email": {"ground": "legal_duty", "retention": "P7Y"}}}
"""Level low, with an e-mail address that the law makes the business keep."""
A_LOGIN = {
    "redirect_uri": REDIRECT_URI,
    "response_type": "code",
    "scope": "openid identity:low",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


@pytest.fixture
def house(shared_house: House) -> House:
    return shared_house


@pytest.fixture
def visitor(house: House, nora: Shopper) -> Visitor:
    """Nora's browser, in English, where she is signed in."""
    return signed_in(house, nora)


def a_shop(house: House, name: str, **use: Any) -> str:
    return add_client(house, business_id=add_business(house, name=name, **use))


def shared(house: House, person: Shopper, shop: str, level: Level, *ticked: str, **asked: Any) -> Any:
    return share(house, person, shop, level, ticked=frozenset(ticked), scopes=ALL_LEVELS, **asked)


def press(visitor: Visitor, page: Page, button: str, path: str) -> TestResponse:
    """Press a button of the form it stands in."""
    form = next(form for form in page.all("form") if page[button] in form.all("button"))
    return visitor.client.post(form.attributes.get("action") or path, data=form.fields(), base_url=visitor.site)


# --- the overview -------------------------------------------------------------------------------------------------


def test_a_person_who_shares_nothing_is_told_so(visitor: Visitor) -> None:
    page = Page(visitor.get("/sharing"))
    assert "You are not sharing anything yet." in page.words
    assert page.all(class_="stop-sharing") == []


def test_every_grant_is_an_element_with_what_it_is_about(house: House, nora: Shopper) -> None:
    grant = shared(house, nora, a_shop(house, "Blauw"), MEDIUM, "phone_number")
    house.clock.move(days=335)
    element = Page(signed_in(house, nora).get("/sharing"))[f"grant-{grant.id}"]
    for said in ("Blauw", "Medium", "E-mail address", "Phone number", "Address", "Deliver your order",
                 "Given on", "30 days left", "Last used Not yet"):  # fmt: skip
        assert said in element.words
    assert "stop-sharing" in [name for link in element.all("a") for name in link.classes]
    assert FACTS["phone_number"] not in element.words


def test_the_permission_of_level_high_is_named_among_what_a_business_gets_and_got(
    house: House, visitor: Visitor, nora: Shopper
) -> None:
    for level, named in (MEDIUM, False), (HIGH, True):
        grant = shared(house, nora, a_shop(house, f"At {level.word}"), level)
        element = Page(visitor.get("/sharing"))[f"grant-{grant.id}"]
        assert ("The permission to keep track of what you do." in element.words) is named
        consents.stop(house.services, grant.id, nora.id, NOTICE, house.clock.now)
        element = Page(visitor.get(f"/sharing/{grant.id}"))[f"grant-{grant.id}"]
        assert ("The permission to keep track of what you do." in element.words) is named


def test_a_business_that_gets_no_detail_is_said_to_get_a_number(house: House, visitor: Visitor, nora: Shopper) -> None:
    grant = share(house, nora, add_client(house, intended_use=None), LOW, scopes=frozenset({"openid"}))
    element = Page(visitor.get("/sharing"))[f"grant-{grant.id}"]
    assert "Gets Only a number by which this business recognises you." in element.words
    for act in ("pause", "resume", "stop"):
        visitor.post(f"/sharing/{grant.id}/{act}")
        said = history(house, grant.id)[-1].notice["text"]
        assert not [line for line in said.splitlines() if line.endswith(": ")], said


def test_more_grants_cost_no_more_reads(house: House, nora: Shopper) -> None:
    visitor = signed_in(house, nora)
    costs = []
    for number in range(2):
        shared(house, nora, a_shop(house, f"Shop {number}"), MEDIUM)
        visitor.get("/sharing")
        with counting() as statements:
            assert visitor.get("/sharing").status_code == 200
        costs.append(statements)
    assert costs[0] == costs[1]


def test_a_page_about_one_grant_reads_no_grant_to_another_business(house: House, nora: Shopper) -> None:
    one, other = (shared(house, nora, a_shop(house, name), MEDIUM) for name in ("Blauw", "Sole"))
    visitor = signed_in(house, nora)

    def keep_as(retention: str) -> None:
        with house.services.database.write() as db:
            db.execute(update(grants).where(grants.c.id == other.id).values(retention=retention))

    keep_as("unreadable")
    seen = [visitor.get(f"/sharing/{one.id}{path}").status_code for path in ("", "/level", "/stop", "/pause")]
    keep_as(str(other.retention))
    assert seen == [200, 200, 200, 200]


def test_among_many_businesses_one_is_found_by_its_name(house: House, visitor: Visitor, nora: Shopper) -> None:
    names = ["zuivel", "Bakker", "Slager", "appels", "Kaas", "Vis", "Wijn", "Thee"]
    for name in names:
        shared(house, nora, a_shop(house, name), LOW)
    assert Page(visitor.get("/sharing")).all(class_="grant-index") == []
    last = shared(house, nora, a_shop(house, "Noten"), LOW)
    (index,) = Page(visitor.get("/sharing")).all(class_="grant-index")
    assert [link.words for link in index.all("a")] == sorted([*names, "Noten"], key=str.lower)
    assert index.all("a", href=f"/sharing/{last.id}")


def test_every_grant_that_can_be_stopped_has_its_stop_sharing(house: House, visitor: Visitor, nora: Shopper) -> None:
    shops = [shared(house, nora, a_shop(house, name), LOW) for name in ("Blauw", "Marktplein")]
    page = Page(visitor.get("/sharing"))
    for grant in shops:
        (stop,) = page[f"grant-{grant.id}"].all("a", class_="stop-sharing")
        assert stop.attributes["id"] == "stop-sharing"
    page = Page(visitor.get(f"/sharing/{shops[1].id}"))
    assert page["stop-sharing"] in page[f"grant-{shops[1].id}"].all("a")


def test_running_grants_stand_first_and_ended_ones_under_a_heading_of_their_own(house: House, nora: Shopper) -> None:
    stopped = shared(house, nora, a_shop(house, "Stopped"), LOW)
    consents.stop(house.services, stopped.id, nora.id, NOTICE, house.clock.now)
    expiring = shared(house, nora, a_shop(house, "Expiring"), HIGH)
    house.clock.move(days=170)
    running = shared(house, nora, a_shop(house, "Running"), LOW)
    visitor = signed_in(house, nora)
    page = Page(visitor.get("/sharing"))
    assert "2 businesses get details from you." in page.words
    assert [each.attributes["id"] for each in page.all("article", class_="grant")] == [
        f"grant-{expiring.id}", f"grant-{running.id}", f"grant-{stopped.id}",
    ]  # fmt: skip
    assert "Extend or end?" in page[f"grant-{expiring.id}"].words
    house.clock.now = expiring.ends_at
    page = Page(signed_in(house, nora).get("/sharing"))
    assert [each.attributes["id"] for each in page.all("article", class_="grant")] == [
        f"grant-{running.id}", f"grant-{expiring.id}", f"grant-{stopped.id}",
    ]  # fmt: skip
    assert page[f"grant-{expiring.id}"].all(class_="stop-sharing") == []
    assert "Ended" in page[f"grant-{expiring.id}"].words
    assert "Extend or end?" not in page[f"grant-{expiring.id}"].words
    assert page[f"grant-{stopped.id}"].all(class_="time-left") == []
    assert "Stopped by you" in page[f"grant-{stopped.id}"].words
    assert grant_now(house, expiring.id).ended_at is None  # no job came by, and still it has ended


def test_as_whom_is_told_only_when_there_are_two(house: House, visitor: Visitor, nora: Shopper) -> None:
    grant = shared(house, nora, a_shop(house, "Blauw"), LOW)
    assert "persona" not in Page(visitor.get("/sharing")).words.lower()
    assert " As " not in Page(visitor.get("/sharing"))[f"grant-{grant.id}"].words
    personas.add(house.services, nora.id, "Work", "clay", house.clock.now)
    assert "As Me" in Page(visitor.get("/sharing"))[f"grant-{grant.id}"].words


def test_a_business_that_knows_two_personas_is_counted_once_and_stopped_for_each(
    house: House, visitor: Visitor, nora: Shopper
) -> None:
    blauw = a_shop(house, "Blauw")
    work = personas.add(house.services, nora.id, "Work", "clay", house.clock.now)
    mine, works = (
        shared(house, replace(nora, persona_id=persona_id), blauw, level)
        for persona_id, level in ((nora.persona_id, LOW), (work, MEDIUM))
    )
    page = Page(visitor.get("/sharing"))
    assert len(page.all("article", class_="grant")) == 2
    assert "1 business gets details from you." in page.words
    drawn = {name.words for name in page.all("text", class_="picture-name")}
    assert drawn == {head.words for head in page.all("th", scope="rowgroup")} == {"Blauw · Me", "Blauw · Work"}
    assert "What else you share with it goes on." in Page(visitor.get(f"/sharing/{mine.id}/stop")).words
    for page, whose in ((mine, "yourself"), (works, "Work")):
        for path in ("stop", "level", "pause", "purposes"):
            asked = Page(visitor.get(f"/sharing/{page.id}/{path}"))
            assert f"This is about what you share as {whose}." in asked.words
    stopped = Page(visitor.post(f"/sharing/{mine.id}/stop", follow_redirects=True))
    assert "Stopped. What else you share with Blauw goes on." in stopped.words
    assert stopped["now"].words == "Blauw gets nothing of this any more"
    last = Page(visitor.post(f"/sharing/{works.id}/stop", follow_redirects=True))
    assert "Stopped. Blauw gets nothing more from you." in last.words
    assert last["now"].words == "Blauw gets nothing from you"
    for grant in (mine, works):
        relation = sharing.relation(house.services, nora.id, grant.id, house.clock.now)
        assert relation is not None
        assert relation.shared.terms.keys() == grant.claims


def test_the_picture_has_no_length_that_safari_does_not_know(house: House, visitor: Visitor, nora: Shopper) -> None:
    shared(house, nora, a_shop(house, "Blauw"), HIGH)
    picture = visitor.get("/sharing").text.partition('<svg class="picture"')[2].partition("<details")[0]
    assert "em" in picture
    assert not re.findall(r'[\d.]rem"', picture), "WebKit draws a <text> or <line> with a rem in it at the top"


def test_only_the_person_s_own_grants_are_there(house: House, visitor: Visitor, nora: Shopper) -> None:
    stranger = add_person(house)
    theirs = shared(house, stranger, a_shop(house, "Blauw"), HIGH)
    assert Page(visitor.get("/sharing")).find(f"grant-{theirs.id}") is None
    for path in ("", "/level", "/stop"):
        assert visitor.get(f"/sharing/{theirs.id}{path}").status_code == 404
    assert visitor.post(f"/sharing/{theirs.id}/stop").status_code == 404
    assert visitor.post(f"/sharing/{theirs.id}/level", {"level": "low"}).status_code == 404
    assert grant_now(house, theirs.id) == theirs
    assert visitor.get("/sharing/" + "0" * 32).status_code == 404


@pytest.mark.parametrize("path", ["/sharing", "/sharing/x", "/sharing/x/level", "/sharing/x/stop", "/receipts"])
def test_who_is_not_signed_in_signs_in_first(house: House, path: str) -> None:
    response = Visitor(house).get(path)
    assert response.status_code == 303
    assert "/sign-in" in response.headers["Location"]


# --- one business -------------------------------------------------------------------------------------------------


def test_one_business_shows_what_it_can_read_now_and_on_which_terms(
    house: House, visitor: Visitor, nora: Shopper
) -> None:
    grant = shared(house, nora, a_shop(house, "Blauw"), HIGH, "birthdate")
    page = Page(visitor.get(f"/sharing/{grant.id}"))
    items = {item.all("h3")[0].words: item for item in page.all("li", class_="agreed-item")}
    assert set(items) == {"E-mail address", "Address", "Date of birth"}
    assert nora.email in items["E-mail address"].words
    address = items["Address"]
    assert FACTS["address"]["street_address"] not in address.all("summary")[0].words
    assert FACTS["address"]["street_address"] in address.words
    assert re.search(r"Your agreement with the business, until \d+ [A-Z][a-z]+ 20\d\d$", address.words)
    assert "Points and benefits as a regular customer" in items["Date of birth"].words
    assert "Your consent" in items["Date of birth"].words
    assert "may keep track of what you do" in page.words
    assert "your visits, what you buy" in page.words


def test_the_values_shown_are_those_a_token_would_get_at_this_moment(
    house: House, visitor: Visitor, nora: Shopper
) -> None:
    grant = shared(house, nora, a_shop(house, "Blauw"), LOW, "name")
    correction.correct(house.services, nora.id, nora.persona_id, {"name": "Nora Newname"}, house.clock.now)
    assert "Nora Newname" in Page(visitor.get(f"/sharing/{grant.id}")).words
    correction.correct(house.services, nora.id, nora.persona_id, {"name": None}, house.clock.now)
    page = Page(visitor.get(f"/sharing/{grant.id}"))
    assert "Not given now" in page[f"grant-{grant.id}"].words
    assert released(house, bearer_of(grant)) == {"email"}


def test_the_timeline_tells_decisions_and_hand_overs_by_name_and_never_a_value(
    house: House, visitor: Visitor, nora: Shopper
) -> None:
    office = BackOffice(house, add_client(house))
    login = log_in(house, nora, office.client_id, MEDIUM, scopes=ALL_LEVELS)
    answer = tokens(office.redeem(login.code()))
    for _ in range(3):
        house.clock.move(seconds=30)
        assert office.userinfo(answer["access_token"]).status_code == 200
    house.clock.move(hours=1)
    consents.step_down(house.services, login.grant.id, nora.id, LOW, NOTICE, house.clock.now)
    house.clock.move(hours=1)
    consents.stop(house.services, login.grant.id, nora.id, NOTICE, house.clock.now)
    entries = Page(visitor.get(f"/sharing/{login.grant.id}")).all("li", class_="timeline-entry")
    assert [entry.all(class_="timeline-title")[0].words for entry in entries] == [
        "You stopped sharing",
        "You lowered the level to Low",
        "Shop read your details",
        "You shared with Shop Medium",
        "Shop asked for:",
    ]
    read = entries[2]
    assert "3 times" in read.words
    assert [name.words for name in read.all("ul", class_="names")[0].all("li")] == ["E-mail address", "Address"]
    assert "No longer for Shop: Address" in entries[1].words
    assert [name.words for name in entries[1].all("ul", class_="names")[0].all("li")] == ["Address"]
    told = " ".join(entry.words for entry in entries)
    assert [value for value in (nora.email, FACTS["name"], "Sluisweg") if value in told] == []
    receipts = [link.attributes["href"] for entry in entries for link in entry.all("a")]
    assert receipts == [f"/receipts/{login.grant.id}/{version}" for version in (3, 2, 1)]


def test_a_business_that_reads_all_the_time_hides_nothing_it_read_before(shared_house: House, nora: Shopper) -> None:
    grant = shared(shared_house, nora, a_shop(shared_house, "Nosy"), MEDIUM)
    now = shared_house.clock.now
    with shared_house.services.database.write() as db:
        disclosures.add(db, grant.id, Channel.USERINFO.value, frozenset({"address"}), now - timedelta(days=2))
        for second in range(301):
            at = now - timedelta(days=1, seconds=second)
            disclosures.add(db, grant.id, Channel.USERINFO.value, frozenset({"email"}), at)
    read = [
        entry.words
        for entry in Page(signed_in(shared_house, nora).get(f"/sharing/{grant.id}")).all(class_="timeline-disclosed")
    ]
    assert len(read) == 2
    assert "301 times" in read[0]
    assert "Address" in read[1]


def test_the_timeline_tells_more_less_and_the_same_again_apart(house: House, visitor: Visitor, nora: Shopper) -> None:
    shop = a_shop(house, "Blauw")
    for level, *ticked in ((LOW,), (LOW, "name"), (LOW,), (LOW,), (MEDIUM,)):
        house.clock.move(minutes=1)
        grant = shared(house, nora, shop, level, *ticked)
    entries = Page(visitor.get(f"/sharing/{grant.id}")).all("li", class_="timeline-entry")
    assert [(entry.all(class_="timeline-title")[0].words, [name.words for name in entry.all("li")[1:]])
            for entry in entries if "asked for:" not in entry.words] == [
        ("You raised the level to Medium", ["Address"]),
        ("You shared the same again, with a new end date Low", []),
        ("You shared less, at level Low", ["Full name"]),
        ("You shared more, at level Low", ["Full name"]),
        ("You shared with Blauw Low", ["E-mail address"]),
    ]  # fmt: skip


def _declares(house: House, grant: Grant, **low: Any) -> None:
    declared = {**INTENDED_USE, "low": {**INTENDED_USE["low"], **low}}
    with house.services.database.write() as db:
        db.execute(update(businesses).where(businesses.c.id == grant.business_id).values(intended_use=declared))


def test_the_timeline_names_what_is_given_on_a_stronger_ground_or_for_more_since(
    house: House, visitor: Visitor, nora: Shopper
) -> None:
    shop = a_shop(house, "Blauw", intended_use={"low": {**INTENDED_USE["low"], "purposes": ["account"]}})
    for changes in ({"purposes": ["account"]}, {"purposes": ["account", "service"]}, {"ground": "legal_duty"}, {}):
        grant = shared(house, nora, shop, LOW)
        _declares(house, grant, **changes)
        house.clock.move(minutes=1)
    entries = Page(visitor.get(f"/sharing/{grant.id}")).all("li", class_="timeline-entry")
    told = [entry.words for entry in entries if "asked for:" not in entry.words]
    assert ["New for Blauw: E-mail address" in words for words in told] == [True, True, False, False]


def test_what_the_law_makes_a_business_keep_is_kept_among_the_words_of_stopping_and_of_asking_to_erase(
    house: House, visitor: Visitor, nora: Shopper
) -> None:
    use = {**INTENDED_USE, "low": LOW_BY_LAW}
    for paths in (["/sharing/{}/stop", "/cases/ask/{}"], ["/cases/ask/{}"]):
        grant = shared(house, nora, a_shop(house, "Blauw", intended_use=use), LOW)
        until = grant.given_at.replace(year=grant.given_at.year + 7)
        kept = f"The law makes it keep: E-mail address until {until:%-d %B %Y}"
        for path in paths:
            assert kept in Page(visitor.get(path.format(grant.id))).words
            visitor.post(path.format(grant.id))
            assert history(house, grant.id)[-1].notice["text"].splitlines().count(kept) == 1


def test_a_duty_to_keep_that_the_business_gave_up_since_is_said_no_more(
    house: House, visitor: Visitor, nora: Shopper
) -> None:
    use = {**INTENDED_USE, "low": LOW_BY_LAW}
    grant = shared(house, nora, a_shop(house, "Blauw", intended_use=use), LOW)
    for path in (f"/sharing/{grant.id}", f"/sharing/{grant.id}/stop"):
        assert f"{grant.given_at.year + 7}" in Page(visitor.get(path)).words
    _declares(house, grant)
    for path in (f"/sharing/{grant.id}", f"/sharing/{grant.id}/stop"):
        assert f"{grant.given_at.year + 7}" not in Page(visitor.get(path)).words


def test_what_the_law_makes_a_business_keep_is_said_also_after_less_is_shared(
    house: House, visitor: Visitor, nora: Shopper
) -> None:
    by_law = {"address": {"ground": "legal_duty", "retention": "P7Y"}}
    use = {**INTENDED_USE, "medium": {**INTENDED_USE["medium"], "claims": by_law}}
    grant = shared(house, nora, a_shop(house, "Blauw", intended_use=use), MEDIUM)
    day = f"{Period(84).after(grant.given_at):%-d %B %Y}"
    consents.step_down(house.services, grant.id, nora.id, LOW, NOTICE, house.clock.now)
    assert day not in Page(visitor.get(f"/sharing/{grant.id}")).words, "it fetched nothing"
    with house.services.database.write() as db:
        disclosures.add(db, grant.id, Channel.USERINFO.value, grant.claims, house.clock.now)
    page = Page(visitor.get(f"/sharing/{grant.id}")).words
    assert f"The law makes it keep what it got before: Address until {day}" in page
    (row,) = (row for row in Page(visitor.get("/sharing")).all("tr") if "Address" in row.words)
    assert f"{day} by law" in row.words
    for path in (f"/sharing/{grant.id}/stop", f"/cases/ask/{grant.id}"):
        assert f"The law makes it keep: Address until {day}" in Page(visitor.get(path)).words
    erasure.stop_and_erase(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    assert f"The law makes it keep: Address until {day}" in Page(visitor.get(f"/sharing/{grant.id}")).words
    for version, act in ((2, "change"), (3, "withdraw"), (4, "erase")):
        receipt = receipt_reading.of_version(house.services, nora.id, grant.id, version)
        assert receipt is not None
        assert receipt.record["event"]["event_type"] == act
        (kept,) = receipt.record["processing"]["retained_by_law"]
        assert (kept["pii_type"], kept["lawful_basis"][-6:], kept["purposes"]) == (
            "address",
            "A6-1-c",
            ["delivery", "payment"],
        )
        said = Page(visitor.get(f"/receipts/{grant.id}/{version}")).words
        assert f"The law makes it keep what it got before: Address until {day}" in said


def test_what_the_law_keeps_of_an_extra_taken_back_is_named_apart_from_what_is_still_given(
    house: House, visitor: Visitor, nora: Shopper
) -> None:
    by_law = {name: {"ground": "legal_duty", "retention": "P7Y"} for name in ("address", "phone_number")}
    use = {**INTENDED_USE, "medium": {**INTENDED_USE["medium"], "claims": by_law}}
    shop = a_shop(house, "Blauw", intended_use=use)
    never, grant = shared(house, nora, shop, MEDIUM), shared(house, nora, shop, MEDIUM, "phone_number")
    with house.services.database.write() as db:
        disclosures.add(db, grant.id, Channel.USERINFO.value, grant.claims, house.clock.now)
    assert "keep what it got before" not in Page(visitor.get(f"/sharing/{grant.id}")).words
    consents.take_back(house.services, grant.id, nora.id, "phone_number", NOTICE, house.clock.now)
    (kept,) = Page(visitor.get(f"/sharing/{grant.id}")).all(class_="kept-by-law")
    assert "Phone number until" in kept.words
    assert "Address" not in kept.words
    for version, apart in ((1, []), (2, []), (3, ["phone_number"])):
        receipt = receipt_reading.of_version(house.services, nora.id, never.id, version)
        assert receipt is not None
        named = [each["pii_type"] for each in receipt.record["processing"].get("retained_by_law", ())]
        assert named == apart, "an extra that was not ticked was never given"


def test_a_receipt_names_no_duty_that_the_business_gave_up_and_none_comes_back(
    house: House, visitor: Visitor, nora: Shopper
) -> None:
    use = {**INTENDED_USE, "low": LOW_BY_LAW}
    grant = shared(house, nora, a_shop(house, "Blauw", intended_use=use), LOW)
    _declares(house, grant)
    consents.stop(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    receipt = receipt_reading.of_version(house.services, nora.id, grant.id, 2)
    assert receipt is not None
    (email,) = receipt.record["processing"]["pii_information"]
    assert (email["lawful_basis"][-6:], email["retention_until"]) == ("A6-1-a", int(house.clock.now.timestamp()))
    _declares(house, grant, **LOW_BY_LAW)
    assert "The law makes it keep" not in Page(visitor.get(f"/sharing/{grant.id}")).words


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ({"client_name": "Webshop"}, {"client_name": "Till"}, ("Webshop", "Till")),
        (
            {"redirect_uris": ["https://web.example/cb"]},
            {"redirect_uris": ["app.shop:/cb"]},
            ("web.example", "app.shop"),
        ),
        ({}, {}, None),
    ],
)
def test_two_clients_of_one_business_are_told_apart_where_they_stand_beside_each_other(
    house: House, visitor: Visitor, nora: Shopper, first: Any, second: Any, told: tuple[str, str] | None
) -> None:
    business_id = add_business(house, name="Twice")
    grants = [shared(house, nora, add_client(house, business_id=business_id, **each), LOW) for each in (first, second)]
    page = Page(visitor.get("/sharing"))
    domains = [page[f"grant-{grant.id}"].all(class_="shop-domain")[0].words for grant in grants]
    assert domains == (["shop.example"] * 2 if told is None else [f"shop.example · {each}" for each in told])
    consents.stop(house.services, grants[0].id, nora.id, NOTICE, house.clock.now)
    page = Page(visitor.get(f"/sharing/{grants[1].id}"))
    assert page.all(class_="shop-domain")[0].words.startswith(domains[1])


def through_two(house: House, person: Shopper, level: Level, *ticked: str) -> tuple[Grant, Grant]:
    """What is shared with one business through its app, and at level low through its website."""
    business_id = add_business(house, name="Twice")
    app, website = (add_client(house, business_id=business_id, client_name=name) for name in ("App", "Website"))
    return shared(house, person, app, level, *ticked), shared(house, person, website, LOW)


def test_stopping_what_goes_through_one_of_two_clients_names_it_and_says_that_the_rest_goes_on(
    house: House, visitor: Visitor, nora: Shopper
) -> None:
    app, website = through_two(house, nora, HIGH)
    for path in ("stop", "level", "purposes", "pause"):
        assert "This is about what you share through App." in Page(visitor.get(f"/sharing/{app.id}/{path}")).words
    page = Page(visitor.get(f"/sharing/{app.id}/stop"))
    assert "What else you share with it goes on. What stops E-mail address Address" in page.words
    assert "It may use that only for what goes on." in page.words
    assert "no longer gets" not in page.words, "it gets the e-mail address through its website still"
    visitor.post(f"/sharing/{app.id}/stop")
    assert history(house, app.id)[-1].notice["text"].splitlines() == [
        "Stop sharing with Twice",
        "This is about what you share through App.",
        "This stops: E-mail address, Address",
        "The permission to keep track of what you do ends.",
        "What else you share with Twice goes on.",
    ]
    assert "This is about" not in Page(visitor.get(f"/sharing/{website.id}/stop")).words, "it is the only one now"


def test_giving_less_through_one_of_two_clients_is_kept_in_words_that_are_true_of_both(
    house: House, visitor: Visitor, nora: Shopper
) -> None:
    app, website = through_two(house, nora, MEDIUM, "name")
    visitor.post(f"/sharing/{website.id}/purposes", {"purpose": "service"})
    assert "This is about what you share through Website." in history(house, website.id)[-1].notice["text"]
    took = Page(visitor.post(f"/sharing/{app.id}/extras", {"claim": "name"}, follow_redirects=True))
    assert "This stops: Full name. What else you share with Twice goes on. See the receipt" in took.words
    assert "This is about what you share through App." in history(house, app.id)[-1].notice["text"]
    way = Page(visitor.get(f"/sharing/{app.id}/level"))
    press(visitor, way, "lower-low", f"/sharing/{app.id}/level")
    lowered = Page(visitor.get(f"/sharing/{app.id}")).words
    assert "Lowered to level Low. What else you share with Twice goes on. See the receipt" in lowered
    words = history(house, app.id)[-1].notice["text"].splitlines()
    assert words[1] == "This is about what you share through App."
    assert "This stops: Address" in words
    assert words[-1] == "What else you share with Twice goes on."


def test_nothing_is_said_to_go_on_where_the_other_grant_gives_nothing_now(
    house: House, visitor: Visitor, nora: Shopper
) -> None:
    app, website = through_two(house, nora, LOW)
    pausing.pause(house.services, website.id, nora.id, NOTICE, house.clock.now)
    page = Page(visitor.get(f"/sharing/{app.id}/stop"))
    assert "This is about what you share through App." in page.words
    assert "Twice gets nothing more from you." in page.words
    pausing.resume(house.services, website.id, nora.id, NOTICE, house.clock.now)
    assert "goes on" in Page(visitor.get(f"/sharing/{app.id}/stop")).words
    with house.services.database.write() as db:
        db.execute(update(clients).where(clients.c.id == website.client_id).values(standing="disabled"))
    assert "Twice gets nothing more from you." in Page(visitor.get(f"/sharing/{app.id}/stop")).words


def test_a_persona_and_a_client_are_named_in_one_breath(house: House, visitor: Visitor, nora: Shopper) -> None:
    app, _ = through_two(house, nora, LOW)
    personas.add(house.services, nora.id, "Work", "clay", house.clock.now)
    said = "This is about what you share as yourself through App."
    assert said in Page(visitor.get(f"/sharing/{app.id}/stop")).words


def test_the_timeline_says_which_client_of_the_business_each_thing_was_of(house: House, nora: Shopper) -> None:
    services = house.services
    app, website = through_two(house, nora, HIGH)
    till = add_client(house, business_id=app.business_id, client_name="Till")
    with services.database.write() as db:
        record(db, website, Channel.USERINFO, frozenset({"email"}), house.clock.move(minutes=1))
    now = house.clock.move(minutes=1)
    handle = authorization_requests.open(services, a_request(house, till), b"b", now)
    assert authorization_requests.refuse(
        services, authorization_requests.load(services, handle, b"b", now), nora.id, now
    )
    case = erasure.stop_and_erase(services, app.id, nora.id, NOTICE, house.clock.move(minutes=1))
    cases.answer(services, app.business_id, case.id, {"state": "completed"}, house.clock.move(minutes=1))
    house.clock.now = website.ends_at
    entries = Page(signed_in(house, nora).get(f"/sharing/{app.id}")).all("li", class_="timeline-entry")
    assert [
        entry.all(class_="timeline-title")[0].words + entry.all(class_="item-note")[0].words for entry in entries
    ] == [
        "The term was over, so it endedThrough Website",
        "Twice says: everything is erasedThrough App",
        "Twice was asked to erase what it gotThrough App",
        "You stopped sharingThrough App",
        "You shared nothingThrough Till",
        "Twice asked for:Through Till",
        "Twice read your detailsThrough Website",
        "You shared with Twice LowThrough Website",
        "Twice asked for:Through Website",
        "You shared with Twice HighThrough App",
        "Twice asked for:Through App",
    ]


def test_the_timeline_of_a_business_with_one_client_names_none(house: House, visitor: Visitor, nora: Shopper) -> None:
    grant = shared(house, nora, a_shop(house, "Blauw"), LOW)
    assert "Through" not in Page(visitor.get(f"/sharing/{grant.id}")).words


def test_the_timeline_tells_ends_that_others_brought_about(house: House, visitor: Visitor, nora: Shopper) -> None:
    shop = a_shop(house, "Blauw")
    first = shared(house, nora, shop, LOW)
    house.clock.move(minutes=1)
    second = shared(house, nora, shop, LOW, grant_action="create")
    house.clock.move(minutes=1)
    with house.services.database.write() as db:
        endings.end(
            house.services, db, second, client_of(house, shop), EndReason.REVOKED_BY_CLIENT, NOTICE, house.clock.now
        )
    titles = [title.words for title in Page(visitor.get(f"/sharing/{first.id}")).all(class_="timeline-title")]
    assert titles[0] == "Blauw ended it"
    assert "A new choice took its place" in titles


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (EndReason.EXPIRED, "The term was over, so it ended"),
        (EndReason.LOST, "It ended: we put back a backup, and your last choice about it was lost"),
        (EndReason.WITHDRAWN, "You stopped sharing"),
    ],
)
def test_the_timeline_says_why_it_ended(
    house: House, visitor: Visitor, nora: Shopper, reason: EndReason, told: str
) -> None:
    grant = shared(house, nora, a_shop(house, "Blauw"), LOW)
    client, now = client_of(house, grant.client_id), house.clock.move(minutes=1)
    with house.services.database.write() as db:
        endings.end(house.services, db, grant, client, reason, NOTICE, now)
    titles = [title.words for title in Page(visitor.get(f"/sharing/{grant.id}")).all(class_="timeline-title")]
    assert titles == [told, "You shared with Blauw Low", "Blauw asked for:"]


def test_the_timeline_says_as_whom_and_when_the_permission_came_and_went(
    house: House, visitor: Visitor, nora: Shopper
) -> None:
    personas.add(house.services, nora.id, "Work", "clay", house.clock.now)
    shop = a_shop(house, "Blauw")
    for level in (LOW, HIGH, HIGH):
        grant = shared(house, nora, shop, level)
        house.clock.move(minutes=1)
    consents.step_down(house.services, grant.id, nora.id, LOW, NOTICE, house.clock.now)
    house.clock.move(minutes=1)
    shared(house, nora, shop, HIGH)
    house.clock.move(minutes=1)
    consents.stop(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    entries = Page(visitor.get(f"/sharing/{grant.id}")).all("li", class_="timeline-entry")
    details = [[line.words for line in entry.all("p")[1:] if "Receipt" not in line.words] for entry in entries]
    added, gone = (
        "With the permission to keep track of what you do.",
        "Without the permission to keep track of what you do.",
    )
    assert [each for entry, each in zip(entries, details, strict=True) if "asked for:" not in entry.words] == [
        [],
        [added, "New for Blauw:"],
        [gone, "No longer for Blauw:"],
        ["As yourself."],
        [added, "New for Blauw:"],
        ["As yourself."],
    ]


def test_a_hand_over_in_the_id_token_is_told_as_such(house: House, visitor: Visitor, nora: Shopper) -> None:
    grant = shared(house, nora, a_shop(house, "Blauw"), LOW)
    with house.services.database.note() as db:
        record(db, grant, Channel.ID_TOKEN, frozenset({"email"}), house.clock.now)
    page = Page(visitor.get(f"/sharing/{grant.id}"))
    assert "Blauw got details when you logged in" in page.words
    used = next(fact for fact in page.all("dl")[0].all("div") if "Last used" in fact.words)
    assert re.fullmatch(r"Last used \d+ [A-Z][a-z]+ 20\d\d", used.words)


def test_the_history_with_a_business_outlives_a_grant(house: House, visitor: Visitor, nora: Shopper) -> None:
    shop = a_shop(house, "Blauw")
    first = shared(house, nora, shop, LOW)
    consents.stop(house.services, first.id, nora.id, NOTICE, house.clock.now)
    house.clock.move(hours=1)
    second = shared(house, nora, shop, MEDIUM)
    page = Page(visitor.get(f"/sharing/{second.id}"))
    titles = [each.words for each in page.all(class_="timeline-title") if "asked for" not in each.words]
    assert titles == ["You shared with Blauw Medium", "You stopped sharing", "You shared with Blauw Low"]
    assert page.find(f"grant-{first.id}") is not None


def test_a_term_that_is_over_is_told_though_nobody_wrote_it_down(house: House, visitor: Visitor, nora: Shopper) -> None:
    grant = shared(house, nora, a_shop(house, "Blauw"), HIGH)
    house.clock.now = grant.ends_at + timedelta(days=1)
    visitor = signed_in(house, nora)
    page = Page(visitor.get(f"/sharing/{grant.id}"))
    assert "Blauw gets nothing from you" in page.words
    assert page.all(class_="timeline-title")[0].words == "The term was over, so it ended"
    assert FACTS["address"]["street_address"] not in page.words
    assert page.find("stop-sharing") is None
    for path in ("level", "stop"):
        assert visitor.get(f"/sharing/{grant.id}/{path}").status_code == 303
    assert visitor.post(f"/sharing/{grant.id}/stop").status_code == 303
    assert grant_now(house, grant.id).end_reason is None


def test_a_closed_business_can_read_nothing(house: House, visitor: Visitor, nora: Shopper) -> None:
    closed = add_client(house)
    grant = shared(house, nora, closed, LOW)
    with house.services.database.write() as db:
        db.execute(update(clients).where(clients.c.id == closed).values(standing="disabled"))
    page = Page(visitor.get(f"/sharing/{grant.id}"))
    assert "cannot read anything, because its connection" in page.words
    assert page["now"].words == "Shop gets nothing now"
    assert nora.email not in page[f"grant-{grant.id}"].words
    overview = Page(visitor.get("/sharing"))
    assert "No business gets anything from you now." in overview.words
    card = overview[f"grant-{grant.id}"].words
    assert "Gets nothing now Agreed E-mail address" in card
    assert "Gets nothing now" in {each.words for each in overview.all("text", class_="picture-until")}
    assert len(overview.all("rect", class_="picture-bar-paused")) == len(overview.all("rect", class_="picture-bar")) > 0
    assert "Gets nothing now" in overview.all("th", scope="rowgroup")[0].words


def test_a_closed_client_of_a_business_that_has_another_speaks_for_itself_alone(
    house: House, visitor: Visitor, nora: Shopper
) -> None:
    app, website = through_two(house, nora, LOW)
    with house.services.database.write() as db:
        db.execute(update(clients).where(clients.c.id == app.client_id).values(standing="disabled"))
    page = Page(visitor.get(f"/sharing/{app.id}"))
    assert page["now"].words == "Twice gets nothing of this now"
    assert "cannot read anything of this, because this connection with Sluis is closed." in page.words
    overview = Page(visitor.get("/sharing"))
    assert "1 business gets details from you." in overview.words
    assert "Gets nothing now" not in overview[f"grant-{website.id}"].words


def test_what_is_paused_and_closed_too_is_not_said_to_need_but_resuming(
    house: House, visitor: Visitor, nora: Shopper
) -> None:
    grant = shared(house, nora, a_shop(house, "Blauw"), LOW)
    pausing.pause(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    with house.services.database.write() as db:
        db.execute(update(clients).where(clients.c.id == grant.client_id).values(standing="disabled"))
    page = Page(visitor.get(f"/sharing/{grant.id}"))
    assert page["now"].words == "Blauw gets nothing now"
    assert "If you resume it, Blauw still gets nothing of it" in page.words
    assert "until you resume" not in page.words
    confirm = Page(visitor.get(f"/sharing/{grant.id}/resume"))
    resumed = Page(visitor.post(f"/sharing/{grant.id}/resume", follow_redirects=True))
    for words in (confirm.words, resumed.words, history(house, grant.id)[-1].notice["text"]):
        assert "This connection with Sluis is closed, so for now Blauw gets nothing of it." in words
        assert "gets again" not in words
    assert "Resumed. This connection" in resumed.words


# --- lowering -----------------------------------------------------------------------------------------------------


def test_the_lower_levels_say_what_stays_and_what_goes(house: House, visitor: Visitor, nora: Shopper) -> None:
    grant = shared(house, nora, a_shop(house, "Blauw"), HIGH, "birthdate", "phone_number")
    page = Page(visitor.get(f"/sharing/{grant.id}/level"))
    low, medium = page.all("section", class_="way")
    named = [
        [name.words for names in way.all("ul", class_="names") for name in names.all("li")] for way in (low, medium)
    ]
    assert named[0] == ["E-mail address", "Date of birth", "Phone number", "Address"]
    assert named[1] == ["E-mail address", "Phone number", "Address", "Date of birth"]
    for way in (low, medium):
        assert "The permission to keep track of what you do ends." in way.words
        assert f"Until {grant.ends_at:%-d %B %Y}" in way.words


def test_what_has_ended_still_says_what_it_was(house: House, visitor: Visitor, nora: Shopper) -> None:
    plain, asked = add_client(house, intended_use=None), frozenset({"openid", "email", "offline_access"})
    offline = share(house, nora, plain, LOW, scopes=asked)
    path, goes_on = f"/sharing/{offline.id}", "Also while you are not signed in"
    assert goes_on in Page(visitor.get(path)).words
    consents.stop(house.services, offline.id, nora.id, NOTICE, house.clock.now)
    assert goes_on not in Page(visitor.get(path)).words
    grant = shared(house, nora, a_shop(house, "Was Here"), MEDIUM)
    consents.stop(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    card = next(each for each in Page(visitor.get("/sharing")).all("article") if "Was Here" in each.words)
    assert {name.words for name in card.all(class_="names")[0].all("li")} == {"E-mail address", "Address"}
    assert "Share less" not in card.words


def test_a_request_that_was_answered_with_nothing_is_told_too(house: House, nora: Shopper) -> None:
    services = house.services
    grant = shared(house, nora, a_shop(house, "Sometimes"), LOW)
    never = a_shop(house, "Never")
    for client_id in (grant.client_id, never, never):
        now = house.clock.move(days=1)
        handle = authorization_requests.open(services, a_request(house, client_id), b"b", now)
        stored = authorization_requests.load(services, handle, b"b", now)
        assert authorization_requests.refuse(services, stored, nora.id, now)
    visitor = signed_in(house, nora)
    titles = [each.words for each in Page(visitor.get(f"/sharing/{grant.id}")).all(class_="timeline-title")]
    assert titles[:2] == ["You shared nothing", "Sometimes asked for:"]
    assert titles.count("You shared nothing") == 1, "what another business asked stands on another page"
    words = Page(visitor.get("/sharing")).words
    assert f"Never Asked on {now:%-d %B %Y}" in words, "the last time"
    assert words.count("Never Asked on") == 1
    assert "Asked, and got nothing You shared nothing with these. Never Asked on" in words
    assert "Sometimes Asked on" not in words, "it stands in the timeline of its own page"


def test_sharing_less_is_offered_only_where_less_can_be_shared(house: House, visitor: Visitor, nora: Shopper) -> None:
    for name, level, ticked in (("Least", LOW, ()), ("Extra", LOW, ("name",)), ("More", MEDIUM, ())):
        grant = shared(house, nora, a_shop(house, name), level, *ticked)
        page = visitor.get(f"/sharing/{grant.id}")
        assert ('id="change-level"' in page.text) is (name != "Least"), name


def test_lowering_acts_at_once_on_tokens_already_out_and_says_so(house: House, visitor: Visitor, nora: Shopper) -> None:
    office = BackOffice(house, add_client(house))
    login = log_in(house, nora, office.client_id, HIGH, scopes=ALL_LEVELS)
    token = tokens(office.redeem(login.code()))["access_token"]
    assert "address" in office.userinfo(token).get_json()
    path = f"/sharing/{login.grant.id}/level"
    response = press(visitor, Page(visitor.get(path)), "lower-low", path)
    assert response.headers["Location"] == f"/sharing/{login.grant.id}"
    told = office.userinfo(token).get_json()
    assert (told["data_level"], told["data_purposes"]) == ("low", ["account", "service"])
    assert {"address", "data_collection"}.isdisjoint(told)
    page = Page(visitor.get(response.headers["Location"]))
    (status,) = page.all(role="status")
    assert "Shop now gets level Low and no more." in status.words
    assert {"autofocus", "tabindex"} <= status.attributes.keys(), "a screen reader would pass it by"
    assert [link.attributes["href"] for link in status.all("a")] == [f"/receipts/{login.grant.id}/2"]
    notice = history(house, login.grant.id)[-1].notice
    assert notice["language"] == "en"
    assert notice["text"].splitlines()[:-1] == [
        "Lower what Shop gets to level Low",
        "Shop keeps getting: E-mail address",
        "Shop no longer gets: Address",
        "The permission to keep track of what you do ends.",
    ]


def test_the_receipt_of_a_lower_level_has_the_words_of_that_level(
    house: House, visitor: Visitor, nora: Shopper
) -> None:
    grant = shared(house, nora, add_client(house), HIGH)
    path = f"/sharing/{grant.id}/level"
    press(visitor, Page(visitor.get(path)), "lower-medium", path)
    assert history(house, grant.id)[-1].notice["text"].splitlines()[:3] == [
        "Lower what Shop gets to level Medium",
        "Shop keeps getting: E-mail address, Address",
        "The permission to keep track of what you do ends.",
    ]


def _moves_a_claim_down(house: House, nora: Shopper, grant: Grant) -> None:
    """The business asks at low from now on what it asked at medium."""
    with house.services.database.write() as db:
        row = update(businesses).where(businesses.c.id == grant.business_id)
        db.execute(row.values(intended_use=INTENDED_USE))


def _gives_more_elsewhere(house: House, nora: Shopper, grant: Grant) -> None:
    """In another window the person shares an extra of low."""
    shared(house, nora, grant.client_id, MEDIUM, "name", grant_action="merge")


NAME_AT_MEDIUM = INTENDED_USE | {
    "low": INTENDED_USE["low"] | {"optional": []},
    "medium": INTENDED_USE["medium"] | {"optional": ["name"], "claims": {"name": {"purposes": ["account"]}}},
}


@pytest.mark.parametrize(
    ("use", "ticked", "meanwhile"),
    [(NAME_AT_MEDIUM, ["name"], _moves_a_claim_down), (INTENDED_USE, [], _gives_more_elsewhere)],
)
def test_lowering_leaves_a_business_no_more_than_the_page_said_that_was_pressed(
    house: House, visitor: Visitor, nora: Shopper, use: Any, ticked: list[str], meanwhile: Callable[..., None]
) -> None:
    grant = shared(house, nora, add_client(house, intended_use=use), MEDIUM, *ticked)
    path = f"/sharing/{grant.id}/level"
    page = Page(visitor.get(path))
    meanwhile(house, nora, grant)
    before = grant_now(house, grant.id)
    told = Page(visitor.follow(press(visitor, page, "lower-low", path)))
    assert "This has changed since you opened the page." in told.words
    assert grant_now(house, grant.id) == before
    press(visitor, Page(visitor.get(path)), "lower-low", path)
    assert grant_now(house, grant.id).level is LOW


def test_an_extra_is_taken_back_with_one_press_and_has_its_receipt(
    house: House, visitor: Visitor, nora: Shopper
) -> None:
    grant = shared(house, nora, a_shop(house, "Blauw"), MEDIUM, "phone_number")
    path = f"/sharing/{grant.id}/level"
    page = Page(visitor.get(path))
    assert [button.attributes.get("id") for button in page.all("button") if "Stop sharing this" in button.words] == [
        "take-back-phone_number"
    ]
    answer = press(visitor, page, "take-back-phone_number", path)
    (status,) = Page(visitor.get(answer.headers["Location"])).all(role="status")
    assert "Blauw no longer gets: Phone number." in status.words
    assert history(house, grant.id)[-1].notice["text"] == "Blauw no longer gets: Phone number."
    assert released(house, bearer_of(grant)) == {"email", "address"}
    assert told_of(house, grant, "token-claims-change") == [{"removed": ["phone_number"]}]
    assert press(visitor, page, "take-back-phone_number", path).status_code == 303
    assert visitor.post(f"/sharing/{grant.id}/extras", {"claim": "password"}).status_code == 400
    assert len(history(house, grant.id)) == 2


def test_a_higher_level_is_the_business_s_to_ask(house: House, visitor: Visitor, nora: Shopper) -> None:
    grant = shared(house, nora, a_shop(house, "Blauw"), LOW)
    page = Page(visitor.get(f"/sharing/{grant.id}/level"))
    assert page.all("section", class_="way") == []
    assert "There is no lower level" in page.words
    assert "Only Blauw can ask for more" in page.words
    assert "It also accepts: Medium, High." in page.words


@pytest.mark.parametrize(("level", "status"), [("high", 303), ("medium", 303), ("sky", 400), ("", 400)])
def test_nothing_but_a_lower_level_changes_anything(
    house: House, visitor: Visitor, nora: Shopper, level: str, status: int
) -> None:
    grant = shared(house, nora, a_shop(house, "Blauw"), MEDIUM)
    assert visitor.post(f"/sharing/{grant.id}/level", {"level": level}).status_code == status
    assert grant_now(house, grant.id) == grant


def test_a_level_the_business_took_away_can_still_be_left(house: House, visitor: Visitor, nora: Shopper) -> None:
    shop = add_client(house)
    grant = shared(house, nora, shop, HIGH)
    left = {"low": INTENDED_USE["low"]}
    with house.services.database.write() as db:
        db.execute(update(businesses).where(businesses.c.id == grant.business_id).values(intended_use=left))
    page = Page(visitor.get(f"/sharing/{grant.id}"))
    assert page.find("stop-sharing") is not None
    assert not page.all(class_="agreed-permission")
    assert "keep track" not in Page(visitor.get("/sharing"))[f"grant-{grant.id}"].words
    page = Page(visitor.get(f"/sharing/{grant.id}/level"))
    assert len(page.all("section", class_="way")) == 1


def test_what_a_level_below_one_the_business_took_away_still_gives_is_shown_and_told_of(
    house: House, visitor: Visitor, nora: Shopper
) -> None:
    office = BackOffice(house, add_client(house))
    login = log_in(house, nora, office.client_id, MEDIUM, scopes=ALL_LEVELS)
    grant, old = login.grant, tokens(office.redeem(login.code()))["access_token"]
    left = {"low": INTENDED_USE["low"], "high": INTENDED_USE["high"]}
    with house.services.database.write() as db:
        db.execute(update(businesses).where(businesses.c.id == grant.business_id).values(intended_use=left))
    came = visitor.get(f"/authorize?{urlencode({**A_LOGIN, 'client_id': office.client_id})}")
    token = tokens(office.redeem(parse_qs(urlsplit(came.location).query)["code"][0]))["access_token"]
    for each in (old, token):
        told = office.userinfo(each).get_json()
        assert (told["email"], told["data_level"], "address" in told) == (nora.email, "low", False)
    email, address = Page(visitor.get(f"/sharing/{grant.id}")).all("li", class_="agreed-item")
    assert nora.email in email.words
    assert "Not given now" in address.words
    card = Page(visitor.get("/sharing"))[f"grant-{grant.id}"]
    assert [each.words for each in card.all("ul", class_="names")] == ["E-mail address"]
    why = "Why Recognise you and manage your account Provide the service you ask for"
    assert card.all(class_="grant-why")[0].words == why, "and no delivery, which it declares no more"
    for path in ("stop", "pause"):
        goes = Page(visitor.get(f"/sharing/{grant.id}/{path}")).all("ul", class_="names")
        assert [each.words for each in goes] == ["E-mail address"], path
    (way,) = Page(visitor.get(f"/sharing/{grant.id}/level")).all("section", class_="way")
    assert "This goes Nothing that it gets now." in way.words
    with house.services.database.read() as db:
        assert readable(house.services, db, grant, house.clock.now) == {"email"}
    looked_up = house.browser().get(f"/grants/{grant.id}", headers=basic(office.client_id, SECRET)).get_json()
    assert looked_up["claims"] == ["email"]


# --- stopping -----------------------------------------------------------------------------------------------------


def test_stopping_is_one_click_and_one_confirmation(house: House, visitor: Visitor, nora: Shopper) -> None:
    grant = shared(house, nora, a_shop(house, "Blauw"), MEDIUM)
    overview = Page(visitor.get("/sharing"))
    path = overview["stop-sharing"].attributes["href"]
    confirmation = Page(visitor.get(path))
    assert "Stop sharing with Blauw?" in confirmation.words
    assert "keep track of what you do" not in confirmation.words
    assert "Address" in confirmation.words
    assert grant_now(house, grant.id) == grant  # looking stops nothing
    assert confirmation["stop-cancel"].attributes["href"] == f"/sharing/{grant.id}"
    response = press(visitor, confirmation, "stop-confirm", path)
    page = Page(visitor.get(response.headers["Location"]))
    (status,) = page.all(role="status")
    assert "Stopped. Blauw gets nothing more from you." in status.words
    (receipt,) = status.all("a")
    assert (
        Page(visitor.get(receipt.attributes["href"]))["receipt"].all("h1")[0].words == "You stopped sharing with Blauw"
    )
    assert grant_now(house, grant.id).end_reason is EndReason.WITHDRAWN


@pytest.mark.parametrize(
    ("level", "scopes", "said"),
    [
        (LOW, {"openid"}, []),
        (LOW, ALL_LEVELS, ["Shop no longer gets: E-mail address"]),
        (
            HIGH,
            ALL_LEVELS,
            ["Shop no longer gets: E-mail address, Address", "The permission to keep track of what you do ends."],
        ),
    ],
)
def test_the_receipt_of_stopping_names_what_ends(
    house: House, visitor: Visitor, nora: Shopper, level: Level, scopes: set[str], said: list[str]
) -> None:
    use = None if scopes == {"openid"} else INTENDED_USE
    grant = share(house, nora, add_client(house, intended_use=use), level, scopes=frozenset(scopes))
    path = f"/sharing/{grant.id}/stop"
    press(visitor, Page(visitor.get(path)), "stop-confirm", path)
    assert history(house, grant.id)[-1].notice["text"].splitlines() == ["Stop sharing with Shop", *said]


def test_what_was_paused_when_it_ended_is_not_to_be_resumed(house: House, visitor: Visitor, nora: Shopper) -> None:
    grant = shared(house, nora, add_client(house), LOW)
    pausing.pause(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    assert "Resume" in Page(visitor.get("/sharing"))[f"grant-{grant.id}"].words
    page = Page(visitor.get(f"/sharing/{grant.id}"))
    assert (page.find("pause-sharing"), page.find("resume-sharing") is None) == (None, False)
    consents.stop(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    assert "esume" not in Page(visitor.get("/sharing"))[f"grant-{grant.id}"].words


def test_from_the_answer_on_no_token_and_no_code_of_the_grant_works(
    house: House, visitor: Visitor, nora: Shopper
) -> None:
    office = BackOffice(house, add_client(house))
    login = log_in(house, nora, office.client_id, MEDIUM, scopes=ALL_LEVELS | {"offline_access"})
    answer = tokens(office.redeem(login.code()))
    pending = login.code()
    assert office.userinfo(answer["access_token"]).status_code == 200
    path = f"/sharing/{login.grant.id}/stop"
    assert press(visitor, Page(visitor.get(path)), "stop-confirm", path).status_code == 303
    assert office.userinfo(answer["access_token"]).status_code == 401
    assert office.introspect(answer["access_token"]) == {"active": False}
    assert office.refresh(answer["refresh_token"]).get_json()["error"] == "invalid_grant"
    assert office.redeem(pending).get_json()["error"] == "invalid_grant"


def test_a_get_or_a_forged_form_stops_nothing(house: House, visitor: Visitor, nora: Shopper) -> None:
    grant = shared(house, nora, a_shop(house, "Blauw"), MEDIUM)
    path = f"/sharing/{grant.id}/stop"
    assert visitor.get(path).status_code == 200
    assert visitor.client.post(path, base_url=visitor.site).status_code == 403
    assert visitor.post(path, {"csrf_token": "forged"}).status_code == 403
    assert visitor.post(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert grant_now(house, grant.id) == grant


def test_stopping_twice_from_two_windows_stops_once_and_says_how_it_stands(
    house: House, visitor: Visitor, nora: Shopper
) -> None:
    grant = shared(house, nora, a_shop(house, "Blauw"), MEDIUM)
    path = f"/sharing/{grant.id}/stop"
    window = Page(visitor.get(path))
    press(visitor, window, "stop-confirm", path)
    response = press(visitor, window, "stop-confirm", path)
    assert "This had ended already." in Page(visitor.get(response.headers["Location"])).words
    assert len(history(house, grant.id)) == 2


def test_what_the_law_makes_a_business_keep_is_said_before_and_after(
    house: House, visitor: Visitor, nora: Shopper
) -> None:
    invoices = {"address": {"purposes": ["invoicing"], "ground": "legal_duty", "retention": "P7Y"}}
    use = {**INTENDED_USE, "medium": {**INTENDED_USE["medium"], "claims": invoices}}
    grant = shared(house, nora, a_shop(house, "Blauw", intended_use=use), MEDIUM)
    until = f"Address until {(grant.given_at.replace(year=grant.given_at.year + 7)):%-d %B %Y}"
    path = f"/sharing/{grant.id}/stop"
    confirmation = Page(visitor.get(path))
    assert "Stopping does not erase what Blauw received before." in confirmation.words
    assert until in confirmation.words
    press(visitor, confirmation, "stop-confirm", path)
    assert until in Page(visitor.get(f"/sharing/{grant.id}")).words
    overview = Page(visitor.get("/sharing"))
    assert [heading.words for heading in overview.all("th", scope="rowgroup")] == ["Blauw Ended"]
    assert [cell.words for cell in overview.all("td")] == ["Address", f"{until.removeprefix('Address until ')} by law"]


def test_what_the_law_makes_a_business_keep_is_said_with_a_lower_level_too(
    house: House, visitor: Visitor, nora: Shopper
) -> None:
    by_law = {"email": {"purposes": ["account"], "ground": "legal_duty", "retention": "P7Y"}}
    use = {**INTENDED_USE, "low": {**INTENDED_USE["low"], "claims": by_law}}
    grant = shared(house, nora, a_shop(house, "Blauw", intended_use=use), MEDIUM)
    until = f"E-mail address until {(grant.given_at.replace(year=grant.given_at.year + 7)):%-d %B %Y}"
    path = f"/sharing/{grant.id}/level"
    page = Page(visitor.get(path))
    assert until in page.words
    press(visitor, page, "lower-low", path)
    assert history(house, grant.id)[-1].notice["text"].endswith(f" at the latest.\n{until}")


def test_the_state_of_a_grant_is_read_from_it_alone(house: House, nora: Shopper) -> None:
    grant = shared(house, nora, a_shop(house, "Blauw"), HIGH)
    at = {
        grant.given_at: sharing.State.LIVE,
        grant.ends_at - ASK_AHEAD - timedelta(seconds=1): sharing.State.LIVE,
        grant.ends_at - ASK_AHEAD: sharing.State.ENDING,
        grant.ends_at - timedelta(seconds=1): sharing.State.ENDING,
        grant.ends_at: sharing.State.ENDED,
    }
    for moment, state in at.items():
        found = sharing.one(house.services, nora.id, grant.id, moment)
        assert found is not None
        assert found.state is state


@pytest.mark.parametrize("page", ["/receipts", "/sharing", "/sharing/{}"])
def test_a_page_read_at_the_moment_something_is_given_shows_what_there_was(
    house: House, visitor: Visitor, nora: Shopper, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    shop = a_shop(house, "Blauw")
    grant = shared(house, nora, shop, LOW)
    read, given = shared_grants.of_person, list[Grant]()

    def then_share(*asked: Any) -> Any:
        found = read(*asked)
        if not given:
            given.append(shared(house, nora, shop, LOW, grant_action="create"))
        return found

    monkeypatch.setattr(shared_grants, "of_person", then_share)
    assert visitor.get(page.format(grant.id)).status_code == 200
    assert given
    assert visitor.get(page.format(given[0].id)).status_code == 200
