"""Loyalty numbers: a till that only scans a card can ask and deposit, and the number itself is kept nowhere.

A number is found by a keyed hash under a secret that is not in the database: thirteen digits are soon guessed.
"""

import re
from datetime import datetime

from sqlalchemy import Connection

from app.crypto.digests import keyed
from app.domain.clients import Client
from app.domain.errors import Refusal
from app.services.wiring import Services
from app.storage import given_grants, people, time_marks
from app.storage import loyalty_numbers as rows
from app.storage.loyalty_numbers import Registered

_NUMBER = re.compile(r"[A-Za-z0-9._-]{4,64}")


def is_number(text: str) -> bool:
    """Whether this can be a loyalty number: 4 to 64 letters, digits, dots, dashes, underscores."""
    return _NUMBER.fullmatch(text) is not None


def register(services: Services, client: Client, number: str, sub: str, now: datetime) -> bool:
    """Let this number stand for this customer at the business; False when it does already.

    Refusal invalid_request for what is no number, not_found (404) when the business has no running grant of such a
    customer, conflict (409) when the number stands for another.
    """
    if not is_number(number):
        raise Refusal("invalid_request", "A loyalty number has 4 to 64 letters, digits, dots, dashes or underscores.")
    number_digest = _digest(services, client, number)
    with services.database.write() as db:
        subject = given_grants.subject(db, client.sector, sub)
        if subject is None or not people.lock(db, subject.person_id):
            raise _no_customer()
        given = given_grants.of_subject(db, services.policy, client.business.id, sub)
        seen_at = time_marks.seen(db, now)
        if not any(each.grant.live(seen_at) for each in given):
            raise _no_customer()
        number_of = Registered(client.business.id, number_digest, subject.persona_id, client.sector, sub, now)
        if rows.add(db, number_of):
            return True
        if rows.find(db, client.business.id, client.sector, number_digest) != sub:
            told = "This number is registered for another customer."
            raise Refusal("conflict", told)
        return False


def remove(services: Services, client: Client, number: str) -> None:
    """Forget a number of the business; Refusal not_found (404) when there is none such."""
    with services.database.write() as db:
        if not rows.remove(db, client.business.id, client.sector, _digest(services, client, number)):
            raise Refusal("not_found", "There is no such loyalty number.")


def sub_of(services: Services, db: Connection, client: Client, number: str) -> str | None:
    """Whose number this is at the client's business; None when nobody's."""
    return rows.find(db, client.business.id, client.sector, _digest(services, client, number))


def remove_of_person(services: Services, person_id: str, business_id: str) -> int:
    """Forget every number by which the business knows this person, at their own wish; returns how many."""
    with services.database.write() as db:
        return rows.remove_of_person(db, person_id, business_id)


def _no_customer() -> Refusal:
    return Refusal("not_found", "There is no such customer with a running grant.")


def _digest(services: Services, client: Client, number: str) -> bytes:
    text = f"loyalty number\x00{client.business.id}\x00{number}"
    return keyed(services.secrets.email_index, text.encode("utf-8", "surrogatepass"))
