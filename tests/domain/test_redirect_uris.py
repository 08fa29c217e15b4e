"""Where an answer may go (RFC 9700 §4.1.3, RFC 8252 §7.3)."""

import pytest

from app.domain.redirect_uris import is_registered

REGISTERED = ("https://rp.test/cb", "https://rp.test/cb2?shop=1")


@pytest.mark.parametrize("uri", REGISTERED)
@pytest.mark.parametrize("native", [True, False])
def test_a_registered_address_is_taken_byte_for_byte(uri: str, native: bool) -> None:
    assert is_registered(uri, REGISTERED, native=native)


@pytest.mark.parametrize(
    "uri",
    [
        "https://rp.test/cb/x",
        "https://rp.test/cb/",
        "https://rp.test/cb?x=1",
        "https://rp.test/cb2",
        "https://rp.test/cb2?shop=2",
        "https://rp.test/cb2?shop=1&x=1",
        "https://rp.test/CB",
        "https://RP.test/cb",
        "HTTPS://rp.test/cb",
        "http://rp.test/cb",
        "https://rp.test:443/cb",
        "https://rp.test@evil.test/cb",
        "https://rp.test@@evil.test/cb",
        "https://evil.test\\@rp.test/cb",
        "https://rp.test%00.evil.test/cb",
        "https://rp.test/c\tb",
        "https://rp.test/cb\n",
        " https://rp.test/cb",
        "https://rp.test/cb#x",
        "https://rp.test/cb#",
        "https://rp.test/%63b",
        "https://rp.test/./cb",
        "https://rp.test./cb",
        "https://xn--rp-test/cb",
        "*",
        "",
    ],
)
@pytest.mark.parametrize("native", [True, False])
def test_anything_else_is_not(uri: str, native: bool) -> None:
    assert not is_registered(uri, REGISTERED, native=native)


@pytest.mark.parametrize(
    ("registered", "requested"),
    [
        ("http://127.0.0.1/cb", "http://127.0.0.1:1/cb"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:65535/cb"),
        ("http://127.0.0.1:8080/cb", "http://127.0.0.1:51004/cb"),
        ("http://127.0.0.1:8080/cb", "http://127.0.0.1/cb"),
        ("http://127.0.0.1/cb?a=1", "http://127.0.0.1:51004/cb?a=1"),
        ("http://[::1]/cb", "http://[::1]:51004/cb"),
        ("http://127.0.0.1", "http://127.0.0.1:51004"),
        ("http://localhost/cb", "http://localhost:51004/cb"),
    ],
)
def test_a_native_client_listens_on_the_port_it_got(registered: str, requested: str) -> None:
    assert is_registered(requested, [registered], native=True)
    assert not is_registered(requested, [registered], native=False)


@pytest.mark.parametrize(
    "requested",
    [
        "http://127.0.0.1:51004/other",
        "http://127.0.0.1:51004/cb/",
        "http://127.0.0.1:51004/cb?x=1",
        "http://127.0.0.1:51004/cb#x",
        "http://localhost:51004/cb",
        "http://localhost/cb",
        "http://127.0.0.1.evil.test/cb",
        "http://127.0.0.1.evil.test:80/cb",
        "http://127.0.0.1:80@evil.test/cb",
        "http://127.0.0.1@evil.test/cb",
        "http://127.0.0.1:0/cb",
        "http://127.0.0.1:/cb",
        "http://127.0.0.1:65536/cb",
        "http://127.0.0.1:080/cb",
        "http://127.0.0.1:٨٠/cb",
        "http://127.0.0.2:51004/cb",
        "http://127.1:51004/cb",
        "http://[::1]:51004/cb",
        "https://127.0.0.1:51004/cb",
        "HTTP://127.0.0.1:51004/cb",
    ],
)
def test_nothing_but_the_port_of_a_loopback_address_varies(requested: str) -> None:
    assert not is_registered(requested, ["http://127.0.0.1/cb"], native=True)


def test_a_native_clients_own_scheme_is_matched_whole() -> None:
    registered = ["com.example.app:/cb"]
    assert is_registered("com.example.app:/cb", registered, native=True)
    assert not is_registered("com.example.app:/cb2", registered, native=True)
