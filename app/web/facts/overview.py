"""All details of one persona, group by group: masked where that is wise, with what is confirmed."""

from dataclasses import dataclass, field

from flask import render_template, url_for
from flask_babel import gettext as _

from app.services import facts
from app.services.fact_values import SENSITIVE, display, mask
from app.services.facts import Fact
from app.services.personas import Persona
from app.web import current
from app.web.facts.blueprint import GROUPS, blueprint, whose
from app.web.persona_links import named, switch
from app.web.wording import claim_label, date_words, persona_name


@dataclass(frozen=True)
class Row:
    """One detail as the facts table shows it."""

    label: str
    value: str = field(repr=False)
    masked: str = field(repr=False)
    sensitive: bool
    note: str
    url: str
    waits_for_link: bool


@dataclass(frozen=True)
class Group:
    """Details that are edited together."""

    id: str
    title: str
    url: str
    rows: tuple[Row, ...]


@blueprint.get("")
def overview() -> str:
    """Show them."""
    session = current.require_session()
    persona, have = whose(session)
    services = current.services()
    held = facts.read(services, session.person_id, persona.id)
    hidden = frozenset[str]() if persona.first else facts.hidden(services, session.person_id, persona.id)
    groups = [
        Group(
            id=name,
            title=str(title),
            url=url_for("facts.edit", group=name) if persona.first else "",
            rows=tuple(_row(claim, held.get(claim), persona, hidden=claim in hidden) for claim in claims),
        )
        for name, (title, claims) in GROUPS.items()
    ]
    return render_template(
        "facts/overview.html",
        groups=groups,
        persona=persona,
        persona_name=persona_name(persona),
        personas=switch(have, persona.id, lambda each: url_for("facts.overview", persona=named(each))),
    )


def _row(claim: str, fact: Fact | None, persona: Persona, *, hidden: bool) -> Row:
    lang = current.language()
    sensitive = claim in SENSITIVE
    url = url_for("facts.edit_claim", claim=claim, persona=named(persona))
    return Row(
        label=claim_label(claim),
        value="" if fact is None else display(claim, fact.value, lang),
        masked=mask(claim, fact.value, lang) if fact is not None and sensitive else "",
        sensitive=sensitive,
        note=_note(fact, persona, hidden=hidden),
        url=url,
        waits_for_link=claim == "email" and fact is not None and fact.verified_at is None,
    )


def _note(fact: Fact | None, persona: Persona, *, hidden: bool) -> str:
    if fact is None:
        return str(_("Not used here")) if hidden else ""
    if not persona.first:  # the page says of what is not changed that it is the same
        return "" if fact.inherited else str(_("Filled in here"))
    if fact.verified_at is not None:
        return str(_("Confirmed on %(date)s", date=date_words(fact.verified_at)))
    return ""  # typed in by its person, as nearly all of it is
