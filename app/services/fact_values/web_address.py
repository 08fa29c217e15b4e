"""Web addresses that a shop may turn into a link or an image: https, a public host name, no credentials."""

import re
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

import idna

from app.services.fact_values.card_numbers import address_carries_card_number
from app.services.fact_values.fields import FieldSpec, Reader, one_field
from app.services.fact_values.outcome import Accepted, Outcome, Reason, refused

WEB_ADDRESS_FIELDS = {
    "profile": FieldSpec("profile", "url", type="url", inputmode="url", maxlength=500, own_card_rule=True),
    "picture": FieldSpec("picture", "photo", type="url", inputmode="url", maxlength=500, own_card_rule=True),
    "website": FieldSpec("website", "url", type="url", inputmode="url", maxlength=500, own_card_rule=True),
}

_WITHOUT_SCHEME = re.compile(r"[^\s/:?#@]+\.[^\s/:?#@.]+(:\d+)?([/?#].*)?")
_PATH_SAFE = "/%:@!$&'()*+,;=~-._"
_HTTPS_PORT = 443


def reader(claim: str) -> Reader:
    """The reader of one of these claims."""
    spec = WEB_ADDRESS_FIELDS[claim]

    def judged(text: str) -> Outcome:
        if address_carries_card_number(text):
            return refused(claim, Reason.CARD_NUMBER)
        if _WITHOUT_SCHEME.fullmatch(text):
            text = "https://" + text
        if text[:5].casefold() == "http:":
            return refused(claim, Reason.URL_NOT_HTTPS)
        url = _normalised(text)
        if not url:
            return refused(claim, Reason.URL)
        if len(url) > spec.maxlength:
            return refused(claim, Reason.TOO_LONG, max=str(spec.maxlength))
        return Accepted(url)

    return one_field(spec, judged)


def _normalised(text: str) -> str | None:
    """Scheme and host in lower case ASCII, all else percent-encoded where it must be (RFC 3986 §6.2.2)."""
    if " " in text or "\\" in text:
        return None
    try:
        parts = urlsplit(text)
        host, port = _host(parts), parts.port
    except ValueError:
        return None
    if not host or parts.scheme != "https" or "@" in parts.netloc:
        return None
    netloc = host if port in (None, _HTTPS_PORT) else f"{host}:{port}"
    tail = (quote(part, safe=_PATH_SAFE + "?") for part in (parts.query, parts.fragment))
    return urlunsplit(("https", netloc, quote(parts.path, safe=_PATH_SAFE), *tail))


def _host(parts: SplitResult) -> str | None:
    """The host name in ASCII; None for an IP address or a name without a dot. Raises ValueError."""
    host = idna.encode(parts.hostname or "", uts46=True).decode("ascii").rstrip(".")
    labels = host.split(".")
    return host if len(labels) > 1 and not labels[-1].isdecimal() else None
