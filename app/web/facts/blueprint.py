"""The blueprint, the groups that details are shown in, and whose details a page is about."""

from collections.abc import Mapping
from types import MappingProxyType

from flask import Blueprint, request
from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from app.services import personas
from app.services.personas import Persona
from app.services.sessions import Session
from app.web import current
from app.web.persona_links import none_there

blueprint = Blueprint("facts", __name__, url_prefix="/facts")

GROUPS: Mapping[str, tuple[LazyString, tuple[str, ...]]] = MappingProxyType(
    {
        "name": (
            _("Name"),
            ("name", "given_name", "middle_name", "family_name", "nickname", "preferred_username"),
        ),
        "contact": (_("Contact"), ("email", "phone_number")),
        "address": (_("Address"), ("address",)),
        "payment": (_("Payment account"), ("payment_account",)),
        "about": (
            _("About you"),
            ("birthdate", "gender", "locale", "zoneinfo", "website", "profile", "picture"),
        ),
    }
)

TOGETHER = (("name", "given_name", "family_name"),)
"""Claims that are filled in together when a shop asks for one of them."""


def whose(session: Session) -> tuple[Persona, tuple[Persona, ...]]:
    """The persona this page is about, the first one unless it says otherwise, and all the person has."""
    have = personas.of_person(current.services(), session.person_id)
    wanted = request.args.get("persona")
    for persona in have:
        if wanted in {None, "", persona.id}:
            return persona, have
    raise none_there()
