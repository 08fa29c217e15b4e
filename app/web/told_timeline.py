"""What a business was told of corrections, and what it answered to requests to erase, for its timeline. Names only."""

from collections.abc import Iterable, Mapping

from flask import url_for
from flask_babel import gettext

from app.services import cases, correction
from app.web import current
from app.web.cases.words import answer_words
from app.web.timeline import Entry, entry
from app.web.wording import claim_labels, time_words


def told_entries(person_id: str, business_id: str, shop: str) -> Iterable[Entry]:
    """Every correction the business was told of, and when it took the message."""
    for told in correction.told_to(current.services(), person_id, business_id):
        detail = gettext("It has not accepted the message yet. It reads what is new whenever it asks us.")
        if told.taken_at is not None:
            detail = gettext(
                "%(shop)s accepted the message on %(moment)s.", shop=shop, moment=time_words(told.taken_at)
            )
        if told.claims:
            title = gettext("You changed your details; %(shop)s was told:", shop=shop)
        else:
            title = gettext("You changed something in your vault; %(shop)s was told", shop=shop)
        yield entry(told.at, "changed", title, detail=detail, claims=claim_labels(told.claims))


def answer_entries(person_id: str, business_id: str, shop: str, named: Mapping[str, str]) -> Iterable[Entry]:
    """Every answer of the business to a request to erase, as its word."""
    for followed in cases.of_person(current.services(), person_id):
        if followed.case.business_id != business_id:
            continue
        for answer in followed.answers:
            kind = "erased" if answer.content.state.closed else "answered"
            url = url_for("cases.show", case_id=followed.case.id)
            client = named.get(followed.client.id, "")
            yield entry(answer.answered_at, kind, answer_words(answer, shop), case_url=url, client=client)
