"""Reads the file by which an operator applies a business: who it is, its clients, its intended uses."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.client_addresses import is_mail_address, web_address_problem
from app.domain.client_metadata import MetadataRules, name_problem, read_client_metadata
from app.domain.errors import Fault, Problems
from app.domain.intended_use import IntendedUse, named_levels
from app.domain.intended_use_file import read_intended_use
from app.domain.levels import Policy
from app.domain.purposes import LANGUAGES

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
_CLIENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_TOP = frozenset({"business", "clients", "intended_use"})
_REQUIRED = ("id", "name", "legal_name", "website", "country", "privacy_contact")
_ADDRESSES = ("website", "privacy_policy_uri", "terms_uri", "logo_uri")
_DETAILS = ("legal_name", "country", "privacy_contact", "privacy_policy_uri", "terms_uri", "logo_uri", "description")
_BUSINESS = frozenset({*_REQUIRED, *_DETAILS})
_SECRET_SOURCES = ("client_secret_env", "client_secret_file")
_WITHOUT_SECRET = ("private_key_jwt", "none")
METADATA = frozenset(
    {
        "application_type", "backchannel_logout_session_required", "backchannel_logout_uri", "client_uri", "contacts",
        "default_acr_values", "default_max_age", "grant_types", "id_token_signed_response_alg", "initiate_login_uri",
        "jwks", "jwks_uri", "policy_uri", "post_logout_redirect_uris", "redirect_uris",
        "require_auth_time", "require_pushed_authorization_requests", "response_types", "scope",
        "security_profile", "software_id", "software_version", "subject_type",
        "token_endpoint_auth_method", "token_endpoint_auth_signing_alg", "tos_uri", "userinfo_signed_response_alg",
    }
)  # fmt: skip
"""What a client's table may hold besides its id, name and secret's source."""

_ELSEWHERE = {
    "client_name": "is called name here",
    "client_secret": f"does not belong in a file: name {' or '.join(_SECRET_SOURCES)}",
    "logo_uri": "belongs in [business]",
    "sector_identifier_uri": "is for who registers itself: here the business is the sector",
}
"""What registration calls otherwise, or a client's table would hold without effect."""
_LONGEST_DESCRIPTION = 300


@dataclass(frozen=True)
class FiledClient:
    """One client of the file; its secret comes from a variable, a file, or is made."""

    id: str
    metadata: Mapping[str, Any]
    secret_env: str | None = None
    secret_file: str | None = None


@dataclass(frozen=True)
class BusinessFile:
    """One business as its file declares it, checked."""

    id: str
    name: str
    website: str
    details: Mapping[str, Any]
    intended_use: Mapping[str, Any]
    """As declared; read again wherever it is used, so that the operator's levels cap it at any time."""
    clients: tuple[FiledClient, ...] = ()


def read_business_file(
    raw: Mapping[str, Any], policy: Policy, rules: MetadataRules, countries: Collection[str]
) -> BusinessFile:
    """The checked file; raises Problems with every fault and its place. ``countries`` are the codes there are."""
    found: list[Fault] = [(key, "is not a known section") for key in sorted(raw.keys() - _TOP)]
    business = _table(raw, "business", found)
    found += _business_faults(business, rules, countries)
    declared = _table(raw, "intended_use", found)
    try:
        use = read_intended_use(declared, policy)
    except Problems as problems:
        found += problems.found
        use = named_levels(declared, policy)
    clients = _clients(raw.get("clients"), business, use, rules, found)
    if found:
        raise Problems(tuple(found))
    return BusinessFile(
        id=business["id"],
        name=business["name"],
        website=business["website"],
        details={key: business[key] for key in _DETAILS if key in business},
        intended_use=declared,
        clients=clients,
    )


def _table(raw: Mapping[str, Any], key: str, found: list[Fault]) -> Mapping[str, Any]:
    table = raw.get(key)
    if isinstance(table, Mapping):
        return table
    found.append((key, "is missing" if table is None else "must be a table"))
    return {}


