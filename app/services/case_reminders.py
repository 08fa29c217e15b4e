"""What time does to open erasure cases: after three weeks the business is reminded, after a month the person is told.

Each happens once: that it did is written in the transaction that queues the mail.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from app.domain.cases import REMIND_AFTER, REMIND_AHEAD, Case
from app.services import case_links, pages, person_mail
from app.services.wiring import Services
from app.storage import cases, clients, people


def to_remind(services: Services, now: datetime) -> Iterator[Case]:
    """Open cases whose business is due a reminder, oldest first."""
    due = partial(cases.to_remind, opened_before=now - REMIND_AFTER, ends_before=now + REMIND_AHEAD)
    return _each(services, due)


def overdue(services: Services, now: datetime) -> Iterator[Case]:
    """Open cases past their time that the person was not told of yet, oldest first."""
    return _each(services, partial(cases.to_tell_overdue, now=now))


def remind(services: Services, case: Case, now: datetime) -> bool:
    """Remind the business; False when another worker did, or the case was closed meanwhile."""
    with services.database.write() as db:
        client = clients.find(db, services.policy, case.client_id)
        if client is None or not cases.remind_once(db, case.id, now):
            return False
        case_links.remind(services, db, case, client, now)
        return True


def tell_overdue(services: Services, case: Case, now: datetime) -> bool:
    """Tell the person that the business let its time pass; False when another worker did, or it was closed."""
    with services.database.write() as db:
        if case.person_id is not None:
            people.lock(db, case.person_id)
        if not cases.tell_overdue_once(db, case.id, now):
            return False
        if case.person_id is not None:
            business = person_mail.business_named(clients.find(db, services.policy, case.client_id))
            words = {
                "link": f"{services.settings.issuer}/cases/{case.id}",
                "business": business,
                "longer": "yes" if case.extended else "",
            }
            person_mail.tell(services, db, case.person_id, "case_overdue", words, now)
        return True


def _each(services: Services, read: Callable[[Connection, Case | None, int], Sequence[Case]]) -> Iterator[Case]:
    return pages.rows(services, read, None, lambda case: case)
