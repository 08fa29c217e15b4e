from dataclasses import replace
from typing import Any

import pytest

from app.domain.collection import Collection
from app.domain.errors import Problems
from app.domain.intended_use import Ground, Need
from app.domain.intended_use_file import LONGEST_BENEFIT, read_as_far_as_allowed, read_intended_use
from app.domain.levels import Level, Policy
from app.domain.retention import Period
from tests.domain.agreements import COLLECTION, GONE, POLICY, USE, changed


def faults(raw: Any) -> list[str]:
    """What is wrong with it, a line each; it is an assertion that something is."""
    with pytest.raises(Problems) as raised:
        read_intended_use(raw, POLICY)
    return raised.value.lines()


def test_a_good_use_is_read_with_each_level_including_those_below() -> None:
    use = read_intended_use(USE, POLICY)
    assert use.declared
    assert set(use.levels) == set(Level)
    assert set(use.levels[Level.HIGH].claims) == {"email", "name", "address", "phone_number", "birthdate"}
    assert use.levels[Level.MEDIUM].purposes == {"account", "delivery", "invoicing"}
    assert use.levels[Level.LOW].benefit == {"nl": "Inloggen", "en": "Log in"}


def test_a_claim_takes_the_terms_of_its_level_unless_it_has_its_own() -> None:
    claims = read_intended_use(USE, POLICY).levels[Level.MEDIUM].claims
    assert (claims["email"].need, claims["email"].ground, claims["email"].retention) == (
        Need.REQUIRED, Ground.CONTRACT, Period(12),
    )  # fmt: skip
    assert claims["phone_number"].need is Need.OPTIONAL
    assert (claims["address"].ground, claims["address"].retention) == (Ground.LEGAL_DUTY, Period(84))
    assert claims["address"].purposes == {"delivery", "invoicing"}


def test_the_permission_of_high_brings_its_purposes_along() -> None:
    high = read_intended_use(USE, POLICY).levels[Level.HIGH]
    assert high.collection == COLLECTION
    assert "marketing" in high.purposes


def test_low_alone_is_enough() -> None:
    use = read_intended_use({"low": USE["low"]}, POLICY)
    assert set(use.levels) == {Level.LOW}


def test_a_level_may_redeclare_a_claim_of_the_level_below() -> None:
    use = read_intended_use(changed(USE, "medium.required", ["address", "name"]), POLICY)
    assert use.levels[Level.LOW].claims["name"].need is Need.OPTIONAL
    assert use.levels[Level.MEDIUM].claims["name"].need is Need.REQUIRED


def test_a_redeclared_claim_keeps_serving_what_it_served_below() -> None:
    use = read_intended_use(changed(USE, "medium.required", ["address", "name"]), POLICY)
    assert use.levels[Level.LOW].claims["name"].purposes == {"account"}
    assert use.levels[Level.MEDIUM].claims["name"].purposes == {"account", "delivery"}


def test_a_level_asks_for_all_that_a_level_below_cannot_do_without() -> None:
    weaker = changed(USE, "medium.optional", ["email", "phone_number"])
    assert faults(weaker) == [
        "intended_use.medium.optional: 'email' is required at a level below, which this one contains"
    ]
    declared_before = read_as_far_as_allowed(weaker, POLICY).levels[Level.MEDIUM].claims["email"]
    assert declared_before.need is Need.REQUIRED


