"""The letter of complaint to the Autoriteit Persoonsgegevens: its words, from the facts of one case. Sends nothing."""

from dataclasses import dataclass, field
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from app.domain.case_answers import PARAGRAPHS, Answer
from app.domain.cases import Case, CaseState, Reason
from app.domain.grants import Grant
from app.services.cases import Followed
from app.web.cases.words import GROUNDS, item_label, item_labels
from app.web.shop import shop_of
from app.web.wording import date_words, day_words

AUTHORITY = ("Autoriteit Persoonsgegevens", "Postbus 93374", "2509 AJ Den Haag")

_SAID: dict[CaseState, LazyString] = {
    CaseState.RECEIVED: lazy_gettext("%(date)s: the business answered that it had received the request."),
    CaseState.IN_PROGRESS: lazy_gettext("%(date)s: the business answered that it was working on it."),
    CaseState.EXTENDED: lazy_gettext("%(date)s: the business answered that it needed more time."),
    CaseState.COMPLETED: lazy_gettext("%(date)s: the business answered that everything was erased."),
    CaseState.PARTIALLY_REFUSED: lazy_gettext("%(date)s: the business answered that it keeps a part."),
    CaseState.REFUSED: lazy_gettext("%(date)s: the business answered that it refuses."),
}


@dataclass(frozen=True)
class Section:
    """A heading with sentences, or points of a list."""

    heading: str
    sentences: tuple[str, ...] = field(default=(), repr=False)
    points: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Sender:
    """Who complains. Empty where the person keeps no such detail here: then there is a line to write on."""

    name: str = field(repr=False)
    address: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class Letter:
    """A letter to read, print or download; the same words on paper and on screen."""

    language: str
    sender: Sender
    date: str
    subject: str
    greeting: str
    opening: str
    sections: tuple[Section, ...]
    closing: str


def complaint(followed: Followed, grant: Grant | None, sender: Sender, language: str, now: datetime) -> Letter:
    """The letter about a case that may be complained about, in the language the page is rendered in just now."""
    case, business = followed.case, followed.client.business
    name = str(business.details.get("legal_name") or shop_of(followed.client).name)
    sections = (
        Section(_("The business"), points=_business(followed, name)),
        Section(_("What happened"), points=tuple(_happened(case, followed.answers, grant, name, now))),
        Section(_("What it was asked to erase"), points=tuple(item_labels(case.items))),
        *_refused(followed.answers),
        Section(_("What I ask of you"), sentences=_asked(case, name)),
        Section(_("Enclosed"), points=_enclosed(case)),
    )
    return Letter(
        language=language,
        sender=sender,
        date=date_words(now),
        subject=_("Complaint about %(business)s: a request to erase personal data", business=name),
        greeting=_("Dear Sir or Madam,"),
        opening=_(
            "I make a complaint under article 77 of the General Data Protection Regulation (GDPR) about the way in "
            "which %(business)s deals with a request to erase my personal data.",
            business=name,
        ),
        sections=sections,
        closing=_("Yours faithfully,"),
    )


def _business(followed: Followed, name: str) -> tuple[str, ...]:
    business = followed.client.business
    contact = business.details.get("privacy_contact")
    lines = [
        _("Name: %(name)s", name=name),
        _("Website: %(website)s", website=business.website) if business.website else "",
        _("Address for privacy questions: %(contact)s", contact=contact) if contact else "",
        _("It knows me by this customer number: %(sub)s", sub=followed.case.sub),
    ]
    return tuple(line for line in lines if line)


def _happened(case: Case, answers: tuple[Answer, ...], grant: Grant | None, name: str, now: datetime) -> list[str]:
    asked_on, until = date_words(case.opened_at), date_words(case.answer_before)
    told = []
    if grant is not None:
        given = date_words(grant.first_given_at)
        told.append(_("%(date)s: I shared personal data with %(business)s through Sluis.", date=given, business=name))
    if case.reason is Reason.EXPIRED:
        over_on = asked_on if grant is None or grant.ended_at is None else date_words(grant.ended_at)
        told.append(_("%(date)s: the agreed term was over.", date=over_on))
    told.append(
        _(
            "%(date)s: %(business)s was asked to erase it (article 17 GDPR), as request %(number)s through Sluis.",
            date=asked_on,
            business=name,
            number=case.id,
        )
    )
    dated = []
    if case.overdue(now) or case.late:
        over = _("%(date)s: the month of article 12(3) GDPR was over, without a final answer.", date=until)
        if case.extended:
            over = _("%(date)s: the extended time of article 12(3) GDPR was over, without a final answer.", date=until)
        dated.append((case.answer_before, over))
    dated += [
        (each.answered_at, str(_SAID[each.content.state]) % {"date": date_words(each.answered_at)}) for each in answers
    ]
    # Answers of one moment stay in their order, and one at the very moment the time was over came after it.
    return [*told, *(sentence for _moment, sentence in sorted(dated, key=lambda pair: pair[0]))]


def _refused(answers: tuple[Answer, ...]) -> tuple[Section, ...]:
    refusals = answers[-1].content.refusals if answers else ()
    if not refusals:
        return ()
    points = tuple(
        _(
            "%(item)s: %(ground)s (article %(paragraph)s GDPR), %(law)s; kept until %(date)s.",
            item=item_label(each.item),
            ground=GROUNDS[each.ground],
            paragraph=PARAGRAPHS[each.ground],
            law=each.law,
            date=day_words(each.until),
        )
        for each in refusals
    )
    return (Section(_("What it says it keeps, and why"), points=points),)


def _asked(case: Case, name: str) -> tuple[str, ...]:
    if case.state.closed:
        first = _(
            "Please judge whether %(business)s may keep these data. If it may not, please order it to erase them "
            "(article 58(2)(g) GDPR).",
            business=name,
        )
    else:
        first = _(
            "Please order %(business)s to comply with the request, and to erase the data (article 58(2)(c) and (g) "
            "GDPR).",
            business=name,
        )
    return (first, _("Please let me know what you do with my complaint (article 77(2) GDPR)."))


def _enclosed(case: Case) -> tuple[str, ...]:
    return (
        _("The signed receipts of what I agreed to and of the request"),
        _("The answers of the business to request %(number)s, if it gave any", number=case.id),
    )
