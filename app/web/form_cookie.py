"""The signed cookie Flask calls its session: it binds forms and stored requests to a browser, and signs nobody in."""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from itsdangerous import URLSafeTimedSerializer


class Kept(SessionMixin):
    """What the cookie holds, believed when first asked for: an endpoint of the protocol never asks."""

    modified = False

    def __init__(self, read: Callable[[], Mapping[str, Any] | None]) -> None:
        self._read = read

    @cached_property
    def _held(self) -> dict[str, Any]:
        return dict(self._read() or {})

    def __getitem__(self, name: str) -> Any:
        return self._held[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self._held[name] = value
        self.modified = True

    def __delitem__(self, name: str) -> None:
        del self._held[name]
        self.modified = True

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)


class FormCookie(SecureCookieSessionInterface):
    """Flask's own, with a signer made once; the cookie is neither read nor written until somebody asks for it."""

    def __init__(self, app: Flask) -> None:
        self._signer = super().get_signing_serializer(app)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:  # noqa: ARG002
        """The one signer of this application; its key never changes while it runs."""
        return self._signer

    def open_session(self, app: Flask, request: Request) -> SessionMixin:  # type: ignore[override]
        """What this browser sent, to be looked at later."""
        believe = super().open_session
        return Kept(lambda: believe(app, request))

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write what has changed."""
        if session.accessed:
            super().save_session(app, session, response)


def install(app: Flask) -> None:
    """Use it from here on; after the secret key is set."""
    app.session_interface = FormCookie(app)
