"""The words for claims, levels, purposes, terms and dates: one source for picker, dashboard, receipt and mail."""

import re
from collections.abc import Iterable
from datetime import date, datetime

from babel.dates import format_date, format_datetime, format_time
from flask_babel import gettext, lazy_gettext, ngettext
from flask_babel.speaklater import LazyString
from markupsafe import Markup, escape

from app.domain.claims import in_catalogue_order
from app.domain.collection import Collection
from app.domain.intended_use import Ground
from app.domain.levels import Level
from app.domain.purposes import in_version_agreed, purpose_id, purpose_version
from app.domain.retention import Period
from app.services.local_time import LOCAL_TIME
from app.services.personas import Persona
from app.web import current

CLAIM_LABELS: dict[str, LazyString] = {
    "name": lazy_gettext("Full name"),
    "given_name": lazy_gettext("First name"),
    "family_name": lazy_gettext("Last name"),
    "middle_name": lazy_gettext("Middle name"),
    "nickname": lazy_gettext("Nickname"),
    "preferred_username": lazy_gettext("User name"),
    "profile": lazy_gettext("Profile page"),
    "picture": lazy_gettext("Picture"),
    "website": lazy_gettext("Website"),
    "gender": lazy_gettext("Gender"),
    "birthdate": lazy_gettext("Date of birth"),
    "zoneinfo": lazy_gettext("Time zone"),
    "locale": lazy_gettext("Language"),
    "updated_at": lazy_gettext("When your details last changed"),
    "email": lazy_gettext("E-mail address"),
    "email_verified": lazy_gettext("Whether your e-mail is confirmed"),
    "phone_number": lazy_gettext("Phone number"),
    "phone_number_verified": lazy_gettext("Whether your phone is confirmed"),
    "address": lazy_gettext("Address"),
    "payment_account": lazy_gettext("Payment account"),
}

KIND_LABELS: dict[str, LazyString] = {
    "name": lazy_gettext("Name"),
    "contact": lazy_gettext("Contact"),
    "address": lazy_gettext("Address"),
    "payment": lazy_gettext("Payment"),
    "about": lazy_gettext("About you"),
    "behaviour": lazy_gettext("What you do"),
}
"""Kinds of data in the picture of who has what."""

LEVEL_WORDS: dict[Level, LazyString] = {
    Level.LOW: lazy_gettext("Low"),
    Level.MEDIUM: lazy_gettext("Medium"),
    Level.HIGH: lazy_gettext("High"),
}

GROUNDS: dict[Ground, LazyString] = {
    Ground.CONSENT: lazy_gettext("Your consent"),
    Ground.CONTRACT: lazy_gettext("Your agreement with the business"),
    Ground.LEGAL_DUTY: lazy_gettext("Required by law"),
}

_CHANNELS: dict[str, LazyString] = {
    "web": lazy_gettext("on the website"),
    "app": lazy_gettext("in the app"),
    "store": lazy_gettext("in the store"),
    "call_centre": lazy_gettext("on the phone"),
}

_DATATYPES: dict[str, LazyString] = {
    "visit": lazy_gettext("your visits"),
    "purchase": lazy_gettext("what you buy"),
    "warranty": lazy_gettext("your warranties"),
    "preference": lazy_gettext("your preferences"),
}


_ONE_PIECE = 16
"""So many letters of a heading fit on one line of the narrowest phone."""

_DAYS_GRASPED = 100
"""From here on nobody sees before them how long so many days are."""


def claim_label(claim: str) -> str:
    """The claim's name for people."""
    return str(CLAIM_LABELS[claim])


def claim_labels(claims: Iterable[str]) -> list[str]:
    """Names for people in the catalogue's order; unknown claims are not shown."""
    return [claim_label(claim) for claim in in_catalogue_order(claims)]


