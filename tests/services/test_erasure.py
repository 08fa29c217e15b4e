"""Stop and ask to erase: one act with everything in it, once, whoever asks and however often."""

import base64
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Table, func, select, update
from sqlalchemy.exc import OperationalError

from app.domain.cases import ACCOUNT_RECORDS, Case, CaseState, Reason, answer_before, in_item_order
from app.domain.errors import Refusal
from app.domain.events import EventType
from app.domain.grants import Act, EndReason, Grant
from app.domain.levels import Level
from app.domain.retention import ASK_AHEAD
from app.services import cases as answering
from app.services import consents, erasure, events, mail, receipts
from app.services.receipts import Notice
from app.storage import case_answers, cases, grant_versions, grants, outbox
from app.storage.tables.cases import case_links
from app.storage.tables.cases import cases as case_rows
from app.storage.tables.events import events as event_rows
from app.storage.tables.grants import grant_versions as version_rows
from app.storage.tables.logins import refresh_tokens
from app.storage.tables.parties import businesses
from app.storage.tables.people import people
from app.storage.tables.upkeep import mail as mail_rows
from tests.factories import Shopper, add_business, add_client, add_person, client_of, share
from tests.redeeming import LOW_OFFLINE, BackOffice, log_in, refused, tokens
from tests.servers.house import House

NOTICE = Notice("en", "Stop sharing and ask to erase")
ALL = frozenset({"openid", "identity:low", "identity:medium", "identity:high"})


def contact_of(business_id: str) -> str:
    return f"privacy-{business_id[:8]}@shop.example"


def client_with_contact(house: House, country: str = "NL", *, verified: bool = True) -> str:
    business_id = add_business(house, verified=verified)
    details = {"privacy_contact": contact_of(business_id), "country": country}
    with house.services.database.write() as db:
        db.execute(update(businesses).where(businesses.c.id == business_id).values(details=details))
    return add_client(house, business_id=business_id)


@pytest.fixture
def nora(shared_house: House) -> Shopper:
    return add_person(shared_house)


@pytest.fixture
def client_id(shared_house: House) -> str:
    """A client of a business that has an address for privacy questions."""
    return client_with_contact(shared_house)


@pytest.fixture
def grant(shared_house: House, nora: Shopper, client_id: str) -> Grant:
    return share(shared_house, nora, client_id, Level.HIGH, scopes=ALL)


def stop_and_erase(house: House, grant: Grant, person_id: str | None = None) -> Case:
    return erasure.stop_and_erase(house.services, grant.id, person_id or grant.person_id, NOTICE, house.clock.now)


def grant_now(house: House, grant: Grant) -> Grant:
    with house.services.database.read() as db:
        found = grants.find(db, grant.id)
    assert found is not None
    return found


def told(house: House, grant: Grant) -> list[Any]:
    with house.services.database.read() as db:
        rows = db.execute(select(*outbox.COLUMNS).where(event_rows.c.grant_id == grant.id).order_by(event_rows.c.id))
        return [outbox.read(row) for row in rows]


def acts(house: House, grant: Grant) -> list[Act]:
    with house.services.database.read() as db:
        return [version.act for version in grant_versions.of_grant(db, grant.id)]


def count(house: House, table: Table, *where: Any) -> int:
    with house.services.database.read() as db:
        return int(db.execute(select(func.count()).select_from(table).where(*where)).scalar_one())


def mail_to_the_business(house: House, grant: Grant) -> list[mail.Letter]:
    latest = mail.latest(house.services, 500)
    return [letter for letter in latest if letter.recipient == contact_of(grant.business_id)]


def test_one_act_ends_tells_opens_and_receipts(shared_house: House, grant: Grant) -> None:
    case = stop_and_erase(shared_house, grant)
    now = shared_house.clock.now
    ended = grant_now(shared_house, grant)
    assert (ended.ended_at, ended.end_reason) == (now, EndReason.WITHDRAWN)
    assert acts(shared_house, grant)[-2:] == [Act.WITHDRAW, Act.ERASE]
    assert (case.state, case.reason, case.answer_before) == (CaseState.SENT, Reason.ASKED, answer_before(now))
    kinds = {event.type for event in told(shared_house, grant) if event.txn == case.txn}
    assert kinds == {EventType.SESSION_REVOKED, EventType.CONSENT_WITHDRAWN, EventType.ERASURE_REQUESTED}


