"""What belongs to the request being answered: services, time, the session, the language, our cookies.

The only reader of ``app.extensions``.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import cast

from flask import abort, current_app, flash, g, redirect, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.purposes import Purpose
from app.services import purposes, sessions
from app.services.sessions import Session
from app.services.vault import reading
from app.services.wiring import Services
from app.web.way_back import own_page

SESSION_COOKIE, LANGUAGE_COOKIE = "session", "language"
KNOWN_COOKIE = "known"
"""By which an account knows a browser it signed in with before; see ``app.services.known_browsers``."""
ONE_YEAR_S = 365 * 24 * 3600


class SignedOut(Exception):
    """A form came whose person is not signed in any more, or anew; nothing of it was done."""


def services() -> Services:
    """The bundle that composition built."""
    return cast(Services, current_app.extensions["sluis"])


def now() -> datetime:
    """The moment this request is answered at, the same throughout."""
    if "now" not in g:
        g.now = moment()
    return cast(datetime, g.now)


def moment() -> datetime:
    """The moment it is by now, for a request that has waited."""
    return clock()()


def clock() -> Callable[[], datetime]:
    """The clock that composition gave; a request goes by ``now``."""
    return cast(Callable[[], datetime], current_app.extensions["sluis-clock"])


def session() -> Session | None:
    """The live session of the person who is signed in here, or None."""
    if "session" not in g:
        secret = cookie(SESSION_COOKIE)
        g.session = sessions.find(services(), secret, now()) if secret else None
    return cast(Session | None, g.session)


def require_session() -> Session:
    """The session, or off to sign in and back to this page; ``SignedOut`` for a form."""
    found = session()
    if found is None and request.method not in {"GET", "HEAD"}:
        raise SignedOut
    return found or abort(redirect(url_for("sign_in.begin", next=own_page() or None), 303))


def say_signed_out() -> None:
    """On the page that comes next: what was pressed did nothing."""
    flash(_("You had been signed out, so nothing was saved or changed. Sign in and do it once more."))


def has_vault() -> bool:
    """Whether whoever is signed in has a vault worth a link: something is in it, or may be put in."""
    if "has_vault" not in g:
        found = session()
        g.has_vault = found is not None and reading.is_shown(services(), found.person_id, now())
    return bool(g.has_vault)


def be_nobody() -> None:
    """Answer the rest of this request as if nobody were signed in: an error page must not need the database."""
    g.session = None


def purposes_before() -> Mapping[str, Purpose]:
    """Every version of a purpose that was ever served, by reference; read when a page speaks of an earlier one."""
    if "purposes_before" not in g:
        g.purposes_before = purposes.earlier(services())
    return cast(Mapping[str, Purpose], g.purposes_before)


def language() -> str:
    """The language of this page, ``nl`` or ``en``."""
    locale = get_locale()
    return "nl" if locale is None else str(locale.language)


def cookie(of: str) -> str | None:
    """What this browser sent of one of our cookies."""
    return request.cookies.get(cookie_name(of, secure=services().settings.secure))


def keep_cookie(response: Response, of: str, value: str, *, max_age: int | None = None) -> None:
    """Leave it in this browser, until that is closed unless said otherwise."""
    secure = services().settings.secure
    name = cookie_name(of, secure=secure)
    response.set_cookie(name, value, max_age=max_age, path="/", secure=secure, httponly=True, samesite="Lax")


def cookie_name(of: str, *, secure: bool) -> str:
    """The whole name; over https with the prefix that keeps other hosts from setting it (RFC 6265bis §4.1.3)."""
    return f"{'__Host-' if secure else ''}sluis-{of}"


def sends_our_cookies() -> bool:
    """Whether this browser sent any: not when it keeps none, nor when one of another site in the domain hides them.

    granian passes no cookie at all on when a byte of one is not ASCII.
    """
    return any(name.removeprefix("__Host-").startswith("sluis-") for name in request.cookies)


def source() -> str:
    """The network address this request comes from, as trusted proxies report it."""
    return request.remote_addr or ""
