"""Making an account, and the page behind the link in the mail: looking at it changes nothing, its button does."""

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.errors import Refusal, TooMany
from app.services import addresses, authorization_requests, mail_links, registration
from app.services.credentials import TooWeak, require_strong
from app.services.fact_values import Accepted, Refused, read_claim
from app.services.mail_links import Purpose
from app.services.registration import Asked
from app.web import browser, current, errors
from app.web.account.blueprint import say_whose
from app.web.forms.problems import problem_text
from app.web.forms.registration import RegisterForm
from app.web.handover import handle_in, requesting_client, requesting_shop
from app.web.language import as_read, looks_again
from app.web.passwords import HINT, WEAKNESSES
from app.web.way_back import local_path
from app.web.wording import too_often

blueprint = Blueprint("registration", __name__)


@blueprint.get("/register")
def begin() -> Response | str:
    """The form; for somebody who has an account and is signed in there is nothing to make."""
    next_path = local_path(request.args.get("next"))
    if current.session() is not None:
        return redirect(next_path or url_for("account.overview"), 303)
    return _page(RegisterForm(formdata=None), next_path)


@blueprint.post("/register")
@as_read
def register() -> Response:
    """Make the account, or say beside each field why not. Whether the address is known shows nowhere."""
    next_path = local_path(request.args.get("next"))
    form = RegisterForm()
    if looks_again():
        if form.email.data or form.name.data:
            return make_response(_page(form, next_path))
        return redirect(url_for("registration.begin", next=next_path), 303)
    asked = _read(form)
    if asked is not None:
        try:
            registration.register(
                current.services(),
                asked,
                language=current.language(),
                next_path=next_path,
                source=current.source(),
                now=current.now(),
            )
        except TooWeak as weak:
            form.password.errors = [WEAKNESSES[weak.weakness]]
        except TooMany as refusal:
            form.email.errors = [too_often(refusal.wait_s)]
            return errors.asked_to_wait(make_response(_page(form, next_path), refusal.status), refusal.wait_s)
        else:
            browser.sent_to(asked.email)
            return redirect(url_for("registration.sent", next=next_path), 303)
    return make_response(_page(form, next_path), 422)


@blueprint.get("/register/sent")
def sent() -> str:
    """Check your mail."""
    next_path = local_path(request.args.get("next"))
    email, shop = browser.told_sent_to(), requesting_shop(next_path)
    return render_template("registration/sent.html", next_path=next_path, shop=shop, email=email)


@blueprint.get("/confirm/<secret>")
def look(secret: str) -> Response | str:
    """The page behind the link. Mail scanners open links too: nothing happens before the button is pressed."""
    try:
        link = mail_links.look(current.services(), Purpose.CONFIRM, secret, current.now())
    except Refusal as refusal:
        return _dead(refusal)
    requesting = requesting_client(link.next_path)
    elsewhere = requesting is None and handle_in(link.next_path) is not None
    return render_template("registration/confirm.html", shop=requesting and requesting.shop, elsewhere=elsewhere)


@blueprint.post("/confirm/<secret>")
def confirm(secret: str) -> Response:
    """Prove the address, once, and go on: to sign in, and from there to the shop that was waiting."""
    services, now = current.services(), current.now()
    try:
        done = registration.confirm(services, secret, now)
    except Refusal as refusal:
        return _dead(refusal)
    flash(_("Your e-mail address is confirmed."), "success")
    if not done.new_account:
        say_whose(done.person_id)
        return redirect(url_for("account.overview"), 303)
    browser.expect(done.person_id)
    handle = handle_in(done.next_path)
    if handle is not None and requesting_client(done.next_path) is None:
        if request.form.get("go_on") != "here":
            return redirect(url_for("registration.confirmed"), 303)
        try:
            authorization_requests.take_over(services, handle, browser.own_digest(), now)
        except Refusal:
            return redirect(url_for("sign_in.begin"), 303)
    return redirect(url_for("sign_in.begin", next=done.next_path), 303)


@blueprint.get("/confirmed")
def confirmed() -> str:
    """The rest happens in the browser where the login began."""
    return render_template("registration/confirmed.html")


def _read(form: RegisterForm) -> Asked | None:
    """What was filled in, or None with the problems beside their fields."""
    usable = form.validate()
    name = None
    if form.name.data:
        outcome = read_claim("name", {"name": form.name.data}, today=current.now().date())
        if isinstance(outcome, Accepted):
            name = str(outcome.value)
        elif isinstance(outcome, Refused):
            form.name.errors = [problem_text(problem) for problem in outcome.problems]
    email = addresses.read(form.email.data or "", current.now())
    if isinstance(email, Refused):
        form.email.errors = form.email.errors or [problem_text(problem) for problem in email.problems]
    if isinstance(email, Refused) or form.name.errors:
        _judge_password(form)
        return None
    return Asked(email, form.password.data or "", name) if usable else None


def _judge_password(form: RegisterForm) -> None:
    """With another field refused, say what is wrong with the password too, for it has to be typed again anyway."""
    if not form.password.data:
        return
    try:
        require_strong(form.password.data, (form.email.data or "", form.name.data or ""))
    except TooWeak as weak:
        form.password.errors = [WEAKNESSES[weak.weakness]]


def _page(form: RegisterForm, next_path: str | None) -> str:
    return render_template(
        "registration/begin.html",
        form=form,
        next_path=next_path,
        shop=requesting_shop(next_path),
        password_hint=HINT,
    )


def _dead(refusal: Refusal) -> Response:
    title = _("This link does not work any more")
    told = _("It was used before, is too old, or is not complete. If your account is confirmed, just sign in.")
    if refusal.code == "address_taken":
        title = _("This address belongs to another account")
        told = _("Somebody confirmed it before you did. If that was you, sign in to that account.")
    return errors.page(
        refusal.status,
        refusal.code,
        title,
        told,
        back_url=url_for("sign_in.begin"),
        back_label=_("Sign in"),
    )
