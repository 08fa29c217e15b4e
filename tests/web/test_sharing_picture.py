"""The picture of who has what: which bars there are, how long they are, and that the table says the same."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from app.domain.claim_terms import ClaimTerms
from app.domain.claims import CATALOGUE
from app.domain.intended_use import Ground
from app.domain.levels import Level
from app.domain.release import Channel
from app.domain.retention import Period
from app.services import cases, consents, erasure, pausing, sharing
from app.services.receipts import Notice
from app.storage import disclosures
from app.web.copies import Held, Holder, Kind, held_after, held_still, held_under, kind_of
from app.web.sharing_picture import Picture, draw
from app.web.wording import KIND_LABELS
from tests.factories import add_business, add_client, add_person, share, sign_in
from tests.pages import Page
from tests.servers.house import House
from tests.servers.visitor import Visitor, signed_in
from tests.vault import SCOPES, share_high

NOW = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
HALF_YEAR, YEAR, DECADE = (NOW + timedelta(days=days) for days in (182, 364, 3640))


def drawn(*held: Held) -> Picture:
    return draw([Holder("Shop", paused=False, held=held)], NOW)


def widths(picture: Picture) -> list[float]:
    return [lane.width for band in picture.bands for lane in band.lanes]


def test_every_claim_has_a_kind_and_every_kind_a_word() -> None:
    assert {kind_of(claim) for claim in CATALOGUE} == set(Kind) - {Kind.BEHAVIOUR}
    assert [*KIND_LABELS] == [*Kind]


def test_a_bar_is_as_long_as_its_term_beside_the_longest() -> None:
    picture = drawn(Held(Kind.NAME, HALF_YEAR), Held(Kind.ADDRESS, YEAR))
    assert widths(picture) == [50, 100]


def test_what_the_law_keeps_for_years_does_not_make_the_others_small() -> None:
    picture = drawn(Held(Kind.NAME, HALF_YEAR), Held(Kind.ADDRESS, DECADE, by_law=True))
    assert widths(picture) == [100, 100]
    assert [lane.beyond for lane in picture.bands[0].lanes] == [False, True]


def test_a_term_that_is_over_has_no_bar_and_nothing_divides_by_nothing() -> None:
    assert widths(drawn(Held(Kind.NAME, NOW - timedelta(days=1)))) == [0]
    assert widths(drawn(Held(Kind.NAME, NOW))) == [0]
    assert draw([], NOW).bands == []
    assert drawn().bands[0].lanes == []


@pytest.mark.parametrize("days", [1, 20, 45, 90, 182, 364, 1000, 3640, 36000])
def test_the_axis_has_few_marks_that_stand_apart(days: int) -> None:
    marks = drawn(Held(Kind.NAME, NOW + timedelta(days=days))).marks
    assert len(marks) <= 3
    assert all(22 <= mark.x <= 88 and mark.at.day == 1 for mark in marks)
    assert all(later.x - earlier.x > 15 for earlier, later in pairwise(marks))
    # "Today" and a month are 55 pixels each; the drawing is 250 wide on the narrowest phone.
    there = [mark.x * 2.5 for mark in marks if not mark.tight]
    assert all(x - 55 / 2 > 55 for x in there)
    assert all(later - earlier > 55 for earlier, later in pairwise(there))


def test_kinds_with_the_same_end_share_a_bar_and_what_one_does_has_its_own() -> None:
    behaviour = Held(Kind.BEHAVIOUR, YEAR)
    held = [*(Held(kind, YEAR) for kind in (Kind.NAME, Kind.CONTACT, Kind.ADDRESS, Kind.PAYMENT)), behaviour]
    assert [lane.kinds for lane in drawn(*held).bands[0].lanes] == [
        [Kind.NAME, Kind.CONTACT, Kind.ADDRESS],
        [Kind.PAYMENT],
        [Kind.BEHAVIOUR],
    ]
    by_law = [Held(kind, YEAR, by_law=True) for kind in (Kind.NAME, Kind.ADDRESS)]
    assert [lane.kinds for lane in drawn(*by_law).bands[0].lanes] == [[Kind.NAME], [Kind.ADDRESS]], "too long a line"
    apart = drawn(Held(Kind.NAME, YEAR), Held(Kind.CONTACT, HALF_YEAR), Held(Kind.ADDRESS, YEAR, by_law=True))
    assert [lane.kinds for lane in apart.bands[0].lanes] == [[Kind.NAME], [Kind.CONTACT], [Kind.ADDRESS]]


def test_a_copy_of_which_no_end_is_known_has_a_bar_without_end() -> None:
    lane = drawn(Held(Kind.NAME, None, asked=True)).bands[0].lanes[0]
    assert (lane.until, lane.asked, lane.width, lane.beyond) == (None, True, 100, False)


def test_bands_stand_under_each_other_and_inside_the_drawing() -> None:
    holders = [Holder(name, paused=False, held=[Held(Kind.NAME, YEAR), Held(Kind.ADDRESS, YEAR)]) for name in "AB"]
    picture = draw(holders, NOW)
    places = [y for band in picture.bands for y in (band.y, *(lane.y for lane in band.lanes))]
    assert places == sorted(set(places))
    assert places[-1] < picture.height


def test_a_long_name_is_cut_for_the_drawing_and_kept_for_the_table() -> None:
    name = "The Longest Name Of Any Shop In Town"
    band = draw([Holder(name, paused=False, held=[])], NOW).bands[0]
    assert (len(band.name) <= 26, band.name[-1], band.holder.name) == (True, "…", name)


def test_a_kind_is_held_until_the_last_of_its_claims_has_to_go(shared_house: House) -> None:
    nora = add_person(shared_house)
    grant = share_high(shared_house, nora, add_client(shared_house))
    found = sharing.one(shared_house.services, nora.id, grant.id, shared_house.clock.now)
    assert found is not None
    soon, law = grant.ends_at - timedelta(days=9), grant.ends_at + timedelta(days=900)
    why, year = frozenset({"account"}), Period(12)
    terms = {
        "email": ClaimTerms(why, Ground.CONSENT, year, soon),
        "phone_number": ClaimTerms(why, Ground.CONTRACT, year, grant.ends_at + timedelta(days=900)),
        "address": ClaimTerms(why, Ground.LEGAL_DUTY, year, law),
    }
    assert grant.collection is not None
    behaviour = min(grant.ends_at, grant.collection.retention.after(grant.given_at))
    shared = replace(
        found,
        terms=terms,
        duties={"address": terms["address"]},
        given=frozenset({"email", "address"}),
        undeclared=frozenset({"phone_number"}),
    )
    assert held_under(shared, grant.given_at) == [
        Held(Kind.CONTACT, grant.ends_at),
        Held(Kind.ADDRESS, law, by_law=True),
        Held(Kind.BEHAVIOUR, behaviour),
    ]
    assert Held(Kind.CONTACT, soon) in held_under(replace(shared, undeclared=frozenset()), grant.given_at)
    assert Kind.BEHAVIOUR not in {held.kind for held in held_under(replace(shared, collecting=None), grant.given_at)}


def test_the_overview_draws_running_grants_and_its_table_says_the_same(shared_house: House) -> None:
    nora, now = add_person(shared_house), shared_house.clock.now
    names = ("Keeps <b>", "Also keeps", "Stopped")
    shops = [add_client(shared_house, business_id=add_business(shared_house, name=name)) for name in names]
    share_high(shared_house, nora, shops[0])
    share(shared_house, nora, shops[1], Level.LOW, scopes=SCOPES)
    stopped = share(shared_house, nora, shops[2], Level.LOW, scopes=SCOPES)
    consents.stop(shared_house.services, stopped.id, nora.id, Notice("en", "Stop"), now)
    visitor = signed_in(shared_house, nora)
    response = visitor.get("/sharing")
    page = Page(response)
    assert "style=" not in response.text.partition("<svg")[2].partition("</section>")[0]
    section = page.all("section", class_="picture-card") or page.all("section")
    words = " ".join(section[0].words.split())
    assert "Stopped" not in words
    assert [heading.words for heading in page.all("th", scope="rowgroup")] == ["Also keeps", "Keeps <b>"]
    drawing = response.text.partition('<svg class="picture"')[2].partition("<details")[0]
    table = response.text.partition("<table>")[2].partition("</table>")[0]
    assert drawing.count("picture-bar") == table.count("<td>") / 2
    for word in ("contact", "address", "what you do"):
        assert drawing.lower().count(word) == table.lower().count(word) > 0


def test_what_is_kept_is_drawn_a_kind_at_a_time_until_the_last_of_it() -> None:
    kept = {"email": HALF_YEAR, "phone_number": YEAR, "collected:purchase": YEAR, "account_records": HALF_YEAR}
    assert held_after(kept) == [
        Held(Kind.CONTACT, YEAR, by_law=True),
        Held(Kind.ABOUT, HALF_YEAR, by_law=True),
        Held(Kind.BEHAVIOUR, YEAR, by_law=True),
    ]


def test_after_an_end_what_nobody_said_is_erased_may_still_be_there() -> None:
    given = {"email", "address", "collected:visit", "account_records"}
    assert held_still(given, {"address": DECADE}, asked=True) == [
        Held(Kind.CONTACT, None, asked=True),
        Held(Kind.ADDRESS, DECADE, by_law=True),
        Held(Kind.BEHAVIOUR, None, asked=True),
    ]


def test_of_one_kind_that_of_which_no_last_day_is_known_counts_before_all_others() -> None:
    for kept in ({"email": DECADE}, {"phone_number": DECADE}):
        assert held_still({"email", "phone_number"}, kept, asked=False) == [Held(Kind.CONTACT, None)]


def test_a_step_down_takes_nothing_back_of_what_was_fetched_before_it(shared_house: House) -> None:
    services, now = shared_house.services, shared_house.clock.now
    words = {}
    for fetched in (False, True):
        nora = add_person(shared_house)
        grant = share_high(shared_house, nora, add_client(shared_house))
        if fetched:
            with services.database.note() as db:
                disclosures.add(db, grant.id, Channel.USERINFO.value, grant.claims, now)
        consents.step_down(services, grant.id, nora.id, Level.LOW, Notice("en", "Lower"), now)
        rows = Page(signed_in(shared_house, nora).get("/sharing")).all("tbody")
        words[fetched] = " ".join(rows[0].words.split())
    assert "May still have it" not in words[False]
    assert "Contact" in words[True]
    assert words[True].endswith("Address May still have it End not known What you do May still have it End not known")


def test_the_overview_draws_a_copy_left_behind_until_the_business_says_what_became_of_it(shared_house: House) -> None:
    nora, services, now = add_person(shared_house), shared_house.services, shared_house.clock.now
    keeps = {"item": "email", "ground": "legal_duty", "law": "Article 52 AWR", "until": "2099-12-31"}
    answers: dict[str, dict[str, Any] | None] = {
        "Fetched nothing": None,
        "Stopped only": None,
        "Was asked": None,
        "Says it erased": {"state": "completed"},
        "Says it keeps": {"state": "partially_refused", "refusals": [keeps]},
    }
    for name, answer in answers.items():
        business_id = add_business(shared_house, name=name)
        client_id = add_client(shared_house, business_id=business_id)
        grant = share(shared_house, nora, client_id, Level.LOW, scopes=SCOPES)
        if name != "Fetched nothing":
            with services.database.write() as db:
                disclosures.add(db, grant.id, Channel.USERINFO.value, grant.claims, now)
        consents.stop(services, grant.id, nora.id, Notice("en", "Stop"), now)
        if name not in {"Fetched nothing", "Stopped only"}:
            case = erasure.stop_and_erase(services, grant.id, nora.id, Notice("en", "Erase"), now)
            if answer is not None:
                cases.answer(services, business_id, case.id, answer, now)
    goes_on = share(shared_house, nora, add_client(shared_house, business_id=add_business(shared_house, name="Paused")))
    pausing.pause(services, goes_on.id, nora.id, Notice("en", "Pause"), now)
    page = Page(signed_in(shared_house, nora).get("/sharing"))
    rows = {" ".join(row.words.split()) for row in page.all("tr")[1:]}
    assert rows == {
        "Paused Paused Contact 2 November 2027",
        "Stopped only Ended Contact May still have it End not known",
        "Was asked Ended Contact Asked to erase End not known",
        "Says it keeps Ended Contact 31 December 2099 according to Says it keeps",
    }


def test_what_a_business_said_it_erased_stays_erased_while_it_is_asked_again_for_the_rest(shared_house: House) -> None:
    nora, services, now = add_person(shared_house), shared_house.services, shared_house.clock.now
    business_id = add_business(shared_house, name="Asked Twice")
    client_id = add_client(shared_house, business_id=business_id)
    grant = share(shared_house, nora, client_id, Level.MEDIUM, scopes=SCOPES)
    with services.database.write() as db:
        disclosures.add(db, grant.id, Channel.USERINFO.value, grant.claims, now)
    case = erasure.stop_and_erase(services, grant.id, nora.id, Notice("en", "Erase"), now)
    keeps = {"item": "address", "ground": "legal_duty", "law": "Article 52 AWR", "until": "2099-12-31"}
    answer = {"state": "partially_refused", "refusals": [keeps]}
    cases.answer(services, business_id, case.id, answer, now)
    erasure.ask_again(services, case.id, nora.id, Notice("en", "Again"), shared_house.clock.move(seconds=1))
    page = Page(signed_in(shared_house, nora).get("/sharing"))
    rows = [" ".join(row.words.split()) for row in page.all("tr")[1:]]
    assert rows == ["Asked Twice Ended Address Asked to erase End not known"]


def test_a_copy_under_a_running_permission_is_drawn_once(shared_house: House) -> None:
    nora, services, now = add_person(shared_house), shared_house.services, shared_house.clock.now
    client_id = add_client(shared_house, business_id=add_business(shared_house, name="Came Back"))
    before = share_high(shared_house, nora, client_id)
    with services.database.write() as db:
        disclosures.add(db, before.id, Channel.USERINFO.value, before.claims, now)
    consents.stop(services, before.id, nora.id, Notice("en", "Stop"), now)
    share(shared_house, nora, client_id, Level.LOW, scopes=SCOPES)
    page = Page(signed_in(shared_house, nora).get("/sharing"))
    rows = [" ".join(row.words.split()) for row in page.all("tr")[1:]]
    assert [row for row in rows if "ontact" in row] == ["Came Back Contact 2 November 2027"]
    assert [row for row in rows if "May still have it" in row] == [
        "Came Back Ended Address May still have it End not known",
        "What you do May still have it End not known",
    ]


def test_without_a_running_grant_there_is_no_picture(shared_house: House) -> None:
    nora = add_person(shared_house)
    visitor = Visitor(shared_house, nora.email)
    sign_in(shared_house, visitor.client, nora)
    assert "picture-head" not in visitor.get("/sharing").text
