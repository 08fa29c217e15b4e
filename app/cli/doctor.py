"""Looks at everything an installation needs, and says for each what to do when it is not well."""

import smtplib
import ssl
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr

import click
from sqlalchemy import false, make_url, select, text
from sqlalchemy.exc import SQLAlchemyError

from app.cli import own_address
from app.cli.faults import said_of_database
from app.cli.opening import Assembly, pass_assembly, require_migrated, require_own_secrets, require_undamaged
from app.cli.places import prepare_folder
from app.cli.trouble import Trouble
from app.crypto.encryption_keys import Undecryptable
from app.crypto.keyring import NoKey
from app.domain.errors import Problems
from app.domain.intended_use_file import read_intended_use
from app.domain.levels import Policy
from app.services import backups, erasure_ledger, keys, leaving, right_time, served, smtp
from app.services.clock import may_be_moved
from app.services.wiring import Services
from app.settings import Settings, read_settings
from app.storage import deliveries, logouts, outbox, parties, people, receivers, time_marks
from app.storage import mail as mail_rows
from app.storage.database import Database
from app.storage.parties import BusinessRow
from app.storage.tables import metadata

_OLDEST_CLOCK = datetime(2026, 11, 1, tzinfo=UTC)
_MOST_SKEW = timedelta(seconds=5)
_SET_BACK = timedelta(seconds=60)
_MAIL_S = 5
_STATEMENT_S = 5
_REFUSED = 400
_DURABLE = ("fsync", "full_page_writes", "synchronous_commit")
_LATE = timedelta(minutes=10)


@click.command()
@pass_assembly
def doctor(assembly: Assembly) -> None:
    """Say what is not well, and what to do about it.

    Looks at configuration, secrets, data folder, database, keys, clock, businesses, worker, mail and events; exit
    status 1 when something needs you.
    """
    ill = False
    for name, trouble in _examine(assembly):
        ill = ill or trouble is not None
        click.echo(f"{'OK  ' if trouble is None else 'ILL '} {name}{'' if trouble is None else ': ' + trouble}")
    sys.exit(1 if ill else 0)


def _examine(assembly: Assembly) -> Iterator[tuple[str, str | None]]:
    try:
        settings, found = read_settings()
    except Problems as problems:
        yield "configuration", "; ".join(problems.lines())
        return
    yield f"environment: {settings.environment}", None  # without the variables a shell is in development
    named = assembly.faults(settings)
    found += [fault for fault in named if fault[0] != "secrets_file"]
    secrets_trouble = "; ".join(sentence for key, sentence in named if key == "secrets_file")
    yield "configuration", "; ".join(f"{key}: {sentence}" for key, sentence in found) or None
    yield "secrets file", secrets_trouble or None
    if found or secrets_trouble:
        return
    yield "data folder", _told(lambda: prepare_folder(settings))
    services = assembly.build_services(_impatient(settings))
    try:
        yield from _about_database(services, assembly.now)
    finally:
        services.database.dispose()
    yield "mail server", _mail(settings)
    if settings.production:
        yield "address", own_address.trouble(settings.issuer, datetime.now(UTC))


