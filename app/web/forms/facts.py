"""The forms for a person's details, made from what each claim is typed in; which fields there are is not ours."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from flask_babel import LazyString, gettext
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import Field, RadioField, SelectField, StringField, TextAreaField

from app.services.fact_values import (
    FIELDS,
    FieldSpec,
    JSONValue,
    Problem,
    Reason,
    address_fields,
    choices,
    fitted_address,
    typed_from,
)
from app.web.forms import Form, offered
from app.web.forms.problems import problem_text
from app.web.wording import claim_label

OWN, SAME, NOTHING = "own", "same", "nothing"
"""What a later persona does with a claim: its own value, the first persona's, or none."""

_LABELS: Mapping[tuple[str, str], LazyString] = MappingProxyType(
    {
        ("birthdate", "day"): _("Day"),
        ("birthdate", "month"): _("Month"),
        ("birthdate", "year"): _("Year"),
        ("address", "country"): _("Country"),
        ("address", "postal_code"): _("Postcode"),
        ("address", "house_number"): _("House number"),
        ("address", "house_number_addition"): _("Addition"),
        ("address", "street"): _("Street"),
        ("address", "locality"): _("Town or city"),
        ("address", "region"): _("State, province or region"),
        ("payment_account", "method"): _("How you prefer to pay"),
        ("payment_account", "iban"): _("IBAN"),
        ("payment_account", "holder"): _("Name of the account holder"),
    }
)
_HINTS: Mapping[tuple[str, str], LazyString] = MappingProxyType(
    {
        ("name", "name"): _("As you write it yourself, like Anna de Vries."),
        ("email", "email"): _("We send a link to a new address, to confirm that it is yours."),
        ("phone_number", "phone_number"): _("With + and the country code when it is not a Dutch number."),
        ("address", "house_number_addition"): _("Like A, or none."),
        ("payment_account", "iban"): _("Like NL91 ABNA 0417 1643 00. The number of a payment card is never kept."),
        ("picture", "picture"): _("The web address of a picture of you."),
        ("profile", "profile"): _("The web address of a page about you."),
        ("locale", "locale"): _("Like Dutch or English."),
        ("zoneinfo", "zoneinfo"): _("Like Europe/Amsterdam."),
    }
)
_NARROW = frozenset({"day", "month", "year", "postal_code", "house_number", "house_number_addition"})


@dataclass(frozen=True)
class TypedField:
    """One input with what stands around it."""

    field: Field
    spec: FieldSpec
    hint: str
    width: str
    suggestions: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Part:
    """The inputs of one claim."""

    claim: str
    label: str
    inputs: tuple[TypedField, ...]

    @property
    def rows(self) -> list[list[TypedField]]:
        """The inputs line by line: short ones that follow each other share a line."""
        rows: list[list[TypedField]] = []
        for each in self.inputs:
            if each.width == "short" and rows and rows[-1][-1].width == "short":
                rows[-1].append(each)
            else:
                rows.append([each])
        return rows


