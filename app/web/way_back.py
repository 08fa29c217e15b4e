"""Where a page may send the browser afterwards: a path of our own, never another site."""

import re

_LONGEST = 2000
# One slash, then what URLs of ours are made of: no backslash, nothing a browser reads as a host.
_LOCAL = re.compile(r"/(?:[A-Za-z0-9_\-.~%][A-Za-z0-9_\-.~%/]*)?(?:\?[A-Za-z0-9_\-.~%/=&+:,]*)?")


def local_path(text: str | None) -> str | None:
    """The path when it is one of ours, else None."""
    if not text or len(text) > _LONGEST or _LOCAL.fullmatch(text) is None or "//" in text.partition("?")[0]:
        return None
    return text
