"""The templates that are filled in outside a request: mail, which is plain text, and the page of an export."""

from functools import lru_cache

from babel.support import Translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app.domain.purposes import LANGUAGES
from app.settings import ROOT

TEMPLATES = ROOT / "templates"


@lru_cache(maxsize=len(LANGUAGES))
def in_language(language: str) -> Environment:
    """The templates in one language."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        autoescape=select_autoescape(),
    )
    translations = Translations.load(ROOT / "app" / "translations", [language])
    environment.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]
    return environment
