"""Deposits on the wire: a business puts what it collected into a vault, reads its own back, takes it back."""

import base64
import binascii
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from app.domain.collection import CHANNELS, DATATYPES
from app.domain.errors import Faulty
from app.domain.identifiers import is_sub
from app.protocol.answers import Answer, answered
from app.protocol.business_access import Call, client_and_document, client_and_query
from app.protocol.members import NO_SUB, Members
from app.services.vault import corrections, depositing, reading, schemas
from app.services.vault.depositing import Offered
from app.services.vault.documents import Deposit, Document

_MEMBERS = (
    "sub", "loyalty_number", "type", "channel", "purpose", "occurred_at", "external_id", "content",
)  # fmt: skip
_LONGEST_EXTERNAL_ID = 100


def deposit(call: Call) -> Answer:
    """POST: 201 when it is kept, 200 when the very same was kept before."""
    client, document = client_and_document(call, schemas.LONGEST)
    offered = _offered(document, call)
    kept, new = depositing.deposit(call.services, client, offered, call.now)
    return answered(_kept(kept), HTTPStatus.CREATED if new else HTTPStatus.OK)


def read(call: Call) -> Answer:
    """GET: what the business deposited for one customer, oldest deposit first, a page at a time."""
    client, sent = client_and_query(call, ("sub", "type", "after"))
    sub, only, after = sent.get("sub") or "", sent.get("type"), sent.get("after")
    faults = []
    if not is_sub(sub):
        faults.append(("sub", NO_SUB))
    if only is not None and only not in DATATYPES:
        faults.append(("type", f"must be one of {', '.join(DATATYPES)}"))
    start = None if after is None else _start(after)
    if after is not None and start is None:
        faults.append(("after", "must be the next of the page before"))
    if faults:
        raise Faulty(tuple(faults))
    page = reading.of_business(call.services, client, sub, only, start, call.now)
    following = None if page.after is None else _marker(page.after)
    return answered({"deposits": [reading.as_document(each) for each in page.deposits], "next": following})


def remove(call: Call, deposit_id: str) -> Answer:
    """DELETE: the business takes one back."""
    client, _ = client_and_query(call, ())
    corrections.remove_by_business(call.services, client, deposit_id, call.now)
    return Answer(HTTPStatus.NO_CONTENT)


def _offered(document: dict[str, Any], call: Call) -> Offered:
    members = Members(document, _MEMBERS)
    customer = members.customer()
    kind, channel = members.text("type"), members.text("channel")
    purpose = members.text("purpose", needed=False) or None
    said_at, content = members.moment("occurred_at"), members.object("content")
    external_id = members.text("external_id", longest=_LONGEST_EXTERNAL_ID)
    known = (
        ("type", kind, DATATYPES),
        ("channel", channel, sorted(CHANNELS)),
        ("purpose", purpose, call.services.policy.purposes),
    )
    for name, said, words in known:
        if said and said not in words:
            members.faults.append((name, f"must be one of {', '.join(words)}"))
    if kind in DATATYPES and isinstance(document.get("content"), dict):
        members.faults += schemas.faults(kind, content)
    members.check()
    return Offered(customer, kind, said_at, Document(external_id, said_at or call.now, channel, purpose, content))


def _kept(kept: Deposit) -> dict[str, Any]:
    """What a business needs to know of a deposit it just made; it has the rest."""
    whole = reading.as_document(kept)
    return {name: whole[name] for name in ("id", "type", "external_id", "deposited_at", "delete_at")}


def _marker(after: tuple[datetime, str]) -> str:
    at, deposit_id = after
    return base64.urlsafe_b64encode(f"{round(at.timestamp() * 1_000_000)}.{deposit_id}".encode()).decode().rstrip("=")


def _start(marker: str) -> tuple[datetime, str] | None:
    """Where a page starts; None for a marker we did not make."""
    try:
        text = base64.b64decode(marker + "=" * (-len(marker) % 4), altchars=b"-_", validate=True).decode("ascii")
        at, _, deposit_id = text.partition(".")
        moment = datetime.fromtimestamp(int(at) / 1_000_000, UTC)
    except (ValueError, OverflowError, OSError, binascii.Error):
        return None
    return (moment, deposit_id) if len(deposit_id) == 32 and deposit_id.isalnum() else None
