"""A small OpenID provider with one person at it, on a real loopback port: what the shops meet in their own tests.

It keeps to the wire contract of the design's section 4. What the person does there, a test sets beforehand.
"""

import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt

from tests.demo.transmitter import FOREIGN_KEY, KEY, Transmitter, add_cases, add_stream

LEVELS = ("low", "medium", "high")
CLAIMS = {
    "low": ("name", "given_name", "email"),
    "medium": ("address", "phone_number", "payment_account"),
    "high": ("birthdate",),
}
PURPOSES = {
    "low": ["account", "service"],
    "medium": ["account", "service", "delivery", "payment", "invoicing"],
    "high": ["account", "service", "delivery", "payment", "personalisation", "loyalty"],
}
UNTIL = 1_835_000_000  # 24 February 2028
FACTS = {
    "name": "Sanne de Vries",
    "given_name": "Sanne",
    "email": "sanne@example.org",
    "address": {
        "street_address": "Keizersgracht 12",
        "postal_code": "1015 CJ",
        "locality": "Amsterdam",
        "country": "NL",
        "formatted": "Keizersgracht 12\n1015 CJ Amsterdam\nNL",
    },
    "phone_number": "+31612345678",
    "payment_account": {"method": "ideal", "iban": "NL91ABNA0417164300", "holder": "S. de Vries"},
    "birthdate": "1990-04-12",
}


def claims_in(id_token: str) -> dict[str, Any]:
    """What an ID token says; its signature is not looked at."""
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(id_token.split(".")[1] + "==="))
    return claims


@dataclass
class Grant:
    """What the person allows the shop now."""

    level: str
    sub: str
    live: bool = True
    details: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Provider:
    """The provider and the person at it. Set its fields to decide what happens next."""

    issuer: str
    sub: str = "pairwise-sanne"
    chooses: str = "low"
    refuses_with: str | None = None
    silent_refusal: str | None = None
    answers_as: str | None = None  # the iss of the answer, where it should not be the issuer
    forges: dict[str, Any] = field(default_factory=dict)  # claims put into the ID token
    foreign_signature: bool = False
    userinfo_sub: str | None = None
    claims_to_be: str | None = None  # the issuer in discovery
    ahead_s: int = 0  # how far its clock was moved on
    broken: frozenset[str] = frozenset()  # paths that answer 500
    asked: list[dict[str, str]] = field(default_factory=list)
    redeemed: list[dict[str, str]] = field(default_factory=list)
    signed_out: list[dict[str, str]] = field(default_factory=list)
    grants: dict[str, Grant] = field(default_factory=dict)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)
    _tokens: dict[str, str] = field(default_factory=dict)

    @cached_property
    def transmitter(self) -> Transmitter:
        """What it tells the shop of its own accord."""
        return Transmitter(self.issuer)

    def now(self) -> int:
        return int(time.time()) + self.ahead_s

    def stop_sharing(self) -> None:
        for grant in self.grants.values():
            grant.live = False

    def step_down(self, level: str) -> None:
        for grant in self.grants.values():
            grant.level = level
            grant.details = []

    def authorize(self, asked: dict[str, str]) -> str:
        """Answer as the person decided; return the address to send the browser to."""
        self.asked.append(asked)
        silent = asked.get("prompt") == "none"
        error = self.silent_refusal if silent else self.refuses_with
        answer = {"state": asked["state"], "iss": self.answers_as or self.issuer}
        if error:
            answer |= {"error": error, "error_description": "words for a developer"}
        else:
            code = secrets.token_urlsafe(16)
            self._codes[code] = {**asked, "grant_id": self._grant(asked, silent=silent)}
            answer["code"] = code
        return f"{asked['redirect_uri']}?{urlencode(answer)}"

    def token(self, form: dict[str, str], client_id: str) -> dict[str, Any] | None:
        """Redeem a code once, by whoever holds its verifier; a client alone and a refresh token as often as asked."""
        if form["grant_type"] == "client_credentials":
            return {"access_token": "the shop's own", "token_type": "Bearer", "expires_in": 600}
        if form["grant_type"] == "refresh_token":
            grant = self.grants.get(form["refresh_token"])
            return self._access(form["refresh_token"]) if grant and grant.live else None
        self.redeemed.append({**form, "client_id": client_id})
        asked = self._codes.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or challenge != asked["code_challenge"] or form["redirect_uri"] != asked["redirect_uri"]:
            return None
        grant_id = asked["grant_id"]
        grant = self.grants[grant_id]
        response = {
            **self._access(grant_id),
            "scope": f"openid identity:{grant.level}",
            "grant_id": grant_id,
            "id_token": self._id_token(client_id, asked["nonce"], grant_id),
        }
        if "offline_access" in asked["scope"]:
            response["refresh_token"] = grant_id
        return response | ({"authorization_details": grant.details} if grant.details else {})

    def _access(self, grant_id: str) -> dict[str, Any]:
        token = secrets.token_urlsafe(16)
        self._tokens[token] = grant_id
        return {"access_token": token, "token_type": "Bearer", "expires_in": 600}

    def userinfo(self, token: str) -> dict[str, Any] | None:
        grant_id = self._tokens.get(token, "")
        grant = self.grants.get(grant_id)
        if grant is None or not grant.live:
            return None
        names = [name for level in _up_to(grant.level) for name in CLAIMS[level]]
        terms = {name: {"purposes": PURPOSES[grant.level][-2:], "ground": "contract", "until": UNTIL} for name in names}
        told = {name: FACTS[name] for name in names} | {"sub": self.userinfo_sub or grant.sub, "data_terms": terms}
        return told | self._data_terms(grant_id) | ({"data_collection": grant.details} if grant.details else {})

    def _grant(self, asked: dict[str, str], *, silent: bool) -> str:
        levels = [name.removeprefix("identity:") for name in asked["scope"].split() if name.startswith("identity:")]
        level = self.chooses if self.chooses in levels else levels[-1]
        grant_id = asked.get("grant_id") or (next(reversed(self.grants), None) if silent else None)
        details = json.loads(asked.get("authorization_details", "[]")) if level == "high" else []
        if grant_id is None:
            grant_id = secrets.token_urlsafe(8)
            self.grants[grant_id] = Grant(level, self.sub, details=details)
        elif not silent:
            self.grants[grant_id].level = level
            self.grants[grant_id].sub = self.sub
        else:
            self.grants[grant_id].sub = self.sub
        return grant_id

    def _id_token(self, client_id: str, nonce: str, grant_id: str) -> str:
        now = self.now()
        claims = {"iss": self.issuer, "aud": client_id, "iat": now, "exp": now + 300, "nonce": nonce}
        claims |= {"sub": self.grants[grant_id].sub, **self._data_terms(grant_id), **self.forges}
        header = {"alg": "RS256", "kid": "of-the-tests"}
        return jwt.encode(header, claims, FOREIGN_KEY if self.foreign_signature else KEY)

    def _data_terms(self, grant_id: str) -> dict[str, Any]:
        level = self.grants[grant_id].level
        return {
            "data_level": level,
            "data_purposes": PURPOSES[level],
            "data_retention": {"period": "P1Y", "until": UNTIL},
            "grant_id": grant_id,
            "consent_receipt": f"{self.issuer}/receipts/{grant_id}",
        }


