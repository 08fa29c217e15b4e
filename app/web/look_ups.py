"""Says in plain words what a business asked or tried, and what it was answered: for the vault and the timeline."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from app.domain.collection_check import Why
from app.services.local_time import rfc3339
from app.services.vault.reading import LookUp
from app.web.wording import begun, channel_word, datatype_word, purpose_word, side_by_side, time_words

_REASONS: Mapping[str, LazyString] = {
    Why.UNKNOWN_TERMS: lazy_gettext("It asked for something that does not exist here."),
    Why.NO_GRANT: lazy_gettext("You did not allow it then."),
    Why.ENDED: lazy_gettext("What you shared has ended."),
    Why.PAUSED: lazy_gettext("You paused it."),
    Why.CLOSED: lazy_gettext("Its connection with Sluis is closed."),
    Why.BELOW_HIGH: lazy_gettext("It was not part of what you shared then."),
    Why.TERM_OVER: lazy_gettext("The term for keeping it is over."),
    Why.CHANNEL: lazy_gettext("You did not allow it there."),
    Why.DATATYPE: lazy_gettext("You did not allow that kind of data."),
    Why.PURPOSE: lazy_gettext("You did not allow it for that purpose then."),
}


@dataclass(frozen=True)
class LookUpWords:
    """One question in words."""

    moment: datetime
    at: str
    iso: str
    title: str
    detail: str = field(repr=False)
    allowed: bool


def look_up_words(look_up: LookUp, shop: str) -> LookUpWords:
    """One question of the business called ``shop``."""
    record = look_up.record
    titles = {
        "check": gettext("%(shop)s asked whether it may keep this", shop=shop),
        "deposit": gettext("%(shop)s wanted to put something in your vault", shop=shop),
        "read": gettext("%(shop)s read what it put in your vault", shop=shop),
    }
    about = side_by_side(
        datatype_word(record.datatype),
        channel_word(record.channel),
        purpose_word(record.purpose),
    )
    answer = gettext("The answer was yes.") if record.allowed else gettext("The answer was no.")
    why = "" if record.allowed else str(_REASONS.get(record.why, ""))
    place = gettext("Where, says %(shop)s: %(place)s.", shop=shop, place=look_up.place) if look_up.place else ""
    return LookUpWords(
        moment=record.at,
        at=time_words(record.at),
        iso=rfc3339(record.at),
        title=str(titles.get(record.kind, titles["check"])),
        detail=" ".join(part for part in (f"{begun(about)}." if about else "", answer, why, place) if part),
        allowed=record.allowed,
    )
