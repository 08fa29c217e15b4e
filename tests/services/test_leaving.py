"""Erasing an account: everything about the person goes, every business is asked, and a backup changes nothing."""

import base64
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from app.domain.cases import CaseState, Reason
from app.domain.events import EventType
from app.domain.grants import Act, Grant, Standing
from app.domain.levels import Level
from app.jobs import account_erasure, cleanup
from app.jobs import exports as export_job
from app.services import (
    addresses,
    authorization_requests,
    cases,
    consents,
    credentials,
    erasure,
    erasure_ledger,
    leaving,
    mail,
    pausing,
    receipts,
    recovery,
    registration,
)
from app.services.receipts import Notice
from app.services.release import held_values
from app.storage import case_answers as answer_rows
from app.storage import cases as case_rows
from app.storage import erasure_ledger as ledger_rows
from app.storage import exports as export_rows
from app.storage import people, person_keys
from app.storage.emails import SignInAccount
from app.storage.exports import Export
from app.storage.tables import metadata
from app.storage.tables.events import events as event_rows
from app.storage.tables.logins import authorization_requests as request_rows
from tests.factories import FACTS, Shopper, a_request, add_client, add_person, share, sign_in
from tests.servers import backup
from tests.servers.house import House
from tests.services.deciding import grant_now

ALL = frozenset({"openid", "identity:low", "identity:medium", "identity:high"})
NOTICE = Notice("en", "Erase my account")


def _erase(house: House, person: Shopper) -> None:
    leaving.erase_account(house.services, person.id, house.clock.now, NOTICE)


def _given(house: House, person: Shopper, level: Level = Level.HIGH) -> Grant:
    return share(house, person, add_client(house), level, scopes=ALL)


def _case(house: House, grant: Grant) -> Any:
    with house.services.database.read() as db:
        return case_rows.of_grant(db, grant.id)


def _told(house: House, grant: Grant) -> list[EventType]:
    with house.services.database.read() as db:
        types = db.execute(select(event_rows.c.type).where(event_rows.c.grant_id == grant.id)).scalars()
        return [EventType(each) for each in types]


def _is_there(house: House, person: Shopper) -> bool:
    with house.services.database.read() as db:
        return people.find(db, person.id) is not None


def _tables_naming(house: House, *needles: str) -> set[str]:
    """Every table with a row in which one of these texts stands."""
    found = set()
    with house.services.database.read() as db:
        for table in metadata.sorted_tables:
            for row in db.execute(select(table)).mappings():
                if any(needle in repr(dict(row)) for needle in needles):
                    found.add(table.name)
    return found


def test_every_business_is_told_and_asked_to_erase_and_ended_grants_are_not_forgotten(house: House) -> None:
    nora = add_person(house)
    running, ended = _given(house, nora), _given(house, nora, Level.LOW)
    consents.stop(house.services, ended.id, nora.id, NOTICE, house.clock.now)
    _erase(house, nora)
    for grant in (running, ended):
        case = _case(house, grant)
        assert (case.reason, case.state, case.sub) == (Reason.ACCOUNT_ERASED, CaseState.SENT, grant.sub)
        assert case.person_id is None
        assert _told(house, grant).count(EventType.ERASURE_REQUESTED) == 1
        assert _told(house, grant).count(EventType.CONSENT_WITHDRAWN) == 1
        assert _told(house, grant).count(EventType.SESSION_REVOKED) == 1


def test_the_case_stays_to_be_answered_and_takes_no_words_to_nobody(house: House) -> None:
    nora = add_person(house)
    grant = _given(house, nora)
    _erase(house, nora)
    answered = cases.answer(
        house.services, grant.business_id, _case(house, grant).id, {"state": "completed"}, house.clock.now
    )
    assert answered.case.state is CaseState.COMPLETED
    with house.services.database.read() as db:
        assert [each.words_sealed for each in answer_rows.of_cases(db, [answered.case.id])] == [None]


def test_businesses_cannot_tell_from_what_they_are_told_that_they_share_a_customer(house: House) -> None:
    nora = add_person(house)
    grants = [_given(house, nora), _given(house, nora)]
    _erase(house, nora)
    assert len({_case(house, grant).txn for grant in grants}) == 2