def _business_faults(business: Mapping[str, Any], rules: MetadataRules, countries: Collection[str]) -> list[Fault]:
    found = [(key, "is not a known key") for key in sorted(business.keys() - _BUSINESS)]
    found += [(key, "is missing") for key in _REQUIRED if key not in business]
    checks: dict[str, Callable[[Any], str | None]] = {
        "id": lambda value: None if _matches(_SLUG, value) else "must be small letters, digits and hyphens",
        "name": name_problem,
        "legal_name": name_problem,
        "country": lambda value: (
            None if isinstance(value, str) and value in countries else "must be the two capital letters of a country"
        ),
        "privacy_contact": lambda value: None if is_mail_address(value) else "must be an e-mail address",
        **dict.fromkeys(_ADDRESSES, lambda value: web_address_problem(value, exempt_hosts=rules.exempt_hosts)),
    }
    found += [(key, problem) for key, check in checks.items() if key in business and (problem := check(business[key]))]
    found += _description_faults(business.get("description"))
    return [(f"business.{key}", sentence) for key, sentence in found]


def _description_faults(description: Any) -> list[Fault]:
    if not isinstance(description, Mapping):
        return [("description", "must be a table with a text in each language")]
    found = [(f"description.{key}", "is not a language") for key in sorted(description.keys() - set(LANGUAGES))]
    for language in LANGUAGES:
        words = description.get(language)
        if problem := "is missing" if words is None else name_problem(words, _LONGEST_DESCRIPTION):
            found.append((f"description.{language}", problem))
    return found


def _clients(
    raw: Any,
    business: Mapping[str, Any],
    use: IntendedUse,
    rules: MetadataRules,
    found: list[Fault],
) -> tuple[FiledClient, ...]:
    if not isinstance(raw, list) or not raw or not all(isinstance(client, Mapping) for client in raw):
        found.append(("clients", "must have at least one [[clients]] table"))
        return ()
    ids = [table.get("client_id") for table in raw]
    clients = []
    for index, table in enumerate(raw):
        faults = _identity_faults(table, twice=ids[index] in ids[:index])
        members = {key: value for key, value in table.items() if key in METADATA}
        members["client_name"] = table.get("name", business.get("name"))
        try:
            metadata = read_client_metadata(members, use, rules)
            client_id = str(table.get("client_id"))
            clients.append(FiledClient(client_id, metadata, *(table.get(key) for key in _SECRET_SOURCES)))
        except Problems as problems:
            # Without a name of its own a client bears the business's, whose fault is told there.
            faults += [
                ("name" if member == "client_name" else member, sentence)
                for member, sentence in problems.found
                if member != "client_name" or "name" in table
            ]
        found += [(f"clients[{index}].{key}", sentence) for key, sentence in faults]
    return tuple(clients)


def _identity_faults(table: Mapping[str, Any], *, twice: bool) -> list[Fault]:
    known = {"client_id", "name", *_SECRET_SOURCES, *METADATA}
    found = [(key, _ELSEWHERE.get(key, "is not a known key")) for key in sorted(table.keys() - known)]
    if not _matches(_CLIENT_ID, table.get("client_id")):
        found.append(("client_id", "must be letters, digits, dots, hyphens and underscores"))
    elif twice:
        found.append(("client_id", "stands twice in this file"))
    found += [(key, "must be a text") for key in _SECRET_SOURCES if not isinstance(table.get(key, ""), str)]
    if set(_SECRET_SOURCES) <= table.keys():
        found.append((_SECRET_SOURCES[0], f"and {_SECRET_SOURCES[1]} exclude each other"))
    if table.get("token_endpoint_auth_method") in _WITHOUT_SECRET:
        found += [(key, "is for a client with a secret") for key in _SECRET_SOURCES if key in table]
    return found


def _matches(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None
