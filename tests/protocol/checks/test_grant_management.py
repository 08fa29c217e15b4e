"""What is to become of an earlier grant (Grant Management for OAuth 2.0, draft 03 §5)."""

import pytest

from tests.protocol.asked import examine, refusal_of

GRANT_ID = "0123456789abcdef" * 2


@pytest.mark.parametrize("action", ["create", "merge", "replace"])
def test_an_action_alone_means_the_grant_there_is(action: str) -> None:
    request = examine(grant_management_action=action)
    assert (request.grant_action, request.grant_id) == (action, None)


@pytest.mark.parametrize("action", ["merge", "replace"])
def test_a_grant_can_be_named(action: str) -> None:
    assert examine(grant_management_action=action, grant_id=GRANT_ID).grant_id == GRANT_ID


@pytest.mark.parametrize("action", [None, "create", "update", "MERGE"])
def test_a_grant_id_needs_an_action_that_takes_one(action: str | None) -> None:
    assert refusal_of(grant_management_action=action, grant_id=GRANT_ID) == "invalid_request"


@pytest.mark.parametrize("grant_id", ["1", "' or 1=1", "0" * 33, "G" * 32, "a\x00"])
def test_what_no_grant_is_called_is_refused_at_once(grant_id: str) -> None:
    assert refusal_of(grant_management_action="merge", grant_id=grant_id) == "invalid_grant_id"
