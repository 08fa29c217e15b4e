"""Mails a person what happened with their account or their data, at every address that signs in."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from app.domain.clients import Client
from app.domain.grants import Standing
from app.services import addresses, mail
from app.services.wiring import Services
from app.storage import people


def tell(
    services: Services, db: Connection, person_id: str, kind: str, words: Mapping[str, str], now: datetime
) -> None:
    """Queue a mail of this kind, in the person's language and the caller's transaction; none to a closed account."""
    person = people.find(db, person_id)
    if person is None or person.standing is not Standing.ACTIVE:
        return
    for each in addresses.of_person(services, db, person_id):
        if each.signs_in and each.confirmed:
            mail.queue(services, db, kind, each.address, person.language, now, person_id=person_id, words=words)


def business_named(client: Client | None) -> str:
    """What a mail calls a business: its own name is only passed on when the operator looked at it."""
    return client.business.name if client is not None and client.business.verified else ""
