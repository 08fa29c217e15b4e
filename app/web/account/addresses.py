"""Adding and removing e-mail addresses that sign in; each is proved by a link before it counts."""

from datetime import datetime

from flask import flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.errors import Refusal
from app.services import account, address_removal, mail_links
from app.services import addresses as email_addresses
from app.services.addresses import OwnAddress
from app.services.credentials import Wrong
from app.services.fact_values import Refused
from app.services.mail_links import Purpose
from app.services.sessions import Session
from app.web import current, errors
from app.web.account.blueprint import answer_wrong, blueprint, say_whose
from app.web.forms.account import AddressForm, ProofForm
from app.web.forms.problems import problem_text
from app.web.language import as_read, looks_again
from app.web.wording import date_words


@blueprint.get("/addresses/add")
def address() -> str:
    """The form for another address."""
    current.require_session()
    return _page(AddressForm(formdata=None))


@blueprint.post("/addresses/add")
@as_read
def add_address() -> Response:
    """Send a link to it; the same answer when somebody else has the address."""
    session, form = current.require_session(), AddressForm()
    if looks_again():
        return make_response(_page(form))
    usable = form.validate()
    email = email_addresses.read(form.email.data or "", current.now())
    if isinstance(email, Refused):
        form.email.errors = form.email.errors or [problem_text(problem) for problem in email.problems]
    if not usable or isinstance(email, Refused):
        return make_response(_page(form), 422)
    try:
        asked = account.add_address(
            current.services(),
            session,
            form.current.data or "",
            email,
            language=current.language(),
            source=current.source(),
            now=current.now(),
        )
    except Wrong as wrong:
        return answer_wrong(wrong, form.current, lambda: _page(form))
    except Refusal as refusal:
        form.email.errors = [_REFUSALS[refusal.code]()]
        return make_response(_page(form), 422)
    if asked is account.Asked.SIGNS_IN_NOW:
        flash(_("You sign in with this address too from now on. You confirmed before that it is yours."), "success")
    else:
        flash(_("We sent a link to the new address. Open it to confirm that the address is yours."), "success")
    return redirect(url_for("account.overview"), 303)


@blueprint.post("/addresses/<email_id>/link")
def send_link(email_id: str) -> Response:
    """Send the link once more."""
    session = current.require_session()
    own = _own(session, email_id)
    try:
        asked = account.request_link(
            current.services(),
            session.person_id,
            own.address,
            language=current.language(),
            signs_in=own.signs_in,
            now=current.now(),
        )
    except Refusal as refusal:
        flash(_REFUSALS[refusal.code](), "error")
    else:
        sent = asked is account.Asked.SENT  # a page left open shows the button after the link was used
        flash(_("We sent the link again.") if sent else _("This address is confirmed already."), "success")
    return redirect(url_for("account.overview"), 303)


@blueprint.get("/addresses/<email_id>/remove")
def removal(email_id: str) -> str:
    """Ask once, with the password."""
    return _removal_page(_own(current.require_session(), email_id), ProofForm(formdata=None), [])


@blueprint.post("/addresses/<email_id>/remove")
def remove_address(email_id: str) -> Response:
    """Take it away, or send it a link that does."""
    session, form = current.require_session(), ProofForm()
    own, refused = _own(session, email_id), list[tuple[str, str]]()
    if form.validate():
        try:
            free_at = address_removal.remove(
                current.services(),
                session,
                form.current.data or "",
                email_id,
                language=current.language(),
                source=current.source(),
                now=current.now(),
            )
        except Wrong as wrong:
            return answer_wrong(wrong, form.current, lambda: _removal_page(own, form, refused))
        except Refusal as refusal:
            refused = [(_REFUSALS[refusal.code](), "")]
        else:
            _say_removed(free_at)
            return redirect(url_for("account.overview"), 303)
    return make_response(_removal_page(own, form, refused), 422)


def _removal_page(own: OwnAddress, form: ProofForm, refused: list[tuple[str, str]]) -> str:
    session = current.require_session()
    by_link = not own.only and address_removal.freely_at(current.services(), session.person_id, own.id) > current.now()
    return render_template("account/removal.html", form=form, own=own, by_link=by_link, errors=refused)


def _say_removed(free_at: datetime | None) -> None:
    if free_at is None:
        flash(_("The address was removed."), "success")
        return
    sent = _("We sent a link to the address. Open it, and the address is removed.")
    without = _(
        "Can you not read its mail any more? From %(date)s you can remove it without the link.",
        date=date_words(free_at),
    )
    flash(f"{sent} {without}")


@blueprint.get("/addresses/removal/<secret>")
def look_at_removal(secret: str) -> Response | str:
    """The page behind the link in the mail; it spends nothing."""
    services = current.services()
    try:
        link = mail_links.look(services, Purpose.REMOVE, secret, current.now())
        address_removal.freely_at(services, link.person_id, link.email_id)
    except Refusal as refusal:
        return _dead(refusal)
    return render_template("account/removal_by_link.html")


@blueprint.post("/addresses/removal/<secret>")
def remove_by_link(secret: str) -> Response:
    """Take it away: whoever reads its mail wants it."""
    try:
        person_id = address_removal.remove_by_link(current.services(), secret, current.now())
    except Refusal as refusal:
        return _dead(refusal)
    flash(_("The address was removed."), "success")
    say_whose(person_id)
    return redirect(url_for("account.overview"), 303)


def _dead(refusal: Refusal) -> Response:
    title = _("This link does not work any more")
    told = _("It was used before, is too old, or is not complete. The address may be gone already.")
    if refusal.code == "last_address":
        title, told = _("The address was not removed"), _REFUSALS[refusal.code]()
    return errors.page(
        refusal.status,
        refusal.code,
        title,
        told,
        back_url=url_for("account.overview"),
        back_label=_("Go to your account"),
    )


def _own(session: Session, email_id: str) -> OwnAddress:
    for own in account.own_addresses(current.services(), session.person_id):
        if own.id == email_id:
            return own
    raise errors.gone(
        "no_address",
        _("This address is not there any more"),
        _("It was removed in another window, or the address of the page is not right. Nothing was changed."),
        back_url=url_for("account.overview"),
        back_label=_("Go to your account"),
    )


def _page(form: AddressForm) -> str:
    return render_template("account/address.html", form=form)


_REFUSALS = {
    "too_many": lambda: _("There is no room for another address. Remove one first."),
    "slow_down": lambda: _("You asked for many mails in a short time. Wait an hour and try again."),
    "last_address": lambda: _("This is the only address you can sign in with. Add another one first."),
    "own_address": lambda: _("You sign in with this address already."),
    "no_address": lambda: _("This address was removed already."),
}
