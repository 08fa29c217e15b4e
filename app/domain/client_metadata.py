"""Reads the metadata a client registers (RFC 7591 §2, OpenID Connect Registration §2), reporting every fault at once.

Absent means no: a member not listed here is ignored, a value not listed is refused.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.claims import STANDARD_SCOPES
from app.domain.client_addresses import (
    ADDED_AT_LOGIN,
    ADDED_AT_LOGOUT,
    LONGEST_URI,
    delivery_address_problem,
    is_mail_address,
    redirect_uri_problem,
    web_address_problem,
)
from app.domain.client_scopes import CLIENT_CREDENTIALS, CLIENT_SCOPES
from app.domain.clients import AuthMethod
from app.domain.errors import Fault, Problems
from app.domain.intended_use import IntendedUse
from app.domain.security_profiles import SECURITY_PROFILES

MOST_REDIRECT_URIS = 20
LONGEST_NAME = 80
LONGEST_TEXT = 254
LONGEST_SECTOR = 512
_MOST_ENTRIES = 10
_LONGEST_AGE_S = 10 * 365 * 24 * 3600

GRANT_TYPES = ("authorization_code", "refresh_token", CLIENT_CREDENTIALS)
_USUAL_GRANT_TYPES = ["authorization_code", "refresh_token"]
RESPONSE_TYPES = ("code",)
_UNSUPPORTED = (
    "id_token_encrypted_response_alg",
    "userinfo_encrypted_response_alg",
    "request_object_encryption_alg",
    "introspection_signed_response_alg",
    "authorization_signed_response_alg",
    "tls_client_certificate_bound_access_tokens",
    "dpop_bound_access_tokens",
    "require_signed_request_object",
)
"""Promises this provider cannot keep: ignoring them would leave a client less safe than it believes."""


@dataclass(frozen=True)
class MetadataRules:
    """What this installation supports, and what it makes an exception for."""

    signing_algorithms: Collection[str]
    assertion_algorithms: Collection[str]
    check_jwks: Callable[[object, Collection[str]], list[str]]
    """What is wrong with a set of keys that is to verify by one of these algorithms."""
    exempt_hosts: Collection[str] = ()
    """Hosts that may use http and need not be public; for development."""
    trusted: bool = False
    """True when the operator writes the metadata: only then may it choose a security profile."""


UNSTATED_AUTH_METHOD = "sluis_auth_method_unstated"
"""Kept beside the metadata and told nobody: a client that named no method may send its secret in either way.

