"""Addresses that are about one persona, the switch from one to another, and the page where there is none."""

from collections.abc import Callable, Iterable

from flask import url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from app.services.personas import Persona
from app.web import errors
from app.web.wording import persona_name


def named(persona: Persona) -> str | None:
    """The persona as the address of a page of theirs names it: not at all when it is the first."""
    return None if persona.first else persona.id


def none_there() -> NotFound:
    """To raise, with the page for an address about a persona who is not there, nobody's or removed meanwhile."""
    return errors.gone(
        "no_persona",
        _("These details are not there any more"),
        _("They were removed in another window, or the address of the page is not right. Nothing was changed."),
        back_url=url_for("facts.overview"),
        back_label=_("To your details"),
    )


def switch(have: Iterable[Persona], current_id: str, url: Callable[[Persona], str]) -> list[dict[str, object]]:
    """What the persona switch of a page shows; its macro shows nothing while there is only one."""
    return [
        {
            "name": persona_name(each),
            "url": url(each),
            "is_current": each.id == current_id,
            "colour": each.colour,
        }
        for each in have
    ]
