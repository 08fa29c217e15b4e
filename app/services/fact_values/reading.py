"""The two ways in: what a person typed for a claim, and a value that came from elsewhere in its wire form."""

from collections.abc import Mapping
from datetime import date

from app.services.fact_values.catalogue import CLAIMS
from app.services.fact_values.outcome import JSONValue, NothingTyped, Outcome, Reason, refused
from app.services.fact_values.showing import typed_from


def read_claim(claim: str, typed: Mapping[str, str], *, today: date) -> Outcome:
    """Decides whether the typed fields of a claim make a usable value. Never raises on any text.

    `typed` holds the fields of `FIELDS[claim]`; a missing one is blank, others are not looked at.
    `birthdate` may also come as one text under that name.
    """
    known = CLAIMS.get(claim)
    if known is None:
        return refused(claim, Reason.UNKNOWN_CLAIM)
    return known.read(typed, today)


def read_value(claim: str, value: JSONValue, *, today: date) -> Outcome:
    """The same decision for a value in the shape of the claim (an import): it is read as if typed."""
    outcome = read_claim(claim, typed_from(claim, value), today=today)
    if isinstance(outcome, NothingTyped) and value is not None:
        return refused(claim, Reason.REQUIRED)
    return outcome
