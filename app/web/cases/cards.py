"""Turns an erasure case into what the person's pages show of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask_babel import gettext

from app.domain.case_answers import RefusedItem
from app.domain.cases import may_complain
from app.services import cases
from app.services.cases import Followed
from app.services.local_time import rfc3339
from app.services.personas import Persona
from app.web import current
from app.web.cases.words import (
    EXPLAINED,
    answer_words,
    item_label,
    item_labels,
    kept_words,
    reason_words,
    state_words,
)
from app.web.shop import shop_of
from app.web.wording import date_words, days_left, persona_name, time_words


@dataclass(frozen=True)
class Kept:
    """One item the business says it keeps, and why."""

    label: str
    sentence: str
    explained: str
    law: str


@dataclass(frozen=True)
class Step:
    """One thing that happened in a case."""

    at: str
    iso: str
    title: str
    message: str = ""
    kind: str = "said"


@dataclass(frozen=True)
class CaseCard:
    """One case, as lists and its own page show it."""

    id: str
    business: str
    persona: str
    """As whom it was shared; empty while the person has one persona, and of one that was removed."""
    state: str
    overdue: bool
    summary: str
    reason: str
    items: list[str]
    kept: list[Kept]
    steps: list[Step]
    opened_on: str
    time_left: str
    can_complain: bool
    extended: bool
    url: str
    sharing_url: str


def case_card(followed: Followed, whose: Mapping[str, Persona]) -> CaseCard:
    """The case as it stands now. Overdue is said whatever the business said before."""
    case, now = followed.case, current.now()
    shop, overdue = shop_of(followed.client).name, followed.case.overdue(current.now())
    refusals = followed.answers[-1].content.refusals if followed.answers else ()
    return CaseCard(
        id=case.id,
        business=shop,
        persona=persona_name(whose[case.grant_id]) if case.grant_id in whose else "",
        state="overdue" if overdue else case.state.value,
        overdue=overdue,
        summary=state_words(case, shop, overdue=overdue),
        reason=reason_words(case.reason),
        items=item_labels(case.items),
        kept=[_kept(each, shop) for each in refusals],
        steps=_steps(followed, shop, now),
        opened_on=date_words(case.opened_at),
        time_left="" if case.state.closed else days_left(case.answer_before, now),
        can_complain=may_complain(case, now),
        extended=case.extended,
        url=url_for("cases.show", case_id=case.id),
        sharing_url=url_for("sharing.show", grant_id=case.grant_id),
    )


def card_of_grant(person_id: str, grant_id: str) -> CaseCard | None:
    """The case about one grant, for the page about that grant; None when nothing was asked."""
    found = cases.of_grant(current.services(), person_id, grant_id)
    return None if found is None else case_card(found, {})  # the page says as whom already


def _kept(refused: RefusedItem, shop: str) -> Kept:
    return Kept(
        label=item_label(refused.item),
        sentence=kept_words(refused, shop),
        explained=str(EXPLAINED[refused.ground]),
        law=refused.law,
    )


def _steps(followed: Followed, shop: str, now: datetime) -> list[Step]:
    """What happened, newest first as everywhere; a deadline that passed stands among the answers where it passed."""
    case = followed.case
    told = [(case.opened_at, _step(case.opened_at, gettext("Request sent to %(shop)s", shop=shop), kind="sent"))]
    told += [
        (
            each.answered_at,
            _step(
                each.answered_at,
                answer_words(each, shop),
                message=each.content.message,
                kind="refused" if each.content.refusals else "said",
            ),
        )
        for each in followed.answers
    ]
    if case.overdue(now) or case.late:
        title = gettext("The month in which %(shop)s had to answer was over", shop=shop)
        if case.extended:
            title = gettext("The longer time that %(shop)s took to answer was over", shop=shop)
        told.append((case.answer_before, _step(case.answer_before, title, kind="overdue")))
    # An answer at the very moment the time was over came after it.
    return [step for _, step in sorted(told, key=lambda pair: (pair[0], pair[1].kind != "overdue"))][::-1]


def _step(at: datetime, title: str, *, message: str = "", kind: str) -> Step:
    return Step(time_words(at), rfc3339(at), title, message, kind)
