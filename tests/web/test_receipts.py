"""Receipts: a page in plain words, and the very same signed bytes for both sides."""

import json

import pytest
from joserfc import jws
from joserfc.jwk import KeySet
from sqlalchemy import update

from app.domain.grants import EndReason
from app.domain.levels import Level
from app.services import (
    consents,
    endings,
    erasure,
    keys,
    objections,
    own_grants,
    pausing,
    personas,
    receipt_reading,
)
from app.settings import ROOT
from app.storage.tables.grants import grant_versions
from tests.factories import FACTS, Shopper, add_client, add_person
from tests.pages import Page
from tests.redeeming import BackOffice, Login, basic, bearer, log_in, tokens
from tests.servers.house import House
from tests.servers.visitor import Visitor, signed_in
from tests.services.deciding import ALL_LEVELS, NOTICE, picker

LOW, MEDIUM, HIGH = Level.LOW, Level.MEDIUM, Level.HIGH


@pytest.fixture
def house(shared_house: House) -> House:
    return shared_house


@pytest.fixture
def visitor(house: House, nora: Shopper) -> Visitor:
    """Nora's browser, in English, where she is signed in."""
    return signed_in(house, nora)


@pytest.fixture
def login(house: House, nora: Shopper) -> Login:
    """Nora at a shop, level high."""
    return log_in(house, nora, add_client(house), HIGH, scopes=ALL_LEVELS, ticked=frozenset({"birthdate"}))


def access_token(house: House, login: Login) -> str:
    return str(tokens(BackOffice(house, login.client_id).redeem(login.code()))["access_token"])


# --- the page -----------------------------------------------------------------------------------------------------


def _say(visitor: Visitor, grant_id: str, titles: list[str]) -> None:
    """The list of receipts, latest first, and each receipt say the same."""
    assert [title.words for title in Page(visitor.get("/receipts")).all(class_="receipt-title")] == titles
    for version, title in enumerate(reversed(titles), start=1):
        assert Page(visitor.get(f"/receipts/{grant_id}/{version}")).all("h1")[0].words == title


def test_a_receipt_reads_in_plain_words(visitor: Visitor, login: Login) -> None:
    page = Page(visitor.get(f"/receipts/{login.grant.id}/1"))["receipt"]
    assert page.all("h1")[0].words == "You shared level High with Shop"
    for said in ("6 months at most", "Points and benefits as a regular customer", "Date of birth", "Your consent",
                 "Your agreement with the business", "Nobody else", "may keep track of what you do",
                 "ISO/IEC TS 27560:2023", login.grant.sub, "None: this is the first",
                 "Signed by us, and not changed since."):  # fmt: skip
        assert said in page.words
    assert page.all("blockquote")[0].attributes["lang"] == "en"


def test_a_receipt_shows_names_and_no_value(visitor: Visitor, nora: Shopper, login: Login) -> None:
    words = Page(visitor.get(f"/receipts/{login.grant.id}/1")).words
    assert [value for value in (nora.email, FACTS["birthdate"], "Sluisweg", FACTS["name"]) if value in words] == []


def test_each_receipt_leads_to_the_one_before(house: House, visitor: Visitor, nora: Shopper, login: Login) -> None:
    consents.step_down(house.services, login.grant.id, nora.id, LOW, NOTICE, house.clock.now)
    page = Page(visitor.get(f"/receipts/{login.grant.id}/2"))
    first = receipt_reading.of_version(house.services, nora.id, login.grant.id, 1)
    assert first is not None
    assert page.links[first.digest] == f"/receipts/{login.grant.id}/1"
    assert first.digest in Page(visitor.get(f"/receipts/{login.grant.id}/1")).words


def test_the_list_has_every_decision_latest_first(house: House, visitor: Visitor, nora: Shopper, login: Login) -> None:
    assert "There are no receipts yet." in Page(signed_in(house, add_person(house)).get("/receipts")).words
    consents.step_down(house.services, login.grant.id, nora.id, LOW, NOTICE, house.clock.now)
    consents.stop(house.services, login.grant.id, nora.id, NOTICE, house.clock.now)
    page = Page(visitor.get("/receipts"))
    assert [title.words for title in page.all(class_="receipt-title")] == [
        "You stopped sharing with Shop",
        "You chose again what Shop gets: level Low",
        "You shared level High with Shop",
    ]
    assert Page(visitor.get("/sharing")).links["All receipts"] == "/receipts"


