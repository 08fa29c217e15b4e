"""The shell around every page and endpoint: limits, forgery check, headers, languages, errors, templates."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from app.services.wiring import Services
from app.web import (
    current,
    errors,
    forgery,
    form_cookie,
    handover,
    headers,
    language,
    limits,
    request_log,
    routing,
    typed,
)
from app.web.way_back import own_page
from app.web.wording import whole_dates, whole_name


def shell(app: Flask, services: Services, clock: Callable[[], datetime]) -> None:
    """Install all of it on ``app``; blueprints are registered by the caller."""
    settings = services.settings
    app.extensions["sluis"] = services
    app.extensions["sluis-clock"] = clock
    app.config.update(
        SECRET_KEY=services.secrets.form_signing,
        SESSION_COOKIE_NAME=current.cookie_name("form", secure=settings.secure),
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        SEND_FILE_MAX_AGE_DEFAULT=0 if settings.debug else 3600,
        TEMPLATES_AUTO_RELOAD=settings.debug,
    )
    form_cookie.install(app)
    # A redirect of the router's own would be a 308.
    app.url_map.merge_slashes = False
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.filters["whole_dates"] = whole_dates
    app.jinja_env.filters["whole_name"] = whole_name
    app.jinja_env.globals["doors"] = app.blueprints  # some are only there in development
    app.jinja_env.globals["own_page"] = own_page
    if hops := settings.server.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    routing.install(app)
    request_log.install(app)
    headers.install(app, secure=settings.secure)
    errors.install(app)
    limits.install(app, issuer=settings.issuer)
    handover.install(app)
    forgery.install(app, issuer=settings.issuer)
    language.install(app)
    typed.install(app)

    @app.context_processor
    def _context() -> dict[str, Any]:
        return {
            "lang": current.language(),
            "development": settings.environment == "development",
            "signed_in": current.session() is not None,
            "has_vault": current.has_vault,
        }
