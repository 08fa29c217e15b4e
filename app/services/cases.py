"""Erasure cases read and answered: by their business, behind a link of one case, and read by the person they are about.

What a business types is sealed with the person's key: once that is destroyed, nobody reads it any more.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import NoResultFound

from app.crypto.field_encryption import PersonCipher
from app.domain.case_answers import Answer, Content, RefusalGround, RefusedItem, read_answer
from app.domain.cases import Case, CaseState, answer_before_at_most, may_extend, may_follow
from app.domain.clients import Client
from app.domain.errors import Faulty, Problems, Refusal
from app.domain.identifiers import is_id
from app.services import addresses, case_links, person_mail
from app.services.wiring import Services
from app.storage import case_answers, clients, people
from app.storage import cases as rows
from app.storage.case_answers import StoredAnswer
from app.storage.cases import Wanted

_TABLE, _COLUMN = "case_answers", "words_sealed"


@dataclass(frozen=True)
class Answered:
    """A case with every answer to it, in their order."""

    case: Case
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True)
class Followed:
    """The same for the person it is about, with the client whose business it is."""

    case: Case
    answers: tuple[Answer, ...]
    client: Client


@dataclass(frozen=True)
class Page:
    """Some cases of a business; ``more`` when there are others after the last."""

    cases: tuple[Answered, ...]
    more: bool


def answer(services: Services, business_id: str, case_id: str, document: Mapping[str, Any], now: datetime) -> Answered:
    """Take a business's answer to a case of its own; giving the last answer again changes nothing.

    Refusal ``not_found`` for any other case, Faulty when the document is no answer, Refusal ``invalid_transition``
    when this answer cannot follow the ones given. Of two answers at once one is first, and judges the other.
    """
    with services.database.write() as db:
        case = _of_business(db, business_id, case_id)
        return _take(services, db, case, document, now)


def answer_behind_link(services: Services, secret: str, document: Mapping[str, Any], now: datetime) -> Answered:
    """The same by whoever holds the link of the case."""
    case = case_links.behind(services, secret)
    with services.database.write() as db:
        return _take(services, db, case, document, now)


def behind_link(services: Services, secret: str) -> Followed:
    """The case a link is for, open or closed; Refusal ``link_dead`` when it is for none."""
    case = case_links.behind(services, secret)
    with services.database.read() as db:
        return _followed(services, db, [case])[0]


def of_business(services: Services, business_id: str, wanted: Wanted, limit: int) -> Page:
    """A page of a business's cases, latest first."""
    with services.database.read() as db:
        found = rows.of_business(db, business_id, wanted, limit + 1)
        shown = found[:limit]
        answers = _answers(services, db, shown)
    return Page(tuple(Answered(case, answers[case.id]) for case in shown), more=len(found) > limit)


def one_of_business(services: Services, business_id: str, case_id: str) -> Answered:
    """One case of a business; Refusal ``not_found`` when there is none such, or it is another's."""
    with services.database.read() as db:
        case = _of_business(db, business_id, case_id)
        return Answered(case, _answers(services, db, [case])[case.id])


def of_person(services: Services, person_id: str) -> tuple[Followed, ...]:
    """Every case of a person, latest first."""
    with services.database.read() as db:
        return _followed(services, db, rows.of_person(db, person_id))


def one_of_person(services: Services, person_id: str, case_id: str) -> Followed | None:
    """One case of a person; None when there is none such, or it is somebody else's."""
    with services.database.read() as db:
        case = rows.find(db, case_id) if is_id(case_id) else None
        return None if case is None or case.person_id != person_id else _followed(services, db, [case])[0]


def of_grant(services: Services, person_id: str, grant_id: str) -> Followed | None:
    """The last case about one grant of the person, if there is one."""
    with services.database.read() as db:
        case = rows.of_grant(db, grant_id)
        return None if case is None or case.person_id != person_id else _followed(services, db, [case])[0]


def _of_business(db: Connection, business_id: str, case_id: str) -> Case:
    case = rows.find(db, case_id) if is_id(case_id) else None
    if case is None or case.business_id != business_id:
        raise _not_found()
    return case


