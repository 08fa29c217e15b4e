"""The person's language as a BCP 47 tag, from a tag or from a language's name in Dutch, English or itself."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from babel import Locale, UnknownLocaleError
from babel.core import parse_locale

from app.domain.purposes import LANGUAGES
from app.services.fact_values.fields import FieldSpec, one_field
from app.services.fact_values.outcome import Accepted, JSONValue, Outcome, Reason, refused
from app.services.fact_values.typed_text import without_accents

LOCALE_FIELD = FieldSpec("locale", "language", maxlength=60)

USUAL_TAGS = (
    "nl-NL", "nl-BE", "fy-NL", "en-GB", "en-US", "en-IE", "de-DE", "de-AT", "de-CH", "fr-FR", "fr-BE",
    "es-ES", "it-IT", "pt-PT", "pl-PL", "ro-RO", "bg-BG", "hu-HU", "cs-CZ", "sk-SK", "hr-HR", "el-GR",
    "da-DK", "sv-SE", "nb-NO", "fi-FI", "tr-TR", "ar-MA", "fa-IR", "uk-UA", "ru-RU", "hi-IN", "id-ID",
    "zh-Hans-CN", "ja-JP",
)  # fmt: skip
"""Offered in the form; every other language may be typed."""


def _judged(text: str) -> Outcome:
    """language[-Script][-REGION] with hyphens (RFC 5646 §2.1; OpenID Connect Core §5.1)."""
    tag = _by_name().get(without_accents(text)) or _tag(text)
    return Accepted(tag) if tag else refused("locale", Reason.LOCALE)


read = one_field(LOCALE_FIELD, _judged)


def _tag(text: str) -> str | None:
    try:
        language, territory, script, *rest = parse_locale(text.replace("_", "-"), sep="-")
    except ValueError:
        return None
    english = Locale("en")
    known = (
        language in english.languages
        and (territory is None or territory in english.territories)
        and (script is None or script in english.scripts)
        and not any(rest)
    )
    return "-".join(part for part in (language, script, territory) if part) if known else None


@cache
def _by_name() -> Mapping[str, str]:
    tags: dict[str, str] = {}
    for lang in LANGUAGES:
        for tag, name in Locale(lang).languages.items():
            tags.setdefault(without_accents(name), tag.replace("_", "-"))
    for tag in USUAL_TAGS:
        own = Locale.parse(tag, sep="-")
        for shown_in in (*map(Locale, LANGUAGES), own):
            tags.setdefault(without_accents(own.get_display_name(shown_in) or tag), tag)
            tags.setdefault(without_accents(own.get_language_name(shown_in) or tag), own.language)
    return MappingProxyType(tags)


def shown(value: JSONValue, lang: str) -> str:
    """The language by name: Nederlands (Nederland)."""
    try:
        return Locale.parse(str(value), sep="-").get_display_name(lang) or str(value)
    except (ValueError, UnknownLocaleError):
        return str(value)


def typed_from(value: JSONValue, lang: str) -> dict[str, str]:
    """By its name, where that reads as the same tag; otherwise the tag."""
    name = shown(value, lang)
    return {"locale": name if _by_name().get(without_accents(name)) == value else str(value)}
