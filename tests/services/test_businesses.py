"""Applying business files: one transaction, idempotent, every difference told."""

from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select

from app.crypto.digests import digest
from app.domain.business_file import BusinessFile
from app.domain.errors import Problems
from app.domain.grants import Standing
from app.services import businesses
from app.services import clients as services_of_clients
from app.services.businesses import Applied
from app.storage import parties
from app.storage.parties import ClientRow
from app.storage.tables import parties as tables
from tests.factories import INTENDED_USE, add_client, client_of
from tests.servers.house import House

SECRET = "s" * 40
RAW: dict[str, Any] = {
    "business": {
        "id": "shop",
        "name": "Shop",
        "legal_name": "Shop B.V.",
        "website": "https://shop.example",
        "country": "NL",
        "privacy_contact": "privacy@shop.example",
        "description": {"nl": "Een winkel.", "en": "A shop."},
    },
    "clients": [
        {"client_id": "web", "redirect_uris": ["https://shop.example/cb"]},
        {
            "client_id": "app",
            "redirect_uris": ["com.example.shop:/cb"],
            "application_type": "native",
            "token_endpoint_auth_method": "none",
        },
    ],
    "intended_use": INTENDED_USE,
}


def file(house: House, **changes: Any) -> BusinessFile:
    """The file with other sections."""
    return businesses.read(house.services, deepcopy(RAW) | changes)


def apply(house: House, given: dict[str, str] | None = None, *, dry_run: bool = False, **changes: Any) -> Applied:
    return businesses.apply(house.services, file(house, **changes), given or {}, house.clock.now, dry_run=dry_run)


def stored(house: House, client_id: str) -> ClientRow:
    with house.services.database.read() as db:
        row = parties.find_client(db, client_id)
    assert row is not None
    return row


def written_at(house: House) -> datetime:
    with house.services.database.read() as db:
        return db.execute(select(tables.businesses.c.updated_at)).scalar_one()


def test_a_new_business_works_as_its_file_says(house: House) -> None:
    applied = apply(house)
    assert applied.changes == ("+ business shop", "+ client web", "+ client app")
    client = client_of(house, "web")
    assert client.business.name == "Shop"
    assert client.business.verified
    assert client.sector == "shop"
    assert stored(house, "web").secrets == [[digest(applied.new_secrets["web"]).hex(), None]]
    assert stored(house, "app").secrets == []


def test_a_secret_made_here_is_not_in_the_representation(house: House) -> None:
    applied = apply(house)
    assert applied.new_secrets["web"] not in repr(applied)


def test_applied_again_nothing_changes(house: House) -> None:
    apply(house)
    before = stored(house, "web"), written_at(house)
    house.clock.now += timedelta(hours=1)
    again = apply(house)
    assert (again.changes, again.new_secrets) == ((), {})
    assert (stored(house, "web"), written_at(house)) == before


def test_a_dry_run_tells_the_same_and_changes_nothing(house: House) -> None:
    dry = apply(house, dry_run=True)
    assert dry.new_secrets == {}
    assert apply(house).changes == dry.changes


def test_a_difference_is_told_leaf_by_leaf(house: House) -> None:
    apply(house)
    use = deepcopy(INTENDED_USE)
    use["low"]["retention"] = "P2Y"
    clients = deepcopy(RAW["clients"])
    clients[0]["policy_uri"] = "https://shop.example/policy"
    assert apply(house, intended_use=use, clients=clients).changes == (
        "~ business shop: intended_use.low.retention: 'P1Y' -> 'P2Y'",
        "~ client web: metadata.policy_uri: (none) -> 'https://shop.example/policy'",
    )


def test_what_comes_or_goes_as_a_whole_is_told_as_a_whole_in_order(house: House) -> None:
    use = {level: INTENDED_USE[level] for level in ("low", "medium")}
    clients = deepcopy(RAW["clients"])
    clients[0]["policy_uri"] = "https://shop.example/policy"
    apply(house, intended_use=use, clients=clients)
    business = {**RAW["business"], "name": "Other", "legal_name": "Other B.V."}
    changes = apply(house, business=business).changes
    assert [line.split(": ")[:2] for line in changes] == [
        ["~ business shop", "details.legal_name"],
        ["~ business shop", "intended_use.high"],
        ["~ business shop", "name"],
        ["~ client web", "metadata.client_name"],
        ["~ client web", "metadata.policy_uri"],
        ["~ client app", "metadata.client_name"],
    ]
    assert changes[1].startswith("~ business shop: intended_use.high: (none) -> {'")
    assert changes[4] == "~ client web: metadata.policy_uri: 'https://shop.example/policy' -> (none)"


def test_a_file_verifies_a_business_and_lifts_no_suspension_and_forgets_no_new_name(house: House) -> None:
    """Who allowed it something under its former name is asked again: applying its file decides nothing for them."""
    apply(house)
    with house.services.database.write() as db:
        row = parties.find_business(db, "shop")
        assert row is not None
        itself = replace(row, verified=False, standing=Standing.DISABLED, identity_changed_at=house.clock.now)
        parties.write_business(db, itself, house.clock.now, new=False)
    assert apply(house).changes == ("~ business shop: verified: False -> True",)
    business = client_of(house, "web").business
    assert (business.standing, business.identity_changed_at) == (Standing.DISABLED, house.clock.now)


