"""The running servers that other tests stand on."""

from collections.abc import Callable

import requests

from tests.servers.running import DemoTown, RunningHouse


def test_a_running_house_answers_and_comes_back_after_a_power_failure(
    make_running_house: Callable[..., RunningHouse],
) -> None:
    # One process each: a second one, told to stop while it still starts, would be waited for.
    running_house = make_running_house(environ={"SLUIS_SERVER__WORKERS": "1"})
    assert requests.get(f"{running_house.issuer}/healthz", timeout=30).json() == {"status": "ok"}
    running_house.kill()
    running_house.restart()
    assert requests.get(f"{running_house.issuer}/healthz", timeout=30).json() == {"status": "ok"}


def test_the_town_has_a_provider_and_three_shops(town: DemoTown) -> None:
    for address in (town.issuer, *town.shops.values()):
        assert requests.get(f"{address}/", timeout=10, headers={"Accept-Language": "en"}).ok
