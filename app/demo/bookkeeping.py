"""What a demo shop must keep of a customer whatever they ask, because a law says so; most must keep nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from app.demo.memory import Memory


@dataclass(frozen=True)
class Books:
    """``papers`` names where a customer's papers are in the memory; ``on_them`` the details that stand on each."""

    papers: Callable[[Memory, str], list[str]]
    on_them: Collection[str] = ()
    law: str = ""
    """The text's key that names the law."""
    years: int = 0

    def must_keep(self, memory: Memory, sub: str) -> Collection[str]:
        """The details of this person that must stay; none without papers."""
        return self.on_them if self.papers(memory, sub) else ()

    def burn(self, memory: Memory, sub: str) -> None:
        """Be rid of this person's papers."""
        for key in self.papers(memory, sub):
            memory.delete(key)


NO_BOOKS = Books(lambda _memory, _sub: [])
