"""Attempts count before they are made, by account and by network, under names nobody can read back."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select

from app.services import throttles
from app.services.throttles import Attempt, Limit
from app.storage.tables.logins import throttles as rows
from tests.servers.house import House

FEW = Limit("few", 3, 60)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::9", "2001:db8:1:3::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("203.0.113.7:51004", "203.0.113.7"),
        ("[2001:db8:1:2::9]:51004", "2001:db8:1:2::/64"),
        ("", "unknown"),
        ("unix:", "unknown"),
    ],
)
def test_a_source_is_an_ipv4_address_or_an_ipv6_network(address: str, network: str) -> None:
    assert throttles.network(address) == network


def test_more_than_the_limit_wait_until_the_window_is_over(house: House) -> None:
    tried = (Attempt(FEW, "somebody"),)
    waits = [throttles.count(house.services, tried, house.clock.now) for _ in range(4)]
    assert waits[:3] == [0, 0, 0]
    assert 0 < waits[3] <= 61
    house.clock.move(seconds=59.5)
    assert throttles.count(house.services, tried, house.clock.now) == 1
    house.clock.move(seconds=0.5)
    assert throttles.count(house.services, tried, house.clock.now) == 0


def test_who_is_over_two_limits_waits_for_the_longer(house: House) -> None:
    for windows in ((60, 900), (900, 60)):
        tried = tuple(Attempt(Limit(kind, 0, seconds), "me") for kind, seconds in zip("ab", windows, strict=True))
        assert throttles.count(house.services, tried, house.clock.now) == 901
        house.clock.move(days=1)


def test_waiting_does_not_make_the_wait_longer(house: House) -> None:
    tried = (Attempt(FEW, "somebody"),)
    for _ in range(20):
        throttles.count(house.services, tried, house.clock.now)
        house.clock.move(seconds=2)
    house.clock.move(seconds=20)
    assert throttles.count(house.services, tried, house.clock.now) == 0


def test_what_is_given_back_or_forgotten_does_not_count(house: House) -> None:
    tried = (Attempt(FEW, "somebody"), Attempt(FEW, "203.0.113.7"))
    for _ in range(10):
        assert throttles.count(house.services, tried, house.clock.now) == 0
        throttles.give_back(house.services, tried)
    for _ in range(5):
        throttles.count(house.services, tried, house.clock.now)
    throttles.forget(house.services, tried)
    assert throttles.count(house.services, tried, house.clock.now) == 0


def test_those_who_count_under_the_same_keys_in_another_order_do_not_wait_for_each_other(house: House) -> None:
    one, another, ready = Attempt(FEW, "one"), Attempt(FEW, "another"), Barrier(2)

    def count(tried: tuple[Attempt, ...]) -> None:
        ready.wait(10)
        for _ in range(20):
            throttles.count(house.services, tried, house.clock.now)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(count, [(one, another), (another, one)]))


def test_one_key_does_not_count_for_another(house: House) -> None:
    for _ in range(5):
        throttles.count(house.services, (Attempt(FEW, "somebody"),), house.clock.now)
    assert throttles.count(house.services, (Attempt(FEW, "another"),), house.clock.now) == 0
    assert throttles.count(house.services, (Attempt(Limit("other", 3, 60), "somebody"),), house.clock.now) == 0


def test_the_table_tells_nobody_who_tried(house: House) -> None:
    throttles.count(house.services, (Attempt(FEW, "somebody"), Attempt(FEW, "203.0.113.7")), house.clock.now)
    with house.services.database.read() as db:
        keys = list(db.execute(select(rows.c.key)).scalars())
    assert len(keys) == 2
    assert not any(b"somebody" in key or b"203.0.113.7" in key for key in keys)
