"""The claim catalogue: every claim about a person that can exist here. What is not listed is never released.

Discovery, screens, exports and the release rule read this table. Protocol claims (iss, sub, aud, acr ...) are not in
it on purpose: their builders own them, and no fact can overwrite them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """The JSON shape of a claim's value (OpenID Connect Core §5.1)."""

    TEXT = "text"
    FLAG = "flag"
    TIME = "time"
    ADDRESS = "address"
    ACCOUNT = "account"


@dataclass(frozen=True)
class Claim:
    """One catalogued claim: its name, the standard scope that asks for it, its shape and its DPV category."""

    name: str
    scope: str | None
    kind: Kind
    dpv: str
    derived: bool = False
    """True when the provider computes it (a verification flag, a time of change) and no form asks for it."""


_PD = "https://w3id.org/dpv/pd#"

_ALL = (
    Claim("name", "profile", Kind.TEXT, _PD + "Name"),
    Claim("given_name", "profile", Kind.TEXT, _PD + "GivenName"),
    Claim("family_name", "profile", Kind.TEXT, _PD + "FamilyName"),
    Claim("middle_name", "profile", Kind.TEXT, _PD + "Name"),
    Claim("nickname", "profile", Kind.TEXT, _PD + "Nickname"),
    Claim("preferred_username", "profile", Kind.TEXT, _PD + "Username"),
    Claim("profile", "profile", Kind.TEXT, _PD + "SocialMedia"),
    Claim("picture", "profile", Kind.TEXT, _PD + "Picture"),
    Claim("website", "profile", Kind.TEXT, _PD + "Contact"),
    Claim("gender", "profile", Kind.TEXT, _PD + "Gender"),
    Claim("birthdate", "profile", Kind.TEXT, _PD + "BirthDate"),
    Claim("zoneinfo", "profile", Kind.TEXT, _PD + "Location"),
    Claim("locale", "profile", Kind.TEXT, _PD + "Language"),
    Claim("updated_at", "profile", Kind.TIME, _PD + "Profile", derived=True),
    Claim("email", "email", Kind.TEXT, _PD + "EmailAddress"),
    Claim("email_verified", "email", Kind.FLAG, _PD + "EmailAddress", derived=True),
    Claim("phone_number", "phone", Kind.TEXT, _PD + "TelephoneNumber"),
    Claim("phone_number_verified", "phone", Kind.FLAG, _PD + "TelephoneNumber", derived=True),
    Claim("address", "address", Kind.ADDRESS, _PD + "PhysicalAddress"),
    Claim("payment_account", None, Kind.ACCOUNT, _PD + "BankAccount"),
)

CATALOGUE = MappingProxyType({claim.name: claim for claim in _ALL})
"""Claim name to claim, in the order screens show them."""

STANDARD_SCOPES = ("profile", "email", "address", "phone")
"""Scopes that expand to claims (OpenID Connect Core §5.4)."""


def claims_of_scopes(scopes: Iterable[str]) -> frozenset[str]:
    """The claims that standard scopes ask for; other scopes ask for none (OpenID Connect Core §5.4)."""
    wanted = frozenset(scopes)
    return frozenset(claim.name for claim in _ALL if claim.scope in wanted)


def in_catalogue_order(names: Iterable[str]) -> tuple[str, ...]:
    """Known names in the order of the catalogue; unknown ones dropped."""
    wanted = frozenset(names)
    return tuple(name for name in CATALOGUE if name in wanted)
