"""`sluis doctor` looks at everything and says what to do."""

import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import insert, text

from app.cli import doctor
from app.services import backups, clients, decision_log, erasure_ledger, leaving, served
from app.settings import ROOT
from app.storage import database_age, people, time_marks
from app.storage.tables.upkeep import mail
from tests.cli.conftest import Installation, installation_at
from tests.factories import INTENDED_USE, add_person
from tests.servers.databases import Databases
from tests.servers.house import Clock, House, lay_keys
from tests.servers.mail import SmtpServer, serving_mail


def ill(installation: Installation, **environ: str) -> dict[str, str]:
    """What is not well, by name; exit status 1 goes with it."""
    said = installation.within("doctor", environ=environ)
    found = dict(line.removeprefix("ILL  ").split(": ", 1) for line in said.out if line.startswith("ILL "))
    assert said.status == (1 if found else 0)
    assert all(line.startswith(("OK   ", "ILL  ")) for line in said.out)
    return found


@pytest.fixture
def well(ready: Installation, smtp_server: SmtpServer) -> Installation:
    """An installation with nothing wrong."""
    ready.environ |= {"SLUIS_MAIL__HOST": "127.0.0.1", "SLUIS_MAIL__PORT": str(smtp_server.port)}
    with ready.services() as services:
        lay_keys(services, datetime.now(UTC))
    see_a_worker(ready, datetime.now(UTC))
    return ready


def see_a_worker(installation: Installation, moment: datetime) -> None:
    """Let a worker have run at this moment."""
    with installation.services() as services, services.database.write() as db:
        time_marks.lower_to(db, moment)


def test_a_sound_installation_is_well(well: Installation) -> None:
    assert ill(well) == {}


def test_the_environment_is_told_first_since_without_the_variables_it_is_development(well: Installation) -> None:
    assert well.within("doctor").out[0] == "OK   environment: testing"


def test_wrong_settings_are_told_together(well: Installation) -> None:
    found = ill(well, SLUIS_SERVER__PORT="eight", SLUIS_COLOUR="blue", SLUIS_LEVELS_FILE="/nowhere.toml")
    assert found.keys() == {"configuration"}
    for part in (
        "SLUIS_SERVER__PORT: must be a whole number",
        "SLUIS_COLOUR: is not a setting",
        "/nowhere.toml: does not exist: make it, or let levels_file name another",
    ):
        assert part in found["configuration"]


def test_of_a_file_of_settings_that_cannot_be_read_nothing_more_is_said(well: Installation) -> None:
    broken = well.file("broken.toml", "[mail x]")
    assert ill(well, SLUIS_CONFIG=broken) == {"configuration": f"{broken}: is not valid TOML at line 1, column 7"}


def test_a_data_folder_that_cannot_be_used_is_told(well: Installation) -> None:
    said = "The folder /dev/null cannot be written (File exists): change its owner or set SLUIS_DATA_FOLDER."
    assert ill(well, SLUIS_DATA_FOLDER="/dev/null")["data folder"] == said
    kept = well.folder / decision_log.FILE
    kept.mkdir()  # what root made, too, as far as anybody but root can tell
    assert ill(well) == {"data folder": f"{kept} cannot be read and written (Is a directory): change its owner."}


def test_a_worker_that_does_not_run_is_told(well: Installation) -> None:
    see_a_worker(well, datetime.now(UTC) - timedelta(minutes=11))
    assert ill(well) == {"worker": "has not run for ten minutes: start `sluis worker`, and see its log"}
    with well.services() as services, services.database.write() as db:
        time_marks.forget(db)
    assert ill(well)["worker"].startswith("has never run: start `sluis worker`")
    assert well.within("retention", "run").status == 0
    assert ill(well)["worker"].startswith("has never run"), "what is done by hand is no worker"


def test_another_issuer_than_it_is_served_under_is_told_and_no_worker_starts_with_it(well: Installation) -> None:
    with well.services() as services:
        served.begin(services)
    assert ill(well) == {}
    elsewhere = {"SLUIS_ISSUER": "https://elsewhere.example.org"}
    assert ill(well, **elsewhere).keys() == {"issuer"}
    said = well.within("worker", environ=elsewhere)
    assert said.status == 1
    assert said.err[0].startswith(
        f"`sluis serve` works on this database as {services.settings.issuer}, and issuer is {elsewhere['SLUIS_ISSUER']}"
    )


