"""Erasure cases on pages: for the person they are about, and behind a link for a business without software."""

from app.web.cases import answering, asking, letters, overview
from app.web.cases.blueprint import blueprint

__all__ = ["answering", "asking", "blueprint", "letters", "overview"]
