"""What has had its time goes away, in small steps; what is still needed stays."""

from collections.abc import Callable

from sqlalchemy import func, select, update

from app.jobs import cleanup
from app.services import authorization_requests, correction, event_delivery, exports, leaving, sessions, upkeep
from app.storage.expired import KINDS
from app.storage.tables.parties import businesses, clients
from tests.factories import a_request, add_client, add_person, open_session
from tests.redeeming import LOW_OFFLINE, BackOffice, log_in, tokens
from tests.servers.house import House
from tests.servers.visitor import PASSWORD, Visitor, address, begin_login, letters, link_in, register, shopper
from tests.streams import new_business, new_giver


def _counts(house: House) -> dict[str, int]:
    with house.services.database.read() as db:
        return {name: db.execute(select(func.count()).select_from(table)).scalar_one() for name, table in KINDS.items()}


def _filled(house: House) -> Visitor:
    """A house where a person registered, somebody never confirmed, and a login was left waiting."""
    visitor = register(house)
    Visitor(house).post("/register", {"email": address(), "password": PASSWORD})
    Visitor(house).sign_in(visitor.email, "not the password")
    begin_login(Visitor(house), add_client(house))
    return visitor


def _full(house: House) -> Visitor:
    """A house that holds some of everything that can expire."""
    visitor, business = _filled(house), new_business(house)
    person, services, now = shopper(house, visitor), house.services, house.clock.now
    stream = business.new_stream()
    business.call("POST", "/ssf/verify", json={"stream_id": stream["stream_id"]})
    told = add_client(house, backchannel_logout_uri="https://shop.example/logout")
    login = log_in(house, person, told, scopes=LOW_OFFLINE)
    shop = BackOffice(house, told)
    shop.revoke(tokens(shop.redeem(login.code()))["access_token"])
    exports.ask(services, login.session, PASSWORD, "nl", source="", now=now)
    request = authorization_requests.open(services, a_request(house, told), b"browser", now)
    stored = authorization_requests.load(services, request, b"browser", now)
    authorization_requests.refuse(services, stored, person.id, now)
    sessions.end(services, open_session(services, person.id, acr="a", amr=frozenset(), now=now)[0].id, now)
    gone = log_in(house, add_person(house), told)
    shop.redeem(gone.code())
    leaving.erase_account(services, gone.person.id, now)
    return visitor


def test_nothing_that_is_needed_goes(house: House) -> None:
    visitor = _full(house)
    before = _counts(house)
    assert all(before.values()), before
    house.clock.move(minutes=5)
    assert cleanup.run(house.services, house.clock.now).counts == {}
    assert _counts(house) == before
    assert visitor.get("/account").status_code == 200


def test_a_token_of_a_session_that_ended_stays_dead_when_the_session_has_been_cleared_away(house: House) -> None:
    office = BackOffice(house, add_client(house))
    login = log_in(house, add_person(house), office.client_id)
    token = tokens(office.redeem(login.code()))["access_token"]
    assert sessions.end(house.services, login.session.id, house.clock.now)
    house.clock.move(seconds=house.services.settings.tokens.access_token_s - 1)
    cleanup.run(house.services, house.clock.now)
    assert office.userinfo(token).status_code == 401


def test_everything_goes_in_its_time_but_confirmed_people(house: House) -> None:
    visitor = _full(house)
    for _ in range(2):
        house.clock.move(days=1000)
        cleanup.run(house.services, house.clock.now)
    left = {name: count for name, count in _counts(house).items() if count}
    assert left == {"people": 1}
    assert visitor.sign_in(visitor.email).status_code == 303


def test_an_unconfirmed_account_goes_with_all_it_held_and_can_be_asked_for_again(house: House) -> None:
    email = address()
    Visitor(house).post("/register", {"email": email, "password": PASSWORD})
    house.clock.move(days=3)
    cleanup.run(house.services, house.clock.now)
    assert _counts(house)["people"] == 0
    visitor = Visitor(house)
    visitor.post("/register", {"email": email, "password": PASSWORD})
    visitor.post(link_in(letters(house, email)[-1], "confirm"))
    assert visitor.sign_in(email).status_code == 303


