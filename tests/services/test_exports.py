"""An export holds everything about the person, in the documented form, for one session and one day."""

import io
import json
import zipfile
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from sqlalchemy import func, select

from app.cli.receipts import receipts
from app.domain.case_answers import RefusalGround
from app.domain.cases import ACCOUNT_RECORDS, CaseState, Reason
from app.domain.claims import CATALOGUE
from app.domain.collection import CHANNELS, DATATYPES
from app.domain.collection_check import Why
from app.domain.events import EventType
from app.domain.grants import Act, EndReason
from app.domain.levels import Level
from app.domain.release import Channel
from app.jobs import cleanup
from app.jobs import exports as job
from app.services import (
    authorization_requests,
    cases,
    correction,
    erasure,
    export_parts,
    exports,
    pausing,
    templates,
)
from app.services.receipts import Notice
from app.services.sessions import ACR_PASSWORD, AMR_PASSWORD, Session
from app.services.vault import corrections
from app.services.wiring import Services
from app.settings import ROOT
from app.storage import disclosures
from app.storage import exports as rows
from app.storage.tables.leaving import exports as table
from tests.factories import FACTS, Shopper, a_request, add_client, add_person, open_session, share
from tests.servers.house import House
from tests.vault import PURCHASE, Customer, Till

NOTICE = Notice("en", "Stop sharing and ask to erase")


def _session(house: House, person: Shopper) -> Session:
    opened, _ = open_session(house.services, person.id, acr=ACR_PASSWORD, amr=AMR_PASSWORD, now=house.clock.now)
    return opened


def _asked(house: House, session: Session, language: str = "en") -> exports.Progress:
    now = house.clock.now
    with house.services.database.write() as db:
        rows.replace(db, rows.Export(session.id, session.person_id, session.id, language, now, now + exports.LIFE))
    found = exports.progress(house.services, session, now)
    assert found is not None
    return found


def _archive(house: House, session: Session, language: str = "en") -> zipfile.ZipFile:
    asked = _asked(house, session, language)
    job.run(house.services, house.clock.now)
    content = exports.fetch(house.services, session, asked.id, house.clock.now)
    assert content is not None
    return zipfile.ZipFile(io.BytesIO(content))


def _file(house: House, session: Session, language: str = "en") -> tuple[dict[str, Any], str]:
    with _archive(house, session, language) as archive:
        return json.loads(archive.read("data.json")), archive.read("data.html").decode()


