"""The table of checks: every check stands at a door, and the first fault found is the one that is told."""

from app.domain.security_profiles import Door
from app.protocol.authorize_checks import CHECKS
from app.protocol.checks.single_values import refuse_repeated
from tests.protocol.asked import a_client, examine, refusal_of


def test_no_check_is_listed_twice_or_stands_nowhere() -> None:
    checks = [check for check, _ in CHECKS]
    assert len(set(checks)) == len(checks)
    assert all(doors for _, doors in CHECKS)


def test_doubt_about_what_was_said_comes_before_everything_said() -> None:
    assert CHECKS[0] == (refuse_repeated, frozenset(Door))


def test_a_request_object_is_refused_whatever_stands_around_it() -> None:
    assert refusal_of(request="x", response_type="token", scope="bogus", max_age="x") == "request_not_supported"


def test_every_door_checks_the_same_request_alike() -> None:
    requests = {str(examine(a_client(), door, nonce="n", prompt="login", max_age="5")) for door in Door}
    assert len(requests) == 1
