"""Dutch and English are complete."""

import re

from app.settings import ROOT
from setup import translations

_PLACEHOLDER = re.compile(r"%\((\w+)\)")
_EXPRESSION = re.compile(r"(?sm){#.*?#}|{{.*?}}|^[^\n]*{% block (?:body_class|width) [^\n]*$|{%.*?%}")
_ATTRIBUTE = re.compile(r'\b(?:alt|title|placeholder|aria-label)="([^"]*)"')
_MARKUP = re.compile(r"<(style|script)\b.*?</\1>|<[^>]*>|&\w+;", re.DOTALL)
_WORD = re.compile(r"[^\W\d_]{2,}")
_THE_SAME_EVERYWHERE = {"Sluis", "Nederlands", "English", "em"}


def test_no_text_is_left_in_english() -> None:
    assert translations.untranslated() == [], "run: python setup/translations.py, and fill in what is empty"


def test_no_page_and_no_mail_says_a_word_past_the_catalogue() -> None:
    said = []
    for template in sorted((ROOT / "templates").rglob("*.*")):
        written = _EXPRESSION.sub("", template.read_text("utf-8"))
        text = " ".join([*_ATTRIBUTE.findall(written), _MARKUP.sub(" ", written)])
        said += [f"{template.name}: {word}" for word in _WORD.findall(text) if word not in _THE_SAME_EVERYWHERE]
    assert said == [], "write it as {{ _(...) }}"


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
