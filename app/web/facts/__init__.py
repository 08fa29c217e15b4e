"""A person's own details: all of them on one page, and the forms to change them."""

from app.web.facts import edit, overview
from app.web.facts.blueprint import blueprint

__all__ = ["blueprint", "edit", "overview"]
