"""Building blocks of agreements: a policy, a declared use, a profile, a grant. The same in every test of the rules."""

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from app.domain.collection import Collection
from app.domain.grants import Grant
from app.domain.intended_use import IntendedUse
from app.domain.intended_use_file import read_intended_use
from app.domain.levels import Level, Policy
from app.domain.policy_file import read_policy
from app.domain.profiles import Profile, default_profile
from app.domain.proposals import Proposal, propose
from app.domain.release import Asked
from app.domain.retention import Period

NOW = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)

LEVELS: dict[str, Any] = {
    "low": {"claims": ["name", "email"], "purposes": ["account", "service"], "retention": "P2Y"},
    "medium": {"claims": ["address", "phone_number"], "purposes": ["delivery", "invoicing"], "retention": "P2Y"},
    "high": {
        "claims": ["birthdate"],
        "purposes": ["loyalty", "marketing"],
        "retention": "P6M",
        "permissions": ["omnichannel_collection"],
    },
}
PURPOSES: dict[str, Any] = {
    name: {"version": 1, "dpv": f"https://w3id.org/dpv#{name}", "nl": f"{name} (nl)", "en": name}
    for name in ("account", "service", "delivery", "invoicing", "loyalty", "marketing")
}
POLICY: Policy = read_policy(LEVELS, PURPOSES)

USE: dict[str, Any] = {
    "low": {
        "purposes": ["account"],
        "retention": "P1Y",
        "ground": "contract",
        "required": ["email"],
        "optional": ["name"],
        "benefit": {"nl": "Inloggen", "en": "Log in"},
    },
    "medium": {
        "purposes": ["delivery"],
        "retention": "P1Y",
        "ground": "contract",
        "required": ["address"],
        "optional": ["phone_number"],
        "benefit": {"nl": "Bestellen", "en": "Order"},
        "claims": {"address": {"purposes": ["delivery", "invoicing"], "ground": "legal_duty", "retention": "P7Y"}},
    },
    "high": {
        "purposes": ["loyalty"],
        "retention": "P6M",
        "ground": "consent",
        "required": [],
        "optional": ["birthdate"],
        "benefit": {"nl": "Sparen", "en": "Save"},
        "omnichannel_collection": {
            "channels": ["web", "store"],
            "datatypes": ["purchase", "visit"],
            "purposes": ["loyalty", "marketing"],
            "retention": "P6M",
        },
    },
}
DECLARED: IntendedUse = read_intended_use(USE, POLICY)
HELD = frozenset({"name", "email", "address", "phone_number", "birthdate"})
ALL = Asked(userinfo=HELD)
COLLECTION = Collection(
    frozenset({"web", "store"}), frozenset({"purchase", "visit"}), frozenset({"loyalty", "marketing"}), Period(6)
)


def proposal(level: Level, *ticked: str, **changes: Any) -> Proposal:
    """The card of a level for somebody who holds everything and allows everything."""
    given: dict[str, Any] = {
        "asked": ALL,
        "use": DECLARED,
        "policy": POLICY,
        "profile": default_profile(POLICY, level),
        "held": HELD,
        "now": NOW,
        "ticked": frozenset(ticked),
    }
    return propose(**(given | changes))


def grant(level: Level, *ticked: str, at: datetime = NOW, **changes: Any) -> Grant:
    """What sharing that card gives."""
    given = proposal(level, *ticked, now=at, **changes)
    return Grant(
        id="g",
        version=1,
        person_id="person",
        persona_id="persona",
        business_id="business",
        client_id="client",
        sub="sub",
        level=level,
        claims=given.claims,
        purposes=given.purposes,
        retention=given.retention,
        collection=given.collection,
        offline=given.offline,
        first_given_at=at,
        given_at=at,
        ends_at=given.ends_at,
    )


def profile(level: Level, **changes: Any) -> Profile:
    """A default profile with other claims, purposes or longest term."""
    default = default_profile(POLICY, level)
    values = {"claims": default.claims, "purposes": default.purposes, "longest": default.longest, **changes}
    return Profile(level, **values)


GONE = "(left out)"
"""As a value: the member is not there."""


def changed(document: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy in which the member at a dotted path has another value."""
    copy = deepcopy(document)
    *folders, name = path.split(".")
    place = copy
    for folder in folders:
        place = place[folder]
    if value == GONE:
        del place[name]
    else:
        place[name] = value
    return copy
