from typing import Any

import pytest

from app.domain.errors import Problems
from app.domain.events import OWN_TYPES, STANDARD_TYPES, EventType
from app.domain.streams import (
    LONGEST_DESCRIPTION,
    POLL,
    PUSH,
    Delivery,
    Rules,
    Wishes,
    delivered,
    read_wishes,
    supported,
)

RULES = Rules(exempt_hosts=("127.0.0.1",), own_host="id.example")
HOOK = "https://shop.example/events"
BEFORE = Wishes(Delivery(PUSH, HOOK, "Bearer x"), (EventType.SESSION_REVOKED.value,), "Till")


def _push(**members: Any) -> dict[str, Any]:
    return {"delivery": {"method": PUSH, "endpoint_url": HOOK, **members}}


def _faults(document: dict[str, Any]) -> set[str]:
    with pytest.raises(Problems) as problems:
        read_wishes(document, RULES)
    return {place for place, _ in problems.value.found}


def test_every_event_is_standard_or_our_own() -> None:
    assert {*STANDARD_TYPES, *OWN_TYPES} == set(EventType)
    assert not {*STANDARD_TYPES} & {*OWN_TYPES}


def test_nothing_wished_is_nothing_delivered_and_fetched() -> None:
    wishes = read_wishes({}, RULES)
    assert wishes == Wishes(Delivery(POLL), (), None)
    assert delivered(wishes.events_requested) == ()
    assert supported(wishes.events_requested) == STANDARD_TYPES


@pytest.mark.parametrize("kind", OWN_TYPES)
def test_an_event_of_our_own_is_supported_and_delivered_when_it_is_asked_by_name(kind: EventType) -> None:
    assert supported([kind]) == (*STANDARD_TYPES, kind)
    assert delivered([kind, "urn:unknown"]) == (kind,)


def test_a_push_is_read_with_its_header() -> None:
    wishes = read_wishes(_push(authorization_header="Bearer x"), RULES)
    assert wishes.delivery == Delivery(PUSH, HOOK, "Bearer x")
    assert "Bearer" not in repr(wishes)


def test_a_receiver_that_fetches_needs_no_address() -> None:
    assert read_wishes({"delivery": {"method": POLL}}, RULES, BEFORE).delivery == Delivery(POLL)


def test_what_a_patch_leaves_out_is_as_it_was_and_what_it_says_is_whole() -> None:
    assert read_wishes({"description": "Shop"}, RULES, BEFORE) == Wishes(
        BEFORE.delivery, BEFORE.events_requested, "Shop"
    )
    assert read_wishes(_push(), RULES, BEFORE).delivery.authorization_header is None


def test_null_is_left_out() -> None:
    assert read_wishes({"delivery": None, "events_requested": None, "description": None}, RULES, BEFORE) == BEFORE


def test_events_are_kept_once_each_in_their_order_known_or_not() -> None:
    requested = ["urn:b", "urn:a", "urn:b"]
    assert read_wishes({"events_requested": requested}, RULES).events_requested == ("urn:b", "urn:a")


def test_a_long_description_is_cut() -> None:
    assert read_wishes({"description": "x" * 1000}, RULES).description == "x" * LONGEST_DESCRIPTION


@pytest.mark.parametrize(
    ("url", "good"),
    [
        (HOOK, True),
        ("https://shop.example:443/events", True),
        ("http://127.0.0.1:9000/events", True),
        ("https://shop.example:8443/events", False),
        ("http://shop.example/events", False),
        ("https://id.example/events", False),
        ("https://10.0.0.1/events", False),
        ("https://shop.example/events#here", False),
        (None, False),
    ],
)
def test_events_are_pushed_only_where_we_would_send_them(url: Any, good: bool) -> None:
    document = _push(endpoint_url=url)
    if good:
        assert read_wishes(document, RULES).delivery.endpoint_url == url
    else:
        assert _faults(document) == {"delivery/endpoint_url"}


def test_where_the_house_itself_is_exempt_events_may_be_pushed_to_it() -> None:
    at_home = Rules(exempt_hosts=("localhost",), own_host="localhost")
    url = "http://localhost:8000/events"
    assert read_wishes(_push(endpoint_url=url), at_home).delivery.endpoint_url == url


def test_as_many_events_may_be_asked_as_long_as_they_may_be() -> None:
    requested = [f"urn:{n}".ljust(256, "x") for n in range(50)]
    assert read_wishes({"events_requested": requested}, RULES).events_requested == tuple(requested)


@pytest.mark.parametrize(
    ("document", "places"),
    [
        ({"delivery": []}, {"delivery/method"}),
        ({"delivery": {"method": "push"}}, {"delivery/method"}),
        ({"delivery": {"endpoint_url": HOOK}}, {"delivery/method"}),
        (_push(authorization_header="a\nb"), {"delivery/authorization_header"}),
        (_push(authorization_header=""), {"delivery/authorization_header"}),
        (_push(authorization_header="x" * 4097), {"delivery/authorization_header"}),
        (_push(authorization_header=7), {"delivery/authorization_header"}),
        ({"events_requested": "urn:a"}, {"events_requested"}),
        ({"events_requested": ["urn:a", 7]}, {"events_requested"}),
        ({"events_requested": [f"urn:{n}" for n in range(51)]}, {"events_requested"}),
        ({"events_requested": [""]}, {"events_requested"}),
        ({"events_requested": ["x" * 257]}, {"events_requested"}),
        ({"events_requested": ["urn:a\n"]}, {"events_requested"}),
        ({"description": "a\x00b"}, {"description"}),
        ({"description": ["x"]}, {"description"}),
        (
            {"description": 7, "events_requested": 7, "delivery": 7},
            {"description", "events_requested", "delivery/method"},
        ),
    ],
)
def test_every_wish_that_cannot_be_met_is_named(document: dict[str, Any], places: set[str]) -> None:
    assert _faults(document) == places
