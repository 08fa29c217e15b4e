import re

import pytest
from flask import Flask
from flask_babel import Babel

from app.services.fact_values import Problem, Reason, Refused, read_claim
from app.web.forms.problems import MESSAGES, problem_text
from tests.services.fact_values.asking import TODAY


@pytest.fixture
def in_english() -> Flask:
    app = Flask("problems")
    Babel(app)
    return app


def test_every_reason_has_a_sentence_and_no_sentence_is_left_over() -> None:
    assert MESSAGES.keys() == set(Reason)


@pytest.mark.parametrize("reason", Reason)
def test_a_sentence_ends_as_one_and_is_short(in_english: Flask, reason: Reason) -> None:
    with in_english.test_request_context():
        text = str(MESSAGES[reason])
    assert text.endswith(".")
    assert max(len(sentence.split()) for sentence in re.split(r"[.:] ", text)) <= 22


REFUSALS = [
    ("name", {"name": "a" * 200}),
    ("address", {"country": "FR", "street": "a\nb\nc\nd\ne"}),
    ("birthdate", {"year": "1700"}),
    ("address", {"country": "DE", "street": "Weg 1", "locality": "Bonn", "postal_code": "1"}),
    ("payment_account", {"method": "ideal", "iban": "XX12", "holder": "J"}),
    ("payment_account", {"method": "ideal", "iban": "NL91ABNA", "holder": "J"}),
]


def test_the_sentences_with_a_blank_are_all_tried_below(in_english: Flask) -> None:
    with in_english.test_request_context():
        with_blanks = {reason for reason, message in MESSAGES.items() if "%(" in str(message)}
    assert {problem.reason for problem in _problems()} == with_blanks


def test_the_blanks_in_a_sentence_are_filled_by_the_problem(in_english: Flask) -> None:
    with in_english.test_request_context():
        texts = [problem_text(problem) for problem in _problems()]
    assert not any("%" in text for text in texts)
    assert "This is too long. Use at most 150 characters." in texts
    assert "One that starts with NL has 18." in texts[-1]


def _problems() -> list[Problem]:
    found = []
    for claim, typed in REFUSALS:
        outcome = read_claim(claim, typed, today=TODAY)
        assert isinstance(outcome, Refused)
        found.extend(outcome.problems)
    return found