def test_an_operator_may_choose_a_security_profile(house: House) -> None:
    (client,) = file(house, clients=[{**RAW["clients"][0], "security_profile": "strict"}]).clients
    assert client.metadata["security_profile"] == "strict"


def test_a_client_the_file_no_longer_has_is_disabled_and_comes_back_only_by_name(house: House) -> None:
    other = add_client(house)
    apply(house)
    assert apply(house, clients=RAW["clients"][:1]).changes == ("~ client app: standing: 'active' -> 'disabled'",)
    assert apply(house, clients=RAW["clients"][:1]) == Applied(())  # it is not to be enabled: the file does not want it
    assert client_of(house, "app").standing is Standing.DISABLED
    assert apply(house).changes == ()
    assert businesses.set_client_standing(house.services, "app", Standing.ACTIVE, house.clock.now)
    assert client_of(house, "app").standing is Standing.ACTIVE
    assert client_of(house, other).standing is Standing.ACTIVE


def test_a_given_secret_replaces_the_stored_one_and_given_again_changes_nothing(house: House) -> None:
    apply(house)
    assert apply(house, {"web": SECRET}).changes == ("~ client web: secret changed",)
    assert stored(house, "web").secrets == [[digest(SECRET).hex(), None]]
    assert apply(house, {"web": SECRET}).changes == ()


def test_a_short_secret_and_a_client_of_somebody_else_are_told_together(house: House) -> None:
    apply(house)
    other = {**RAW["business"], "id": "other"}
    more = [{"client_id": "new", "redirect_uris": ["https://shop.example/cb"]}]
    with pytest.raises(Problems) as refused:
        apply(house, {"new": "short"}, business=other, clients=RAW["clients"] + more)
    assert refused.value.found == (
        ("web", "belongs to business shop"),
        ("app", "belongs to business shop"),
        ("new", "its secret must have at least 22 characters"),
    )
    with house.services.database.read() as db:
        assert parties.find_business(db, "other") is None


def test_a_rotated_secret_works_beside_the_old_until_the_overlap_ends(house: House) -> None:
    apply(house, {"web": SECRET})
    new = businesses.rotate_secret(house.services, "web", 3600, house.clock.now)
    assert new is not None
    until = int(house.clock.now.timestamp()) + 3600
    assert stored(house, "web").secrets == [[digest(new).hex(), None], [digest(SECRET).hex(), until]]
    assert apply(house, {"web": new}).changes == ()
    newer = businesses.rotate_secret(house.services, "web", 0, house.clock.now)
    assert newer is not None
    assert stored(house, "web").secrets == [[digest(newer).hex(), None]]


def test_a_secret_that_is_rotated_again_takes_from_the_one_in_use_no_moment_it_was_promised(house: House) -> None:
    """Who lost the new one makes another: the client has neither yet."""
    apply(house, {"web": SECRET})

    def rotate(overlap_s: int) -> str:
        return businesses.rotate_secret(house.services, "web", overlap_s, house.clock.now) or ""

    def working(*secrets: str) -> list[bool]:
        client = client_of(house, "web")
        return [client.accepts_secret(digest(secret), house.clock.now) for secret in secrets]

    lost = rotate(3600)
    house.clock.move(seconds=10)
    new = rotate(3600)
    assert working(SECRET, lost, new) == [True] * 3
    house.clock.move(seconds=3589)
    assert working(SECRET, lost, new) == [True] * 3
    house.clock.move(seconds=1)
    assert working(SECRET, lost, new) == [False, True, True]
    newest = rotate(5)
    assert len(stored(house, "web").secrets) == 3
    house.clock.move(seconds=5)
    assert working(lost, new, newest) == [False, False, True]
    newest = rotate(0)
    assert stored(house, "web").secrets == [[digest(newest).hex(), None]]


def test_a_file_that_several_apply_at_once_makes_one_secret(house: House) -> None:
    gate = Barrier(4, timeout=20)

    def one(_: int) -> Applied:
        gate.wait()
        return apply(house)

    with ThreadPoolExecutor(4) as operators:
        done = list(operators.map(one, range(4)))
    made = [applied.new_secrets["web"] for applied in done if applied.new_secrets]
    assert [[digest(secret).hex(), None] for secret in made] == stored(house, "web").secrets
    assert sorted(len(applied.changes) for applied in done) == [0, 0, 0, 3]


def test_a_client_without_a_secret_has_none_to_rotate(house: House) -> None:
    apply(house)
    assert businesses.rotate_secret(house.services, "app", 3600, house.clock.now) is None
    assert businesses.rotate_secret(house.services, "nobody", 3600, house.clock.now) is None


def test_nobody_by_that_name_is_told(house: House) -> None:
    assert not businesses.set_client_standing(house.services, "nobody", Standing.DISABLED, house.clock.now)
    assert not services_of_clients.revoke_initial_access_token(house.services, "nothing", house.clock.now)
