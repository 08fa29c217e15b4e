"""What a business's own systems call under /v1 and /grants: a table of addresses, each answered by one endpoint.

No cookie is read here, and no page may ask.
"""

from collections.abc import Callable
from functools import partial

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.domain.errors import Refusal
from app.protocol.answers import Answer
from app.protocol.business_access import Call
from app.protocol.endpoints import cases, consent_check, deposits, event_letters, grants, loyalty_numbers, receipts
from app.protocol.front_doors import ENDPOINTS
from app.web import answering, current
from app.web.forgery import open_to_others

blueprint = Blueprint("business_api", __name__)

_CHECK, _CARDS, _DEPOSITS, _CASES, _RECEIPTS, _GRANTS = (
    ENDPOINTS[f"{name}_endpoint"].path
    for name in ("consent_check", "loyalty_numbers", "deposits", "erasure_cases", "receipts", "grant_management")
)
_DOORS: tuple[tuple[str, str, Callable[..., Answer]], ...] = (
    ("POST", _CHECK, consent_check.check),
    ("POST", _CARDS, loyalty_numbers.add),
    ("PUT", f"{_CARDS}/<number>", loyalty_numbers.register),
    ("DELETE", f"{_CARDS}/<number>", loyalty_numbers.remove),
    ("POST", _DEPOSITS, deposits.deposit),
    ("GET", _DEPOSITS, deposits.read),
    ("DELETE", f"{_DEPOSITS}/<deposit_id>", deposits.remove),
    ("GET", _CASES, cases.listed),
    ("GET", f"{_CASES}/<case_id>", cases.show),
    ("POST", f"{_CASES}/<case_id>/answers", cases.answer),
    ("GET", f"{_RECEIPTS}/<grant_id>", receipts.listed),
    ("GET", f"{_RECEIPTS}/<grant_id>/<int(max=999999):version>", receipts.show),
    ("GET", f"{_GRANTS}/<grant_id>", grants.query),
    ("DELETE", f"{_GRANTS}/<grant_id>", grants.revoke),
    ("GET", "/v1/events/dead", event_letters.dead),
    ("POST", "/v1/events/replay", event_letters.replay),
)


def _answer(act: Callable[..., Answer], **named: str | int) -> Response:
    """Run an endpoint for the request being answered; refusals in the words of OAuth (RFC 6749 §5.2)."""
    call = arrived()
    try:
        return answering.answered(act(call, **named))
    except Refusal as refusal:
        return answering.answered(answering.refused(refusal, "Bearer" if call.scheme == "bearer" else "Basic"))


for _method, _path, _act in _DOORS:
    blueprint.add_url_rule(
        _path,
        endpoint=f"{_act.__module__.rpartition('.')[2]}_{_act.__name__}",
        view_func=open_to_others(partial(_answer, _act)),
        methods=[_method],
        provide_automatic_options=False,
    )


def arrived() -> Call:
    """The request being answered, as it arrived."""
    return Call(
        services=current.services(),
        path=request.path,
        authorization=request.headers.get("Authorization"),
        content_type=request.mimetype,
        body=request.get_data(),
        query=tuple(request.args.items(multi=True)),
        source=current.source(),
        now=current.now(),
    )
