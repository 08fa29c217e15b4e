"""Says in plain words what a business deposited: a receipt, a visit, a warranty, what somebody likes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from babel.numbers import format_currency
from flask_babel import gettext, lazy_gettext, ngettext
from flask_babel.speaklater import LazyString

from app.services.vault.documents import Deposit
from app.services.vault.shapes import Member, Shape, members
from app.web import current
from app.web.wording import channel_word, date_words, day_words, purpose_word, time_words

TYPE_WORDS: Mapping[str, LazyString] = {
    "purchase": lazy_gettext("Purchases"),
    "visit": lazy_gettext("Visits"),
    "warranty": lazy_gettext("Warranties"),
    "preference": lazy_gettext("What you like"),
}
SOURCES: Mapping[str, LazyString] = {
    "stated": lazy_gettext("You said so"),
    "observed": lazy_gettext("The business concluded it"),
}
_LABELS: Mapping[str, LazyString] = {
    "store": lazy_gettext("Store"),
    "items": lazy_gettext("On the receipt"),
    "name": lazy_gettext("Product"),
    "article": lazy_gettext("Article number"),
    "quantity": lazy_gettext("How many"),
    "price": lazy_gettext("Price"),
    "total": lazy_gettext("Total"),
    "currency": lazy_gettext("Currency"),
    "place": lazy_gettext("Where"),
    "minutes": lazy_gettext("Minutes"),
    "looked_at": lazy_gettext("Looked at"),
    "product": lazy_gettext("Product"),
    "serial_number": lazy_gettext("Serial number"),
    "bought_on": lazy_gettext("Bought on"),
    "ends_on": lazy_gettext("Warranty until"),
    "covers": lazy_gettext("What for"),
    "topic": lazy_gettext("About"),
    "choice": lazy_gettext("You like"),
    "source": lazy_gettext("How they know"),
    "remark": lazy_gettext("Your own remark"),
}
_LOCALES = {"nl": "nl_NL", "en": "en_IE"}


@dataclass(frozen=True)
class Row:
    """One member in words."""

    label: str
    lines: list[str] = field(repr=False)
    corrected: bool


@dataclass(frozen=True)
class ReceiptLine:
    """One line of a receipt."""

    name: str = field(repr=False)
    quantity: int
    price: str = field(repr=False)


@dataclass(frozen=True)
class DepositWords:
    """One deposit as the pages of the vault show it."""

    id: str
    type: str
    title: str = field(repr=False)
    at: str = field(repr=False)
    rows: list[Row]
    receipt: list[ReceiptLine]
    receipt_corrected: bool
    channel: str
    purpose: str
    deposited: str
    until: str
    corrected: str
    remark: str = field(repr=False)


def member_label(name: str) -> str:
    """The name of a member for people."""
    return str(_LABELS.get(name, name))


def deposit_words(deposit: Deposit) -> DepositWords:
    """One deposit in the language of the page."""
    document = deposit.document
    content = document.content
    currency = str(content.get("currency", "EUR"))
    shown = [each for each in members(deposit.type) if each.name in content and each.name != "currency"]
    return DepositWords(
        id=deposit.id,
        type=deposit.type,
        title=_title(deposit.type, content),
        at=time_words(document.occurred_at),
        rows=[
            Row(member_label(each.name), _value(each, content[each.name], currency), each.name in document.corrected)
            for each in shown
            if each.shape is not Shape.LINES
        ],
        receipt=[
            ReceiptLine(line["name"], line.get("quantity", 1), _amount(line["price"], currency))
            for line in content.get("items", ())
        ],
        receipt_corrected="items" in document.corrected,
        channel=channel_word(document.channel),
        purpose=purpose_word(document.purpose or ""),
        deposited=time_words(deposit.deposited_at),
        until=date_words(deposit.delete_at),
        corrected="" if deposit.corrected_at is None else date_words(deposit.corrected_at),
        remark=document.remark,
    )


def _title(deposit_type: str, content: Mapping[str, Any]) -> str:
    if deposit_type == "purchase":
        total = _amount(content["total"], content["currency"])
        number = sum(int(line.get("quantity", 1)) for line in content["items"])
        return str(ngettext("%(num)s product, %(total)s", "%(num)s products, %(total)s", number, total=total))
    if deposit_type == "visit":
        return str(gettext("A visit: %(place)s", place=content["place"]))
    if deposit_type == "warranty":
        ends = day_words(date.fromisoformat(content["ends_on"]))
        return str(gettext("%(product)s, until %(day)s", product=content["product"], day=ends))
    return str(gettext("%(topic)s: %(choice)s", topic=content["topic"], choice=content["choice"]))


def _value(member: Member, value: Any, currency: str) -> list[str]:
    match member.shape:
        case Shape.AMOUNT:
            return [_amount(value, currency)]
        case Shape.DAY:
            return [day_words(date.fromisoformat(value))]
        case Shape.CHOICE:
            return [str(SOURCES.get(value, value))]
        case Shape.TEXTS:
            return [str(each) for each in value]
        case _:
            return [str(value)]


def _amount(text: str, currency: str) -> str:
    return str(format_currency(Decimal(text), currency, locale=_LOCALES.get(current.language(), "nl_NL")))
