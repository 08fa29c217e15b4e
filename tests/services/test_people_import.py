"""Accounts an operator makes: checked whole, made once, ready to sign in."""

from datetime import date
from typing import Any

import pytest

from app.crypto.passwords import PasswordHasher
from app.domain.errors import Problems
from app.services import addresses, people_import
from app.services.fact_values import Reason
from app.services.fact_values.clauses import CLAUSES
from app.services.people_import import Made
from app.storage import emails
from tests.servers.house import House

PASSWORD = "tuin kachel zwaluw 81"
KIM: dict[str, Any] = {"email": "kim@example.org", "password": PASSWORD, "given_name": "Kim"}

ADDRESS = {"street_address": "Oudegracht 158", "postal_code": "3511 AZ", "locality": "Utrecht", "country": "NL"}


def make(house: House, *records: Any) -> list[Made]:
    today = house.clock.now.date()
    return list(people_import.create(house.services, people_import.read(records, today), house.clock.now))


def has_password(house: House, email: str, password: str) -> bool:
    with house.services.database.read() as db:
        account = emails.account(db, addresses.index(house.services, email))
    assert account is not None
    return house.services.passwords.verify(account.password_hash or "", password)


def test_a_person_is_made_confirmed_and_can_sign_in(house: House) -> None:
    (made,) = make(house, KIM)
    assert (made.email, made.password) == ("kim@example.org", None)
    assert has_password(house, "kim@example.org", PASSWORD)


def test_who_has_the_parts_of_a_name_has_a_full_name_and_a_date_of_toml_is_a_date() -> None:
    parts = {**KIM, "middle_name": "Maria", "family_name": "de Wit", "birthdate": date(1990, 5, 4)}
    named = {**KIM, "email": "other@example.org", "name": "K. de Wit"}
    whole, own = people_import.read([parts, named], date(2026, 11, 30))
    assert (whole.facts["name"], whole.facts["birthdate"]) == ("Kim Maria de Wit", "1990-05-04")
    assert own.facts["name"] == "K. de Wit"


@pytest.mark.parametrize(
    ("country", "said"),
    [
        ("ZZ", ["country: must be a country, as two letters", "street_address: is missing", "locality: is missing"]),
        ("NL", ["postal_code: is missing", "street_address: is missing", "locality: is missing"]),
    ],
)
def test_of_an_address_that_is_a_country_alone_it_is_said_what_is_missing_and_whether_that_exists(
    country: str, said: list[str]
) -> None:
    with pytest.raises(Problems) as raised:
        people_import.read([{**KIM, "address": {"country": country}}], date(2026, 11, 30))
    assert raised.value.lines() == [f"record 1, address.{each}" for each in said]


def test_a_generated_password_is_handed_out_and_not_in_the_representation(house: House) -> None:
    (made,) = make(house, {"email": "kim@example.org"})
    assert made.password is not None
    assert has_password(house, "kim@example.org", made.password)
    assert made.password not in repr(made)
    assert "kim@example.org" not in repr(made)


def test_made_again_only_those_who_are_new_are_made(house: House) -> None:
    make(house, KIM)
    again = make(house, {**KIM, "password": "another one 12"}, {"email": "lou@example.org"})
    assert [account.person_id is None for account in again] == [True, False]
    assert has_password(house, "kim@example.org", PASSWORD)


def test_who_is_there_already_costs_no_hashing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    make(house, KIM)
    monkeypatch.setattr(
        PasswordHasher, "hash", lambda _self, _password: pytest.fail("most of the time an import takes")
    )
    assert make(house, KIM) == [Made(None, "kim@example.org")]


def test_who_takes_an_address_while_passwords_are_hashed_keeps_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def generated() -> str:
        monkeypatch.undo()
        make(house, KIM)
        return "another one 12"

    monkeypatch.setattr(people_import, "new_secret", generated)
    kim, lou = make(house, {"email": "kim@example.org"}, {"email": "lou@example.org"})
    assert (kim, lou.person_id is None) == (Made(None, "kim@example.org"), False)
    assert has_password(house, "kim@example.org", PASSWORD)


def test_more_people_than_fit_in_one_transaction_are_all_made_in_order(house: House) -> None:
    records = [{"email": f"p{number}@example.org", "password": PASSWORD} for number in range(60)]
    made = make(house, *records)
    assert [account.email for account in made] == [record["email"] for record in records]
    assert len({account.person_id for account in made}) == 60