def test_everything_is_there_in_the_documented_form(shared_house: House, till: Till, customer: Customer) -> None:
    house = shared_house
    deposit_id = till.deposit(customer.sub)
    of_no_purpose = till.deposit(customer.sub, purpose=None)
    changed = {**PURCHASE, "total": "6.40"}
    services, nora, now = house.services, customer.person, house.clock.now
    corrections.correct(services, nora.id, deposit_id, 1, changed, "Two seeds, not three", now)
    assert till.put("/v1/loyalty-numbers/2938881601642", {"sub": customer.sub}).status_code == 201
    with house.services.database.write() as db:
        disclosures.add(db, customer.grant.id, Channel.USERINFO.value, frozenset({"email"}), house.clock.now)
    assert till.allowed(customer.sub)
    ended = share(house, customer.person, add_client(house), Level.LOW)
    case = erasure.stop_and_erase(services, ended.id, nora.id, NOTICE, house.clock.now)
    refused = {"item": "email", "ground": "legal_claims", "law": "Article 3:310 BW", "until": "2030-01-01"}
    for answer in (
        {"state": "extended", "message": "The archive is moving."},
        {"state": "partially_refused", "refusals": [refused]},
    ):
        cases.answer(services, case.business_id, case.id, answer, house.clock.now)
    again = erasure.ask_again(services, case.id, nora.id, NOTICE, house.clock.now)
    pausing.pause(services, customer.grant.id, nora.id, NOTICE, house.clock.now)
    handle = authorization_requests.open(services, a_request(house, customer.grant.client_id), b"b", now)
    stored = authorization_requests.load(services, handle, b"b", now)
    assert authorization_requests.refuse(services, stored, nora.id, now)
    data, page = _file(house, _session(house, customer.person))
    schema = json.loads((ROOT / "docs" / "export.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    assert [fault.message for fault in Draft202012Validator(schema).iter_errors(data)] == []
    assert [own["address"] for own in data["addresses"]] == [customer.person.email]
    facts = {each["claim"]: each["value"] for each in data["personas"][0]["facts"]}
    assert {name: facts[name] for name in ("name", "birthdate")} == {
        name: FACTS[name] for name in ("name", "birthdate")
    }
    assert {grant["id"] for grant in data["grants"]} >= {ended.id}
    assert [each["act"] for grant in data["grants"] if grant["id"] == ended.id for each in grant["versions"]] == [
        "give",
        "withdraw",
        "erase",
        "erase",
    ]
    assert all(each["receipt"].count(".") == 2 for grant in data["grants"] for each in grant["versions"])
    assert {each["id"]: each["state"] for each in data["cases"]} == {case.id: "partially_refused", again.id: "sent"}
    assert {each["id"]: each["corrected"] for each in data["deposits"]} == {deposit_id: ["total"], of_no_purpose: []}
    assert [each["kind"] for each in data["lookups"]] == ["check"]
    assert [each["business_id"] for each in data["loyalty_numbers"]] == [customer.grant.business_id]
    told = {each["type"].rpartition(":")[2] for each in data["events"] if each["grant_id"] == ended.id}
    assert told >= {"consent-withdrawn", "erasure-requested"}
    assert [each["door"] for each in data["disclosures"]] == ["userinfo"]
    assert len(data["sessions"]) == 1
    assert [each["asked"] for each in data["refused_requests"]] == [["name", "email"]]
    for part in ("disclosures", "events", "refused_requests", "lookups", "loyalty_numbers", "deposits"):
        assert {each["business"] for each in data[part]} == {"Shop"}
        assert data[part][0]["business_id"]
    for text in (customer.person.email, FACTS["name"], "Canary seed", "Ask to erase", "Shop"):
        assert text in page


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "nl",
            (
                "Automatische incasso, NL91 ABNA 0417 1643 00, N. Canary",
                "2 jaar",
                "Sparen en voordeel als vaste klant",
                "in de winkel",
            ),
        ),
        (
            "en",
            (
                "Direct debit, NL91 ABNA 0417 1643 00, N. Canary",
                "2 years",
                "Points and benefits as a regular customer",
                "in the store",
            ),
        ),
    ],
)
def test_the_page_says_in_words_what_the_data_says_in_codes(
    shared_house: House, till: Till, customer: Customer, language: str, said: tuple[str, ...]
) -> None:
    house, nora = shared_house, customer.person
    account = {"method": "sepa_debit", "iban": "NL91ABNA0417164300", "holder": "N. Canary"}
    correction.correct(house.services, nora.id, nora.persona_id, {"payment_account": account}, house.clock.now)
    till.deposit(customer.sub)
    assert till.allowed(customer.sub)
    data, page = _file(house, _session(house, nora), language)
    assert "sepa_debit" in json.dumps(data)
    for words in said:
        assert words in page
    for code in ("sepa_debit", "omnichannel_collection", "email_link", "loyalty@", ">loyalty<", ">P2Y<", ">store<"):
        assert code not in page


@pytest.mark.parametrize("text", ["SN-0000123T45678900Z", "2027-02-30T10:00:00Z", "9999-12-31T23:59:59Z"])
def test_a_text_that_only_looks_like_a_moment_stands_on_the_page_as_it_is(
    shared_house: House, till: Till, customer: Customer, text: str
) -> None:
    till.deposit(customer.sub, content={**PURCHASE, "store": text})
    _, page = _file(shared_house, _session(shared_house, customer.person))
    assert text in page


def test_the_receipts_in_the_file_are_checked_with_what_lies_beside_them(shared_house: House, tmp_path: Path) -> None:
    nora = add_person(shared_house)
    grant = share(shared_house, nora, add_client(shared_house), Level.LOW)
    erasure.stop_and_erase(shared_house.services, grant.id, nora.id, NOTICE, shared_house.clock.now)
    with _archive(shared_house, _session(shared_house, nora)) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / "receipts"
    files = [str(path) for path in folder.glob("*.jws")]
    told = CliRunner().invoke(receipts, ["verify", *files, "--jwks", str(folder / "keys.json"), "--whole"])
    assert (told.exit_code, len(files)) == (0, 3)
    assert (folder / "verify-receipt.html").is_file()


def test_every_code_and_every_member_of_the_file_has_a_word() -> None:
    words: Any = templates.in_language("nl").get_template("_export/words.html").module
    claims = {*CATALOGUE, ACCOUNT_RECORDS, *(f"collected:{name}" for name in DATATYPES)}
    codes: dict[str, Iterable[str]] = {
        "act": Act, "claims": claims, "items": claims, "channels": CHANNELS, "datatypes": DATATYPES,
        "end_reason": EndReason, "ground": RefusalGround, "level": [level.word for level in Level],
        "reason": Reason, "state": CaseState, "why": Why, "type": {*EventType, *DATATYPES},
    }  # fmt: skip
    assert [code for member, known in codes.items() for code in known if code not in words.coded[member]] == []
    schema = json.loads((ROOT / "docs" / "export.schema.json").read_text("utf-8"))
    told = {name for name in _members(schema) - schema["properties"].keys() if not name.endswith("_id")}
    assert told - {"id", "txn"} <= words.labels.keys()