def test_an_unconfirmed_account_stays_for_as_long_as_its_link_works(make_house: Callable[..., House]) -> None:
    house, email = make_house(login={"email_link_s": 7 * 24 * 3600}), address()
    visitor = Visitor(house)
    visitor.post("/register", {"email": email, "password": PASSWORD})
    house.clock.move(days=6)
    cleanup.run(house.services, house.clock.now)
    visitor.post(link_in(letters(house, email)[-1], "confirm"))
    assert visitor.sign_in(email).status_code == 303


def test_what_a_business_has_not_fetched_waits_for_it_and_goes_once_it_has_but_for_corrections(house: House) -> None:
    business = new_business(house)
    stream, giver = business.new_stream(), new_giver(business)
    email = {"email": "nora@canary.example"}
    correction.correct(house.services, giver.person.id, giver.person.persona_id, email, house.clock.now)
    giver.stop()
    event_delivery.fan_out(house.services, house.clock.now, 500)
    house.clock.move(days=60)
    cleanup.run(house.services, house.clock.now)
    waiting = business.poll(stream)["sets"]
    assert len(waiting) == 5  # what was given, the two of a correction, and the two of the end
    business.poll(stream, ack=list(waiting))
    cleanup.run(house.services, house.clock.now)
    assert _counts(house)["events"] == 1
    assert len(correction.told_to(house.services, giver.person.id, giver.grant.business_id)) == 1


def test_what_a_business_has_not_fetched_for_a_year_goes_too(house: House) -> None:
    business = new_business(house)
    business.new_stream()
    new_giver(business).stop()
    event_delivery.fan_out(house.services, house.clock.now, 500)
    left = []
    for days in (364, 2):
        house.clock.move(days=days)
        cleanup.run(house.services, house.clock.now)
        left.append(_counts(house)["events"])
    assert left == [3, 0]


def test_a_client_that_registered_itself_and_was_never_used_goes_and_every_other_stays(house: House) -> None:
    def told() -> dict[str, str]:
        document = {"redirect_uris": ["https://shop.example/callback"]}
        members: dict[str, str] = house.browser().post("/clients", json=document).get_json()
        return members

    unused, used, filed, taken_up, to_erase = told(), told(), add_client(house), told(), told()
    with house.services.database.write() as db:
        its_business = select(clients.c.business_id).where(clients.c.id == taken_up["client_id"]).scalar_subquery()
        db.execute(update(businesses).where(businesses.c.id == its_business).values(verified=True))
    log_in(house, add_person(house), used["client_id"], scopes=frozenset({"openid"}))
    erased = add_person(house)
    log_in(house, erased, to_erase["client_id"], scopes=frozenset({"openid"}))
    leaving.erase_account(house.services, erased.id, house.clock.now)
    house.clock.move(days=89)
    young = told()
    assert "clients" not in cleanup.run(house.services, house.clock.now).counts
    house.clock.move(days=2)
    assert cleanup.run(house.services, house.clock.now).counts["clients"] == 1
    with house.services.database.read() as db:
        left = set(db.execute(select(clients.c.id)).scalars())
        assert left == {used["client_id"], young["client_id"], filed, taken_up["client_id"], to_erase["client_id"]}
        assert db.execute(select(func.count()).select_from(businesses)).scalar_one() == len(left)
    assert unused["client_id"] not in left


def test_a_transaction_takes_a_bounded_number(house: House) -> None:
    person = add_person(house)
    for _ in range(7):
        open_session(house.services, person.id, acr="a", amr=frozenset(), now=house.clock.now)
    house.clock.move(days=80)
    removed = [upkeep.remove_expired(house.services, "sessions", house.clock.now, 3) for _ in range(4)]
    assert removed == [3, 3, 1, 0]
