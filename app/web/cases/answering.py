"""The plain page by which a business without software answers one case: whoever holds its link, and nothing else.

No account, no session is read; the link opens this case only, and nothing once the case is closed.
"""

from datetime import timedelta

from flask import flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.cases import in_item_order
from app.domain.errors import Refusal
from app.services import cases
from app.services.cases import Followed
from app.web import current, errors
from app.web.cases.blueprint import blueprint
from app.web.cases.words import item_label
from app.web.forgery import open_to_others
from app.web.forms.cases import AnswerForm, words_of
from app.web.language import as_read, looks_again
from app.web.shop import shop_of
from app.web.wording import date_words, time_words


@blueprint.get("/answer/<secret>")
def look(secret: str) -> Response | str:
    """What is asked, and the form."""
    current.be_nobody()
    try:
        followed = cases.behind_link(current.services(), secret)
    except Refusal as refusal:
        return _dead(refusal)
    if followed.case.state.closed:
        return _closed()
    return _page(_form(AnswerForm(formdata=None), followed), followed)


@blueprint.post("/answer/<secret>")
@open_to_others
def answer(secret: str) -> Response | str:
    """Take the answer, also from a browser that lost its cookies: the link says who may, and what was typed counts."""
    current.be_nobody()
    return _take(secret)


@as_read
def _take(secret: str) -> Response | str:
    """The same answer twice is one; the last one closes the link."""
    services, now = current.services(), current.now()
    try:
        followed = cases.behind_link(services, secret)
    except Refusal as refusal:
        return _dead(refusal)
    form = _form(AnswerForm(), followed)
    if looks_again():
        return _closed() if followed.case.state.closed else _page(form, followed)
    if not form.validate():
        return _closed() if followed.case.state.closed else make_response(_page(form, followed), 422)
    try:
        taken = cases.answer_behind_link(services, secret, form.document(followed.case), now)
    except Refusal:
        if followed.case.state.closed:
            return _closed()
        if form.answer.data == followed.case.state:
            form.answer.errors = [_("You said this before, and what you wrote then stays. Choose another answer.")]
            return make_response(_page(form, followed), 422)
        flash(_("This request was answered meanwhile. This is how it stands now."), "info")
        return redirect(url_for("cases.look", secret=secret), 303)
    if taken.case.state.closed:
        return redirect(url_for("cases.thanks"), 303)
    if taken.case.person_id is None:
        flash(_("Thank you. We keep that you said this."), "success")
    else:
        flash(_("Thank you. The customer sees that you said this."), "success")
    return redirect(url_for("cases.look", secret=secret), 303)


@blueprint.get("/answered")
def thanks() -> str:
    """After the last answer; this page knows nothing of any case."""
    current.be_nobody()
    return render_template("cases/answered.html")


def _form(form: AnswerForm, followed: Followed) -> AnswerForm:
    return form.offer(followed.case, {item: item_label(item) for item in in_item_order(followed.case.items)})


def _page(form: AnswerForm, followed: Followed) -> str:
    case = followed.case
    return render_template(
        "cases/answer.html",
        form=form,
        business=shop_of(followed.client).name,
        items=[item_label(item) for item in in_item_order(case.items)],
        sub=case.sub,
        case_id=case.id,
        opened_on=date_words(case.opened_at),
        answer_before=date_words(case.answer_before),
        overdue=case.overdue(current.now()),
        gone=case.person_id is None,
        said=[(time_words(each.answered_at), words_of(each.content.state)) for each in followed.answers],
        tomorrow=(current.now().date() + timedelta(days=1)).isoformat(),
    )


def _closed() -> Response:
    return errors.page(
        410,
        "case_closed",
        _("This request is closed"),
        _("A final answer was given. Nothing can be changed through this link any more."),
    )


def _dead(refusal: Refusal) -> Response:
    return errors.page(
        refusal.status,
        refusal.code,
        _("This link does not work"),
        _("It is not complete. Open it again from the mail, or copy all of it."),
    )
