"""Makes confirmed accounts in bulk from records an operator has: every record checked first, all problems at once."""

import os
from collections import Counter
from collections.abc import Generator, Iterable, Mapping, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from app.crypto.digests import new_secret
from app.crypto.passwords import LONGEST_PASSWORD
from app.domain.claims import CATALOGUE
from app.domain.errors import Fault, Problems
from app.domain.purposes import LANGUAGES
from app.services import addresses, people
from app.services.fact_values import Accepted, Problem, Refused, country_alone, joined_name, read_value
from app.services.fact_values.clauses import CLAUSES
from app.services.people import NewPerson
from app.services.wiring import Services
from app.storage import emails
from app.storage import people as people_rows

_BATCH = 50
_ABOUT = frozenset({"email", "password", "language"})
_TYPEABLE = frozenset(name for name, claim in CATALOGUE.items() if not claim.derived) - _ABOUT
_MEMBERS = {
    "address": ("street_address", "postal_code", "locality", "region", "country"),
    "payment_account": ("method", "iban", "holder"),
}
_PARTS = {f"{claim}.{member}" for claim, names in _MEMBERS.items() for member in names}
FACTS = tuple(sorted((_TYPEABLE - _MEMBERS.keys()) | _PARTS))
"""What a record may say of a person beside email, password and language; in CSV each is a column."""
_KNOWN = _TYPEABLE | _ABOUT | _PARTS
_COMPUTED = "address.formatted"
_STREET = frozenset({"street", "house_number", "house_number_addition"})
"""Fields of the form that are one member of the claim."""


@dataclass(frozen=True)
class Record:
    """One person to make; a password of None is generated."""

    email: str = field(repr=False)
    password: str | None = field(repr=False)
    language: str
    facts: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Made:
    """One account: made now, or there already. ``password`` only when it was generated now."""

    person_id: str | None
    email: str = field(repr=False)
    password: str | None = field(default=None, repr=False)


class Wrong(Problems):
    """Records have faults; of none of them an account was made."""


def read(raw: Sequence[Any], today: date, places: Sequence[str] = ()) -> list[Record]:
    """The checked records; raises Wrong with the place of every fault, never with a value.

    ``places`` says where each record stands for a reader of the file; without it they are counted from 1.
    """
    places = places or numbered(raw)
    raw = [_whole(item) if isinstance(item, Mapping) else item for item in raw]
    found: list[Fault] = []
    unknown = Counter(key for item in raw if isinstance(item, Mapping) for key in _keys(item) - _KNOWN - {_COMPUTED})
    records = [_record(place, item, today, found, unknown) for place, item in zip(places, raw, strict=True)]
    spellings: dict[str, str] = {}
    for place, record in zip(places, records, strict=True):
        first = spellings.setdefault(record.email.casefold(), place)
        if record.email and first != place:
            found.append((_at(place, "email"), f"stands at {first} too"))
    if found:
        raise Wrong(tuple(found))
    return records


def numbered(raw: Sequence[Any]) -> list[str]:
    """Where each record stands when nothing else says so."""
    return [f"record {number}" for number in range(1, len(raw) + 1)]


def create(services: Services, records: Iterable[Record], now: datetime) -> Generator[Made]:
    """Make the accounts that are not there yet, fifty to a transaction; run again it makes none.

    Each is handed out once its transaction has ended: whoever is stopped halfway has shown every password there is.
    """
    todo = list(records)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for start in range(0, len(todo), _BATCH):
            batch = todo[start : start + _BATCH]
            fresh = _unknown(services, batch)
            # Hashing is slow on purpose: it must not hold the database.
            hashes = dict(zip(fresh, pool.map(lambda record: _hashed(services, record), fresh.values()), strict=True))
            with services.database.write() as db:
                made = [_made(services, db, record, hashes.get(record.email), now) for record in batch]
            yield from made


def _unknown(services: Services, batch: Sequence[Record]) -> dict[str, Record]:
    with services.database.read() as db:
        return {
            record.email: record
            for record in batch
            if emails.holder(db, addresses.index(services, record.email)) is None
        }


def _hashed(services: Services, record: Record) -> tuple[str, str | None]:
    if record.password:
        return services.passwords.hash(record.password), None
    generated = new_secret()
    return services.passwords.hash(generated), generated


