"""Claims the provider computes from a person's facts: whether an address was proved, when details last changed."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Protocol

from app.domain.claims import CATALOGUE

FLAGS = {"email_verified": "email", "phone_number_verified": "phone_number"}
"""Each verification flag with the claim it is about. Nobody fills in a flag, or leaves it out, on its own."""
DERIVED = frozenset(name for name, claim in CATALOGUE.items() if claim.derived)
"""The claims that are computed from other claims."""


class FactLike(Protocol):
    """The parts of a stored fact this needs."""

    @property
    def value(self) -> Any:
        """The JSON value."""

    @property
    def updated_at(self) -> datetime:
        """When it was last changed."""

    @property
    def verified_at(self) -> datetime | None:
        """When it was proved to be the person's, if ever."""


def with_derived(facts: Mapping[str, FactLike], wanted: Collection[str]) -> dict[str, Any]:
    """Values by claim for the wanted claims the persona holds, flags and ``updated_at`` included (OIDC Core §5.1)."""
    values = {claim: fact.value for claim, fact in facts.items() if claim in wanted}
    for flag, base in FLAGS.items():
        if flag in wanted and base in facts:
            values[flag] = facts[base].verified_at is not None
    if "updated_at" in wanted and facts:
        values["updated_at"] = int(max(fact.updated_at for fact in facts.values()).timestamp())
    return values


def with_derived_names(held: Collection[str]) -> frozenset[str]:
    """The claims held, by name, together with those computed from them."""
    names = frozenset(held) | {flag for flag, base in FLAGS.items() if base in held}
    return names | {"updated_at"} if names else names
