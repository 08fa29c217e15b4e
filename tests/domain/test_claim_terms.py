"""The terms of one claim, as declared and as a decision holds them."""

from dataclasses import replace
from datetime import timedelta

from app.domain.claim_terms import (
    agreed_uses,
    as_agreed,
    claim_terms,
    cut_off,
    duties,
    going_on,
    in_force,
    without_given_up_duties,
)
from app.domain.intended_use import Ground
from app.domain.intended_use_file import read_intended_use
from app.domain.levels import Level
from app.domain.retention import Period
from tests.domain.agreements import DECLARED, NOW, POLICY, USE, changed, profile, proposal

LOW, MEDIUM = Level.LOW, Level.MEDIUM


def test_only_a_legal_duty_outlasts_the_grant() -> None:
    terms = proposal(MEDIUM).terms
    assert terms["email"].until == Period(12).after(NOW)
    assert terms["address"].until == Period(84).after(NOW)
    assert (terms["address"].ground, terms["address"].outlasts_consent) == (Ground.LEGAL_DUTY, True)
    assert terms["address"].purposes == {"delivery", "invoicing"}


def test_terms_are_told_only_of_registered_claims() -> None:
    told = claim_terms(frozenset({"email", "birthdate"}), DECLARED, POLICY, profile(LOW), NOW, NOW + timedelta(days=9))
    assert set(told) == {"email"}
    assert told["email"].until == NOW + timedelta(days=9)


def test_a_claim_is_for_no_purpose_that_ones_own_profile_leaves_out() -> None:
    own = profile(MEDIUM, purposes=frozenset({"delivery"}))
    told = claim_terms(frozenset({"address"}), DECLARED, POLICY, own, NOW, NOW + timedelta(days=9))
    assert told["address"].purposes == {"delivery"}


def test_cutting_off_never_adds_a_day() -> None:
    terms = proposal(MEDIUM).terms
    assert cut_off(terms["email"], NOW).until == NOW
    assert cut_off(terms["email"], NOW + timedelta(days=9999)) == terms["email"]
    assert cut_off(terms["address"], NOW) == terms["address"]


def test_a_claim_is_used_for_what_it_was_given_for_and_nothing_else() -> None:
    registered, agreed = DECLARED.registered(POLICY, MEDIUM), proposal(LOW).terms
    wider = {**registered, "email": replace(registered["email"], purposes=frozenset({"account", "delivery"}))}
    assert agreed_uses(wider, agreed) == {name: registered[name] for name in ("email", "name")}
    dropped = {"email": replace(agreed["email"], purposes=frozenset({"account", "service"}))}
    assert agreed_uses(wider, dropped)["email"].purposes == {"account"}


def test_terms_are_held_to_the_decision_whatever_a_business_declares_since() -> None:
    agreed = proposal(LOW).terms
    item = agreed["email"]
    longer = replace(item, ground=Ground.LEGAL_DUTY, until=item.until + timedelta(days=3650))
    assert as_agreed({"email": longer, "birthdate": longer}, agreed) == {"email": item}
    other = replace(item, purposes=item.purposes | {"marketing"})
    assert as_agreed({"email": other}, agreed) == {"email": item}
    assert as_agreed({"email": item}, {"email": other}) == {"email": item}
    weaker = replace(item, ground=Ground.CONSENT, until=NOW)
    assert as_agreed({"email": weaker}, {"email": longer}) == {"email": weaker}


def test_what_goes_on_lasts_until_the_day_agreed_to_however_short_a_term_is_declared_by_now() -> None:
    agreed, end = proposal(MEDIUM).terms, Period(12).after(NOW)
    today = {name: replace(item, until=NOW - timedelta(days=1)) for name, item in agreed.items()}
    assert going_on(today, agreed, end) == agreed
    assert {item.until for item in going_on(today, agreed, NOW).values() if not item.outlasts_consent} == {NOW}
    no_duty = {"address": replace(agreed["address"], ground=Ground.CONSENT)}
    assert going_on(no_duty, agreed, end)["address"].until == end


def test_a_term_that_is_over_is_in_force_no_more() -> None:
    terms = proposal(MEDIUM).terms
    assert in_force(terms, NOW) == terms
    assert set(in_force(terms, terms["email"].until)) == {"address"}


def test_a_duty_to_keep_that_is_declared_no_more_ends_with_the_grant_and_every_other_term_stays() -> None:
    agreed, over_at = proposal(MEDIUM).terms, Period(12).after(NOW)
    registered = DECLARED.registered(POLICY, MEDIUM)
    assert without_given_up_duties(agreed, registered, over_at) == agreed
    given_up = {**registered, "address": replace(registered["address"], ground=Ground.CONTRACT)}
    address = replace(agreed["address"], ground=Ground.CONTRACT, until=over_at)
    assert without_given_up_duties(agreed, given_up, over_at) == {**agreed, "address": address}
    assert without_given_up_duties(agreed, {}, over_at) == agreed, "of what is declared no more at all nothing is known"
    firmer = {**registered, "email": replace(registered["email"], ground=Ground.LEGAL_DUTY)}
    assert without_given_up_duties(agreed, firmer, over_at) == agreed


def test_what_was_given_once_is_kept_by_the_latest_duty_whatever_is_shared_since() -> None:
    over_at, medium, low = Period(12).after(NOW), proposal(MEDIUM).terms, proposal(LOW).terms
    sooner = {"address": replace(medium["address"], until=Period(72).after(NOW))}
    held = duties([(MEDIUM, medium), (MEDIUM, sooner), (LOW, low)], DECLARED, POLICY, over_at)
    assert held == sooner
    assert duties([(LOW, low)], DECLARED, POLICY, over_at) == {}


def test_a_duty_of_before_ends_when_its_business_declares_it_no_more() -> None:
    use = read_intended_use(changed(USE, "medium.claims", {"address": {"ground": "contract"}}), POLICY)
    held = duties([(MEDIUM, proposal(MEDIUM).terms), (LOW, proposal(LOW).terms)], use, POLICY, NOW)
    assert held == {}


def test_a_duty_that_a_later_version_says_was_given_up_does_not_come_back() -> None:
    medium = proposal(MEDIUM).terms
    consent = {"address": replace(medium["address"], ground=Ground.CONSENT)}
    assert duties([(MEDIUM, medium), (MEDIUM, consent)], DECLARED, POLICY, NOW) == {}
