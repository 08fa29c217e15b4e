from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.domain.claims import CATALOGUE
from app.domain.derived import with_derived, with_derived_names

EARLIER, LATER = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)


@dataclass
class Kept:
    value: Any
    updated_at: datetime = EARLIER
    verified_at: datetime | None = None


def test_a_flag_says_whether_its_value_was_proved() -> None:
    facts = {"email": Kept("nora@canary.example", verified_at=EARLIER), "phone_number": Kept("+31612345678")}
    values = with_derived(facts, CATALOGUE.keys())
    assert values["email_verified"] is True
    assert values["phone_number_verified"] is False


def test_a_flag_without_a_value_does_not_exist() -> None:
    assert set(with_derived({"name": Kept("Nora")}, CATALOGUE.keys())) == {"name", "updated_at"}


def test_the_time_of_change_is_that_of_the_latest_fact() -> None:
    facts = {"name": Kept("Nora"), "nickname": Kept("Noor", updated_at=LATER)}
    assert with_derived(facts, {"updated_at"}) == {"updated_at": int(LATER.timestamp())}
    assert with_derived({}, {"updated_at"}) == {}


def test_only_what_is_wanted_is_computed() -> None:
    facts = {"email": Kept("nora@canary.example"), "name": Kept("Nora")}
    assert with_derived(facts, {"name"}) == {"name": "Nora"}


def test_names_and_values_agree_on_what_is_held() -> None:
    for held in ({"email"}, {"phone_number", "name"}, set[str]()):
        facts = {name: Kept("x") for name in held}
        assert with_derived_names(held) == with_derived(facts, CATALOGUE.keys()).keys()
