"""Which shop's login a page stands in, read from the path it returns to; the page then speaks of that shop."""

import re
from dataclasses import dataclass, field

from flask import Flask, request

from app.domain.clients import Client
from app.domain.errors import Refusal
from app.domain.stored_request import StoredRequest
from app.services import authorization_requests
from app.storage import clients
from app.web import browser, current
from app.web.headers import allow_form_to
from app.web.language import ask_for
from app.web.shop import Shop, shop_of
from app.web.way_back import local_path

_LOGIN = re.compile(r"/(?:authorize|consent)/([A-Za-z0-9_-]{20,100})(?:\?.*)?")


@dataclass(frozen=True)
class Requesting:
    """A login request of this browser, as screens on its way show it."""

    handle: str = field(repr=False)
    stored: StoredRequest
    client: Client
    shop: Shop


def install(app: Flask) -> None:
    """Before a form on the way of a login is read, the login's languages are asked for: a refusal is in them too."""

    @app.before_request
    def _ask() -> None:
        if request.method == "POST":
            requesting_client(local_path(request.args.get("next")))


def handle_in(next_path: str | None) -> str | None:
    """The handle of the login request that ``next_path`` goes on with, whosever it is."""
    match = _LOGIN.fullmatch(next_path or "")
    return match.group(1) if match else None


def requesting_client(next_path: str | None) -> Requesting | None:
    """The shop whose login goes on at ``next_path``; None when it is no login, or not one this browser can finish.

    The page gets the request's languages, and its forms may end at the shop.
    """
    handle = handle_in(next_path)
    if handle is None:
        return None
    services = current.services()
    try:
        stored = authorization_requests.load(services, handle, browser.own_digest(), current.now())
    except Refusal:
        return None
    with services.database.read() as db:
        client = clients.find(db, services.policy, stored.request.client_id)
    if client is None:
        return None
    ask_for(stored.request.ui_locales)
    allow_form_to(stored.request.redirect_uri)
    return Requesting(handle, stored, client, shop_of(client))


def requesting_shop(next_path: str | None) -> Shop | None:
    """That shop alone, for a page whose header it stands in."""
    requesting = requesting_client(next_path)
    return requesting.shop if requesting else None
