from collections.abc import Mapping
from dataclasses import replace

import pytest

from app.domain.claim_terms import ClaimTerms, claim_terms
from app.domain.grants import Grant
from app.domain.intended_use import Ground, IntendedUse
from app.domain.intended_use_file import read_intended_use
from app.domain.levels import Level
from app.domain.objection import PurposeUse, purposes_of
from app.domain.purposes import Purpose
from tests.domain.agreements import DECLARED, NOW, POLICY, USE, changed, grant, profile

LOW, MEDIUM, HIGH = Level.LOW, Level.MEDIUM, Level.HIGH
EVERYTHING = grant(HIGH, "name", "phone_number", "birthdate")
OWN = {level: profile(level) for level in Level}


def agreed(given: Grant, use: IntendedUse = DECLARED) -> Mapping[str, ClaimTerms]:
    return claim_terms(given.claims, use, POLICY, profile(given.level), given.given_at, given.ends_at)


def uses(given: Grant, use: IntendedUse = DECLARED, **changes: frozenset[str]) -> dict[str, PurposeUse]:
    own = {level: profile(level, **changes) for level in Level}
    return {each.id: each for each in purposes_of(given, agreed(given), use, POLICY, own, NOW)}


def test_the_purposes_of_a_grant_come_in_the_order_of_the_vocabulary() -> None:
    assert list(uses(EVERYTHING)) == ["account", "delivery", "invoicing", "loyalty", "marketing"]
    assert list(uses(grant(Level.LOW))) == ["account"]


@pytest.mark.parametrize(
    ("purpose", "fixed"),
    [
        ("account", Ground.CONTRACT),
        ("delivery", Ground.LEGAL_DUTY),
        ("invoicing", Ground.LEGAL_DUTY),
        ("loyalty", None),
        ("marketing", None),
    ],
)
def test_what_a_contract_or_the_law_needs_cannot_be_switched_off(purpose: str, fixed: Ground | None) -> None:
    assert uses(EVERYTHING)[purpose].fixed is fixed


def test_marketing_can_be_switched_off_and_still_says_its_ground() -> None:
    wanted = {"purposes": ["marketing"], "ground": "contract"}
    on_contract = read_intended_use(changed(USE, "high.claims", {"birthdate": wanted}), POLICY)
    given = grant(HIGH, "birthdate", use=on_contract)
    marketing = replace(POLICY.purposes["marketing"], dpv="https://w3id.org/dpv#Marketing")
    policy = replace(POLICY, purposes={**POLICY.purposes, "marketing": marketing})
    uses_of = purposes_of(given, agreed(given, on_contract), on_contract, policy, OWN, NOW)
    found = next(each for each in uses_of if each.id == "marketing")
    assert (found.ground, found.fixed) == (Ground.CONTRACT, None)
    assert uses(EVERYTHING)["marketing"].ground is Ground.CONSENT


def test_another_meaning_of_a_purpose_has_another_fingerprint() -> None:
    use = uses(EVERYTHING)["delivery"]
    phone = use.terms["phone_number"]
    others = [
        replace(use, terms={"address": use.terms["address"]}),
        replace(use, terms={**use.terms, "phone_number": replace(phone, ground=Ground.CONSENT)}),
        replace(use, terms={**use.terms, "phone_number": replace(phone, until=NOW)}),
        replace(use, collects_until=NOW),
        replace(use, ground=Ground.CONSENT),
    ]
    assert len({each.fingerprint for each in (use, *others)}) == 6
    assert replace(use, objected=True, only=frozenset()).fingerprint == use.fingerprint


def test_each_claim_that_serves_a_purpose_has_its_own_ground_and_day() -> None:
    terms = uses(EVERYTHING)["delivery"].terms
    assert (terms["address"].ground, terms["address"].until.year) == (Ground.LEGAL_DUTY, 2033)
    assert (terms["phone_number"].ground, terms["phone_number"].until) == (Ground.CONTRACT, EVERYTHING.ends_at)
    assert uses(EVERYTHING)["loyalty"].collects_until == EVERYTHING.ends_at


