"""The ``claims`` parameter (OpenID Connect Core §5.5): names of claims, by where they are wanted.

``essential`` never aborts a login, and a wanted ``value`` of a fact is not answered: both would tell what a person
has kept to themselves. The protocol's own claims, sub and acr, are about the login and do bind it.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.domain.authorization_request import AuthorizationRequest
from app.domain.claims import CATALOGUE
from app.domain.errors import Refusal
from app.domain.identifiers import is_sub
from app.domain.release import Asked
from app.protocol.asking import Asking
from app.protocol.strict_json import read_json
from app.services.sessions import ACR_PASSWORD

_PLACES = ("userinfo", "id_token")


def check_claims(asking: Asking, request: AuthorizationRequest) -> AuthorizationRequest:
    """Names outside the catalogue, and members nobody defined, are ignored; a malformed value is refused."""
    text = asking.parameters.get("claims")
    if text is None:
        return request
    userinfo, id_token = (_place(_read(text), place) for place in _PLACES)
    asked = Asked(frozenset(CATALOGUE.keys() & userinfo.keys()), frozenset(CATALOGUE.keys() & id_token.keys()))
    _check_acr(id_token.get("acr"))
    subs = {sub for wanted in (userinfo, id_token) for sub in _values(wanted.get("sub"))}
    if request.hinted_sub is not None:
        subs.add(request.hinted_sub)
    if len(subs) > 1 or not all(is_sub(sub) for sub in subs):
        raise Refusal("invalid_request", "The request must name one sub at most.")
    return replace(request, claims=asked, hinted_sub=next(iter(subs), None))


def _read(text: str) -> Mapping[str, Any]:
    try:
        claims = read_json(text)
    except ValueError:
        claims = None
    if not isinstance(claims, dict):
        raise _malformed()
    return claims


def _place(claims: Mapping[str, Any], place: str) -> Mapping[str, Any]:
    wanted = claims.get(place)
    if wanted is None:
        return {}
    if not isinstance(wanted, dict) or not all(isinstance(each, dict | None) for each in wanted.values()):
        raise _malformed()
    return wanted


def _check_acr(wanted: Mapping[str, Any] | None) -> None:
    """An essential acr nobody here can reach is a failed login (OpenID Connect Core §5.5.1.1)."""
    values = _values(wanted)
    if wanted and wanted.get("essential") is True and values and ACR_PASSWORD not in values:
        raise Refusal("unmet_authentication_requirements", "None of the essential acr values can be reached.")


def _values(wanted: Mapping[str, Any] | None) -> set[str]:
    """The ``value`` or ``values`` of one claim request, all of them strings (OpenID Connect Core §5.5.1)."""
    if wanted is None:
        return set()
    one, many = wanted.get("value"), wanted.get("values")
    values = [*([] if one is None else [one]), *(many if isinstance(many, list) else [])]
    if not isinstance(many, list | None) or not all(isinstance(value, str) for value in values):
        raise _malformed()
    return set(values)


def _malformed() -> Refusal:
    wanted = "a JSON object whose userinfo and id_token hold null or an object by name; value and values are text"
    return Refusal("invalid_request", f"The claims parameter must be {wanted}.")
