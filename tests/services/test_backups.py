"""A backup that is put back brings nothing to life again: not what was handed out, not what was ended since."""

from pathlib import Path
from typing import Any

import pytest

from app.domain.cases import Case
from app.domain.errors import Refusal
from app.domain.grants import EndReason, Grant
from app.domain.levels import Level
from app.jobs.backups import DecisionLog, look
from app.services import (
    account,
    addresses,
    authorization_requests,
    backups,
    consents,
    decision_log,
    erasure,
    grant_management,
    mail_links,
)
from app.services.authorization_requests import Unavailable
from app.services.backups import Settled
from app.services.mail_links import Purpose
from app.services.receipts import Notice
from app.storage import cases as case_rows
from app.storage import clients, emails, grants
from tests.factories import Shopper, a_request, add_client, add_person, share, sign_in
from tests.redeeming import LOW_OFFLINE, SECRET, BackOffice, log_in, refused, tokens
from tests.servers import backup
from tests.servers.house import House
from tests.services.told import told_of

NOTICE = Notice("en", "Stop")


@pytest.fixture(autouse=True)
def worker(house: House) -> DecisionLog:
    """What the worker has done before anything happened."""
    look(house.services, house.clock.now)
    return DecisionLog()


def _worked(house: House, worker: DecisionLog) -> None:
    house.clock.move(seconds=5)
    look(house.services, house.clock.now)
    worker.run(house.services, house.clock.now)


def _grant(house: House, grant: Grant) -> Grant:
    with house.services.database.read() as db:
        found = grants.find(db, grant.id)
    assert found is not None
    return found


def _case(house: House, grant: Grant) -> Case | None:
    with house.services.database.read() as db:
        return case_rows.of_grant(db, grant.id)


def test_a_database_younger_than_the_folder_remembers_is_one_put_back(house: House, worker: DecisionLog) -> None:
    add_person(house)
    before = backup.taken(house)
    assert not backups.put_back(house.services)
    _worked(house, worker)
    assert not backups.put_back(house.services)
    backup.put_back(house, before)
    assert backups.put_back(house.services)
    assert backups.settle(house.services, house.clock.now) == Settled(0, 0)
    assert not backups.put_back(house.services)


def test_a_backup_of_before_any_worker_ran_is_one_too(house: House, worker: DecisionLog) -> None:
    add_person(house)
    before = backup.taken(house)
    backup.put_back(house, {**before, "database_age": [{**before["database_age"][0], "age": 0}]})
    assert backups.put_back(house.services)
    assert not backups.grow_older(house.services)
    backups.settle(house.services, house.clock.now)
    assert backups.grow_older(house.services)


def test_another_database_beside_the_same_folder_is_none(house: House, worker: DecisionLog) -> None:
    add_person(house)
    _worked(house, worker)
    backup.put_back(house, {**backup.taken(house), "database_age": [{"id": 1, "name": "another", "age": 0}]})
    assert not backups.put_back(house.services)
    assert backups.grow_older(house.services)


@pytest.mark.parametrize("number", ["", "12\x00", "9" * 20])
def test_a_damaged_number_is_nothing_remembered_and_written_anew(
    house: House, worker: DecisionLog, number: str
) -> None:
    name = backup.taken(house)["database_age"][0]["name"]
    mark = Path(house.services.settings.data_folder) / backups.FILE.format(name)
    before = int(mark.read_text())
    mark.write_text(number)
    assert not backups.put_back(house.services)
    assert backups.grow_older(house.services)
    assert int(mark.read_text()) == before + 1


def test_another_machine_that_remembers_as_much_settles_nothing_again(house: House, worker: DecisionLog) -> None:
    before = backup.taken(house)
    _worked(house, worker)
    name = before["database_age"][0]["name"]
    mark = Path(house.services.settings.data_folder) / backups.FILE.format(name)
    of_the_other = int(mark.read_text()) + 3
    backup.put_back(house, before)
    backups.settle(house.services, house.clock.now)
    mark.write_text(str(of_the_other))
    assert not backups.put_back(house.services)


