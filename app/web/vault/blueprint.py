"""The blueprint of the vault, and whose shelf or deposit a page is about."""

from flask import Blueprint, abort

from app.services.vault import reading
from app.services.vault.documents import Deposit
from app.web import current
from app.web.shop import Shop, shop_of

blueprint = Blueprint("vault", __name__, url_prefix="/vault")


def own_deposit(deposit_id: str) -> Deposit:
    """The deposit, when it is in the vault of the person who is signed in; somebody else's looks like none at all."""
    person_id = current.require_session().person_id
    found = reading.one(current.services(), person_id, deposit_id, current.now())
    return found or abort(404)


def own_business(business_id: str) -> Shop:
    """The business, when the person who is signed in ever shared with it."""
    person_id = current.require_session().person_id
    client = reading.businesses(current.services(), person_id, business_id).get(business_id)
    return abort(404) if client is None else shop_of(client)
