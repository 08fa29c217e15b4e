"""Who has what about me: every grant, what happened under it, and the ways to give less or nothing."""

from collections.abc import Iterable, Mapping

from flask import Blueprint, abort, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.claims import CATALOGUE, in_catalogue_order
from app.domain.errors import Refusal
from app.domain.grant_versions import extras
from app.domain.levels import Level
from app.services import cases, consents, sharing
from app.services.receipts import Notice
from app.services.sharing import Relation, Shared
from app.web import current
from app.web.cases.cards import card_of_grant
from app.web.copies import holders
from app.web.grant_cards import (
    about_words,
    claim_rows,
    grant_card,
    grant_cards,
    kept_of_before_rows,
    kept_rows,
    more_goes_on_words,
    permission_words,
    stop_notice,
    stopped_words,
    way_down_card,
    way_down_notice,
)
from app.web.language import as_read
from app.web.own_grant import as_it_stands, done, own
from app.web.refused_requests import never_given, refused_by, refused_entries
from app.web.sharing_picture import draw
from app.web.shop import each_named, shop_of
from app.web.timeline import Entry, entries
from app.web.told_timeline import answer_entries, told_entries
from app.web.vault_timeline import vault_entries
from app.web.wording import (
    KIND_LABELS,
    claim_label,
    claim_labels,
    date_words,
    level_word,
    month_words,
    short_date_words,
)

blueprint = Blueprint("sharing", __name__, url_prefix="/sharing")


@blueprint.get("")
def overview() -> str:
    """Every business that gets something now, and those that did before."""
    session, services, now = current.require_session(), current.services(), current.now()
    everything = sharing.overview(services, session.person_id, now)
    cards = grant_cards(everything)
    running = [cards[shared.grant.id] for shared in everything if shared.running]
    given = sharing.all_given(services, session.person_id)
    with_a_copy = holders(everything, given, cases.of_person(services, session.person_id), now)
    return render_template(
        "sharing/overview.html",
        running=sorted(running, key=lambda card: not card.extend_url),  # what asks something of the person stands first
        business_count=len({each.grant.business_id for each in everything if each.giving}),
        picture=draw(with_a_copy, now),
        kind_words=KIND_LABELS,
        day=date_words,
        short_day=short_date_words,
        month=month_words,
        over=[cards[shared.grant.id] for shared in everything if not shared.running],
        refused=never_given(session.person_id, {shared.grant.business_id for shared in everything}),
    )


@blueprint.get("/<grant_id>")
def show(grant_id: str) -> str:
    """One business: what it can read now, on which terms, and what happened."""
    person_id = current.require_session().person_id
    relation = sharing.relation(current.services(), person_id, grant_id, current.now())
    if relation is None:
        abort(404)
    shared, grant = relation.shared, relation.shared.grant
    shop, cards = shop_of(shared.client), grant_cards([shared, *relation.others])
    return render_template(
        "sharing/show.html",
        shop=shop,
        grant=cards[grant.id],
        rows=claim_rows(shared, relation.readable),
        kept=kept_of_before_rows(shared) if shared.running else kept_rows(shared, shared.over_at),
        permission=permission_words(shared.collecting, grant),
        timeline=_timeline(relation, shop.name),
        others=[cards[other.grant.id] for other in relation.others],
        case=card_of_grant(person_id, grant_id),
        erase_url=url_for("cases.confirm", grant_id=grant_id),
    )


@blueprint.get("/<grant_id>/level")
def change(grant_id: str) -> Response | str:
    """The lower levels, each with what stays and what goes."""
    shared = own(grant_id)
    if not shared.running:
        return as_it_stands(grant_id)
    ways = sharing.ways_down(current.services(), shared, current.now())
    levels = shared.client.business.intended_use.levels
    return render_template(
        "sharing/change.html",
        grant=grant_card(shared),
        ways=[way_down_card(way) for way in ways],
        extras=[(name, claim_label(name)) for name in in_catalogue_order(_extras(shared))],
        higher=[level_word(level) for level in levels if level > shared.grant.level],
    )


