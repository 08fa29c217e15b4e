"""The table of endpoints is the truth: what it says is routed, by these methods and no others."""

import pytest

from app.protocol.front_doors import ENDPOINTS, Endpoint, discovered
from app.protocol.ssf import doors
from tests.servers.house import House

# Where each grant lies (Grant Management draft 03 §6), and the receipts of each.
WITHOUT_A_LIST = {"grant_management_endpoint", "receipts_endpoint"}
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "TRACE")


@pytest.mark.parametrize(
    "endpoint", [*ENDPOINTS.values(), *doors.ENDPOINTS.values()], ids=lambda endpoint: endpoint.member
)
def test_every_endpoint_takes_its_methods_and_no_other(shared_house: House, endpoint: Endpoint) -> None:
    browser = shared_house.browser()
    path = endpoint.path + ("/0000" if endpoint.member in WITHOUT_A_LIST else "")
    answers = {method: browser.open(path, method=method) for method in METHODS}
    assert {method for method, answer in answers.items() if answer.status_code != 405} == set(endpoint.methods)
    told = {method.strip() for method in answers["TRACE"].headers["Allow"].split(",")}
    assert told - {"OPTIONS"} == set(endpoint.methods)


def test_every_address_in_discovery_is_below_the_issuer() -> None:
    members = discovered("https://id.test")
    addresses = {value for name, value in members.items() if name.endswith(("_endpoint", "_uri"))}
    assert addresses == {f"https://id.test{endpoint.path}" for endpoint in ENDPOINTS.values() if endpoint.discovered}
