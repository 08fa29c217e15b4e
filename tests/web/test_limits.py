"""What no honest browser sends is refused before anything reads it."""

import logging
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from tests.factories import ALL_SCOPES, add_client
from tests.redeeming import BackOffice, basic
from tests.servers.house import House
from tests.servers.visitor import Visitor, register, words
from tests.shops import Shop


@pytest.mark.parametrize("host", ["evil.example", "localhost:9999", "localhost", "localhost:8000.evil.example", ""])
def test_another_host_is_told_where_this_site_is(
    shared_house: House, host: str, caplog: pytest.LogCaptureFixture
) -> None:
    visitor = Visitor(shared_house)
    with caplog.at_level(logging.INFO):
        refused = visitor.get("/", headers={"Host": host})
        by_machine = visitor.get("/userinfo", headers={"Host": host})
    assert refused.status_code == by_machine.status_code == 400
    assert "wrong_host" in refused.text
    assert shared_house.services.settings.issuer in by_machine.get_json()["error_description"]
    assert "evil" not in refused.text + by_machine.text
    logged = [record.__dict__["outcome"] for record in caplog.records if record.name == "sluis.web"]
    assert logged == ["wrong_host"] * 2


def test_forwarded_hosts_change_nothing_for_a_stranger(house: House) -> None:
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "Forwarded": "host=evil.example"}
    page = Visitor(house).get("/sign-in", headers=headers)
    assert page.status_code == 200
    assert "evil" not in page.text


def test_behind_proxies_the_host_and_each_visitor_s_address_are_what_they_pass_on(
    make_house: Callable[..., House],
) -> None:
    house = make_house(server={"trusted_proxies": 2}, login={"requests_per_source": 1})
    asked, site = Shop(house, add_client(house)).parameters(), urlsplit(house.services.settings.issuer).netloc
    seen = []
    for source in ("198.51.100.7", "198.51.100.7", "203.0.113.9"):
        passed_on = {
            "X-Forwarded-Host": f"evil.example, {site}, 10.0.0.3",
            "X-Forwarded-For": f"192.0.2.66, {source}, 10.0.0.3",
        }
        begun = house.browser().post("/authorize", data=asked, base_url="http://10.0.0.2:8000", headers=passed_on)
        seen.append(begun.status_code)
    assert seen == [303, 429, 303]


@pytest.mark.parametrize(
    ("issuer", "host"),
    [("http://localhost:8000", "LocalHost:8000"), ("https://id.example.org", "ID.example.org:443")],
)
def test_our_own_host_is_ours_however_it_is_written(make_house: Callable[..., House], issuer: str, host: str) -> None:
    assert Visitor(make_house(issuer=issuer)).get("/sign-in", headers={"Host": host}).status_code == 200


def test_a_health_check_may_ask_by_address(shared_house: House) -> None:
    assert Visitor(shared_house).get("/healthz", headers={"Host": "10.0.0.7:8000"}).status_code == 200


@pytest.mark.parametrize(
    ("path", "status"), [("/sign-in?next=" + "x" * 70_000, 414), ("/sign-in?state=" + "a" * 600, 200)]
)
def test_an_address_has_a_length(shared_house: House, path: str, status: int) -> None:
    assert Visitor(shared_house).get(path).status_code == status


@pytest.mark.parametrize(("sent", "is_text"), [("%FF", False), ("%ED%A0%80", False), ("%25FF", True), ("%C3%A9", True)])
def test_parameters_that_are_no_utf_8_are_refused_and_not_turned_into_others(
    shared_house: House, sent: str, is_text: bool
) -> None:
    browser = shared_house.browser()
    page = browser.get(f"/authorize?client_id=nobody&state={sent}")
    assert ("invalid_client" if is_text else "invalid_request") in page.text
    form = f"client_id=nobody&grant_type=refresh_token&refresh_token={sent}"
    told = browser.post("/token", data=form, content_type="application/x-www-form-urlencoded")
    assert (told.status_code, told.get_json()["error"]) == (
        (401, "invalid_client") if is_text else (400, "invalid_request")
    )


def test_a_slash_too_many_is_nowhere_and_sends_nobody_on(shared_house: House) -> None:
    assert Visitor(shared_house).get("/register//sent").status_code == 404


def test_an_address_with_a_nul_in_it_is_nowhere(shared_house: House) -> None:
    office = BackOffice(shared_house, add_client(shared_house, scope=f"{ALL_SCOPES} grant_management_query"))
    headers = basic(office.client_id, str(office.secret))
    assert shared_house.browser().get("/grants/x%00", headers=headers).status_code == 404


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"x=" + b"a" * 2_000_000, "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=1" % number for number in range(10_000)), "application/x-www-form-urlencoded"),
        (b"&".join([b"a=1"] * 1101), "application/x-www-form-urlencoded"),
        (
            b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + b"1" * 300_000 + b"\r\n--b--",
            "multipart/form-data; boundary=b",
        ),
        (
            b"".join(b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' for _ in range(1200)) + b"--b--",
            "multipart/form-data; boundary=b",
        ),
    ],
)
@pytest.mark.parametrize("path", ["/sign-in", "/token"])
def test_a_body_has_a_size(shared_house: House, path: str, body: bytes, content_type: str) -> None:
    visitor = Visitor(shared_house)
    refused = visitor.client.post(path, data=body, content_type=content_type, base_url=visitor.site)
    assert refused.status_code == 413


def test_a_compressed_body_is_not_unpacked(shared_house: House) -> None:
    visitor = Visitor(shared_house)
    headers = {"Content-Encoding": "gzip"}
    assert visitor.client.post("/sign-in", data=b"x", headers=headers, base_url=visitor.site).status_code == 415


def test_what_was_refused_for_its_size_changed_nothing(house: House) -> None:
    visitor = register(house)
    refused = visitor.post("/facts/edit/name", {"name": "x" * 600_000})
    assert refused.status_code == 413
    assert "Something went wrong" not in words(refused)
