"""A forgotten password: ask for a link, and choose a new password behind it."""

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.errors import Refusal, TooMany
from app.services import addresses, mail_links, recovery
from app.services.credentials import TooWeak
from app.services.fact_values import Refused
from app.services.mail_links import Purpose
from app.web import browser, current, errors
from app.web.forms.problems import problem_text
from app.web.forms.recovery import AskForm, ResetForm
from app.web.handover import handle_in, requesting_client, requesting_shop
from app.web.language import as_read, looks_again
from app.web.passwords import HINT, WEAKNESSES
from app.web.way_back import local_path
from app.web.wording import too_often

blueprint = Blueprint("recovery", __name__, url_prefix="/recover")


@blueprint.get("")
def begin() -> str:
    """Ask which address."""
    return _ask_page(AskForm(formdata=None))


@blueprint.post("")
@as_read
def ask() -> Response:
    """Send a link; the same answer whether or not anybody has the address."""
    form = AskForm()
    next_path = local_path(request.args.get("next"))
    if looks_again():
        if form.email.data:
            return make_response(_ask_page(form))
        return redirect(url_for("recovery.begin", next=next_path), 303)
    email = addresses.read(form.email.data or "", current.now())
    if isinstance(email, Refused):
        form.validate()
        form.email.errors = form.email.errors or [problem_text(problem) for problem in email.problems]
        return make_response(_ask_page(form), 422)
    try:
        recovery.ask(
            current.services(),
            email,
            language=current.language(),
            next_path=next_path,
            source=current.source(),
            now=current.now(),
        )
    except TooMany as refusal:
        form.email.errors = [too_often(refusal.wait_s)]
        return errors.asked_to_wait(make_response(_ask_page(form), refusal.status), refusal.wait_s)
    browser.sent_to(email)
    return redirect(url_for("recovery.sent", next=next_path), 303)


@blueprint.get("/sent")
def sent() -> str:
    """Check your mail."""
    next_path = local_path(request.args.get("next"))
    email, shop = browser.told_sent_to(), requesting_shop(next_path)
    return render_template("recovery/sent.html", next_path=next_path, shop=shop, email=email)


@blueprint.get("/<secret>")
def look(secret: str) -> Response | str:
    """The page behind the link; it spends nothing."""
    try:
        return _reset_page(ResetForm(formdata=None), secret)
    except Refusal as refusal:
        return _dead(refusal)


@blueprint.post("/<secret>")
def reset(secret: str) -> Response:
    """Set the new password, once, and go on to sign in with it."""
    form = ResetForm()
    try:
        if not form.validate():
            return make_response(_reset_page(form, secret), 422)
        done = recovery.reset(current.services(), secret, form.password.data or "", current.now())
    except TooWeak as weak:
        form.password.errors = [WEAKNESSES[weak.weakness]]
        return make_response(_reset_page(form, secret), 422)
    except Refusal as refusal:
        return _dead(refusal)
    browser.sign_out(going_on=True)
    browser.expect(done.person_id)
    next_path = local_path(done.next_path)
    if handle_in(next_path) is not None and requesting_client(next_path) is None:
        flash(_("Your password was changed. Go back to the browser where you began, and sign in there."), "success")
        next_path = None
    else:
        flash(_("Your password was changed. Sign in with the new one."), "success")
    if done.others_stopped:
        flash(_("Addresses that were added later no longer sign in. Add the ones that are yours again."))
    response = redirect(url_for("sign_in.begin", next=next_path), 303)
    current.keep_cookie(response, current.KNOWN_COOKIE, done.browser, max_age=current.ONE_YEAR_S)
    return response


def _ask_page(form: AskForm) -> str:
    next_path = local_path(request.args.get("next"))
    return render_template("recovery/begin.html", form=form, next_path=next_path, shop=requesting_shop(next_path))


def _reset_page(form: ResetForm, secret: str) -> str:
    link = mail_links.look(current.services(), Purpose.RECOVER, secret, current.now())
    return render_template("recovery/reset.html", form=form, password_hint=HINT, shop=requesting_shop(link.next_path))


def _dead(refusal: Refusal) -> Response:
    return errors.page(
        refusal.status,
        refusal.code,
        _("This link does not work any more"),
        _("It was used before, is too old, or is not complete. Only the newest link works."),
        back_url=url_for("recovery.begin"),
        back_label=_("Ask for a new link"),
    )
