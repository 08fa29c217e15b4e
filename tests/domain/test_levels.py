import pytest

from app.domain.levels import LEVEL_SCOPES, Level
from tests.domain.agreements import POLICY


def test_levels_are_ordered_low_first() -> None:
    assert sorted(Level, reverse=True) == [Level.HIGH, Level.MEDIUM, Level.LOW]


@pytest.mark.parametrize("level", Level)
def test_a_level_is_its_word_and_its_scope(level: Level) -> None:
    assert Level.from_word(level.word) is level
    assert LEVEL_SCOPES[level.scope] is level
    assert level.scope == f"identity:{level.word}"


@pytest.mark.parametrize("word", ["", "LOW", "none", "1", "identity:low", "lowest"])
def test_any_other_word_is_no_level(word: str) -> None:
    with pytest.raises(ValueError, match="not a level"):
        Level.from_word(word)


def test_a_claim_belongs_to_the_first_level_that_holds_it() -> None:
    assert POLICY.lowest_level_of("email") is Level.LOW
    assert POLICY.lowest_level_of("address") is Level.MEDIUM
    assert POLICY.lowest_level_of("birthdate") is Level.HIGH
    assert POLICY.lowest_level_of("nickname") is None
