"""A person's copy of everything about them: asked with the password, prepared by the worker, fetched by one session."""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from babel.dates import format_datetime

from app.domain.purposes import purpose_id
from app.domain.retention import Period
from app.services import account, addresses, credentials, pages, receipt_reading, templates
from app.services.export_parts import PARTS
from app.services.fact_values import display
from app.services.local_time import LOCAL_TIME, rfc3339
from app.services.sessions import Session
from app.services.wiring import Services
from app.storage import exports as rows
from app.storage import people
from app.storage.exports import Export

SCHEMA = "urn:sluis:export:1"
LIFE = timedelta(hours=24)
_PLACE: Mapping[str, Any] = {"table": "exports", "column": "content_sealed", "version": 1}


@dataclass(frozen=True)
class Progress:
    """How far an export is: ``done`` of ``parts``; once it is ``ready`` it can be fetched, until ``expires_at``."""

    id: str
    done: int
    parts: int
    ready: bool
    expires_at: datetime


def ask(services: Services, session: Session, password: str, language: str, *, source: str, now: datetime) -> None:
    """Have an export prepared for this session, instead of one asked before; raises ``credentials.Wrong``."""
    proved = account.prove(services, session, password, source=source, now=now)
    with services.database.write() as db:
        people.lock(db, session.person_id)
        credentials.require_still(db, proved)
        rows.replace(db, Export(uuid4().hex, session.person_id, session.id, language, now, now + LIFE))


def progress(services: Services, session: Session, now: datetime) -> Progress | None:
    """How far the export of this session is; None when there is none."""
    with services.database.read() as db:
        export = rows.of_session(db, session.id, now)
    if export is None:
        return None
    return Progress(export.id, export.progress, len(PARTS), export.ready_at is not None, export.expires_at)


def fetch(services: Services, session: Session, export_id: str, now: datetime) -> bytes | None:
    """The zip file; None unless it is ready, this session asked for it, and its time is not over."""
    with services.database.read() as db:
        export = rows.of_session(db, session.id, now)
        if export is None or export.id != export_id or export.content_sealed is None:
            return None
        cipher = addresses.cipher(services, db, export.person_id)
    return cipher.open(export.content_sealed, **_PLACE)


def waiting(services: Services, now: datetime) -> Iterator[Export]:
    """What the worker has to prepare, the longest waiting first."""
    return pages.rows(
        services,
        lambda db, after, limit: rows.waiting(db, now, after, limit),
        (now - LIFE, ""),
        lambda each: (each.asked_at, each.id),
    )


def prepare(services: Services, export: Export, now: datetime) -> bool:
    """Gather every part and seal the whole; False when somebody else did, or nobody waits for it any more."""
    data: dict[str, Any] = {
        "schema": SCHEMA,
        "issuer": services.settings.issuer,
        "made_at": rfc3339(now),
    }
    for number, (name, gather) in enumerate(PARTS.items(), 1):
        data[name] = gather(services, export.person_id, now)
        with services.database.note() as db:
            rows.advance(db, export.id, number)
    content = _zipped(services, data, export.language)
    with services.database.write() as db:
        if not people.lock(db, export.person_id):
            return False
        cipher = addresses.cipher(services, db, export.person_id)
        return rows.keep(db, export.id, cipher.seal(content, **_PLACE), now)


def _zipped(services: Services, data: Mapping[str, Any], language: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=2))
        archive.writestr("data.html", _page(services, data, language))
        # With the keys and the page that checks them: they are proof also when we are no longer there to ask.
        archive.writestr("receipts/verify-receipt.html", receipt_reading.VERIFIER.read_bytes())
        archive.writestr("receipts/keys.json", json.dumps(receipt_reading.archive(services), indent=2))
        for grant in data["grants"]:
            for version in grant["versions"]:
                archive.writestr(f"receipts/{grant['id']}-{version['version']}.jws", version["receipt"])
    return file.getvalue()


def _page(services: Services, data: Mapping[str, Any], language: str) -> str:
    def purpose(reference: str) -> str:
        name = purpose_id(reference)
        known = services.policy.purposes.get(name)
        return name if known is None else known.text[language]

    return (
        templates.in_language(language)
        .get_template("_export/data.html")
        .render(
            data=data,
            lang=language,
            purpose=purpose,
            fact=lambda claim, value: display(claim, value, language),
            period=Period.parse,
            moment=lambda seconds: rfc3339(datetime.fromtimestamp(seconds, UTC)),
            in_words=lambda text: _in_words(text, language),
        )
    )


def _in_words(text: str, language: str) -> str:
    """A moment of the file such as "3 March 2027, 14:05", in Dutch time as on every page; a text that is none as it
    is: it may be a serial number, in the form of one.
    """
    try:
        at = datetime.fromisoformat(text).astimezone(LOCAL_TIME)
    except (ValueError, OverflowError):
        return text
    return str(format_datetime(at, "d MMMM y, HH:mm", tzinfo=LOCAL_TIME, locale=language))
