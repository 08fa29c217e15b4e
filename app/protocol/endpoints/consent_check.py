"""The consent check on the wire: whether this may be collected, of this customer, here and for this."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.domain.collection_check import Decision, Question
from app.domain.errors import Fault, Faulty
from app.protocol.answers import Answer, answered
from app.protocol.business_access import Call, client_and_document
from app.protocol.members import Members
from app.services import collection_checks
from app.services.collection_checks import MOST_AT_ONCE, Asked
from app.services.wiring import Services

_MEMBERS = ("sub", "loyalty_number", "channel", "purpose", "datatype", "place")
_LONGEST_PLACE = 60


def check(call: Call) -> Answer:
    """POST: one question, or ``checks`` with up to a hundred, answered in their order."""
    client, document = client_and_document(call)
    several = "checks" in document
    asked = _several(document) if several else _one(document)
    decisions = collection_checks.check(call.services, client, asked, call.now)
    told = [_told(call.services, decision, call.now) for decision in decisions]
    return answered({"checks": told} if several else told[0])


def _one(document: Mapping[str, Any]) -> list[Asked]:
    members, asked = _read(document, "")
    members.check()
    return [asked]


def _several(document: Mapping[str, Any]) -> list[Asked]:
    batch = document["checks"]
    if document.keys() != {"checks"} or not isinstance(batch, list) or not 0 < len(batch) <= MOST_AT_ONCE:
        raise Faulty((("checks", f"must be a list of 1 to {MOST_AT_ONCE} objects, and nothing beside it"),))
    asked: list[Asked] = []
    faults: list[Fault] = []
    for at, raw in enumerate(batch):
        place = f"checks/{at}"
        if not isinstance(raw, dict):
            faults.append((place, "must be an object"))
            continue
        members, one = _read(raw, place)
        faults += members.faults
        asked.append(one)
    if faults:
        raise Faulty(tuple(faults))
    return asked


def _read(raw: Mapping[str, Any], place: str) -> tuple[Members, Asked]:
    members = Members(raw, _MEMBERS, place)
    customer = members.customer()
    question = Question(members.text("channel"), members.text("datatype"), members.text("purpose"))
    where = members.text("place", longest=_LONGEST_PLACE, needed=False)
    return members, Asked(customer, question, where or None)


def _told(services: Services, decision: Decision, now: datetime) -> dict[str, Any]:
    """Of a no every member is the same, whoever it is about: only the words of the question can change the reason."""
    grant, until, cache_s = decision.grant, decision.until, decision.cache_s(now)
    if not decision.allowed or grant is None or until is None:
        reason = decision.told_business or "not_permitted"
        return {"allowed": False, "until": None, "receipt": None, "cache_s": cache_s, "reason": reason}
    receipt = f"{services.settings.issuer}/receipts/{grant.id}/{grant.version}"
    return {"allowed": True, "until": int(until.timestamp()), "receipt": receipt, "cache_s": cache_s}
