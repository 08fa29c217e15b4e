"""Signing in, inside a shop's login or by oneself; afterwards the browser goes on where it was."""

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.next_step import Step, next_step
from app.services import account, addresses, login_facts, sign_in
from app.services.credentials import Wrong
from app.services.login_facts import Situation
from app.services.sessions import Session
from app.web import browser, current, errors, request_log, typed
from app.web.forms.sign_in import SignInForm
from app.web.handover import Requesting, requesting_client
from app.web.language import as_read, looks_again
from app.web.passwords import wait_words
from app.web.typed import Typed
from app.web.way_back import local_path, own_page

blueprint = Blueprint("sign_in", __name__, url_prefix="/sign-in")


@blueprint.get("")
def begin() -> Response | str:
    """The form. Somebody who is signed in sees it only when a login asks it of them, or they just made an account.

    Others go on: they signed in meanwhile in another tab.
    """
    next_path = local_path(request.args.get("next"))
    requesting, expected = requesting_client(next_path), browser.expected()
    session = current.session()
    if session is not None and expected in {None, session.person_id} and not _is_asked(_situation(requesting)):
        return redirect(next_path or _home(), 303)
    form = SignInForm(formdata=None, data={"email": _known_address(requesting, expected)})
    return _page(form, next_path, requesting, is_new=expected is None)


@blueprint.post("")
@as_read
def prove() -> Response:
    """Check what was filled in; the same answer for a wrong password and an account that does not exist."""
    next_path = local_path(request.args.get("next"))
    requesting = requesting_client(next_path)
    form = SignInForm()
    if looks_again():
        if form.email.data or typed.waiting():
            return make_response(_page(form, next_path, requesting))
        return redirect(url_for("sign_in.begin", next=next_path), 303)
    if not form.validate():
        return make_response(_page(form, next_path, requesting), 422)
    try:
        signed_in = sign_in.sign_in(
            current.services(),
            _address(form),
            form.password.data or "",
            source=current.source(),
            over=current.session(),
            now=current.now(),
            browser=current.cookie(current.KNOWN_COOKIE) or "",
        )
    except Wrong as wrong:
        return _refused(wrong, form, next_path, requesting)
    request_log.note(outcome="signed_in")
    browser.sign_in(signed_in.secret)
    response = _go_on(signed_in.session, next_path)
    current.keep_cookie(response, current.KNOWN_COOKIE, signed_in.browser, max_age=current.ONE_YEAR_S)
    return response


@blueprint.app_errorhandler(current.SignedOut)
def sign_in_again(_error: current.SignedOut) -> Response:
    """The answer to a form that came too late: what was typed in it is not lost to who typed it."""
    request_log.note(outcome="signed_out")
    kept, session = typed.sent(), current.session()
    if kept is None:
        current.say_signed_out()
        return redirect(url_for("sign_in.begin", next=own_page() or None), 303)
    if session is not None:
        return make_response(_typed_page(kept), 403)
    return make_response(_page(SignInForm(formdata=None), kept.page, None, kept=kept), 403)


def _go_on(session: Session, next_path: str | None) -> Response:
    """Where the browser was, unless its person has typed something there."""
    kept = typed.waiting()
    if kept is not None and kept.is_of(session.person_id):
        return make_response(_typed_page(kept))
    if kept is not None:
        flash(_("What was in that form was typed by somebody else, and was not kept."))
    return redirect(next_path or _home(), 303)


def _typed_page(kept: Typed) -> str:
    return render_template("sign_in/typed.html", typed=kept)


def _refused(wrong: Wrong, form: SignInForm, next_path: str | None, requesting: Requesting | None) -> Response:
    request_log.note(outcome="too_many_attempts" if wrong.wait_s else "wrong_password")
    if wrong.wait_s:
        page = _page(form, next_path, requesting, wait_words(wrong.wait_s))
        return errors.asked_to_wait(make_response(page, 429), wrong.wait_s)
    # One message for everybody: it must not tell whether there is such an account.
    belonging = _("This e-mail address and password do not belong together.")
    unconfirmed = _("Just made an account? Open the link in your mail first.")
    form.password.errors = [f"{belonging} {unconfirmed}"]
    return make_response(_page(form, next_path, requesting), 422)


def _page(
    form: SignInForm,
    next_path: str | None,
    requesting: Requesting | None,
    error: str = "",
    kept: Typed | None = None,
    *,
    is_new: bool = True,
) -> str:
    """``is_new``: they may have no account; who just proved an address of one has."""
    situation = _situation(requesting)
    return render_template(
        "sign_in/begin.html",
        form=form,
        shop=requesting.shop if requesting else None,
        cancel_url=url_for("authorize.cancel", handle=requesting.handle) if requesting else "",
        error=error,
        next_path=next_path,
        signed_in_as=_own_address(),
        keep_url=_keep_url(requesting, situation),
        another_named=situation is not None and situation.another_named,
        typed=kept or typed.waiting(),
        is_new=is_new,
    )


def _address(form: SignInForm) -> str:
    """What was typed, in the form addresses are kept in where it is one."""
    given = str(form.email.data)
    read = addresses.read(given, current.now())
    return read if isinstance(read, str) else given


def _known_address(requesting: Requesting | None, expected: str | None) -> str:
    """The address to begin with: the client's hint, else of whoever is signed in or proved their mailbox here."""
    hint = "" if requesting is None else requesting.stored.request.login_hint or ""
    if "@" in hint:
        return hint[:254]
    if expected:
        return account.sign_in_address(current.services(), expected)
    situation = _situation(requesting)
    if situation is not None and (situation.another_named or _asks_which(situation)):
        return ""  # the form is for another account
    return _own_address()


def _own_address() -> str:
    """With which whoever is signed in here signs in; empty for nobody."""
    session = current.session()
    return "" if session is None else account.sign_in_address(current.services(), session.person_id)


def _keep_url(requesting: Requesting | None, situation: Situation | None) -> str:
    """Where one presses to go on as whoever is signed in, when that is all the request asks; else empty."""
    if requesting is None or situation is None or not _asks_which(situation):
        return ""
    return url_for("authorize.keep_account", handle=requesting.handle)


def _is_asked(situation: Situation | None) -> bool:
    """Whether the login still asks something on this page of whoever is signed in."""
    return situation is not None and next_step(situation.facts).step in {Step.SIGN_IN, Step.CHOOSE_ACCOUNT}


def _asks_which(situation: Situation) -> bool:
    return next_step(situation.facts).step is Step.CHOOSE_ACCOUNT


def _situation(requesting: Requesting | None) -> Situation | None:
    """How the request stands with whoever is signed in; None when nobody is, or when there is no request."""
    session = current.session()
    if requesting is None or session is None:
        return None
    stored, services = requesting.stored, current.services()
    same_account = browser.is_account_kept(requesting.handle)
    return login_facts.gather(
        services, stored.request, requesting.client, session, stored, current.now(), same_account=same_account
    )


def _home() -> str:
    return url_for("sharing.overview")
