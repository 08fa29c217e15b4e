"""What this browser keeps between two requests: who signed in, which requests are its own, what a next page tells."""

from flask import after_this_request, g, session
from werkzeug.wrappers import Response

from app.crypto import digests
from app.web import current

_BROWSER = "browser"
_SAME_ACCOUNT = "same_account"
_PROVED = "proved"
_SENT_TO = "sent_to"
_LOGINS_AT_ONCE = 8


def sign_in(session_secret: str) -> None:
    """Give this browser its session cookie and a new CSRF token; requests stored for it stay its own."""
    _forget_the_person(keeping_requests=True)
    g.pop("session", None)

    @after_this_request
    def _set(response: Response) -> Response:
        current.keep_cookie(response, current.SESSION_COOKIE, session_secret)
        return response


def sign_out(*, going_on: bool = False) -> None:
    """Take the session cookie and everything else this browser remembers of the person; ends no session.

    ``going_on``: to sign in again at once, so requests stored for this browser stay its own.
    """
    _forget_the_person(keeping_requests=going_on)
    current.be_nobody()
    secure = current.services().settings.secure

    @after_this_request
    def _unset(response: Response) -> Response:
        name = current.cookie_name(current.SESSION_COOKIE, secure=secure)
        response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="Lax")
        return response


def _forget_the_person(*, keeping_requests: bool) -> None:
    """A form token of before is worth nothing from now on."""
    browser = session.get(_BROWSER)
    session.clear()
    if browser and keeping_requests:
        session[_BROWSER] = browser
    g.pop("csrf_token", None)


def own_digest() -> bytes:
    """What binds stored requests to this browser; a random id is made at first need."""
    if _BROWSER not in session:
        session[_BROWSER] = digests.new_secret(16)
    return digests.digest(str(session[_BROWSER]))


def keep_account(handle: str) -> None:
    """Whoever is signed in goes on with the login of this handle; forgotten when somebody signs in or out."""
    said = [*session.get(_SAME_ACCOUNT, []), digests.digest(handle).hex()]
    session[_SAME_ACCOUNT] = said[-_LOGINS_AT_ONCE:]


def is_account_kept(handle: str) -> bool:
    """Whether that was said here."""
    return digests.digest(handle).hex() in session.get(_SAME_ACCOUNT, [])


def expect(person_id: str) -> None:
    """Somebody has just proved their mailbox here: the next page to sign in need not ask for the address."""
    session[_PROVED] = person_id


def expected() -> str | None:
    """Who has; told once."""
    found: str | None = session.pop(_PROVED, None)
    return found


def sent_to(email: str) -> None:
    """A message goes to the address that was filled in: the next page says which, for a slip of the finger."""
    session[_SENT_TO] = current.services().keys.sealer(current.now()).seal(_SENT_TO, {"email": email})


def told_sent_to() -> str:
    """That address, told once; empty for none."""
    sealed = session.pop(_SENT_TO, "")
    content = current.services().keys.sealer(current.now()).open(_SENT_TO, sealed) if sealed else None
    return "" if content is None else str(content["email"])
