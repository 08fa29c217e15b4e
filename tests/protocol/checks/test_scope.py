"""Which scopes a client may ask."""

from dataclasses import replace

import pytest

from app.domain.errors import Refusal
from app.domain.intended_use import IntendedUse
from app.domain.levels import Level
from tests.protocol.asked import a_client, examine, refusal_of


def test_registered_scopes_are_asked_in_any_order_and_all_of_them_together() -> None:
    assert examine(scope=" ".join(a_client().scopes)).scopes == a_client().scopes
    assert examine(scope="email openid  identity:low openid").scopes == {"openid", "email", "identity:low"}


@pytest.mark.parametrize("scope", [None, "", "email", "OpenID", "identity:low"])
def test_without_openid_there_is_no_login(scope: str | None) -> None:
    assert refusal_of(scope=scope) == "invalid_scope"


@pytest.mark.parametrize(
    "scope", ["openid bogus", "openid identity:highest", "openid *", "openid grant_management_query"]
)
def test_an_unknown_scope_is_refused_not_dropped(scope: str) -> None:
    assert refusal_of(scope=scope) == "invalid_scope"


def test_a_scope_the_client_did_not_register_is_refused_with_those_it_did() -> None:
    client = a_client(scopes=frozenset({"openid", "address", "api"}))
    with pytest.raises(Refusal) as refused:
        examine(client, scope="openid email")
    assert refused.value.code == "invalid_scope"
    assert refused.value.told_client.endswith(" are address, openid.")


@pytest.mark.parametrize("level", [Level.MEDIUM, Level.HIGH])
def test_a_level_the_business_did_not_declare_is_refused(level: Level) -> None:
    client = a_client()
    low_only = IntendedUse({Level.LOW: client.business.intended_use.levels[Level.LOW]}, declared=True)
    client = replace(client, business=replace(client.business, intended_use=low_only))
    assert refusal_of(client, scope=f"openid {level.scope}") == "invalid_scope"
    assert examine(client, scope="openid identity:low").levels == {Level.LOW}


def test_offline_access_means_nothing_to_a_client_without_refresh_tokens() -> None:
    client = a_client(grant_types=frozenset({"authorization_code"}))
    assert examine(client, scope="openid offline_access").scopes == {"openid"}
    assert examine(scope="openid offline_access").offline