def _members(schema: Any) -> set[str]:
    inner = list(schema.values()) if isinstance(schema, dict) else schema if isinstance(schema, list) else []
    own = set(schema.get("properties", ())) if isinstance(schema, dict) else set()
    return own.union(*(_members(part) for part in inner))


def test_what_somebody_typed_is_no_markup_on_the_page(shared_house: House) -> None:
    nora = add_person(shared_house, name="<script>alert(1)</script>")
    _, page = _file(shared_house, _session(shared_house, nora))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_nothing_of_another_person_is_in_it(shared_house: House) -> None:
    nora, other = add_person(shared_house), add_person(shared_house, name="Olga Canary")
    client_id = add_client(shared_house)
    mine, theirs = (share(shared_house, each, client_id, Level.LOW) for each in (nora, other))
    session = _session(shared_house, other)
    waiting = _asked(shared_house, session)
    data, page = _file(shared_house, _session(shared_house, nora))
    assert exports.fetch(shared_house.services, session, waiting.id, shared_house.clock.now) is not None
    for text in (other.email, other.id, "Olga Canary", theirs.id, theirs.sub):
        assert text not in json.dumps(data)
        assert text not in page
    assert [grant["id"] for grant in data["grants"]] == [mine.id]


def test_only_the_session_that_asked_can_fetch_it_and_only_for_a_day(shared_house: House) -> None:
    house, nora = shared_house, add_person(shared_house)
    here, there = _session(house, nora), _session(house, nora)
    asked = _asked(house, here)
    assert exports.fetch(house.services, here, asked.id, house.clock.now) is None
    job.run(house.services, house.clock.now)
    assert exports.fetch(house.services, here, asked.id, house.clock.now) is not None
    assert exports.fetch(house.services, there, asked.id, house.clock.now) is None
    assert exports.fetch(house.services, here, "another", house.clock.now) is None
    assert exports.progress(house.services, there, house.clock.now) is None
    later = house.clock.now + exports.LIFE
    assert exports.fetch(house.services, here, asked.id, later) is None
    cleanup.run(house.services, later + timedelta(milliseconds=1))
    assert _count(house, nora) == 0


def test_one_asked_anew_takes_the_place_of_the_one_before_and_is_prepared_once(shared_house: House) -> None:
    services, nora, now = shared_house.services, add_person(shared_house), shared_house.clock.now
    here, there = _session(shared_house, nora), _session(shared_house, nora)

    def waiting(at: datetime) -> list[rows.Export]:
        return [each for each in exports.waiting(services, at) if each.person_id == nora.id]

    _asked(shared_house, here)
    (before,) = waiting(now)
    _asked(shared_house, there)
    (anew,) = waiting(now)
    assert [exports.prepare(services, each, now) for each in (before, anew, anew)] == [False, True, False]
    _asked(shared_house, here)
    assert waiting(now + exports.LIFE) == []


def test_no_value_stands_in_the_database(shared_house: House) -> None:
    nora = add_person(shared_house, name="Zeldzame Kanarie")
    _file(shared_house, _session(shared_house, nora))
    with shared_house.services.database.read() as db:
        kept = db.execute(select(table.c.content_sealed).where(table.c.person_id == nora.id)).scalar_one()
    assert kept[:2] != b"PK"
    assert b"Kanarie" not in kept


def test_progress_is_seen_and_a_worker_that_was_cut_off_begins_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    nora = add_person(house)
    session = _session(house, nora)
    _asked(house, session)
    with monkeypatch.context() as cut:
        cut.setitem(export_parts.PARTS, "cases", _killed)
        assert job.run(house.services, house.clock.now).counts == {"prepared": 0, "failed": 1}
    half = exports.progress(house.services, session, house.clock.now)
    assert half is not None
    assert not half.ready
    assert 0 < half.done < half.parts
    assert job.run(house.services, house.clock.now).counts == {"prepared": 1, "failed": 0}
    whole = exports.progress(house.services, session, house.clock.now)
    assert whole is not None
    assert whole.ready


def test_however_many_fail_they_hold_up_no_other(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    fails, works = add_person(house), add_person(house)
    _asked(house, _session(house, fails))
    house.clock.move(seconds=1)
    _asked(house, _session(house, works))
    gather = export_parts.PARTS["cases"]

    def broken(services: Services, person_id: str, now: datetime) -> object:
        return _killed() if person_id == fails.id else gather(services, person_id, now)

    monkeypatch.setattr(job, "_BATCH", 1)
    monkeypatch.setitem(export_parts.PARTS, "cases", broken)
    assert job.run(house.services, house.clock.now).counts == {"prepared": 1, "failed": 1}


def _killed(*_: object) -> None:
    raise OSError("killed here")


def _count(house: House, person: Shopper) -> int:
    with house.services.database.read() as db:
        return int(db.execute(select(func.count()).where(table.c.person_id == person.id)).scalar_one())
