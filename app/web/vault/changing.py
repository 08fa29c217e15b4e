"""What a person does in their vault: correct a deposit, delete one or all of a business, take a loyalty card away."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.errors import Faulty, Refusal
from app.services import loyalty_numbers
from app.services.vault import corrections, reading
from app.services.vault.documents import Deposit
from app.services.vault.shapes import members
from app.web import current
from app.web.deposit_words import deposit_words
from app.web.forms.vault import CorrectionForm
from app.web.language import as_read, looks_again
from app.web.vault.blueprint import blueprint, own_business, own_deposit


@blueprint.route("/deposit/<deposit_id>/correct", methods=["GET", "POST"])
@as_read
def correct(deposit_id: str) -> Response | str | tuple[str, int]:
    """Put right what is wrong in a deposit, or add a remark."""
    deposit = own_deposit(deposit_id)
    posted = request.form if request.method == "POST" else None
    content, remark = deposit.document.content, deposit.document.remark
    form = CorrectionForm(members(deposit.type), content, remark, deposit.version, posted)
    if posted is None or looks_again():
        return _form_page(deposit, form)
    try:
        changed = corrections.correct(
            current.services(),
            deposit.person_id,
            deposit_id,
            form.version,
            form.content(),
            form.remark,
            current.now(),
        )
    except Faulty as faulty:
        form.complain(faulty.faults)
        return _form_page(deposit, form), 422
    except Refusal as refusal:
        if refusal.code != "conflict":
            raise
        if form.go_on_over(deposit.version):
            told = _("This was changed in another window meanwhile. Save again to keep what you see here.")
            return _form_page(deposit, form, told), 409
        flash(_("This has changed since you opened the page. This is how it stands now."), "info")
        return redirect(url_for("vault.correct", deposit_id=deposit_id), 303)
    if changed:
        name = own_business(deposit.business_id).name
        told = _("Saved. %(shop)s is told what you changed and reads it as it is now.", shop=name)
        if not corrections.is_told(current.services(), deposit.grant_id, current.now()):
            told = _("Saved. %(shop)s gets nothing of this now, so it is not told.", shop=name)
        flash(told, "success")
    return redirect(url_for("vault.show", deposit_id=deposit_id), 303)


@blueprint.route("/deposit/<deposit_id>/remove", methods=["GET", "POST"])
def remove(deposit_id: str) -> Response | str:
    """Delete one deposit, after one confirmation."""
    deposit = own_deposit(deposit_id)
    shop = own_business(deposit.business_id)
    shelf_url = url_for("vault.shelf", business_id=deposit.business_id)
    if request.method == "GET":
        back_url = url_for("vault.show", deposit_id=deposit_id)
        words = deposit_words(deposit)
        return render_template("vault/remove.html", shop=shop, deposit=words, count=1, back_url=back_url)
    corrections.remove(current.services(), deposit.person_id, deposit_id, current.now())
    flash(_("Deleted from your vault."), "success")
    return redirect(shelf_url, 303)


@blueprint.route("/business/<business_id>/remove", methods=["GET", "POST"])
def remove_all(business_id: str) -> Response | str:
    """Delete everything one business keeps here, after one confirmation."""
    shop = own_business(business_id)
    person_id, services = current.require_session().person_id, current.services()
    if request.method == "GET":
        count = len(reading.of_person(services, person_id, current.now(), business_id))
        back_url = url_for("vault.shelf", business_id=business_id)
        return render_template("vault/remove.html", shop=shop, deposit=None, count=count, back_url=back_url)
    corrections.remove_all(services, person_id, business_id, current.now())
    flash(_("Deleted from your vault: everything of %(shop)s.", shop=shop.name), "success")
    return redirect(url_for("vault.overview"), 303)


@blueprint.post("/business/<business_id>/card/remove")
def remove_card(business_id: str) -> Response:
    """Let the business know the person by no loyalty card any more."""
    shop = own_business(business_id)
    loyalty_numbers.remove_of_person(current.services(), current.require_session().person_id, business_id)
    flash(_("%(shop)s no longer knows you here by a loyalty card.", shop=shop.name), "success")
    return redirect(url_for("vault.shelf", business_id=business_id), 303)


def _form_page(deposit: Deposit, form: CorrectionForm, told: str = "") -> str:
    return render_template(
        "vault/correct.html",
        shop=own_business(deposit.business_id),
        deposit=deposit_words(deposit),
        form=form,
        is_told=corrections.is_told(current.services(), deposit.grant_id, current.now()),
        errors=[(told, "")] if told else [],
        back_url=url_for("vault.show", deposit_id=deposit.id),
    )
