import pytest

from app.services.fact_values import choices, display, typed_from
from tests.services.fact_values.asking import accepted, reasons


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("nl", "nl"),
        ("nl-NL", "nl-NL"),
        ("NL_nl", "nl-NL"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("Nederlands", "nl"),
        ("dutch", "nl"),
        ("Nederlands (België)", "nl-BE"),
        ("frysk", "fy"),
        ("Türkçe", "tr"),
    ],
)
def test_a_language_is_kept_as_a_tag_however_it_is_called(typed: str, kept: str) -> None:
    assert accepted("locale", locale=typed) == kept


@pytest.mark.parametrize("typed", ["xx", "nl-XQ", "Klingonees", "de-DE-u-co-phonebk", "en-US-POSIX", "-", "1"])
def test_what_is_no_language_is_refused(typed: str) -> None:
    assert reasons("locale", locale=typed) == {"locale": "locale"}


def test_every_language_offered_is_accepted_as_it_stands_and_has_a_name() -> None:
    for tag, label in choices("locale", "locale", "nl"):
        assert accepted("locale", locale=tag) == tag
        assert accepted("locale", locale=label) == tag
        assert display("locale", tag, "nl") == label != tag


@pytest.mark.parametrize(
    ("tag", "typed"), [("nl-NL", "Nederlands (Nederland)"), ("nl", "Nederlands"), ("pt-AO", "pt-AO"), ("xx", "xx")]
)
def test_a_language_stands_in_its_field_by_name_unless_that_would_be_read_as_another(tag: str, typed: str) -> None:
    assert typed_from("locale", tag, "nl") == {"locale": typed}
