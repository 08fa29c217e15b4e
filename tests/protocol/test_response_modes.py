"""Answers to a client: what is added to its address, and nothing else."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from app.domain.errors import Refusal
from app.protocol.response_modes import ReturnAddress, granted, refused, refused_by

ISSUER = "https://id.test"


@pytest.mark.parametrize(
    "uri",
    [
        "https://rp.test/cb",
        "https://RP.test/cb?a=1",
        "https://rp.test/cb?a=%20b&c=+d&e",
        "com.example.app:/cb",
        "http://[::1]:5000/cb",
        "https://rp.test/cb;x=1?",
    ],
)
def test_the_registered_address_stays_byte_for_byte(uri: str) -> None:
    location = granted(ReturnAddress(uri), "abc", ISSUER).location
    assert location.startswith(uri)
    assert location[len(uri)] == ("&" if "?" in uri else "?")
    assert ("code", "abc") in parse_qsl(urlsplit(location).query)


@pytest.mark.parametrize("state", ["a b", "ü😀", "\r\nX: y", "&code=mine#", "\x00"])
def test_state_comes_back_and_breaks_nothing(state: str) -> None:
    location = granted(ReturnAddress("https://rp.test/cb", state=state), "abc", ISSUER).location
    assert location.isascii()
    assert location.isprintable()
    assert dict(parse_qsl(urlsplit(location).query)) == {"code": "abc", "state": state, "iss": ISSUER}


def test_without_state_there_is_none() -> None:
    assert dict(granted(ReturnAddress("https://rp.test/cb"), "abc", ISSUER).parameters).keys() == {"code", "iss"}


def test_an_error_holds_the_standard_members_only() -> None:
    reply = refused_by(ReturnAddress("https://rp.test/cb", state="s"), Refusal("invalid_scope", "No."), ISSUER)
    assert dict(reply.parameters).keys() == {"error", "error_description", "state", "iss"}


def test_a_description_keeps_to_its_characters() -> None:
    reply = refused(ReturnAddress("https://rp.test/cb"), "invalid_request", 'a"b\\c\nd\x7fé~!', ISSUER)
    assert dict(reply.parameters)["error_description"] == "a'b?c?d??~!"


def test_a_code_is_not_shown_where_an_answer_is() -> None:
    assert "secret" not in repr(granted(ReturnAddress("https://rp.test/cb", state="secret"), "secret", ISSUER))


@pytest.mark.parametrize(("mode", "posted"), [("query", False), ("form_post", True)])
def test_only_form_post_is_posted(mode: str, posted: bool) -> None:
    assert granted(ReturnAddress("https://rp.test/cb", mode), "abc", ISSUER).posted is posted
