"""Claims the provider computes from a person's facts: whether an address was proved, when details last changed."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Protocol

FLAGS = {"email_verified": "email", "phone_number_verified": "phone_number"}
"""What says of a claim whether it was proved: nobody fills it in or leaves it out by itself."""
DERIVED = frozenset({*FLAGS, "updated_at"})
"""The claims that tell of other claims."""


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
