"""A profile: what this person is willing to give at one level (persona x level), their own terms."""

from dataclasses import dataclass, replace

from app.domain.levels import Level, Policy
from app.domain.retention import Period


@dataclass(frozen=True)
class Profile:
    """Claims the person includes, purposes they allow, and the longest they let a business keep it."""

    level: Level
    claims: frozenset[str]
    purposes: frozenset[str]
    longest: Period


def default_profile(policy: Policy, level: Level) -> Profile:
    """The operator's default: everything of the level. It stays as it is when the operator later adds to a level."""
    rule = policy.rules[level]
    return Profile(level, rule.claims, rule.purposes, rule.longest)


def narrowed_by(profile: Profile, other: Profile) -> Profile:
    """The profile without the claims and purposes that another level's leaves out."""
    return replace(profile, claims=profile.claims & other.claims, purposes=profile.purposes & other.purposes)


def without(profile: Profile, purposes: frozenset[str]) -> Profile:
    """The profile while its owner objects to these purposes."""
    return replace(profile, purposes=profile.purposes - purposes) if purposes else profile


def with_changes(kept: Profile, shown: Profile, chosen: Profile) -> Profile:
    """The profile as it is kept now, with only the changes the person made to the one they were shown."""
    return Profile(
        kept.level,
        _with_changes(kept.claims, shown.claims, chosen.claims),
        _with_changes(kept.purposes, shown.purposes, chosen.purposes),
        kept.longest if chosen.longest == shown.longest else chosen.longest,
    )


def _with_changes(kept: frozenset[str], shown: frozenset[str], chosen: frozenset[str]) -> frozenset[str]:
    return kept - (shown - chosen) | (chosen - shown)


def within_policy(profile: Profile, policy: Policy) -> Profile:
    """The profile without what its level does not allow; what a form posts passes through here."""
    rule = policy.rules[profile.level]
    return Profile(
        profile.level,
        profile.claims & rule.claims,
        profile.purposes & rule.purposes,
        min(profile.longest, rule.longest),
    )
