"""Reads a business's intended use, from its file or its registration metadata; reports every fault with its place.

What was declared outlasts the operator's levels of that day, so it can also be read as far as they go today.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from app.domain.claims import CATALOGUE
from app.domain.collection import CHANNELS, DATATYPES, Collection, read_collection
from app.domain.errors import Fault, Problems
from app.domain.intended_use import ClaimUse, Ground, IntendedUse, LevelUse, Need
from app.domain.levels import Level, LevelRule, Policy
from app.domain.purposes import LANGUAGES
from app.domain.retention import Period

LONGEST_BENEFIT = 300
LONGEST_LEGAL_DUTY = Period.parse("P10Y")
"""A duty to keep may outlast the level's own longest term, never this."""

LEVEL_KEYS = frozenset(
    {"purposes", "retention", "ground", "required", "optional", "benefit", "claims", "omnichannel_collection"}
)
_NO_END = Period(100_000)
_CLAIM_KEYS = frozenset({"purposes", "retention", "ground"})
_NOTHING_BELOW = LevelUse(Level.LOW, {}, frozenset(), Period(1), Ground.CONSENT)


def read_intended_use(raw: Mapping[str, Any], policy: Policy) -> IntendedUse:
    """The declared use, each level including those below it; raises Problems with every fault found."""
    reader = _Reader(policy)
    use = reader.use(raw)
    if reader.found:
        raise Problems(tuple(reader.found))
    return use


def read_as_far_as_allowed(raw: Mapping[str, Any], policy: Policy) -> IntendedUse:
    """A use that was declared some day, cut to the claims, purposes and terms that the levels have today."""
    return _Reader(policy).use(raw)


