"""Stored requests: held by one browser, decided once, answered once, whoever comes at the same moment."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest

from app.domain.errors import TooMany
from app.services import authorization_requests, leaving, sharing, upkeep
from app.services.authorization_requests import Unavailable, Why
from app.services.wiring import Services
from tests.factories import Shopper, a_request, add_client
from tests.servers.house import House

HANDS = 8


@pytest.fixture
def house(shared_house: House) -> House:
    """One house for all of them: every test brings its own client and person."""
    return shared_house


@pytest.fixture
def client_id(house: House) -> str:
    return add_client(house)


def with_few_requests(house: House) -> Services:
    """The same house, which takes two requests of strangers from one network."""
    settings = house.services.settings
    return replace(house.services, settings=replace(settings, login=replace(settings.login, requests_per_source=2)))


def at_once(act: Callable[[int], bool]) -> int:
    """Let many hands act at the same moment; how many succeeded."""
    start, won = Barrier(HANDS), []

    def run(number: int) -> None:
        start.wait()
        try:
            if act(number):
                won.append(number)
        except Unavailable:
            pass

    threads = [Thread(target=run, args=[number]) for number in range(HANDS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(won)


def test_a_handle_cannot_be_guessed_and_is_not_kept(house: House, client_id: str) -> None:
    request = a_request(house, client_id)
    handles = {authorization_requests.open(house.services, request, b"b", house.clock.now) for _ in range(3)}
    assert len(handles) == 3
    assert all(len(handle) == 43 for handle in handles)


def test_strangers_of_one_network_begin_no_more_logins_than_the_limit(house: House, client_id: str) -> None:
    services, now = with_few_requests(house), house.clock.now
    for source in ("2001:db8::1", "2001:db8::2"):
        authorization_requests.open(services, a_request(house, client_id), b"b", now, stranger=source)
    with pytest.raises(TooMany) as refused:
        authorization_requests.open(services, a_request(house, client_id), b"b", now, stranger="2001:db8::3")
    assert 0 < refused.value.wait_s <= services.settings.login.window_s + 1
    for stranger in ("2001:db8:1::1", None):
        authorization_requests.open(services, a_request(house, client_id), b"b", now, stranger=stranger)


def test_what_was_asked_comes_back(house: House, client_id: str) -> None:
    request = a_request(house, client_id, state="s", login_hint="nora@canary.example", max_age_s=0)
    handle = authorization_requests.open(house.services, request, b"b", house.clock.now)
    assert authorization_requests.load(house.services, handle, b"b", house.clock.now).request == request


def test_a_pushed_request_is_nobody_s_until_it_is_opened(house: House, client_id: str) -> None:
    handle = authorization_requests.open(house.services, a_request(house, client_id), None, house.clock.now)
    with pytest.raises(Unavailable) as refused:
        authorization_requests.load(house.services, handle, b"b", house.clock.now)
    assert (refused.value.why, refused.value.client_id) == (Why.ELSEWHERE, None)


def test_of_many_browsers_one_gets_a_pushed_request(house: House, client_id: str) -> None:
    services, now = house.services, house.clock.now
    handle = authorization_requests.open(services, a_request(house, client_id), None, now)

    def take(number: int) -> bool:
        browser = bytes([number])
        stored = authorization_requests.load_pushed(services, handle, browser, now)
        authorization_requests.bind(services, stored, browser, now)
        return authorization_requests.load(services, handle, browser, now).id == stored.id

    assert at_once(take) == 1


def test_a_browser_that_opens_one_pushed_request_gets_no_other_and_has_its_time_from_then_on(
    house: House, client_id: str
) -> None:
    services, began, request = house.services, house.clock.now, a_request(house, client_id)
    opened, other = (authorization_requests.open(services, request, None, began) for _ in range(2))
    now = began + timedelta(seconds=services.settings.tokens.pushed_s - 1)
    stored = authorization_requests.load_pushed(services, opened, b"first", now)
    authorization_requests.bind(services, stored, b"first", now)
    assert authorization_requests.load(services, opened, b"first", now).request.created_at == now
    last = now + timedelta(seconds=services.settings.tokens.request_s - 1)
    for load in (authorization_requests.load, authorization_requests.load_pushed):
        assert load(services, opened, b"first", last).request.created_at == now
    assert authorization_requests.load_pushed(services, other, b"second", now).browser_digest is None


def test_a_request_of_a_browser_and_a_pushed_one_each_have_their_own_time(house: House, client_id: str) -> None:
    services, now, tokens = house.services, house.clock.now, house.services.settings.tokens
    for browser, life_s in ((None, tokens.pushed_s), (b"b", tokens.request_s)):
        handle = authorization_requests.open(services, a_request(house, client_id), browser, now)
        end = now + timedelta(seconds=life_s)
        assert authorization_requests.load_pushed(services, handle, b"b", end - timedelta(seconds=1))
        with pytest.raises(Unavailable) as refused:
            authorization_requests.load_pushed(services, handle, b"b", end)
        assert refused.value.why is Why.EXPIRED


def test_only_an_open_request_is_given_to_another_browser_and_no_other_goes_along(
    house: House, client_id: str, nora: Shopper
) -> None:
    services, now, request = house.services, house.clock.now, a_request(house, client_id)
    moved, left, decided, answered = (authorization_requests.open(services, request, b"one", now) for _ in range(4))
    at_one = {
        handle: authorization_requests.load(services, handle, b"one", now) for handle in (moved, decided, answered)
    }
    assert authorization_requests.refuse(services, at_one[decided], nora.id, now)
    authorization_requests.complete(services, at_one[answered], now)
    authorization_requests.take_over(services, moved, b"two", now)
    for handle in (decided, answered):
        with pytest.raises(Unavailable) as refused:
            authorization_requests.take_over(services, handle, b"two", now)
        assert refused.value.why is Why.FINISHED
    assert authorization_requests.load(services, moved, b"two", now).id == at_one[moved].id
    for handle in (left, decided):
        assert authorization_requests.load(services, handle, b"one", now)


def test_of_many_answers_one_is_given(house: House, client_id: str) -> None:
    services, now = house.services, house.clock.now
    handle = authorization_requests.open(services, a_request(house, client_id), b"b", now)
    stored = authorization_requests.load(services, handle, b"b", now)

    def answer(_: int) -> bool:
        authorization_requests.complete(services, stored, now)
        return True

    assert at_once(answer) == 1


def test_of_many_decisions_one_counts(house: House, client_id: str, nora: Shopper) -> None:
    services, now = house.services, house.clock.now
    handle = authorization_requests.open(services, a_request(house, client_id), b"b", now)
    stored = authorization_requests.load(services, handle, b"b", now)
    assert at_once(lambda _: authorization_requests.refuse(services, stored, nora.id, now)) == 1
    assert authorization_requests.load(services, handle, b"b", now).refused
    assert [(refused.asked, refused.at) for refused, _ in sharing.refused(services, nora.id)] == [
        ({"name", "email"}, now)
    ]


def test_a_refusal_is_told_for_a_year_and_goes_with_the_account(house: House, client_id: str, nora: Shopper) -> None:
    services, now = house.services, house.clock.now
    for day in (0, 300):
        at = now + timedelta(days=day)
        handle = authorization_requests.open(services, a_request(house, client_id), b"b", at)
        stored = authorization_requests.load(services, handle, b"b", at)
        assert authorization_requests.refuse(services, stored, nora.id, at)
    for days, left in ((364, 2), (366, 1)):
        upkeep.remove_expired(services, "refused_requests", now + timedelta(days=days), 99)
        assert len(sharing.refused(services, nora.id)) == left
    leaving.erase_account(services, nora.id, now)
    assert sharing.refused(services, nora.id) == []


def test_an_answered_or_expired_request_is_closed(house: House, client_id: str) -> None:
    services, now = house.services, house.clock.now
    handles = [authorization_requests.open(services, a_request(house, client_id), b"b", now) for _ in range(2)]
    authorization_requests.complete(services, authorization_requests.load(services, handles[0], b"b", now), now)
    late = house.clock.move(minutes=30)
    for handle, moment, why in ((handles[0], now, Why.FINISHED), (handles[1], late, Why.EXPIRED)):
        with pytest.raises(Unavailable) as refused:
            authorization_requests.load(services, handle, b"b", moment)
        assert (refused.value.why, refused.value.client_id) == (why, client_id)
