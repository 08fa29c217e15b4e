"""Turns grants, their terms and what can be read now into the words of the pages about sharing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext

from app.domain.claim_terms import ClaimTerms
from app.domain.claims import in_catalogue_order
from app.domain.collection import Collection
from app.domain.grant_versions import extras
from app.domain.grants import Grant
from app.domain.intended_use import COLLECTION_GROUND
from app.domain.retention import ask_at
from app.services import fact_values
from app.services.sharing import Shared, WayDown
from app.web import current
from app.web.notice import apart
from app.web.shop import named_beside, shop_of, told_apart
from app.web.wording import (
    as_persona,
    channel_words,
    claim_label,
    claim_labels,
    datatype_words,
    date_words,
    days_left,
    ground_word,
    level_word,
    persona_name,
    purpose_words,
    side_by_side,
    when_words,
)


@dataclass(frozen=True)
class GrantCard:
    """What ``templates/_macros/sharing.html`` shows of one grant."""

    id: str
    business: str
    initial: str
    logo_url: str
    domain: str
    level: str
    state: str
    closed: bool
    """Whether it gets nothing because its connection with us is closed."""
    claims: list[str]
    collects: bool
    """Whether it has, or had, the permission of level high."""
    purposes: list[str]
    given_on: str
    ends_on: str
    time_left: str
    last_used: str
    when: str
    """That it also gets it while the person is not signed in; empty when it does not."""
    persona: str
    """Empty while there is only one."""
    about: str
    """As whom, and through which client of the business; empty while there is only one of each."""
    more_goes_on: bool
    """Whether the business gets something under another grant too: stopping this one does not stop that."""
    url: str
    change_url: str
    """Empty where nothing is left to lower or take back."""
    stop_url: str
    extend_url: str
    """Set when it is near its end, or the person was asked."""
    pause_url: str
    resume_url: str
    purposes_url: str
    off: list[str]
    """Purposes the person objected to."""


@dataclass(frozen=True)
class ClaimRow:
    """One claim of a grant with what was agreed about it, and its value when the business can read it now."""

    label: str
    purposes: list[str]
    ground: str
    until: str
    value: str | list[str] = field(repr=False)
    masked: str = field(repr=False)
    sensitive: bool


@dataclass(frozen=True)
class KeptRow:
    """One claim the law makes the business keep, and until when."""

    label: str
    until: str


@dataclass(frozen=True)
class PermissionWords:
    """The permission of level high."""

    channels: list[str]
    datatypes: list[str]
    purposes: list[str]
    ground: str
    """Empty on a receipt that does not say."""
    until: str


@dataclass(frozen=True)
class WayDownCard:
    """A lower level: what stays with the business, and what goes."""

    level: str
    word: str
    stays: list[str]
    goes: list[str]
    loses_permission: bool
    loses_purposes: bool
    why: list[str]
    until: str
    apart: list[str]
    benefit: str
    shown: str


def grant_cards(several: Iterable[Shared]) -> dict[str, GrantCard]:
    """Grants beside each other, by their ids: with what tells two clients of one business apart."""
    several = list(several)
    apart = told_apart(shared.client for shared in several)
    return {shared.grant.id: grant_card(shared, apart.get(shared.client.id, "")) for shared in several}


def grant_card(shared: Shared, apart: str = "") -> GrantCard:
    """One grant. Only a running one can be changed or stopped."""
    grant, shop = shared.grant, shop_of(shared.client)
    paused = shared.running and grant.paused_at is not None
    asked = shared.running and (grant.asked_at is not None or current.now() >= ask_at(grant.given_at, grant.ends_at))
    return GrantCard(
        id=grant.id,
        business=shop.name,
        initial=shop.initial,
        logo_url=shop.logo_url,
        domain=side_by_side(shop.domain, apart),
        level=grant.level.word,
        state=shared.state.value,
        closed=shared.closed,
        claims=claim_labels(shared.given),
        collects=shared.collecting is not None,
        purposes=purpose_words(shared.purposes, grant.purposes),
        given_on=date_words(grant.given_at),
        ends_on=date_words(shared.over_at),
        time_left=days_left(grant.ends_at, current.now()) if shared.running else "",
        last_used="" if shared.last_used_at is None else date_words(shared.last_used_at),
        when=when_words(offline=grant.offline) if shared.running else "",
        persona="" if shared.persona is None else persona_name(shared.persona),
        about=about_words(shared),
        more_goes_on=shared.more_goes_on,
        url=url_for("sharing.show", grant_id=grant.id),
        change_url=url_for("sharing.change", grant_id=grant.id) if shared.running and _can_shrink(shared) else "",
        stop_url=url_for("sharing.confirm_stop", grant_id=grant.id) if shared.running else "",
        extend_url=url_for("extension.ask", grant_id=grant.id) if asked else "",
        pause_url=url_for("pause.confirm", grant_id=grant.id) if shared.running and not paused else "",
        resume_url=url_for("pause.confirm_resume", grant_id=grant.id) if paused else "",
        purposes_url=url_for("purposes.overview", grant_id=grant.id) if shared.running else "",
        off=purpose_words(grant.objected, grant.purposes),
    )


def _can_shrink(shared: Shared) -> bool:
    """Whether less can be shared without stopping: by a lower level, or by taking an extra back."""
    use = shared.client.business.intended_use
    return shared.grant.level > min(use.levels) or bool(extras(shared.grant, use, current.services().policy))


def claim_rows(shared: Shared, readable: Mapping[str, Any] | None) -> list[ClaimRow]:
    """Every claim of the grant: agreed terms, and the value the business can read now."""
    values, grant = readable or {}, shared.grant
    language = current.language()
    rows = []
    for claim in in_catalogue_order(grant.claims):
        item, is_sensitive = shared.terms.get(claim), claim in fact_values.SENSITIVE
        rows.append(
            ClaimRow(
                label=claim_label(claim),
                purposes=[] if item is None else purpose_words(item.purposes - grant.objected, grant.purposes),
                ground="" if item is None else ground_word(item.ground),
                until="" if item is None else date_words(item.until),
                value=fact_values.display(claim, values[claim], language) if claim in values else "",
                masked=fact_values.mask(claim, values[claim], language) if claim in values and is_sensitive else "",
                sensitive=is_sensitive,
            )
        )
    return rows


def kept_rows(shared: Shared, over_at: datetime) -> list[KeptRow]:
    """What the law makes the business keep after ``over_at``."""
    return _kept_rows(shared.kept_by_law(over_at))


def kept_of_before_rows(shared: Shared) -> list[KeptRow]:
    """What the law makes the business of a running grant keep of what it is not given any more."""
    return _kept_rows(shared.kept_of_before(current.now()))


def _kept_rows(kept: Mapping[str, ClaimTerms]) -> list[KeptRow]:
    return [KeptRow(claim_label(claim), date_words(kept[claim].until)) for claim in in_catalogue_order(kept)]


def kept_by_law_words(shared: Shared, over_at: datetime) -> str:
    """The same in one line; empty when there is nothing."""
    said = [
        gettext("%(detail)s until %(date)s", detail=row.label, date=row.until) for row in kept_rows(shared, over_at)
    ]
    return f"{gettext('The law makes it keep:')} {', '.join(said)}" if said else ""


def permission_words(collection: Collection | None, grant: Grant) -> PermissionWords | None:
    """The permission to collect under a grant, in words; None when there is none."""
    if collection is None:
        return None
    return PermissionWords(
        channel_words(collection),
        datatype_words(collection),
        purpose_words(collection.purposes, grant.purposes),
        ground_word(COLLECTION_GROUND),
        date_words(min(grant.ends_at, collection.retention.after(grant.given_at))),
    )


def way_down_card(way: WayDown) -> WayDownCard:
    """A lower level on the page that offers it."""
    return WayDownCard(
        level=way.proposal.level.word,
        word=level_word(way.proposal.level),
        stays=claim_labels(way.proposal.claims),
        goes=claim_labels(way.goes),
        loses_permission=way.loses_collection,
        loses_purposes=way.loses_purposes,
        why=purpose_words(way.proposal.purposes),
        until=date_words(way.proposal.ends_at),
        apart=apart(way.proposal, way.proposal.claims),
        benefit=way.proposal.use.benefit.get(current.language(), ""),
        shown=way.shown,
    )


def about_words(shared: Shared) -> str:
    """Which of several things shared with one business a page is about; empty while there is one."""
    as_whom = "" if shared.persona is None else as_persona(shared.persona)
    client = named_beside(shared.client, (each.client for each in shared.beside))
    if client and as_whom:
        said = gettext("This is about what you share %(as_whom)s through %(client)s.", as_whom=as_whom, client=client)
    elif client:
        said = gettext("This is about what you share through %(client)s.", client=client)
    else:
        said = gettext("This is about what you share %(as_whom)s.", as_whom=as_whom) if as_whom else ""
    return str(said)


def more_goes_on_words(shared: Shared, shop_name: str) -> str:
    """That a business goes on getting what this is not about; empty when there is nothing of it."""
    said = gettext("What else you share with %(shop)s goes on.", shop=shop_name) if shared.more_goes_on else ""
    return str(said)


def no_longer_words(shared: Shared, shop_name: str, names: str) -> str:
    """What stops; of details that may go to the business for something else still it is not said that they do not."""
    if not names:
        return ""
    if shared.more_goes_on:
        return str(gettext("This stops: %(names)s", names=names))
    return str(gettext("%(shop)s no longer gets: %(names)s", shop=shop_name, names=names))


def way_down_notice(shared: Shared, way: WayDown, shop_name: str) -> str:
    """The words a step down was decided on, names only."""
    card = way_down_card(way)
    lines = [
        gettext("Lower what %(shop)s gets to level %(level)s", shop=shop_name, level=card.word),
        about_words(shared),
        gettext("%(shop)s keeps getting: %(names)s", shop=shop_name, names=", ".join(card.stays)) if card.stays else "",
        no_longer_words(shared, shop_name, ", ".join(card.goes)),
        gettext("The permission to keep track of what you do ends.") if card.loses_permission else "",
        gettext("Until %(date)s at the latest.", date=card.until),
        *card.apart,
        more_goes_on_words(shared, shop_name),
    ]
    return "\n".join(line for line in lines if line)


def stop_notice(shared: Shared, shop_name: str) -> str:
    """The words stopping was decided on, names only."""
    lines = [
        gettext("Stop sharing with %(shop)s", shop=shop_name),
        about_words(shared),
        no_longer_words(shared, shop_name, ", ".join(claim_labels(shared.given))),
        gettext("The permission to keep track of what you do ends.") if shared.collecting is not None else "",
        more_goes_on_words(shared, shop_name),
        kept_by_law_words(shared, current.now()),
    ]
    return "\n".join(line for line in lines if line)


def stopped_words(shared: Shared, shop_name: str) -> str:
    """What stopping this one did."""
    if shared.more_goes_on:
        return str(gettext("Stopped. What else you share with %(shop)s goes on.", shop=shop_name))
    return str(gettext("Stopped. %(shop)s gets nothing more from you.", shop=shop_name))
