from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.collection import Collection
from app.domain.grants import EndReason, Grant, Standing, refusal_to_issue
from app.domain.levels import Level
from app.domain.release import Consent
from app.domain.retention import Period
from tests.domain.agreements import NOW, grant

GRANT = grant(Level.MEDIUM)


def test_a_grant_lives_until_it_is_ended_or_its_end_date() -> None:
    assert GRANT.live(NOW)
    assert GRANT.live(GRANT.ends_at - timedelta(microseconds=1))
    assert not GRANT.live(GRANT.ends_at)
    assert not replace(GRANT, ended_at=NOW, end_reason=EndReason.WITHDRAWN).live(NOW)


def test_a_paused_grant_lives_on_until_its_end() -> None:
    assert replace(GRANT, paused_at=NOW).live(NOW)
    assert not replace(GRANT, paused_at=NOW).live(GRANT.ends_at)


def test_an_objection_takes_purposes_from_the_permission_until_none_is_left() -> None:
    wide = Collection(frozenset({"web"}), frozenset({"visit"}), frozenset({"loyalty", "marketing"}), Period(6))
    collecting = replace(GRANT, collection=wide, objected=frozenset({"loyalty", "delivery"}))
    assert collecting.collecting == replace(wide, purposes=frozenset({"marketing"}))
    assert replace(collecting, objected=wide.purposes).collecting is None
    assert replace(collecting, collection=None).collecting is None


def test_the_release_rule_reads_the_pinned_claims_and_the_end_of_a_grant() -> None:
    assert GRANT.consent == Consent(GRANT.claims, GRANT.ends_at, None)


@pytest.mark.parametrize(
    ("person", "client", "given", "client_id", "why"),
    [
        (Standing.ACTIVE, Standing.ACTIVE, GRANT, "client", None),
        (Standing.ACTIVE, Standing.DISABLED, GRANT, "client", "client_disabled"),
        (Standing.ACTIVE, Standing.ACTIVE, None, "client", "no_grant"),
        (Standing.ACTIVE, Standing.ACTIVE, GRANT, "another", "no_grant"),
        (Standing.DISABLED, Standing.ACTIVE, GRANT, "client", "person_disabled"),
        (Standing.ACTIVE, Standing.ACTIVE, replace(GRANT, ended_at=NOW), "client", "grant_ended"),
        (Standing.ACTIVE, Standing.ACTIVE, replace(GRANT, ends_at=NOW), "client", "grant_ended"),
        (Standing.ACTIVE, Standing.ACTIVE, replace(GRANT, paused_at=NOW), "client", "grant_paused"),
        (Standing.ACTIVE, Standing.ACTIVE, replace(GRANT, paused_at=NOW, ends_at=NOW), "client", "grant_ended"),
        (Standing.DISABLED, Standing.DISABLED, None, "another", "client_disabled"),
    ],
)
def test_the_gate_opens_only_when_nothing_stands_in_the_way(
    person: Standing, client: Standing, given: Grant | None, client_id: str, why: str | None
) -> None:
    assert refusal_to_issue(person, client, given, client_id, NOW) == why
