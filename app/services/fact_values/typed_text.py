"""Typed text made comparable: NFC, single spaces, no invisible edges. Judges no meaning."""

import unicodedata

# Pasting from an address book wraps a value in direction marks; at the edge of a word they carry nothing.
_INVISIBLE_EDGES = (
    "\u00ad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)
_JOINERS = "\u200c\u200d"  # written inside Persian and Indic words, and inside one emoji
_BLANK_LETTERS = "\u115f\u1160\u3164\uffa0\u2800"  # letters and symbols by category, nothing to the eye
_UNPRINTABLE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def clean_line(text: str) -> str:
    """One line: NFC, edges trimmed, every run of white space one space."""
    words = (word.strip(_INVISIBLE_EDGES) for word in unicodedata.normalize("NFC", text).split())
    return " ".join(word for word in words if word)


def clean_lines(text: str) -> tuple[str, ...]:
    """The lines that hold something, each cleaned."""
    return tuple(line for line in map(clean_line, text.splitlines()) if line)


def is_printable(text: str) -> bool:
    """False for control, direction and unassigned characters and letters that draw nothing."""
    return all(
        char in _JOINERS
        or char == "\n"
        or (unicodedata.category(char) not in _UNPRINTABLE and char not in _BLANK_LETTERS)
        for char in text
    )


def has_letter(text: str) -> bool:
    """True when some character is a letter of any script."""
    return any(char.isalpha() for char in text)


def ascii_digits(text: str) -> str:
    """The text with the digits of any script as 0 to 9, and wide or narrow forms as plain ones."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in plain)


def without_accents(text: str) -> str:
    """For comparing names of countries and languages as people type them: no accents, no case."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char)).casefold()
