from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.collection import TYPE, Collection, kept_collection, read_collection
from app.domain.retention import Period

PURPOSES = frozenset({"loyalty", "marketing"})
WIDE = Collection(frozenset({"web", "app", "store"}), frozenset({"visit", "purchase"}), PURPOSES, Period(6))
DETAIL = {
    "type": TYPE,
    "channels": ["app", "store", "web"],
    "datatypes": ["purchase", "visit"],
    "purposes": ["loyalty", "marketing"],
    "retention": "P6M",
}


def test_a_permission_is_written_as_an_authorization_detail_and_read_back() -> None:
    assert WIDE.as_detail() == DETAIL
    assert read_collection(DETAIL, PURPOSES, Period(6)) == kept_collection(DETAIL) == WIDE
    assert kept_collection(None) is None


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ({"channels": ["fax"]}, [("channels", "'fax' is none of app, call_centre, store, web")]),
        ({"channels": []}, [("channels", "must be a list with at least one name")]),
        ({"channels": "web"}, [("channels", "must be a list with at least one name")]),
        ({"datatypes": None}, [("datatypes", "must be a list with at least one name")]),
        ({"datatypes": ["visit", 7]}, [("datatypes", "must be a list with at least one name")]),
        ({"purposes": ["espionage"]}, [("purposes", "'espionage' is none of loyalty, marketing")]),
        ({"retention": "half a year"}, [("retention", "not an ISO 8601 period such as P6M, P1Y or P14D")]),
        ({"retention": 6}, [("retention", "not an ISO 8601 period such as P6M, P1Y or P14D")]),
        ({"retention": "P7M"}, [("retention", "P7M is longer than the P6M this level allows")]),
        ({"actions": ["read"]}, [("actions", "is not a known member")]),
        (
            {"channels": [], "purposes": [], "retention": "P0D", "locations": []},
            [
                ("locations", "is not a known member"),
                ("channels", "must be a list with at least one name"),
                ("purposes", "must be a list with at least one name"),
                ("retention", "a period of no length"),
            ],
        ),
    ],
)
def test_every_fault_of_a_detail_is_told(change: dict[str, Any], faults: list[tuple[str, str]]) -> None:
    assert read_collection({**DETAIL, **change}, PURPOSES, Period(6)) == faults


def test_what_is_left_of_a_permission_is_not_a_day_more_than_it_had() -> None:
    given_at, month = datetime(2026, 11, 2, 10, tzinfo=UTC), replace(WIDE, retention=Period(1))
    over_at = month.retention.after(given_at)
    for days in (0, 1, 10.5, 28):
        now = given_at + timedelta(days=days)
        rest = month.rest(given_at, now)
        assert rest is not None
        assert over_at - timedelta(days=1) < rest.retention.after(now) <= over_at
        assert replace(rest, retention=Period(1)) == month
    assert month.rest(given_at, over_at - timedelta(hours=1)) is None
    assert month.rest(given_at, over_at + timedelta(days=9)) is None


def test_two_permissions_meet_in_what_both_allow() -> None:
    other = Collection(frozenset({"web", "call_centre"}), frozenset({"visit"}), frozenset({"loyalty"}), Period(1))
    both = Collection(frozenset({"web"}), frozenset({"visit"}), frozenset({"loyalty"}), Period(1))
    assert WIDE.within(other) == other.within(WIDE) == both


@pytest.mark.parametrize(
    "apart",
    [
        replace(WIDE, channels=frozenset({"call_centre"})),
        replace(WIDE, datatypes=frozenset({"warranty"})),
        replace(WIDE, purposes=frozenset({"analytics"})),
    ],
)
def test_two_permissions_with_nothing_in_common_are_none(apart: Collection) -> None:
    assert WIDE.within(apart) is None


def test_a_permission_for_no_allowed_purpose_is_none() -> None:
    assert WIDE.for_purposes(frozenset({"loyalty", "delivery"})) == replace(WIDE, purposes=frozenset({"loyalty"}))
    assert WIDE.for_purposes(frozenset({"delivery"})) is None


@pytest.mark.parametrize(
    ("asked", "covered"),
    [
        (WIDE, True),
        (replace(WIDE, channels=frozenset({"web"}), retention=Period(1)), True),
        (replace(WIDE, channels=WIDE.channels | {"call_centre"}), False),
        (replace(WIDE, datatypes=WIDE.datatypes | {"warranty"}), False),
        (replace(WIDE, purposes=WIDE.purposes | {"analytics"}), False),
        (replace(WIDE, retention=Period(7)), False),
    ],
)
def test_a_permission_covers_what_asks_nothing_beyond_it(asked: Collection, *, covered: bool) -> None:
    assert WIDE.covers(asked) is covered