def test_a_duty_its_business_has_given_up_is_shown_as_what_is_left_of_it() -> None:
    claims = dict(DECLARED.levels[HIGH].claims)
    claims["address"] = replace(claims["address"], ground=Ground.CONTRACT)
    use = IntendedUse({HIGH: replace(DECLARED.levels[HIGH], claims=claims)}, declared=True)
    found = {each.id: each for each in purposes_of(EVERYTHING, agreed(EVERYTHING), use, POLICY, OWN, NOW)}
    address = found["delivery"].terms["address"]
    assert (address.ground, address.until) == (Ground.CONTRACT, EVERYTHING.ends_at)


def test_a_claim_without_terms_of_its_own_would_be_kept_no_longer_than_the_grant() -> None:
    (found,) = purposes_of(replace(grant(LOW), objected=frozenset({"account"})), {}, DECLARED, POLICY, OWN, NOW)
    email = found.terms["email"]
    assert (email.ground, email.until) == (Ground.CONTRACT, grant(LOW).ends_at)


def test_each_purpose_knows_the_claims_that_serve_it_and_those_that_serve_nothing_else() -> None:
    found = uses(EVERYTHING)
    assert found["delivery"].claims == {"address", "phone_number"}
    assert found["delivery"].only == {"phone_number"}
    assert found["invoicing"].claims == {"address"}
    assert found["loyalty"].only == {"birthdate"}
    assert (found["marketing"].claims, found["marketing"].collects_until) == (frozenset(), EVERYTHING.ends_at)
    assert [name for name, use in found.items() if use.collects_until] == ["loyalty", "marketing"]


def test_a_claim_that_is_declared_no_more_or_for_less_serves_what_is_left() -> None:
    claims = {name: each for name, each in DECLARED.levels[HIGH].claims.items() if name != "phone_number"}
    claims["address"] = replace(claims["address"], purposes=frozenset({"delivery"}))
    use = IntendedUse({HIGH: replace(DECLARED.levels[HIGH], claims=claims)}, declared=True)
    found = purposes_of(EVERYTHING, agreed(EVERYTHING), use, POLICY, OWN, NOW)
    assert {each.id: each.claims for each in found} == {
        "account": {"email", "name"}, "delivery": {"address"}, "invoicing": set(),
        "loyalty": {"birthdate"}, "marketing": set(),
    }  # fmt: skip


def test_a_purpose_objected_to_stays_in_the_list_with_what_it_would_bring_back() -> None:
    loyal = replace(EVERYTHING, objected=frozenset({"loyalty"}), purposes=EVERYTHING.purposes - {"loyalty@1"})
    found = uses(loyal)["loyalty"]
    assert (found.objected, found.only, found.collects_until) == (True, set(), loyal.ends_at)
    assert not uses(loyal)["marketing"].objected
    assert uses(replace(grant(HIGH), objected=frozenset({"loyalty"})))["loyalty"].claims == frozenset()


def test_a_claim_serves_nothing_else_when_its_other_purposes_are_objected_to_or_left_out() -> None:
    assert uses(replace(EVERYTHING, objected=frozenset({"invoicing"})))["delivery"].only == {"address", "phone_number"}
    fewer = replace(EVERYTHING, purposes=EVERYTHING.purposes - {"invoicing@1"})
    assert uses(fewer)["delivery"].only == {"address", "phone_number"}
    left_out = frozenset({"account", "delivery", "loyalty", "marketing"})
    assert uses(EVERYTHING, purposes=left_out)["delivery"].only == {"address", "phone_number"}


def test_an_objection_takes_nothing_that_still_goes_out_at_a_lower_level() -> None:
    low = replace(DECLARED.levels[LOW], purposes=frozenset({"account", "service"}))
    email = replace(low.claims["email"], purposes=frozenset({"account", "service"}))
    use = IntendedUse({LOW: replace(low, claims={"email": email}), MEDIUM: DECLARED.levels[MEDIUM]}, declared=True)
    given = replace(grant(MEDIUM), purposes=frozenset({"account@1", "service@1"}), claims=frozenset({"email"}))
    terms = {"email": replace(agreed(given)["email"], purposes=frozenset({"account", "service"}))}
    narrow = {**OWN, MEDIUM: profile(MEDIUM, purposes=frozenset({"service"}))}
    found = {each.id: each.only for each in purposes_of(given, terms, use, POLICY, narrow, NOW)}
    assert found["service"] == set(), "a login at low gets it for the account still"
    everywhere = {level: profile(level, purposes=frozenset({"service"})) for level in Level}
    found = {each.id: each.only for each in purposes_of(given, terms, use, POLICY, everywhere, NOW)}
    assert found["service"] == {"email"}


