"""The picture of who has what: which bars there are, how long they are, and that the table says the same."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from app.domain.claim_terms import ClaimTerms
from app.domain.claims import CATALOGUE
from app.domain.intended_use import Ground
from app.domain.levels import Level
from app.services import consents
from app.services.receipts import Notice
from app.web.sharing_picture import Held, Holder, Kind, Picture, draw, held_after, held_under, kind_of
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
    grant = share_high(shared_house, add_person(shared_house), add_client(shared_house))
    grant = replace(grant, claims=frozenset({"email", "phone_number", "address"}))
    soon, law = grant.ends_at - timedelta(days=9), grant.ends_at + timedelta(days=900)
    why = frozenset({"account"})
    terms = {
        "email": ClaimTerms(why, Ground.CONSENT, soon),
        "phone_number": ClaimTerms(why, Ground.CONTRACT, grant.ends_at + timedelta(days=900)),
        "address": ClaimTerms(why, Ground.LEGAL_DUTY, law),
    }
    assert grant.collection is not None
    behaviour = min(grant.ends_at, grant.collection.retention.after(grant.given_at))
    assert held_under(grant, terms) == [
        Held(Kind.CONTACT, grant.ends_at),
        Held(Kind.ADDRESS, law, by_law=True),
        Held(Kind.BEHAVIOUR, behaviour),
    ]
    assert Held(Kind.CONTACT, soon) in held_under(grant, terms, frozenset({"phone_number"}))
    objected = replace(grant, objected=frozenset({"loyalty"}))
    assert Kind.BEHAVIOUR not in {held.kind for held in held_under(objected, terms)}


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
    drawing = response.text.partition('<svg class="picture"')[2].partition("</svg>")[0]
    table = response.text.partition("<table>")[2].partition("</table>")[0]
    assert drawing.count("picture-bar") == table.count("<td>") / 2
    for word in ("Contact", "Address", "What you do"):
        assert drawing.count(word) == table.count(word) > 0


def test_what_is_kept_is_drawn_a_kind_at_a_time_until_the_last_of_it() -> None:
    kept = {"email": HALF_YEAR, "phone_number": YEAR, "collected:purchase": YEAR, "account_records": HALF_YEAR}
    assert held_after(kept) == [
        Held(Kind.CONTACT, YEAR, by_law=True),
        Held(Kind.ABOUT, HALF_YEAR, by_law=True),
        Held(Kind.BEHAVIOUR, YEAR, by_law=True),
    ]


def test_without_a_running_grant_there_is_no_picture(shared_house: House) -> None:
    nora = add_person(shared_house)
    visitor = Visitor(shared_house, nora.email)
    sign_in(shared_house, visitor.client, nora)
    assert "picture-head" not in visitor.get("/sharing").text