RFC 7591 §2 makes client_secret_basic of saying nothing, and common libraries post the secret all the same.
"""


def read_client_metadata(raw: Mapping[str, Any], use: IntendedUse, rules: MetadataRules) -> dict[str, Any]:
    """The complete metadata of a client, defaults filled in; raises Problems with every fault, member first."""
    reader = _Reader(raw, rules)
    auth_method = reader.choice(
        "token_endpoint_auth_method", [method.value for method in AuthMethod], AuthMethod.BASIC.value
    )
    if "token_endpoint_auth_method" not in reader.raw:
        reader.metadata[UNSTATED_AUTH_METHOD] = True
    native = reader.choice("application_type", ("web", "native"), "web") == "native"
    reader.redirect_uris("redirect_uris", ADDED_AT_LOGIN, native=native, required=True)
    reader.redirect_uris("post_logout_redirect_uris", ADDED_AT_LOGOUT, native=native)
    reader.grant_types(public=auth_method == AuthMethod.NONE.value)
    reader.offered("response_types", RESPONSE_TYPES, RESPONSE_TYPES)
    reader.only("subject_type", "pairwise")
    reader.scope(use)
    reader.choice("id_token_signed_response_alg", rules.signing_algorithms, "RS256")
    reader.choice("userinfo_signed_response_alg", rules.signing_algorithms)
    algorithm = reader.choice("token_endpoint_auth_signing_alg", rules.assertion_algorithms)
    needed = auth_method == AuthMethod.PRIVATE_KEY_JWT.value
    reader.keys([algorithm] if needed and algorithm else rules.assertion_algorithms, needed=needed)
    for member in ("client_uri", "logo_uri", "policy_uri", "tos_uri", "sector_identifier_uri"):
        reader.address(member)
    reader.login_start()
    reader.logout()
    reader.texts()
    reader.policy()
    if rules.trusted:
        reader.choice("security_profile", tuple(SECURITY_PROFILES))
    for member in _UNSUPPORTED:
        if raw.get(member) not in (None, False):
            reader.fault(member, "is not supported")
    if reader.found:
        raise Problems(tuple(reader.found))
    return reader.metadata


def possible_scopes(use: IntendedUse, grant_types: Collection[str]) -> tuple[str, ...]:
    """Every scope a client of this use could be granted: what one that registered no scope may ask."""
    own = CLIENT_SCOPES if CLIENT_CREDENTIALS in grant_types else ()
    return ("openid", *STANDARD_SCOPES, *(level.scope for level in use.levels), "offline_access", *own)


def name_problem(name: object, longest: int = LONGEST_NAME) -> str | None:
    """What is wrong with a name people will read, or None: plain, visible characters in one line.

    Control characters, zero widths and direction overrides are what ``isprintable`` refuses.
    """
    if not isinstance(name, str) or not name.strip():
        return "must be a text"
    if len(name) > longest:
        return f"must be at most {longest} characters"
    if not name.isprintable():
        return "has invisible or control characters"
    return None


class _Reader:
    def __init__(self, raw: Mapping[str, Any], rules: MetadataRules) -> None:
        # null and absent mean the same (OpenID Connect Registration §2 knows no null; RFC 7592 §2.2 deletes with it).
        self.raw = {name: value for name, value in raw.items() if value is not None}
        self.rules = rules
        self.metadata: dict[str, Any] = {}
        self.found: list[Fault] = []

    def fault(self, member: str, sentence: str) -> None:
        self.found.append((member, sentence))

    def choice(self, member: str, known: Collection[str], default: str | None = None) -> str | None:
        value = self.raw.get(member, default)
        if value is not None and (not isinstance(value, str) or value not in known):
            self.fault(member, f"must be one of {', '.join(known)}")
            return default
        if value is not None:
            self.metadata[member] = value
        return value

    def only(self, member: str, value: str) -> None:
        if self.raw.get(member, value) != value:
            self.fault(member, f"can only be {value}")
        self.metadata[member] = value

    def redirect_uris(self, member: str, added: Collection[str], *, native: bool, required: bool = False) -> None:
        if member not in self.raw and not required:
            return
        uris = self.raw.get(member)
        if not isinstance(uris, list) or (required and not uris):
            self.fault(
                member, "must be a list with at least one address" if required else "must be a list of addresses"
            )
            return
        if len(uris) > MOST_REDIRECT_URIS:
            self.fault(member, f"may hold at most {MOST_REDIRECT_URIS} addresses")
            return
        for at, uri in enumerate(uris):
            if problem := redirect_uri_problem(uri, native=native, exempt_hosts=self.rules.exempt_hosts, added=added):
                self.fault(f"{member}[{at}]", problem)
        self.metadata[member] = uris

    def offered(self, member: str, known: Sequence[str], usual: Sequence[str]) -> list[str]:
        """What there is here of all a client can do, the first of them among it; its answer says which.

        General-purpose clients list every flow they know (RFC 7591 §3.2.1). An operator means what the file says.
        """
        values = self.raw.get(member, list(usual))
        kept = [value for value in values if value in known] if isinstance(values, list) else []
        if known[0] not in kept or (self.rules.trusted and kept != values):
            others = f", with or without {', '.join(known[1:])}" if known[1:] else ""
            self.fault(member, f"must be a list with {known[0]}{others}")
        self.metadata[member] = kept
        return kept

    def grant_types(self, *, public: bool) -> None:
        types = self.offered("grant_types", GRANT_TYPES, _USUAL_GRANT_TYPES)
        if public and CLIENT_CREDENTIALS in types:
            self.fault("grant_types", "client_credentials is for clients that authenticate (RFC 6749 section 4.4)")

    def scope(self, use: IntendedUse) -> None:
        """None stays none: some libraries take a scope they did not ask for as a fault of the provider."""
        if "scope" not in self.raw:
            return
        scope, types = self.raw["scope"], self.metadata["grant_types"]
        if not isinstance(scope, str):
            self.fault("scope", "must be names separated by spaces")
            return
        known, names = possible_scopes(use, types), dict.fromkeys(filter(None, scope.split(" ")))
        if any(name not in known for name in names):
            own = CLIENT_CREDENTIALS in types
            others = "" if own else f" (and {', '.join(CLIENT_SCOPES)} with the grant type {CLIENT_CREDENTIALS})"
            self.fault("scope", f"may only hold {', '.join(known)}{others}")
        self.metadata["scope"] = " ".join({"openid": None} | names)

    def keys(self, algorithms: Collection[str], *, needed: bool) -> None:
        if "jwks" in self.raw:
            problems = self.rules.check_jwks(self.raw["jwks"], algorithms)
            for problem in problems:
                self.fault("jwks", problem)
            self.metadata["jwks"] = self.raw["jwks"]
        self.address("jwks_uri")
        if {"jwks", "jwks_uri"} <= self.raw.keys():
            self.fault("jwks", "and jwks_uri exclude each other")
        if needed and not {"jwks", "jwks_uri"} & self.raw.keys():
            self.fault("jwks", "or jwks_uri is needed for private_key_jwt")

    def address(self, member: str) -> None:
        if member not in self.raw:
            return
        longest = LONGEST_SECTOR if member == "sector_identifier_uri" else LONGEST_URI
        if problem := web_address_problem(self.raw[member], exempt_hosts=self.rules.exempt_hosts, longest=longest):
            self.fault(member, problem)
        self.metadata[member] = self.raw[member]

    def login_start(self) -> None:
        """Over https whatever the host: others send people there, who know nothing of our exceptions (Core §4)."""
        uri = self.raw.get("initiate_login_uri")
        if isinstance(uri, str) and uri.lower().startswith("http:"):
            self.fault("initiate_login_uri", "must use https")
            self.raw["initiate_login_uri"] = f"https{uri[4:]}"
        self.address("initiate_login_uri")

    def logout(self) -> None:
        uri = self.raw.get("backchannel_logout_uri")
        if uri is not None:
            if problem := delivery_address_problem(uri, exempt_hosts=self.rules.exempt_hosts):
                self.fault("backchannel_logout_uri", problem)
            self.metadata["backchannel_logout_uri"] = uri
        # Every logout token of ours names the session, asked or not.
        self.truth("backchannel_logout_session_required")

    def texts(self) -> None:
        if "client_name" in self.raw:
            if problem := name_problem(self.raw["client_name"]):
                self.fault("client_name", problem)
            self.metadata["client_name"] = self.raw["client_name"]
        for member in ("software_id", "software_version"):
            if member in self.raw:
                if problem := name_problem(self.raw[member], LONGEST_TEXT):
                    self.fault(member, problem)
                self.metadata[member] = self.raw[member]
        # RFC 7591 §2 says "typically" e-mail addresses; people read the first one, so it is nothing else.
        self._entries("contacts", is_mail_address, "e-mail addresses")
        texts = f"texts of at most {LONGEST_TEXT} characters"
        self._entries("default_acr_values", lambda entry: name_problem(entry, LONGEST_TEXT) is None, texts)

    def _entries(self, member: str, is_one: Callable[[object], bool], kind: str) -> None:
        if member not in self.raw:
            return
        entries = self.raw[member]
        if not isinstance(entries, list) or len(entries) > _MOST_ENTRIES or not all(map(is_one, entries)):
            self.fault(member, f"must be a list of at most {_MOST_ENTRIES} {kind}")
            return
        self.metadata[member] = entries

    def policy(self) -> None:
        age = self.raw.get("default_max_age")
        if age is not None:
            if type(age) is not int or not 0 <= age <= _LONGEST_AGE_S:
                self.fault("default_max_age", "must be a number of seconds")
            self.metadata["default_max_age"] = age
        for member in ("require_auth_time", "require_pushed_authorization_requests"):
            self.truth(member)

    def truth(self, member: str) -> None:
        if member in self.raw:
            if not isinstance(self.raw[member], bool):
                self.fault(member, "must be true or false")
            self.metadata[member] = self.raw[member]