def test_nothing_handed_out_before_works_afterwards(house: House, worker: DecisionLog) -> None:
    client_id = add_client(house, secret=SECRET)
    login, office = log_in(house, add_person(house), client_id, scopes=LOW_OFFLINE), BackOffice(house, client_id)
    browser = house.browser()
    sign_in(house, browser, login.person)
    had, code = tokens(office.redeem(login.code())), login.code()
    handle = authorization_requests.open(house.services, a_request(house, client_id), b"browser", house.clock.now)
    with house.services.database.write() as db:
        (email,) = emails.of_person(db, login.person.id)
        sent = (Purpose.RECOVER, login.person.id, email.id, house.clock.now, None)
        secret = mail_links.send(house.services, db, *sent)
    before = backup.taken(house)
    _worked(house, worker)
    backup.put_back(house, before)
    assert browser.get("/account").status_code == 200
    look(house.services, house.clock.now)
    assert browser.get("/account").status_code == 303
    assert office.userinfo(had["access_token"]).status_code == 401
    assert refused(office.refresh(had["refresh_token"])) == "invalid_grant"
    assert refused(office.redeem(code)) == "invalid_grant"
    with pytest.raises(Refusal, match="link_dead"):
        mail_links.look(house.services, Purpose.RECOVER, secret, house.clock.now)
    with pytest.raises(Unavailable):
        authorization_requests.load(house.services, handle, b"browser", house.clock.now)
    assert _grant(house, login.grant).ended_at is None, "nothing was decided since: it goes on"


def test_what_was_stopped_since_stays_stopped_and_its_case_keeps_its_id(house: House, worker: DecisionLog) -> None:
    nora = add_person(house)
    stopped, erased = (share(house, nora, add_client(house)) for _ in range(2))
    before = backup.taken(house)
    house.clock.move(hours=1)
    consents.stop(house.services, stopped.id, nora.id, NOTICE, house.clock.now)
    case = erasure.stop_and_erase(house.services, erased.id, nora.id, NOTICE, house.clock.now)
    _worked(house, worker)
    backup.put_back(house, before)
    assert backups.settle(house.services, house.clock.now) == Settled(2, 0)
    assert {_grant(house, each).end_reason for each in (stopped, erased)} == {EndReason.WITHDRAWN}
    assert _case(house, stopped) is None
    again = _case(house, erased)
    assert again is not None
    assert again.id == case.id
    assert backups.settle(house.services, house.clock.now) == Settled(0, 0)


