"""The form in which a person corrects a deposit: its fields are made from the schema of its type."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import format_decimal, gettext
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, HiddenField, SelectField, StringField, TextAreaField

from app.domain.errors import Fault
from app.services.vault.corrections import LONGEST_REMARK
from app.services.vault.shapes import Member, Shape
from app.web.deposit_words import SOURCES, member_label
from app.web.forms import Form, offered

_HTML_TYPES = {Shape.DAY: "date"}
_INPUT_MODES = {Shape.AMOUNT: "decimal", Shape.NUMBER: "numeric"}
_AMOUNT = re.compile(r"-?[0-9]+(?:[.,][0-9]{1,2})?")


@dataclass(frozen=True)
class Input:
    """One input with how it is written."""

    field: Field
    type: str
    inputmode: str
    rows: bool
    width: str


@dataclass(frozen=True)
class Line:
    """The inputs of one line of a receipt, and the tick that takes it out."""

    title: str
    inputs: tuple[Input, ...]
    gone: Field


class CorrectionForm:
    """A form over one deposit: what is there now, or what was posted."""

    def __init__(
        self,
        members: tuple[Member, ...],
        content: Mapping[str, Any],
        remark: str,
        version: int,
        posted: MultiDict[str, str] | None,
    ) -> None:
        self._members, self._content, self._posted = members, content, posted or MultiDict()
        fields: dict[str, Any] = {
            "version": HiddenField(id="vault-version"),
            "remark": TextAreaField(_("Your own remark"), id="vault-remark", render_kw={"rows": 3}),
        }
        data: dict[str, Any] = {"version": str(version), "remark": remark}
        for name, member, value in _leaves(members, content):
            fields[name] = _unbound(name, member)
            data[name] = _typed(member, value)
        for name, at in _lines(members, content):
            fields[f"{name}-{at}-gone"] = BooleanField(_("Take this line out"), id=f"vault-{name}-{at}-gone")
        self.form: Form = type("CorrectionForm", (Form,), fields)(formdata=posted, data=data)
        for name, member, _value in _leaves(members, content):
            # Said, and left to the schema to insist on: a field taken out with its line may be empty.
            self.form[name].flags.required = member.needed

    @property
    def inputs(self) -> list[Input]:
        """The inputs beside the lines."""
        return [self._input(each.name, each) for each in self._members if each.shape is not Shape.LINES]

    @property
    def lines(self) -> list[Line]:
        """The lines, each with its inputs."""
        by_name = {each.name: each for each in self._members}
        return [
            Line(
                title=gettext("Line %(number)d", number=at + 1),
                inputs=tuple(
                    self._input(f"{name}-{at}-{each.name}", each)
                    for each in by_name[name].members
                    if f"{name}-{at}-{each.name}" in self.form
                ),
                gone=self.form[f"{name}-{at}-gone"],
            )
            for name, at in _lines(self._members, self._content)
        ]

    @property
    def version(self) -> int:
        """The version of the deposit that was on screen; 0, which is none, for anything else."""
        text = str(self.form["version"].data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0

    def go_on_over(self, version: int) -> bool:
        """Go on over a newer version with what is typed; False when that has other lines than were on screen."""
        have = Counter(name for name, _at in _lines(self._members, self._content))
        beyond = tuple(f"{name}-{count}-" for name, count in have.items())
        if any(key.startswith(beyond) for key in self._posted):
            return False
        self.form["version"].data = str(version)
        return True

    @property
    def remark(self) -> str:
        """What the person says about it."""
        return str(self.form["remark"].data or "").replace("\r\n", "\n").replace("\t", " ").strip()

    def content(self) -> dict[str, Any]:
        """The content as it was typed, for the schema to judge; what may be left empty and was, is not in it."""
        read: dict[str, Any] = {}
        for member in self._members:
            if member.shape is Shape.LINES:
                value: Any = self._read_lines(member)
            else:
                value = _read(member, self.form[member.name].data)
            if value is not None:
                read[member.name] = value
        return read

    def complain(self, faults: Iterable[Fault]) -> None:
        """Say beside each field what to write there, once, however much is wrong with it."""
        of_field = {name: member for name, member, _value in _leaves(self._members, self._content)}
        for name in dict.fromkeys(self._field_of(place) for place, _sentence in faults):
            self.form[name].errors = [_words(name, of_field.get(name))]

    def _input(self, name: str, member: Member) -> Input:
        return Input(
            field=self.form[name],
            type=_HTML_TYPES.get(member.shape, ""),
            inputmode=_INPUT_MODES.get(member.shape, ""),
            rows=member.shape is Shape.TEXTS,
            width="short" if member.shape in {Shape.AMOUNT, Shape.NUMBER, Shape.DAY} else "",
        )

    def _left(self, name: str) -> list[int]:
        """Which lines of a list are not taken out."""
        return [
            at
            for each, at in _lines(self._members, self._content)
            if each == name and not self.form[f"{name}-{at}-gone"].data
        ]

    def _read_lines(self, member: Member) -> list[dict[str, Any]]:
        kept = []
        for at in self._left(member.name):
            fields = {each: f"{member.name}-{at}-{each.name}" for each in member.members}
            read = {
                each.name: _read(each, self.form[field].data) for each, field in fields.items() if field in self.form
            }
            kept.append({key: value for key, value in read.items() if value is not None})
        return kept

    def _field_of(self, place: str) -> str:
        """The field of a place such as ``content/items/0/price``; of a list of texts it is one for all of them.

        That a receipt has no lines left is told at the tick that took the first one out.
        """
        name, *within = place.removeprefix("content/").split("/")
        if name in self.form:
            return name
        if not within:
            return f"{name}-0-gone"
        return f"{name}-{self._left(name)[int(within[0])]}-{within[1]}"


def _leaves(members: tuple[Member, ...], content: Mapping[str, Any]) -> Iterable[tuple[str, Member, Any]]:
    for member in members:
        if member.shape is not Shape.LINES:
            yield member.name, member, content.get(member.name)
            continue
        for at, line in enumerate(content.get(member.name, ())):
            for each in member.members:
                if each.needed or each.name in line:  # what a line never had is not offered: it is one more box
                    yield f"{member.name}-{at}-{each.name}", each, line.get(each.name)


def _lines(members: tuple[Member, ...], content: Mapping[str, Any]) -> Iterable[tuple[str, int]]:
    for member in members:
        if member.shape is Shape.LINES:
            for at in range(len(content.get(member.name, ()))):
                yield member.name, at


def _unbound(name: str, member: Member) -> Any:
    shown: dict[str, Any] = {"id": f"vault-{name}", "validators": []}
    label = member_label(member.name)
    if member.shape is Shape.CHOICE:
        choices = offered((value, str(SOURCES.get(value, value))) for value in member.choices)
        return SelectField(label, choices=choices, validate_choice=False, **shown)
    if member.shape is Shape.TEXTS:
        return TextAreaField(label, render_kw={"rows": 4}, **shown)
    return StringField(label, **shown)


def _typed(member: Member, value: Any) -> str:
    if value is None:
        return ""
    if member.shape is Shape.AMOUNT:
        return str(format_decimal(Decimal(value), "0.00"))
    return "\n".join(value) if member.shape is Shape.TEXTS else str(value)


def _read(member: Member, typed: Any) -> Any:
    """What was typed as the schema has it; None when nothing was and nothing need be. Nonsense stays as it is, for the
    schema to refuse in its place.
    """
    text = str(typed or "").strip()
    if not text and not member.needed:
        return None
    if member.shape is Shape.TEXTS:
        return [line.strip() for line in text.splitlines() if line.strip()]
    if member.shape is Shape.NUMBER:
        return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else text
    if member.shape is Shape.AMOUNT:
        return _amount(text)
    return text


def _amount(text: str) -> str:
    """An amount as people write it, with a comma or a point, with or without cents.

    1.250 is as typed: to one who means a thousand it must not become 1.25.
    """
    amount = text.lstrip("€ ")
    return f"{Decimal(amount.replace(',', '.')):.2f}" if _AMOUNT.fullmatch(amount) else text


def _words(name: str, member: Member | None) -> str:
    if name == "remark":
        return str(gettext("Use plain text of at most %(max)d characters.", max=LONGEST_REMARK))
    if member is None:
        return str(gettext("Leave one line in. To be rid of all of it, delete it from your vault."))
    if member.shape is Shape.NUMBER:
        return str(gettext("Write a whole number from %(least)d to %(most)d.", least=member.least, most=member.most))
    if member.name == "currency":
        return str(gettext("Write the three capitals of a currency, such as EUR."))
    words = {
        Shape.AMOUNT: _("Write an amount such as 12.50."),
        Shape.DAY: _("Choose a date."),
        Shape.CHOICE: _("Choose one of these."),
        Shape.TEXTS: _("Use at most 50 lines, with at most 120 characters each."),
    }
    return str(words.get(member.shape, _("Fill this in, with at most 120 characters.")))