def test_the_request_names_case_items_and_day_and_no_value(shared_house: House, grant: Grant) -> None:
    case = stop_and_erase(shared_house, grant)
    (event,) = [each for each in told(shared_house, grant) if each.type is EventType.ERASURE_REQUESTED]
    items = ["email", "address", "collected:purchase", "collected:visit", ACCOUNT_RECORDS]
    assert event.content == {
        "case_id": case.id,
        "items": items,
        "answer_before": int(case.answer_before.timestamp()),
        "initiating_entity": "user",
    }
    assert "Sluisweg" not in repr((case, event))


def test_what_was_given_before_a_step_down_is_asked_for_too(shared_house: House, grant: Grant) -> None:
    now = shared_house.clock.now
    consents.step_down(shared_house.services, grant.id, grant.person_id, Level.LOW, NOTICE, now)
    case = stop_and_erase(shared_house, grant)
    assert {"email", "address", "collected:purchase", "collected:visit"} <= case.items
    assert erasure.items(shared_house.services, grant.id) == case.items


def test_doing_it_again_changes_nothing(shared_house: House, grant: Grant) -> None:
    first = stop_and_erase(shared_house, grant)
    before = (told(shared_house, grant), acts(shared_house, grant), len(mail_to_the_business(shared_house, grant)))
    shared_house.clock.move(hours=1)
    assert stop_and_erase(shared_house, grant) == first
    assert (
        told(shared_house, grant),
        acts(shared_house, grant),
        len(mail_to_the_business(shared_house, grant)),
    ) == before


def test_many_clicks_at_once_are_one_act(shared_house: House, grant: Grant) -> None:
    gate = Barrier(6)

    def click(_: int) -> str:
        gate.wait()
        return stop_and_erase(shared_house, grant).id

    with ThreadPoolExecutor(6) as clicks:
        (case_id,) = set(clicks.map(click, range(6)))
    assert acts(shared_house, grant).count(Act.ERASE) == 1
    assert acts(shared_house, grant).count(Act.WITHDRAW) == 1
    kinds = [event.type for event in told(shared_house, grant)]
    assert kinds.count(EventType.ERASURE_REQUESTED) == kinds.count(EventType.CONSENT_WITHDRAWN) == 1
    assert count(shared_house, case_rows, case_rows.c.grant_id == grant.id) == 1
    assert case_id


def test_stopping_and_asking_at_once_is_one_end_and_one_request(shared_house: House, grant: Grant) -> None:
    gate = Barrier(2)

    def stop() -> None:
        gate.wait()
        with suppress(Refusal):  # asking came first
            consents.stop(shared_house.services, grant.id, grant.person_id, NOTICE, shared_house.clock.now)

    def ask() -> None:
        gate.wait()
        stop_and_erase(shared_house, grant)

    with ThreadPoolExecutor(2) as hands:
        for done in [hands.submit(stop), hands.submit(ask)]:
            done.result()
    assert acts(shared_house, grant)[-2:] == [Act.WITHDRAW, Act.ERASE]
    kinds = [event.type for event in told(shared_house, grant)]
    assert kinds.count(EventType.CONSENT_WITHDRAWN) == kinds.count(EventType.ERASURE_REQUESTED) == 1


def test_a_business_can_be_asked_after_sharing_was_stopped(shared_house: House, grant: Grant) -> None:
    consents.stop(shared_house.services, grant.id, grant.person_id, NOTICE, shared_house.clock.now)
    stopped_at = shared_house.clock.now
    shared_house.clock.move(days=3)
    case = stop_and_erase(shared_house, grant)
    assert grant_now(shared_house, grant).ended_at == stopped_at
    assert acts(shared_house, grant)[-2:] == [Act.WITHDRAW, Act.ERASE]
    (asked,) = [event for event in told(shared_house, grant) if event.txn == case.txn]
    assert asked.type is EventType.ERASURE_REQUESTED


def test_a_grant_past_its_term_is_ended_by_its_term(shared_house: House, grant: Grant) -> None:
    shared_house.clock.now = grant.ends_at + ASK_AHEAD
    case = stop_and_erase(shared_house, grant)
    ended = grant_now(shared_house, grant)
    assert (ended.ended_at, ended.end_reason) == (grant.ends_at, EndReason.EXPIRED)
    kinds = {event.type for event in told(shared_house, grant) if event.txn == case.txn}
    assert kinds == {EventType.SESSION_REVOKED, EventType.CONSENT_EXPIRED, EventType.ERASURE_REQUESTED}
    assert acts(shared_house, grant)[-2:] == [Act.EXPIRE, Act.ERASE]