def test_an_objection_takes_nothing_that_does_not_go_out_anyway() -> None:
    assert uses(EVERYTHING, claims=frozenset({"email"}))["delivery"].only == set()


def test_a_purpose_no_claim_serves_stands_on_the_ground_of_the_lowest_level_that_names_it() -> None:
    nothing = replace(EVERYTHING, claims=frozenset(), collection=None)
    found = uses(nothing)
    assert {name: use.fixed for name, use in found.items()} == {
        "account": Ground.CONTRACT, "delivery": Ground.CONTRACT, "invoicing": Ground.CONTRACT,
        "loyalty": None, "marketing": None,
    }  # fmt: skip
    assert uses(nothing, IntendedUse({}, declared=True))["account"].fixed is None
    ordering = frozenset({"delivery@1"})
    at_medium, at_low = (replace(grant(level), claims=frozenset(), purposes=ordering) for level in (MEDIUM, LOW))
    assert uses(at_medium)["delivery"].fixed is Ground.CONTRACT
    assert uses(at_low)["delivery"].fixed is None  # only a level above it names the purpose


def test_what_the_permission_alone_is_for_can_be_switched_off_whatever_its_level_rests_on() -> None:
    use = IntendedUse({HIGH: replace(DECLARED.levels[HIGH], ground=Ground.CONTRACT)}, declared=True)
    loyalty = uses(grant(HIGH), use)["loyalty"]
    assert (loyalty.collects_until, loyalty.fixed) == (grant(HIGH).ends_at, None)


def test_marketing_can_be_switched_off_whatever_ground_a_business_names() -> None:
    law = replace(DECLARED.levels[Level.LOW].claims["email"], ground=Ground.LEGAL_DUTY)
    low = replace(DECLARED.levels[Level.LOW], claims={"email": law})
    use = IntendedUse({Level.LOW: low}, declared=True)
    marketing = Purpose("account", 1, {"nl": "reclame", "en": "advertising"}, "https://w3id.org/dpv#DirectMarketing")
    policy = replace(POLICY, purposes={**POLICY.purposes, "account": marketing})
    given = grant(Level.LOW)
    (found,) = purposes_of(given, agreed(given, use), use, policy, OWN, NOW)
    assert (found.fixed, found.only) == (None, {"email"})


def test_what_a_business_declares_since_neither_fixes_a_purpose_nor_keeps_a_claim_on_for_another() -> None:
    given = grant(Level.HIGH, "birthdate")
    claims = dict(DECLARED.levels[HIGH].claims)
    since = replace(claims["birthdate"], purposes=frozenset({"loyalty", "account"}), ground=Ground.CONTRACT)
    use = IntendedUse({HIGH: replace(DECLARED.levels[HIGH], claims={**claims, "birthdate": since})}, declared=True)
    found = uses(given, use)
    assert (found["loyalty"].fixed, found["loyalty"].only) == (None, {"birthdate"})
    assert "birthdate" not in found["account"].claims
    fresh = purposes_of(replace(given, objected=frozenset({"loyalty"})), {}, use, POLICY, OWN, NOW)
    assert {each.id: each.claims for each in fresh}["loyalty"] == {"birthdate"}, "it would serve that again"
    assert "birthdate" not in {each.id: each.claims for each in fresh}["account"]
    kept = {"birthdate": replace(agreed(given)["birthdate"], purposes=frozenset({"account"}))}
    both = purposes_of(replace(given, objected=frozenset({"loyalty"})), kept, use, POLICY, OWN, NOW)
    assert {each.id for each in both if "birthdate" in each.claims} == {"account", "loyalty"}