def test_a_case_about_what_had_ended_before_is_opened_again_under_its_id(house: House, worker: DecisionLog) -> None:
    nora = add_person(house)
    grant = share(house, nora, add_client(house))
    consents.stop(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    before = backup.taken(house)
    house.clock.move(hours=1)
    case = erasure.stop_and_erase(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    _worked(house, worker)
    backup.put_back(house, before)
    backups.settle(house.services, house.clock.now)
    again = _case(house, grant)
    assert again is not None
    assert again.id == case.id


def test_what_was_lowered_since_is_not_high_again_but_ended_as_lost(house: House, worker: DecisionLog) -> None:
    nora = add_person(house)
    scopes = frozenset({"openid", "identity:low", "identity:high"})
    lowered, left = (share(house, nora, add_client(house), Level.HIGH, scopes=scopes) for _ in range(2))
    before = backup.taken(house)
    house.clock.move(hours=1)
    consents.step_down(house.services, lowered.id, nora.id, Level.LOW, NOTICE, house.clock.now)
    _worked(house, worker)
    backup.put_back(house, before)
    assert backups.settle(house.services, house.clock.now) == Settled(1, 0)
    assert _grant(house, lowered).end_reason is EndReason.LOST
    assert _grant(house, left).ended_at is None


def test_what_its_giver_did_not_stop_is_never_said_to_be_stopped_by_them(house: House, worker: DecisionLog) -> None:
    """Lowered and lost by a backup that is put back a second time, or handed back by the business."""
    nora, shops = add_person(house), [add_client(house) for _ in range(2)]
    scopes = frozenset({"openid", "identity:low", "identity:high"})
    lowered, revoked = (share(house, nora, shop, Level.HIGH, scopes=scopes) for shop in shops)
    before = backup.taken(house)
    house.clock.move(hours=1)
    consents.step_down(house.services, lowered.id, nora.id, Level.LOW, NOTICE, house.clock.now)
    with house.services.database.read() as db:
        shop = clients.find(db, house.services.policy, shops[1])
    assert shop is not None
    grant_management.revoke(house.services, shop, revoked.id, house.clock.now)
    for _ in range(2):
        _worked(house, worker)
        backup.put_back(house, before)
        assert backups.settle(house.services, house.clock.now) == Settled(2, 0)
        assert {_grant(house, each).end_reason for each in (lowered, revoked)} == {EndReason.LOST}
        for kind in ("session-revoked", "consent-withdrawn"):
            assert [each["initiating_entity"] for each in told_of(house, lowered, kind)] == ["policy"]


def test_a_password_changed_since_opens_nothing_until_a_new_one_is_set(house: House, worker: DecisionLog) -> None:
    nora, other = add_person(house), add_person(house)
    for each in (nora, other):
        _set_password(house, each)
    worker.run(house.services, house.clock.now)
    before = backup.taken(house)
    house.clock.move(hours=1)
    _set_password(house, nora)
    _worked(house, worker)
    backup.put_back(house, before)
    assert backups.settle(house.services, house.clock.now) == Settled(0, 1)
    hashes = [_password_hash(house, each.email) for each in (nora, other)]
    assert hashes[0] is None
    assert hashes[1] is not None


def _set_password(house: House, person: Shopper) -> None:
    with house.services.database.write() as db:
        account.replace_password(house.services, db, person.id, "a hash", house.clock.now)


def _password_hash(house: House, email: str) -> Any:
    with house.services.database.read() as db:
        found = emails.account(db, addresses.index(house.services, email))
    return None if found is None else found.password_hash


def test_what_was_cut_off_is_noticed_again(house: House, worker: DecisionLog, monkeypatch: pytest.MonkeyPatch) -> None:
    nora = add_person(house)
    grant = share(house, nora, add_client(house))
    before = backup.taken(house)
    house.clock.move(hours=1)
    consents.stop(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    _worked(house, worker)
    backup.put_back(house, before)
    with monkeypatch.context() as cut:
        cut.setattr(backups, "_end", _killed)
        with pytest.raises(OSError, match="killed here"):
            backups.settle(house.services, house.clock.now)
    assert backups.put_back(house.services)
    assert backups.settle(house.services, house.clock.now) == Settled(1, 0)


def _killed(*_: object) -> None:
    raise OSError("killed here")


def test_the_file_has_each_decision_once_names_nobody_and_survives_a_line_cut_off(
    house: House, worker: DecisionLog
) -> None:
    nora = add_person(house)
    _set_password(house, nora)
    grant = share(house, nora, add_client(house))
    assert worker.run(house.services, house.clock.now).counts == {"written": 2}, "a password and a grant"
    assert worker.run(house.services, house.clock.now).counts == {"written": 0}
    assert DecisionLog().run(house.services, house.clock.now).counts == {"written": 0}
    path = Path(house.services.settings.data_folder) / decision_log.FILE
    with path.open("a") as file:
        file.write("0123abc")
    house.clock.move(seconds=-3600)  # a clock that was set back hides no decision
    consents.stop(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    assert worker.run(house.services, house.clock.now).counts == {"written": 1}
    text = path.read_text()
    assert nora.id not in text
    assert grant.id not in text
    last = decision_log.latest(house.services)[decision_log.of_id(house.services, grant.id)]
    assert (last.version, last.act) == (2, "withdraw")
    assert path.stat().st_mode & 0o777 == 0o600
