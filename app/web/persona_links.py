"""Addresses that are about one persona, and the switch from one to another."""

from collections.abc import Callable, Iterable

from app.services.personas import Persona
from app.web.wording import persona_name


def named(persona: Persona) -> str | None:
    """The persona as the address of a page of theirs names it: not at all when it is the first."""
    return None if persona.first else persona.id


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