def test_whoever_is_made_is_shown_before_the_next_are_begun(house: House) -> None:
    """A generated password is nowhere else: who stops an import halfway has those of everybody made."""
    records = people_import.read([{"email": f"p{number}@example.org"} for number in range(60)], house.clock.now.date())
    handed = people_import.create(house.services, records, house.clock.now)
    first = next(handed)
    handed.close()
    assert first.password is not None
    assert has_password(house, "p0@example.org", first.password)
    with house.services.database.read() as db:
        assert emails.holder(db, addresses.index(house.services, "p59@example.org")) is None


def test_every_reason_to_refuse_a_value_has_a_clause() -> None:
    assert CLAUSES.keys() == set(Reason)


@pytest.mark.parametrize(
    ("record", "line"),
    [
        ("kim@example.org", "record 1: must be a table"),
        ({}, "record 1, email: is missing"),
        ({"email": 5}, "record 1, email: must be a text"),
        ({"email": "kim"}, "record 1, email: must be an e-mail address, with one @"),
        ({**KIM, "shoe": 42}, "record 1, shoe: is not known"),
        ({**KIM, "email_verified": True}, "record 1, email_verified: is not known"),
        (
            {**KIM, "birthdate": "geheim"},
            "record 1, birthdate: must be a date that exists, such as 1980-05-04, or a year",
        ),
        ({**KIM, "language": "fr"}, "record 1, language: must be one of nl, en"),
        ({**KIM, "password": ""}, "record 1, password: must be a text of 1 to 1024 characters"),
        ({**KIM, "password": 12}, "record 1, password: must be a text of 1 to 1024 characters"),
        ({**KIM, "password": "x" * 1025}, "record 1, password: must be a text of 1 to 1024 characters"),
        ({**KIM, "address": None}, "record 1, address: is missing"),
        (
            {**KIM, "address": {**ADDRESS, "street_address": "Oudegracht 4111111111111111"}},
            "record 1, address.street_address: looks like the number of a payment card, which is never kept",
        ),
        (
            {**KIM, "payment_account": {"method": "ideal", "iban": "4111 1111 1111 1111", "holder": "K"}},
            "record 1, payment_account.iban: looks like the number of a payment card, which is never kept",
        ),
    ],
)
def test_a_fault_is_told_with_its_place_and_never_its_value(house: House, record: Any, line: str) -> None:
    with pytest.raises(Problems) as refused:
        make(house, record)
    assert refused.value.lines() == [line]


def test_the_longest_password_there_may_be_is_taken() -> None:
    (longest,) = people_import.read([{**KIM, "password": "x" * 1024}], date(2026, 11, 30))
    assert longest.password == "x" * 1024


def test_the_written_out_address_that_other_systems_export_is_left_for_our_own() -> None:
    exported = {**KIM, "address": {**ADDRESS, "formatted": "3511 AZ 158"}}
    (record,) = people_import.read([exported], date(2026, 11, 30))
    assert record.facts["address"]["formatted"] == "Oudegracht 158\n3511 AZ Utrecht\nNetherlands"


def test_a_wrong_name_that_stands_in_every_record_is_told_once(house: House) -> None:
    with pytest.raises(Problems) as refused:
        make(house, KIM, *({"email": f"p{number}@example.org", "shoe": 42} for number in range(3)))
    assert refused.value.lines() == ["record 2, shoe: is not known, and stands in 2 more"]


def test_one_address_stands_for_one_person(house: House) -> None:
    with pytest.raises(Problems) as refused:
        make(house, KIM, {**KIM, "email": "KIM@example.org"})
    assert refused.value.lines() == ["record 2, email: stands at record 1 too"]


def test_a_password_is_set_again_only_where_it_differs(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    make(house, KIM)
    people_import.set_password(house.services, "kim@example.org", "another one 12", house.clock.now)
    assert has_password(house, "kim@example.org", "another one 12")
    monkeypatch.setattr(PasswordHasher, "hash", lambda _self, _password: pytest.fail("it is that already"))
    people_import.set_password(house.services, "kim@example.org", "another one 12", house.clock.now)
    people_import.set_password(house.services, "nobody@example.org", PASSWORD, house.clock.now)
