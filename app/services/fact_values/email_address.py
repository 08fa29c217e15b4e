"""E-mail addresses: the form RFC 5322 allows. Whether mail arrives is for the confirmation link to show."""

from app.services.fact_values.card_numbers import carries_card_number, mail_address_carries_card_number
from app.services.fact_values.fields import FieldSpec, one_field
from app.services.fact_values.outcome import Accepted, Outcome, Reason, refused

EMAIL_FIELD = FieldSpec("email", "email", type="email", inputmode="email", maxlength=254, own_card_rule=True)


def _judged(text: str) -> Outcome:
    """The address with its domain in lower case ASCII; the part before the @ as typed (RFC 5321 §2.4)."""
    mailbox, at, domain = text.rpartition("@")
    is_one = bool(at and mailbox) and "@" not in mailbox
    carries = mail_address_carries_card_number if is_one else carries_card_number
    if carries(text):
        return refused("email", Reason.CARD_NUMBER)
    if not is_one:
        return refused("email", Reason.EMAIL_AT)
    if "=?" in mailbox:  # what a mail program may decode to another address than the one typed (RFC 2047 §2)
        return refused("email", Reason.EMAIL)
    if "." not in domain.strip("."):
        return refused("email", Reason.EMAIL_DOMAIN)
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - dear to load: one huge pattern

    try:
        # A .test domain passes (RFC 2606 §2), for trials; what exists, the confirmation link decides.
        address = validate_email(
            text, check_deliverability=False, allow_smtputf8=False, test_environment=True
        ).ascii_email
    except EmailNotValidError:
        return refused("email", Reason.EMAIL)
    return Accepted(address) if address else refused("email", Reason.EMAIL)


read = one_field(EMAIL_FIELD, _judged)
