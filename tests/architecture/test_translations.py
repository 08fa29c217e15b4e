"""Dutch and English are complete."""

import re

from setup import translations

_PLACEHOLDER = re.compile(r"%\((\w+)\)")


def test_no_text_is_left_in_english() -> None:
    assert translations.untranslated() == [], "run: python setup/translations.py, and fill in what is empty"


def test_the_catalogue_holds_nothing_that_is_said_no_more() -> None:
    said = translations.english()
    assert [message.id for message in translations.dutch() if message.id and said.get(message.id) is None] == []


def test_a_translation_fills_in_what_the_english_does() -> None:
    wrong = []
    for message in translations.dutch():
        english = message.id if isinstance(message.id, tuple) else (message.id,)
        wanted = set(_PLACEHOLDER.findall(" ".join(english)))
        for words in message.string if isinstance(message.string, tuple) else (message.string,):
            used = set(_PLACEHOLDER.findall(words))
            # Of a plural one form may leave the number out; otherwise nothing is added and nothing lost.
            if not used <= wanted or (used != wanted and not isinstance(message.id, tuple)):
                wrong.append(message.id)
    assert wrong == []
