"""Turns a signed receipt into a page in plain words: what the record says, never what somebody would say of it now."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import url_for
from flask_babel import gettext

from app.domain.claims import CATALOGUE
from app.domain.collection import TYPE, kept_collection
from app.domain.grants import Act, EndReason
from app.domain.intended_use import Ground
from app.domain.retention import Period
from app.services.agreed_terms import GROUNDS
from app.services.fact_values.countries import country_name
from app.services.personas import Persona
from app.services.receipt_reading import Listed, Receipt, Turn
from app.web import current
from app.web.grant_cards import PermissionWords
from app.web.shop import shop_of
from app.web.wording import (
    as_persona,
    channel_words,
    claim_label,
    datatype_words,
    date_words,
    ground_word,
    level_word,
    period_words,
    purpose_words,
    time_words,
)


@dataclass(frozen=True)
class ReceiptRow:
    """One receipt in the list."""

    title: str
    at: str
    as_whom: str
    """Empty while there is one persona."""
    url: str
    download_url: str


@dataclass(frozen=True)
class ReceiptClaim:
    """One claim on a receipt."""

    label: str
    purposes: list[str]
    ground: str
    until: str


def listed_rows(listed: Iterable[Listed], whose: Mapping[str, Persona]) -> list[ReceiptRow]:
    """The list of all receipts; ``whose``: as whom each grant was given, of which no record knows."""
    rows = []
    for each in listed:
        where: dict[str, Any] = {"grant_id": each.grant.id, "version": each.version}
        rows.append(
            ReceiptRow(
                title=_title(each, each.grant.end_reason, shop_of(each.client).name),
                at=time_words(each.decided_at),
                as_whom=_as_whom(whose, each.grant.id),
                url=url_for("receipts.show", **where),
                download_url=url_for("receipts.download", **where),
            )
        )
    return rows


def receipt_page(receipt: Receipt, whose: Mapping[str, Persona]) -> dict[str, Any]:
    """Everything ``receipts/show.html`` shows."""
    shop, record = shop_of(receipt.client), receipt.record
    processing: Mapping[str, Any] = record.get("processing", {})
    event: Mapping[str, Any] = record.get("event", {})
    agreed = [f"{item['purpose']}@{item['version']}" for item in processing.get("purposes", ())]
    reason = EndReason(event["end_reason"]) if "end_reason" in event else None
    where: dict[str, Any] = {"grant_id": receipt.grant.id, "version": receipt.version}
    return {
        "shop": shop,
        "as_whom": _as_whom(whose, receipt.grant.id),
        "title": _title(receipt, reason, shop.name),
        "level": receipt.level.word,
        "ended": reason is not None,
        "at": time_words(receipt.decided_at),
        "until": _day(event.get("validity_until")),
        "retention": period_words(Period.parse(processing["retention_period"])) if processing else "",
        "purposes": purpose_words(agreed),
        "claims": [_claim(item, agreed) for item in processing.get("pii_information", ())],
        "kept": [_claim(item, agreed) for item in processing.get("retained_by_law", ())],
        "permission": _permission(processing, event, agreed),
        "controllers": processing.get("pii_controllers", ()),
        "stored_in": [country_name(code, current.language()) for code in processing.get("storage_locations", ())],
        "notice": receipt.notice,
        "record": record,
        "processing": processing,
        "digest": receipt.digest,
        "before_url": _url(receipt.before),
        "key_id": receipt.key_id,
        "holds": receipt.holds,
        "sharing_url": url_for("sharing.show", grant_id=receipt.grant.id),
        "download_url": url_for("receipts.download", **where),
        "keys_url": current.services().settings.issuer + url_for("receipts.keys"),
    }


def _as_whom(whose: Mapping[str, Persona], grant_id: str) -> str:
    """Empty while there is one persona, and of one that was removed."""
    return as_persona(whose[grant_id]) if grant_id in whose else ""


def _turned(turn: Turn, shop: str) -> str:
    words = {
        Turn.PAUSED: gettext("You paused sharing with %(shop)s", shop=shop),
        Turn.RESUMED: gettext("You resumed sharing with %(shop)s", shop=shop),
        Turn.OBJECTED: gettext("You objected to a purpose of %(shop)s", shop=shop),
        Turn.ALLOWED: gettext("You allowed a purpose of %(shop)s again", shop=shop),
    }
    return str(words[turn])


def _title(receipt: Listed | Receipt, reason: EndReason | None, shop: str) -> str:
    act, level = receipt.act, level_word(receipt.level)
    if act is Act.GIVE:
        title = gettext("You shared level %(level)s with %(shop)s", level=level, shop=shop)
    elif receipt.turn is not None:
        title = _turned(receipt.turn, shop)
    elif act is Act.CHANGE:
        title = gettext("You chose again what %(shop)s gets: level %(level)s", level=level, shop=shop)
    elif act is Act.ERASE:
        title = gettext("%(shop)s was asked to erase what it got", shop=shop)
    elif act is Act.EXPIRE:
        title = gettext("What you shared with %(shop)s ended: its term was over", shop=shop)
    elif reason is EndReason.REPLACED:
        title = gettext("What you shared with %(shop)s ended: a new choice took its place", shop=shop)
    elif reason is EndReason.REVOKED_BY_CLIENT:
        title = gettext("%(shop)s ended what you shared", shop=shop)
    elif reason is EndReason.LOST:
        title = gettext("What you shared with %(shop)s ended: your last choice about it was lost", shop=shop)
    else:
        title = gettext("You stopped sharing with %(shop)s", shop=shop)
    return str(title)


def _claim(item: Mapping[str, Any], agreed: Sequence[str]) -> ReceiptClaim:
    name = item["pii_type"]
    return ReceiptClaim(
        label=claim_label(name) if name in CATALOGUE else name,
        purposes=purpose_words(item["purposes"], agreed),
        ground=_ground(item),
        until=_day(item["retention_until"]),
    )


def _ground(item: Mapping[str, Any]) -> str:
    ground: Ground | None = GROUNDS.get(item.get("lawful_basis", ""))
    return "" if ground is None else ground_word(ground)


def _permission(
    processing: Mapping[str, Any], event: Mapping[str, Any], agreed: Sequence[str]
) -> PermissionWords | None:
    details = processing.get("authorization_details", ())
    detail = next((each for each in details if each.get("type") == TYPE), None)
    collection = kept_collection(detail)
    if detail is None or collection is None:
        return None
    return PermissionWords(
        channel_words(collection),
        datatype_words(collection),
        purpose_words(collection.purposes, agreed),
        _ground(detail),
        _day(event.get("validity_until")),
    )


def _day(seconds: float | None) -> str:
    return "" if seconds is None else date_words(datetime.fromtimestamp(seconds, UTC))


def _url(where: tuple[str, int] | None) -> str:
    return "" if where is None else url_for("receipts.show", grant_id=where[0], version=where[1])
