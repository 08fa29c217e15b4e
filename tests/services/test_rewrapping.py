"""Moving to another key-encryption key."""

from dataclasses import replace
from types import MappingProxyType

from app.crypto.field_encryption import unwrap
from app.services import mail, rewrapping
from app.services.wiring import Services
from app.storage import person_keys
from tests.factories import add_person
from tests.servers.house import House


def moving(house: House) -> Services:
    """The services of a node that has a second key, which is current."""
    old = house.services.secrets
    both = MappingProxyType({**old.key_encryption, "k-second": bytes(32)})
    return replace(house.services, secrets=replace(old, key_encryption=both, current_key_encryption_id="k-second"))


def test_who_is_stopped_halfway_goes_on_and_at_the_end_the_key_before_is_not_used(house: House) -> None:
    first = house.services.secrets.current_key_encryption_id
    people = [add_person(house).id for _ in range(3)]
    with house.services.database.write() as db:
        mail.queue(
            house.services,
            db,
            "already",
            "kim@example.org",
            "en",
            house.clock.now,
            words={"sign_in": "x", "recover": "x"},
        )
    services = moving(house)
    label, count = next(iter(rewrapping.rewrap_all(services)))
    assert (label, count) == ("person key", 3)
    assert rewrapping.is_used(services, first), "the signing keys are still to be moved"
    assert [label for label, _ in rewrapping.rewrap_all(services)] == ["signing key", "mail"]
    assert not rewrapping.is_used(services, first)
    assert list(rewrapping.rewrap_all(services)) == []
    with services.database.read() as db:
        for person_id in people:
            unwrap(services.secrets, person_keys.wrapped(db, person_id), person_id)
    assert [letter.recipient for letter in mail.latest(services)] == ["kim@example.org"]


def test_nodes_that_still_wrap_with_the_key_before_are_moved_by_the_next_run(house: House) -> None:
    services = moving(house)
    list(rewrapping.rewrap_all(services))
    add_person(house)
    assert dict(rewrapping.rewrap_all(services))["person key"] == 1
