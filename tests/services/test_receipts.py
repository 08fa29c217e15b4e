import json
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import KeySet
from sqlalchemy import update

from app.domain.claims import CATALOGUE, Kind
from app.domain.errors import Refusal
from app.domain.grants import Act, EndReason
from app.domain.levels import Level
from app.services import authorization_requests, consents, endings, keys, pausing, personas, receipt_reading
from app.services.receipt_reading import Receipt
from app.services.receipts import TYP, receipt_digest
from app.storage import clients as client_rows
from app.storage import keys as key_rows
from app.storage.tables.grants import grant_versions
from app.storage.tables.parties import businesses
from tests.factories import FACTS, INTENDED_USE, Shopper, add_business, add_client, add_person, client_of
from tests.servers.house import House
from tests.services.deciding import NOTICE, history, picker

LOW, MEDIUM, HIGH = Level.LOW, Level.MEDIUM, Level.HIGH


@pytest.fixture
def house(shared_house: House) -> House:
    return shared_house


@pytest.fixture
def shop(house: House) -> str:
    return add_client(house)


def read(house: House, person: Shopper, grant_id: str, version: int) -> Receipt:
    receipt = receipt_reading.of_version(house.services, person.id, grant_id, version)
    assert receipt is not None
    return receipt


def verified_elsewhere(house: House, signed: str) -> dict[str, Any]:
    """What anybody learns of a receipt with a JOSE library and our archive of public keys."""
    archive = KeySet.import_key_set(json.loads(json.dumps(receipt_reading.archive(house.services))))
    found = jws.deserialize_compact(signed, archive, algorithms=["ES256", "RS256"])
    assert found.headers()["typ"] == TYP
    claims: dict[str, Any] = json.loads(found.payload)
    return claims


