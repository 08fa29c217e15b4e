"""What a business is told when a grant becomes another version of itself: names, levels and times, never a value."""

from typing import Any

from app.domain.grants import Grant
from app.domain.purposes import purpose_ids


def changed(before: Grant | None, after: Grant) -> dict[str, Any]:
    """The members of a consent-changed event; what stayed as it was is not named. ``before`` is None for a new grant.

    An objection takes its purposes away and its end brings them back, whatever the versions pin.
    """
    told: dict[str, Any] = {"level": after.level.word}
    if before is None or before.level is not after.level:
        told["level_before"] = None if before is None else before.level.word
    had, has = (frozenset[str]() if before is None else before.claims), after.claims
    did, does = (frozenset[str]() if before is None else _in_force(before)), _in_force(after)
    for member, names in (
        ("claims_added", has - had),
        ("claims_removed", had - has),
        ("purposes_added", does - did),
        ("purposes_removed", did - does),
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
