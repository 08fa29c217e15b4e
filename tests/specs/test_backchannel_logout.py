"""OpenID Connect Back-Channel Logout 1.0: a client hears of the end of every session it got tokens in."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from app.crypto import jwt
from app.crypto.jwt import Untrusted
from app.domain.levels import Level
from app.jobs.logout_delivery import LogoutDelivery
from app.services import account, consents, credentials, logouts, sessions
from app.services.outbound import Outbound
from app.services.receipts import Notice
from app.services.sessions import ACR_PASSWORD, AMR_PASSWORD
from app.storage import logouts as rows
from app.storage.tables.parties import clients
from app.storage.tables.streams import logouts as waiting_rows
from app.storage.tables.streams import session_grants
from tests.factories import Shopper, add_client, add_person, client_of, open_session, share
from tests.redeeming import LOW, LOW_OFFLINE, BackOffice, Login, header_of, id_token_of, log_in, refused, tokens
from tests.servers.databases import somebody_waits
from tests.servers.house import House
from tests.servers.ports import free_port
from tests.servers.receiver import TAKES, Receiver, answering, flooding, in_turn

EVENT = "http://schemas.openid.net/event/backchannel-logout"
PATIENCE_S = 60
SOON_S = 2.0
"""Enough for a token to arrive, and little for whoever waits in vain for the answer."""


def tell(house: House) -> None:
    """Let the worker run once, and wait for what it began."""
    job = LogoutDelivery()
    job.run(house.services, house.clock.now)
    assert job.receivers.wait(PATIENCE_S)


def waiting(house: House) -> int:
    with house.services.database.read() as db:
        return len(db.execute(waiting_rows.select()).all())


def logout_token(house: House, body: str, **changes: Any) -> dict[str, Any]:
    """The claims of the logout token in a post, verified as a client does."""
    ((name, (token,)),) = parse_qs(body, strict_parsing=True).items()
    assert name == "logout_token"
    keys = house.services.keys.ring(house.clock.now).kept_public_keys()
    kind = {"types": ["logout+jwt"], "algorithms": ["RS256"], **changes}
    return jwt.verify(token, keys=keys, **kind)


@pytest.fixture
def house(house: House) -> House:
    """A house that waits for a client as long as a busy machine may take."""
    return _waiting(house, 30.0)


def _waiting(house: House, timeout_s: float) -> House:
    outbound = Outbound(timeout_s=timeout_s, private_hosts=["127.0.0.1"])
    return replace(house, services=replace(house.services, outbound=outbound))


def shop_of(house: House, receiver: Receiver, **metadata: Any) -> BackOffice:
    """A client that hears of logouts at a server."""
    return BackOffice(house, add_client(house, backchannel_logout_uri=receiver.url, **metadata))


def visit(
    house: House, person: Shopper, shop: BackOffice, level: Level = Level.LOW, **options: Any
) -> tuple[Login, dict[str, Any]]:
    """Let the person log in at the shop; the login and the tokens the shop got."""
    login = log_in(house, person, shop.client_id, level, **options)
    return login, tokens(shop.redeem(login.code()))


def _new_password(house: House, login: Login) -> None:
    hashed = credentials.hashed(house.services, "tuin kachel zwaluw 81", [])
    with house.services.database.write() as db:
        account.replace_password(house.services, db, login.person.id, hashed, house.clock.now)


ENDS: dict[str, Callable[[House, Login], Any]] = {
    "signs out": lambda house, login: sessions.end(house.services, login.session.id, house.clock.now),
    "ends all sessions": lambda house, login: sessions.end_all(house.services, login.person.id, house.clock.now),
    "stops sharing": lambda house, login: consents.stop(
        house.services, login.grant.id, login.person.id, Notice("en", "Stop"), house.clock.now
    ),
    "gets a new password": _new_password,
}


@pytest.mark.parametrize("how", ENDS)
def test_a_client_hears_of_the_end_of_a_session_it_got_tokens_in(
    house: House, nora: Shopper, receiver: Receiver, how: str
) -> None:
    shop = shop_of(house, receiver)
    login, members = visit(house, nora, shop)
    visit(house, add_person(house), shop)  # whose session goes on
    ENDS[how](house, login)
    tell(house)
    (post,) = receiver.received
    assert post.headers["content-type"] == "application/x-www-form-urlencoded"
    claims, id_token, now = logout_token(house, post.body), id_token_of(house, members), house.clock.now
    assert claims.keys() == {"iss", "aud", "iat", "exp", "jti", "sub", "sid", "events"}
    assert (claims["iss"], claims["aud"]) == (id_token["iss"], id_token["aud"])
    assert (claims["sub"], claims["sid"]) == (id_token["sub"], id_token["sid"])
    assert claims["events"] == {EVENT: {}}
    assert claims["iat"] >= int(now.timestamp())
    assert claims["exp"] - claims["iat"] <= 120


def test_whoever_cannot_end_a_session_has_no_client_told(house: House, nora: Shopper, receiver: Receiver) -> None:
    login, _ = visit(house, nora, shop_of(house, receiver))
    ended = sessions.end(house.services, login.session.id, house.clock.now, person_id=add_person(house).id)
    assert (ended, waiting(house)) == (False, 0)


def test_the_button_of_the_person_tells_the_clients_too(house: House, nora: Shopper, receiver: Receiver) -> None:
    shop = shop_of(house, receiver, post_logout_redirect_uris=["https://shop.example/bye"])
    browser = house.browser()
    session, secret = open_session(house.services, nora.id, acr=ACR_PASSWORD, amr=AMR_PASSWORD, now=house.clock.now)
    browser.set_cookie("sluis-session", secret)
    login = log_in(house, nora, shop.client_id)
    members = tokens(shop.redeem(Login(house, nora, shop.client_id, login.grant, session, login.asked).code()))
    sent = {"id_token_hint": members["id_token"], "post_logout_redirect_uri": "https://shop.example/bye"}
    assert browser.get("/logout", query_string=sent).status_code == 303
    tell(house)
    assert logout_token(house, receiver.bodies[0])["sid"] == id_token_of(house, members)["sid"]


def test_the_token_is_signed_as_the_client_s_id_tokens_are(house: House, nora: Shopper, receiver: Receiver) -> None:
    shop = shop_of(house, receiver, id_token_signed_response_alg="ES256")
    login, _ = visit(house, nora, shop)
    ENDS["signs out"](house, login)
    tell(house)
    assert logout_token(house, receiver.bodies[0], algorithms=["ES256"])["aud"] == shop.client_id


def test_no_other_token_of_ours_passes_for_a_logout_token_or_the_other_way_round(
    house: House, nora: Shopper, receiver: Receiver
) -> None:
    shop = shop_of(house, receiver, post_logout_redirect_uris=["https://shop.example/bye"])
    login, members = visit(house, nora, shop)
    ENDS["signs out"](house, login)
    tell(house)
    with pytest.raises(Untrusted):
        logout_token(house, receiver.bodies[0], types=["JWT", None])
    with pytest.raises(Untrusted):
        logout_token(house, f"logout_token={members['id_token']}")
    token = parse_qs(receiver.bodies[0])["logout_token"][0]
    assert header_of(token)["typ"] == "logout+jwt"
    hinted = house.browser().get("/logout", query_string={"id_token_hint": token})
    assert hinted.status_code == 400
    assert refused(house.browser().get("/userinfo", headers={"Authorization": f"Bearer {token}"}), 401)


def test_every_client_of_a_session_hears_of_its_end_under_a_sub_and_sid_of_its_own(
    house: House, nora: Shopper, make_receiver: Callable[..., Receiver]
) -> None:
    receivers = [make_receiver(), make_receiver()]
    shops = [shop_of(house, receiver) for receiver in receivers]
    login = log_in(house, nora, shops[0].client_id)
    other = log_in(house, nora, shops[1].client_id)
    both = [login, Login(house, nora, shops[1].client_id, other.grant, login.session, other.asked)]
    for shop, each in zip(shops, both, strict=True):
        tokens(shop.redeem(each.code()))
    ENDS["signs out"](house, login)
    tell(house)
    first, second = (logout_token(house, receiver.bodies[0]) for receiver in receivers)
    assert first["sub"] != second["sub"]
    assert first["sid"] != second["sid"]
    assert first["jti"] != second["jti"]


def test_stopping_at_one_business_signs_out_there_and_nowhere_else(
    house: House, nora: Shopper, make_receiver: Callable[..., Receiver]
) -> None:
    one, other = make_receiver(), make_receiver()
    login, _ = visit(house, nora, shop_of(house, one))
    visit(house, nora, shop_of(house, other))
    ENDS["stops sharing"](house, login)
    tell(house)
    assert (len(one.received), len(other.received)) == (1, 0)


def test_stopping_tells_of_every_running_session_and_signing_out_after_it_tells_nothing_more(
    house: House, nora: Shopper, receiver: Receiver
) -> None:
    shop = shop_of(house, receiver)
    login, _ = visit(house, nora, shop)
    again = log_in(house, nora, shop.client_id)
    tokens(shop.redeem(again.code()))
    ENDS["stops sharing"](house, login)
    ENDS["signs out"](house, login)
    ENDS["signs out"](house, again)
    tell(house)
    assert len({logout_token(house, body)["sid"] for body in receiver.bodies}) == len(receiver.received) == 2


def test_a_session_in_which_a_client_got_nothing_is_none_of_its_business(
    house: House, nora: Shopper, receiver: Receiver
) -> None:
    login = log_in(house, nora, shop_of(house, receiver).client_id)
    ENDS["signs out"](house, login)
    assert waiting(house) == 0


def test_a_client_that_did_not_ask_is_told_nothing_and_costs_nothing(house: House, nora: Shopper) -> None:
    login, _ = visit(house, nora, BackOffice(house, add_client(house)))
    with house.services.database.read() as db:
        assert db.execute(session_grants.select()).all() == []
    ENDS["signs out"](house, login)
    assert waiting(house) == 0


def test_many_logins_in_one_session_are_one_logout(house: House, nora: Shopper, receiver: Receiver) -> None:
    shop = shop_of(house, receiver)
    login, _ = visit(house, nora, shop, scopes=LOW_OFFLINE)
    for _ in range(3):
        tokens(shop.redeem(login.code()))
    share(house, nora, shop.client_id, scopes=LOW_OFFLINE, grant_action="create")
    assert waiting(house) == 0, "what takes the place of a grant keeps the session going"
    tokens(shop.redeem(login.code()))
    ENDS["signs out"](house, login)
    assert waiting(house) == 1


def test_a_code_redeemed_at_the_moment_its_session_ends_gives_nothing(
    house: House, nora: Shopper, receiver: Receiver
) -> None:
    shop, database = shop_of(house, receiver), house.services.database
    login = log_in(house, nora, shop.client_id)
    code = login.code()
    with ThreadPoolExecutor(1) as shops, database.write() as db:
        sessions.end_in(house.services, db, login.session.id, house.clock.now)
        redeemed = shops.submit(shop.redeem, code)
        while not (database.is_sqlite or redeemed.done() or somebody_waits(database)):
            pass
    assert refused(redeemed.result()) == "invalid_grant"


def test_a_session_that_ended_already_is_not_told_of_again(house: House, nora: Shopper, receiver: Receiver) -> None:
    login, _ = visit(house, nora, shop_of(house, receiver))
    for _ in range(2):
        ENDS["signs out"](house, login)
    ENDS["ends all sessions"](house, login)
    assert waiting(house) == 1


HOSTILE: dict[str, Callable[[Receiver], Any]] = {
    "fails": lambda _: answering(500),
    "says it failed there": lambda _: answering(400, b'{"error": "invalid_request"}'),
    "redirects": lambda receiver: answering(302, Location=receiver.url.replace("events", "elsewhere")),
    "hangs": lambda receiver: receiver.hang,
    "trickles": lambda receiver: receiver.trickle,
    "floods": lambda _: flooding(500),
}


@pytest.mark.parametrize("how", HOSTILE)
def test_a_client_that_does_not_take_it_is_told_again_with_the_same_jti_and_a_fresh_time(
    house: House, nora: Shopper, receiver: Receiver, how: str
) -> None:
    login, _ = visit(house, nora, shop_of(house, receiver))
    receiver.answers = in_turn(HOSTILE[how](receiver), TAKES)
    ENDS["signs out"](house, login)
    tell(_waiting(house, SOON_S) if how in {"hangs", "trickles"} else house)
    receiver.wait_for(1)
    assert waiting(house) == 1
    tell(house)
    assert len(receiver.received) == 1, "it is left alone for a moment"
    house.clock.move(minutes=3)
    tell(house)
    first, again = (logout_token(house, body) for body in receiver.bodies)
    assert first["jti"] == again["jti"]
    assert again["exp"] > house.clock.now.timestamp()
    assert waiting(house) == 0
    assert {each.path for each in receiver.received} == {"/events"}


def test_a_logout_that_is_never_taken_is_given_up_in_the_end(house: House, nora: Shopper, receiver: Receiver) -> None:
    login, _ = visit(house, nora, shop_of(house, receiver))
    receiver.answers = answering(503)
    ENDS["signs out"](house, login)
    for _ in range(12):
        tell(house)
        house.clock.move(hours=7)
    assert len(receiver.received) == 8
    assert waiting(house) == 0


def test_a_dead_client_delays_no_other(house: House, nora: Shopper, make_receiver: Callable[..., Receiver]) -> None:
    hanging, living = make_receiver(), make_receiver()
    hanging.answers = hanging.hang
    for receiver in (hanging, living):
        login, _ = visit(house, nora, shop_of(house, receiver))
        ENDS["signs out"](house, login)
    job = LogoutDelivery()
    job.run(house.services, house.clock.now)
    living.wait_for(1)
    assert not job.receivers.wait(0), "the other one still hangs"
    hanging.close()
    assert job.receivers.wait(PATIENCE_S)


def test_a_client_that_is_not_reached_is_not_tried_again_for_each_person(
    house: House, make_receiver: Callable[..., Receiver]
) -> None:
    receiver = make_receiver()
    shop = shop_of(house, receiver)
    receiver.answers = receiver.hang
    for _ in range(4):
        login, _ = visit(house, add_person(house), shop)
        ENDS["signs out"](house, login)
    tell(_waiting(house, SOON_S))
    assert len(receiver.wait_for(1)) == 1
    receiver.answers = TAKES
    tell(house)
    assert len(receiver.received) == 1
    house.clock.move(minutes=3)
    tell(house)
    assert waiting(house) == 0
    assert len(receiver.received) == 5


def test_a_logout_waits_for_no_other_client_and_for_no_clock_that_was_set_back(
    house: House, nora: Shopper, receiver: Receiver
) -> None:
    away, there = shop_of(house, receiver), shop_of(house, receiver)
    for person, shop in ((nora, away), (add_person(house), away), (nora, there)):
        ENDS["signs out"](house, visit(house, person, shop)[0])
    for reached in (True, False):
        told = logouts.next_message(house.services, away.client_id, house.clock.now)
        assert told is not None
        logouts.failed(house.services, told, house.clock.now, reached=reached)
    assert logouts.next_message(house.services, there.client_id, house.clock.move(hours=-1)) is not None


def test_two_workers_tell_it_once(house: House, nora: Shopper, receiver: Receiver) -> None:
    login, _ = visit(house, nora, shop_of(house, receiver))
    ENDS["signs out"](house, login)
    client_id, now, database = login.client_id, house.clock.now, house.services.database
    with ThreadPoolExecutor(1) as workers, database.write() as db:
        assert rows.lease_next(db, client_id, now, now + timedelta(seconds=20)) is not None
        other = workers.submit(logouts.next_message, house.services, client_id, now)
        while not (database.is_sqlite or somebody_waits(database)):
            pass
    assert other.result() is None
    later = house.clock.move(seconds=21)
    assert logouts.next_message(house.services, client_id, later) is not None
    assert logouts.next_message(house.services, client_id, later) is None


@pytest.mark.parametrize("gone", [{"standing": "disabled"}, {"metadata": None}])
def test_a_client_that_left_or_no_longer_asks_is_forgotten(
    house: House, nora: Shopper, receiver: Receiver, gone: dict[str, Any]
) -> None:
    shop = shop_of(house, receiver)
    login, _ = visit(house, nora, shop)
    ENDS["signs out"](house, login)
    kept = {k: v for k, v in client_of(house, shop.client_id).metadata.items() if k != "backchannel_logout_uri"}
    values = gone if "standing" in gone else {"metadata": kept}
    with house.services.database.write() as db:
        db.execute(clients.update().where(clients.c.id == shop.client_id).values(**values))
    tell(house)
    assert receiver.received == []
    assert waiting(house) == 0


def test_back_channel_logout_is_known_by_discovery_and_registration(house: House) -> None:
    told = house.browser().get("/.well-known/openid-configuration").get_json()
    assert told["backchannel_logout_supported"] is True
    assert told["backchannel_logout_session_supported"] is True
    document = {
        "redirect_uris": ["https://shop.example/callback"],
        "backchannel_logout_uri": "https://shop.example/back-channel",
        "backchannel_logout_session_required": True,
    }
    registered = house.browser().post("/clients", json=document)
    assert registered.status_code == 201
    assert document.items() <= registered.get_json().items()


def test_a_private_address_is_not_told(house: House, nora: Shopper, make_house: Callable[..., House]) -> None:
    shop = BackOffice(house, add_client(house, backchannel_logout_uri=f"http://127.0.0.1:{free_port()}/"))
    login, _ = visit(house, nora, shop, scopes=LOW)
    ENDS["signs out"](house, login)
    strict = make_house(outbound={"private_hosts": []})
    job = LogoutDelivery()
    job.run(strict.services, house.clock.now)
    assert job.receivers.wait(PATIENCE_S)
    assert job.receivers.finished() == {"failed": 1}
    assert waiting(house) == 1
