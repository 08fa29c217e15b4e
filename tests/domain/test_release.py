"""The release rule: the whole per-claim space, one by one, and the properties of sets of claims."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.claims import CATALOGUE
from app.domain.intended_use import ClaimUse, Ground, Need
from app.domain.levels import Level
from app.domain.profiles import Profile, without
from app.domain.release import Asked, Channel, Consent, Terms, Withheld, decide
from app.domain.retention import Period

NOW = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
YEAR = Period(12)
CLAIM, UNKNOWN = "address", "shoe_size"

CONSENTS = {
    "none": None,
    "for it": Consent(frozenset({CLAIM, UNKNOWN}), NOW + timedelta(days=1)),
    "not for it": Consent(frozenset({"email"}), NOW + timedelta(days=1)),
    "its own term runs": Consent(
        frozenset({CLAIM, UNKNOWN}), NOW + timedelta(days=1), until={CLAIM: NOW + timedelta(hours=1)}
    ),
    "its own term is over": Consent(frozenset({CLAIM, UNKNOWN}), NOW + timedelta(days=1), until={CLAIM: NOW}),
    "past its end": Consent(frozenset({CLAIM, UNKNOWN}), NOW),
    "withdrawn": Consent(frozenset({CLAIM, UNKNOWN}), NOW + timedelta(days=1), ended_at=NOW - timedelta(days=1)),
}


def claim_use(claim: str, need: Need = Need.OPTIONAL) -> ClaimUse:
    return ClaimUse(claim, need, frozenset({"delivery"}), Ground.CONTRACT, YEAR)


def profile(claims: frozenset[str], purposes: frozenset[str], level: Level = Level.MEDIUM) -> Profile:
    return Profile(level, claims, purposes, YEAR)


SPACE = list(
    product(
        Channel,
        (CLAIM, UNKNOWN),
        ("asked of userinfo", "asked of id_token", "asked of both", "not asked"),
        (None, *Need),  # registered, with its need
        Level,
        (True, False),  # in the profile
        (True, False),  # its purpose allowed
        CONSENTS,
        (True, False),  # held
    )
)


@pytest.mark.parametrize("channel", Channel)
def test_every_point_of_the_space_is_released_only_when_nothing_forbids_it(channel: Channel) -> None:
    points = [point for point in SPACE if point[0] is channel]
    assert len(points) == 2 * 4 * 4 * 3 * 2 * 2 * 7 * 2
    for _, claim, where, need, level, in_profile, purpose_allowed, consent, held in points:
        asked = Asked(
            userinfo=frozenset({claim}) if where in {"asked of userinfo", "asked of both"} else frozenset(),
            id_token=frozenset({claim}) if where in {"asked of id_token", "asked of both"} else frozenset(),
        )
        terms = Terms(
            registered={} if need is None else {claim: claim_use(claim, need)},
            profile=profile(
                frozenset({claim} if in_profile else {"email"}),
                frozenset({"delivery"} if purpose_allowed else {"marketing"}),
                level,
            ),
            consent=CONSENTS[consent],
            held=frozenset({claim} if held else ()),
        )
        release = decide(channel, asked, terms, NOW)

        reaches = {
            Channel.ID_TOKEN: where in {"asked of id_token", "asked of both"},
            Channel.USERINFO: where in {"asked of userinfo", "asked of both"},
            Channel.INTROSPECTION: where in {"asked of userinfo", "asked of both"},
        }.get(channel, where != "not asked")
        may = (
            claim in CATALOGUE
            and need is not None
            and consent in {"for it", "its own term runs"}
            and in_profile
            and purpose_allowed
            and held
        )
        assert release.released == (frozenset({claim}) if reaches and may else frozenset())
        assert set(release.withheld) == ({claim} if reaches and not may else set())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"claim": UNKNOWN}, Withheld.UNKNOWN_CLAIM),
        ({"registered": False}, Withheld.NOT_REGISTERED),
        ({"consent": "none"}, Withheld.NO_GRANT),
        ({"consent": "past its end"}, Withheld.GRANT_ENDED),
        ({"consent": "withdrawn"}, Withheld.GRANT_ENDED),
        ({"consent": "not for it"}, Withheld.NOT_CONSENTED),
        ({"consent": "its own term is over"}, Withheld.TERM_OVER),
        ({"in_profile": False}, Withheld.NOT_IN_PROFILE),
        ({"purpose": "marketing"}, Withheld.PURPOSE_NOT_ALLOWED),
        ({"held": False}, Withheld.NOT_HELD),
    ],
)
def test_each_withheld_claim_names_what_forbids_it(change: dict[str, object], reason: Withheld) -> None:
    case = {"claim": CLAIM, "registered": True, "consent": "for it", "in_profile": True, "purpose": "delivery",
            "held": True, **change}  # fmt: skip
    claim = str(case["claim"])
    terms = Terms(
        registered={claim: claim_use(claim)} if case["registered"] else {},
        profile=profile(frozenset({claim} if case["in_profile"] else ()), frozenset({str(case["purpose"])})),
        consent=CONSENTS[str(case["consent"])],
        held=frozenset({claim} if case["held"] else ()),
    )
    assert decide(Channel.USERINFO, Asked(frozenset({claim})), terms, NOW).withheld == {claim: reason}


names = st.frozensets(st.sampled_from([*CATALOGUE, UNKNOWN]))
purposes = st.frozensets(st.sampled_from(["delivery", "marketing"]))
moments = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive by design of the strategy


@st.composite
def all_terms(draw: st.DrawFn) -> Terms:
    ended = draw(st.none() | moments)
    return Terms(
        registered={name: claim_use(name) for name in draw(names)},
        profile=profile(draw(names), draw(purposes)),
        consent=Consent(
            draw(names), draw(moments), ended, draw(st.dictionaries(st.sampled_from([*CATALOGUE]), moments))
        ),
        held=draw(names),
    )


channels = st.sampled_from(list(Channel))
asks = st.builds(Asked, names, names)


@given(channels, asks, all_terms(), moments)
def test_released_and_withheld_partition_what_is_asked(
    channel: Channel, asked: Asked, terms: Terms, now: datetime
) -> None:
    release = decide(channel, asked, terms, now)
    assert release.released | set(release.withheld) == asked.through(channel)
    assert release.released.isdisjoint(release.withheld)


@given(channels, asks, all_terms(), moments, names, purposes)
def test_narrowing_the_profile_never_adds_a_claim(
    channel: Channel, asked: Asked, terms: Terms, now: datetime, kept: frozenset[str], allowed: frozenset[str]
) -> None:
    narrower = profile(terms.profile.claims & kept, terms.profile.purposes & allowed)
    after = Terms(terms.registered, narrower, terms.consent, terms.held)
    assert decide(channel, asked, after, now).released <= decide(channel, asked, terms, now).released


@given(channels, asks, all_terms(), moments, names)
def test_a_lower_ceiling_or_a_smaller_consent_never_adds_a_claim(
    channel: Channel, asked: Asked, terms: Terms, now: datetime, kept: frozenset[str]
) -> None:
    assert terms.consent is not None
    before = decide(channel, asked, terms, now).released
    lower = {name: use for name, use in terms.registered.items() if name in kept}
    smaller = Consent(terms.consent.claims & kept, terms.consent.ends_at, terms.consent.ended_at)
    assert decide(channel, asked, Terms(lower, terms.profile, terms.consent, terms.held), now).released <= before
    assert decide(channel, asked, Terms(terms.registered, terms.profile, smaller, terms.held), now).released <= before


@given(channels, asks, all_terms(), moments, st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=900)))
def test_time_passing_never_adds_a_claim(
    channel: Channel, asked: Asked, terms: Terms, now: datetime, later: timedelta
) -> None:
    assert decide(channel, asked, terms, now + later).released <= decide(channel, asked, terms, now).released


@given(channels, asks, all_terms(), moments)
def test_an_ended_grant_releases_nothing(channel: Channel, asked: Asked, terms: Terms, now: datetime) -> None:
    assert terms.consent is not None
    ended = Consent(terms.consent.claims, terms.consent.ends_at, ended_at=now)
    after = Terms(terms.registered, terms.profile, ended, terms.held)
    assert decide(channel, asked, after, now).released == frozenset()


@given(channels, asks, all_terms(), moments, purposes)
def test_an_objection_never_adds_a_claim_and_takes_those_that_serve_nothing_else(
    channel: Channel, asked: Asked, terms: Terms, now: datetime, objected: frozenset[str]
) -> None:
    before = decide(channel, asked, terms, now)
    after = decide(
        channel, asked, Terms(terms.registered, without(terms.profile, objected), terms.consent, terms.held), now
    )
    assert after.released <= before.released
    lost = before.released - after.released
    assert {after.withheld[claim] for claim in lost} <= {Withheld.PURPOSE_NOT_ALLOWED}
    assert all(terms.registered[claim].purposes & terms.profile.purposes <= objected for claim in lost)