def _impatient(settings: Settings) -> Settings:
    """The same, but a statement that waits for ever for another one is ill and does not keep us."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite":  # there a lock is waited for as long as any connection does
        return settings
    limited = url.update_query_pairs([("options", f"-c statement_timeout={_STATEMENT_S}s")], append=True)
    return replace(settings, database_url=limited.render_as_string(hide_password=False))


def _about_database(services: Services, time_of: Callable[[Services], datetime]) -> Iterator[tuple[str, str | None]]:
    database = services.database
    unusable = _told(lambda: require_migrated(database)) or _tables(database) or _told(lambda: _undamaged(database))
    yield "database", unusable
    if unusable is None:
        now = time_of(services)
        yield "database can be written", _told(lambda: _writable(database))
        if services.settings.production and not database.is_sqlite:
            yield "durability", _durability(database)
        yield "keys", _keys(services, now)
        yield "addresses", _addresses(services)
        yield "clock", _clock(services, datetime.now(UTC))
        yield "issuer", _issuer(services)
        yield "businesses", _businesses(services)
        yield "worker", _worker(database, now)
        yield "backup", _put_back(services)
        yield "erased people", _erased(services)
        if services.settings.mail.transport == "smtp":
            yield "mail waiting", _mail_waiting(database, now)
        yield "events and logouts waiting", _events_waiting(database, now)
        yield "dead letters", _dead_letters(database)


def _tables(database: Database) -> str | None:
    """That each can be read with all its columns: a backup may have been put back in part, or by another user."""
    for table in metadata.sorted_tables:
        try:
            with database.read() as db:
                db.execute(select(table).where(false()))
        except SQLAlchemyError as fault:
            return said_of_database(fault, f"The table {table.name}")
    return None


def _undamaged(database: Database) -> None:
    require_undamaged(database)  # all of it, however long that takes


def _writable(database: Database) -> None:
    with database.write() as db:
        # It changes nothing, and has to reach the disk.
        db.execute(text("UPDATE alembic_version SET version_num = version_num"))


def _durability(database: Database) -> str | None:
    """A revocation that was answered must outlive a power failure."""
    with database.read() as db:
        off = [name for name in _DURABLE if db.execute(text(f"SHOW {name}")).scalar_one() == "off"]
    return f"{', '.join(off)} is off in PostgreSQL: decisions may be lost at a power failure" if off else None


def _keys(services: Services, now: datetime) -> str | None:
    try:
        ring = services.keys.ring(now)
    except Undecryptable:
        return "are not of this secrets file: restore the file that belongs to this database"
    missing = []
    for alg in keys.kept(services.settings):
        try:
            ring.signer(alg, now)
        except NoKey:
            missing.append(alg)
    return f"there is no key for {', '.join(missing)}: run `sluis keys create`" if missing else None


def _addresses(services: Services) -> str | None:
    try:
        return _told(lambda: require_own_secrets(services))
    except Undecryptable:
        return "of people are not of this secrets file: restore the file that belongs to this database"


def _businesses(services: Services) -> str | None:
    """That every file the operator applied would be taken today, by these levels and by this Sluis."""
    with services.database.read() as db:
        applied = [row for row in parties.all_businesses(db) if row.verified]
    beyond = [row.id for row in applied if not _fits(row, services.policy)]
    told = f"{', '.join(beyond)} declared what is not taken any more: mend the file and apply it, which says what"
    return told if beyond else None


def _fits(business: BusinessRow, policy: Policy) -> bool:
    try:
        read_intended_use(business.intended_use or {}, policy)
    except Problems:
        return False
    return True


def _clock(services: Services, now: datetime) -> str | None:
    database = services.database
    if now < _OLDEST_CLOCK:
        return "is years behind: set it, and keep it with NTP"
    with database.read() as db:
        mark = time_marks.highest(db)
    # A demonstration's clock is not the machine's.
    if mark is not None and mark - now > _SET_BACK and not may_be_moved(services.settings):
        return "was set back: what had ended stays ended. Set it right, and keep it with NTP"
    if abs(right_time.difference(database, now)) > _MOST_SKEW:
        return "differs from the database's by more than five seconds: keep both with NTP"
    return None


def _issuer(services: Services) -> str | None:
    other = served.otherwise(services)
    return other and f"`sluis serve` works on this database as {other}: set issuer to the same, here or there"


def _worker(database: Database, now: datetime) -> str | None:
    """A worker that runs raises this mark every few seconds."""
    with database.read() as db:
        mark = time_marks.highest(db)
    if mark is None:
        return "has never run: start `sluis worker`, which sends mail and events, keeps terms and erases"
    return "has not run for ten minutes: start `sluis worker`, and see its log" if now - mark > _LATE else None


def _put_back(services: Services) -> str | None:
    try:
        older = backups.put_back(services)
    except OSError:
        folder = services.settings.path(services.settings.data_folder)
        return f"what {folder} remembers cannot be read: a backup that is put back would not be noticed"
    if older:
        return "this database is older than what this machine saw: `sluis serve` and `sluis worker` settle that"
    return None


def _erased(services: Services) -> str | None:
    """Whoever was erased is not here; looks and erases nobody itself."""
    file = services.settings.path(services.settings.data_folder) / erasure_ledger.FILE
    try:
        back = leaving.count_back(services)
    except OSError:
        return f"{file} cannot be read: a restored backup would bring erased people back"
    if back:
        return f"{back} came back with a backup: `sluis serve` and `sluis worker` erase them before anything else"
    with services.database.read() as db:
        begun = people.count_erasing(db)
    if begun:
        return f"{begun} not erased to the end: is `sluis worker` running? The log says what failed"
    missing = len(erasure_ledger.entered(services) - erasure_ledger.written(services))
    return f"{missing} not in {file}: start `sluis worker`, which writes it" if missing else None


def _mail_waiting(database: Database, now: datetime) -> str | None:
    with database.read() as db:
        late = mail_rows.late(db, now - _LATE)
    if not late:
        return None
    return (
        f"{late} not sent for ten minutes: is `sluis worker` running? Its log says who did not take them, and why."
        " What a mail server refuses for good is given up by itself within four hours"
    )


def _events_waiting(database: Database, now: datetime) -> str | None:
    with database.read() as db:
        late = outbox.late(db, now - _LATE) + receivers.overdue(db, now, _LATE) + logouts.late(db, now - _LATE)
    return "not sent for ten minutes: is `sluis worker` running?" if late else None


def _dead_letters(database: Database) -> str | None:
    with database.read() as db:
        dead = deliveries.count_dead(db)
    if not dead:
        return None
    counts = ", ".join(f"{client_id} ({count})" for client_id, count in dead.items())
    return f"events that these clients never took: {counts}. See `sluis events list --dead`; then `sluis events replay`"


def _mail(settings: Settings) -> str | None:
    """Goes as far as the worker does with a mail, and then sends none."""
    mail = settings.mail
    if mail.transport == "mailbox":
        return None
    place = f"{mail.host}:{mail.port}"
    try:
        with smtp.connected(mail, _MAIL_S) as server:
            server.ehlo_or_helo_if_needed()
            code, _words = server.mail(parseaddr(mail.sender)[1])
            server.rset()
    except smtplib.SMTPAuthenticationError:
        return f"{place} refuses mail.username with mail.password: check both"
    except smtplib.SMTPNotSupportedError:
        return f"{place} does not do what mail.tls and mail.username ask for: check both, and mail.port"
    except ssl.SSLError:
        return f"{place} cannot be trusted: check mail.tls, and that its certificate is valid for mail.host"
    except smtplib.SMTPResponseException as refusal:
        return f"{place} does not take mail now ({refusal.smtp_code}): see what is wrong there"
    except (OSError, smtplib.SMTPException):
        return f"{place} does not answer: check mail.host and mail.port"
    if code >= _REFUSED:
        return f"{place} takes no mail from mail.sender ({code}): check mail.sender, mail.username and mail.tls"
    return None


def _told(look: Callable[[], None]) -> str | None:
    try:
        look()
    except Trouble as trouble:
        return str(trouble)
    except SQLAlchemyError as fault:
        return said_of_database(fault)
    return None
