"""What `sluis doctor` says of the way to the provider that everybody else takes."""

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.cli.own_address import trouble
from tests.servers.tls import certificate_for, serving

NOW = datetime.now(UTC)


def _found(folder: Path, ends_at: datetime, status: str = "200 OK", host: str = "localhost") -> str:
    """What is found at a server that answers so, whose certificate this machine trusts; without its address."""
    certificate = certificate_for("localhost", folder, ends_at)

    def answer(connection: socket.socket) -> None:
        assert connection.recv(4096).startswith(b"GET /healthz ")
        connection.sendall(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())

    with serving(answer, certificate) as port, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(certificate))
        found = trouble(f"https://{host}:{port}", NOW)
    return "" if found is None else found.replace(f"https://{host}:{port}", "ISSUER")


def test_a_provider_that_is_well_behind_a_certificate_that_lasts_is_well(tmp_path: Path) -> None:
    assert _found(tmp_path, NOW + timedelta(days=3)) == ""


@pytest.mark.parametrize(
    ("days", "host", "why"),
    [(-1, "localhost", "certificate has expired"), (9, "127.0.0.1", "IP address mismatch")],
)
def test_a_certificate_no_browser_trusts_is_told_with_the_reason(
    tmp_path: Path, days: int, host: str, why: str
) -> None:
    found = _found(tmp_path, NOW + timedelta(days=days), host=host)
    assert found.startswith("no browser trusts ISSUER: ")
    assert why in found


def test_a_certificate_that_nothing_renewed_is_told_before_it_ends(tmp_path: Path) -> None:
    ends_at = NOW + timedelta(days=1)
    assert _found(tmp_path, ends_at) == (
        f"the certificate of ISSUER ends on {ends_at:%d %B at %H:%M} UTC: see why nothing has renewed it"
    )


def test_what_answers_and_is_not_well_or_is_not_there_is_told(tmp_path: Path) -> None:
    answered = _found(tmp_path, NOW + timedelta(days=9), "503 Service Unavailable")
    assert answered.startswith("ISSUER/healthz answers 503, and not 200: see the log")
    nobody = trouble("https://localhost:1", NOW)
    assert nobody is not None
    assert nobody.startswith("https://localhost:1 does not answer: are `sluis serve` and the proxy running")
