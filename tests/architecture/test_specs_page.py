"""The page of specifications says what the tests say."""

from setup import specs_page


def test_the_page_of_specifications_is_current() -> None:
    assert specs_page.PAGE.read_text("utf-8") == specs_page.page(), "run: python setup/specs_page.py"
