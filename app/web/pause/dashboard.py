"""Pause and resume from the page of one business, each after one confirmation."""

from flask import render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.errors import Refusal
from app.services import pausing
from app.web import current
from app.web.grant_cards import grant_card
from app.web.language import as_read
from app.web.own_grant import as_it_stands, done, own
from app.web.pause.blueprint import blueprint, closed_words, pause_notice, resume_notice, terms
from app.web.shop import shop_of


@blueprint.get("/sharing/<grant_id>/pause")
def confirm(grant_id: str) -> Response | str:
    """What a pause means, before it begins. Looking at this page pauses nothing."""
    shared = own(grant_id)
    if not shared.running or shared.grant.paused_at is not None:
        return as_it_stands(grant_id)
    return render_template("pause/confirm.html", grant=grant_card(shared), **terms(shared))


@blueprint.post("/sharing/<grant_id>/pause")
@as_read
def pause(grant_id: str) -> Response:
    """Pause: nothing goes out from the moment this is answered."""
    shared = own(grant_id)
    shop = shop_of(shared.client).name
    notice = pause_notice(shared, shop)
    try:
        grant = pausing.pause(current.services(), grant_id, shared.grant.person_id, notice, current.now())
    except Refusal:
        return as_it_stands(grant_id)
    if shared.more_goes_on:
        return done(grant, _("Paused. What else you share with %(shop)s goes on.", shop=shop))
    return done(grant, _("Paused. %(shop)s gets nothing from you until you resume.", shop=shop))


@blueprint.get("/sharing/<grant_id>/resume")
def confirm_resume(grant_id: str) -> Response | str:
    """What goes on, before it does."""
    shared = own(grant_id)
    if not shared.running or shared.grant.paused_at is None:
        return as_it_stands(grant_id)
    card = grant_card(shared)
    return render_template("pause/resume.html", grant=card, closed=closed_words(shared, card.business), **terms(shared))


@blueprint.post("/sharing/<grant_id>/resume")
@as_read
def resume(grant_id: str) -> Response:
    """Go on as agreed, with nothing more than before."""
    shared = own(grant_id)
    shop = shop_of(shared.client).name
    notice = resume_notice(shared, shop)
    try:
        grant = pausing.resume(current.services(), grant_id, shared.grant.person_id, notice, current.now())
    except Refusal:
        return as_it_stands(grant_id)
    if shared.closed:
        return done(grant, " ".join([_("Resumed."), closed_words(shared, shop)]))
    return done(grant, _("Resumed. %(shop)s gets again what you agreed to.", shop=shop))
