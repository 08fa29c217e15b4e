import pytest

from app.services.fact_values import FIELDS
from app.services.fact_values.card_numbers import address_carries_card_number, carries_card_number
from app.services.fact_values.outcome import Accepted
from tests.services.fact_values.asking import IBAN, VISA, outcome, reasons

FIELDS_OF_CLAIMS = [(claim, spec.name) for claim, specs in FIELDS.items() for spec in specs]

CARDS = [
    "4111111111111111",
    "4111-1111-1111-1111",
    "4111.1111.1111.1111",
    "4111\u00a01111\u202f1111\u20091111",
    "4111–1111—1111‑1111",
    "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
    "4111\u200b1111\u200b1111\u200b1111",
    "４１１１１１１１１１１１１１１１",
    "٤١١١ ١١١١ ١١١١ ١١١١",
    "४१११११११११११११११",
    "𝟒𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏",
    "④①①①①①①①①①①①①①①①",
    "4111 1111 1111 1111 12/29 123",
    "pas: 4111 1111 1111 1111, geldig tot 12/29",
    "4222222222222",
    "30569309025904",
    "378282246310005",
    "5555555555554444",
    "6011111111111117",
    "6759649826438453",
    "4000000000000000006",
]

NOT_CARDS = [
    "",
    "4111 1111 1111 1112",
    "411111111111",
    "41111111111111111111",
    "4111a1111b1111c1111",
    IBAN,
    "06 12345678",
    "Keizersgracht 123-A, 1015 CJ Amsterdam",
]


@pytest.mark.parametrize("text", CARDS)
def test_a_card_number_is_seen_however_it_is_written(text: str) -> None:
    assert carries_card_number(text)


@pytest.mark.parametrize("text", NOT_CARDS)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert not carries_card_number(text)


@pytest.mark.parametrize(("claim", "field"), FIELDS_OF_CLAIMS)
@pytest.mark.parametrize("written", [VISA, "4111111111111111", "4111-1111-1111-1111", "٤١١١١١١١١١١١١١١١"])
def test_a_card_number_is_refused_in_every_field_of_every_claim(claim: str, field: str, written: str) -> None:
    others = {"method": "ideal", "iban": IBAN, "holder": "J. de Vries"} if claim == "payment_account" else {}
    # Also where the field is too short for one: the reason that matters is said first.
    assert reasons(claim, **others | {field: written})[field] == "card_number"


def test_a_card_number_hides_behind_no_percent_sign_in_a_web_address() -> None:
    assert address_carries_card_number("https://example.com/%34111%201111-1111-1111")


@pytest.mark.parametrize(
    ("address", "carries"),
    [
        ("4111111111111111@example.org", True),
        ("jan.4111111111111111@example.org", True),
        ("٤١١١١١١١١١١١١١١١@example.org", True),
        ("w78-17960828788@example.org", False),  # adds up, in two pieces
        ("100004123456783@example.org", False),  # adds up, and begins as no card does
        ("4111111111111112@example.org", False),
    ],
)
def test_in_an_email_address_only_a_number_in_one_piece_that_begins_as_a_card_does_is_one(
    address: str, carries: bool
) -> None:
    found = outcome("email", email=address)
    assert (reasons("email", email=address) == {"email": "card_number"}) if carries else isinstance(found, Accepted)
    assert carries_card_number("78-17960828788")


def test_a_long_number_of_another_kind_may_stand_in_a_web_address() -> None:
    assert not address_carries_card_number("https://example.com/profile?id=100004123456783")
    assert carries_card_number("100004123456783")