def test_a_pause_and_an_objection_are_called_so_and_not_a_choice_of_a_level(
    house: House, visitor: Visitor, nora: Shopper, login: Login
) -> None:
    own = (house.services, login.grant.id, nora.id)
    pausing.pause(*own, NOTICE, house.clock.now)
    pausing.resume(*own, NOTICE, house.clock.now)
    objections.object_to(*own, "loyalty", NOTICE, house.clock.now)
    objections.allow(*own, "loyalty", NOTICE, house.clock.now)
    titles = [
        "You allowed a purpose of Shop again",
        "You objected to a purpose of Shop",
        "You resumed sharing with Shop",
        "You paused sharing with Shop",
        "You shared level High with Shop",
    ]
    _say(visitor, login.grant.id, titles)


def test_with_two_personas_each_receipt_says_as_whom(
    house: House, visitor: Visitor, nora: Shopper, login: Login
) -> None:
    assert "as yourself" not in Page(visitor.get("/receipts")).words
    work = personas.add(house.services, nora.id, "Work", "moss", house.clock.now)
    house.clock.move(seconds=1)
    picker(house, nora, login.client_id, persona_id=work).share(LOW)
    rows = Page(visitor.get("/receipts")).all(class_="receipt-row")
    assert [next(whom for whom in ("as Work", "as yourself") if whom in row.words) for row in rows] == [
        "as Work",
        "as yourself",
    ]
    page = Page(visitor.get(f"/receipts/{login.grant.id}/1"))
    assert "as yourself" in page.all(class_="back")[0].words
    assert "as yourself" not in page["receipt"].words, "the record knows no persona"


def test_the_receipt_of_an_end_says_what_ended_and_how(
    house: House, visitor: Visitor, nora: Shopper, login: Login
) -> None:
    picker(house, nora, login.client_id, grant_action="create").share(LOW)
    replaced = Page(visitor.get(f"/receipts/{login.grant.id}/2"))["receipt"]
    assert "ended: a new choice took its place" in replaced.words
    assert "how long it may still be kept" in replaced.words
    assert replaced.all("blockquote") == []  # nobody was shown any words