@dataclass
class _Reader:
    policy: Policy
    found: list[Fault] = field(default_factory=list)

    def fault(self, place: str, sentence: str) -> None:
        self.found.append((f"intended_use.{place}", sentence))

    def use(self, raw: Mapping[str, Any]) -> IntendedUse:
        """All levels: of what is at fault, the part that holds."""
        for name in sorted(raw.keys() - {level.word for level in Level}):
            self.fault(name, "is not a level: low, medium and high are the levels")
        if Level.LOW.word not in raw:
            # GDPR 7(4): without a low level, agreeing to more would be the price of logging in at all.
            self.fault(Level.LOW.word, "is missing: low must always be enough to log in")
        levels: dict[Level, LevelUse] = {}
        below = _NOTHING_BELOW
        for level in Level:
            if level.word in raw:
                levels[level] = below = self.level(level, raw[level.word], below)
        return IntendedUse(levels, declared=True)

    def level(self, level: Level, raw: Any, below: LevelUse) -> LevelUse:
        place, rule = level.word, self.policy.rules[level]
        if not isinstance(raw, Mapping):
            self.fault(place, "must be a table")
            return below
        self._known_keys(place, raw, LEVEL_KEYS)
        purposes = self._purposes(place, raw.get("purposes"), rule)
        retention = self._retention(f"{place}.retention", raw.get("retention"), rule.longest)
        ground = self._ground(f"{place}.ground", raw.get("ground"))
        own = self._claims(place, raw, rule, (purposes, ground, retention))
        for name in sorted(own):
            if own[name].need is Need.OPTIONAL and name in below.claims and below.claims[name].need is Need.REQUIRED:
                self.fault(f"{place}.optional", f"{name!r} is required at a level below, which this one contains")
        own = {name: _with(use, below.claims.get(name)) for name, use in own.items()}
        collection = self._collection(place, raw.get("omnichannel_collection"), rule)
        said = [purposes, *(use.purposes for use in own.values()), collection.purposes if collection else frozenset()]
        return LevelUse(
            level=level,
            claims={**below.claims, **own},
            purposes=below.purposes.union(*said),
            retention=retention,
            ground=ground,
            benefit=self._benefit(place, raw.get("benefit")),
            collection=collection,
        )

    def _known_keys(self, place: str, raw: Mapping[str, Any], known: frozenset[str]) -> None:
        for key in sorted(raw.keys() - known):
            self.fault(f"{place}.{key}", "is not a known key")

    def _claims(
        self,
        place: str,
        raw: Mapping[str, Any],
        rule: LevelRule,
        defaults: tuple[frozenset[str], Ground, Period],
    ) -> dict[str, ClaimUse]:
        optional = self._names(f"{place}.optional", raw.get("optional", []))
        required = self._names(f"{place}.required", raw.get("required", []))
        needs = dict.fromkeys(self._allowed(f"{place}.optional", optional, rule), Need.OPTIONAL)
        needs |= dict.fromkeys(self._allowed(f"{place}.required", required, rule), Need.REQUIRED)
        for name in sorted(optional & required):
            self.fault(f"{place}.required", f"{name!r} is also listed as optional")
        overrides = raw.get("claims", {})
        if not isinstance(overrides, Mapping):
            self.fault(f"{place}.claims", "must be a table with a table per claim")
            overrides = {}
        for name in sorted(overrides.keys() - optional - required):
            self.fault(f"{place}.claims.{name}", "is neither required nor optional at this level")
            self._claim(f"{place}.claims.{name}", name, Need.OPTIONAL, overrides[name], rule, defaults)
        uses = [
            self._claim(f"{place}.claims.{name}", name, need, overrides.get(name, {}), rule, defaults)
            for name, need in needs.items()
        ]
        return {use.claim: use for use in uses if use.purposes}

    def _claim(
        self,
        place: str,
        name: str,
        need: Need,
        raw: Any,
        rule: LevelRule,
        defaults: tuple[frozenset[str], Ground, Period],
    ) -> ClaimUse:
        purposes, ground, retention = defaults
        if not isinstance(raw, Mapping):
            self.fault(place, "must be a table")
            raw = {}
        self._known_keys(place, raw, _CLAIM_KEYS)
        if "purposes" in raw:
            purposes = self._purposes(place, raw["purposes"], rule)
        if "ground" in raw:
            ground = self._ground(f"{place}.ground", raw["ground"])
        if "retention" in raw:
            longest = LONGEST_LEGAL_DUTY if ground is Ground.LEGAL_DUTY else rule.longest
            retention = self._retention(f"{place}.retention", raw["retention"], longest)
        return ClaimUse(name, need, purposes, ground, retention)

    def _allowed(self, place: str, names: frozenset[str], rule: LevelRule) -> frozenset[str]:
        for name in sorted(names):
            if name not in CATALOGUE:
                self.fault(place, f"{name!r} is not a claim that exists here; {_has(rule, rule.claims)}")
            elif name not in rule.claims:
                lowest = self.policy.lowest_level_of(name)
                where = f"it belongs to level {lowest.word}" if lowest else "no level holds it"
                self.fault(place, f"{name!r} is above level {rule.level.word}: {where}")
        return names & rule.claims

    def _purposes(self, place: str, raw: Any, rule: LevelRule) -> frozenset[str]:
        names = self._names(f"{place}.purposes", raw)
        if not names:
            self.fault(f"{place}.purposes", "must name at least one purpose")
        for name in sorted(names):
            if name not in self.policy.purposes:
                self.fault(f"{place}.purposes", f"{name!r} is not a purpose here; {_has(rule, rule.purposes)}")
            elif name not in rule.purposes:
                self.fault(f"{place}.purposes", f"{name!r} is not allowed at level {rule.level.word}")
        return names & rule.purposes

    def _names(self, place: str, raw: Any) -> frozenset[str]:
        if not isinstance(raw, list) or not all(isinstance(name, str) for name in raw):
            self.fault(place, "must be a list of names")
            return frozenset()
        for name in sorted(name for name, times in Counter(raw).items() if times > 1):
            self.fault(place, f"{name!r} stands more than once")
        return frozenset(raw)

    def _retention(self, place: str, raw: Any, longest: Period) -> Period:
        try:
            period = Period.parse(raw if isinstance(raw, str) else "")
        except ValueError as fault:
            self.fault(place, str(fault))
            return longest
        if period > longest:
            self.fault(place, f"{period} is longer than the {longest} this level allows")
        return min(period, longest)

    def _ground(self, place: str, raw: Any) -> Ground:
        try:
            return Ground(raw)
        except ValueError:
            self.fault(place, "must be consent, contract or legal_duty")
            return Ground.CONSENT

    def _benefit(self, place: str, raw: Any) -> Mapping[str, str]:
        texts = raw if isinstance(raw, Mapping) else {}
        self._known_keys(f"{place}.benefit", texts, frozenset(LANGUAGES))
        for language in LANGUAGES:
            words = texts.get(language)
            if not isinstance(words, str) or not words.strip():
                self.fault(f"{place}.benefit.{language}", "text is missing")
            elif len(words) > LONGEST_BENEFIT or not words.isprintable():
                self.fault(
                    f"{place}.benefit.{language}",
                    f"must be plain text of at most {LONGEST_BENEFIT} characters",
                )
        return {language: str(texts.get(language, "")).strip() for language in LANGUAGES}

    def _collection(self, place: str, raw: Any, rule: LevelRule) -> Collection | None:
        if raw is None:
            return None
        place = f"{place}.omnichannel_collection"
        if not rule.collection:
            self.fault(place, "is a permission of level high only")
            return None
        if not isinstance(raw, Mapping):
            self.fault(place, "must be a table")
            return None
        read = read_collection(raw, rule.purposes, rule.longest)
        if isinstance(read, Collection):
            return read
        for member, sentence in read:
            self.fault(f"{place}.{member}", sentence)
        return _allowed_part(raw, rule)


def _allowed_part(raw: Mapping[str, Any], rule: LevelRule) -> Collection | None:
    """What is left of a permission that goes beyond its level, or None."""
    stated = raw.get("purposes")
    declared = read_collection(raw, frozenset(map(str, stated)) if isinstance(stated, list) else frozenset(), _NO_END)
    if not isinstance(declared, Collection):
        return None
    return declared.within(Collection(CHANNELS, frozenset(DATATYPES), rule.purposes, rule.longest))


def _has(rule: LevelRule, names: frozenset[str]) -> str:
    return f"level {rule.level.word} has {', '.join(sorted(names))}"


def _with(use: ClaimUse, before: ClaimUse | None) -> ClaimUse:
    """What a level below uses a claim for, and cannot do without, goes on at this level."""
    if before is None:
        return use
    need = Need.REQUIRED if before.need is Need.REQUIRED else use.need
    return replace(use, purposes=use.purposes | before.purposes, need=need)
