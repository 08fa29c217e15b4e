"""The account a person prefers to pay from: method, IBAN and holder. A card number is never kept."""

import re
from collections.abc import Mapping
from datetime import date

from schwifty import IBAN
from schwifty.exceptions import InvalidCountryCode, SchwiftyException
from schwifty.registry import get_iban_spec

from app.services.fact_values.card_numbers import carries_card_number
from app.services.fact_values.fields import FieldSpec, cleaned
from app.services.fact_values.outcome import (
    Accepted,
    JSONValue,
    NothingTyped,
    Outcome,
    Problem,
    Reason,
    Refused,
)
from app.services.fact_values.typed_text import ascii_digits, has_letter
from app.services.fact_values.words import word

METHODS = ("ideal", "sepa_debit")

PAYMENT_FIELDS = (
    FieldSpec("method", type="radio", maxlength=20, required=True),
    FieldSpec("iban", maxlength=60, required=True, own_card_rule=True),  # no token: the standard has one for cards only
    FieldSpec("holder", "name", maxlength=70, required=True),  # 70: the longest name in a SEPA payment
)

# In SEPA since 2024 and 2025 (EPC409-09), later than the registry in schwifty.
_JOINED_SEPA = frozenset({"AL", "MD", "ME", "MK", "RS"})


def read(typed: Mapping[str, str], _today: date) -> Outcome:
    """`{"method", "iban", "holder"}`, the IBAN bare (ISO 13616). A method alone lacks the rest."""
    texts = cleaned(PAYMENT_FIELDS, typed)
    if isinstance(texts, Refused):
        return texts
    if not any(texts.values()):
        return NothingTyped()
    problems = [Problem(name, Reason.REQUIRED) for name, text in texts.items() if not text]
    if texts["method"] and texts["method"] not in METHODS:
        problems.append(Problem("method", Reason.PAYMENT_METHOD))
    if texts["holder"] and not has_letter(texts["holder"]):
        problems.append(Problem("holder", Reason.NO_LETTER))
    iban = compact(texts["iban"])
    problem = _iban_problem(iban, texts["iban"]) if texts["iban"] else None
    if problem:
        problems.append(problem)
    if problems:
        return Refused(tuple(sorted(problems, key=lambda it: list(texts).index(it.field))))
    return Accepted({"method": texts["method"], "iban": iban, "holder": texts["holder"]})


def compact(text: str) -> str:
    """An IBAN as typed or printed, without the spaces and signs between its groups, in capitals."""
    bare = re.sub(r"[\s._\-‐‑–—]", "", ascii_digits(text)).upper()
    return bare.removeprefix("IBAN").removeprefix(":")


def _iban_problem(iban: str, typed: str) -> Problem | None:
    reason, params = _iban_fault(iban)
    if reason is None:
        return None
    if reason not in (Reason.IBAN_CHECKSUM, Reason.IBAN_NOT_SEPA) and _is_card(iban, typed, reason):
        return Problem("iban", Reason.CARD_NUMBER)
    return Problem("iban", reason, params)


def _is_card(iban: str, typed: str, reason: Reason) -> bool:
    """Behind a known country all digits must count: a part of a mistyped IBAN may well pass as a card."""
    if reason in (Reason.IBAN, Reason.IBAN_COUNTRY):
        return carries_card_number(typed)
    return carries_card_number(iban[2:]) or carries_card_number(iban[4:])


def _iban_fault(iban: str) -> tuple[Reason | None, dict[str, str]]:
    if not re.fullmatch(r"[A-Z]{2}\d{2}.*", iban, re.ASCII):
        return Reason.IBAN, {}
    try:
        spec = get_iban_spec(iban[:2])
    except InvalidCountryCode:
        return Reason.IBAN_COUNTRY, {"country": iban[:2]}
    if len(iban) != spec.iban_length:
        return Reason.IBAN_LENGTH, {
            "country": iban[:2],
            "length": str(spec.iban_length),
            "typed": str(len(iban)),
        }
    if not spec.regex.fullmatch(iban[4:]):
        return Reason.IBAN_CHARACTERS, {}
    try:
        known = IBAN(iban)
    except SchwiftyException:
        return Reason.IBAN_CHECKSUM, {}
    # Both methods are SEPA payments; neither can reach an account outside.
    return (None if known.in_sepa_zone or iban[:2] in _JOINED_SEPA else Reason.IBAN_NOT_SEPA), {}


def typed_from(value: JSONValue, _lang: str) -> dict[str, str]:
    """The fields that would be typed for this value, the IBAN in groups of four."""
    held = {name: str(part) for name, part in value.items()} if isinstance(value, Mapping) else {}
    return {spec.name: held.get(spec.name, "") for spec in PAYMENT_FIELDS} | {"iban": _grouped(held.get("iban", ""))}


def shown(value: JSONValue, lang: str) -> str:
    """iDEAL, NL91 ABNA 0417 1643 00, J. de Vries."""
    typed = typed_from(value, lang)
    return ", ".join(text for text in (word(typed["method"], lang), typed["iban"], typed["holder"]) if text)


def masked(value: JSONValue, lang: str) -> str:
    """The method, the country and the last two digits: enough to tell two accounts apart."""
    typed = typed_from(value, lang)
    iban = compact(typed["iban"])
    hidden = iban[:2] + "•" * (len(iban) - 4) + iban[-2:] if re.fullmatch(r"[A-Z]{2}.{8,}", iban) else "••••••••"
    unbroken = _grouped(hidden).replace(" ", "\N{NO-BREAK SPACE}")  # the last digits never stand on a line of their own
    return ", ".join(text for text in (word(typed["method"], lang), unbroken) if text)


def _grouped(iban: str) -> str:
    return " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))
