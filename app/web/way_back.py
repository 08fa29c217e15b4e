"""Where a page may send the browser afterwards: a path of our own, never another site."""

import re

from flask import request
from flask.globals import request_ctx

_LONGEST = 2000
# One slash, then what URLs of ours are made of: no backslash, nothing a browser reads as a host.
_LOCAL = re.compile(r"/(?:[A-Za-z0-9_\-.~%][A-Za-z0-9_\-.~%/]*)?(?:\?[A-Za-z0-9_\-.~%/=&+:,]*)?")


def local_path(text: str | None) -> str | None:
    """The path when it is one of ours, else None."""
    if not text or len(text) > _LONGEST or _LOCAL.fullmatch(text) is None or "//" in text.partition("?")[0]:
        return None
    return text


def own_page() -> str:
    """The page whose form was posted, where it stands at the same address; what a stranger sent is no address."""
    adapter = request_ctx.url_adapter
    path = local_path(request.full_path.rstrip("?"))
    return path if path and adapter is not None and adapter.test(request.path, "GET") else ""
