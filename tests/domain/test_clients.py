from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.domain.clients import AuthMethod, Business, Client, ClientSecret, is_client_id
from tests.domain.agreements import DECLARED, NOW


def client(**changes: Any) -> Client:
    values: dict[str, Any] = {
        "id": "client",
        "business": Business("business", "Blauw & Zoon", "https://blauw.example", DECLARED),
        "sector": "business",
        "redirect_uris": ("https://blauw.example/callback",),
        "auth_method": AuthMethod.BASIC,
    }
    return Client(**(values | changes))


@pytest.mark.parametrize("text", ["shop", "a" * 128, "urn:shop/1?x#y", "!~"])
def test_visible_ascii_can_be_a_client_id(text: str) -> None:
    assert is_client_id(text)


@pytest.mark.parametrize("text", ["", "a" * 129, "a shop", "winkel\n", "café", "\x00"])
def test_anything_else_cannot(text: str) -> None:
    assert not is_client_id(text)


def test_what_was_decided_before_a_business_took_another_name_was_decided_about_another() -> None:
    business = client().business
    assert business.known_since(NOW)
    renamed = replace(business, identity_changed_at=NOW)
    assert not renamed.known_since(NOW - timedelta(seconds=1))
    assert renamed.known_since(NOW)


def test_only_a_client_that_authenticates_by_nothing_is_public() -> None:
    assert [method for method in AuthMethod if client(auth_method=method).public] == [AuthMethod.NONE]


def test_a_client_proves_itself_by_the_method_it_named() -> None:
    for method in AuthMethod:
        assert client(auth_method=method).auth_methods == {method}


def test_a_client_that_named_no_method_sends_its_secret_either_way_and_proves_itself_by_nothing_else() -> None:
    assert client(secret_either_way=True).auth_methods == {AuthMethod.BASIC, AuthMethod.POST}


def test_a_client_goes_by_its_own_name_or_that_of_its_business() -> None:
    assert client(metadata={"client_name": "Web shop"}).name == "Web shop"
    assert client(metadata={"client_name": ""}).name == "Blauw & Zoon"
    assert client().name == "Blauw & Zoon"


def test_two_secrets_overlap_until_the_older_one_expires() -> None:
    rotating = client(secrets=(ClientSecret(b"old", NOW + timedelta(days=1)), ClientSecret(b"new")))
    assert rotating.accepts_secret(b"old", NOW)
    assert rotating.accepts_secret(b"new", NOW)
    assert not rotating.accepts_secret(b"old", NOW + timedelta(days=1))
    assert not rotating.accepts_secret(b"other", NOW)
    assert not client().accepts_secret(b"", NOW)


def test_a_secret_is_not_shown_in_a_log() -> None:
    assert "s3cret" not in repr(client(secrets=(ClientSecret(b"s3cret"),)))
