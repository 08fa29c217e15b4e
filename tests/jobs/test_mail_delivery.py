"""Mail leaves by SMTP, in the person's language, with nothing in it that anybody typed; and is tried again."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from jinja2 import Environment
from jinja2.meta import find_undeclared_variables

from app.jobs import mail_delivery
from app.services import mail
from app.services.templates import TEMPLATES
from app.storage import mail as mail_rows
from app.storage.tables.upkeep import mail as rows
from tests.servers.house import House
from tests.servers.mail import SmtpServer

WORDS = {"link": "http://localhost:8000/confirm/abc", "hours": "24", "date": "3 March 2027", "business": ""}

STEP = timedelta(seconds=40)


@pytest.fixture
def sending(make_house: Callable[..., House], smtp_server: SmtpServer) -> House:
    return make_house(mail={"host": "127.0.0.1", "port": smtp_server.port})


def queue(house: House, recipient: str = "ana@example.org", kind: str = "confirm") -> None:
    with house.services.database.write() as db:
        mail.queue(house.services, db, kind, recipient, "en", house.clock.now, words=WORDS)


def run(house: House) -> dict[str, int]:
    return dict(mail_delivery.run(house.services, house.clock.now).counts)


def test_waiting_mail_is_sent_once_and_then_forgotten(sending: House, smtp_server: SmtpServer) -> None:
    queue(sending)
    assert run(sending) == {"sent": 1, "failed": 0}
    assert run(sending) == {}
    (message,) = smtp_server.sent_to("ana@example.org")
    assert message["Subject"] == "Confirm your e-mail address"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "text/plain"
    assert WORDS["link"] in message.get_content().splitlines()
    assert mail.latest(sending.services) == ()


def test_what_waits_is_unreadable_in_the_database(sending: House) -> None:
    queue(sending)
    with sending.services.database.read() as db:
        (sealed,) = db.execute(rows.select().with_only_columns(rows.c.content_sealed)).scalars()
    assert b"ana@example" not in sealed
    assert b"confirm" not in sealed


def test_one_mail_that_cannot_be_read_stops_no_other(sending: House, smtp_server: SmtpServer) -> None:
    queue(sending, "damaged@example.org")
    with sending.services.database.write() as db:
        db.execute(rows.update().values(content_sealed=b"damaged"))
    queue(sending, "whole@example.org")
    assert run(sending) == {"sent": 1, "failed": 0}
    assert len(smtp_server.sent_to("whole@example.org")) == 1


@pytest.mark.parametrize("kind", sorted(path.stem for path in TEMPLATES.glob("_mail/*.txt")))
@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_mail_reads_as_plain_text_with_one_subject(kind: str, language: str) -> None:
    template = Environment(autoescape=True).parse((TEMPLATES / f"_mail/{kind}.txt").read_text())
    asked = find_undeclared_variables(template) - {"_"}
    plain = {"hours": "24", "minutes": "15", "date": "3 March 2027"}
    plain |= dict.fromkeys(("shop", "name", "business"), "Blauw & Zoon")
    words = {name: plain.get(name, "http://localhost:8000/x") for name in asked}
    subject, text = mail.written(kind, language, words)
    assert subject
    assert "\n" not in subject
    assert "http://localhost:8000/x" in text.splitlines()
    assert "&amp;" not in text
    assert not set("<>") & set(text)
    assert "\n\n\n" not in text
    assert all(
        line.startswith("http") or line.endswith((".", ":", "?", ",", "--", "Sluis"))
        for line in text.split("\n")
        if line
    )
    assert max(len(line.encode()) for line in text.splitlines()) < 998


@pytest.mark.parametrize("address", ["a@example.org\nBcc: b@example.org", "a@example.org\r\nSubject: x"])
def test_no_address_adds_a_header(sending: House, smtp_server: SmtpServer, address: str) -> None:
    queue(sending, address)
    assert run(sending) == {"sent": 0, "failed": 1}
    assert smtp_server.messages == []


@pytest.mark.parametrize("address", ["=?utf-8?q?b?=@example.org", "a@example.org, b@example.org"])
def test_mail_goes_to_no_other_address_than_the_one_it_was_written_to(
    sending: House, smtp_server: SmtpServer, address: str
) -> None:
    queue(sending, address)
    assert run(sending) == {"sent": 0, "failed": 1}
    assert smtp_server.messages == []


def test_a_server_that_is_down_is_tried_again_later_and_longer(make_house: Callable[..., House]) -> None:
    house = make_house(mail={"host": "127.0.0.1", "port": 1})
    queue(house)
    assert run(house) == {"sent": 0, "failed": 1}
    assert run(house) == {}
    house.clock.move(seconds=5)
    assert run(house) == {"sent": 0, "failed": 1}
    house.clock.move(seconds=5)
    assert run(house) == {}
    house.clock.move(seconds=25)
    assert run(house) == {"sent": 0, "failed": 1}


@pytest.mark.parametrize(("kind", "days"), [("ended", 4), ("confirm", 1)])
def test_mail_nobody_takes_is_given_up_after_days_and_sooner_where_its_link_dies(
    make_house: Callable[..., House], kind: str, days: int
) -> None:
    house = make_house(mail={"host": "127.0.0.1", "port": 1})
    queue(house, kind=kind)
    hours = 0
    while mail.latest(house.services):
        assert run(house) == {"sent": 0, "failed": 1}
        house.clock.move(hours=6)
        hours += 6
    assert hours - 6 == 24 * days


def test_a_worker_that_stood_still_for_a_week_sends_what_tells_and_no_dead_link(
    sending: House, smtp_server: SmtpServer
) -> None:
    queue(sending, "waited@example.org")
    queue(sending, "told@example.org", kind="ended")
    sending.clock.move(days=7)
    assert run(sending) == {"sent": 1, "failed": 1}
    assert [message["To"] for message in smtp_server.messages] == ["told@example.org"]
    assert mail.latest(sending.services) == ()


@pytest.mark.parametrize(("reply", "attempts"), [("550 Nobody here", 9), ("450 Come back later", 17)])
def test_an_address_that_does_not_exist_is_tried_less_than_one_that_is_busy(
    make_house: Callable[..., House],
    smtp_server: SmtpServer,
    caplog: pytest.LogCaptureFixture,
    reply: str,
    attempts: int,
) -> None:
    house = make_house(mail={"host": "127.0.0.1", "port": smtp_server.port})
    smtp_server.replies["ana@example.org"] = reply
    queue(house, kind="ended")
    tried = 0
    while mail.latest(house.services):
        tried += run(house)["failed"]
        house.clock.move(hours=6)
    assert tried == attempts
    lines = [record for record in caplog.records if record.message == "mail not accepted"]
    assert [getattr(line, "status", None) for line in lines] == [int(reply[:3])] * attempts


@pytest.mark.parametrize(
    ("reply", "theirs"),
    [
        ("550 5.1.1 <ana@example.org>: User unknown", True),
        ("450 4.1.2 <ana@example.org>: Domain not found", True),
        ("556 5.1.10 Domain does not accept mail", True),
        ("452 4.2.2 Mailbox full", True),
        ("550 5.1.8 Sender's domain not found", False),
        ("554 5.7.1 Relay access denied", False),
        ("451 4.3.0 Queue file write error", False),
        ("550 Nobody here", False),
        ("421 4.1.2 Goodbye", False),
    ],
)
def test_only_what_waits_for_more_than_its_recipients_address_is_late(
    sending: House, smtp_server: SmtpServer, reply: str, theirs: bool
) -> None:
    smtp_server.replies["ana@example.org"] = reply
    queue(sending)
    assert run(sending) == {"sent": 0, "failed": 1}
    with sending.services.database.read() as db:
        assert mail_rows.late(db, sending.clock.move(seconds=1)) == (0 if theirs else 1)


def test_a_mail_that_a_server_stops_answering_is_late_again(sending: House, smtp_server: SmtpServer) -> None:
    smtp_server.replies["ana@example.org"] = "550 5.1.1 User unknown"
    queue(sending)
    run(sending)
    smtp_server.replies["ana@example.org"] = "421 Goodbye"
    sending.clock.move(seconds=5)
    run(sending)
    with sending.services.database.read() as db:
        assert mail_rows.late(db, sending.clock.now) == 1


def test_a_mail_at_which_the_server_hangs_up_holds_up_no_other(sending: House, smtp_server: SmtpServer) -> None:
    smtp_server.replies["poison@example.org"] = "421 Goodbye"
    queue(sending, "poison@example.org")
    for number in range(3):
        sending.clock.move(seconds=1)
        queue(sending, f"ana{number}@example.org")
    for _ in range(3):
        run(sending)
    assert [str(message["To"]) for message in smtp_server.messages] == [f"ana{n}@example.org" for n in range(3)]


def test_two_workers_send_a_mail_once(sending: House, smtp_server: SmtpServer) -> None:
    for number in range(10):
        queue(sending, f"ana{number}@example.org")
    ready = Barrier(4)

    def work(_number: int) -> int:
        ready.wait(10)
        return run(sending).get("sent", 0)

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(work, range(4))) == 10
    assert len(smtp_server.messages) == 10


def test_at_a_slow_server_the_rest_of_a_batch_is_given_back_before_it_is_another_workers(
    sending: House, smtp_server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_delivery, "clock_from", lambda now: iter(now + STEP * n for n in range(9)).__next__)
    for recipient in ("a@example.org", "b@example.org", "c@example.org"):
        queue(sending, recipient)
    assert run(sending) == {"sent": 2, "failed": 1}
    assert run(sending) == {"sent": 1, "failed": 0}


def test_a_mail_whose_worker_died_is_sent_by_another(sending: House, smtp_server: SmtpServer) -> None:
    queue(sending)
    mail.lease(sending.services, sending.clock.now, mail_delivery.LEASE, 1)
    assert run(sending) == {}
    sending.clock.move(seconds=mail_delivery.LEASE.total_seconds())
    assert run(sending) == {"sent": 1, "failed": 0}
    assert len(smtp_server.sent_to("ana@example.org")) == 1


def test_the_mailbox_of_a_developer_sends_nothing(make_house: Callable[..., House]) -> None:
    house = make_house(mail={"transport": "mailbox"})
    queue(house)
    assert run(house) == {}
    assert len(mail.latest(house.services)) == 1
