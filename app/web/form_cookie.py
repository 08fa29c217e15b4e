"""The signed cookie Flask calls its session: it binds forms and stored requests to a browser, and signs nobody in."""

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer


class FormCookie(SecureCookieSessionInterface):
    """Flask's own, with a signer made once: Flask makes one for each request, those without a cookie included."""

    def __init__(self, app: Flask) -> None:
        self._signer = super().get_signing_serializer(app)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:  # noqa: ARG002
        """The one signer of this application; its key never changes while it runs."""
        return self._signer


def install(app: Flask) -> None:
    """Use it from here on; after the secret key is set."""
    app.session_interface = FormCookie(app)