def test_only_the_giver_can_ask(shared_house: House, grant: Grant) -> None:
    stranger = add_person(shared_house)
    for grant_id, person_id in ((grant.id, stranger.id), ("0" * 32, grant.person_id)):
        with pytest.raises(Refusal) as refusal:
            erasure.stop_and_erase(shared_house.services, grant_id, person_id, NOTICE, shared_house.clock.now)
        assert refusal.value.code == "no_grant"
    assert grant_now(shared_house, grant).ended_at is None
    assert EventType.ERASURE_REQUESTED not in {event.type for event in told(shared_house, grant)}


def test_a_running_grant_has_no_case(shared_house: House, grant: Grant) -> None:
    services, client = shared_house.services, client_of(shared_house, grant.client_id)
    with services.database.write() as db, pytest.raises(ValueError, match="not ended"):
        erasure.open_case(services, db, grant, client, "txn", shared_house.clock.now, Reason.EXPIRED)


def test_nothing_is_done_by_halves_when_the_database_goes_away(
    shared_house: House, grant: Grant, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (grant_now(shared_house, grant), told(shared_house, grant), acts(shared_house, grant))

    def gone(*_: Any, **__: Any) -> None:
        raise OperationalError("INSERT", {}, Exception("the connection is gone"))

    with monkeypatch.context() as patched:
        patched.setattr(mail, "queue", gone)
        with pytest.raises(OperationalError):
            stop_and_erase(shared_house, grant)
    assert (grant_now(shared_house, grant), told(shared_house, grant), acts(shared_house, grant)) == before
    assert count(shared_house, case_rows, case_rows.c.grant_id == grant.id) == 0
    assert mail_to_the_business(shared_house, grant) == []
    assert stop_and_erase(shared_house, grant).state is CaseState.SENT


def test_every_token_is_dead_at_once(shared_house: House, nora: Shopper, client_id: str) -> None:
    office, login = BackOffice(shared_house, client_id), log_in(shared_house, nora, client_id, scopes=LOW_OFFLINE)
    pending, members = login.code(), tokens(office.redeem(login.code()))
    stop_and_erase(shared_house, login.grant)
    assert office.userinfo(members["access_token"]).status_code == 401
    assert office.introspect(members["access_token"]) == {"active": False}
    assert refused(office.refresh(members["refresh_token"])) == "invalid_grant"
    assert refused(office.redeem(pending)) == "invalid_grant"
    live = refresh_tokens.c.grant_id == login.grant.id, refresh_tokens.c.revoked_at.is_(None)
    assert count(shared_house, refresh_tokens, *live) == 0


@pytest.mark.parametrize("end", [erasure.stop_and_erase, consents.stop], ids=["stopped and asked to erase", "stopped"])
def test_the_session_event_names_the_act_it_belongs_to(
    shared_house: House, grant: Grant, end: Callable[..., Any]
) -> None:
    end(shared_house.services, grant.id, grant.person_id, NOTICE, shared_house.clock.now)
    withdrawn = [event for event in told(shared_house, grant) if event.type is EventType.CONSENT_WITHDRAWN]
    session = [event for event in told(shared_house, grant) if event.type is EventType.SESSION_REVOKED]
    assert [event.txn for event in withdrawn] == [event.txn for event in session]
    assert len(session) == 1
    assert session[0].content["initiating_entity"] == "user"


def test_both_receipts_hang_in_the_chain_and_the_second_holds_the_request(shared_house: House, grant: Grant) -> None:
    case = stop_and_erase(shared_house, grant)
    with shared_house.services.database.read() as db:
        withdrawn, asked = grant_versions.of_grant(db, grant.id)[-2:]
    record = receipt_record(asked.receipt)
    assert record["previous_receipt"] == receipts.receipt_digest(withdrawn.receipt)
    assert record["event"]["event_type"] == "erase"
    assert record["event"]["event_state"] == "https://w3id.org/dpv#ConsentWithdrawn"
    assert record["erasure_request"] == {
        "right": "https://w3id.org/dpv/legal/eu/gdpr#A17",
        "case_id": case.id,
        "reason": case.reason.value,
        "items": list(in_item_order(case.items)),
        "answer_before": int(case.answer_before.timestamp()),
    }
    assert record["processing"]["notice_sha256"] == NOTICE.text_digest
    assert asked.terms == withdrawn.terms
    assert grant_now(shared_house, grant).version == asked.version


def receipt_record(receipt: str) -> Any:
    part = receipt.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


@pytest.mark.parametrize(("country", "greeting"), [("NL", "Hallo,"), ("BE", "Hallo,"), ("DE", "Hello,")])
def test_the_business_gets_a_mail_with_a_link_and_nothing_of_the_person(
    shared_house: House, nora: Shopper, country: str, greeting: str
) -> None:
    grant = share(shared_house, nora, client_with_contact(shared_house, country))
    case = stop_and_erase(shared_house, grant)
    (letter,) = mail_to_the_business(shared_house, grant)
    (link,) = [line for line in letter.text.splitlines() if line.startswith("http")]
    assert link.startswith(f"{shared_house.services.settings.issuer}/cases/answer/")
    assert case.id not in letter.text
    assert "Nora" not in letter.text
    assert nora.email not in letter.text
    assert letter.text.startswith(greeting)
    assert letter.subject


def test_a_business_that_registered_itself_cannot_have_us_write_to_anybody(shared_house: House, nora: Shopper) -> None:
    grant = share(shared_house, nora, client_with_contact(shared_house, verified=False))
    case = stop_and_erase(shared_house, grant)
    assert mail_to_the_business(shared_house, grant) == []
    assert count(shared_house, case_links, case_links.c.case_id == case.id) == 0
    assert EventType.ERASURE_REQUESTED in {event.type for event in told(shared_house, grant)}


def test_a_business_without_an_address_is_asked_by_event_alone(shared_house: House, nora: Shopper) -> None:
    grant = share(shared_house, nora, add_client(shared_house))
    queued = count(shared_house, mail_rows)
    case = stop_and_erase(shared_house, grant)
    assert count(shared_house, mail_rows) == queued
    assert count(shared_house, case_links, case_links.c.case_id == case.id) == 0
    assert EventType.ERASURE_REQUESTED in {event.type for event in told(shared_house, grant)}


@pytest.mark.parametrize("reason", [Reason.EXPIRED, Reason.ACCOUNT_ERASED])
def test_other_acts_open_a_case_in_their_own_transaction(shared_house: House, grant: Grant, reason: Reason) -> None:
    services, now = shared_house.services, shared_house.clock.now
    client, txn = client_of(shared_house, grant.client_id), events.new_txn()
    ended = consents.stop(services, grant.id, grant.person_id, NOTICE, now)
    with services.database.write() as db:
        case = erasure.open_case(services, db, ended, client, txn, now, reason)
        again = erasure.open_case(services, db, ended, client, events.new_txn(), now, Reason.ASKED)
    assert again == case
    assert (case.reason, case.txn) == (reason, txn)
    (asked,) = [event for event in told(shared_house, grant) if event.type is EventType.ERASURE_REQUESTED]
    assert asked.content["initiating_entity"] == ("policy" if reason is Reason.EXPIRED else "user")


def test_a_case_outlives_the_account_and_knows_nobody_then(shared_house: House, nora: Shopper, grant: Grant) -> None:
    case = stop_and_erase(shared_house, grant)
    with shared_house.services.database.write() as db:
        db.execute(people.delete().where(people.c.id == nora.id))
    with shared_house.services.database.read() as db:
        left = cases.find(db, case.id)
        assert case_answers.of_cases(db, [case.id]) == []
    assert left is not None
    assert left.person_id is None
    assert count(shared_house, version_rows, version_rows.c.grant_id == grant.id) == 0


def test_asking_again_twice_is_one_request_for_what_was_refused(house: House) -> None:
    nora = add_person(house)
    grant = share(house, nora, add_client(house))
    case = erasure.stop_and_erase(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    refused = [{"item": "email", "ground": "legal_claims", "law": "Article 3:310 BW", "until": "2030-01-01"}]
    answer = {"state": "partially_refused", "refusals": refused}
    answering.answer(house.services, case.business_id, case.id, answer, house.clock.now)
    first, second = (erasure.ask_again(house.services, case.id, nora.id, NOTICE, house.clock.now) for _ in range(2))
    assert (first.round, first.items, first.id) == (2, frozenset({"email"}), second.id)
    assert count(house, case_rows, case_rows.c.grant_id == grant.id) == 2
    assert acts(house, grant).count(Act.ERASE) == 2
    with pytest.raises(Refusal, match="no_case"):
        erasure.ask_again(house.services, "0" * 32, nora.id, NOTICE, house.clock.now)


def test_only_ones_own_case_is_asked_again_and_only_what_was_refused(house: House) -> None:
    nora, other = add_person(house), add_person(house)
    grant = share(house, nora, add_client(house))
    case = erasure.stop_and_erase(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    for person, why in ((nora, "nothing_refused"), (other, "no_case")):
        with pytest.raises(Refusal, match=why):
            erasure.ask_again(house.services, case.id, person.id, NOTICE, house.clock.now)
