import pytest

from tests.services.fact_values.asking import accepted, reasons

CLAIMS = ["website", "profile", "picture"]


@pytest.mark.parametrize("claim", CLAIMS)
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://www.example.com", "https://www.example.com"),
        ("www.example.com", "https://www.example.com"),
        ("example.com/anna?lang=nl#top", "https://example.com/anna?lang=nl#top"),
        ("HTTPS://Example.COM:443/Anna", "https://example.com/Anna"),
        ("https://example.com:8443/", "https://example.com:8443/"),
        ("https://münchen.de/über uns".replace(" ", "%20"), "https://xn--mnchen-3ya.de/%C3%BCber%20uns"),
        ('https://example.com/"><script>', "https://example.com/%22%3E%3Cscript%3E"),
    ],
)
def test_a_web_address_is_kept_as_https(claim: str, typed: str, kept: str) -> None:
    assert accepted(claim, **{claim: typed}) == kept


@pytest.mark.parametrize("claim", CLAIMS)
@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("http://example.com", "url_not_https"),
        ("javascript:alert(1)", "url"),
        ("JavaScript://example.com/%0aalert(1)", "url"),
        ("data:text/html;base64,PHNjcmlwdD4=", "url"),
        ("ftp://example.com", "url"),
        ("//example.com", "url"),
        ("https:example.com", "url"),
        ("https://", "url"),
        ("https://localhost/", "url"),
        ("https://127.0.0.1/", "url"),
        ("https://2130706433/", "url"),
        ("https://[::1]/", "url"),
        ("https://[::1", "url"),
        ("https://anna:secret@example.com", "url"),
        ("https://example.com\\@evil.example", "url"),
        ("https://example.com:99999/", "url"),
        ("https://example.com/my page", "url"),
        ("https://-example.com", "url"),
        ("mijn site", "url"),
        ("https://example.com/" + "ü" * 400, "too_long"),
    ],
)
def test_any_other_address_is_refused_with_its_reason(claim: str, typed: str, reason: str) -> None:
    assert reasons(claim, **{claim: typed}) == {claim: reason}
