"""E-mail addresses: the form RFC 5322 allows. Whether mail arrives is for the confirmation link to show."""

from collections.abc import Mapping

from email_validator import EmailNotValidError, validate_email

from app.services.fact_values.fields import FieldSpec, cleaned
from app.services.fact_values.outcome import (
    Accepted,
    Circumstances,
    NothingTyped,
    Outcome,
    Reason,
    Refused,
    refused,
)

EMAIL_FIELD = FieldSpec("email", "email", type="email", inputmode="email", maxlength=254)


def read(typed: Mapping[str, str], _circumstances: Circumstances) -> Outcome:
    """The address with its domain in lower case ASCII; the part before the @ as typed (RFC 5321 §2.4)."""
    texts = cleaned((EMAIL_FIELD,), typed)
    if isinstance(texts, Refused):
        return texts
    text = texts["email"]
    if not text:
        return NothingTyped()
    mailbox, at, domain = text.rpartition("@")
    if not (at and mailbox) or "@" in mailbox:
        return refused("email", Reason.EMAIL_AT)
    if "." not in domain.strip("."):
        return refused("email", Reason.EMAIL_DOMAIN)
    try:
        # A .test domain passes (RFC 2606 §2), for trials; what exists, the confirmation link decides.
        address = validate_email(
            text, check_deliverability=False, allow_smtputf8=False, test_environment=True
        ).ascii_email
    except EmailNotValidError:
        return refused("email", Reason.EMAIL)
    return Accepted(address) if address else refused("email", Reason.EMAIL)
