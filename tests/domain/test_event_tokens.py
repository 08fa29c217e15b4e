from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.event_tokens import (
    BACK_CHANNEL_LOGOUT,
    LOGOUT_TOKEN_LIFE_S,
    VERIFICATION,
    event_claims,
    logout_claims,
    verification_claims,
)
from app.domain.events import OWN_TYPES, Event, EventType

ISSUER = "https://id.example"
THEN = datetime(2026, 11, 2, 10, tzinfo=UTC)
NOW = THEN + timedelta(minutes=3)


def _event(kind: EventType, **content: Any) -> Event:
    return Event("jti-1", kind, "txn-1", "business", "client", "sub-1", "grant-1", THEN, content)


def _told(kind: EventType, **content: Any) -> dict[str, Any]:
    told: dict[str, Any] = event_claims(ISSUER, "client", _event(kind, **content), NOW)["events"][kind.value]
    return told


@pytest.mark.parametrize("kind", EventType)
def test_a_token_tells_one_event_about_one_subject_and_is_like_no_other_token(kind: EventType) -> None:
    claims = event_claims(ISSUER, "client", _event(kind), NOW)
    assert claims.keys() == {"iss", "aud", "iat", "jti", "txn", "sub_id", "events"}
    assert claims["sub_id"] == {"format": "iss_sub", "iss": ISSUER, "sub": "sub-1"}
    assert (claims["jti"], claims["txn"], claims["aud"]) == ("jti-1", "txn-1", "client")
    assert claims["iat"] == int(NOW.timestamp())
    assert list(claims["events"]) == [kind.value]


@pytest.mark.parametrize("kind", EventType)
def test_every_event_says_when_by_whom_and_why_as_caep_does(kind: EventType) -> None:
    told = _told(kind)
    assert told["event_timestamp"] == int(THEN.timestamp())
    assert told["initiating_entity"] in {"admin", "user", "policy", "system"}
    assert told["reason_admin"].keys() == {"en"}
    assert told["reason_user"].keys() == {"en", "nl"}


@pytest.mark.parametrize("kind", OWN_TYPES)
def test_an_event_of_our_own_says_all_it_was_announced_with_and_its_grant(kind: EventType) -> None:
    told = _told(kind, case_id="c", grant_id="another")
    assert (told["case_id"], told["grant_id"]) == ("c", "grant-1")


def test_a_standard_event_says_what_its_standard_knows() -> None:
    told = _told(EventType.SESSION_REVOKED, case_id="c", initiating_entity="policy")
    assert told.keys() == {"event_timestamp", "initiating_entity", "reason_admin", "reason_user"}
    assert told["initiating_entity"] == "policy"


@pytest.mark.parametrize("kind", EventType)
def test_only_the_end_of_a_term_is_nobodys_doing(kind: EventType) -> None:
    assert _told(kind)["initiating_entity"] == ("policy" if kind is EventType.CONSENT_EXPIRED else "user")


def test_changed_and_removed_claims_are_named_without_values() -> None:
    told = _told(EventType.TOKEN_CLAIMS_CHANGE, claims=["email", "address"], removed=["phone_number"])
    assert told["claims"] == {"address": None, "email": None, "phone_number": None}
    assert "removed" not in told


@pytest.mark.parametrize(("state", "told"), [("abc", {"state": "abc"}), ("", {"state": ""}), (None, {})])
def test_a_verification_is_about_its_stream(state: str | None, told: dict[str, str]) -> None:
    claims = verification_claims(ISSUER, "client", "stream", "jti-2", state, NOW)
    assert claims["sub_id"] == {"format": "opaque", "id": "stream"}
    assert claims["events"] == {VERIFICATION: told}
    assert not {"sub", "exp", "nonce"} & claims.keys()


def test_a_logout_token_lives_two_minutes_and_has_no_nonce() -> None:
    claims = logout_claims(ISSUER, "client", "sub-1", "sid-1", "jti-3", NOW)
    assert claims.keys() == {"iss", "aud", "iat", "exp", "jti", "sub", "sid", "events"}
    assert claims["exp"] - claims["iat"] == LOGOUT_TOKEN_LIFE_S <= 120
    assert claims["events"] == {BACK_CHANNEL_LOGOUT: {}}
