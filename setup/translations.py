"""Brings the Dutch catalogue up to date with the English words in the code: new ones are added empty, old ones go."""

import sys
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "app" / "translations" / "nl" / "LC_MESSAGES" / "messages.po"

_KEYWORDS = {**DEFAULT_KEYWORDS, "lazy_gettext": None, "lazy_ngettext": (1, 2)}
_SOURCES = {"app": [("**.py", "python")], "templates": [("**.html", "jinja2"), ("**.txt", "jinja2")]}


@cache
def english() -> Catalog:
    """Every text people may read, as code and templates hold it. The demo shops have words of their own."""
    found = Catalog()
    for folder, methods in _SOURCES.items():
        texts = extract_from_dir(
            ROOT / folder,
            methods,
            keywords=_KEYWORDS,
            directory_filter=lambda path: not Path(path).name.startswith("."),
        )
        for _, _, text, _, _ in texts:
            found.add(text)
    return found


def dutch() -> Catalog:
    """The catalogue as it is kept."""
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="nl")


def untranslated() -> list[str]:
    """What a Dutch page would show in English."""
    kept = dutch()
    missing = []
    for message in english():
        if message.id:
            known = kept.get(message.id)
            strings = () if known is None else known.string if isinstance(known.string, tuple) else (known.string,)
            if not strings or not all(strings) or (known is not None and known.fuzzy):
                missing.append(str(message.id))
    return missing


def main() -> None:
    """Rewrite the catalogue; what is empty in it waits for words."""
    kept = dutch()
    # No new date: it would be a conflict between any two changes of words.
    fresh = Catalog(locale="nl", project="Sluis", version="1", fuzzy=False, creation_date=kept.creation_date)
    for message in english():
        if message.id:
            known = kept.get(message.id)
            fresh.add(message.id, "" if known is None else known.string, flags=message.flags)
    with CATALOGUE.open("wb") as file:
        write_po(file, fresh, width=0, sort_output=True, ignore_obsolete=True)
    sys.stdout.write(f"{len(untranslated())} texts wait for Dutch words.\n")


if __name__ == "__main__":
    main()
