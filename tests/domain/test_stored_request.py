"""A stored request comes back exactly as it was checked."""

import json
from datetime import UTC, datetime

import pytest

from app.domain.authorization_request import AuthorizationRequest
from app.domain.collection import Collection
from app.domain.release import Asked
from app.domain.retention import Period
from app.domain.stored_request import StoredRequest, as_document, read_document

NOW = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
LEAST = AuthorizationRequest("shop", "https://shop.example/cb", frozenset({"openid"}), NOW)
MOST = AuthorizationRequest(
    client_id="shop",
    redirect_uri="https://shop.example/cb?x=%20y",
    scopes=frozenset({"openid", "email", "identity:low"}),
    created_at=NOW,
    state="a\u0000 ü&=😀",
    nonce="n",
    claims=Asked(frozenset({"name"}), frozenset({"email"})),
    prompt=frozenset({"login", "consent"}),
    max_age_s=0,
    login_hint="sealed",
    hinted_sub="sub",
    ui_locales=("nl-NL", "en"),
    response_mode="form_post",
    code_challenge="c" * 43,
    grant_id="0" * 32,
    grant_action="merge",
    collection=Collection(
        frozenset({"web"}), frozenset({"visit"}), frozenset({"loyalty", "marketing"}), Period.parse("P6M")
    ),
)


@pytest.mark.parametrize("request_", [LEAST, MOST], ids=["least", "most"])
def test_a_document_is_the_whole_request(request_: AuthorizationRequest) -> None:
    assert read_document(json.loads(json.dumps(as_document(request_))), NOW) == request_


def test_what_was_not_said_is_not_stored() -> None:
    assert as_document(LEAST).keys() == {"client_id", "redirect_uri", "scopes", "response_mode"}


@pytest.mark.parametrize(
    ("person_id", "grant_id", "refused", "given"),
    [(None, None, False, False), ("nora", None, True, False), ("nora", "grant", False, True)],
)
def test_a_decision_is_a_grant_or_a_refusal(
    person_id: str | None, grant_id: str | None, refused: bool, given: bool
) -> None:
    stored = StoredRequest("id", LEAST, b"browser", NOW, person_id, grant_id)
    assert (stored.refused, stored.given_by("nora")) == (refused, given)
    assert not stored.given_by("somebody else")
