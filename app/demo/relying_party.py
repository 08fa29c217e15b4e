"""Speaks OpenID Connect for a demo shop: the only module here that knows Authlib."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.base_client import InvalidTokenError
from authlib.integrations.flask_client import OAuth
from authlib.oidc.core import CodeIDToken
from flask import Flask, request, session
from joserfc.errors import JoseError

from app.demo.memory import Memory
from app.demo.problems import LoginProblem, SharingStopped, VisitExpired

_TIMEOUT_S = 5
# Clocks differ, and a request is under way for a moment: a 401 this near the end of a token is its end.
_END_LEEWAY_S = 30
# Each login under way leaves a mark in the session cookie, which browsers cap at 4 kB.
_MOST_UNDER_WAY = 8


@dataclass(frozen=True)
class Errand:
    """Why the visitor was sent to the provider; read again when they come back."""

    return_to: str
    scope: str
    silent: bool = False
    expected_sub: str | None = None


class RelyingParty:
    """One client at one provider. Discovery is read at first need, so the provider may start later."""

    def __init__(
        self,
        app: Flask,
        memory: Memory,
        *,
        issuer: str,
        client_id: str,
        client_secret: str,
        base_url: str,
        clock: Callable[[], float],
    ) -> None:
        self._clock = clock
        self.issuer = issuer
        self.client_id = client_id
        self._redirect_uri = f"{base_url}/callback"
        self._home = f"{base_url}/"
        self._client: Any = OAuth(app, cache=memory).register(
            "sluis",
            client_id=client_id,
            client_secret=client_secret,
            server_metadata_url=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={
                "code_challenge_method": "S256",
                "token_endpoint_auth_method": "client_secret_basic",
                "default_timeout": _TIMEOUT_S,
                "leeway": 0,
            },
        )

    def now(self) -> float:
        """The time this shop lives in."""
        return self._clock()

    def begin(self, errand: Errand, params: Mapping[str, str]) -> str:
        """Open a login and return the authorization request's URL (code flow, PKCE S256, nonce, state).

        Raises LoginProblem when the provider cannot be reached or its discovery document is not its own.
        """
        self.metadata(afresh=True)
        self._drop_oldest_under_way()
        request_made = self._client.create_authorization_url(self._redirect_uri, scope=errand.scope, **params)
        self._client.save_authorize_data(redirect_uri=self._redirect_uri, errand=asdict(errand), **request_made)
        return str(request_made["url"])

    def errand(self) -> Errand:
        """Match the answer in the present request to the login it belongs to, and check who answers.

        Raises LoginProblem for an answer nobody here asked for, or from another issuer (RFC 9207 §2.4).
        """
        under_way = self._client.framework.get_state_data(session, request.args.get("state"))
        if not under_way or "errand" not in under_way:
            raise LoginProblem("state_mismatch")
        if request.args.get("iss") != self.issuer:
            raise LoginProblem("issuer_mismatch")
        return Errand(**under_way["errand"])

    def refused(self) -> str | None:
        """Return the error code when the provider's answer is an error, and close the login with it."""
        error = request.args.get("error")
        if error is not None:
            self._client.framework.clear_state_data(session, request.args.get("state"))
        return error

    def redeem(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Exchange the code for tokens; return the token response and the verified ID token's claims.

        Raises LoginProblem when the provider refuses, or the ID token is not for us, now, from them.
        """
        expected = {
            "iss": {"essential": True, "value": self.issuer},
            "aud": {"essential": True, "value": self.client_id},
        }
        try:
            token = dict(self._client.authorize_access_token(claims_options=expected, claims_cls=self._claims))
            return token, dict(token.pop("userinfo"))
        except requests.RequestException as exc:
            raise LoginProblem("unreachable", 503) from exc
        except (AuthlibBaseError, JoseError, KeyError, ValueError) as exc:
            raise LoginProblem("login_failed", 502) from exc

    def _claims(self, *args: Any) -> CodeIDToken:
        """The ID token's claims, to be judged by the clock this shop lives by."""
        claims = CodeIDToken(*args)
        claims.validate = partial(claims.validate, int(self._clock()))
        return claims

    def userinfo(self, token: Mapping[str, Any], sub: str) -> dict[str, Any]:
        """Ask the provider what it says about this person now.

        Raises VisitExpired, SharingStopped, or LoginProblem when it cannot be reached or speaks of another sub.
        """
        end_of_token = (token.get("expires_at") or float("inf")) - _END_LEEWAY_S
        try:
            answer = self._client.get(self.metadata()["userinfo_endpoint"], token=dict(token))
        except InvalidTokenError as exc:
            raise VisitExpired from exc
        except requests.RequestException as exc:
            raise LoginProblem("unreachable", 503) from exc
        if answer.status_code in (401, 403):
            raise VisitExpired if end_of_token < self._clock() else SharingStopped
        try:
            answer.raise_for_status()
            told = answer.json()
        except requests.RequestException as exc:
            raise LoginProblem("unreachable", 503) from exc
        # OIDC Core §5.3.2: userinfo about anyone else than the ID token's subject must not be used.
        if not isinstance(told, dict) or told.get("sub") != sub:
            raise LoginProblem("login_failed", 502)
        return told

    def own_token(self, scope: str) -> str:
        """Get an access token for the shop itself (client credentials, RFC 6749 §4.4).

        Raises LoginProblem when there is none to be had.
        """
        return str(self._fetched(grant_type="client_credentials", scope=scope)["access_token"])

    def renewed(self, refresh_token: str) -> dict[str, Any]:
        """Get a new access token for a person who is not there. Raises SharingStopped when they no longer allow it."""
        return self._fetched(grant_type="refresh_token", refresh_token=refresh_token)

    def _fetched(self, **asked: str) -> dict[str, Any]:
        self.metadata()
        try:
            return dict(self._client.fetch_access_token(**asked))
        except requests.RequestException as exc:
            raise LoginProblem("unreachable", 503) from exc
        except AuthlibBaseError as exc:
            if exc.error == "invalid_grant":
                raise SharingStopped from exc
            raise LoginProblem("unreachable", 503) from exc
        except (KeyError, ValueError) as exc:
            raise LoginProblem("unreachable", 503) from exc

    def goodbye(self, id_token: str) -> str | None:
        """The provider's sign-out address for this visitor (RP-Initiated Logout); None when it has none.

        Raises LoginProblem when the provider cannot be reached.
        """
        if not self.metadata(afresh=True).get("end_session_endpoint"):
            return None
        leaving = self._client.create_logout_url(
            post_logout_redirect_uri=self._home, id_token_hint=id_token, client_id=self.client_id
        )
        self._client.framework.set_state_data(session, leaving["state"], {"leaving": True})
        return str(leaving["url"])

    def came_back_from_goodbye(self, state: str) -> bool:
        """Whether this state is of a sign-out that began here; true once."""
        framework = self._client.framework
        if not (framework.get_state_data(session, state) or {}).get("leaving"):
            return False
        framework.clear_state_data(session, state)
        return True

    def metadata(self, *, afresh: bool = False) -> Mapping[str, Any]:
        """Read discovery, as it was kept or afresh: before a browser is sent there, somebody must be at home."""
        if afresh:
            self._client.server_metadata.pop("_loaded_at", None)
        try:
            told: Mapping[str, Any] = self._client.load_server_metadata()
        except (requests.RequestException, json.JSONDecodeError) as exc:
            raise LoginProblem("unreachable", 503) from exc
        # OpenID Connect Discovery §4.3.
        if told.get("issuer") != self.issuer:
            self._client.server_metadata.clear()
            raise LoginProblem("issuer_mismatch", 502)
        return told

    @staticmethod
    def _drop_oldest_under_way() -> None:
        marks = [key for key in session if key.startswith("_state_")]
        oldest_first = sorted(marks, key=lambda key: float(session[key].get("exp", 0)))
        for key in oldest_first[: max(0, len(marks) - _MOST_UNDER_WAY + 1)]:
            session.pop(key)
