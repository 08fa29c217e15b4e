"""The servers that the other tests stand on are real, fresh, and reach no further than this machine."""

import smtplib
import socket
from email.message import EmailMessage

import pytest
from playwright.sync_api import Error, Page
from sqlalchemy import create_engine, text

from tests.servers.databases import BACKENDS, Databases
from tests.servers.mail import SmtpServer


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_database_starts_without_what_an_earlier_one_held(backend: str, databases: Databases) -> None:
    for _ in range(2):
        with databases.fresh(backend) as url:
            engine = create_engine(url)
            with engine.begin() as connection:
                connection.execute(text("CREATE TABLE left_over (id INTEGER)"))
            engine.dispose()


def test_a_database_address_is_of_the_kind_the_test_names(database_url: str, request: pytest.FixtureRequest) -> None:
    engine = create_engine(database_url)
    assert f"[{engine.name}]" in request.node.name
    engine.dispose()


def test_mail_arrives_as_it_was_sent(smtp_server: SmtpServer) -> None:
    message = EmailMessage()
    message["To"], message["From"], message["Subject"] = "ana@example.org", "sluis@example.org", "Hallo, Zoë"
    message.set_content("Klik hier")
    with smtplib.SMTP("127.0.0.1", smtp_server.port) as client:
        client.send_message(message)
    (arrived,) = smtp_server.sent_to("ana@example.org")
    assert (arrived["Subject"], arrived.get_content().strip()) == ("Hallo, Zoë", "Klik hier")


def test_the_browser_shows_a_page_and_knows_no_other_machine(page: Page) -> None:
    page.set_content("<h1>Sluis</h1>")
    assert page.get_by_role("heading").inner_text() == "Sluis"
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("http://elsewhere.example/")


def test_a_test_cannot_reach_another_machine() -> None:
    with pytest.raises(UserWarning, match=r"192\.0\.2\.1"):
        socket.create_connection(("192.0.2.1", 443), timeout=1)
