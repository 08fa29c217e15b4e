"""Sluis, an OpenID Connect provider in which a person decides how much each business gets to know."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from app.settings import Settings


def create_app(settings: Settings | None = None) -> WSGIApplication:
    """The application of these settings, or of those the environment names."""
    from app.composition import application, build  # noqa: PLC0415 - rooms must be importable without the whole house

    return application() if settings is None else build(settings)
