"""What a business asks about its own events beside the streams: which were given up, and send them again."""

from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from app.domain.client_scopes import API, SSF_MANAGE, SSF_READ
from app.domain.errors import Faulty, Refusal
from app.domain.identifiers import is_id
from app.protocol.answers import Answer, answered
from app.protocol.business_access import Call, client_and_document, client_and_query, page_size
from app.services import dead_letters, throttles
from app.services.dead_letters import Listed, Which
from app.services.throttles import Limit

_READERS = (API, SSF_READ, SSF_MANAGE)
_MANAGERS = (API, SSF_MANAGE)
_MOST_JTIS = 500
_REPLAYS = Limit("event_replays", 60, 3600)
"""Each may queue a year of events anew, and whoever logs in writes to the same database."""
_LATEST = 253_402_300_800
"""The year 10000, which no date of ours reaches."""


def dead(call: Call) -> Answer:
    """GET: the business's dead letters, newest first."""
    client, sent = client_and_query(call, ("limit",), scopes=_READERS)
    limit = page_size(sent, usual=dead_letters.MOST_LISTED, most=dead_letters.MOST_LISTED)
    if limit is None:
        raise Faulty((("limit", f"must be a number from 1 to {dead_letters.MOST_LISTED}"),))
    letters = dead_letters.listed(call.services, client.id, limit, dead_only=True)
    return answered({"events": [_told(letter) for letter in letters]})


def replay(call: Call) -> Answer:
    """POST: send again the dead letters, the events of some jti, or all since a moment; 202 with how many."""
    client, document = client_and_document(call, scopes=_MANAGERS)
    which = _which(document)
    told = "Too many replays within an hour."
    throttles.admit(call.services, _REPLAYS, client.id, call.now, told, logged="replay flood")
    count = dead_letters.replay(call.services, client.id, which, call.now)
    return answered({"replayed": count}, HTTPStatus.ACCEPTED)


def _which(document: Mapping[str, Any]) -> Which:
    if len(document) == 1:
        match document:
            case {"dead": True}:
                return Which(dead=True)
            case {"since": int() | float() as since} if not isinstance(since, bool) and 0 <= since < _LATEST:
                return Which(since=datetime.fromtimestamp(since, UTC))
            case {"jti": [*jtis]} if 0 < len(jtis) <= _MOST_JTIS and all(_is_jti(jti) for jti in jtis):
                return Which(jtis=frozenset(jtis))
    raise Refusal(
        "invalid_request", f"Send one of: dead true; jti, a list of at most {_MOST_JTIS}; since, a time in seconds."
    )


def _is_jti(jti: Any) -> bool:
    return isinstance(jti, str) and is_id(jti)


def _told(letter: Listed) -> dict[str, Any]:
    return {
        "stream_id": letter.stream_id,
        "jti": letter.jti,
        "type": letter.type,
        "txn": letter.txn,
        "occurred_at": int(letter.occurred_at.timestamp()),
        "attempts": letter.attempts,
        "problem": letter.problem,
        "dead_at": None if letter.dead_at is None else int(letter.dead_at.timestamp()),
    }