NO_PERIOD = "not an ISO 8601 period such as P6M, P1Y or P14D"
NO_GROUND = "must be consent, contract or legal_duty"
NO_TEXT = "text is missing"
NOT_PLAIN = "must be plain text of at most 300 characters"
UNKNOWN = "is not a known key"
NAMES = "must be a list of names"
PERMISSION = "high.omnichannel_collection"
FAULTS: list[tuple[str, Any, str, str]] = [
    ("low", GONE, "low", "is missing: low must always be enough to log in"),
    ("top", {}, "top", "is not a level: low, medium and high are the levels"),
    ("high", [], "high", "must be a table"),
    ("low.colour", "red", "low.colour", UNKNOWN),
    ("low.purposes", GONE, "low.purposes", NAMES),
    ("low.purposes", [], "low.purposes", "must name at least one purpose"),
    (
        "low.purposes",
        ["espionage"],
        "low.purposes",
        "'espionage' is not a purpose here; level low has account, service",
    ),
    ("low.purposes", ["marketing"], "low.purposes", "'marketing' is not allowed at level low"),
    ("low.purposes", ["account", "account"], "low.purposes", "'account' stands more than once"),
    ("low.required", "email", "low.required", NAMES),
    ("low.required", [7], "low.required", NAMES),
    ("low.required", ["shoe_size"], "low.required", "'shoe_size' is not a claim that exists here; level low has"),
    ("low.required", ["address"], "low.required", "'address' is above level low: it belongs to level medium"),
    ("low.optional", ["nickname"], "low.optional", "'nickname' is above level low: no level holds it"),
    ("low.optional", ["email"], "low.required", "'email' is also listed as optional"),
    ("low.retention", "P3Y", "low.retention", "P3Y is longer than the P2Y this level allows"),
    ("low.retention", GONE, "low.retention", NO_PERIOD),
    ("low.retention", 12, "low.retention", NO_PERIOD),
    ("low.ground", "habit", "low.ground", NO_GROUND),
    ("low.ground", GONE, "low.ground", NO_GROUND),
    ("low.ground", ["consent"], "low.ground", NO_GROUND),
    ("low.benefit", GONE, "low.benefit.en", NO_TEXT),
    ("low.benefit.nl", GONE, "low.benefit.nl", NO_TEXT),
    ("low.benefit.en", "  ", "low.benefit.en", NO_TEXT),
    ("low.benefit.en", 7, "low.benefit.en", NO_TEXT),
    ("low.benefit.fr", "Bien", "low.benefit.fr", UNKNOWN),
    ("low.benefit.en", "x" * (LONGEST_BENEFIT + 1), "low.benefit.en", NOT_PLAIN),
    ("low.benefit.en", "two\nlines", "low.benefit.en", NOT_PLAIN),
    ("medium.claims", [], "medium.claims", "must be a table with a table per claim"),
    ("medium.claims.email", {}, "medium.claims.email", "is neither required nor optional at this level"),
    (
        "medium.claims.email",
        {"retention": "P3Y"},
        "medium.claims.email.retention",
        "P3Y is longer than the P2Y this level allows",
    ),
    ("medium.claims.address", 7, "medium.claims.address", "must be a table"),
    ("medium.claims.address.need", "much", "medium.claims.address.need", UNKNOWN),
    (
        "medium.claims.address.purposes",
        ["loyalty"],
        "medium.claims.address.purposes",
        "'loyalty' is not allowed at level medium",
    ),
    (
        "medium.claims.address.retention",
        "P11Y",
        "medium.claims.address.retention",
        "P11Y is longer than the P10Y this level allows",
    ),
    (
        "medium.claims.phone_number",
        {"retention": "P3Y"},
        "medium.claims.phone_number.retention",
        "P3Y is longer than the P2Y this level allows",
    ),
    ("medium.claims.phone_number", {"ground": "habit"}, "medium.claims.phone_number.ground", NO_GROUND),
    (
        "medium.omnichannel_collection",
        {},
        "medium.omnichannel_collection",
        "is a permission of level high only",
    ),
    (PERMISSION, 7, PERMISSION, "must be a table"),
    (f"{PERMISSION}.purposes", GONE, f"{PERMISSION}.purposes", "must be a list with at least one name"),
    (f"{PERMISSION}.purposes", "loyalty", f"{PERMISSION}.purposes", "must be a list with at least one name"),
    (f"{PERMISSION}.channels", ["fax"], f"{PERMISSION}.channels", "'fax' is none of app, call_centre, store, web"),
    (f"{PERMISSION}.retention", "P7M", f"{PERMISSION}.retention", "P7M is longer than the P6M this level allows"),
]