def build_provider(provider: Provider) -> Flask:
    """Put the provider's doors before it."""
    app = Flask(__name__)

    @app.before_request
    def break_down() -> tuple[str, int] | None:
        return ("broken", 500) if request.path in provider.broken else None

    @app.get("/.well-known/openid-configuration")
    def discovery() -> Response:
        base = provider.issuer
        return jsonify(
            {
                "issuer": provider.claims_to_be or base,
                "authorization_endpoint": f"{base}/authorize",
                "token_endpoint": f"{base}/token",
                "userinfo_endpoint": f"{base}/userinfo",
                "jwks_uri": f"{base}/jwks.json",
                "end_session_endpoint": f"{base}/logout",
                "id_token_signing_alg_values_supported": ["RS256", "ES256"],
                "authorization_response_iss_parameter_supported": True,
            }
        )

    @app.get("/jwks.json")
    def jwks() -> Response:
        return jsonify({"keys": [KEY.as_dict(private=False)]})

    @app.get("/authorize")
    def authorize() -> Any:
        return redirect(provider.authorize(request.args.to_dict()), 303)

    @app.post("/token")
    def token() -> Any:
        client = request.authorization
        if client is None or client.type != "basic" or client.password != "a secret":
            return jsonify({"error": "invalid_client"}), 401
        answer = provider.token(request.form.to_dict(), client.username or "")
        return jsonify(answer) if answer else (jsonify({"error": "invalid_grant"}), 400)

    @app.get("/userinfo")
    def userinfo() -> Any:
        bearer = request.authorization.token if request.authorization else ""
        answer = provider.userinfo(bearer or "")
        return jsonify(answer) if answer else (jsonify({"error": "invalid_token"}), 401)

    add_stream(app, provider.transmitter)
    add_cases(app, provider.transmitter)

    @app.get("/clock/now")
    def clock() -> Response:
        return jsonify({"now": provider.now()})

    @app.get("/logout")
    def logout() -> Any:
        asked = request.args.to_dict()
        provider.signed_out.append(asked)
        return redirect(f"{asked['post_logout_redirect_uri']}?{urlencode({'state': asked['state']})}", 303)

    return app


def _up_to(level: str) -> tuple[str, ...]:
    return LEVELS[: LEVELS.index(level) + 1]
