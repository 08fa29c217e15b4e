"""The consent check's whole space is finite: every combination of what it depends on is asked."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from itertools import product

import pytest

from app.domain.collection import CHANNELS, DATATYPES, Collection
from app.domain.collection_check import Decision, Given, Question, Why, decide, keep_until, still_collected
from app.domain.grants import EndReason, Grant, Standing
from app.domain.intended_use import Ground, IntendedUse, LevelUse
from app.domain.levels import Level, LevelRule, Policy
from app.domain.profiles import Profile
from app.domain.purposes import Purpose
from app.domain.retention import Period

NOW = datetime(2026, 11, 2, 10, tzinfo=UTC)
SIX_MONTHS = Period(6)
PURPOSES = ("loyalty", "analytics", "marketing", "personalisation", "delivery")


def collection(*, retention: Period = SIX_MONTHS) -> Collection:
    return Collection(
        frozenset({"store", "web"}),
        frozenset({"purchase", "visit"}),
        frozenset({"loyalty", "analytics", "marketing", "personalisation"}),
        retention,
    )


@cache
def policy(*, operator_allows: bool = True, loyalty_version: int = 1) -> Policy:
    names = frozenset(PURPOSES)
    rules = {
        level: LevelRule(level, frozenset(), names, SIX_MONTHS, collection=operator_allows and level is Level.HIGH)
        for level in Level
    }
    versions = dict.fromkeys(PURPOSES, 1) | {"loyalty": loyalty_version}
    return Policy(rules, {name: Purpose(name, version, {}, "") for name, version in versions.items()})


@cache
def use(*, declared: bool = True) -> IntendedUse:
    return IntendedUse(
        {
            level: LevelUse(
                level,
                {},
                frozenset(PURPOSES),
                SIX_MONTHS,
                Ground.CONSENT,
                # The business no longer declares "marketing".
                collection=replace(collection(), purposes=frozenset({"loyalty", "analytics", "personalisation"}))
                if declared and level is Level.HIGH
                else None,
            )
            for level in Level
        },
        declared=True,
    )


def grant(level: Level = Level.HIGH, *, agreed: Collection | None = None, given_at: datetime = NOW) -> Grant:
    return Grant(
        id="g",
        version=1,
        person_id="p",
        persona_id="pp",
        business_id="b",
        client_id="c",
        sub="s",
        level=level,
        claims=frozenset(),
        purposes=frozenset({"loyalty@1", "analytics@1", "marketing@1", "personalisation@1"}),
        retention=SIX_MONTHS,
        collection=agreed,
        offline=False,
        first_given_at=given_at,
        given_at=given_at,
        ends_at=SIX_MONTHS.after(given_at),
    )


STANDINGS: dict[str, dict[str, object]] = {
    "live": {},
    "unknown": {},
    "person out": {},
    "client out": {},
    "ended": {"ended_at": NOW - timedelta(days=1), "end_reason": EndReason.WITHDRAWN},
    "past its end": {"ends_at": NOW},
    "paused": {"paused_at": NOW},
}


@cache
def given(standing: str, level: Level, agreed: str, *, declared: bool, objected: bool) -> Given:
    made = grant(
        level,
        agreed={"no": None, "yes": collection(), "short": collection(retention=Period(0, 2))}[agreed],
        given_at=NOW - timedelta(days=2),
    )
    made = replace(made, **STANDINGS[standing])
    if objected:
        made = replace(made, objected=frozenset({"loyalty"}))
    # The person's profile no longer allows "analytics".
    profile = Profile(level, frozenset(), frozenset(PURPOSES) - {"analytics"}, SIX_MONTHS)
    person = Standing.DISABLED if standing == "person out" else Standing.ACTIVE
    client = Standing.DISABLED if standing == "client out" else Standing.ACTIVE
    return Given(made, person, client, use(declared=declared), profile)


@dataclass(frozen=True)
class Case:
    """One point of the space: everything an answer depends on."""

    standing: str
    level: Level
    agreed: str
    declared: bool
    operator_allows: bool
    objected: bool
    channel: str
    datatype: str
    purpose: str | None

    @property
    def given(self) -> Given:
        return given(self.standing, self.level, self.agreed, declared=self.declared, objected=self.objected)

    @cached_property
    def decision(self) -> Decision:
        question = Question(self.channel, self.datatype, self.purpose)
        return decide(
            question,
            [] if self.standing == "unknown" else [self.given],
            policy(operator_allows=self.operator_allows),
            NOW,
        )

    @property
    def expected(self) -> bool:
        """Written down apart from the rule: all of it must hold."""
        return (
            self.standing == "live"
            and self.level is Level.HIGH
            and self.agreed == "yes"
            and self.declared
            and self.operator_allows
            and self.channel == "store"
            and self.datatype == "purchase"
            and self.purpose in ({None, "personalisation"} if self.objected else {None, "personalisation", "loyalty"})
        )


SPACE = [
    Case(*values)
    for values in product(
        STANDINGS,
        Level,
        ("yes", "no", "short"),
        (True, False),
        (True, False),
        (False, True),
        ("store", "app", "moon"),  # agreed, known and not agreed, unknown
        ("purchase", "warranty", "payslip"),
        # agreed; the profile says no; undeclared since; agreed; never agreed; unknown; not asked
        ("loyalty", "analytics", "marketing", "personalisation", "delivery", "spying", None),
    )
]
ALLOWED = Case("live", Level.HIGH, "yes", True, True, False, "store", "purchase", "loyalty")


@pytest.mark.no_cover  # 30 000 points: the smaller tests below try each branch
def test_every_point_of_the_space_is_allowed_exactly_when_everything_holds() -> None:
    wrong = [case for case in SPACE if case.decision.allowed is not case.expected]
    assert not wrong
    assert sum(case.expected for case in SPACE) == 5


@pytest.mark.no_cover  # as above
def test_every_no_has_a_reason_and_tells_the_business_nothing_about_the_person() -> None:
    told: dict[tuple[str, str, str | None], set[tuple[object, ...]]] = {}
    for case in SPACE:
        decision = case.decision
        if decision.allowed:
            continue
        assert decision.why is not None
        answer = (decision.told_business, decision.until, decision.cache_s(NOW))
        told.setdefault((case.channel, case.datatype, case.purpose), set()).add(answer)
    assert all(len(answers) == 1 for answers in told.values())


def test_a_yes_says_under_which_grant_and_until_when() -> None:
    for case in SPACE:
        if case.expected:
            assert case.decision.grant == case.given.grant
            assert case.decision.until == keep_until(case.given.grant, collection())
            assert case.decision.told_business is None


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"standing": "unknown"}, Why.NO_GRANT),
        ({"standing": "person out"}, Why.CLOSED),
        ({"standing": "client out"}, Why.CLOSED),
        ({"standing": "ended"}, Why.ENDED),
        ({"standing": "past its end"}, Why.ENDED),
        ({"standing": "paused"}, Why.PAUSED),
        ({"level": Level.MEDIUM}, Why.BELOW_HIGH),
        ({"agreed": "no"}, Why.BELOW_HIGH),
        ({"agreed": "short"}, Why.TERM_OVER),
        ({"declared": False}, Why.BELOW_HIGH),
        ({"operator_allows": False}, Why.BELOW_HIGH),
        ({"channel": "app"}, Why.CHANNEL),
        ({"datatype": "warranty"}, Why.DATATYPE),
        ({"purpose": "delivery"}, Why.PURPOSE),
        ({"objected": True}, Why.PURPOSE),
        ({"channel": "moon"}, Why.UNKNOWN_TERMS),
        ({"datatype": "payslip"}, Why.UNKNOWN_TERMS),
        ({"purpose": "spying"}, Why.UNKNOWN_TERMS),
    ],
)
def test_the_person_is_told_why(changes: dict[str, object], why: Why) -> None:
    assert ALLOWED.decision.allowed
    decision = replace(ALLOWED, **changes).decision  # type: ignore[arg-type]
    assert decision.why is why
    assert decision.told_business == (why if why is Why.UNKNOWN_TERMS else "not_permitted")


def test_a_purpose_that_came_to_mean_something_else_was_not_agreed_to() -> None:
    given = ALLOWED.given
    asked = Question("store", "purchase", "loyalty")
    assert decide(asked, [given], policy(loyalty_version=1), NOW).allowed
    assert decide(asked, [given], policy(loyalty_version=2), NOW).why is Why.PURPOSE


def test_a_person_is_shown_what_is_declared_still_until_its_own_term_is_over() -> None:
    given = replace(grant(agreed=collection(retention=Period(1))), objected=frozenset({"analytics"}))
    own = Profile(Level.HIGH, frozenset(), frozenset(PURPOSES), SIX_MONTHS)
    shown = still_collected(given, use(), policy(loyalty_version=2), own, NOW)
    assert shown == replace(collection(retention=Period(1)), purposes=frozenset({"personalisation"}))
    assert still_collected(given, use(), policy(), own, Period(1).after(NOW)) is None
    assert still_collected(given, use(declared=False), policy(), own, NOW) is None


def test_of_several_grants_the_one_that_allows_it_longest_counts() -> None:
    base = ALLOWED.given
    longer = replace(base, grant=replace(base.grant, id="longer", given_at=NOW, ends_at=SIX_MONTHS.after(NOW)))
    ended = replace(base, grant=replace(base.grant, id="ended", ended_at=NOW))
    found = decide(Question("store", "purchase", "loyalty"), [ended, base, longer], policy(), NOW)
    assert found.grant is not None
    assert found.grant.id == "longer"
    stopped = replace(base, grant=replace(base.grant, paused_at=NOW))
    newest = decide(Question("store", "purchase", "loyalty"), [ended, stopped], policy(), NOW)
    assert (newest.why, newest.grant) == (Why.ENDED, ended.grant)


def test_an_answer_is_never_used_past_the_end_of_the_permission() -> None:
    for left_s in (0.5, 1, 30, 59, 60, 61, 10_000):
        decision = Decision(None, grant(), NOW + timedelta(seconds=left_s))
        assert decision.cache_s(NOW) == min(60, int(left_s))


def test_the_vocabularies_are_closed() -> None:
    assert frozenset({"web", "app", "store", "call_centre"}) == CHANNELS
    assert DATATYPES == ("visit", "purchase", "warranty", "preference")
