"""The forms of the pages, by the same nouns, and what they have in common."""

from collections.abc import Iterable
from typing import Any

from flask_babel import LazyString, gettext
from flask_wtf import FlaskForm
from wtforms import PasswordField, SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired


class _OwnWords:
    """What WTForms says by itself, said in our words: only a post that no page of ours makes gets to read it."""

    def gettext(self, _theirs: str) -> str:
        return str(gettext("Choose only what this page offers."))

    def ngettext(self, _theirs: str, _theirs_of_several: str, _count: int) -> str:
        return str(gettext("Choose only what this page offers."))


class Form(FlaskForm):
    """A form of ours. The token is checked before any view runs; a form only carries fields."""

    class Meta:
        csrf = False

        def get_translations(self, _form: FlaskForm) -> _OwnWords:
            return _OwnWords()


def trimmed(text: str | None) -> str | None:
    """A WTForms filter: what was typed, without white space around it."""
    return text.strip() if text else text


def plain_spaces(text: str | None) -> str | None:
    """The same for a text that may be pasted: tabs and hard spaces are spaces, and runs of them one."""
    return "\n".join(" ".join(line.split()) for line in text.splitlines()).strip() if text else text


def password(label: LazyString, message: LazyString, field_id: str) -> PasswordField:
    """A password as it was typed: never trimmed, never shown again."""
    return PasswordField(label, validators=[InputRequired(message)], id=field_id)


def offered(pairs: Iterable[tuple[str, str]]) -> list[Any]:
    """Values with their texts, as WTForms takes the choices of a field."""
    return [SelectChoice(value, label) for value, label in pairs]
