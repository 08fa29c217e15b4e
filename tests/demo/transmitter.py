"""What the tests' provider tells a shop of its own accord: event tokens to fetch, sign-outs, and requests to erase."""

import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, jsonify, request
from joserfc import jwt
from joserfc.jwk import RSAKey

KEY = RSAKey.generate_key(2048, {"kid": "of-the-tests", "use": "sig", "alg": "RS256"})
FOREIGN_KEY = RSAKey.generate_key(2048, {"kid": "of-the-tests", "use": "sig", "alg": "RS256"})
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"


@dataclass
class Transmitter:
    """One client's stream and requests to erase. Set ``takes`` to decide how answers are received."""

    issuer: str
    streams: list[dict[str, Any]] = field(default_factory=list)
    waiting: dict[str, str] = field(default_factory=dict)
    acknowledged: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    cases: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers: list[dict[str, Any]] = field(default_factory=list)
    takes: int = 200

    def tell(self, client_id: str, sub: str, kind: str, **told: Any) -> str:
        """Let something happen; returns the ``jti`` under which it waits."""
        event = {f"urn:sluis:event:{kind}": {"event_timestamp": int(time.time()), **told}}
        return self.put(self.signed(self.event(client_id, sub, event)))

    def put(self, token: str) -> str:
        jti = secrets.token_hex(8)
        self.waiting[jti] = token
        return jti

    def event(self, client_id: str, sub: str, events: dict[str, Any], **changes: Any) -> dict[str, Any]:
        about = {"format": "iss_sub", "iss": self.issuer, "sub": sub}
        claims = {"iss": self.issuer, "aud": client_id, "iat": int(time.time()), "jti": secrets.token_hex(8)}
        return {**claims, "txn": "t", "sub_id": about, "events": events, **changes}

    def logout(self, client_id: str, sub: str, **changes: Any) -> dict[str, Any]:
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": client_id, "iat": now, "exp": now + 120, "jti": secrets.token_hex(8)}
        return {**claims, "sub": sub, "events": {LOGOUT: {}}, **changes}

    @staticmethod
    def signed(claims: dict[str, Any], typ: str = "secevent+jwt", key: RSAKey = KEY) -> str:
        return jwt.encode({"alg": "RS256", "kid": "of-the-tests", "typ": typ}, claims, key)

    def asks_to_erase(self, sub: str, *items: str) -> str:
        """A case of this person; returns its id."""
        case_id = secrets.token_hex(4)
        self.cases[case_id] = {
            "case_id": case_id,
            "state": "sent",
            "reason": "asked",
            "sub": sub,
            "items": list(items),
            "opened_at": "2026-11-23T12:00:00Z",
            "answer_before": "2026-12-23T12:00:00Z",
            "closed_at": None,
            "answers": [],
        }
        return case_id

    def answered(self, case_id: str, said: dict[str, Any]) -> tuple[dict[str, Any], int]:
        if self.takes != 200:
            return {"error": "invalid_request"}, self.takes
        self.answers.append(said)
        case = self.cases[case_id]
        case["state"] = said["state"]
        case["answers"].append({"number": 1, "refusals": [], "message": "", **said})
        return case, 200


def add_stream(app: Flask, transmitter: Transmitter) -> None:
    """Put the doors of the stream beside the provider's."""
    base = transmitter.issuer

    @app.get("/.well-known/ssf-configuration")
    def described() -> Response:
        return jsonify({"issuer": base, "configuration_endpoint": f"{base}/ssf/streams"})

    @app.route("/ssf/streams", methods=["GET", "POST"])
    def streams() -> Any:
        if not _has_own_token():
            return "", 401
        if request.method == "GET":
            return jsonify(transmitter.streams)
        wish = request.get_json()
        delivery = {**wish["delivery"], "endpoint_url": f"{base}/ssf/poll/1"}
        transmitter.streams.append({**wish, "stream_id": "1", "delivery": delivery})
        return jsonify(transmitter.streams[-1]), 201

    @app.post("/ssf/poll/1")
    def poll() -> Any:
        if not _has_own_token():
            return "", 401
        said = request.get_json()
        transmitter.acknowledged += said["ack"]
        transmitter.refused |= {jti: why["err"] for jti, why in said["setErrs"].items()}
        for jti in {*said["ack"], *said["setErrs"]}:
            transmitter.waiting.pop(jti, None)
        return jsonify({"sets": transmitter.waiting, "moreAvailable": False})


def add_cases(app: Flask, transmitter: Transmitter) -> None:
    """Put the doors of requests to erase beside the provider's."""

    @app.get("/v1/cases")
    def cases() -> Response:
        return jsonify({"cases": list(transmitter.cases.values()), "next": None})

    @app.get("/v1/cases/<case_id>")
    def case(case_id: str) -> Any:
        found = transmitter.cases.get(case_id)
        return jsonify(found) if found else (jsonify({"error": "not_found"}), 404)

    @app.post("/v1/cases/<case_id>/answers")
    def answer(case_id: str) -> Any:
        return transmitter.answered(case_id, request.get_json())


def _has_own_token() -> bool:
    return bool(request.authorization and request.authorization.token == "the shop's own")
