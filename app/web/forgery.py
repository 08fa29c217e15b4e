"""Decides whether a form was posted from a page of ours: by its token, and by where it says it comes from.

Endpoints that clients post to, and that read no cookie, are opened one by one.
"""

from collections.abc import Callable
from typing import TypeVar

from flask import Flask, request
from flask_wtf.csrf import CSRFError, CSRFProtect

from app.web import current, typed

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_View = TypeVar("_View", bound=Callable[..., object])


def open_to_others(view: _View) -> _View:
    """Mark a view that other sites and servers may post to; it must not act on a cookie alone."""
    view.open_to_others = True  # type: ignore[attr-defined]
    return view


def install(app: Flask, *, issuer: str) -> None:
    """Check every request that may change something, known users and strangers alike."""
    # No time limit: the token lives as long as the browser's own form cookie, and people leave pages open.
    # No referrer check: our pages send none; Sec-Fetch-Site and Origin say the same.
    app.config.update(WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_SSL_STRICT=False)
    protection = CSRFProtect(app)

    @app.before_request
    def _check() -> None:
        view = app.view_functions.get(request.endpoint or "")
        if request.method in _SAFE or view is None or getattr(view, "open_to_others", False):
            return
        if not _from_our_own_page(issuer):
            raise CSRFError("sent from another site")
        try:
            protection.protect()
        except CSRFError:
            session, kept = current.session(), typed.sent()
            if kept is None or (session is not None and not kept.is_of(session.person_id)):
                raise
            raise current.SignedOut from None


def _from_our_own_page(issuer: str) -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}  # none: the person's own doing, such as a reload; no site can cause it
    # Under Referrer-Policy no-referrer a browser names even our own pages "null" (Fetch, "append a request
    # Origin header"); one too old to send Sec-Fetch-Site is held by the token alone.
    return request.headers.get("Origin", "null") in {"null", issuer}
