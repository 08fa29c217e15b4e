import pytest

from app.domain.granted_scope import (
    granted_scope,
    left_of,
    level_left,
    level_named,
    names_a_level,
    narrowed_asked,
    refreshed_scope,
)
from app.domain.levels import Level
from app.domain.release import Asked

STANDARD = frozenset({"openid", "profile", "email", "address", "phone", "offline_access"})
LEVELS = frozenset({"identity:low", "identity:medium", "identity:high"})


@pytest.mark.parametrize(
    ("asked", "given", "granted"),
    [
        ("openid", "", "openid"),
        ("openid email", "email", "openid email"),
        ("openid email", "email_verified", "openid email"),
        ("openid email phone", "email", "openid email"),
        ("openid profile address", "name payment_account", "openid profile"),
        ("openid email", "something_unknown", "openid"),
        ("email", "email", "email"),
        ("openid offline_access", "", "openid"),
    ],
)
def test_a_scope_is_granted_when_one_of_its_claims_was_given(asked: str, given: str, granted: str) -> None:
    found = granted_scope(frozenset(asked.split()), Level.LOW, frozenset(given.split()), offline=False)
    assert found == frozenset(granted.split())


@pytest.mark.parametrize("level", Level)
def test_of_the_levels_asked_only_the_one_in_force_is_granted(level: Level) -> None:
    assert granted_scope(STANDARD | LEVELS, level, frozenset(), offline=False) & LEVELS == {level.scope}


@pytest.mark.parametrize("level", Level)
def test_no_level_is_granted_to_a_client_that_asked_for_none(level: Level) -> None:
    assert not granted_scope(STANDARD, level, frozenset(), offline=False) & LEVELS


def test_a_level_below_those_asked_is_said_when_it_is_the_one_in_force() -> None:
    stepped_down = granted_scope(frozenset({"openid", "identity:medium"}), Level.LOW, frozenset(), offline=False)
    assert stepped_down == {"openid", "identity:low"}


def test_offline_access_is_granted_when_asked_and_agreed_to() -> None:
    assert "offline_access" in granted_scope(STANDARD, Level.LOW, frozenset(), offline=True)
    assert "offline_access" not in granted_scope(STANDARD, Level.LOW, frozenset(), offline=False)
    assert "offline_access" not in granted_scope(frozenset({"openid"}), Level.LOW, frozenset(), offline=True)


def test_any_level_scope_asks_for_levels() -> None:
    assert all(names_a_level(frozenset({"openid", scope})) for scope in LEVELS)
    assert not names_a_level(STANDARD)


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        ("openid identity:medium email", "openid identity:medium email"),
        ("openid email", "openid email"),
        ("email", "email"),
        ("openid email phone identity:high", "openid email identity:medium"),
        ("openid identity:low", "openid identity:medium"),
        ("openid email phone identity:low identity:medium identity:high", "openid email identity:medium"),
        ("openid address", None),
        ("phone", None),
        ("", None),
    ],
)
def test_a_refresh_may_repeat_what_was_asked_and_goes_on_with_what_was_given(wanted: str, kept: str | None) -> None:
    had, not_given = frozenset({"openid", "identity:medium", "email"}), frozenset({"identity:high", "phone"})
    found = refreshed_scope(frozenset(wanted.split()), had, not_given)
    assert found == (None if kept is None else frozenset(kept.split()))


def test_a_refresh_names_no_level_that_was_never_asked() -> None:
    had = frozenset({"openid", "identity:medium"})
    assert refreshed_scope(had | {"identity:high"}, had, frozenset()) is None
    assert refreshed_scope(frozenset({"openid", "identity:low"}), frozenset({"openid"}), frozenset()) is None


@pytest.mark.parametrize(
    ("wanted", "level"),
    [("openid", Level.MEDIUM), ("identity:low", Level.LOW), ("identity:low identity:high", Level.MEDIUM)],
)
def test_a_refresh_may_lower_its_level_and_never_raise_it(wanted: str, level: Level) -> None:
    assert level_named(frozenset(wanted.split()), Level.MEDIUM) is level


def _narrowed(had: str, kept: str, *claims: str) -> set[str]:
    pinned = Asked(frozenset(claims), frozenset({"name"}))
    return set(narrowed_asked(pinned, frozenset(had.split()), frozenset(kept.split())).userinfo)


@pytest.mark.parametrize(
    ("had", "kept", "left"),
    [
        ("openid email phone", "openid email phone", {"email", "phone_number", "payment_account"}),
        ("openid email phone", "openid email", {"email", "payment_account"}),
        ("openid email phone", "openid", {"payment_account"}),
        ("openid email identity:medium", "openid identity:medium", {"email", "phone_number", "payment_account"}),
        ("openid email identity:medium", "openid email", {"email"}),
        ("openid email identity:medium", "openid", set()),
    ],
)
def test_a_dropped_scope_takes_its_claims_along(had: str, kept: str, left: set[str]) -> None:
    assert _narrowed(had, kept, "email", "phone_number", "payment_account") == left


@pytest.mark.parametrize("kept", ["email", "email identity:low", ""])
def test_without_openid_nothing_is_asked_of_an_id_token(kept: str) -> None:
    pinned = Asked(frozenset({"email"}), frozenset({"name"}))
    had = frozenset({"openid", "email", "identity:low"})
    assert narrowed_asked(pinned, had, frozenset(kept.split())).id_token == frozenset()
    assert narrowed_asked(pinned, had, had).id_token == {"name"}


def test_a_token_has_what_its_client_is_registered_for_still() -> None:
    had = frozenset({"openid", "email", "identity:medium"})
    assert left_of(had, frozenset({"openid", "identity:low"})) == {"openid", "identity:medium"}
    assert left_of(had, frozenset({"openid", "email"})) == {"openid", "email"}


@pytest.mark.parametrize(
    ("registered", "left"),
    [({"identity:low", "identity:high"}, Level.MEDIUM), ({"identity:low"}, Level.LOW), ({"email"}, Level.LOW)],
)
def test_a_token_that_named_levels_has_none_above_those_of_its_client(registered: set[str], left: Level) -> None:
    assert level_left(Level.MEDIUM, frozenset({"openid", "identity:medium"}), frozenset(registered)) is left
    assert level_left(Level.MEDIUM, frozenset({"openid"}), frozenset(registered)) is Level.MEDIUM
