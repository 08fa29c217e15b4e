"""The three levels and the operator's policy for them: which claims, which purposes, how long at most."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from app.domain.purposes import Purpose
from app.domain.retention import Period


class Level(IntEnum):
    """How high the water rises; ordered, low first."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @property
    def word(self) -> str:
        """The level on the wire and in files: ``low``, ``medium`` or ``high``."""
        return self.name.lower()

    @property
    def scope(self) -> str:
        """The scope by which a client accepts this level."""
        return f"identity:{self.word}"

    @classmethod
    def from_word(cls, word: str) -> "Level":
        """ValueError when it is none of the three words."""
        try:
            return _BY_WORD[word]
        except KeyError:
            raise ValueError("not a level") from None


_BY_WORD = {level.word: level for level in Level}

LEVEL_SCOPES: Mapping[str, Level] = {level.scope: level for level in Level}


@dataclass(frozen=True)
class LevelRule:
    """What the operator allows at one level; claims and purposes include those of the levels below."""

    level: Level
    claims: frozenset[str]
    purposes: frozenset[str]
    longest: Period
    collection: bool = False
    """Whether the permission ``omnichannel_collection`` may be asked at this level."""


@dataclass(frozen=True, eq=False)  # known by identity, since a process has one for life: a key of caches
class Policy:
    """The operator's levels and purposes, validated at start."""

    rules: Mapping[Level, LevelRule]
    purposes: Mapping[str, Purpose]

    def lowest_level_of(self, claim: str) -> Level | None:
        """The first level whose claims include this one, or None when no level does."""
        return next((level for level in Level if claim in self.rules[level].claims), None)