def again_in(wait_s: int) -> str:
    """When to try again what was tried too often."""
    minutes = max(1, -(-wait_s // 60))
    return str(ngettext("Wait %(num)s minute and try again.", "Wait %(num)s minutes and try again.", minutes))


def too_often(wait_s: int) -> str:
    """Beside a form that many others on the same network sent in too."""
    return str(gettext("Too many attempts from your network.")) + " " + again_in(wait_s)


def persona_name(persona: Persona) -> str:
    """The persona's own label; the first one, which has none, is "me"."""
    return persona.label or str(gettext("Me"))


def as_persona(persona: Persona) -> str:
    """The persona within a sentence: nobody shares something "as Me"."""
    return str(gettext("as %(persona)s", persona=persona.label) if persona.label else gettext("as yourself"))


def level_word(level: Level) -> str:
    """Low, medium or high, in the page's language."""
    return str(LEVEL_WORDS[level])


def ground_word(ground: Ground) -> str:
    """The legal ground in plain words."""
    return str(GROUNDS[ground])


def when_words(*, offline: bool) -> str:
    """That something is given without the person being there (``offline_access``); nothing is said of the usual."""
    return str(gettext("Also while you are not signed in")) if offline else ""


def purpose_words(purposes: Iterable[str], agreed: Iterable[str] = ()) -> list[str]:
    """The texts of purposes, in the order of the vocabulary, those that are in it no more behind them.

    A reference (``id@version``) says what that version meant. An id means the version in ``agreed``, the references of
    a decision; one not among them means what it means today.
    """
    order = list(current.services().policy.purposes)
    place = {name: at for at, name in enumerate(order)}
    wanted = sorted(
        in_version_agreed(purposes, agreed),
        key=lambda each: (place.get(purpose_id(each), len(order)), purpose_id(each), purpose_version(each)),
    )
    return [text for text in map(_meaning, wanted) if text]


def _meaning(reference: str) -> str:
    """In the page's language; empty for a purpose that is not known."""
    language, today = current.language(), current.services().policy.purposes.get(purpose_id(reference))
    if today is not None and reference in {today.id, today.reference}:
        return today.text[language]
    if then := current.purposes_before().get(reference):
        return then.text[language]
    # It was raised before versions were kept.
    return "" if today is None else str(gettext("What “%(purpose)s” meant before", purpose=today.text[language]))


def purpose_word(purpose: str, agreed: Iterable[str] = ()) -> str:
    """One purpose; empty for none, and for one that is not known."""
    return ", ".join(purpose_words([purpose], agreed))


def channel_words(collection: Collection) -> list[str]:
    """Where may be collected."""
    return [str(word) for name, word in _CHANNELS.items() if name in collection.channels]


def datatype_words(collection: Collection) -> list[str]:
    """What may be collected."""
    return [str(word) for name, word in _DATATYPES.items() if name in collection.datatypes]


def channel_word(name: str) -> str:
    """One place of collecting; empty for none, and for one that is not known."""
    return str(_CHANNELS.get(name, ""))


def datatype_word(name: str) -> str:
    """One kind of data; empty for none, and for one that is not known."""
    return str(_DATATYPES.get(name, ""))


def period_words(period: Period) -> str:
    """A term such as "6 months"."""
    years, months = divmod(period.months, 12)
    parts = []
    if years:
        parts.append(ngettext("%(num)s year", "%(num)s years", years))
    if months:
        parts.append(ngettext("%(num)s month", "%(num)s months", months))
    if period.days:
        parts.append(ngettext("%(num)s day", "%(num)s days", period.days))
    return str(gettext(" and ")).join(parts)


def day_words(day: date) -> str:
    """A day such as "3 March 2027"."""
    return str(format_date(day, "d MMMM y", locale=current.language()))


def date_words(moment: datetime) -> str:
    """The day of a moment, as the calendar in the Netherlands says."""
    return day_words(moment.astimezone(LOCAL_TIME).date())


def whole_dates(text: str) -> Markup:
    """A sentence for a page, in which no line ends within a date or after "e-". What a template said is escaped."""
    whole = re.sub(
        r"\b(?:\d{1,2} [^\W\d_]+ \d{4}|[Ee]-mail\w*)\b", r'<span class="whole">\g<0></span>', str(escape(text))
    )
    return Markup(whole)  # noqa: S704 - escaped above


def whole_name(text: str, name: str = "") -> str:
    """A heading in which ``name``, or all of it, is not broken if it is short: never "Blauw" here, "& Zoon" there."""
    name = name or text
    return text.replace(name, name.replace(" ", "\N{NO-BREAK SPACE}")) if len(name) <= _ONE_PIECE else text


def begun(text: str) -> str:
    """Words as a line of their own begins with them."""
    return text[:1].upper() + text[1:]


def all_of(words: list[str]) -> str:
    """Words in one breath: "address and payment account"."""
    return str(gettext(" and ")).join(part for part in (", ".join(words[:-1]), words[-1]) if part)


def side_by_side(*words: str) -> str:
    """What stands on one line, whatever of it there is."""
    return " · ".join(each for each in words if each)


def short_date_words(moment: datetime) -> str:
    """The same where there is little room, such as "3 Mar 2027"."""
    return str(format_date(moment.astimezone(LOCAL_TIME).date(), "d MMM y", locale=current.language()))


def month_words(moment: datetime) -> str:
    """A month such as "Mar 2027"."""
    return str(format_date(moment.astimezone(LOCAL_TIME).date(), "MMM y", locale=current.language()))


def time_words(moment: datetime) -> str:
    """A moment such as "3 March 2027, 14:05", in Dutch time."""
    return str(format_datetime(moment, "d MMMM y, HH:mm", tzinfo=LOCAL_TIME, locale=current.language()))


def clock_words(moment: datetime) -> str:
    """A time of the day such as "14:05", in Dutch time."""
    return str(format_time(moment, "HH:mm", tzinfo=LOCAL_TIME, locale=current.language()))


def days_left(ends_at: datetime, now: datetime) -> str:
    """The time until an end, in words; empty when it is over. Days as on a calendar: the end stands beside it."""
    if ends_at <= now:
        return ""
    days = (ends_at.astimezone(LOCAL_TIME).date() - now.astimezone(LOCAL_TIME).date()).days
    if days == 0:
        return str(gettext("Less than a day left"))
    if days < _DAYS_GRASPED:
        return str(ngettext("%(num)s day left", "%(num)s days left", days))
    months = round(days * 12 / 365.25)
    return str(gettext("About %(period)s left", period=period_words(Period(months=months))))
