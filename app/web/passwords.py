"""The sentences about passwords: why a new one will not do, that one is wrong, that it is time to wait."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import LazyString, lazy_gettext
from flask_babel import gettext as _

from app.crypto.password_strength import SHORTEST_PASSWORD, Weakness
from app.crypto.passwords import LONGEST_PASSWORD
from app.web.wording import again_in

HINT = lazy_gettext("At least 8 characters; 15 or more is better. A few words in a row make a good password.")

WRONG = lazy_gettext("This is not your password.")

WEAKNESSES: Mapping[Weakness, LazyString] = MappingProxyType(
    {
        Weakness.TOO_SHORT: lazy_gettext(
            "This password is too short. Use at least %(shortest)s characters.", shortest=SHORTEST_PASSWORD
        ),
        Weakness.TOO_LONG: lazy_gettext(
            "This password is too long. Use at most %(longest)s characters.", longest=LONGEST_PASSWORD
        ),
        Weakness.COMMON: lazy_gettext(
            "Many people use this password, so it is tried first by those who break in. Choose another one."
        ),
        Weakness.PERSONAL: lazy_gettext(
            "This password resembles your name or e-mail address, which others know. Choose another one."
        ),
        Weakness.GUESSABLE: lazy_gettext(
            "This password is easy to guess. Make it longer, or use a few words that do not belong together."
        ),
    }
)


def wait_words(wait_s: int) -> str:
    """How long to wait after too many wrong passwords."""
    return str(_("Too many wrong passwords.")) + " " + again_in(wait_s)
