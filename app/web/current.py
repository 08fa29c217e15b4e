"""What belongs to the request being answered: services, time, the session, the browser, the language.

The only reader of ``app.extensions``.
"""

from collections.abc import Callable
from datetime import datetime
from typing import cast

import flask
from flask import abort, after_this_request, current_app, flash, g, redirect, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.crypto.digests import digest, new_secret
from app.services import sessions
from app.services.sessions import Session
from app.services.vault import reading
from app.services.wiring import Services
from app.web.way_back import own_page

SESSION_COOKIE, LANGUAGE_COOKIE = "session", "language"
KNOWN_COOKIE = "known"
"""By which an account knows a browser it signed in with before; see ``app.services.known_browsers``."""
ONE_YEAR_S = 365 * 24 * 3600

_BROWSER = "browser"
_SAME_ACCOUNT = "same_account"
_PROVED = "proved"
_SENT_TO = "sent_to"
_LOGINS_AT_ONCE = 8


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


def sign_in_browser(session_secret: str) -> None:
    """Give this browser its session cookie and a new CSRF token; requests stored for it stay its own."""
    _forget_the_person(keeping_requests=True)
    g.pop("session", None)

    @after_this_request
    def _set(response: Response) -> Response:
        keep_cookie(response, SESSION_COOKIE, session_secret)
        return response


def sign_out_browser(*, going_on: bool = False) -> None:
    """Take the session cookie and everything else this browser remembers of the person; ends no session.

    ``going_on``: to sign in again at once, so requests stored for this browser stay its own.
    """
    _forget_the_person(keeping_requests=going_on)
    g.session = None
    secure = services().settings.secure

    @after_this_request
    def _unset(response: Response) -> Response:
        name = cookie_name(SESSION_COOKIE, secure=secure)
        response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="Lax")
        return response


def _forget_the_person(*, keeping_requests: bool) -> None:
    """A form token of before is worth nothing from now on."""
    browser = flask.session.get(_BROWSER)
    flask.session.clear()
    if browser and keeping_requests:
        flask.session[_BROWSER] = browser
    g.pop("csrf_token", None)


def be_nobody() -> None:
    """Answer the rest of this request without asking who it is: an error page must not need the database."""
    g.session = None


def browser_digest() -> bytes:
    """What binds stored requests to this browser; a random id is made at first need."""
    if _BROWSER not in flask.session:
        flask.session[_BROWSER] = new_secret(16)
    return digest(str(flask.session[_BROWSER]))


def keep_account(handle: str) -> None:
    """Whoever is signed in goes on with the login of this handle; forgotten when somebody signs in or out."""
    said = [*flask.session.get(_SAME_ACCOUNT, []), digest(handle).hex()]
    flask.session[_SAME_ACCOUNT] = said[-_LOGINS_AT_ONCE:]


def is_account_kept(handle: str) -> bool:
    """Whether that was said here."""
    return digest(handle).hex() in flask.session.get(_SAME_ACCOUNT, [])


def expect(person_id: str) -> None:
    """Somebody has just proved their mailbox here: the next page to sign in need not ask for the address."""
    flask.session[_PROVED] = person_id


def expected() -> str | None:
    """Who has; told once."""
    found: str | None = flask.session.pop(_PROVED, None)
    return found


def sent_to(email: str) -> None:
    """A message goes to the address that was filled in: the next page says which, for a slip of the finger."""
    flask.session[_SENT_TO] = services().keys.sealer(now()).seal(_SENT_TO, {"email": email})


def told_sent_to() -> str:
    """That address, told once; empty for none."""
    sealed = flask.session.pop(_SENT_TO, "")
    content = services().keys.sealer(now()).open(_SENT_TO, sealed) if sealed else None
    return "" if content is None else str(content["email"])


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