def _take(services: Services, db: Connection, found: Case, document: Mapping[str, Any], now: datetime) -> Answered:
    if found.person_id is not None:
        people.lock(db, found.person_id)  # before the case, as everything else of a person
    case = rows.lock(db, found.id)
    if case is None:
        raise _not_found()
    try:
        content = read_answer(document, case.items, now.date())
    except Problems as problems:
        raise Faulty(problems.found, told_client="The document is no answer to this case.") from None
    cipher = _cipher(services, db, case)
    given = _opened(cipher, case_answers.of_cases(db, [case.id]))
    if cipher is None:
        content = _without_words(content)
    if given and given[-1].content == content:
        return Answered(case, given)
    if not may_follow(case.state, content.state):
        told = f"A case that is {case.state} does not become {content.state}."
        raise Refusal("invalid_transition", told)
    if content.state is CaseState.EXTENDED:
        if not may_extend(case, now):
            told = "More time may be taken within the month only (GDPR 12(3))."
            raise Refusal("invalid_transition", told)
        case = replace(case, answer_before=answer_before_at_most(case.opened_at))
        rows.extend(db, case.id, case.answer_before)
    taken = Answer(case.id, len(given) + 1, content, now)
    case_answers.add(db, _sealed(cipher, taken))
    closed_at = now if content.state.closed else None
    rows.move(db, case.id, content.state, closed_at)
    if case.person_id is not None and (closed_at is not None or content.state is CaseState.EXTENDED):
        client = clients.find(db, services.policy, case.client_id)
        business = person_mail.business_named(client)
        words = {"link": f"{services.settings.issuer}/cases/{case.id}", "business": business}
        kind = "case_answered" if closed_at is not None else "case_extended"
        person_mail.tell(services, db, case.person_id, kind, words, now)
    return Answered(replace(case, state=content.state, closed_at=closed_at), (*given, taken))


def _followed(services: Services, db: Connection, found: Sequence[Case]) -> tuple[Followed, ...]:
    if not found:
        return ()
    answers = _answers(services, db, found)
    parties = clients.several(db, services.policy, {case.client_id for case in found})
    return tuple(Followed(case, answers[case.id], parties[case.client_id]) for case in found)


def _answers(services: Services, db: Connection, found: Sequence[Case]) -> dict[str, tuple[Answer, ...]]:
    stored: dict[str, list[StoredAnswer]] = {case.id: [] for case in found}
    for each in case_answers.of_cases(db, list(stored)):
        stored[each.case_id].append(each)
    ciphers: dict[str | None, PersonCipher | None] = {}
    for case in found:
        if case.person_id not in ciphers and any(each.words_sealed for each in stored[case.id]):
            ciphers[case.person_id] = _cipher(services, db, case)
    return {case.id: _opened(ciphers.get(case.person_id), stored[case.id]) for case in found}


def _cipher(services: Services, db: Connection, case: Case) -> PersonCipher | None:
    """The cipher of the person; None once their key was destroyed."""
    if case.person_id is None:
        return None
    try:
        return addresses.cipher(services, db, case.person_id)
    except NoResultFound:
        return None


def _opened(cipher: PersonCipher | None, stored: Sequence[StoredAnswer]) -> tuple[Answer, ...]:
    return tuple(_answer(each, _words(cipher, each)) for each in stored)


def _answer(stored: StoredAnswer, words: Mapping[str, Any]) -> Answer:
    laws = words.get("laws", {})
    refusals = tuple(
        RefusedItem(item, RefusalGround(ground), laws.get(item, ""), date.fromisoformat(until))
        for item, ground, until in stored.refusals
    )
    content = Content(stored.state, refusals, words.get("message", ""))
    return Answer(stored.case_id, stored.number, content, stored.answered_at)


def _words(cipher: PersonCipher | None, stored: StoredAnswer) -> Mapping[str, Any]:
    if cipher is None or stored.words_sealed is None:
        return {}
    plain = cipher.open(stored.words_sealed, table=_TABLE, column=_COLUMN, version=stored.number)
    words: Mapping[str, Any] = json.loads(plain)
    return words


def _sealed(cipher: PersonCipher | None, taken: Answer) -> StoredAnswer:
    content = taken.content
    words = {"laws": {each.item: each.law for each in content.refusals}, "message": content.message}
    sealed = None
    if cipher is not None and (content.refusals or content.message):
        plain = json.dumps(words, ensure_ascii=False).encode()
        sealed = cipher.seal(plain, table=_TABLE, column=_COLUMN, version=taken.number)
    return StoredAnswer(
        case_id=taken.case_id,
        number=taken.number,
        state=content.state,
        answered_at=taken.answered_at,
        refusals=[[each.item, each.ground.value, each.until.isoformat()] for each in content.refusals],
        words_sealed=sealed,
    )


def _without_words(content: Content) -> Content:
    """What is left of an answer when there is nobody any more for whom its words could be sealed."""
    return replace(content, message="", refusals=tuple(replace(each, law="") for each in content.refusals))


def _not_found() -> Refusal:
    return Refusal("not_found", "There is no such case.")
