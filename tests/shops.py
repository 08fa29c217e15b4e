"""A shop as tests drive it: the request it sends, and what comes back."""

from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from app.crypto.digests import digest
from app.domain.stored_request import StoredRequest
from app.services import authorization_requests
from app.storage.tables.parties import clients
from tests.factories import CHALLENGE, REDIRECT_URI, Shopper, add_client, add_person
from tests.servers.house import House


@dataclass(frozen=True)
class Shop:
    """A client, and how it begins a login."""

    house: House
    client_id: str
    redirect_uri: str = REDIRECT_URI
    defaults: dict[str, str] = field(default_factory=dict)

    def parameters(self, **changes: str | None) -> dict[str, str]:
        """A good request; a change to None leaves the parameter out."""
        good = {
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
            "scope": "openid identity:low",
            "state": "af0ifjsldkj",
            "nonce": "n-0S6_WzA2Mj",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        merged = good | self.defaults | changes
        return {name: value for name, value in merged.items() if value is not None}

    def begin(self, browser: FlaskClient, **changes: str | None) -> TestResponse:
        """Send the browser to the authorization endpoint by GET."""
        return browser.get("/authorize", query_string=self.parameters(**changes))


def answer(response: TestResponse, redirect_uri: str = REDIRECT_URI) -> dict[str, str]:
    """The parameters that come back to the shop; it is an assertion that they do."""
    assert response.status_code == 303, response.text
    location = response.headers["Location"]
    assert location.startswith(redirect_uri), location
    return {name: value for name, (value,) in parse_qs(urlsplit(location).query, strict_parsing=True).items()}


def refused_page(response: TestResponse) -> str:
    """The code on an error page of ours; it is an assertion that nothing leads away from it."""
    assert response.status_code == 400, (response.status_code, response.text)
    assert "Location" not in response.headers
    code = response.text.partition('id="error-code">')[2].partition("<")[0]
    assert code
    assert 'id="error-title"' in response.text
    assert 'id="error-description"' in response.text
    return code


def stored_of(shop: Shop, browser: FlaskClient, path: str) -> StoredRequest:
    """The request this browser goes on with at ``/authorize/<handle>``."""
    with browser.session_transaction() as cookie:
        marker = str(cookie["browser"])
    services, now = shop.house.services, shop.house.clock.now
    return authorization_requests.load(services, path.removeprefix("/authorize/"), digest(marker), now)


def suspend(shop: Shop) -> None:
    """Take the shop's client out of service."""
    with shop.house.services.database.write() as db:
        db.execute(update(clients).where(clients.c.id == shop.client_id).values(standing="disabled"))


@pytest.fixture
def shop(house: House) -> Shop:
    """A shop the operator knows."""
    return Shop(house, add_client(house))


@pytest.fixture
def nora(house: House) -> Shopper:
    """A person with an account."""
    return add_person(house)


@pytest.fixture
def make_shop(house: House) -> Callable[..., Shop]:
    """A shop with other metadata."""

    def make(**changes: Any) -> Shop:
        redirect_uri = changes.get("redirect_uris", [REDIRECT_URI])[0]
        return Shop(house, add_client(house, **changes), redirect_uri)

    return make


def posted(response: TestResponse, redirect_uri: str = REDIRECT_URI) -> dict[str, str]:
    """The parameters a form posts to the shop by itself; it is an assertion that it does."""
    assert response.status_code == 200, response.text
    form = response.text.partition('id="form-post"')
    assert f'action="{redirect_uri}"' in form[0]
    parts = [part.partition(">")[0] for part in form[2].partition("</form>")[0].split('<input type="hidden" ')[1:]]
    pairs = (part.removeprefix('name="').rstrip('"').split('" value="') for part in parts)
    return {name: unescape(value) for name, value in pairs}