@blueprint.post("/<grant_id>/level")
@as_read
def step_down(grant_id: str) -> Response:
    """Go down at once: what was shared above it stops with this answer."""
    shared = own(grant_id)
    try:
        level = Level.from_word(request.form.get("level", ""))
    except ValueError:
        abort(400)
    services, now, shop = current.services(), current.now(), shop_of(shared.client)
    ways = sharing.ways_down(services, shared, now) if shared.running else ()
    way = next((way for way in ways if way.proposal.level is level), None)
    if way is None:
        return as_it_stands(grant_id)
    notice, seen = Notice(current.language(), way_down_notice(shared, way, shop.name)), request.form.get("shown", "")
    try:
        grant = consents.step_down(services, grant_id, shared.grant.person_id, level, notice, now, seen=seen)
    except Refusal:
        return as_it_stands(grant_id)
    said = _("%(shop)s now gets level %(level)s and no more.", shop=shop.name, level=level_word(level))
    if shared.more_goes_on:
        lowered = _("Lowered to level %(level)s.", level=level_word(level))
        said = f"{lowered} {more_goes_on_words(shared, shop.name)}"
    return done(grant, said)


@blueprint.post("/<grant_id>/extras")
@as_read
def take_back(grant_id: str) -> Response:
    """Take one extra back at once."""
    shared, claim = own(grant_id), request.form.get("claim", "")
    if claim not in CATALOGUE:
        abort(400)
    label, shop = claim_label(claim), shop_of(shared.client).name
    said = _("%(shop)s no longer gets: %(names)s.", shop=shop, names=label)
    if shared.more_goes_on:
        said = " ".join([_("This stops: %(names)s.", names=label), more_goes_on_words(shared, shop)])
    notice = Notice(current.language(), "\n".join(filter(None, [said, about_words(shared)])))
    try:
        grant = consents.take_back(current.services(), grant_id, shared.grant.person_id, claim, notice, current.now())
    except Refusal:
        return as_it_stands(grant_id)
    return done(grant, said)


@blueprint.get("/<grant_id>/stop")
def confirm_stop(grant_id: str) -> Response | str:
    """What stopping means, before it is done. Looking at this page stops nothing."""
    shared = own(grant_id)
    if not shared.running:
        return as_it_stands(grant_id)
    return render_template(
        "sharing/stop.html",
        grant=grant_card(shared),
        goes=claim_labels(shared.given),
        kept=kept_rows(shared, current.now()),
        collects=shared.collecting is not None,
        erase_url=url_for("cases.confirm", grant_id=grant_id),
    )


@blueprint.post("/<grant_id>/stop")
@as_read
def stop(grant_id: str) -> Response:
    """Stop: no token of this grant works from the moment this is answered."""
    shared = own(grant_id)
    shop = shop_of(shared.client)
    notice = Notice(current.language(), stop_notice(shared, shop.name))
    try:
        grant = consents.stop(current.services(), grant_id, shared.grant.person_id, notice, current.now())
    except Refusal:
        return as_it_stands(grant_id)
    return done(grant, stopped_words(shared, shop.name))


def _extras(shared: Shared) -> frozenset[str]:
    return extras(shared.grant, shared.client.business.intended_use, current.services().policy)


def _timeline(relation: Relation, shop: str) -> list[Entry]:
    grant = relation.shared.grant
    refusals = refused_by(grant.person_id, grant.business_id)
    asking = [client for _refused, client in refusals]
    named = each_named([each.client for each in (relation.shared, *relation.others)] + asking)
    beside = (*_beside(grant.person_id, grant.business_id, shop, named), *refused_entries(refusals, shop, named))
    return entries(relation, shop, named, beside)


def _beside(person_id: str, business_id: str, shop: str, named: Mapping[str, str]) -> Iterable[Entry]:
    """What stands in the timeline beside decisions and hand-overs."""
    yield from vault_entries(person_id, business_id, shop)
    yield from told_entries(person_id, business_id, shop)
    yield from answer_entries(person_id, business_id, shop, named)
