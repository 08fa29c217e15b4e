"""What one business uses details for, purpose by purpose: objecting to one, and allowing it again (GDPR 21)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.claims import in_catalogue_order
from app.domain.errors import Refusal
from app.domain.grants import Grant
from app.domain.intended_use import COLLECTION_GROUND, Ground
from app.domain.objection import PurposeUse
from app.services import objections
from app.services.objections import Listed
from app.services.receipts import Notice
from app.services.sharing import Shared
from app.web import current
from app.web.grant_cards import about_words, grant_card
from app.web.language import as_read
from app.web.own_grant import as_it_stands, done, own
from app.web.shop import shop_of
from app.web.wording import claim_label, claim_labels, date_words, ground_word, purpose_word

blueprint = Blueprint("purposes", __name__, url_prefix="/sharing/<grant_id>/purposes")


@dataclass(frozen=True)
class PurposePart:
    """What serves a purpose on one ground until one day; neither claims nor the permission where nothing serves it."""

    claims: list[str]
    collects: bool
    ground: str
    until: str


@dataclass(frozen=True)
class PurposeRow:
    """One purpose on the page; ``fixed`` is the reason why it cannot be switched off, or empty."""

    id: str
    words: str
    on: bool
    fixed: str
    parts: list[PurposePart]
    only: list[str]
    """What the business no longer gets at all without it."""
    allowed: bool


@blueprint.get("")
def overview(grant_id: str) -> Response | str:
    """Every purpose, on or off, and until when."""
    shared = own(grant_id)
    found = _listed(shared)
    if found is None:
        return as_it_stands(grant_id)
    return render_template(
        "purposes/overview.html", grant=grant_card(shared), rows=[_row(each, shared.grant) for each in found]
    )


@blueprint.post("")
@as_read
def switch(grant_id: str) -> Response:
    """Switch one off at once, or go and see what allowing it again means."""
    shared, purpose, services = own(grant_id), request.form.get("purpose", ""), current.services()
    act: Callable[..., Grant]
    look = redirect(url_for("purposes.confirm", grant_id=grant_id, purpose=purpose), 303)
    on, seen = request.form.get("on") == "1", request.form.get("seen")
    if on and not seen:
        return look
    found = _listed(shared)
    if found is None:
        return as_it_stands(grant_id)
    row = next((_row(each, shared.grant) for each in found if each.use.id == purpose), None)
    if row is None:
        abort(HTTPStatus.NOT_FOUND)
    shop, what = shop_of(shared.client).name, row.words
    if on:
        act, said = partial(objections.allow, seen=seen), _("Allowed again: %(purpose)s.", purpose=what)
        words = _("Allow %(shop)s again: %(purpose)s", shop=shop, purpose=what)
    else:
        act, said = objections.object_to, _("Switched off: %(purpose)s.", purpose=what)
        words = _("%(shop)s may no longer do this: %(purpose)s", shop=shop, purpose=what)
    notice = Notice(current.language(), "\n".join([words, *filter(None, [about_words(shared)]), *_meaning(row)]))
    try:
        grant = act(services, grant_id, shared.grant.person_id, purpose, notice, current.now())
    except Refusal as refusal:
        if refusal.code != "changed":
            return as_it_stands(grant_id)
        flash(_("Something changed since you opened this page, so look at it once more. Nothing has been allowed yet."))
        return look
    return done(grant, said)


@blueprint.get("/<purpose>")
def confirm(grant_id: str, purpose: str) -> Response | str:
    """The terms on which a purpose would be allowed again."""
    shared = own(grant_id)
    found = _listed(shared)
    if found is None:
        return as_it_stands(grant_id)
    listed = next((each for each in found if each.use.id == purpose), None)
    if listed is None:
        abort(HTTPStatus.NOT_FOUND)
    if not listed.use.objected:
        return redirect(url_for("purposes.overview", grant_id=grant_id), 303)
    return render_template(
        "purposes/confirm.html", grant=grant_card(shared), row=_row(listed, shared.grant), shown=listed.shown
    )


def _listed(shared: Shared) -> tuple[Listed, ...] | None:
    """The purposes of a live grant; None when it is over."""
    try:
        return objections.listed(current.services(), shared.grant.id, shared.grant.person_id, current.now())
    except Refusal:
        return None


def _row(listed: Listed, grant: Grant) -> PurposeRow:
    """A purpose as it was agreed to; one that is switched off, as it would be allowed again."""
    use = listed.use
    return PurposeRow(
        id=use.id,
        words=purpose_word(use.id, () if use.objected else grant.purposes),
        on=not use.objected,
        fixed="" if use.fixed is None or use.objected else _why_fixed(use, use.fixed),
        parts=_parts(listed),
        only=claim_labels(use.only),
        allowed=listed.allowed,
    )


def _why_fixed(use: PurposeUse, fixed: Ground) -> str:
    partly = use.collects_until is not None or any(item.ground is not fixed for item in use.terms.values())
    if fixed is Ground.LEGAL_DUTY:
        said = _("A part is required by law, so it stays on as a whole.") if partly else _("Required by law.")
    elif partly:
        said = _(
            "A part is needed for your agreement with the business, so it stays on as a whole."
            " To end that, stop sharing."
        )
    else:
        said = _("This is needed for your agreement with the business. To end that, stop sharing.")
    return str(said)


def _parts(listed: Listed) -> list[PurposePart]:
    """The claims with the same ground and day together, the permission to collect among them."""
    use, alike = listed.use, dict[tuple[str, str], tuple[list[str], bool]]()
    for name in in_catalogue_order(use.terms):
        terms = use.terms[name]
        claims, _collects = alike.setdefault((ground_word(terms.ground), date_words(terms.until)), ([], False))
        claims.append(claim_label(name))
    if use.collects_until is not None:
        key = ground_word(COLLECTION_GROUND), date_words(use.collects_until)
        alike[key] = alike.get(key, ([], False))[0], True
    if not alike:
        alike[ground_word(use.ground), date_words(listed.ends_at)] = [], False
    return [PurposePart(claims, collects, *key) for key, (claims, collects) in alike.items()]


def _meaning(row: PurposeRow) -> list[str]:
    """What an objection or its end is about, names only."""
    lines = []
    for part in row.parts:
        lines += [", ".join(part.claims), _("The permission to keep track of what you do.") if part.collects else ""]
        lines.append(f"{part.ground}, {_('until %(date)s', date=part.until)}")
    return [line for line in lines if line]
