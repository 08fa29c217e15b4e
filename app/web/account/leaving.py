"""Erasing one's account: one page that says exactly what happens, and the password that is in force."""

from datetime import timedelta

from flask import make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.services import leaving, sharing
from app.services.credentials import Wrong
from app.services.receipts import Notice
from app.web import browser, current
from app.web.account.blueprint import answer_wrong, blueprint
from app.web.forms.account import ProofForm
from app.web.language import as_read
from app.web.wording import date_words


@blueprint.get("/erase")
def erasure() -> str:
    """What will happen, and the question."""
    return _page(ProofForm(formdata=None))


@blueprint.post("/erase")
@as_read
def erase() -> Response:
    """Do it; from here on this browser knows nobody. A second click finds it done."""
    secret, form = current.cookie(current.SESSION_COOKIE) or "", ProofForm()
    if current.session() is None and leaving.has_left(current.services(), secret):
        return _gone()
    session = current.require_session()
    if not form.validate():
        return make_response(_page(form), 422)
    try:
        leaving.leave(
            current.services(),
            session,
            secret,
            form.current.data or "",
            Notice(current.language(), _notice_text()),
            source=current.source(),
            now=current.now(),
        )
    except Wrong as wrong:
        if leaving.has_left(current.services(), secret):
            return _gone()
        return answer_wrong(wrong, form.current, lambda: _page(form))
    return _gone()


def _gone() -> Response:
    browser.sign_out()
    return redirect(url_for("account.erased"), 303)


@blueprint.get("/erased")
def erased() -> str:
    """It is done; nobody is signed in."""
    return render_template("account/erased.html")


def _page(form: ProofForm) -> str:
    shared = sharing.overview(current.services(), current.require_session().person_id, current.now())
    named = {each.client.business.id: each.client.business.name for each in shared}
    names = sorted(named.values(), key=str.casefold)
    return render_template("account/erasure.html", form=form, what_happens=_what_happens(), businesses=names)


def _what_happens() -> dict[str, list[str]]:
    """All of it, by the headings it stands under."""
    kept = timedelta(days=current.services().settings.receipts.kept_after_erasure_days)
    receipts = _(
        "Until %(date)s a business can still get its receipts of what you agreed to, under the number it knows you by:"
        " it may have to prove what you allowed.",
        date=date_words(current.now() + kept),
    )
    return {
        _("What stops and goes"): [
            _("Sharing stops at once with every business, and you are signed out everywhere."),
            _("We destroy your details, addresses, profiles and your vault."),
            _("Every business you ever shared with is asked to erase what it got. It has one month to answer."),
        ],
        _("What stays"): [
            *([receipts] if kept else []),
            _("We keep what we asked each business to erase and whether it did, under the number it knows you by."),
            _("We keep a coded mark of your account, so that it cannot come back with an old backup."),
        ],
        _("Before you do this"): [
            _("Download what you want to keep. The answers of businesses you will not see any more."),
            _("Nobody can undo this, and neither can we. With the same e-mail address you can only begin anew."),
        ],
    }


def _notice_text() -> str:
    """The page as it was read, for the receipts of what ends with it."""
    return "\n".join(line for heading, sentences in _what_happens().items() for line in (heading, *sentences))