def test_a_missing_secrets_file_is_told(well: Installation) -> None:
    assert ill(well, SLUIS_SECRETS_FILE="/nowhere.toml") == {
        "secrets file": "/nowhere.toml does not exist: put it back; only a new installation makes one,"
        " with `sluis secrets create`"
    }


def test_a_secrets_file_by_which_nobody_would_be_found_is_told_and_nothing_starts_with_it(well: Installation) -> None:
    well.within("people", "create", "--email", "kim@example.org")
    whole = Path(well.environ["SLUIS_SECRETS_FILE"])
    copy = well.folder / "changed.toml"
    copy.write_text(re.sub('email_index = ".*"', f'email_index = "{"A" * 43}="', whole.read_text()))
    copy.chmod(0o600)
    line = "email_index in the secrets file is not the one this database was made with: put the one of before back."
    assert ill(well, SLUIS_SECRETS_FILE=str(copy)) == {"addresses": line}
    said = well.within("serve", environ={"SLUIS_SECRETS_FILE": str(copy)})
    assert (said.status, said.err) == (1, [line])


def test_a_secrets_file_that_others_can_read_is_told(well: Installation) -> None:
    copy = well.folder / "open.toml"
    shutil.copyfile(well.environ["SLUIS_SECRETS_FILE"], copy)
    copy.chmod(0o644)
    found = ill(well, SLUIS_SECRETS_FILE=str(copy))
    assert found == {"secrets file": f"{copy} is open to others than its owner; run: chmod 600 {copy}"}


def test_a_database_that_does_not_answer_is_told(well: Installation) -> None:
    found = ill(well, SLUIS_DATABASE_URL="postgresql://sluis:geheim@127.0.0.1:1/sluis")
    assert found.keys() == {"database"}
    assert found["database"].endswith(
        "that the database is there and runs, that Sluis may write in it, and that its disk is not full."
    )
    assert "geheim" not in found["database"]


def test_a_database_without_tables_is_told(bare: Installation, smtp_server: SmtpServer) -> None:
    bare.environ |= {"SLUIS_MAIL__HOST": "127.0.0.1", "SLUIS_MAIL__PORT": str(smtp_server.port)}
    bare.within("secrets", "create")
    assert ill(bare) == {"database": "The database is empty: run `sluis migrate` first."}


def test_a_table_that_is_missing_is_told(well: Installation) -> None:
    with well.services() as services, services.database.write() as db:
        db.execute(text("ALTER TABLE kept_receipts RENAME TO elsewhere"))
    found = ill(well)
    assert found.keys() == {"database"}
    assert found["database"].startswith("The table kept_receipts cannot be used (")


def test_a_database_that_is_read_only_is_told(databases: Databases, tmp_path: Path, secrets_path: Path) -> None:
    with databases.fresh("postgresql") as url:
        installation = installation_at(tmp_path, f"{url}?options=-c%20default_transaction_read_only%3Don", secrets_path)
        assert ill(installation)["database can be written"] == (
            "The database cannot be used (ReadOnlySqlTransaction): it is read-only here: name the server that is"
            " written to, as target_session_attrs=read-write does."
        )


def test_a_table_that_somebody_keeps_to_themselves_is_told_and_not_waited_for(
    databases: Databases, tmp_path: Path, secrets_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "_STATEMENT_S", 0.1)
    with databases.fresh("postgresql") as url:
        installation = installation_at(tmp_path, url, secrets_path)
        with installation.services() as services, services.database.write() as db:
            db.execute(text("LOCK TABLE facts IN ACCESS EXCLUSIVE MODE"))
            found = ill(installation)["database"]
    assert found.startswith("The table facts cannot be used (QueryCanceled): it took too long")


