"""What a client's security profile demands of its authorization requests, as data.

A name that is not listed gets the strictest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Door(StrEnum):
    """The ways by which an authorization request arrives."""

    GET = "get"
    POST = "post"
    PUSHED = "pushed"
    """Sent by the client itself before the browser comes (RFC 9126)."""


@dataclass(frozen=True)
class SecurityProfile:
    """The doors open to the client's requests, and whether a code challenge is demanded of confidential clients too."""

    doors: frozenset[Door]
    challenge_always: bool


_STANDARD = SecurityProfile(frozenset(Door), challenge_always=False)
_STRICT = SecurityProfile(frozenset({Door.POST, Door.PUSHED}), challenge_always=True)

SECURITY_PROFILES: Mapping[str, SecurityProfile] = MappingProxyType({"standard": _STANDARD, "strict": _STRICT})


def security_profile(name: str) -> SecurityProfile:
    """The profile of this name."""
    return SECURITY_PROFILES.get(name, _STRICT)
