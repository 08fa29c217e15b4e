"""The login a browser goes on with, or the page that says why it cannot, with the way back to the shop there is."""

from urllib.parse import urlsplit

from flask import abort
from flask.wrappers import Response
from flask_babel import gettext as _

from app.domain.clients import Client
from app.domain.errors import Refusal
from app.protocol.request_resolution import Arrival, resume
from app.services.authorization_requests import Unavailable, Why
from app.storage import clients
from app.web import browser, current, errors, request_log
from app.web.shop import Shop, shop_of


def come_back(handle: str) -> Arrival:
    """The stored request of this browser, its client and its address as good as when it began; a page when not."""
    try:
        return resume(current.services(), handle, browser.own_digest(), current.now())
    except Unavailable:
        raise
    except Refusal as refusal:
        abort(refused(refusal))


def refused(refusal: Refusal) -> Response:
    """A request nobody can be answered about: its client or its redirect URI is not to be trusted."""
    request_log.note(outcome=refusal.code, why=refusal.logged)
    descriptions = {
        "invalid_client": _(
            "The site or app that sent you here is not known to Sluis, or may not use it any more. Nothing was shared."
        ),
        "invalid_scope": _(
            "The site or app that sent you here may no longer ask all that it asked. Nothing was shared. Start again "
            "there."
        ),
        "invalid_request_uri": _(
            "This login request has expired or was used before. Nothing was shared. "
            "Start again where you wanted to log in."
        ),
    }
    description = descriptions.get(refusal.code) or _(
        "The site or app that sent you here made a mistake: its request is incomplete or too long, or wants the answer "
        "at an address it has not registered. Nothing was shared."
    )
    return errors.page(400, refusal.code, _("This login cannot start"), description, told=refusal.told_client)


def unavailable(unavailable: Unavailable) -> Response:
    """A login this browser cannot go on with."""
    request_log.note(outcome=unavailable.code, why=unavailable.why)
    title, description = {
        Why.UNKNOWN: (
            _("This login does not exist"),
            _("It may have been too long ago. Nothing was shared. Start again where you wanted to log in."),
        ),
        Why.ELSEWHERE: (
            _("This login cannot go on here"),
            _(
                "You have signed out here since, it was started in another browser, or this one keeps no cookies. "
                "Nothing was shared. Go on where you started, or start again where you wanted to log in."
            ),
        ),
        Why.EXPIRED: (
            _("This login waited too long"),
            _(
                "Nothing was shared; details you saved are kept. Start again where you wanted to log in: "
                "it takes a moment."
            ),
        ),
        Why.FINISHED: (
            _("This login is finished"),
            _("You were sent back to where you were logging in. To log in there again, start there."),
        ),
    }[unavailable.why]
    back_url, back_label = _way_back(unavailable.client_id)
    return errors.page(
        unavailable.status, unavailable.code, title, description, back_url=back_url, back_label=back_label
    )


def _way_back(client_id: str | None) -> tuple[str, str]:
    """To the shop's front page: the website it registered, else the host where its logins end."""
    if client_id is None:
        return "", ""
    services = current.services()
    with services.database.read() as db:
        client = clients.find(db, services.policy, client_id)
    if client is None:
        return "", ""
    shop = shop_of(client)
    url = _front_page(client, shop)
    return (url, _("Back to %(shop)s", shop=shop.name)) if url else ("", "")


def _front_page(client: Client, shop: Shop) -> str:
    # Registration let plain http through on this machine only, and an app's own scheme has no page to go to.
    parts = urlsplit(client.redirect_uris[0])
    if parts.scheme == "https" and client.business.verified and shop.home_url:
        return shop.home_url
    return f"{parts.scheme}://{parts.netloc}/" if parts.scheme in {"https", "http"} else ""
