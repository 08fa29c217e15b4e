"""Agreed terms are kept: asked about in time, ended at their end, once, whatever happens to a worker or a clock."""

import logging
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import select, update

from app.domain.cases import Reason
from app.domain.errors import Refusal
from app.domain.grants import Act, EndReason, Grant
from app.domain.levels import Level
from app.domain.retention import ask_at
from app.jobs import retention
from app.services import consents, expiry, extension, pausing
from app.services.coverage import covering
from app.storage import cases, people
from app.storage.tables.events import events
from app.storage.tables.grants import grants
from tests.factories import INTENDED_USE as USE
from tests.factories import Shopper, a_request, add_business, add_client, add_person, client_of, share
from tests.redeeming import LOW_OFFLINE, BackOffice, log_in, refused, tokens
from tests.servers.house import House
from tests.servers.visitor import letters
from tests.services.deciding import ALL_LEVELS, NOTICE, bearer_of, grant_now, history, picker, released

LOW, MEDIUM, HIGH = Level.LOW, Level.MEDIUM, Level.HIGH


def given(house: House, level: Level = HIGH, person: Shopper | None = None, **business: object) -> Grant:
    """What somebody shares with a shop of its own."""
    shop = add_client(house, business_id=add_business(house, **business), client_name="Web")  # type: ignore[arg-type]
    return share(house, person or add_person(house), shop, level, scopes=ALL_LEVELS)


def told(house: House, grant: Grant) -> list[tuple[str, str]]:
    """Type and txn of the events about a grant since it was given, in the order they happened."""
    query = select(events.c.type, events.c.txn).where(events.c.grant_id == grant.id).order_by(events.c.occurred_at)
    with house.services.database.read() as db:
        rows = [(row.type.rpartition(":")[2], row.txn) for row in db.execute(query)]
    return [row for row in rows if row[0] != "consent-changed"]


def is_expired_once(house: House, grant: Grant) -> bool:
    """One end with its receipt, its event and its case, all of one act."""
    ended = grant_now(house, grant.id)
    with house.services.database.read() as db:
        case = cases.of_grant(db, grant.id)
    happened = told(house, grant)
    return (
        (ended.end_reason, ended.ended_at) == (EndReason.EXPIRED, grant.ends_at)
        and [version.act for version in history(house, grant.id)] == [Act.GIVE, Act.EXPIRE, Act.ERASE]
        and {kind.rpartition("/")[2] for kind, _ in happened}
        == {"session-revoked", "consent-expired", "erasure-requested"}
        and len(happened) == 3
        and case is not None
        and {txn for _, txn in happened} == {case.txn}
        and case.reason is Reason.EXPIRED
    )


def run(house: House) -> Counter[str]:
    """One run of the job at the house's time."""
    return Counter(retention.run(house.services, house.clock.now).counts)


# --- asked in time ------------------------------------------------------------------------------------------------


def test_nobody_is_asked_before_the_end_is_near(house: House) -> None:
    grant = given(house)
    house.clock.now = grant.ends_at - timedelta(days=14, seconds=1)
    assert not +run(house)
    assert grant_now(house, grant.id).asked_at is None


def test_what_was_found_is_looked_at_again_before_anything_is_done_about_it(house: House) -> None:
    nora = add_person(house)
    early, stopped, past = (given(house, person=nora) for _ in range(3))
    consents.stop(house.services, stopped.id, nora.id, NOTICE, house.clock.now)
    for act, grant, now in (
        (expiry.ask_one, early, early.ends_at - timedelta(days=15)),
        (expiry.expire_one, early, early.ends_at - timedelta(microseconds=1)),
        (expiry.expire_one, stopped, stopped.ends_at),
        (expiry.ask_one, past, past.ends_at),
    ):
        assert not act(house.services, grant.id, now)


