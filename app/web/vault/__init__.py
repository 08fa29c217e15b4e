"""A person's vault: what businesses keep about them here, and every time one asked."""

from app.web.vault import changing, pages  # noqa: F401 - their views register themselves
from app.web.vault.blueprint import blueprint

__all__ = ["blueprint"]
