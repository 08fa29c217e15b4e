"""The cookie by which an account knows a browser it signed in with before; see ``app.services.known_browsers``."""

from flask import request
from werkzeug.wrappers import Response

from app.web import current

_ONE_YEAR_S = 365 * 24 * 3600


def kept() -> str:
    """What an earlier sign-in left in this browser, if anything."""
    return request.cookies.get(_cookie(), "")


def keep(response: Response, mark: str) -> None:
    """Leave it there, for a year."""
    secure = current.services().settings.secure
    response.set_cookie(_cookie(), mark, max_age=_ONE_YEAR_S, path="/", secure=secure, httponly=True, samesite="Lax")


def _cookie() -> str:
    return "__Host-sluis-known" if current.services().settings.secure else "sluis-known"