class FactsForm:
    """A form for some claims of one person: the values it starts with, or what was posted.

    ``shown`` has the fingerprint of each value it starts with, and goes along with the form.
    """

    def __init__(
        self,
        claims: Iterable[str],
        values: Mapping[str, JSONValue],
        lang: str,
        shown: Mapping[str, str],
        posted: MultiDict[str, str] | None,
    ) -> None:
        if posted is not None:
            shown = {claim: posted[f"shown-{claim}"] for claim in shown if f"shown-{claim}" in posted}
        self.shown = dict(shown)
        posted = None if posted is None else _fitted(posted)
        typed = {claim: typed_from(claim, values.get(claim), lang) for claim in claims}
        specs = {claim: _specs(claim, typed[claim], posted) for claim in typed}
        fields = {_name(claim, spec): _unbound(claim, spec, lang) for claim in specs for spec in specs[claim]}
        data = {_name(claim, spec): typed[claim].get(spec.name, "") for claim in specs for spec in specs[claim]}
        self.form: Form = type("FactsForm", (Form,), dict(fields))(formdata=posted, data=data)
        self._held = typed
        self.parts = tuple(
            Part(claim, claim_label(claim), tuple(self._input(claim, spec, lang) for spec in specs[claim]))
            for claim in specs
        )

    def typed(self, claim: str) -> dict[str, str]:
        """What was typed for one claim, by field."""
        part = next(part for part in self.parts if part.claim == claim)
        fields = {each.spec.name: str(each.field.data or "") for each in part.inputs}
        radios = [each.spec.name for each in part.inputs if each.spec.type == "radio"]
        emptied = not any(fields[name] for name in fields if name not in radios)
        if emptied and all(fields[name] == self._held[claim].get(name) for name in radios):
            return {}  # A radio cannot be emptied: as it was, with everything beside it emptied, it is no choice.
        return fields

    def filled_in(self, claim: str) -> bool:
        """Whether anything was typed or chosen for one claim; a list always has a choice, which says nothing."""
        part = next(part for part in self.parts if part.claim == claim)
        return any(each.field.data for each in part.inputs if each.spec.type != "select")

    def complain(self, claim: str, problems: Iterable[Problem]) -> None:
        """Put each problem beside its field; one about a field that is not shown goes to the first."""
        part = next(part for part in self.parts if part.claim == claim)
        by_name = {each.spec.name: each.field for each in part.inputs}
        for problem in problems:
            field = by_name.get(problem.field, part.inputs[0].field)
            missing = problem.reason is Reason.REQUIRED  # in the summary above the form it has to say which
            ask = gettext("Choose: %(field)s.") if isinstance(field, RadioField) else gettext("Fill in: %(field)s.")
            text = ask % {"field": field.label.text} if missing else problem_text(problem)
            field.errors = [*field.errors, str(text)]

    def say(self, claim: str, text: str) -> None:
        """Put a sentence about a whole claim beside its first field."""
        field = next(part for part in self.parts if part.claim == claim).inputs[0].field
        field.errors = [*field.errors, text]

    def ask_for(self, claims: Iterable[str]) -> None:
        """Say of claims that were left empty which fields they cannot do without."""
        for claim in claims:
            part = next(part for part in self.parts if part.claim == claim)
            open_ = [each.spec for each in part.inputs if not each.field.data]
            needed = [spec for spec in open_ if spec.required] or open_[:1]
            self.complain(claim, [Problem(spec.name, Reason.REQUIRED) for spec in needed])

    def _input(self, claim: str, spec: FieldSpec, lang: str) -> TypedField:
        suggestions = choices(claim, spec.name, lang) if spec.type == "text" else ()
        return TypedField(
            field=self.form[_name(claim, spec)],
            spec=spec,
            hint=str(_HINTS.get((claim, spec.name), "")),
            width="short" if spec.name in _NARROW else "",
            suggestions=suggestions,
        )


def _fitted(posted: MultiDict[str, str]) -> MultiDict[str, str]:
    """What was posted, an address in the fields that are shown for its country."""
    names = {f"address-{spec.name}": spec.name for spec in FIELDS["address"]}
    if posted.keys().isdisjoint(names):
        return posted
    fitted = fitted_address({name: posted.get(key, "") for key, name in names.items()})
    moved = {key: [fitted[name]] for key, name in names.items() if fitted[name] != posted.get(key, "")}
    return MultiDict({**posted.to_dict(flat=False), **moved})


def _specs(claim: str, typed: Mapping[str, str], posted: MultiDict[str, str] | None) -> tuple[FieldSpec, ...]:
    if claim != "address":
        return FIELDS[claim]
    country = typed.get("country", "NL") if posted is None else posted.get("address-country", "NL")
    return address_fields(country, typed)


def _name(claim: str, spec: FieldSpec) -> str:
    return claim if spec.name == claim else f"{claim}-{spec.name}"


def _unbound(claim: str, spec: FieldSpec, lang: str) -> Any:
    label = _LABELS.get((claim, spec.name)) or claim_label(claim)
    field_id = f"fact-{_name(claim, spec)}"
    # What is required, and of whom, is for the reader of the claim to say: nothing typed at all is an answer.
    shown: dict[str, Any] = {"id": field_id, "validators": []}
    if spec.type == "radio":
        return RadioField(label, choices=offered(choices(claim, spec.name, lang)), validate_choice=False, **shown)
    if spec.type == "select":
        return SelectField(label, choices=offered(choices(claim, spec.name, lang)), validate_choice=False, **shown)
    if spec.type == "textarea":
        return TextAreaField(label, render_kw={"rows": 2}, **shown)
    return StringField(label, **shown)
