"""prompt, max_age and the wishes about the sign-in page (OpenID Connect Core §3.1.2.1)."""

import pytest

from tests.protocol.asked import examine, refusal_of


@pytest.mark.parametrize("prompt", ["none", "login", "consent", "select_account", "login consent"])
def test_prompts_are_taken(prompt: str) -> None:
    assert examine(prompt=prompt).prompt == set(prompt.split())


@pytest.mark.parametrize("prompt", ["none login", "login none", "none consent", "create", "Login", "none;"])
def test_a_prompt_that_contradicts_itself_or_is_unknown_is_refused(prompt: str) -> None:
    assert refusal_of(prompt=prompt) == "invalid_request"


@pytest.mark.parametrize("max_age", ["0", "1", "10000", "999999999"])
def test_a_max_age_is_a_number_of_seconds(max_age: str) -> None:
    assert examine(max_age=max_age).max_age_s == int(max_age)


def test_a_max_age_longer_than_a_life_is_a_span_that_can_be_reckoned_with() -> None:
    assert examine(max_age="9" * 20).max_age_s == 10**9


@pytest.mark.parametrize("max_age", ["-1", "abc", "1.5", "1e3", "+1", " 1", "1_0", "٣", "0x10", "9" * 21, "null"])
def test_any_other_max_age_is_refused(max_age: str) -> None:
    assert refusal_of(max_age=max_age) == "invalid_request"


def test_wishes_are_kept_in_their_order() -> None:
    longest = "n" * 305 + "@canary.example"
    request = examine(ui_locales="nl-NL en", login_hint=longest)
    assert request.ui_locales == ("nl-NL", "en")
    assert examine(ui_locales="en " * 21).ui_locales == ("en",) * 20
    assert request.login_hint == longest


@pytest.mark.parametrize(
    "wish",
    [
        {"display": "touch"},
        {"display": "hologram"},
        {"acr_values": "2 1"},
        {"ui_locales": "<script> ../.. \x00"},
        {"login_hint": "x" * 321},
        {"claims_locales": "nl en"},
        {"extra": "foobar"},
    ],
)
def test_a_wish_that_changes_nothing_here_is_ignored(wish: dict[str, str]) -> None:
    assert examine(**wish) == examine()
