"""What a business is told when a grant becomes another version of itself: names, levels and times, never a value."""

from typing import Any

from app.domain.grants import Grant
from app.domain.holding import NOTHING, Holding
from app.domain.purposes import purpose_ids


def changed(before: Grant | None, after: Grant, had: Holding = NOTHING, has: Holding = NOTHING) -> dict[str, Any]:
    """The members of a consent-changed event; what stayed as it was is not named. ``before`` is None for a new grant.

    An objection takes its purposes away and its end brings them back, whatever the versions pin. ``had`` and ``has``
    are what the business got and gets, where that can change beside what both versions name.
    """
    told: dict[str, Any] = {"level": after.level.word}
    if before is None or before.level is not after.level:
        told["level_before"] = None if before is None else before.level.word
    claims_before, claims = (frozenset[str]() if before is None else before.claims), after.claims
    purposes_before, purposes = (frozenset[str]() if before is None else _in_force(before)), _in_force(after)
    for member, names in (
        ("claims_added", (claims - claims_before) | (has.claims - had.claims)),
        ("claims_removed", (claims_before - claims) | (had.claims - has.claims)),
        ("purposes_added", (purposes - purposes_before) | (has.purposes - had.purposes)),
        ("purposes_removed", (purposes_before - purposes) | (had.purposes - has.purposes)),
    ):
        if names:
            told[member] = sorted(names)
    if (before is not None and before.paused_at is not None) != (after.paused_at is not None):
        told["paused"] = after.paused_at is not None
    if before is None or before.ends_at != after.ends_at:
        told["until"] = int(after.ends_at.timestamp())
    return told


def _in_force(grant: Grant) -> frozenset[str]:
    return purpose_ids(grant.purposes) - grant.objected