def test_a_database_without_keys_is_told(ready: Installation, smtp_server: SmtpServer) -> None:
    ready.environ |= {"SLUIS_MAIL__HOST": "127.0.0.1", "SLUIS_MAIL__PORT": str(smtp_server.port)}
    see_a_worker(ready, datetime.now(UTC))
    assert ill(ready) == {"keys": "there is no key for A256GCM, RS256, ES256, PS256, EdDSA: run `sluis keys create`"}


def test_keys_of_another_secrets_file_are_told(well: Installation) -> None:
    other = {"SLUIS_SECRETS_FILE": str(well.folder / "other.toml")}
    well.within("secrets", "create", environ=other)
    assert ill(well, **other) == {
        "keys": "are not of this secrets file: restore the file that belongs to this database"
    }


def test_a_mail_server_that_does_not_answer_is_told(well: Installation) -> None:
    assert ill(well, SLUIS_MAIL__PORT="1") == {
        "mail server": "127.0.0.1:1 does not answer: check mail.host and mail.port"
    }


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"SLUIS_MAIL__TLS": "starttls"}, "does not do what mail.tls and mail.username ask"),
        ({"SLUIS_MAIL__TLS": "implicit"}, "cannot be trusted: check mail.tls"),
        (
            {"SLUIS_MAIL__USERNAME": "sluis", "SLUIS_MAIL__PASSWORD": "geheim"},
            "does not do what mail.tls and mail.username ask",
        ),
    ],
)
def test_a_mail_server_that_would_take_no_mail_of_ours_is_told(
    well: Installation, environ: dict[str, str], said: str
) -> None:
    found = ill(well, **environ)
    assert found.keys() == {"mail server"}
    assert said in found["mail server"]
    assert "geheim" not in found["mail server"]


def test_a_mail_server_that_refuses_the_sender_is_told(well: Installation) -> None:
    with serving_mail(refusing="no-reply@localhost") as picky:
        found = ill(well, SLUIS_MAIL__PORT=str(picky.port))
    assert found == {
        "mail server": f"127.0.0.1:{picky.port} takes no mail from mail.sender (550): check mail.sender, mail.username"
        " and mail.tls"
    }


def test_mail_that_waits_too_long_is_told(well: Installation) -> None:
    now = datetime.now(UTC)

    def waiting_since(name: str, began: datetime) -> None:
        row = {"id": name, "kind": "confirm", "content_sealed": b"", "next_attempt_at": began, "attempts": 0}
        with well.services() as services, services.database.write() as db:
            db.execute(insert(mail).values(**row, created_at=began))

    waiting_since("young", now - timedelta(minutes=9))
    assert ill(well) == {}
    waiting_since("old", now - timedelta(minutes=11))
    found = ill(well)
    assert found.keys() == {"mail waiting"}
    assert found["mail waiting"].startswith("1 not sent for ten minutes: is `sluis worker` running? Its log says")


def test_mail_that_waits_for_nothing_but_its_recipients_address_needs_nobody(well: Installation) -> None:
    long_ago = datetime.now(UTC) - timedelta(minutes=11)
    with well.services() as services, services.database.write() as db:
        row = {"id": "m", "kind": "confirm", "content_sealed": b"", "created_at": long_ago, "next_attempt_at": long_ago}
        db.execute(insert(mail).values(**row, attempts=4, address_refused=True))
    assert ill(well) == {}


def test_a_production_database_that_may_forget_is_told(
    databases: Databases, tmp_path: Path, smtp_server: SmtpServer
) -> None:
    with databases.fresh("postgresql") as url:
        installation = installation_at(tmp_path, url)
        production = installation.file("production.toml", 'issuer = "https://localhost:1"')
        installation.environ |= {
            "SLUIS_ENVIRONMENT": "production",
            "SLUIS_CONFIG": production,
            "SLUIS_MAIL__HOST": "127.0.0.1",
            "SLUIS_MAIL__PORT": str(smtp_server.port),
        }
        installation.within("secrets", "create")
        installation.within("keys", "create")
        see_a_worker(installation, datetime.now(UTC))
        found = ill(installation)
        assert found.pop("address").startswith("https://localhost:1 does not answer")
        assert found == {
            "durability": "fsync, full_page_writes, synchronous_commit is off in PostgreSQL: "
            "decisions may be lost at a power failure"
        }