@pytest.mark.parametrize(
    ("path", "value", "place", "sentence"), FAULTS, ids=[f"{path} is {str(value)[:20]!r}" for path, value, *_ in FAULTS]
)
def test_a_fault_is_told_with_its_place(path: str, value: Any, place: str, sentence: str) -> None:
    assert any(line.startswith(f"intended_use.{place}: {sentence}") for line in faults(changed(USE, path, value)))


def test_all_faults_are_told_at_once() -> None:
    assert len(faults({"top": {}, "medium": {}, "high": 7})) == 9
    permission = {"channels": ["fax", "telex"], "datatypes": ["dna"], "purposes": ["loyalty"], "retention": "P1Y"}
    assert len(faults(changed(USE, PERMISSION, permission))) == 4


def test_an_extra_may_have_purposes_of_its_own() -> None:
    own = read_intended_use(changed(USE, "low.claims", {"name": {"purposes": ["service"]}}), POLICY)
    assert own.levels[Level.LOW].claims["name"].purposes == {"service"}
    assert own.levels[Level.LOW].purposes == {"account", "service"}


def test_a_benefit_may_be_as_long_as_is_said() -> None:
    raw = changed(USE, "low.benefit.en", "x" * LONGEST_BENEFIT)
    assert read_intended_use(raw, POLICY).levels[Level.LOW].benefit["en"] == "x" * LONGEST_BENEFIT


def test_a_benefit_is_kept_without_the_space_around_it() -> None:
    raw = changed(USE, "low.benefit.en", "  Log in ")
    assert read_intended_use(raw, POLICY).levels[Level.LOW].benefit["en"] == "Log in"


def test_a_shorter_permission_is_read_as_it_is_declared() -> None:
    raw = changed(changed(USE, f"{PERMISSION}.channels", ["app"]), f"{PERMISSION}.retention", "P1M")
    assert read_intended_use(raw, POLICY).levels[Level.HIGH].collection == Collection(
        frozenset({"app"}), COLLECTION.datatypes, COLLECTION.purposes, Period(1)
    )


def narrower(level: Level, **rule: Any) -> Policy:
    """The operator's levels after this one was made narrower."""
    return replace(POLICY, rules={**POLICY.rules, level: replace(POLICY.rules[level], **rule)})


def test_what_was_declared_reads_the_same_while_the_levels_stay() -> None:
    assert read_as_far_as_allowed(USE, POLICY) == read_intended_use(USE, POLICY)


def test_a_claim_that_left_its_level_is_not_asked_there_any_more() -> None:
    fewer = narrower(Level.MEDIUM, claims=POLICY.rules[Level.MEDIUM].claims - {"address"})
    assert read_as_far_as_allowed(USE, fewer).levels[Level.MEDIUM].claims.keys() == {"email", "name", "phone_number"}


def test_a_shorter_term_of_the_level_is_the_longest_there_is() -> None:
    use = read_as_far_as_allowed(USE, narrower(Level.LOW, longest=Period(1)))
    assert {use.levels[Level.LOW].retention, use.levels[Level.LOW].claims["email"].retention} == {Period(1)}
    assert use.levels[Level.MEDIUM].claims["address"].retention == Period(84)


def test_what_has_no_purpose_left_is_not_asked() -> None:
    rule = POLICY.rules[Level.MEDIUM]
    medium = read_as_far_as_allowed(USE, narrower(Level.MEDIUM, purposes=rule.purposes - {"delivery"})).levels[
        Level.MEDIUM
    ]
    assert medium.claims.keys() == {"email", "name", "address"}
    assert medium.claims["address"].purposes == {"invoicing"}
    assert medium.purposes == {"account", "invoicing"}


def test_a_permission_is_cut_to_what_the_level_has() -> None:
    rule = POLICY.rules[Level.HIGH]
    cut = read_as_far_as_allowed(USE, narrower(Level.HIGH, longest=Period(1))).levels[Level.HIGH].collection
    assert cut == replace(COLLECTION, retention=Period(1))
    without = narrower(Level.HIGH, purposes=rule.purposes - COLLECTION.purposes)
    assert read_as_far_as_allowed(USE, without).levels[Level.HIGH].collection is None
    assert read_as_far_as_allowed(USE, narrower(Level.HIGH, collection=False)).levels[Level.HIGH].collection is None
