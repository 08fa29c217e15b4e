"""How the client wishes the person to be signed in and spoken to (OpenID Connect Core §3.1.2.1)."""

import re
from dataclasses import replace

from app.domain.authorization_request import AuthorizationRequest
from app.domain.errors import Refusal
from app.protocol import front_doors
from app.protocol.asking import Asking

_SECONDS = re.compile(r"[0-9]{1,20}")
_LONGEST_AGE_S = 10**9  # longer than anybody lives here, and still a span of time that can be reckoned with
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,8}")
_MOST_WORDS = 20
_LONGEST_HINT = 320  # an e-mail address: RFC 5321 §4.5.3.1


def check_prompt(asking: Asking, request: AuthorizationRequest) -> AuthorizationRequest:
    """``none`` stands alone."""
    prompt = frozenset(asking.parameters.words("prompt"))
    if not prompt <= frozenset(front_doors.PROMPTS):
        raise Refusal("invalid_request", f"The prompt may hold {', '.join(front_doors.PROMPTS)}.")
    if "none" in prompt and len(prompt) > 1:
        raise Refusal("invalid_request", "The prompt none stands alone.")
    return replace(request, prompt=prompt)


def check_max_age(asking: Asking, request: AuthorizationRequest) -> AuthorizationRequest:
    """Whole seconds; zero asks for a login now."""
    max_age = asking.parameters.get("max_age")
    if max_age is None:
        return request
    if _SECONDS.fullmatch(max_age) is None:
        raise Refusal("invalid_request", "max_age must be a whole number of seconds.")
    return replace(request, max_age_s=min(int(max_age), _LONGEST_AGE_S))


def check_locales(asking: Asking, request: AuthorizationRequest) -> AuthorizationRequest:
    """Languages for our pages, in order; what is not a language tag is ignored (BCP 47)."""
    tags = tuple(tag for tag in asking.parameters.words("ui_locales") if _LANGUAGE.fullmatch(tag))
    return replace(request, ui_locales=tags[:_MOST_WORDS])


def check_login_hint(asking: Asking, request: AuthorizationRequest) -> AuthorizationRequest:
    """Fills in the sign-in form and decides nothing; one too long to be an address is ignored."""
    hint = asking.parameters.get("login_hint")
    return replace(request, login_hint=hint) if hint is not None and len(hint) <= _LONGEST_HINT else request
