"""Security headers of every response, errors and static files included; whom one page's forms may reach."""

from urllib.parse import urlsplit

from flask import Flask, g, request
from flask.wrappers import Response

_CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; script-src 'self'; "
    "form-action {forms}; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
)
_ALWAYS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_ONE_YEAR = "max-age=31536000; includeSubDomains"
_CACHEABLE = ("static", "discovery.", "logos.", "ssf.transmitter", "ssf.resource")


def allow_form_to(uri: str) -> None:
    """Let a form of this page end at ``uri``: browsers hold the redirect after a post to form-action too.

    For pages inside a login request, with the client's redirect URI; a native client's own scheme counts.
    """
    parts = urlsplit(uri)
    # The grammar of sources knows no IPv6 address: a native client at http://[::1] is let out by its scheme.
    named = parts.scheme in {"http", "https"} and "[" not in parts.netloc
    source = f"{parts.scheme}://{parts.netloc}" if named else f"{parts.scheme}:"
    # What could end the directive or start another cannot come from a registered URI; absent means no.
    if parts.scheme and not any(char in source for char in " ;,'\"\\"):
        g.setdefault("form_sources", set()).add(source)


def install(app: Flask, *, secure: bool) -> None:
    """Put the headers on every response of this application."""

    @app.after_request
    def _headers(response: Response) -> Response:
        forms = " ".join(["'self'", *sorted(g.get("form_sources", ()))])
        response.headers["Content-Security-Policy"] = _CSP.format(forms=forms)
        for name, value in _ALWAYS.items():
            response.headers.add(name, value)
        if secure:
            response.headers["Strict-Transport-Security"] = _ONE_YEAR
        if not (_is_cacheable() and response.status_code in {200, 304}):
            response.headers["Cache-Control"] = "no-store"
        if response.mimetype == "text/html":
            response.vary.update(("Cookie", "Accept-Language"))
        return response


def _is_cacheable() -> bool:
    return (request.endpoint or "").startswith(_CACHEABLE)
