"""The words for erasure cases: items, grounds, and what a business says. What it says is always said to be its word."""

from collections.abc import Iterable

from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from app.domain.case_answers import Answer, RefusalGround, RefusedItem
from app.domain.cases import ACCOUNT_RECORDS, Case, CaseState, Reason, collected_datatype, in_item_order
from app.web.wording import claim_label, date_words, day_words

_COLLECTED: dict[str, LazyString] = {
    "visit": lazy_gettext("Collected: visits"),
    "purchase": lazy_gettext("Collected: purchases"),
    "warranty": lazy_gettext("Collected: warranties"),
    "preference": lazy_gettext("Collected: preferences"),
}

GROUNDS: dict[RefusalGround, LazyString] = {
    RefusalGround.LEGAL_DUTY: lazy_gettext("legal duty"),
    RefusalGround.LEGAL_CLAIMS: lazy_gettext("needed for a legal claim"),
    RefusalGround.PUBLIC_INTEREST: lazy_gettext("a task in the public interest"),
    RefusalGround.PUBLIC_HEALTH: lazy_gettext("public health"),
    RefusalGround.ARCHIVING_OR_RESEARCH: lazy_gettext("archive, research or statistics"),
    RefusalGround.FREEDOM_OF_EXPRESSION: lazy_gettext("freedom of expression and information"),
}
"""The ground in a few words."""

EXPLAINED: dict[RefusalGround, LazyString] = {
    RefusalGround.LEGAL_DUTY: lazy_gettext("A law makes the business keep this, like invoices for the tax office."),
    RefusalGround.LEGAL_CLAIMS: lazy_gettext("The business needs this to make a claim, or to answer one, in court."),
    RefusalGround.PUBLIC_INTEREST: lazy_gettext("The business needs this for a public task that a law gave it."),
    RefusalGround.PUBLIC_HEALTH: lazy_gettext("This is needed to protect the health of everybody."),
    RefusalGround.ARCHIVING_OR_RESEARCH: lazy_gettext(
        "This is needed for an archive in the public interest, for research or for statistics."
    ),
    RefusalGround.FREEDOM_OF_EXPRESSION: lazy_gettext(
        "This is part of what people may say and read, such as a news report or a review."
    ),
}
"""The ground in a plain sentence."""

_REASONS: dict[Reason, LazyString] = {
    Reason.ASKED: lazy_gettext("You asked for this."),
    Reason.EXPIRED: lazy_gettext("The agreed term was over, so we asked it for you."),
    Reason.ACCOUNT_ERASED: lazy_gettext("You had your account erased."),
}


def item_label(item: str) -> str:
    """The item's name for people."""
    datatype = collected_datatype(item)
    if datatype is not None:
        return str(_COLLECTED[datatype])
    return str(gettext("Account records")) if item == ACCOUNT_RECORDS else claim_label(item)


def item_labels(items: Iterable[str]) -> list[str]:
    """Names for people, in the order lists show them."""
    return [item_label(item) for item in in_item_order(items)]


def reason_words(reason: Reason) -> str:
    """Why the case was opened."""
    return str(_REASONS[reason])


def state_words(case: Case, shop: str, *, overdue: bool) -> str:
    """How the case stands, in one sentence; a business's word is given as its word."""
    until = date_words(case.answer_before)
    if overdue:
        return str(gettext("%(shop)s had to answer before %(date)s, and did not.", shop=shop, date=until))
    words = {
        CaseState.SENT: gettext("Request sent. %(shop)s must answer before %(date)s.", shop=shop, date=until),
        CaseState.RECEIVED: gettext(
            "%(shop)s says it has the request. It must answer before %(date)s.", shop=shop, date=until
        ),
        CaseState.IN_PROGRESS: gettext(
            "%(shop)s says it is working on it. It must be done before %(date)s.", shop=shop, date=until
        ),
        CaseState.EXTENDED: gettext(
            "%(shop)s says it needs more time. It must be done before %(date)s.", shop=shop, date=until
        ),
        CaseState.COMPLETED: gettext("According to %(shop)s everything is erased.", shop=shop),
        CaseState.PARTIALLY_REFUSED: gettext("According to %(shop)s a part is kept and the rest is erased.", shop=shop),
        CaseState.REFUSED: gettext("%(shop)s refuses to erase.", shop=shop),
    }
    return str(words[case.state])


def answer_words(answer: Answer, shop: str) -> str:
    """One answer, as a step of the case."""
    words = {
        CaseState.RECEIVED: gettext("%(shop)s says: received", shop=shop),
        CaseState.IN_PROGRESS: gettext("%(shop)s says: we are working on it", shop=shop),
        CaseState.EXTENDED: gettext("%(shop)s says: we need more time", shop=shop),
        CaseState.COMPLETED: gettext("%(shop)s says: everything is erased", shop=shop),
        CaseState.PARTIALLY_REFUSED: gettext("%(shop)s says: we keep a part, the rest is erased", shop=shop),
        CaseState.REFUSED: gettext("%(shop)s says: we do not erase this", shop=shop),
    }
    return str(words[answer.content.state])


def kept_words(refused: RefusedItem, shop: str) -> str:
    """One refusal as a sentence."""
    return str(
        gettext(
            "%(shop)s keeps this until %(date)s (%(ground)s).",
            shop=shop,
            date=day_words(refused.until),
            ground=GROUNDS[refused.ground],
        )
    )
