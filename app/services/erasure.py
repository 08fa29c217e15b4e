"""Asks a business to erase: opens the case about one grant, by itself or in one act with stopping.

What the business answers is the business of `cases`.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from app.domain.cases import Case, Reason, answer_before, case_id, in_item_order, items_of, may_ask_again
from app.domain.clients import Client
from app.domain.collection import kept_collection
from app.domain.errors import Refusal
from app.domain.events import EventType
from app.domain.grants import Act, EndReason, Grant
from app.services import agreed_terms, case_links, endings, events, own_grants, receipts
from app.services.receipts import Notice
from app.services.wiring import Services
from app.storage import case_answers, cases, grant_versions, grants, people, time_marks


def stop_and_erase(services: Services, grant_id: str, person_id: str, notice: Notice, now: datetime) -> Case:
    """End a grant, if it has not ended, and ask its business to erase what it got: one transaction, one ``txn``.

    The person learns the case; doing it again changes nothing and returns the same one (GDPR 7(3), 17). Refusal
    ``no_grant`` when it is not this person's.
    """
    with services.database.write() as db:
        people.lock(db, person_id)
        grant, client = own_grants.own(services, db, grant_id, person_id)
        return end_and_ask(services, db, grant, client, EndReason.WITHDRAWN, Reason.ASKED, notice, now)


def end_and_ask(
    services: Services,
    db: Connection,
    grant: Grant,
    client: Client,
    end_reason: EndReason,
    reason: Reason,
    notice: Notice,
    now: datetime,
) -> Case:
    """End a grant that has not ended, and open its case, in the transaction of the caller, who holds the person's lock.

    One whose term was over already ends as expired.
    """
    txn = events.new_txn()
    if grant.ended_at is None:
        by = (end_reason, notice) if grant.live(time_marks.seen(db, now)) else (EndReason.EXPIRED, endings.NO_WORDS)
        grant = endings.end(services, db, grant, client, *by, now, txn)
    return open_case(services, db, grant, client, txn, now, reason, notice)


def open_case(
    services: Services,
    db: Connection,
    grant: Grant,
    client: Client,
    txn: str,
    now: datetime,
    reason: Reason,
    notice: Notice = endings.NO_WORDS,
) -> Case:
    """Open the case about a grant that has ended, in the caller's transaction: with its receipt, event and mail.

    The caller holds the person's lock. A grant is asked about once: when there is a case already, the last one is
    returned and nothing is written. ValueError for a running grant: what goes on being released cannot be erased.
    """
    if grant.ended_at is None:
        raise ValueError("the grant has not ended")
    known = cases.of_grant(db, grant.id)
    if known is not None:
        return known
    return _open(services, db, grant, client, _case(services, grant, txn, now, reason, _items(db, grant.id)), notice)


def ask_again(services: Services, case_id: str, person_id: str, notice: Notice, now: datetime) -> Case:
    """Ask once more for what a business refused: a new case with its own month, or the one opened for this before.

    Refusal ``no_case`` when it is not this person's, ``nothing_refused`` while there is nothing to ask again.
    """
    with services.database.write() as db:
        people.lock(db, person_id)
        before = cases.find(db, case_id)
        if before is None or before.person_id != person_id:
            raise Refusal("no_case", "There is no such case.", status=404)
        last = cases.of_grant(db, before.grant_id)
        if last is not None and last.round > before.round:
            return last
        if not may_ask_again(before):
            raise Refusal("nothing_refused", "Nothing in this case was refused.")
        grant, client = own_grants.own(services, db, before.grant_id, person_id)
        refused = case_answers.of_cases(db, [before.id])[-1].refusals
        items = frozenset(str(item) for item, *_ in refused)
        case = _case(services, grant, events.new_txn(), now, Reason.ASKED, items, before.round + 1)
        return _open(services, db, grant, client, case, notice)


def _open(services: Services, db: Connection, grant: Grant, client: Client, case: Case, notice: Notice) -> Case:
    """Write a new case with its receipt, event and mail."""
    now = case.opened_at
    cases.add(db, case)
    asked = replace(grant, version=grant.version + 1)
    terms = agreed_terms.of(db, grant)
    if not grants.count_version(db, asked):
        raise Refusal("no_grant", "The grant was changed meanwhile.")
    receipts.write(services, db, asked, client, Act.ERASE, terms, notice, now, case=case)
    told = {
        "case_id": case.id,
        "items": list(in_item_order(case.items)),
        "answer_before": int(case.answer_before.timestamp()),
        "initiating_entity": "policy" if case.reason is Reason.EXPIRED else "user",
    }
    events.announce(db, EventType.ERASURE_REQUESTED, grant, case.txn, now, told)
    case_links.ask(services, db, case, client, now)
    return case


def items(services: Services, grant_id: str) -> frozenset[str]:
    """What a case about this grant asks, or would ask, to erase."""
    with services.database.read() as db:
        return _items(db, grant_id)


def _items(db: Connection, grant_id: str) -> frozenset[str]:
    versions = grant_versions.of_grant(db, grant_id)
    return items_of(
        frozenset[str]().union(*(version.claims for version in versions)),
        [kept_collection(version.collection) for version in versions],
    )


def _case(
    services: Services,
    grant: Grant,
    txn: str,
    now: datetime,
    reason: Reason,
    items: frozenset[str],
    round_: int = 1,
) -> Case:
    return Case(
        id=case_id(services.secrets.email_index, grant.id, round_),
        business_id=grant.business_id,
        client_id=grant.client_id,
        person_id=grant.person_id,
        grant_id=grant.id,
        sub=grant.sub,
        reason=reason,
        items=items,
        txn=txn,
        opened_at=now,
        answer_before=answer_before(now),
        round=round_,
    )
