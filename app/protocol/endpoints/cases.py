"""Erasure cases on the wire: a business lists its own, reads one, and answers it. Names of items, never a value."""

from datetime import datetime
from typing import Any

from app.domain.cases import Case, CaseState, in_item_order
from app.domain.clients import Client
from app.domain.errors import Faulty, Refusal
from app.protocol.answers import Answer, answered
from app.protocol.business_access import Call, client_and_document, client_and_query, page_size
from app.services import cases
from app.services.cases import Answered
from app.services.local_time import rfc3339
from app.storage.cases import Wanted

_OPEN = frozenset(state for state in CaseState if not state.closed)
_FILTERS = {state.value: frozenset({state}) for state in CaseState} | {"open": _OPEN, "overdue": _OPEN}
_MOST, _USUAL = 100, 50


def listed(call: Call) -> Answer:
    """GET: the cases of the business, latest first; ``state`` filters, ``after`` and ``limit`` page."""
    client, sent = client_and_query(call, ("state", "after", "limit"))
    faults = []
    state, limit = sent.get("state"), page_size(sent, usual=_USUAL, most=_MOST)
    if state is not None and state not in _FILTERS:
        faults.append(("state", f"must be one of {', '.join(_FILTERS)}"))
    if limit is None:
        faults.append(("limit", f"must be a number from 1 to {_MOST}"))
    if faults or limit is None:
        raise Faulty(tuple(faults))
    wanted = Wanted(
        states=_FILTERS[state] if state else frozenset(CaseState),
        overdue_at=call.now if state == "overdue" else None,
        after=_start(call, client, sent.get("after")),
    )
    page = cases.of_business(call.services, client.business.id, wanted, limit)
    following = page.cases[-1].case.id if page.more else None
    return answered({"cases": [_document(each, call.now) for each in page.cases], "next": following})


def show(call: Call, case_id: str) -> Answer:
    """GET: one case of the business."""
    client, _ = client_and_query(call, ())
    return answered(_document(cases.one_of_business(call.services, client.business.id, case_id), call.now))


def answer(call: Call, case_id: str) -> Answer:
    """POST: the business's answer. 200 with the case as it stands, also when it gave this answer before."""
    client, document = client_and_document(call)
    taken = cases.answer(call.services, client.business.id, case_id, document, call.now)
    return answered(_document(taken, call.now))


def _start(call: Call, client: Client, case_id: str | None) -> Case | None:
    if case_id is None:
        return None
    try:
        return cases.one_of_business(call.services, client.business.id, case_id).case
    except Refusal:
        raise Faulty((("after", "must be the next of the page before"),)) from None


def _document(answered_case: Answered, now: datetime) -> dict[str, Any]:
    case = answered_case.case
    return {
        "case_id": case.id,
        "state": case.state.value,
        "overdue": case.overdue(now),
        "reason": case.reason.value,
        "client_id": case.client_id,
        "sub": case.sub,
        "grant_id": case.grant_id,
        "items": list(in_item_order(case.items)),
        "txn": case.txn,
        "opened_at": rfc3339(case.opened_at),
        "answer_before": rfc3339(case.answer_before),
        "closed_at": None if case.closed_at is None else rfc3339(case.closed_at),
        "answers": [
            {
                "number": each.number,
                "state": each.content.state.value,
                "answered_at": rfc3339(each.answered_at),
                "refusals": [
                    {
                        "item": refused.item,
                        "ground": refused.ground.value,
                        "law": refused.law,
                        "until": refused.until.isoformat(),
                    }
                    for refused in each.content.refusals
                ],
                "message": each.content.message,
            }
            for each in answered_case.answers
        ],
    }