def test_how_it_ended_stays_in_the_list_when_its_erasure_is_asked_afterwards(
    house: House, visitor: Visitor, nora: Shopper, login: Login
) -> None:
    with house.services.database.write() as db:
        grant, client = own_grants.own(house.services, db, login.grant.id, nora.id)
        endings.end(house.services, db, grant, client, EndReason.REVOKED_BY_CLIENT, NOTICE, house.clock.now)
    house.clock.move(seconds=1)
    erasure.stop_and_erase(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    titles = [
        "Shop was asked to erase what it got",
        "Shop ended what you shared",
        "You shared level High with Shop",
    ]
    _say(visitor, grant.id, titles)


def test_a_receipt_whose_signature_does_not_hold_is_shown_with_a_warning(
    house: House, visitor: Visitor, login: Login
) -> None:
    with house.services.database.write() as db:
        db.execute(update(grant_versions).where(grant_versions.c.grant_id == login.grant.id).values(receipt="nonsense"))
    page = Page(visitor.get(f"/receipts/{login.grant.id}/1"))["receipt"]
    assert "The signature of this receipt does not hold." in page.words
    for what_nobody_knows in ("Only a number", "Nobody else", "Until", "None"):
        assert what_nobody_knows not in page.words


def test_the_receipt_of_a_term_that_was_over_says_so(house: House, nora: Shopper, login: Login) -> None:
    house.clock.now = login.grant.ends_at
    picker(house, nora, login.client_id).share(LOW)
    visitor = signed_in(house, nora)
    assert "ended: its term was over" in Page(visitor.get(f"/receipts/{login.grant.id}/2"))["receipt"].words


@pytest.mark.parametrize("suffix", ["", ".jws"])
def test_nobody_else_s_receipt_is_there(house: House, visitor: Visitor, suffix: str) -> None:
    theirs = log_in(house, add_person(house), add_client(house)).grant
    assert visitor.get(f"/receipts/{theirs.id}/1{suffix}").status_code == 404
    assert visitor.get(f"/receipts/{'0' * 32}/1{suffix}").status_code == 404
    assert visitor.get(f"/receipts/{theirs.id}/99{suffix}").status_code == 404
    assert visitor.get(f"/receipts/{theirs.id}/{10**20}{suffix}").status_code == 404
    assert Visitor(house).get(f"/receipts/{theirs.id}/1{suffix}").status_code == 303


# --- the bytes ----------------------------------------------------------------------------------------------------


def test_both_sides_get_the_very_same_bytes(house: House, visitor: Visitor, login: Login) -> None:
    mine = visitor.get(f"/receipts/{login.grant.id}/1.jws")
    assert (mine.status_code, mine.mimetype) == (200, "application/jose")
    assert mine.headers["Content-Disposition"].startswith("attachment;")
    header = bearer(access_token(house, login))
    for path in (f"/receipts/{login.grant.id}/1.jws", f"/receipts/{login.grant.id}/1"):
        theirs = house.browser().get(path, headers=header)
        assert theirs.status_code == 200
        assert theirs.data == mine.data


def test_the_address_a_business_is_told_is_where_its_receipt_is(house: House, login: Login) -> None:
    office, token = BackOffice(house, login.client_id), access_token(house, login)
    address = office.userinfo(token).get_json()["consent_receipt"]
    path = address.removeprefix(house.services.settings.issuer)
    assert house.browser().get(path, headers=bearer(token)).mimetype == "application/jose"


def test_only_a_live_token_of_the_very_grant_opens_its_receipt(
    house: House, nora: Shopper, visitor: Visitor, login: Login
) -> None:
    other = log_in(house, add_person(house), login.client_id)
    path = f"/receipts/{login.grant.id}/1.jws"
    browser = house.browser()
    assert browser.get(path, headers=bearer(access_token(house, other))).status_code == 404
    for header in (bearer("nonsense"), bearer(login.code()), basic(login.client_id, "x"), {"Authorization": "Bearer"}):
        refused = browser.get(path, headers=header)
        assert refused.status_code == 401, header
        assert refused.headers["WWW-Authenticate"].startswith("Bearer")
    token = access_token(house, login)
    assert browser.get(path.replace("/1.", "/2."), headers=bearer(token)).status_code == 404
    assert browser.get(f"{path}?access_token={token}", headers=bearer(token)).status_code == 400
    consents.stop(house.services, login.grant.id, nora.id, NOTICE, house.clock.now)
    assert browser.get(path, headers=bearer(token)).status_code == 401
    assert visitor.get(path).status_code == 200  # the person keeps theirs


def test_a_downloaded_receipt_verifies_by_the_published_archive_after_rotation(
    house: House, visitor: Visitor, login: Login
) -> None:
    signed = visitor.get(f"/receipts/{login.grant.id}/1.jws").text
    services = house.services
    keys.rotate(services, ("ES256",), house.clock.now, at_once=True)
    services.keys.forget()
    published = house.browser().get("/receipts/keys")
    assert published.mimetype == "application/json"
    members = published.get_json()["keys"]
    assert all({"d", "p", "q", "k"}.isdisjoint(key) for key in members)
    assert len({key["kid"] for key in members}) == len(members)
    found = jws.deserialize_compact(signed, KeySet.import_key_set({"keys": members}), algorithms=["ES256"])
    assert json.loads(found.payload)["grant_id"] == login.grant.id
    assert found.headers()["typ"] == "consent-receipt+jwt"


def test_the_page_that_checks_receipts_can_be_taken_along(house: House, visitor: Visitor, login: Login) -> None:
    where = Page(visitor.get(f"/receipts/{login.grant.id}/1"))["receipt-verifier"].attributes["href"]
    taken = house.browser().get(where)
    assert taken.data == (ROOT / "docs" / "verify-receipt.html").read_bytes()
    assert taken.headers["Content-Disposition"].startswith("attachment;")
