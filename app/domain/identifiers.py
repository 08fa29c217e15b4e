"""What an identifier looks like: what cannot be one is not looked for, and reaches no column it does not fit."""

import re

_ID = re.compile("[0-9a-f]{32}")
_SUB = re.compile("[!-~]{1,255}")


def is_id(text: str) -> bool:
    """Whether this can be the id of a grant, a case, an event or a stream."""
    return _ID.fullmatch(text) is not None


def is_sub(text: str) -> bool:
    """Whether this can be a sub at all: at most 255 visible ASCII characters (OpenID Connect Core §2)."""
    return _SUB.fullmatch(text) is not None
