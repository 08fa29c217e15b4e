import pytest

from tests.services.fact_values.asking import accepted, reasons


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("anna@example.com", "anna@example.com"),
        ("  Anna.de.Vries+shop@EXAMPLE.com ", "Anna.de.Vries+shop@example.com"),
        ("o'brien@example.ie", "o'brien@example.ie"),
        ("anna@münchen.de", "anna@xn--mnchen-3ya.de"),
        ("anna@shop.example.test", "anna@shop.example.test"),
    ],
)
def test_an_address_is_kept_with_its_domain_in_lower_case_ascii(typed: str, kept: str) -> None:
    assert accepted("email", email=typed) == kept


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("anna", "email_at"),
        ("@example.com", "email_at"),
        ("anna@", "email_domain"),
        ("anna@work@example.com", "email_at"),
        ("anna@localhost", "email_domain"),
        ("anna@example.", "email_domain"),
        ("anna de vries@example.com", "email"),
        ("anna..v@example.com", "email"),
        ("änna@example.com", "email"),
        ("Anna <anna@example.com>", "email"),
        ("anna@[127.0.0.1]", "email"),
        ('"anna v"@example.com', "email"),
        ("=?utf-8?q?anna?=@example.com", "email"),
        ("anna@exa_mple.com", "email"),
        ("anna@example.com\x00", "unprintable"),
    ],
)
def test_what_is_no_address_is_refused_with_its_reason(typed: str, reason: str) -> None:
    assert reasons("email", email=typed) == {"email": reason}
