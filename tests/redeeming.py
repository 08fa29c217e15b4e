"""A shop's back office as tests drive it: gets a code by a real decision, redeems it, uses what it got."""

import base64
import json
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote_plus

import pytest
from werkzeug.test import TestResponse

from app.crypto import jwt
from app.domain.grants import Grant
from app.domain.levels import Level
from app.domain.signing_algorithms import SIGNING_ALGORITHMS
from app.services import coverage
from app.services.sessions import ACR_PASSWORD, AMR_PASSWORD, Session
from app.services.tokens.codes import issue_code
from tests.factories import (
    CHALLENGE,
    REDIRECT_URI,
    VERIFIER,
    Shopper,
    a_request,
    add_client,
    add_person,
    client_of,
    open_session,
    share,
)
from tests.servers.house import House

SECRET = "shop-secret-shop-secret-shop-secret"
LOW = frozenset({"openid", "identity:low"})
LOW_OFFLINE = LOW | {"offline_access"}


def basic(client_id: str, secret: str) -> dict[str, str]:
    """The header of client_secret_basic (RFC 6749 §2.3.1)."""
    pair = f"{quote_plus(client_id)}:{quote_plus(secret)}".encode()
    return {"Authorization": "Basic " + base64.b64encode(pair).decode()}


def bearer(token: str) -> dict[str, str]:
    """The header of a bearer token."""
    return {"Authorization": f"Bearer {token}"}


@dataclass(frozen=True)
class Login:
    """One decision of one person in one session, from which codes can be had."""

    house: House
    person: Shopper
    client_id: str
    grant: Grant
    session: Session
    asked: dict[str, Any]

    def code(self, **changes: Any) -> str:
        """A code, as the authorization endpoint issues it for a live grant."""
        services, now = self.house.services, self.house.clock.now
        request = a_request(self.house, self.client_id, **{"code_challenge": CHALLENGE, **self.asked, **changes})
        client = client_of(self.house, self.client_id)
        with services.database.read() as db:
            covered = coverage.covering(services, db, request, client, self.person.id, now)
        assert covered is not None
        return issue_code(services, request, covered.grant, covered.level, covered.asked, self.session, now)

    def again(self) -> "Login":
        """The same person, signed in anew: the session of before has ended by now."""
        services, now = self.house.services, self.house.clock.now
        session, _ = open_session(services, self.person.id, acr=ACR_PASSWORD, amr=AMR_PASSWORD, now=now)
        return replace(self, session=session)


def log_in(
    house: House,
    person: Shopper,
    client_id: str,
    level: Level = Level.LOW,
    *,
    scopes: frozenset[str] = LOW,
    **asked: Any,
) -> Login:
    """Let the person sign in and share."""
    ticked = asked.pop("ticked", frozenset())
    session, _ = open_session(house.services, person.id, acr=ACR_PASSWORD, amr=AMR_PASSWORD, now=house.clock.now)
    asked = {"scopes": scopes, **asked}
    grant = share(house, person, client_id, level, ticked=ticked, **asked)
    return Login(house, person, client_id, grant, session, asked)


@dataclass(frozen=True)
class BackOffice:
    """The server side of one client."""

    house: House
    client_id: str
    secret: str | None = SECRET

    def post(self, path: str, form: Any, **kwargs: Any) -> TestResponse:
        """Post a form, authenticated as the client is registered; ``headers`` replaces that."""
        if self.secret is None:
            form = {"client_id": self.client_id, **form}
            headers = kwargs.pop("headers", {})
        else:
            headers = kwargs.pop("headers", basic(self.client_id, self.secret))
        return self.house.browser().post(path, data=form, headers=headers, **kwargs)

    def redeem(self, code: str, **changes: str | None) -> TestResponse:
        """Redeem a code; a change to None leaves the parameter out."""
        good = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": REDIRECT_URI,
            "code_verifier": VERIFIER,
        }
        form = {name: value for name, value in (good | changes).items() if value is not None}
        return self.post("/token", form)

    def refresh(self, token: str, **changes: str) -> TestResponse:
        """Use a refresh token."""
        return self.post("/token", {"grant_type": "refresh_token", "refresh_token": token, **changes})

    def introspect(self, token: str, **changes: str) -> Any:
        """What introspection says of a token."""
        response = self.post("/introspect", {"token": token, **changes})
        assert response.status_code == 200, response.text
        return response.json

    def revoke(self, token: str, **changes: str) -> TestResponse:
        """Give a token back."""
        return self.post("/revoke", {"token": token, **changes})

    def userinfo(self, token: str) -> TestResponse:
        """Ask for the person's claims."""
        return self.house.browser().get("/userinfo", headers=bearer(token))


def tokens(response: TestResponse) -> dict[str, Any]:
    """The members of a token answer; it is an assertion that it is one."""
    assert response.status_code == 200, response.text
    members: dict[str, Any] = response.get_json()
    return members


def refused(response: TestResponse, status: int = 400) -> str:
    """The error code of a refusal; it is an assertion that it is one, in JSON, not to be stored."""
    assert response.status_code == status, response.text
    assert response.content_type == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    return str(response.get_json()["error"])


def id_token_of(house: House, members: dict[str, Any]) -> dict[str, Any]:
    """The claims of the ID token in a token answer, verified with the published keys."""
    keys = house.services.keys.ring(house.clock.now).kept_public_keys()
    return jwt.verify(members["id_token"], keys=keys, algorithms=SIGNING_ALGORITHMS, types=["JWT"])


def header_of(token: str) -> dict[str, Any]:
    """The header of a JWT, unverified."""
    part = token.partition(".")[0]
    header: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return header


@pytest.fixture
def office(shared_house: House) -> BackOffice:
    """A confidential client of its own for this test."""
    return BackOffice(shared_house, add_client(shared_house))


@pytest.fixture
def app_office(shared_house: House) -> BackOffice:
    """A public client of its own for this test."""
    return BackOffice(shared_house, add_client(shared_house, secret=None), None)


@pytest.fixture
def login(shared_house: House, office: BackOffice) -> Login:
    """Somebody logged in at the confidential client, at level low, with offline access."""
    return log_in(shared_house, add_person(shared_house), office.client_id, scopes=LOW_OFFLINE)


@pytest.fixture
def app_login(shared_house: House, app_office: BackOffice) -> Login:
    """The same at the public client."""
    return log_in(shared_house, add_person(shared_house), app_office.client_id, scopes=LOW_OFFLINE)
