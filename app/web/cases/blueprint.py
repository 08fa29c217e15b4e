"""The blueprint of the pages about erasure cases, and whose case a page is about."""

from flask import Blueprint, abort

from app.services import cases
from app.services.cases import Followed
from app.web import current

blueprint = Blueprint("cases", __name__, url_prefix="/cases")


def own_case(case_id: str) -> Followed:
    """The case, when it is about the person who is signed in; somebody else's looks like none at all."""
    found = cases.one_of_person(current.services(), current.require_session().person_id, case_id)
    return found or abort(404)
