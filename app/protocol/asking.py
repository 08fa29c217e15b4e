"""What a check of an authorization request looks at, and what a check is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.crypto.keyring import KeyRing
from app.domain.authorization_request import AuthorizationRequest
from app.domain.clients import Client
from app.domain.levels import Policy
from app.domain.security_profiles import Door
from app.protocol.parameters import Parameters


@dataclass(frozen=True)
class Asking:
    """One request as it arrived, from a known client with a registered redirect URI."""

    parameters: Parameters
    client: Client
    door: Door
    policy: Policy
    issuer: str
    ring: KeyRing
    now: datetime


Check = Callable[[Asking, AuthorizationRequest], AuthorizationRequest]
"""Raises Refusal, or returns the request with what this check vouches for."""
