"""The claims a person can type, and what each knows: its fields, reading, typing back and showing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.services.fact_values import (
    address,
    address_form,
    birthdate,
    email_address,
    gender,
    language_tag,
    names,
    payment_account,
    phone_number,
    timezone,
    web_address,
)
from app.services.fact_values.fields import FieldSpec, Reader
from app.services.fact_values.outcome import JSONValue

Show = Callable[[JSONValue, str], str]


@dataclass(frozen=True)
class TypedClaim:
    """One claim that is typed. A sensitive one has `mask`, which shows a value without giving it away.

    The last three are only given values of `shape`.
    """

    fields: tuple[FieldSpec, ...]
    read: Reader
    typed_from: Callable[[JSONValue, str], dict[str, str]]
    show: Show = lambda value, _lang: str(value)
    mask: Show | None = None
    shape: type = str


def _alike(name: str) -> Callable[[JSONValue, str], dict[str, str]]:
    return lambda value, _lang: {name: str(value)}


CLAIMS: Mapping[str, TypedClaim] = MappingProxyType(
    {
        **{
            name: TypedClaim((spec,), names.reader(name), _alike(name))
            for name, spec in names.NAME_FIELDS.items()
        },
        **{
            name: TypedClaim((spec,), web_address.reader(name), _alike(name))
            for name, spec in web_address.WEB_ADDRESS_FIELDS.items()
        },
        "gender": TypedClaim(
            (gender.GENDER_FIELD,), gender.read,
            lambda value, lang: {"gender": gender.shown(value, lang)}, gender.shown,
        ),
        "birthdate": TypedClaim(
            birthdate.BIRTHDATE_FIELDS, birthdate.read, birthdate.typed_from,
            birthdate.shown, birthdate.masked,
        ),
        "zoneinfo": TypedClaim(
            (timezone.TIMEZONE_FIELD,), timezone.read, _alike("zoneinfo"),
            lambda value, _lang: str(value).replace("_", " "),
        ),
        "locale": TypedClaim(
            (language_tag.LOCALE_FIELD,), language_tag.read, language_tag.typed_from, language_tag.shown
        ),
        "email": TypedClaim((email_address.EMAIL_FIELD,), email_address.read, _alike("email")),
        "phone_number": TypedClaim(
            (phone_number.PHONE_FIELD,), phone_number.read,
            lambda value, _lang: {"phone_number": phone_number.shown(value)},
            lambda value, _lang: phone_number.shown(value), phone_number.masked,
        ),
        "address": TypedClaim(
            address_form.ADDRESS_FIELDS, address.read, address.typed_from, address.shown, address.masked, Mapping
        ),
        "payment_account": TypedClaim(
            payment_account.PAYMENT_FIELDS, payment_account.read, payment_account.typed_from,
            payment_account.shown, payment_account.masked, Mapping,
        ),
    }
)  # fmt: skip
