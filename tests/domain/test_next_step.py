"""The order of a login, over every combination of facts there is."""

from dataclasses import fields, replace
from itertools import product

import pytest

from app.domain.next_step import Facts, NextStep, Step, next_step

NAMES = [each.name for each in fields(Facts)]
EVERYTHING = [Facts(**dict(zip(NAMES, values, strict=True))) for values in product((False, True), repeat=len(NAMES))]
GOOD = Facts(signed_in=True, fresh_enough=True, covered=True)


def test_the_space_is_whole() -> None:
    assert len(EVERYTHING) == 2 ** len(NAMES)


def test_a_silent_request_never_sees_a_screen() -> None:
    assert {next_step(facts).step for facts in EVERYTHING if facts.silent} == {Step.FINISH, Step.REFUSE}


def test_only_a_refusal_has_an_error() -> None:
    for facts in EVERYTHING:
        step = next_step(facts)
        assert (step.error is not None) == (step.step is Step.REFUSE)


def test_nothing_is_finished_without_a_fresh_session_and_a_covering_grant() -> None:
    finished = [facts for facts in EVERYTHING if next_step(facts).step is Step.FINISH]
    assert finished
    for facts in finished:
        assert facts.signed_in
        assert facts.fresh_enough
        assert facts.covered
        told = {facts.ask_again, facts.refused, facts.somebody_else, facts.unknown_grant, facts.which_account}
        assert told == {False}


def test_everything_in_order_finishes() -> None:
    assert next_step(GOOD) == NextStep(Step.FINISH)


def test_a_refusal_by_the_person_comes_before_everything() -> None:
    answers = {next_step(facts) for facts in EVERYTHING if facts.refused}
    assert answers == {NextStep(Step.REFUSE, "access_denied")}


def test_the_level_is_chosen_only_by_somebody_who_is_freshly_signed_in() -> None:
    for facts in EVERYTHING:
        if next_step(facts).step in {Step.CHOOSE_LEVEL, Step.RESUME}:
            assert facts.signed_in
            assert facts.fresh_enough


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (replace(GOOD, signed_in=False), NextStep(Step.SIGN_IN)),
        (replace(GOOD, fresh_enough=False), NextStep(Step.SIGN_IN)),
        (replace(GOOD, covered=False), NextStep(Step.CHOOSE_LEVEL)),
        (replace(GOOD, which_account=True), NextStep(Step.CHOOSE_ACCOUNT)),
        (replace(GOOD, which_account=True, fresh_enough=False), NextStep(Step.SIGN_IN)),
        (replace(GOOD, which_account=True, covered=False), NextStep(Step.CHOOSE_ACCOUNT)),
        (replace(GOOD, which_account=True, silent=True), NextStep(Step.REFUSE, "account_selection_required")),
        (replace(GOOD, ask_again=True), NextStep(Step.CHOOSE_LEVEL)),
        (replace(GOOD, covered=False, paused=True), NextStep(Step.RESUME)),
        (replace(GOOD, covered=False, paused=True, ask_again=True), NextStep(Step.RESUME)),
        (replace(GOOD, covered=False, paused=True, silent=True), NextStep(Step.REFUSE, "consent_required")),
        (replace(GOOD, signed_in=False, silent=True), NextStep(Step.REFUSE, "login_required")),
        (replace(GOOD, fresh_enough=False, silent=True), NextStep(Step.REFUSE, "login_required")),
        (replace(GOOD, covered=False, silent=True), NextStep(Step.REFUSE, "consent_required")),
        (replace(GOOD, ask_again=True, silent=True), NextStep(Step.REFUSE, "consent_required")),
        (replace(GOOD, fresh_enough=False, somebody_else=True), NextStep(Step.REFUSE, "login_required")),
        (replace(GOOD, covered=False, unknown_grant=True), NextStep(Step.REFUSE, "invalid_grant_id")),
    ],
)
def test_each_lack_has_its_answer(facts: Facts, expected: NextStep) -> None:
    assert next_step(facts) == expected


def test_whose_grant_it_is_shows_only_to_somebody_signed_in() -> None:
    for facts in EVERYTHING:
        if next_step(facts).error == "invalid_grant_id":
            assert facts.signed_in
            assert facts.fresh_enough
