"""What arrived, as rows a visitor can read: the value, why, on what ground, and until when it may be kept."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.demo.display import address_lines, birthdate, day, masked_iban, phone_number
from app.demo.signals.messages import Message
from app.demo.texts import Texts
from app.demo.visit import Visit, moment

# A person reads names first; what is not here follows by name.
_ORDER = ("name", "given_name", "family_name", "email", "phone_number", "address", "payment_account", "birthdate")


@dataclass(frozen=True)
class Item:
    """One received claim in the language of the page."""

    claim: str
    label: str
    lines: list[str] = field(repr=False)
    purposes: str
    ground: str
    until: str


def items(visit: Visit, texts: Texts, language: str) -> list[Item]:
    """Everything personal that userinfo holds now, with its terms (``data_terms``, else the terms of the whole)."""
    terms = visit.userinfo.get("data_terms")
    per_claim = terms if isinstance(terms, Mapping) else {}
    return [
        _item(name, visit.facts[name], per_claim.get(name), visit, texts, language) for name in _in_order(visit.facts)
    ]


def facts_in_words(facts: Mapping[str, Any], texts: Texts, language: str) -> list[tuple[str, str, list[str]]]:
    """Claim, its name and its value in words, for each fact; names first."""
    return [
        (name, worded(f"claim.{name}", name, texts, language), _lines(name, facts[name], texts, language))
        for name in _in_order(facts)
    ]


def named(claims: Iterable[str], texts: Texts, language: str) -> str:
    """Claims and other items of a request to erase, by their names in words."""
    return ", ".join(_item_name(claim, texts, language) for claim in claims)


def in_message(message: Message, who: str, texts: Texts, language: str) -> str:
    """One message in a sentence: about somebody, or to the customer when it names nobody."""
    level = worded(f"level.{message.level}", message.level, texts, language)
    details = named(message.claims, texts, language)
    if not who:
        return texts.say(f"message_to_you.{message.kind}", language, details=details, level=level)
    return texts.say(f"message.{message.kind}", language, who=who, details=details, level=level)


def raw(value: Mapping[str, Any]) -> str:
    """The very JSON that arrived, indented."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def purposes_in_words(purposes: Any, texts: Texts, language: str) -> str:
    """Purpose ids as a list in words; an id outside the vocabulary as it came."""
    ids = [str(purpose) for purpose in purposes] if isinstance(purposes, (list, tuple)) else []
    words = [worded(f"purpose.{purpose}", purpose, texts, language) for purpose in ids]
    if len(words) < 2:
        return "".join(words)
    return texts.say("list.and", language, others=", ".join(words[:-1]), last=words[-1])


def _in_order(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), name))


def _item_name(item: str, texts: Texts, language: str) -> str:
    key = f"item.{item.replace(':', '_')}"
    return texts.say(key, language) if key in texts else worded(f"claim.{item}", item, texts, language)


def _item(claim: str, value: Any, terms: Any, visit: Visit, texts: Texts, language: str) -> Item:
    own = terms if isinstance(terms, Mapping) else {}
    until = moment(own.get("until")) or visit.kept_until
    return Item(
        claim,
        worded(f"claim.{claim}", claim, texts, language),
        _lines(claim, value, texts, language),
        purposes_in_words(own.get("purposes", visit.userinfo.get("data_purposes")), texts, language),
        worded(f"ground.{own['ground']}", str(own["ground"]), texts, language) if own.get("ground") else "",
        day(until, language) if until else "",
    )


def _lines(claim: str, value: Any, texts: Texts, language: str) -> list[str]:
    if claim == "address":
        return address_lines(value, language)
    if claim == "birthdate":
        return [birthdate(value, language)]
    if claim == "phone_number":
        return [phone_number(value)]
    if claim == "payment_account" and isinstance(value, Mapping):
        method = str(value.get("method") or "")
        parts = [worded(f"method.{method}", method, texts, language), masked_iban(value.get("iban"))]
        return [part for part in (*parts, str(value.get("holder") or "")) if part]
    if isinstance(value, bool):
        return [texts.say("value.yes" if value else "value.no", language)]
    if isinstance(value, (dict, list)):
        return [json.dumps(value, ensure_ascii=False)]
    return [str(value)]


def worded(key: str, as_it_came: str, texts: Texts, language: str) -> str:
    """The text of this key, or the word as it came when it is outside what we have words for."""
    return texts.say(key, language) if key in texts else as_it_came
