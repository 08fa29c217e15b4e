"""The authorization endpoint in the browser: begin, go on, cancel."""

from app.web.authorize.views import blueprint

__all__ = ["blueprint"]
