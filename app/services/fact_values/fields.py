"""The shape of one typed form field, and the cleaning each typed field gets first. Labels are the web's."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from app.services.fact_values.card_numbers import carries_card_number
from app.services.fact_values.outcome import NothingTyped, Outcome, Problem, Reason, Refused
from app.services.fact_values.typed_text import clean_line, clean_lines, is_printable

Reader = Callable[[Mapping[str, str], date], Outcome]
"""What decides whether the typed fields of one claim make a usable value on this day."""


@dataclass(frozen=True)
class FieldSpec:
    """One input: its name, WCAG 1.3.5 autocomplete token ("" where the standard has none) and keyboard.

    `type` is an HTML input type, or "textarea", "select" or "radio". `maxlength` is enforced here.
    `required` says that the claim is never read without it; a country may require more of an address.
    `own_card_rule`: long numbers are its ordinary content, and its reader tells a payment card from them.
    """

    name: str
    autocomplete: str = ""
    type: str = "text"
    inputmode: str = ""
    maxlength: int = 100
    required: bool = False
    max_lines: int = 1
    own_card_rule: bool = False


def cleaned(specs: tuple[FieldSpec, ...], typed: Mapping[str, str]) -> dict[str, str] | Refused:
    """The text of every field, trimmed and in NFC; blank where nothing was typed, and no other names.

    Refuses what is too long, cannot be printed, or carries a payment card number.
    """
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    for spec in specs:
        typed_text = typed.get(spec.name, "")
        # Checked before any work on the text, so that a megabyte costs nothing.
        if len(typed_text) > 4 * spec.maxlength + 100:
            problems.append(Problem(spec.name, Reason.TOO_LONG, {"max": str(spec.maxlength)}))
            continue
        lines = clean_lines(typed_text) if spec.max_lines > 1 else (clean_line(typed_text),)
        text = "\n".join(lines)
        problem = _problem(spec, text)
        if problem:
            problems.append(problem)
        texts[spec.name] = text
    return Refused(tuple(problems)) if problems else texts


def one_field(spec: FieldSpec, judge: Callable[[str], Outcome]) -> Reader:
    """The reader of a claim that is one field: `judge` decides about its text, once cleaned and not blank."""

    def read(typed: Mapping[str, str], _today: date) -> Outcome:
        texts = cleaned((spec,), typed)
        if isinstance(texts, Refused):
            return texts
        text = texts[spec.name]
        return judge(text) if text else NothingTyped()

    return read


def _problem(spec: FieldSpec, text: str) -> Problem | None:
    if not spec.own_card_rule and carries_card_number(text):
        return Problem(spec.name, Reason.CARD_NUMBER)
    if not is_printable(text):
        return Problem(spec.name, Reason.UNPRINTABLE)
    if len(text) > spec.maxlength:
        return Problem(spec.name, Reason.TOO_LONG, {"max": str(spec.maxlength)})
    if text.count("\n") >= spec.max_lines:
        return Problem(spec.name, Reason.TOO_MANY_LINES, {"max": str(spec.max_lines)})
    return None
