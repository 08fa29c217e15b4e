import pytest
from schwifty import IBAN as RandomIBAN  # noqa: N811 - a class with an acronym for a name

from app.services.fact_values import NothingTyped, display, mask
from app.services.fact_values.card_numbers import carries_card_number
from tests.services.fact_values.asking import IBAN, VISA, accepted, outcome, reasons


def _account(iban: str, holder: str = "J. de Vries", method: str = "sepa_debit") -> dict[str, str]:
    return {"method": method, "iban": iban, "holder": holder}


@pytest.mark.parametrize("method", ["ideal", "sepa_debit"])
@pytest.mark.parametrize(
    "written",
    [
        IBAN,
        "nl91 abna 0417 1643 00",
        "NL91-ABNA-0417-1643-00",
        "IBAN: NL91.ABNA.0417.1643.00",
        "ＮＬ９１ABNA0417164300",
    ],
)
def test_an_iban_is_kept_bare_however_it_is_written(method: str, written: str) -> None:
    kept = {"method": method, "iban": IBAN, "holder": "J. de Vries"}
    assert accepted("payment_account", **_account(written, method=method)) == kept


@pytest.mark.parametrize(
    "iban",
    [
        "BE68539007547034",
        "DE89370400440532013000",
        "FR1420041010050500013M02606",
        "GB82WEST12345698765432",
        "IE29AIBK93115212345678",
        "CH9300762011623852957",
        "LT121000011101001000",
    ],
)
def test_accounts_in_every_sepa_country_are_taken(iban: str) -> None:
    assert accepted("payment_account", **_account(iban)) == _account(iban)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("NL91ABNA0417164301", "iban_checksum"),
        ("NL19ABNA0417164300", "iban_checksum"),
        ("NL91ABNA041716430", "iban_length"),
        ("NL91ABNA04171643000", "iban_length"),
        ("NL91ABNA041716430O", "iban_characters"),
        ("XX91ABNA0417164300", "iban_country"),
        ("0417164300", "iban"),
        ("rekening van Jan", "iban"),
        ("TR330006100519786457841326", "iban_not_sepa"),
        (VISA, "card_number"),
        ("NL91 4111 1111 1111 1111", "card_number"),
        ("NL4111111111111111", "card_number"),
        ("visa 4111-1111-1111-1111 12/29", "card_number"),
        ("٤١١١ ١١١١ ١١١١ ١١١١", "card_number"),
    ],
)
def test_what_is_no_iban_is_refused_with_its_reason(typed: str, reason: str) -> None:
    assert reasons("payment_account", **_account(typed)) == {"iban": reason}


def test_an_iban_whose_digits_pass_the_check_of_a_card_is_still_an_iban() -> None:
    ibans = [str(RandomIBAN.generate("BE", "539", f"{number:07d}")) for number in range(100)]
    unlucky = [iban for iban in ibans if carries_card_number(iban)]
    assert unlucky
    for iban in unlucky:
        assert accepted("payment_account", **_account(iban)) == _account(iban)


def test_a_mistyped_iban_is_not_called_a_card() -> None:
    unlucky = "BE00" + next(
        digits for digits in (f"5390{tail:08d}" for tail in range(100)) if carries_card_number(f"00{digits}")
    )
    assert reasons("payment_account", **_account(unlucky)) == {"iban": "iban_checksum"}


def test_every_field_is_judged_at_once() -> None:
    assert reasons("payment_account", method="card", iban="NL91", holder="") == {
        "method": "payment_method",
        "iban": "iban_length",
        "holder": "required",
    }


def test_a_holder_is_a_name() -> None:
    assert reasons("payment_account", **_account(IBAN, holder="-")) == {"holder": "no_letter"}
    assert reasons("payment_account", **_account(IBAN, holder=VISA)) == {"holder": "card_number"}


def test_a_chosen_method_alone_lacks_the_rest() -> None:
    assert reasons("payment_account", method="ideal", iban="", holder="") == {"iban": "required", "holder": "required"}
    assert reasons("payment_account", **_account(IBAN, method="")) == {"method": "required"}
    assert outcome("payment_account", method="", iban="", holder="") == NothingTyped()


def test_an_account_is_shown_in_groups_and_masked_but_for_country_and_last_two_digits() -> None:
    value = _account(IBAN)
    assert display("payment_account", value, "nl") == "Automatische incasso, NL91 ABNA 0417 1643 00, J. de Vries"
    assert (
        mask("payment_account", value, "en")
        == "Direct debit, NL••\N{NO-BREAK SPACE}••••\N{NO-BREAK SPACE}••••\N{NO-BREAK SPACE}••••\N{NO-BREAK SPACE}00"
    )
