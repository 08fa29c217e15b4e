"""What a business declares per level: claims with need, purposes, ground and term, and the benefit for the person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.claims import CATALOGUE
from app.domain.collection import Collection
from app.domain.levels import Level, Policy
from app.domain.retention import Period


class Need(StrEnum):
    """What happens when the person does not give a claim."""

    REQUIRED = "required"
    """Without it the level cannot be chosen."""
    OPTIONAL = "optional"
    """An extra the person may tick; never ticked beforehand."""
    IF_HELD = "if_held"
    """Part of the level when the person has it, never missed when not: the plain OpenID Connect client."""


class Ground(StrEnum):
    """The legal ground of one item (GDPR 6(1)(a), (b), (c))."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_DUTY = "legal_duty"

    def outweighs(self, other: "Ground") -> bool:
        """Whether it leaves the person less to say: consent is taken back at will, and what the law demands is not."""
        order = list(Ground)
        return order.index(self) > order.index(other)


COLLECTION_GROUND = Ground.CONSENT
"""The ground of the permission to collect, whatever ground the claims of its level have: it can always be withdrawn."""


@dataclass(frozen=True)
class ClaimUse:
    """Why one claim is needed at one level, on what ground, and for how long after the decision."""

    claim: str
    need: Need
    purposes: frozenset[str]
    ground: Ground
    retention: Period


@dataclass(frozen=True)
class LevelUse:
    """The intended use at one level, everything of the levels below included."""

    level: Level
    claims: Mapping[str, ClaimUse]
    purposes: frozenset[str]
    retention: Period
    ground: Ground
    benefit: Mapping[str, str] = field(default_factory=dict)
    collection: Collection | None = None


@dataclass(frozen=True)
class IntendedUse:
    """All levels a business accepts; ``declared`` is False for a client that never said why it asks."""

    levels: Mapping[Level, LevelUse]
    declared: bool

    def offered(self, level: Level) -> Level:
        """The level at which what was given at this one goes on: the highest, up to it, the business still accepts."""
        return max((each for each in self.levels if each <= level), default=level)

    def registered(self, policy: Policy, level: Level) -> Mapping[str, ClaimUse]:
        """What the business may get of what was given at a level: what it declares, capped by the operator's rules.

        For a level it no longer accepts, what it declares for the level at which that goes on (``offered``).
        """
        use = self.levels.get(self.offered(level))
        if use is None:
            return {}
        ceiling = policy.rules[use.level].claims
        return {name: claim_use for name, claim_use in use.claims.items() if name in ceiling}


PLAIN_PURPOSES = frozenset({"account", "service"})


def plain_intended_use(policy: Policy) -> IntendedUse:
    """The use of a client that registered without one: standard claims, none required, capped by the level."""
    levels = {}
    for level, rule in policy.rules.items():
        claims = {
            claim.name: ClaimUse(claim.name, Need.IF_HELD, PLAIN_PURPOSES, Ground.CONSENT, rule.longest)
            for claim in CATALOGUE.values()
            if claim.scope is not None and claim.name in rule.claims
        }
        levels[level] = LevelUse(level, claims, PLAIN_PURPOSES, rule.longest, Ground.CONSENT)
    return IntendedUse(levels, declared=False)


def named_levels(declared: Mapping[str, object], policy: Policy) -> IntendedUse:
    """The levels that a declaration names though it cannot be read: enough to tell which scopes fit it."""
    plain = plain_intended_use(policy).levels
    return IntendedUse({level: use for level, use in plain.items() if level.word in declared}, declared=True)
