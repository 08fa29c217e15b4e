"""Between Flask and the endpoints under /v1 that a business's own systems call. No cookie is read, no page may ask."""

from collections.abc import Callable

from flask import request
from werkzeug.wrappers import Response

from app.domain.errors import Refusal
from app.protocol.answers import Answer
from app.protocol.business_access import Call
from app.web import answering, current


def answer(act: Callable[[Call], Answer]) -> Response:
    """Run an endpoint for the request being answered; refusals in the words of OAuth (RFC 6749 §5.2)."""
    call = arrived()
    try:
        return answering.answered(act(call))
    except Refusal as refusal:
        bearer = (call.authorization or "").lower().startswith("bearer ")
        return answering.answered(answering.refused(refusal, "Bearer" if bearer else "Basic"))


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
