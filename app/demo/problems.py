"""What can go wrong between a demo shop and the provider, as codes that the shops have kind words for."""

from __future__ import annotations

# Error codes of RFC 6749 §4.1.2.1, OIDC Core §3.1.2.6 and RFC 9396 §5 that a visitor can meet, and our own.
WORDED = frozenset(
    {
        "access_denied",
        "login_required",
        "consent_required",
        "temporarily_unavailable",
        "unreachable",
        "state_mismatch",
        "issuer_mismatch",
        "login_failed",
        "other_account",
        "form_expired",
        "not_found",
    }
)
_SAME_WORDS = {
    "interaction_required": "consent_required",
    "account_selection_required": "login_required",
    "server_error": "temporarily_unavailable",
}


class LoginProblem(Exception):
    """A login, step-up or look-up that did not work out; ``code`` picks the words, ``status`` the HTTP answer."""

    def __init__(self, code: str, status: int = 400) -> None:
        super().__init__(code)
        self.code = code
        self.status = status


class VisitExpired(Exception):
    """The access token's time is up; whether the person still shares must be asked anew."""


class SharingStopped(Exception):
    """The provider no longer honours a token whose time is not up: the person stopped sharing."""


def worded(code: str) -> str:
    """Fold an error code into one that the shops have words for; an unknown one becomes ``login_failed``."""
    code = _SAME_WORDS.get(code, code)
    return code if code in WORDED else "login_failed"