def _made(
    services: Services, db: Connection, record: Record, hashed: tuple[str, str | None] | None, now: datetime
) -> Made:
    # Asked again: somebody may have confirmed the address while passwords were hashed.
    if hashed is None or emails.holder(db, addresses.index(services, record.email)) is not None:
        return Made(None, record.email)
    password_hash, generated = hashed
    new = NewPerson(record.email, password_hash, record.language, record.facts, confirmed=True)
    return Made(people.create(services, db, new, now).person_id, record.email, generated)


def _at(place: str, key: str) -> str:
    return f"{place}, {key}" if place else key


def _whole(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The record with the parts of a value, such as address.locality, in that value, unless it is given too."""
    record: dict[str, Any] = {}
    for key, value in raw.items():
        claim, _, member = key.partition(".")
        if key in _PARTS and claim not in raw:
            record.setdefault(claim, {})[member] = value
        else:
            record[key] = value
    return record


def _keys(raw: Mapping[str, Any]) -> set[str]:
    """The keys of a record, those of a value with members behind a dot, as the columns of CSV have them."""
    within = ((claim, raw[claim]) for claim in _MEMBERS if isinstance(raw.get(claim), Mapping))
    return {*raw, *(f"{claim}.{member}" for claim, value in within for member in value)}


def _record(place: str, raw: Any, today: date, found: list[Fault], unknown: MutableMapping[str, int]) -> Record:
    """``unknown`` counts the keys not told of yet: a column with a wrong name stands in every record."""
    if not isinstance(raw, Mapping):
        found.append((place, "must be a table"))
        return Record("", None, LANGUAGES[0], {})
    for key in sorted(_keys(raw) & unknown.keys()):
        more = unknown.pop(key) - 1
        found.append((_at(place, key), "is not known" + (f", and stands in {more} more" if more else "")))
    apart = sorted(raw.keys() & _PARTS)
    found += [(_at(place, key), f"stands beside {key.partition('.')[0]}, which it is a part of") for key in apart]
    language, password = raw.get("language", LANGUAGES[0]), raw.get("password")
    if language not in LANGUAGES:
        found.append((_at(place, "language"), f"must be one of {', '.join(LANGUAGES)}"))
    if password is not None and not (isinstance(password, str) and 0 < len(password) <= LONGEST_PASSWORD):
        found.append((_at(place, "password"), f"must be a text of 1 to {LONGEST_PASSWORD} characters"))
    facts = {key: _value(_at(place, key), key, raw[key], today, found) for key in _TYPEABLE & raw.keys()}
    if "name" not in raw and (name := joined_name(facts)):
        facts["name"] = name
    email = _value(_at(place, "email"), "email", raw.get("email"), today, found)
    return Record(str(email or ""), password, str(language), facts)


def _value(place: str, claim: str, raw: Any, today: date, found: list[Fault]) -> Any:
    if isinstance(raw, date):  # TOML has dates of its own
        raw = raw.isoformat()
    outcome = read_value(claim, raw, today=today)
    if isinstance(outcome, Accepted):
        return outcome.value
    if claim == "address" and isinstance(raw, Mapping) and _given(raw) == {"country"}:
        outcome = country_alone(str(raw["country"]))
    if claim in _MEMBERS and isinstance(outcome, Refused) and outcome.problems[0].field == claim:
        found.append((place, f"must be given by its members {', '.join(_MEMBERS[claim])}"))
    elif raw is not None and not isinstance(raw, str | Mapping):
        found.append((place, "must be a text"))
    elif isinstance(outcome, Refused):
        found += [_told(place, claim, problem) for problem in outcome.problems]
    else:
        found.append((place, "is missing"))
    return None


def _given(address: Mapping[str, Any]) -> set[str]:
    return {name for name in _MEMBERS["address"] if address.get(name)}


def _told(place: str, claim: str, problem: Problem) -> Fault:
    """In the members of the file: a form has more fields, and who added one of those would be told the same again."""
    if claim not in _MEMBERS:
        return place, CLAUSES[problem.reason]
    if problem.field not in _STREET:
        return f"{place}.{problem.field}", CLAUSES[problem.reason]
    ending = "must end with a house number, as Oudegracht 158 or 158-hs; what follows it has at most ten characters"
    return f"{place}.street_address", CLAUSES[problem.reason] if problem.field == "street" else ending


def set_password(services: Services, email: str, password: str, now: datetime) -> None:
    """Give the account of a confirmed address this password unless it has it already."""
    with services.database.read() as db:
        account = emails.account(db, addresses.index(services, email))
    if account is None or services.passwords.verify(account.password_hash or "", password):
        return
    password_hash = services.passwords.hash(password)
    with services.database.write() as db:
        people_rows.set_password(db, account.person_id, password_hash, now)
