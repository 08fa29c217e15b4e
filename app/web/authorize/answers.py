"""Answers clients through the browser: with a code, with an error, or with a page in between that asks first."""

from flask import make_response, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.client_addresses import host_of
from app.domain.errors import Refusal
from app.protocol import response_modes
from app.protocol.request_resolution import Arrival, RefusedRequest
from app.protocol.response_modes import Reply
from app.services import authorization_requests
from app.services.coverage import Coverage
from app.services.sessions import Session
from app.services.tokens.codes import issue_code
from app.web import current, headers, request_log
from app.web.way_out import link_to

_TOLD_CLIENT = {
    "access_denied": "The person shared nothing.",
    "login_required": "The person must sign in.",
    "account_selection_required": "The person must say which account it is.",
    "consent_required": "The person must decide on what to share.",
    "invalid_grant_id": "The grant_id is not a live grant of this person at this client.",
}
_AT_ONCE = frozenset({"request_not_supported", "request_uri_not_supported", "registration_not_supported"})
_QUOTING = frozenset({"invalid_authorization_details"})
"""Refusals whose sentence may hold words of the request: no page of ours says what anybody put in a link."""


def finish(arrival: Arrival, coverage: Coverage, session: Session) -> Response:
    """Answer with a code, once."""
    _close(arrival)
    services, now = current.services(), current.now()
    code = issue_code(services, arrival.request, coverage.grant, coverage.level, coverage.asked, session, now)
    request_log.note(outcome="granted", client_id=arrival.request.client_id, grant_id=coverage.grant.id)
    address = response_modes.address_of(arrival.request)
    return deliver(response_modes.granted(address, code, services.settings.issuer))


def refuse(arrival: Arrival, error: str) -> Response:
    """Answer with an error the person or the dispatcher decided on, once."""
    _close(arrival)
    request_log.note(outcome=error, client_id=arrival.request.client_id)
    address, issuer = response_modes.address_of(arrival.request), current.services().settings.issuer
    return deliver(response_modes.refused(address, error, _TOLD_CLIENT[error], issuer))


def refuse_at_once(refused: RefusedRequest) -> Response:
    """Answer a request that is wrong in itself.

    Anybody may register a client and craft a link that is refused: sending every visitor of that link on at once
    would lend our name to theirs (RFC 9700 §4.11.2).
    """
    request_log.note(outcome=refused.refusal.code, why=refused.refusal.logged, client_id=refused.client.id)
    reply = response_modes.refused_by(refused.address, refused.refusal, current.services().settings.issuer)
    trusted = refused.client.business.verified or refused.silent or refused.refusal.code in _AT_ONCE
    if trusted or current.session() is not None:
        return deliver(reply)
    return _ask_first(reply, refused.refusal)


def deliver(reply: Reply) -> Response:
    """Send the browser to the client."""
    if not reply.posted:
        return Response(status=303, headers={"Location": reply.location})
    headers.allow_form_to(reply.address.redirect_uri)
    return make_response(render_template("authorize/form_post.html", **_words(reply)))


def _ask_first(reply: Reply, refusal: Refusal) -> Response:
    headers.allow_form_to(reply.address.redirect_uri)
    words = _words(reply)
    page = render_template(
        "authorize/interstitial.html",
        error_code=refusal.code,
        error_title=_("This login cannot start"),
        error_description=_(
            "A link brought you here with a login request that is not right. Nothing was shared. It wants to send you "
            "to %(host)s. Go on only if you know that site.",
            host=words["host"],
        ),
        told="" if refusal.code in _QUOTING else refusal.told_client,
        **words,
    )
    return make_response(page, 400)


def _words(reply: Reply) -> dict[str, object]:
    return {
        "action": reply.address.redirect_uri,
        "host": host_of(reply.address.redirect_uri),
        "parameters": reply.parameters,
        "posted": reply.posted,
        "link": "" if reply.posted else link_to(reply.location),
    }


def _close(arrival: Arrival) -> None:
    if arrival.stored is not None:
        authorization_requests.complete(current.services(), arrival.stored, current.now())