def test_every_decision_leaves_one_receipt_and_a_refusal_leaves_none(house: House, nora: Shopper, shop: str) -> None:
    asking = picker(house, nora, shop)
    assert authorization_requests.refuse(house.services, asking.stored, nora.id, house.clock.now)
    assert receipt_reading.of_person(house.services, nora.id) == []
    grant = picker(house, nora, shop).share(HIGH)
    consents.step_down(house.services, grant.id, nora.id, LOW, NOTICE, house.clock.now)
    consents.stop(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    acts = [(listed.act, listed.version) for listed in receipt_reading.of_person(house.services, nora.id)]
    assert acts == [(Act.WITHDRAW, 3), (Act.CHANGE, 2), (Act.GIVE, 1)]


def test_a_failed_decision_leaves_no_receipt(house: House, nora: Shopper, shop: str) -> None:
    asking = picker(house, nora, shop)
    choice = asking.choice(LOW)
    asking.take(choice)
    with pytest.raises(Refusal):
        asking.take(choice)
    assert len(receipt_reading.of_person(house.services, nora.id)) == 1


def test_a_receipt_says_what_was_agreed_in_the_terms_of_the_standard(house: House, nora: Shopper, shop: str) -> None:
    legal = {"legal_name": "Shop B.V.", "privacy_contact": "privacy@shop.example"}
    with house.services.database.write() as db:
        db.execute(
            update(businesses).values(details=legal).where(businesses.c.id == client_of(house, shop).business.id)
        )
    grant = picker(house, nora, shop).share(HIGH, "birthdate")
    record = read(house, nora, grant.id, 1).record
    assert record["iss"] == house.services.settings.issuer
    assert record["schema_version"] == "ISO/IEC TS 27560:2023"
    assert record["pii_principal_id"] == grant.sub
    assert (record["grant_id"], record["grant_version"]) == (grant.id, 1)
    assert record["event"]["event_state"] == "https://w3id.org/dpv#ConsentGiven"
    assert {"event_time", "validity_duration", "entity_id", "event_type", "event_state"} <= record["event"].keys()
    assert record["event"]["validity_duration"] == "P6M"
    processing = record["processing"]
    mandatory = {"privacy_notice", "language", "purposes", "pii_information", "pii_controllers", "storage_locations",
                 "retention_period", "jurisdiction", "recipient_third_parties", "withdrawal_method"}  # fmt: skip
    assert mandatory <= processing.keys()
    (controller,) = processing["pii_controllers"]
    assert (controller["name"], controller["contact"]) == ("Shop B.V.", "privacy@shop.example")
    assert {item["purpose"] for item in processing["purposes"]} == {
        "account", "service", "delivery", "payment", "loyalty",
    }  # fmt: skip
    assert all(item["dpv"].startswith("https://w3id.org/dpv") for item in processing["purposes"])
    by_claim = {item["pii_type"]: item for item in processing["pii_information"]}
    assert set(by_claim) == {"email", "address", "birthdate"}
    assert by_claim["address"]["lawful_basis"].endswith("A6-1-b")
    assert by_claim["birthdate"]["lawful_basis"].endswith("A6-1-a")
    assert by_claim["birthdate"]["retention_until"] == int(grant.ends_at.timestamp())
    assert by_claim["address"]["retention_period"] == "P6M", "declared for a year, and the grant ends before"
    assert grant.collection is not None
    consent = {"lawful_basis": "https://w3id.org/dpv/legal/eu/gdpr#A6-1-a"}
    assert processing["authorization_details"] == [grant.collection.as_detail() | consent]
    assert (processing["retention_period"], processing["level"]) == ("P6M", "high")
    assert processing["notice_sha256"] == sha256(NOTICE.text.encode()).hexdigest()
    assert processing["withdrawal_method"].endswith(f"/sharing/{grant.id}")


def test_a_receipt_of_a_change_says_what_is_shared_with_whom_from_now_on_and_until_when(
    house: House, nora: Shopper, shop: str
) -> None:
    business = client_of(house, shop).business
    details = {"privacy_policy_uri": "https://shop.example/privacy", "country": "NL"}
    with house.services.database.write() as db:
        db.execute(update(businesses).values(details=details).where(businesses.c.id == business.id))
    grant = picker(house, nora, shop).share(MEDIUM)
    consents.step_down(house.services, grant.id, nora.id, LOW, NOTICE, house.clock.now)
    record = read(house, nora, grant.id, 2).record
    assert record["event"] == {
        "event_type": "change",
        "event_state": "https://w3id.org/dpv#RenewedConsentGiven",
        "event_time": house.clock.now.isoformat(timespec="seconds"),
        "validity_duration": "P1Y",
        "validity_until": int(grant.ends_at.timestamp()),
        "entity_id": grant.sub,
    }
    assert record["processing"] == {
        "level": "low",
        "privacy_notice": "https://shop.example/privacy",
        "notice_sha256": NOTICE.text_digest,
        "language": "en",
        "purposes": [
            {"purpose": "account", "version": 1, "dpv": "https://w3id.org/dpv#AccountManagement"},
            {"purpose": "service", "version": 1, "dpv": "https://w3id.org/dpv#ServiceProvision"},
        ],
        "pii_information": [
            {
                "pii_type": "email",
                "pii_category": "https://w3id.org/dpv/pd#EmailAddress",
                "purposes": ["account", "service"],
                "lawful_basis": "https://w3id.org/dpv/legal/eu/gdpr#A6-1-a",
                "retention_period": "P1Y",
                "retention_until": int(grant.ends_at.timestamp()),
            }
        ],
        "authorization_details": [],
        "pii_controllers": [
            {
                "id": business.id,
                "name": "Shop",
                "contact": None,
                "address": "https://shop.example",
                "type": "https://w3id.org/dpv#DataController",
            }
        ],
        "storage_locations": ["NL"],
        "retention_period": "P1Y",
        "jurisdiction": "EU",
        "recipient_third_parties": [],
        "withdrawal_method": f"http://localhost:8000/sharing/{grant.id}",
    }


def test_what_was_given_for_a_purpose_the_operator_has_no_more_is_stopped_with_a_receipt_all_the_same(
    house: House, nora: Shopper, shop: str
) -> None:
    grant, policy = picker(house, nora, shop).share(LOW), house.services.policy
    fewer = replace(policy, purposes={name: each for name, each in policy.purposes.items() if name != "service"})
    services = replace(house.services, policy=fewer)
    consents.stop(services, grant.id, nora.id, NOTICE, house.clock.now)
    _, service = read(house, nora, grant.id, 2).record["processing"]["purposes"]
    assert service == {"purpose": "service", "version": 1, "dpv": None}


def test_no_receipt_holds_a_value(house: House, nora: Shopper, shop: str) -> None:
    grant = picker(house, nora, shop).share(HIGH, "birthdate", "name", "phone_number")
    consents.stop(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    said = json.dumps([read(house, nora, grant.id, version).record for version in (1, 2)])
    values = [nora.email, FACTS["name"], FACTS["birthdate"], FACTS["phone_number"], *FACTS["address"].values()]
    assert [value for value in values if len(value) > 2 and value in said] == []


def test_each_receipt_carries_the_digest_of_the_one_before(house: House, nora: Shopper, shop: str) -> None:
    first = picker(house, nora, shop).share(HIGH)
    consents.step_down(house.services, first.id, nora.id, LOW, NOTICE, house.clock.now)
    second = picker(house, nora, shop, grant_action="create").share(LOW)
    consents.stop(house.services, second.id, nora.id, NOTICE, house.clock.now)
    chain = [
        read(house, nora, *at) for at in ((first.id, 1), (first.id, 2), (first.id, 3), (second.id, 1), (second.id, 2))
    ]
    assert [receipt.record["previous_receipt"] for receipt in chain] == [
        None, *(receipt_digest(receipt.signed) for receipt in chain[:-1]),
    ]  # fmt: skip
    assert [receipt.before for receipt in chain[1:]] == [(first.id, 1), (first.id, 2), (first.id, 3), (second.id, 1)]


def test_a_clock_that_goes_back_forks_no_chain(house: House, nora: Shopper, shop: str) -> None:
    house.clock.move(hours=1)
    grant = picker(house, nora, shop).share(MEDIUM)
    house.clock.move(hours=-1)
    consents.step_down(house.services, grant.id, nora.id, LOW, NOTICE, house.clock.now)
    consents.stop(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    assert read(house, nora, grant.id, 3).before == (grant.id, 2)


def test_no_receipt_ties_two_personas_together(house: House, nora: Shopper, shop: str) -> None:
    work = personas.add(house.services, nora.id, "Work", "clay", house.clock.now)
    mine = picker(house, nora, shop).share(LOW)
    works = picker(house, nora, shop, persona_id=work).share(LOW)
    receipt = read(house, nora, works.id, 1)
    assert receipt.record["previous_receipt"] is None
    said = json.dumps(receipt.record)
    assert [word for word in (nora.id, mine.sub, mine.id, work, nora.persona_id) if word in said] == []


def test_two_clients_of_one_business_share_one_chain(house: House, nora: Shopper) -> None:
    business = add_business(house)
    web, app = add_client(house, business_id=business), add_client(house, business_id=business)
    first, second = picker(house, nora, web).share(LOW), picker(house, nora, app).share(LOW)
    assert first.sub == second.sub
    assert read(house, nora, second.id, 1).before == (first.id, 1)


def test_a_receipt_of_an_end_says_who_ended_it(house: House, nora: Shopper, shop: str) -> None:
    states = {
        EndReason.WITHDRAWN: "ConsentWithdrawn",
        EndReason.REVOKED_BY_CLIENT: "ConsentRevoked",
        EndReason.EXPIRED: "ConsentExpired",
    }
    for reason, state in states.items():
        grant = picker(house, nora, shop).share(LOW)
        with house.services.database.write() as db:
            client = client_rows.find(db, house.services.policy, shop)
            assert client is not None
            endings.end(house.services, db, grant, client, reason, NOTICE, house.clock.now)
        event = read(house, nora, grant.id, 2).record["event"]
        assert event["event_state"] == f"https://w3id.org/dpv#{state}"
        assert event["end_reason"] == reason.value
        assert event["validity_duration"] == "P0D"
        assert event["validity_until"] == int(house.clock.now.timestamp())


def test_what_ran_out_while_it_was_paused_ended_on_its_day_and_is_asked_to_be_erased_when_that_was_asked(
    house: House, nora: Shopper, shop: str
) -> None:
    grant = picker(house, nora, shop).share(HIGH)
    pausing.pause(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    house.clock.now = grant.ends_at + timedelta(hours=1)
    picker(house, nora, shop).share(LOW)
    records = [read(house, nora, grant.id, version).record for version in (3, 4)]
    events = [record["event"] for record in records]
    assert [event["event_type"] for event in events] == [Act.EXPIRE.value, Act.ERASE.value]
    assert {event["event_state"] for event in events} == {"https://w3id.org/dpv#ConsentExpired"}
    assert [event["event_time"] for event in events] == [
        moment.isoformat(timespec="seconds") for moment in (grant.ends_at, house.clock.now)
    ]
    assert not any("restriction" in record["processing"] for record in records)


def test_a_receipt_verifies_with_the_archive_after_its_key_was_rotated_and_removed(
    house: House, nora: Shopper, shop: str
) -> None:
    grant = picker(house, nora, shop).share(MEDIUM)
    signed = read(house, nora, grant.id, 1).signed
    kid = read(house, nora, grant.id, 1).key_id
    services, now = house.services, house.clock.now
    for _ in range(3):
        keys.rotate(services, ("ES256",), now, at_once=True)
    with services.database.write() as db:
        assert key_rows.remove(db, kid, now)
    services.keys.forget()
    later = now + timedelta(days=1)
    assert kid not in {key["kid"] for key in services.keys.ring(later).jwks(later)["keys"]}
    assert verified_elsewhere(house, signed)["record_id"] == read(house, nora, grant.id, 1).record["record_id"]
    assert read(house, nora, grant.id, 1).holds
    newer = picker(house, nora, shop, grant_action="merge").share(HIGH)
    assert read(house, nora, newer.id, 2).key_id != kid
    assert read(house, nora, newer.id, 2).record["previous_receipt"] == receipt_digest(signed)


def test_an_archive_of_many_keys_still_finds_the_right_one(house: House, nora: Shopper, shop: str) -> None:
    grant = picker(house, nora, shop).share(LOW)
    services = house.services
    for _ in range(25):
        keys.rotate(services, ("ES256",), house.clock.now, at_once=True)
    services.keys.forget()
    assert read(house, nora, grant.id, 1).holds


def test_a_receipt_that_was_touched_does_not_hold(house: House, nora: Shopper, shop: str) -> None:
    grant = picker(house, nora, shop).share(LOW)
    (version,) = history(house, grant.id)
    head, payload, signature = version.receipt.split(".")
    for touched in (f"{head}.{payload[:-2]}AA.{signature}", f"{head}.{payload}.{signature[:-4]}AAAA", "nonsense"):
        with house.services.database.write() as db:
            row = grant_versions.c.receipt_id == version.receipt_id
            db.execute(update(grant_versions).where(row).values(receipt=touched))
        assert not read(house, nora, grant.id, 1).holds


def test_the_longest_receipt_there_can_be_verifies(house: House) -> None:
    texts = {name: "Nora" for name, claim in CATALOGUE.items() if claim.kind is Kind.TEXT and not claim.derived}
    account = {"method": "ideal", "iban": "NL91ABNA0417164300", "holder": "Nora"}
    everybody = add_person(house, **{**texts, "email": "long@canary.example"}, payment_account=account)
    rules = {level.word: rule for level, rule in house.services.policy.rules.items()}
    use = {
        word: {
            **INTENDED_USE[word],
            "purposes": sorted(rules[word].purposes),
            "required": sorted(rules[word].claims),
            "optional": [],
        }
        for word in rules
    }
    asking = picker(house, everybody, add_client(house, intended_use=use))
    grant = asking.share(HIGH)
    assert grant.claims == CATALOGUE.keys()
    receipt = read(house, everybody, grant.id, 1)
    assert receipt.holds
    assert len(verified_elsewhere(house, receipt.signed)["processing"]["pii_information"]) == len(CATALOGUE)


def test_nobody_reads_the_receipt_of_somebody_else(house: House, nora: Shopper, shop: str) -> None:
    grant = picker(house, nora, shop).share(LOW)
    assert receipt_reading.of_version(house.services, add_person(house).id, grant.id, 1) is None
    assert receipt_reading.of_version(house.services, nora.id, grant.id, 2) is None
    assert receipt_reading.of_version(house.services, nora.id, "0" * 32, 1) is None
