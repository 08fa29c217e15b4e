import pytest

from app.domain.identifiers import is_id, is_sub


@pytest.mark.parametrize("text", ["", "0" * 31, "0" * 33, "g" * 32, "A" * 32, "0" * 31 + "\x00", "0" * 32 + "\n"])
def test_what_cannot_be_an_id_is_none(text: str) -> None:
    assert is_id("0123456789abcdef" * 2)
    assert not is_id(text)


@pytest.mark.parametrize("text", ["", "a b", "é", "a\n", "a" * 256, "\x00"])
def test_a_sub_is_at_most_255_visible_ascii_characters(text: str) -> None:
    assert is_sub("!" + "~" * 254)
    assert not is_sub(text)