@pytest.mark.parametrize(("language", "said"), [("en", "Extend or end?"), ("nl", "Verlengen of stoppen?")])
def test_fourteen_days_before_the_end_the_giver_is_asked_once_by_mail(house: House, language: str, said: str) -> None:
    nora = add_person(house)
    grant = given(house, person=nora, name="Ikelaar")
    speak(house, nora, language)
    house.clock.now = grant.ends_at - timedelta(days=14)
    assert run(house)["asked"] == 1
    assert grant_now(house, grant.id).asked_at == house.clock.now
    house.clock.move(days=1)
    assert not +run(house)
    assert not expiry.ask_one(house.services, grant.id, house.clock.now)
    (letter,) = letters(house, nora.email)
    assert said in letter.subject + letter.text
    assert f"{house.services.settings.issuer}/sharing/{grant.id}/extend" in letter.text
    assert "Ikelaar" in letter.subject
    assert "Ikelaar" in letter.text
    assert grant_now(house, grant.id).version == 1


def speak(house: House, person: Shopper, language: str) -> None:
    """The language this person's mail is in."""
    with house.services.database.write() as db:
        people.speak(db, person.id, language)


def test_a_mail_says_no_name_that_the_operator_did_not_look_at(house: House) -> None:
    nora = add_person(house)
    grant = given(house, person=nora, name="Win-a-prize", verified=False)
    house.clock.now = grant.ends_at - timedelta(days=3)
    run(house)
    (letter,) = letters(house, nora.email)
    assert "prize" not in letter.subject + letter.text


def test_a_short_term_is_asked_about_half_way(house: House) -> None:
    week = {"low": {**USE["low"], "retention": "P7D"}}
    grant = given(house, LOW, intended_use=week)
    assert not +run(house)
    house.clock.move(days=3)
    assert not +run(house)
    house.clock.now = ask_at(grant.given_at, grant.ends_at)
    assert run(house)["asked"] == 1


def test_whoever_extended_is_asked_again_before_the_next_end(house: House) -> None:
    nora = add_person(house)
    grant = given(house, person=nora)
    house.clock.now = grant.ends_at - timedelta(days=10)
    run(house)
    offer = extension.offer(house.services, grant.id, nora.id, house.clock.now)
    assert offer.card is not None
    longer = extension.extend(house.services, grant.id, nora.id, offer.card.shown, NOTICE, house.clock.now)
    house.clock.now = grant.ends_at + timedelta(days=1)
    assert not +run(house)
    assert released(house, bearer_of(longer)) == {"email", "address"}
    house.clock.now = longer.ends_at - timedelta(days=14)
    assert run(house)["asked"] == 1


# --- ended at the end ---------------------------------------------------------------------------------------------


def test_no_answer_is_the_end_with_a_receipt_an_event_and_a_case(house: House) -> None:
    grant = given(house)
    house.clock.now = grant.ends_at - timedelta(days=14)
    run(house)
    house.clock.now = grant.ends_at - timedelta(microseconds=1)
    assert not +run(house)
    house.clock.move(microseconds=1)
    assert run(house) == {"expired": 1, "asked": 0, "failed": 0}
    assert is_expired_once(house, grant)
    assert not +run(house)


