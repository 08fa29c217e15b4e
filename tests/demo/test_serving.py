import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests
from urllib3.util.retry import Retry

from tests.servers.ports import free_port

TOLD = {
    "SLUIS_DEMO_ISSUER": "http://127.0.0.1:9",
    "SLUIS_DEMO_CLIENT_ID": "marktplein-card",
    "SLUIS_DEMO_CLIENT_SECRET": "a secret",
}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "app.demo", *arguments]


@contextmanager
def started(port: int) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        command("marktplein", "--port", str(port)),
        env=TOLD,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def first_page(port: int) -> requests.Response:
    """Ask for the first page as soon as somebody answers."""
    with requests.Session() as session:
        patience = Retry(connect=12, backoff_factor=0.05, backoff_max=2)
        session.mount("http://", requests.adapters.HTTPAdapter(max_retries=patience))
        return session.get(f"http://127.0.0.1:{port}/", timeout=10)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_shop_serves_before_its_provider_does_and_stops_without_a_word(number: signal.Signals) -> None:
    port = free_port()
    with started(port) as process:
        page = first_page(port)
        process.send_signal(number)
        said = process.communicate(timeout=10)

    assert page.status_code == 200
    assert "Marktplein" in page.text
    assert process.returncode == 0
    assert said == ("", "")


def test_a_taken_port_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = subprocess.run(
            command("marktplein", "--port", str(port)),
            env=TOLD,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    assert ended.returncode == 1
    assert ended.stderr == f"Error: Port {port} on 127.0.0.1 cannot be used: Address already in use.\n"


@pytest.mark.parametrize("name", TOLD)
def test_a_shop_that_was_not_told_who_it_is_says_what_is_missing(name: str) -> None:
    ended = subprocess.run(
        command("marktplein", "--port", str(free_port())),
        env={**TOLD, name: ""},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert ended.returncode == 2
    assert f"{name} is not set." in ended.stderr
