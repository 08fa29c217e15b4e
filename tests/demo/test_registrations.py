"""What the shops ask is what their registrations say they may ask, or the story would break at the first login."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from app.demo.marktplein.pages import COLLECTION_ASKED
from app.demo.shops import SHOPS

FOLDER = Path(__file__).parents[2] / "config" / "demo"
PORTS = {"trattoria-sole": 8001, "blauw-en-zoon": 8002, "marktplein": 8003}
ASKED = {"trattoria-sole": {"low"}, "blauw-en-zoon": {"low", "medium"}, "marktplein": {"low", "medium", "high"}}


def registration(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text())


def test_every_shop_has_a_registration_and_every_registration_a_shop() -> None:
    assert {file.stem for file in FOLDER.glob("*.toml")} == set(SHOPS) == set(PORTS)


@pytest.mark.parametrize("name", SHOPS)
def test_the_registered_addresses_are_those_of_the_shop(name: str) -> None:
    (client,) = registration(name)["clients"]

    assert client["redirect_uris"] == [f"http://127.0.0.1:{PORTS[name]}/callback"]
    assert client["post_logout_redirect_uris"] == [f"http://127.0.0.1:{PORTS[name]}/"]
    assert client["token_endpoint_auth_method"] == "client_secret_basic"
    assert client["backchannel_logout_uri"] == f"http://127.0.0.1:{PORTS[name]}/backchannel-logout"


@pytest.mark.parametrize("name", SHOPS)
def test_a_shop_declares_the_levels_it_asks_and_no_other(name: str) -> None:
    declared = registration(name)["intended_use"]
    at_login = {scope.removeprefix("identity:") for scope in SHOPS[name].login_scope.split()} - {"openid"}

    assert set(declared) == ASKED[name]
    assert at_login <= set(declared)


@pytest.mark.parametrize("name", SHOPS)
def test_a_shop_hears_events_for_itself_and_only_one_looks_when_nobody_is_there(name: str) -> None:
    (client,) = registration(name)["clients"]

    assert "client_credentials" in client["grant_types"]
    assert {"ssf.read", "ssf.manage"} <= set(client["scope"].split())
    offline = name == "blauw-en-zoon"
    assert ("refresh_token" in client["grant_types"], "offline_access" in client["scope"].split()) == (offline, offline)


@pytest.mark.parametrize("name", SHOPS)
def test_every_benefit_and_description_is_there_in_both_languages(name: str) -> None:
    found = registration(name)
    texts = [found["business"]["description"], *(use["benefit"] for use in found["intended_use"].values())]

    assert all(set(text) == {"nl", "en"} and all(text.values()) for text in texts)


def test_the_permission_that_is_asked_is_the_one_that_is_registered() -> None:
    registered = registration("marktplein")["intended_use"]["high"]["omnichannel_collection"]

    assert {"type": "omnichannel_collection", **registered} == COLLECTION_ASKED