def test_a_business_that_declared_more_than_the_levels_have_now_is_told(well: Installation) -> None:
    marktplein = str(ROOT / "config" / "demo" / "marktplein.toml")
    well.within("businesses", "apply", marktplein, environ={"SLUIS_CLIENT_SECRET_MARKTPLEIN": "m" * 32})
    with well.services() as services:  # nobody here wrote what this one declares
        own = {"redirect_uris": ["https://shop.example/back"], "intended_use": INTENDED_USE}
        clients.register(services, own, None, "127.0.0.1", datetime.now(UTC))
    assert ill(well) == {}
    levels = (ROOT / "config" / "levels.toml").read_text("utf-8").replace('"P6M"', '"P3M"')
    found = ill(well, SLUIS_LEVELS_FILE=well.file("levels.toml", levels))
    assert found == {
        "businesses": "marktplein declared what is not taken any more: mend the file and apply it, which says what"
    }


def test_a_clock_that_was_set_back_is_told_and_that_of_a_demonstration_is_not(well: Installation) -> None:
    see_a_worker(well, datetime.now(UTC) + timedelta(hours=1))
    assert ill(well).keys() == {"clock"}
    assert ill(well, SLUIS_SANDBOX__CLOCK="true") == {}


@pytest.mark.parametrize(
    ("target", "found", "ill_now"),
    [
        ("cli.doctor._OLDEST_CLOCK", datetime.now(UTC) + timedelta(days=1), "clock: is years behind: set it"),
        ("services.right_time.difference", lambda *_: timedelta(seconds=-6), "clock: differs from the database's"),
        ("services.right_time.difference", lambda *_: timedelta(seconds=5), ""),
        ("services.backups.put_back", lambda *_: True, "backup: this database is older than what this machine saw"),
    ],
    ids=["years behind", "another time than the database's", "nearly the same", "a database put back"],
)
def test_what_is_wrong_with_this_machine_is_told(
    well: Installation, monkeypatch: pytest.MonkeyPatch, target: str, found: object, ill_now: str
) -> None:
    monkeypatch.setattr(f"app.{target}", found)
    said = [f"{name}: {trouble}" for name, trouble in ill(well).items()]
    assert [line.startswith(ill_now) for line in said] == [True] * bool(ill_now)


def test_where_mail_is_sent_to_nobody_no_server_is_looked_for(well: Installation) -> None:
    assert ill(well, SLUIS_MAIL__TRANSPORT="mailbox", SLUIS_MAIL__PORT="1") == {}


def test_erased_people_who_are_here_are_told(well: Installation) -> None:
    """Begun and left lying, come back with a backup, and a ledger that cannot be read; nothing is done about it."""
    with well.services() as services:
        house = House(Flask("none"), services, Clock(datetime.now(UTC)))
        nora, olga = add_person(house), add_person(house)
        leaving.begin(services, nora.id, house.clock.now)
        assert ill(well) == {
            "erased people": "1 not erased to the end: is `sluis worker` running? The log says what failed"
        }
        leaving.finish(services, nora.id, house.clock.now)
        assert ill(well) == {}
        ledger = well.folder / erasure_ledger.FILE
        known = ledger.read_text()
        digest = erasure_ledger.person_digest(services, olga.id).hex()
        ledger.write_text(f"{known}{digest} {house.clock.now.isoformat()}\n")
        found = ill(well)
        assert found.keys() == {"erased people"}
        assert found["erased people"].startswith("1 came back with a backup: ")
        with services.database.read() as db:
            assert people.find(db, olga.id) is not None
        ledger.write_text("")
        assert ill(well) == {"erased people": f"1 not in {ledger}: start `sluis worker`, which writes it"}
        ledger.unlink()
        ledger.mkdir()
        assert "cannot be read" in ill(well)["erased people"]


def test_a_folder_that_remembers_nothing_readable_is_told(well: Installation) -> None:
    with well.services() as services, services.database.read() as db:
        mark = well.folder / backups.FILE.format(database_age.name(db))
    mark.mkdir()
    assert "would not be noticed" in ill(well)["backup"]
