"""Rotation as clients and nodes live through it: caches on one side, a cached ring on the other."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import delete

from app.crypto.keyring import NoKey
from app.services import keys
from app.services.key_ring import Keys
from app.storage.tables.upkeep import signing_keys
from tests.factories import add_client
from tests.servers.house import House

STEP = timedelta(seconds=30)


@pytest.fixture
def node(house: House) -> Callable[[], Keys]:
    """Another server on the same database, which has read nothing yet."""
    return lambda: Keys(house.services.database, house.services.secrets)


def rotate(house: House, *algorithms: str, at_once: bool = False) -> list[str]:
    services = house.services
    return keys.rotate(services, algorithms, house.clock.now, at_once=at_once)


def signer(house: House, alg: str = "RS256") -> str:
    return house.services.keys.ring(house.clock.now).signer(alg, house.clock.now).kid


def published(house: House) -> set[str]:
    now = house.clock.now
    return {key["kid"] for key in house.services.keys.ring(now).jwks(now)["keys"]}


def test_servers_that_start_at_once_on_an_empty_database_make_each_key_once(house: House) -> None:
    with house.services.database.write() as db:
        db.execute(delete(signing_keys))
    ready = Barrier(3)

    def start(_number: int) -> list[str]:
        ready.wait(10)
        return keys.create_missing(house.services, house.clock.now)

    with ThreadPoolExecutor(3) as threads:
        made = [kid for each in threads.map(start, range(3)) for kid in each]
    assert len(made) == len(keys.kept(house.services.settings))


def test_a_client_with_a_cached_jwks_never_meets_a_token_it_cannot_verify(house: House) -> None:
    max_age = timedelta(seconds=house.services.settings.keys.jwks_max_age_s)
    longest = timedelta(seconds=house.services.settings.tokens.id_token_s)
    seen: list[tuple[datetime, set[str], str]] = []
    for step in range(60):
        if step == 20:
            rotate(house, "RS256")
        seen.append((house.clock.now, published(house), signer(house)))
        house.clock.now += STEP
    assert len({kid for _, _, kid in seen}) == 2, "the new key took over within the time looked at"
    for signed_at, _, kid in seen:
        for fetched_at, jwks, _ in seen:
            in_cache = signed_at - max_age <= fetched_at <= signed_at
            fetched_later = signed_at <= fetched_at <= signed_at + longest
            assert kid in jwks or not (in_cache or fetched_later), (kid, signed_at, fetched_at)


def test_the_old_key_verifies_through_the_overlap_and_not_after(house: House) -> None:
    old = signer(house)
    (new,) = rotate(house, "RS256")
    assert signer(house) == old
    settings = house.services.settings
    house.clock.move(seconds=settings.keys.jwks_max_age_s + 60)
    assert signer(house) == new
    assert old in published(house)
    rotate(house, "RS256")  # ends the key of now, and the one before no later
    house.clock.move(seconds=settings.tokens.access_token_s + 59)
    assert old in published(house)
    house.clock.move(seconds=1)
    assert old not in published(house)


def test_every_algorithm_is_renewed_and_eddsa_once_a_client_has_it_signed_with(house: House) -> None:
    services = house.services
    add_client(house, token_endpoint_auth_signing_alg="EdDSA", id_token_signed_response_alg="ES256")
    assert keys.usual(services) == ("A256GCM", "RS256", "ES256", "PS256")
    add_client(house, userinfo_signed_response_alg="EdDSA")
    assert keys.usual(services) == ("A256GCM", "RS256", "ES256", "PS256", "EdDSA")


def test_only_the_algorithms_named_are_rotated(house: House) -> None:
    before = signer(house, "ES256")
    rotate(house, "RS256")
    house.clock.move(hours=1)
    assert signer(house, "ES256") == before


def test_rotated_again_before_it_signed_a_key_still_hands_over_to_a_newer_one(house: House) -> None:
    old = signer(house)
    (second,) = rotate(house, "RS256")
    house.clock.move(seconds=10)
    (third,) = rotate(house, "RS256")
    kids = []
    for _ in range(40):
        kids.append(signer(house))
        assert kids[-1] in published(house)
        house.clock.move(seconds=30)
    assert list(dict.fromkeys(kids)) in ([old, second, third], [old, third])


def test_a_key_that_waits_to_sign_never_does_once_another_signs_at_once(house: House) -> None:
    """Whatever leaked, it leaked too. It would take over from the new key, and end before what it signed."""
    waiting = rotate(house, "RS256") + rotate(house, "RS256")
    house.clock.move(seconds=10)
    (fresh,) = rotate(house, "RS256", at_once=True)
    house.clock.move(seconds=6)
    assert not published(house) & set(waiting)
    kids = set()
    for _ in range(40):
        kids.add(signer(house))
        house.clock.move(seconds=30)
    assert kids == {fresh}


def test_another_node_notices_a_rotation_within_seconds(house: House, node: Callable[[], Keys]) -> None:
    other = node()
    first = other.ring(house.clock.now)
    house.clock.move(days=30)
    assert other.ring(house.clock.now) is first  # which took unwrapping every key
    (new,) = rotate(house, "RS256", at_once=True)
    house.clock.move(seconds=6)
    assert other.ring(house.clock.now).signer("RS256", house.clock.now).kid == new


def test_a_removed_key_is_refused_within_seconds_on_every_node(house: House, node: Callable[[], Keys]) -> None:
    other, old = node(), signer(house)
    other.ring(house.clock.now)
    assert keys.remove(house.services, old, house.clock.now)
    house.clock.move(seconds=6)
    for ring in (other.ring(house.clock.now), house.services.keys.ring(house.clock.now)):
        assert old not in {key["kid"] for key in ring.jwks(house.clock.now)["keys"]}
        with pytest.raises(NoKey):
            ring.signer("RS256", house.clock.now)


def test_after_a_removal_a_key_that_signs_at_once_is_made_though_another_waits(house: House) -> None:
    services, old = house.services, signer(house)
    (waiting,) = rotate(house, "RS256")
    keys.remove(services, old, house.clock.now)
    (fresh,) = keys.create_missing(services, house.clock.now)
    house.clock.move(seconds=6)
    assert signer(house) == fresh
    assert waiting in published(house)


def test_a_key_past_its_end_is_none_when_the_one_after_it_is_removed(house: House) -> None:
    (new,) = rotate(house, "RS256")
    house.clock.move(days=1)
    keys.remove(house.services, new, house.clock.now)
    (fresh,) = keys.create_missing(house.services, house.clock.now)
    house.clock.move(seconds=6)
    assert signer(house) == fresh


def test_what_a_sealing_key_sealed_opens_through_the_overlap_and_not_after_its_removal(house: House) -> None:
    services = house.services
    house.clock.move(days=30)
    sealed = services.keys.sealer(house.clock.now).seal("code", {"grant": "g"})
    before = services.keys.ring(house.clock.now).signer("A256GCM", house.clock.now).kid
    rotate(house, "A256GCM", at_once=True)
    house.clock.move(seconds=6)
    sealer = services.keys.sealer(house.clock.now)
    opened = sealer.open("code", sealed)
    assert opened is not None
    assert opened["grant"] == "g"
    assert services.keys.ring(house.clock.now).signer("A256GCM", house.clock.now).kid != before
    keys.remove(services, before, house.clock.now)
    house.clock.move(seconds=6)
    assert services.keys.sealer(house.clock.now).open("code", sealed) is None


def test_nothing_is_made_where_everything_is(house: House) -> None:
    services = house.services
    assert keys.create_missing(services, house.clock.now) == []


def test_a_key_that_is_not_there_cannot_be_removed(house: House) -> None:
    assert not keys.remove(house.services, "nothing", house.clock.now)
