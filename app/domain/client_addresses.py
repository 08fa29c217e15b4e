"""Which addresses a client may register: where people are sent back to, what it points at, and where mail reaches it.

Judges the text only. What a host resolves to is checked when something is fetched from it.
"""

import re
import unicodedata
from collections.abc import Collection, Sequence
from urllib.parse import SplitResult, parse_qsl, urlsplit

LONGEST_URI = 2000
ADDED_AT_LOGIN = frozenset({"code", "state", "iss", "error", "error_description"})
ADDED_AT_LOGOUT = frozenset({"state"})
"""What an answer adds to an address. There already, one reader takes the first and another the last (RFC 6749 §3.1)."""
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
_ALLOWED = re.compile(r"[!#$%&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~]+")
"""The characters of RFC 3986 §2; everything else, backslash and control characters included, has another meaning
to somebody."""
_BROKEN_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_HIDDEN_CONTROL = re.compile(r"%(?:[01][0-9A-Fa-f]|7[Ff])")
_DOT = re.compile(r"(?:^|/|%2f)(?:\.|%2e){1,2}(?=$|/|%2f)", re.IGNORECASE)
"""A segment that browsers leave out: they would go elsewhere than was registered."""
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_SPECIAL_DOMAINS = frozenset({"localhost", "local", "internal", "intranet", "lan", "home", "corp", "private", "arpa"})
"""Names that mean something else in every network (RFC 6761, RFC 6762, RFC 8375 and usage)."""
_PRIVATE_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+")
"""A native app's own scheme is a domain name in reverse (RFC 8252 §7.1)."""
_LONGEST_MAIL_ADDRESS = 254
_MAILBOX = re.compile(r"(?!.*=\?)[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.IGNORECASE)
"""The dot-atom of RFC 5322 §3.4.1. No colon, quotes or brackets: an address is shown as it was registered. No =?
either, which begins a word that mail programs decode to another one (RFC 2047 §2)."""


def is_mail_address(text: object) -> bool:
    """Whether this is one plain e-mail address at a domain of at least two names; an IDN is written in ASCII."""
    if not isinstance(text, str) or len(text) > _LONGEST_MAIL_ADDRESS:
        return False
    mailbox, _, domain = text.rpartition("@")
    labels = domain.lower().split(".")
    return bool(_MAILBOX.fullmatch(mailbox) and len(labels) > 1 and all(_LABEL.fullmatch(label) for label in labels))


def redirect_uri_problem(
    uri: object, *, native: bool, exempt_hosts: Collection[str] = (), added: Collection[str] = ADDED_AT_LOGIN
) -> str | None:
    """What is wrong with an address that people are redirected to, or None (RFC 9700 §2.1, RFC 8252 §7).

    https on a public host name; a native client also loopback http and a scheme of its own. ``exempt_hosts``
    may use http and need not be public: for development. Its query holds nothing that is ``added`` to it.
    """
    parts = _parsed(uri)
    if isinstance(parts, str):
        return parts
    found = _spelling_problems(parts, str(uri))
    if "*" in str(uri):
        found.append("must not contain a wildcard")
    if twice := [name for name, _ in parse_qsl(parts.query, keep_blank_values=True) if name in added]:
        found.append(f"must not have {twice[0]} in its query, which is added when somebody is sent there")
    if native and parts.scheme not in {"http", "https"}:
        if not _PRIVATE_SCHEME.fullmatch(parts.scheme):
            found.append("must use https, http on loopback, or a scheme that is a reversed domain name")
    elif not native or parts.scheme != "http" or _host(parts) not in _LOOPBACK:
        found += _web_problems(parts, exempt_hosts)
    problem = _joined(found)
    if problem is not None and not native and redirect_uri_problem(uri, native=True, added=added) is None:
        return f"{problem}, unless application_type is native"
    return problem


def web_address_problem(uri: object, *, exempt_hosts: Collection[str] = (), longest: int = LONGEST_URI) -> str | None:
    """What is wrong with the address of a page or file a client points at, or None: https on a public host name."""
    parts = _parsed(uri, longest)
    return (
        parts
        if isinstance(parts, str)
        else _joined(_spelling_problems(parts, str(uri)) + _web_problems(parts, exempt_hosts))
    )


def delivery_address_problem(uri: object, *, exempt_hosts: Collection[str]) -> str | None:
    """What is wrong with an address that we are to send to, or None: the same, on the one port we connect to."""
    parts = _parsed(uri)
    if isinstance(parts, str):
        return parts
    found = _spelling_problems(parts, str(uri)) + _web_problems(parts, exempt_hosts)
    if _host(parts) not in exempt_hosts and parts.port not in {None, 443}:
        found.append("must be on the usual port of https")
    return _joined(found)


def origin(uri: str) -> str | None:
    """The web origin of a registered http(s) address (RFC 6454 §6.2); None for other schemes."""
    parts = urlsplit(uri)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return None
    port = "" if parts.port in {None, 443 if parts.scheme == "https" else 80} else f":{parts.port}"
    return f"{parts.scheme}://{_host(parts)}{port}"


def host_of(uri: str) -> str:
    """What people are told of an address: its host, and of an app on a device its scheme.

    What stands in the place of a host behind an app's own scheme is anybody's to make up.
    """
    parts = urlsplit(uri)
    return parts.netloc.lower() if parts.scheme in {"https", "http"} else parts.scheme


def _parsed(uri: object, longest: int = LONGEST_URI) -> SplitResult | str:
    if not isinstance(uri, str) or not uri:
        return "must be an address"
    if len(uri) > longest:
        return f"must be at most {longest} characters"
    if not _ALLOWED.fullmatch(uri):
        return "has characters an address cannot have; write other scripts in punycode and percent-encoding"
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        return "is not a valid address"
    if port == 0 or parts.netloc.endswith(":"):
        return "is not a valid address"
    return parts if parts.scheme else "must be an absolute address"


def _joined(found: Sequence[str]) -> str | None:
    """All that is wrong with one address in one sentence: mended one by one, each would cost another try."""
    return ", and ".join(found) or None


def _spelling_problems(parts: SplitResult, uri: str) -> list[str]:
    checks = (
        ("#" in uri, "must not have a fragment"),
        ("@" in parts.netloc, "must not have a user name"),
        (_BROKEN_PERCENT.search(uri), "has a percent sign without two hexadecimal digits"),
        (_HIDDEN_CONTROL.search(uri), "must not hide control characters behind percent signs"),
        (_DOT.search(parts.path), "must not have . or .. in its path"),
    )
    return [problem for wrong, problem in checks if wrong]


def _web_problems(parts: SplitResult, exempt_hosts: Collection[str]) -> list[str]:
    host = _host(parts)
    if parts.scheme not in {"http", "https"}:
        return ["must use https"]
    if host in exempt_hosts:
        return []
    found = [_host_problem(host)] if parts.scheme == "https" else ["must use https", _host_problem(host)]
    return [problem for problem in found if problem is not None]


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    return f"[{host}]" if "[" in parts.netloc else host


def _host_problem(host: str) -> str | None:
    labels = host.split(".")
    if host.startswith("[") or re.fullmatch(r"0x[0-9a-f]*|[0-9]+", labels[-1]):
        return "must have a host name, not an IP address"
    if not all(_LABEL.fullmatch(label) for label in labels):
        return "must have a host name without empty or odd parts"
    if len(labels) == 1 or labels[-1] in _SPECIAL_DOMAINS:
        return "must have a public host name"
    if any(_mixes_scripts(label) for label in labels if label.startswith("xn--")):
        return "has a host name that mixes scripts"
    return None


_ONE_SCRIPT = frozenset({"CJK", "HIRAGANA", "KATAKANA"})


def _mixes_scripts(label: str) -> bool:
    """Whether an encoded label is broken, or mixes scripts in a way no language does (UTS 39 §5.1, coarsely)."""
    try:
        text = label.removeprefix("xn--").encode("ascii").decode("punycode")
    except (UnicodeError, ValueError, OverflowError):
        return True
    letters = (unicodedata.name(char, "UNNAMED ?").split()[0] for char in text if char.isalpha())
    scripts = {"CJK" if script in _ONE_SCRIPT else script for script in letters}
    return len(scripts) > 1 or not text.isprintable()