def test_nothing_about_the_person_is_left_in_any_table(house: House) -> None:
    nora = add_person(house)
    grant = _given(house, nora)
    sign_in(house, house.browser(), nora)
    index = addresses.index(house.services, nora.email)
    names = {
        nora.id,
        nora.persona_id,
        nora.email,
        index.hex(),
        repr(index),
        *(str(FACTS[n]) for n in ("name", "phone_number")),
    }
    assert _tables_naming(house, *names) >= {
        "people",
        "grants",
        "facts",
        "personas",
        "emails",
        "sessions",
        "person_keys",
    }
    _erase(house, nora)
    assert _tables_naming(house, *names) == set()
    assert "cases" in _tables_naming(house, grant.id)


def test_whoever_else_is_here_keeps_what_they_have(house: House) -> None:
    nora, other, shop = add_person(house), add_person(house, name="Olga"), add_client(house)
    share(house, nora, shop)
    theirs, running = share(house, other, shop), _given(house, other)
    case = erasure.stop_and_erase(house.services, theirs.id, other.id, NOTICE, house.clock.now)
    said = {"state": "in_progress", "message": "We are at it."}
    cases.answer(house.services, theirs.business_id, case.id, said, house.clock.now)
    _erase(house, nora)
    with house.services.database.read() as db:
        assert held_values(house.services, db, other.id, other.persona_id)["name"] == "Olga"
        assert [each.words_sealed is None for each in answer_rows.of_cases(db, [case.id])] == [False]
        assert ledger_rows.kept(db, theirs.business_id, theirs.id) == {}
    assert grant_now(house, running.id) == running


def test_a_login_that_expects_the_address_goes_with_it(house: House) -> None:
    nora, other = add_person(house), add_person(house)
    client_id = add_client(house)
    for each in (nora.email.upper(), other.email):
        request = a_request(house, client_id, login_hint=each)
        authorization_requests.open(house.services, request, b"browser", house.clock.now)
    _erase(house, nora)
    with house.services.database.read() as db:
        left = db.execute(select(request_rows.c.hint_index)).scalars().all()
    assert left == [addresses.index(house.services, other.email)]


def test_whatever_is_under_way_goes_with_the_account(house: House) -> None:
    nora = add_person(house)
    paused, asked = _given(house, nora), _given(house, nora)
    services, now = house.services, house.clock.now
    pausing.pause(services, paused.id, nora.id, NOTICE, now)
    case = erasure.stop_and_erase(services, asked.id, nora.id, NOTICE, now)
    refused = {
        "item": min(case.items),
        "ground": "legal_duty",
        "law": "Article 3:310 Kanarie",
        "until": "2030-01-01",
    }
    words = {"state": "partially_refused", "message": "Zeldzame Kanarie", "refusals": [refused]}
    cases.answer(services, case.business_id, case.id, words, now)
    session = sign_in(house, house.browser(), nora)
    with services.database.write() as db:
        export_rows.replace(db, Export("e" * 32, nora.id, session.id, "nl", now, now + timedelta(days=1)))
    recovery.ask(services, nora.email, language="en", next_path=None, source="127.0.0.1", now=now)
    again = registration.Asked(nora.email, "tuin kachel zwaluw 81")
    registration.register(services, again, language="en", next_path=None, source="127.0.0.1", now=now)
    request = a_request(house, paused.client_id, login_hint=nora.email)
    handle = authorization_requests.open(services, request, b"browser", now)
    assert _tables_naming(house, nora.id) >= {"exports", "mail", "cases", "sessions"}
    assert nora.email in {letter.recipient for letter in mail.latest(services)}
    _erase(house, nora)
    assert nora.email not in {letter.recipient for letter in mail.latest(services)}
    assert _tables_naming(house, nora.id, nora.email, "Kanarie") == set()
    assert export_job.run(services, now).counts == {"prepared": 0, "failed": 0}
    with pytest.raises(authorization_requests.Unavailable):
        authorization_requests.load(services, handle, b"browser", now)
    assert {_case(house, grant).person_id for grant in (paused, asked)} == {None}
    assert _case(house, asked).id == case.id


