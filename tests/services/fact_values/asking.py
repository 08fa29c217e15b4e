"""The questions these tests put: what becomes of typed fields, on one fixed day."""

from datetime import date

from app.services.fact_values import Accepted, JSONValue, Outcome, Refused, read_claim

TODAY = date(2026, 11, 23)
VISA = "4111 1111 1111 1111"
IBAN = "NL91ABNA0417164300"


def outcome(claim: str, **typed: str) -> Outcome:
    return read_claim(claim, typed, today=TODAY)


def accepted(claim: str, **typed: str) -> JSONValue:
    found = outcome(claim, **typed)
    assert isinstance(found, Accepted), found
    return found.value


def reasons(claim: str, **typed: str) -> dict[str, str]:
    found = outcome(claim, **typed)
    assert isinstance(found, Refused), found
    return {problem.field: problem.reason.value for problem in found.problems}
