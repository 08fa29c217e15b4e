"""Erases an account: first the ledger, then every grant with its case, then the key and everything about the person.

Each step is a transaction of its own and may be repeated: whoever is killed on the way is finished by the worker.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.crypto.digests import digest
from app.domain.cases import Reason
from app.domain.grants import EndReason
from app.services import account, credentials, erasure, erasure_ledger, own_grants, sessions
from app.services.endings import NO_WORDS
from app.services.pages import rows
from app.services.receipts import Notice
from app.services.sessions import Session
from app.services.wiring import Services
from app.storage import authorization_requests, case_answers, emails, grants, people, person_keys, single_use
from app.storage import erasure_ledger as ledger_rows
from app.storage.emails import SignInAccount

_LEFT_KNOWN = timedelta(hours=1)
_log = logging.getLogger("sluis.erasure")


@dataclass(frozen=True)
class Leaver:
    """Whoever asks for it, proved by a password that has to be theirs still, and the secret of their session."""

    proved: SignInAccount
    secret: str = field(repr=False)


def leave(
    services: Services, session: Session, secret: str, password: str, notice: Notice, *, source: str, now: datetime
) -> None:
    """Erase the account of whoever sits here, once they proved it; raises ``credentials.Wrong``."""
    proved = account.prove(services, session, password, source=source, now=now)
    erase_account(services, session.person_id, now, notice, Leaver(proved, secret))


def has_left(services: Services, secret: str) -> bool:
    """Whether the account of the session with this secret was erased in it just now: a second click asks."""
    with services.database.read() as db:
        return single_use.was_used(db, _of_session(secret))


def erase_account(
    services: Services, person_id: str, now: datetime, notice: Notice = NO_WORDS, leaver: Leaver | None = None
) -> None:
    """Erase one account (GDPR 17). When this returns or raises after ``begin``, the person is nobody already.

    What fails after that is logged and left to the worker. Nothing happens for somebody who is gone.
    """
    if not begin(services, person_id, now, notice, leaver):
        return
    try:
        finish(services, person_id, now)
    except Exception as fault:  # noqa: BLE001 - it is decided and entered: the worker goes on with it
        _log.error("an erasure was not finished and will be resumed", extra={"error": type(fault).__name__})


def begin(
    services: Services, person_id: str, now: datetime, notice: Notice = NO_WORDS, leaver: Leaver | None = None
) -> bool:
    """Enter the person in the ledger, end every session and let nothing of theirs work; False when there is nobody.

    The words they decided on are kept until ``finish``, whoever comes to that.
    """
    with services.database.write() as db:
        if not people.lock(db, person_id):
            return False
        if leaver is not None:
            credentials.require_still(db, leaver.proved)
            single_use.claim_once(db, _of_session(leaver.secret), "left", now, now + _LEFT_KNOWN)
        erasure_ledger.enter(services, db, person_id, now)
        sessions.end_all_in(services, db, person_id, now)
        people.begin_erasing(db, person_id, {"language": notice.language, "text": notice.text})
    return True


def _of_session(secret: str) -> bytes:
    return digest(f"left {secret}")


def finish(services: Services, person_id: str, now: datetime) -> None:
    """Everything after ``begin``: the ledger's file, the grants, the key, the rows."""
    erasure_ledger.write_down(services)
    with services.database.read() as db:
        said = people.erasing_notice(db, person_id)
        notice = NO_WORDS if said is None else Notice(said["language"], said["text"])
        given = [grant.id for grant in grants.of_person(db, person_id)]
    for grant_id in given:
        _hand_back(services, grant_id, notice, now)
    _destroy(services, person_id, now)
    services.database.forget_journal()


def resume(services: Services, now: datetime) -> tuple[int, int]:
    """Finish what was begun; how many were finished, and how many failed again."""
    return _each(services, unfinished(services), now)


def reapply(services: Services, now: datetime) -> int:
    """Erase again whom a restored backup brought back; returns how many. Also finishes what was begun.

    Raises RuntimeError when somebody could not be erased: nobody may be served who asked to be forgotten.
    """
    gone = erasure_ledger.written(services) | erasure_ledger.entered(services)
    for person_id in _of(services, gone):
        begin(services, person_id, now)
    # Only now: until every one of them was begun, the next to look sees that there is somebody to erase again.
    erasure_ledger.take_over(services)
    erasure_ledger.write_down(services)
    done, failed = resume(services, now)
    if failed:
        raise RuntimeError("erased people could not be erased again")
    if gone:  # whoever was killed between the last row and the journal left a key in the journal
        services.database.forget_journal()
    return done


def count_back(services: Services) -> int:
    """How many people are here of whom the ledger knows that they were erased, and nobody has begun again."""
    known = erasure_ledger.written(services) | erasure_ledger.entered(services)
    return len(set(_of(services, known)) - set(unfinished(services)))


def _of(services: Services, gone: frozenset[bytes]) -> list[str]:
    if not gone:
        return []
    return [
        each for each in rows(services, people.ids, "", str) if erasure_ledger.person_digest(services, each) in gone
    ]


def unfinished(services: Services) -> Iterator[str]:
    """Ids of people whose erasure was begun and not finished."""
    return rows(services, people.erasing, "", str)


def _each(services: Services, ids: Iterator[str], now: datetime) -> tuple[int, int]:
    done = failed = 0
    for person_id in ids:
        try:
            finish(services, person_id, now)
        except Exception as fault:  # noqa: BLE001 - one person's trouble is no other's
            failed += 1
            _log.error("an erasure failed", extra={"error": type(fault).__name__})
        else:
            done += 1
    return done, failed


def _hand_back(services: Services, grant_id: str, notice: Notice, now: datetime) -> None:
    """End one grant and open its case."""
    with services.database.write() as db:
        found = own_grants.locked(services, db, grant_id)
        if found is not None:
            erasure.end_and_ask(services, db, *found, EndReason.ACCOUNT_ERASED, Reason.ACCOUNT_ERASED, notice, now)


def _destroy(services: Services, person_id: str, now: datetime) -> None:
    """The key first, then every row; receipts stay with the businesses they prove something to, and cases too."""
    with services.database.write() as db:
        if not people.lock(db, person_id):
            return
        person_keys.destroy(db, person_id)
        keep = timedelta(days=services.settings.receipts.kept_after_erasure_days)
        ledger_rows.keep_receipts(db, person_id, now + keep)
        case_answers.forget_words(db, person_id)
        authorization_requests.forget_hints(db, [each.address_index for each in emails.of_person(db, person_id)])
        people.remove(db, person_id)