def test_what_a_business_typed_before_goes_and_that_it_answered_stays(house: House) -> None:
    nora = add_person(house)
    grant = _given(house, nora)
    case = erasure.stop_and_erase(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    said = {"state": "received", "message": "Dear Nora"}
    cases.answer(house.services, grant.business_id, case.id, said, house.clock.now)
    _erase(house, nora)
    with house.services.database.read() as db:
        (left,) = answer_rows.of_cases(db, [case.id])
    assert (left.state, left.words_sealed) == (CaseState.RECEIVED, None)


def test_the_receipts_go_from_the_business_too_once_nobody_can_claim_any_more(house: House) -> None:
    nora = add_person(house)
    grant = _given(house, nora)
    _erase(house, nora)
    house.clock.move(days=house.services.settings.receipts.kept_after_erasure_days)
    for left in (3, 0):
        cleanup.run(house.services, house.clock.now)
        with house.services.database.read() as db:
            assert len(ledger_rows.kept(db, grant.business_id, grant.id)) == left
        house.clock.move(milliseconds=1)


def test_an_erasure_needs_the_password_as_it_is_by_then(house: House) -> None:
    nora = add_person(house)
    with house.services.database.write() as db:
        people.set_password(db, nora.id, "a hash", house.clock.now)
    proved = SignInAccount(nora.id, "", "the hash before", Standing.ACTIVE)
    with pytest.raises(credentials.Wrong):
        leaving.begin(house.services, nora.id, house.clock.now, NOTICE, leaving.Leaver(proved, "a secret"))
    with house.services.database.read() as db:
        assert people.count_erasing(db) == 0


def test_nobody_is_served_while_somebody_cannot_be_erased_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    nora, ana = add_person(house), add_person(house)
    before = backup.taken(house)
    for each in (nora, ana):
        _erase(house, each)
    backup.put_back(house, before)
    destroy = person_keys.destroy
    with monkeypatch.context() as cut:
        cut.setattr(person_keys, "destroy", lambda db, id_: _killed() if id_ == nora.id else destroy(db, id_))
        with pytest.raises(RuntimeError):
            leaving.reapply(house.services, house.clock.now)
    assert [_is_there(house, each) for each in (nora, ana)] == [True, False]


def test_the_receipts_of_the_end_stay_with_the_business(house: House) -> None:
    nora = add_person(house)
    grant = _given(house, nora)
    _erase(house, nora)
    with house.services.database.read() as db:
        kept = ledger_rows.kept(db, grant.business_id, grant.id)
        assert ledger_rows.kept(db, "another business", grant.id) == {}
        acts = [receipts.Act(_record(each)["event"]["event_type"]) for each in kept.values()]
    assert acts == [Act.GIVE, Act.WITHDRAW, Act.ERASE]
    assert _record(kept[3])["previous_receipt"] == receipts.receipt_digest(kept[2])


def _record(receipt: str) -> Any:
    part = receipt.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


@pytest.mark.parametrize("step", ["begin", "half", "key"])
def test_the_worker_goes_on_where_an_erasure_was_cut_off(
    house: House, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    nora = add_person(house)
    grants = [_given(house, nora), _given(house, nora)]
    services, now = house.services, house.clock.now
    with monkeypatch.context() as cut:
        if step == "begin":
            cut.setattr(leaving, "finish", _killed)
        elif step == "half":
            hand_back = leaving._hand_back
            cut.setattr(
                leaving, "_hand_back", lambda s, g, n, t: hand_back(s, g, n, t) if g == grants[0].id else _killed()
            )
        else:
            cut.setattr(person_keys, "destroy", _killed)
        leaving.erase_account(services, nora.id, now, NOTICE)
    assert _is_there(house, nora)
    assert account_erasure.run(services, now).counts == {"finished": 1, "failed": 0}
    assert not _is_there(house, nora)
    for grant in grants:
        assert _told(house, grant).count(EventType.ERASURE_REQUESTED) == 1
        assert _words_hashed(house, grant) == [NOTICE.text_digest, NOTICE.text_digest]
    assert account_erasure.run(services, now).counts == {"finished": 0, "failed": 0}


def _words_hashed(house: House, grant: Grant) -> list[str]:
    """Of which words the last two receipts hold the hash: whoever finishes it knows what was on the page."""
    with house.services.database.read() as db:
        last = list(ledger_rows.kept(db, grant.business_id, grant.id).values())[-2:]
    return [_record(each)["processing"]["notice_sha256"] for each in last]


def _killed(*_: object) -> None:
    raise OSError("killed here")


def test_the_words_an_erasure_began_with_stay_and_are_nobody_elses(house: House) -> None:
    nora, other, staying = (add_person(house) for _ in range(3))
    with house.services.database.write() as db:
        people.set_password(db, nora.id, "a hash", house.clock.now)
        for each, said in ((nora, "first"), (other, "of another"), (nora, "again")):
            people.begin_erasing(db, each.id, {"text": said})
        notices = [people.erasing_notice(db, each.id) for each in (nora, other, staying)]
        assert notices == [{"text": "first"}, {"text": "of another"}, None]
        assert not people.has_password(db, nora.id, "a hash")


def test_one_whose_erasure_was_begun_is_nobody_at_once(house: House) -> None:
    nora = add_person(house)
    browser = house.browser()
    sign_in(house, browser, nora)
    assert browser.get("/account").status_code == 200
    leaving.begin(house.services, nora.id, house.clock.now)
    assert browser.get("/account").status_code == 303


def test_an_older_backup_is_erased_again_before_it_is_served(house: House) -> None:
    nora, other = add_person(house), add_person(house)
    grant = _given(house, nora)
    before = backup.taken(house)
    _erase(house, nora)
    backup.put_back(house, before)
    assert _is_there(house, nora)
    assert leaving.reapply(house.services, house.clock.now) == 1
    assert not _is_there(house, nora)
    assert _is_there(house, other)
    assert _case(house, grant).reason is Reason.ACCOUNT_ERASED
    assert leaving.reapply(house.services, house.clock.now) == 0


def test_the_worker_notices_a_backup_restored_while_it_runs(house: House) -> None:
    nora = add_person(house)
    before = backup.taken(house)
    _erase(house, nora)
    backup.put_back(house, before)
    account_erasure.run(house.services, house.clock.now)
    assert not _is_there(house, nora)


def test_whom_a_restored_backup_brought_back_another_erasure_does_not_hide(house: House) -> None:
    nora, ana = add_person(house), add_person(house)
    before = backup.taken(house)
    _erase(house, nora)
    backup.put_back(house, before)
    _erase(house, ana)
    account_erasure.run(house.services, house.clock.now)
    assert not _is_there(house, nora)


def test_whom_a_restored_backup_brought_back_the_worker_finds_until_they_are_gone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    nora = add_person(house)
    before = backup.taken(house)
    _erase(house, nora)
    backup.put_back(house, before)
    with monkeypatch.context() as cut:
        cut.setattr(leaving, "begin", _killed)
        with pytest.raises(OSError, match="killed here"):
            account_erasure.run(house.services, house.clock.now)
    account_erasure.run(house.services, house.clock.now)
    assert not _is_there(house, nora)


def test_the_ledgers_file_names_nobody_and_survives_a_line_cut_off(house: House) -> None:
    nora, ana = add_person(house), add_person(house)
    _erase(house, nora)
    path = Path(house.services.settings.data_folder) / erasure_ledger.FILE
    with path.open("a") as file:
        at = house.clock.now
        file.write(f"{'00' * 31} {at.isoformat()}\n{'00' * 32} {at.replace(tzinfo=None).isoformat()}\n0123abc")
    _erase(house, ana)
    assert len(erasure_ledger.written(house.services)) == 2
    written = path.read_text()
    for gone in (nora, ana):
        assert gone.id not in written
        assert erasure_ledger.person_digest(house.services, gone.id).hex() in written
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_same_address_later_begins_anew_and_inherits_nothing(house: House) -> None:
    nora = add_person(house)
    client_id = add_client(house)
    before = share(house, nora, client_id, Level.HIGH, scopes=ALL)
    _erase(house, nora)
    again = add_person(house, nora.email)
    after = share(house, again, client_id, Level.LOW, scopes=ALL)
    assert after.sub != before.sub
    assert after.id != before.id
    assert leaving.reapply(house.services, house.clock.now) == 0
    assert _is_there(house, again)


def test_no_personal_value_or_key_is_left_in_the_files_of_the_database(house: House) -> None:
    nora = add_person(house, name="Zeldzame Kanarie")
    _given(house, nora)
    with house.services.database.read() as db:
        wrapped = person_keys.wrapped(db, nora.id)
    _erase(house, nora)
    with house.services.database.read() as db:
        if house.services.database.is_sqlite:
            file = Path(db.exec_driver_sql("PRAGMA database_list").one()[2])
            for each in file.parent.glob(file.name + "*"):
                held = each.read_bytes()
                assert wrapped not in held
                assert nora.id.encode() not in held
                assert b"Zeldzame" not in held
        else:
            assert (
                db.execute(text("select count(*) from person_keys where person_id = :id"), {"id": nora.id}).scalar()
                == 0
            )
