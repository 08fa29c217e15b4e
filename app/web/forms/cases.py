"""The form by which a business answers an erasure case. What may be answered is the domain's to say."""

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import RadioField, SelectField, SelectMultipleField, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length

from app.domain.case_answers import LONGEST_LAW, LONGEST_MESSAGE, RefusalGround, is_law, is_message, read_until
from app.domain.cases import Case, CaseState, in_item_order, may_extend, may_follow
from app.web import current
from app.web.forms import Form, offered, plain_spaces, trimmed

KEEPS = "keeps"
_ANSWERS = {
    CaseState.RECEIVED.value: _("We have received it"),
    CaseState.IN_PROGRESS.value: _("We are working on it"),
    CaseState.EXTENDED.value: _("We need more time: two months more at most"),
    CaseState.COMPLETED.value: _("Done: everything is erased"),
    KEEPS: _("We keep something, the rest is erased"),
}
_GROUNDS = {
    RefusalGround.LEGAL_DUTY: _("A law makes us keep it, article 17(3)(b)"),
    RefusalGround.LEGAL_CLAIMS: _("We need it for a legal claim, article 17(3)(e)"),
    RefusalGround.PUBLIC_INTEREST: _("We have a task in the public interest, article 17(3)(b)"),
    RefusalGround.PUBLIC_HEALTH: _("Public health, article 17(3)(c)"),
    RefusalGround.ARCHIVING_OR_RESEARCH: _("Archive, research or statistics, article 17(3)(d)"),
    RefusalGround.FREEDOM_OF_EXPRESSION: _("Freedom of expression and information, article 17(3)(a)"),
}


def words_of(state: CaseState) -> str:
    """An answer in the words of the form."""
    return str(_ANSWERS.get(state.value, _ANSWERS[KEEPS]))


class AnswerForm(Form):
    """One answer. What is kept, and why, counts only with the answer that something is."""

    answer = RadioField(_("Your answer"), validators=[InputRequired(_("Choose an answer."))], id="case-answer")
    keeps = SelectMultipleField(_("What do you keep?"), id="case-keeps")
    ground = SelectField(_("Why may you keep it?"), id="case-ground", validate_choice=False)
    law = StringField(
        _("Which law says so?"),
        validators=[Length(max=LONGEST_LAW, message=_("Use at most %(max)d characters."))],
        filters=[plain_spaces],
        id="case-law",
    )
    until = StringField(_("Until which day do you keep it?"), filters=[trimmed], id="case-until")
    message = TextAreaField(_("A message to the customer"), filters=[plain_spaces], id="case-message")

    def offer(self, case: Case, labels: dict[str, str]) -> "AnswerForm":
        """Offer what may be answered now; the last answer may be given again."""
        answers = [
            (value, str(words))
            for value, words in _ANSWERS.items()
            if value in {case.state, KEEPS} or may_follow(case.state, CaseState(value))
            if value != CaseState.EXTENDED or case.extended or may_extend(case, current.now())
        ]
        self.answer.choices = offered(answers)
        self.keeps.choices = offered((item, labels[item]) for item in in_item_order(case.items))
        grounds = [
            ("", str(_("Choose the legal ground"))),
            *((each.value, str(words)) for each, words in _GROUNDS.items()),
        ]
        self.ground.choices = offered(grounds)
        return self

    def document(self, case: Case) -> dict[str, Any]:
        """What was filled in as the domain reads an answer."""
        if self.answer.data != KEEPS:
            return {"state": self.answer.data, "message": self.message.data or ""}
        refusals = [
            {"item": item, "ground": self.ground.data, "law": self.law.data, "until": self.until.data}
            for item in self.keeps.data or ()
        ]
        everything = frozenset(self.keeps.data or ()) == case.items
        state = CaseState.REFUSED if everything else CaseState.PARTIALLY_REFUSED
        return {"state": state.value, "refusals": refusals, "message": self.message.data or ""}

    def validate_keeps(self, field: SelectMultipleField) -> None:
        """Something is kept, or it is not: one of the two."""
        if self._keeps and not field.data:
            raise ValidationError(_("Tick what you keep."))
        if not self._keeps and field.data:
            raise ValidationError(_("You ticked something you keep. Untick it, or choose the answer that says so."))

    def validate_ground(self, field: SelectField) -> None:
        """A ground there is."""
        if self._keeps and field.data not in {each.value for each in RefusalGround}:
            raise ValidationError(_("Choose the legal ground."))

    def validate_law(self, field: StringField) -> None:
        """A law, by name."""
        if self._keeps and not is_law(field.data or ""):
            raise ValidationError(_("Name the law and the article, like: article 52 AWR."))

    def validate_until(self, field: StringField) -> None:
        """A day to come."""
        if self._keeps and read_until(field.data or "", current.now().date()) is None:
            raise ValidationError(_("Fill in a day that is still to come."))

    def validate_message(self, field: TextAreaField) -> None:
        """Words that can be shown; and some, where the law asks for a reason."""
        if self.answer.data == CaseState.EXTENDED and not field.data:
            raise ValidationError(_("Tell the customer why you need more time."))
        if not is_message(field.data or ""):
            raise ValidationError(
                _("Use at most %(max)s characters, and none that cannot be shown.", max=LONGEST_MESSAGE)
            )

    @property
    def _keeps(self) -> bool:
        return bool(self.answer.data == KEEPS)
