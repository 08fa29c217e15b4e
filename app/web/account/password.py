"""Changing the password: the one in force is asked, and every other browser is signed out."""

from flask import flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.services import account
from app.services.credentials import TooWeak, Wrong
from app.web import current
from app.web.account.blueprint import answer_wrong, blueprint
from app.web.forms.account import PasswordForm
from app.web.passwords import HINT, WEAKNESSES


@blueprint.get("/password")
def password() -> str:
    """The form."""
    return _page(PasswordForm(formdata=None))


@blueprint.post("/password")
def change_password() -> Response:
    """Change it, or say beside the field why not."""
    session, form = current.require_session(), PasswordForm()
    if not form.validate():
        return make_response(_page(form), 422)
    services, source, now = current.services(), current.source(), current.now()
    old, new = form.current.data or "", form.new.data or ""
    try:
        account.change_password(services, session, old, new, source=source, now=now)
    except Wrong as wrong:
        if not account.changed_just_now(services, session, new, source=source, now=now):
            return answer_wrong(wrong, form.current, lambda: _page(form))
    except TooWeak as weak:
        form.new.errors = [WEAKNESSES[weak.weakness]]
        return make_response(_page(form), 422)
    flash(_("Your password was changed. You are signed out everywhere except here."), "success")
    return redirect(url_for("account.overview"), 303)


def _page(form: PasswordForm) -> str:
    username = account.sign_in_address(current.services(), current.require_session().person_id)
    return render_template("account/password.html", form=form, password_hint=HINT, username=username)
