"""What a security profile demands."""

from app.domain.security_profiles import SECURITY_PROFILES, Door, security_profile


def test_a_strict_client_never_puts_its_request_in_a_url() -> None:
    assert security_profile("strict").doors == {Door.POST, Door.PUSHED}
    assert security_profile("strict").challenge_always


def test_a_standard_client_is_openid_connect_as_it_stands() -> None:
    assert security_profile("standard").doors == frozenset(Door)
    assert not security_profile("standard").challenge_always


def test_a_name_nobody_listed_gets_the_strictest() -> None:
    assert "fapi9" not in SECURITY_PROFILES
    assert security_profile("fapi9") == security_profile("strict")
