"""An erasure case: what a business is asked to erase, how its answers may follow each other, and when it is overdue.

Overdue is no state but a view of time: past ``answer_before`` and not closed (GDPR 12(3)). What one answer must say is
the business of `case_answers`.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from app.domain.claims import in_catalogue_order
from app.domain.collection import DATATYPES, Collection
from app.domain.retention import Period

TERM = Period(months=1)
"""How long a business has to answer (GDPR 12(3)). A late answer is still taken."""
LONGER_TERM = Period(months=3)
"""The same for one that said within its month that it needs more time, and why: two further months at most."""
REMIND_AFTER = timedelta(weeks=3)
"""How long after the request a business that has not answered is reminded."""
REMIND_AHEAD = timedelta(weeks=1)
"""How long before the end of the longer term a business that took it is reminded."""

ACCOUNT_RECORDS = "account_records"
"""The item beside all data: what the business keeps about the customer's account itself."""
_COLLECTED = "collected:"


class CaseState(StrEnum):
    """How far a case is, in the words of the wire."""

    SENT = "sent"
    RECEIVED = "received"
    IN_PROGRESS = "in_progress"
    EXTENDED = "extended"
    COMPLETED = "completed"
    PARTIALLY_REFUSED = "partially_refused"
    REFUSED = "refused"

    @property
    def closed(self) -> bool:
        """Whether no further answer may follow."""
        return not _MAY_FOLLOW[self]


_CLOSING = frozenset({CaseState.COMPLETED, CaseState.PARTIALLY_REFUSED, CaseState.REFUSED})
_MAY_FOLLOW: Mapping[CaseState, frozenset[CaseState]] = MappingProxyType(
    {
        CaseState.SENT: _CLOSING | {CaseState.RECEIVED, CaseState.IN_PROGRESS, CaseState.EXTENDED},
        CaseState.RECEIVED: _CLOSING | {CaseState.IN_PROGRESS, CaseState.EXTENDED},
        CaseState.IN_PROGRESS: _CLOSING | {CaseState.EXTENDED},
        CaseState.EXTENDED: _CLOSING,
        CaseState.COMPLETED: frozenset(),
        CaseState.PARTIALLY_REFUSED: frozenset(),
        CaseState.REFUSED: frozenset(),
    }
)


class Reason(StrEnum):
    """Why a case was opened."""

    ASKED = "asked"
    """The person asked for it."""
    EXPIRED = "expired"
    """The agreed term was over."""
    ACCOUNT_ERASED = "account_erased"


@dataclass(frozen=True)
class Case:
    """One request to one business to erase what it got under one grant. Names of items, never a value."""

    id: str
    business_id: str
    client_id: str
    person_id: str | None
    """None once the person's account was erased: the case stays the business's to answer."""
    grant_id: str
    sub: str
    reason: Reason
    items: frozenset[str]
    txn: str
    """Of the act it was opened in, as in the events that told of it."""
    opened_at: datetime
    answer_before: datetime
    state: CaseState = CaseState.SENT
    closed_at: datetime | None = None
    round: int = 1
    """Counts the requests about one grant: a person may ask again for what was refused."""

    def overdue(self, now: datetime) -> bool:
        """Whether the business let its time pass without a closing answer."""
        return self.closed_at is None and now >= self.answer_before

    @property
    def late(self) -> bool:
        """Whether it was closed only after its time."""
        return self.closed_at is not None and self.closed_at >= self.answer_before

    @property
    def extended(self) -> bool:
        """Whether the business took more than the month."""
        return self.answer_before > TERM.after(self.opened_at)


def case_id(key: bytes, grant_id: str, round_: int) -> str:
    """The id of the case about a grant: the same each time it is opened, also in a database that was put back and does
    not know it. Nobody without the key can tell it from the grant.
    """
    return hmac.new(key, b"\x00erasure case\x00%d %b" % (round_, grant_id.encode()), hashlib.sha256).hexdigest()[:32]


def may_follow(state: CaseState, answer: CaseState) -> bool:
    """Whether this answer may be given to a case in this state; a case only ever goes on, and once closed stays so."""
    return answer in _MAY_FOLLOW[state]


def may_complain(case: Case, now: datetime) -> bool:
    """Whether there is ground for a complaint: no answer in time, or an answer that refuses (GDPR 12(4), 77)."""
    return case.overdue(now) or case.state in {CaseState.PARTIALLY_REFUSED, CaseState.REFUSED}


def may_extend(case: Case, now: datetime) -> bool:
    """Whether the business may still say that it needs more time: only within the month itself (GDPR 12(3))."""
    return not case.extended and not case.overdue(now)


def may_ask_again(case: Case) -> bool:
    """Whether the person may ask once more: for what was refused, as often as it is refused."""
    return case.state in {CaseState.PARTIALLY_REFUSED, CaseState.REFUSED}


def items_of(claims: Iterable[str], collections: Iterable[Collection | None]) -> frozenset[str]:
    """What there is to erase: every claim given, every kind of data that could be collected, and the account's records.

    Of every version of a grant: a step down does not take back what was handed over before it.
    """
    datatypes = (collection.datatypes for collection in collections if collection is not None)
    collected = {_COLLECTED + name for names in datatypes for name in names}
    return frozenset({*claims, *collected, ACCOUNT_RECORDS})


def collected_datatype(item: str) -> str | None:
    """The kind of collected data an item stands for; None for a claim and for the account's records."""
    return item.removeprefix(_COLLECTED) if item.startswith(_COLLECTED) else None


def in_item_order(items: Iterable[str]) -> tuple[str, ...]:
    """Known items as lists show them: claims in the order of the catalogue, collected data, the account's records."""
    wanted = frozenset(items)
    collected = (_COLLECTED + name for name in sorted(DATATYPES))
    rest = (*collected, ACCOUNT_RECORDS)
    return (*in_catalogue_order(wanted), *(name for name in rest if name in wanted))


def answer_before(opened_at: datetime) -> datetime:
    """One calendar month on; from the 31st to the last day of a shorter month."""
    return TERM.after(opened_at)


def answer_before_at_most(opened_at: datetime) -> datetime:
    """The same for a business that said in time that it needs longer: three calendar months on."""
    return LONGER_TERM.after(opened_at)
