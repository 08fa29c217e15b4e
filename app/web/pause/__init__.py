"""Pausing what a business gets, and letting it go on (GDPR 18): from the dashboard, and on the way of a login there."""

from app.web.pause import dashboard, login
from app.web.pause.blueprint import blueprint

__all__ = ["blueprint", "dashboard", "login"]
