"""Between Flask and the protocol's own endpoints: what arrived, and the answer as a response."""

from collections.abc import Callable

from flask import request
from werkzeug.wrappers import Response

from app.domain.clients import Client
from app.domain.errors import Refusal
from app.protocol import answers, cross_origin
from app.protocol.answers import Answer
from app.protocol.client_request import ClientRequest, read_form
from app.protocol.resource_access import NoToken
from app.web import current, request_log

_PREFLIGHT_MAX_AGE_S = "600"


def client_request() -> ClientRequest:
    """The form post of a client; Refusal invalid_request when it was sent in any other way."""
    sent = read_form(request.mimetype, request.args.keys(), request.form.items(multi=True))
    authorization = request.headers.get("Authorization")
    return ClientRequest(current.services(), request.path, sent, authorization, current.source(), current.now())


def answered(answer: Answer) -> Response:
    """The response to an answer. What is public for a time says so itself; everything else is not to be kept."""
    response = Response(answer.body, answer.status, content_type=answer.content_type)
    if not answer.body:
        del response.headers["Content-Type"]
    for name, value in answer.headers:
        response.headers[name] = value
    response.headers["Cache-Control"] = "no-store"
    response.headers["Pragma"] = "no-cache"  # RFC 6749 §5.1
    return response


def for_client(act: Callable[[ClientRequest], Answer], *, pages: bool = True) -> Response:
    """Run an endpoint for a client's form post. With ``pages``, web pages of that client may read what comes of it."""
    asked: ClientRequest | None = None
    try:
        asked = client_request()
        answer = act(asked)
    except Refusal as refusal:
        answer = refused(refusal)
    response = answered(answer)
    party = None if asked is None else asked.party
    if party is not None:
        request_log.note(client_id=party.id)
    return readable(response, party) if pages else response


def to_bearer(act: Callable[[], Answer]) -> Response:
    """Run an endpoint that a bearer token opens (RFC 6750 §3)."""
    try:
        return answered(act())
    except NoToken:
        return answered(answers.asked_to_authenticate())
    except Refusal as refusal:
        return answered(refused(refusal, "Bearer"))


def refused(refusal: Refusal, challenge: str = "Basic") -> Answer:
    """The answer to a refusal, noted in this request's log line."""
    request_log.note(outcome=refusal.code, why=refusal.logged)
    return answers.refused(refusal, challenge)


def readable(response: Response, client: Client | None) -> Response:
    """Let pages of the client read what it is told (CORS).

    When the client is unknown, the answer is a refusal that gives nothing away, so pages of any client may read it: a
    page whose token has expired must, and a browser turns an answer it may not read into a network failure.
    """
    page_origin = request.headers.get("Origin")
    if page_origin is not None and (
        cross_origin.may_ask(current.services(), page_origin)
        if client is None
        else cross_origin.may_read(client, page_origin)
    ):
        response.headers["Access-Control-Allow-Origin"] = page_origin
    response.vary.add("Origin")
    return response


def preflight(methods: tuple[str, ...]) -> Response:
    """The answer to a browser that asks before it sends: yes to pages of any client, and silence to others."""
    response = Response(status=204)
    page_origin = request.headers.get("Origin")
    if page_origin is not None and cross_origin.may_ask(current.services(), page_origin):
        response.headers["Access-Control-Allow-Origin"] = page_origin
        response.headers["Access-Control-Allow-Methods"] = ", ".join(methods)
        response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
        response.headers["Access-Control-Max-Age"] = _PREFLIGHT_MAX_AGE_S
    response.vary.add("Origin")
    return response