def test_a_paused_grant_ends_at_its_end_like_any_other(house: House) -> None:
    nora = add_person(house)
    grant = given(house, person=nora)
    pausing.pause(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    house.clock.now = grant.ends_at
    assert run(house)["expired"] == 1
    assert grant_now(house, grant.id).end_reason is EndReason.EXPIRED


def test_what_was_stopped_before_its_end_does_not_end_twice(house: House) -> None:
    nora = add_person(house)
    grant = given(house, person=nora)
    consents.stop(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    house.clock.now = grant.ends_at + timedelta(days=1)
    assert not +run(house)
    assert grant_now(house, grant.id).end_reason is EndReason.WITHDRAWN


def test_more_than_one_page_ends_in_one_run_and_more_than_a_run_in_the_next(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "_PAGE", 2)
    monkeypatch.setattr(retention, "_MOST", 4)
    nora = add_person(house)
    all_given = [given(house, LOW, nora) for _ in range(5)]
    house.clock.now = all_given[-1].ends_at
    first = retention.run(house.services, house.clock.now)
    assert (first.counts["expired"], first.more) == (4, True)
    second = retention.run(house.services, house.clock.now)
    assert (second.counts["expired"], second.more) == (1, False)
    assert all(is_expired_once(house, grant) for grant in all_given)


def test_one_persons_failure_holds_up_no_other_and_is_logged_by_an_opaque_id(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    broken, sound = given(house), given(house)
    with house.services.database.write() as db:
        unreadable = update(grants).where(grants.c.id == broken.id)
        db.execute(unreadable.values(purposes=frozenset({"loyalty@zilverreiger-canary"})))
    house.clock.now = sound.ends_at
    with caplog.at_level(logging.ERROR):
        counts = run(house)
    assert (counts["expired"], counts["failed"]) == (1, 1)
    assert is_expired_once(house, sound)
    (record,) = caplog.records
    assert record.__dict__["grant_id"] == broken.id
    assert "canary" not in caplog.text
    assert released(house, bearer_of(broken)) == "grant_ended"


# --- whatever happens to a worker ---------------------------------------------------------------------------------


def test_workers_killed_at_every_statement_leave_each_grant_ended_once(
    house: House, database_url: str, secrets_path: Path, tmp_path: Path
) -> None:
    nora = add_person(house)
    all_given = [given(house, LOW, nora) for _ in range(2)]
    later = given(house, HIGH, nora)
    house.clock.now = all_given[0].ends_at
    asked_about = given(house, LOW, nora, intended_use={"low": {**USE["low"], "retention": "P7D"}})
    house.clock.now = asked_about.ends_at - timedelta(days=1)
    arguments = [database_url, str(secrets_path), str(tmp_path), str(int(house.clock.now.timestamp()))]
    ended = subprocess.run(
        [sys.executable, "-m", "tests.jobs.dying_worker", *arguments],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert int(ended.stdout) > 20
    assert all(is_expired_once(house, grant) for grant in (*all_given, later))
    assert grant_now(house, asked_about.id).asked_at is not None
    assert len([letter for letter in letters(house, nora.email) if asked_about.id in letter.text]) == 1


def test_two_workers_at_once_end_each_grant_once(house: House) -> None:
    nora = add_person(house)
    all_given = [given(house, LOW, person) for person in [nora] * 4 + [add_person(house) for _ in range(4)]]
    house.clock.now = all_given[-1].ends_at
    start = Barrier(2)

    def work(_: int) -> int:
        start.wait(10)
        return run(house)["expired"]

    with ThreadPoolExecutor(2) as workers:
        done = sum(workers.map(work, range(2)))
    assert done == len(all_given)
    assert all(is_expired_once(house, grant) for grant in all_given)


# --- whatever happens to a clock ----------------------------------------------------------------------------------


def test_a_clock_set_back_revives_no_grant_that_ended(house: House) -> None:
    grant = given(house)
    house.clock.now = grant.ends_at
    run(house)
    house.clock.move(days=-30)
    run(house)
    assert released(house, bearer_of(grant)) == "grant_ended"
    assert grant_now(house, grant.id).end_reason is EndReason.EXPIRED


def test_a_clock_set_back_revives_no_grant_that_a_worker_saw_past_its_end_but_could_not_end(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    nora = add_person(house)
    grant = given(house, person=nora)
    run(house)
    spoil(house, grant, "loyalty@x")
    house.clock.now = grant.ends_at + timedelta(minutes=1)
    assert run(house)["failed"] == 1
    house.clock.move(hours=-1)
    assert house.clock.now < grant.ends_at
    with caplog.at_level(logging.WARNING):
        run(house)
    assert "the clock was set back" in caplog.text
    assert released(house, bearer_of(grant)) == "grant_ended"
    assert covered(house, nora, grant) is None
    spoil(house, grant, *grant.purposes)
    assert covered(house, nora, grant) is None
    assert run(house)["expired"] == 1
    assert is_expired_once(house, grant)


def test_a_clock_set_back_lets_nobody_go_on_with_what_a_worker_saw_past_its_end(house: House) -> None:
    nora = add_person(house)
    grant = given(house, person=nora)
    pausing.pause(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    spoil(house, grant, "loyalty@x")
    house.clock.now = grant.ends_at + timedelta(minutes=1)
    assert run(house)["failed"] == 1
    spoil(house, grant, *grant.purposes)
    house.clock.move(hours=-1)
    assert pausing.paused_of(house.services, nora.persona_id, grant.client_id, house.clock.now) is None
    with pytest.raises(Refusal, match="no_grant"):
        pausing.resume(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    assert picker(house, nora, grant.client_id).share(LOW).id != grant.id
    assert grant_now(house, grant.id).end_reason is EndReason.EXPIRED


def test_once_everything_past_its_end_has_ended_new_grants_go_by_the_clock_as_it_is(house: House) -> None:
    nora = add_person(house)
    old = given(house, person=nora)
    house.clock.now = old.ends_at + timedelta(days=400)
    run(house)
    house.clock.now = old.given_at + timedelta(days=1)
    run(house)
    new = given(house, person=nora)
    assert released(house, bearer_of(new)) == {"email", "address"}
    assert covered(house, nora, new) is not None
    assert not +run(house)


def test_a_forward_step_of_a_few_seconds_and_back_is_no_alarm(house: House, caplog: pytest.LogCaptureFixture) -> None:
    given(house)
    house.clock.move(seconds=20)
    run(house)
    house.clock.move(seconds=-20)
    with caplog.at_level(logging.WARNING):
        run(house)
    assert caplog.text == ""


def spoil(house: House, grant: Grant, *purposes: str) -> None:
    """Give a grant purposes no receipt can be made of, or its own again."""
    with house.services.database.write() as db:
        db.execute(update(grants).where(grants.c.id == grant.id).values(purposes=frozenset(purposes)))


def covered(house: House, person: Shopper, grant: Grant) -> object:
    """What a silent login would be answered under."""
    services, now = house.services, house.clock.now
    request = a_request(house, grant.client_id, scopes=frozenset({"openid", "identity:low"}))
    with services.database.read() as db:
        return covering(services, db, request, client_of(house, grant.client_id), person.id, now)


# --- what everybody notices ---------------------------------------------------------------------------------------


def test_the_end_of_a_term_is_noticed_everywhere_at_once_and_told_to_both_sides(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    nora = add_person(house)
    office = BackOffice(house, add_client(house, business_id=add_business(house, name="Ikelaar")))
    login = log_in(house, nora, office.client_id, scopes=LOW_OFFLINE)
    house.clock.now = login.grant.ends_at - timedelta(seconds=30)
    login = login.again()
    out, pending = tokens(office.redeem(login.code())), login.code()
    assert out["expires_in"] == 30

    house.clock.now = login.grant.ends_at
    for ran in (False, True):
        if ran:
            with caplog.at_level(logging.INFO):
                assert run(house)["expired"] == 1
        assert refused(office.userinfo(out["access_token"]), 401) == "invalid_token"
        assert office.introspect(out["access_token"]) == {"active": False}
        assert refused(office.refresh(out["refresh_token"])) == "invalid_grant"
        assert refused(office.redeem(pending)) == "invalid_grant"
        assert covered(house, nora, login.grant) is None
    assert is_expired_once(house, login.grant)
    assert ("grant expired", login.grant.id) in [
        (each.message, each.__dict__.get("grant_id")) for each in caplog.records
    ]
    letter = letters(house, nora.email)[-1]
    assert "Sharing with Ikelaar ended" in letter.text
    assert f"/sharing/{login.grant.id}" in letter.text
