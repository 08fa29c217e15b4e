"""A person's vault: what businesses keep about them here, and every time one asked."""

from app.web.vault import changing, pages
from app.web.vault.blueprint import blueprint

__all__ = ["blueprint", "changing", "pages"]
