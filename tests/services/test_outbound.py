"""What is fetched, from where, how much and how long: against real servers, with a resolver of our own."""

import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from app.services import outbound as outbound_module
from app.services.outbound import LONGEST_BODY, FetchingBusy, Outbound, Unfetchable
from tests.servers.receiver import Receiver
from tests.servers.tls import Handler, certificate_for, serving

GOOD = json.dumps({"keys": []}).encode()
HOST = "keys.example"
PATIENCE_S = 30
NOWHERE = str(ip_address(0))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for ``HOST`` and its key in one file."""
    return certificate_for(HOST, tmp_path_factory.mktemp("tls"), datetime.now(UTC) + timedelta(days=1))


def answering(body: bytes = GOOD, status: str = "200 OK", *headers: str) -> Handler:
    """One whole answer."""

    def handle(connection: socket.socket) -> None:
        connection.recv(65_536)
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
        connection.sendall("\r\n".join(lines).encode() + body)

    return handle


def fetch(handler: Handler, *, timeout_s: float = 5.0) -> Any:
    """Fetch from a server on this machine, as development allows."""
    with serving(handler) as port:
        return Outbound(timeout_s=timeout_s, private_hosts=["127.0.0.1"]).fetch_json(f"http://127.0.0.1:{port}/x")


def resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: str, port: int | None = None) -> list[tuple[str, int]]:
    """Let every name resolve to these addresses, the last one from then on; returns what was looked up."""
    asked: list[tuple[str, int]] = []
    queue = list(addresses)

    def getaddrinfo(host: str, wanted: int, *_: Any, **__: Any) -> list[Any]:
        asked.append((host, wanted))
        try:
            address = ip_address(host)
        except ValueError:
            address = ip_address(queue.pop(0) if len(queue) > 1 else queue[0])
        family = socket.AF_INET if address.version == 4 else socket.AF_INET6
        return [(family, socket.SOCK_STREAM, 6, "", (str(address), port or wanted))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def test_a_document_is_fetched() -> None:
    assert fetch(answering()) == {"keys": []}


def test_a_document_is_asked_for_in_its_type_uncompressed_and_by_our_name() -> None:
    asked: list[bytes] = []

    def listening(connection: socket.socket) -> None:
        asked.append(connection.recv(65_536))
        connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    with pytest.raises(Unfetchable, match="status 404"):
        fetch(listening)
    lines = set(asked[0].decode().splitlines())
    assert {"GET /x HTTP/1.1", "Accept: application/json", "Accept-Encoding: identity", "User-Agent: Sluis"} <= lines


def test_a_document_is_fetched_over_tls_from_who_the_certificate_names(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(answering(), certificate) as port:
        resolve_to(monkeypatch, "127.0.0.1")
        trusting = Outbound(private_hosts=[HOST, "other.example"], trusted_certificates=str(certificate))
        assert trusting.fetch_json(f"https://{HOST}:{port}/x") == {"keys": []}
        with pytest.raises(Unfetchable):
            trusting.fetch_json(f"https://other.example:{port}/x")
        with pytest.raises(Unfetchable):
            Outbound(private_hosts=[HOST]).fetch_json(f"https://{HOST}:{port}/x")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "::1", NOWHERE, "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "fc00::1", "fec0::1", "::127.0.0.1", "fe80::1", "::ffff:127.0.0.1",
        "64:ff9b::7f00:1", "2002:7f00:1::", "224.0.0.1", "240.0.0.1", "::",
    ],
)  # fmt: skip
def test_a_name_that_leads_into_a_private_network_is_not_followed(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    connected: list[Any] = []
    monkeypatch.setattr(socket.socket, "connect", lambda _, to: connected.append(to))
    resolve_to(monkeypatch, address)
    with pytest.raises(Unfetchable, match="InvalidIPAddress"):
        Outbound().fetch_json(f"https://{HOST}/x")
    assert connected == []


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]", NOWHERE, "10.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "localhost."]
)
def test_an_address_is_not_followed_however_it_is_written(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    connected: list[Any] = []
    monkeypatch.setattr(socket.socket, "connect", lambda _, to: connected.append(to))
    with pytest.raises(Unfetchable):
        Outbound().fetch_json(f"https://{host}/x")
    assert connected == []


def test_what_is_connected_to_is_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    connected: list[Any] = []

    def connect(_: socket.socket, to: Any) -> None:
        connected.append(to)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    resolve_to(monkeypatch, "93.184.216.34", "127.0.0.1")
    with pytest.raises(Unfetchable):
        Outbound().fetch_json(f"https://{HOST}/x")
    assert connected == [("93.184.216.34", 443)]


@pytest.mark.parametrize(
    "url",
    [f"http://{HOST}/x", f"https://{HOST}:8443/x", "https://id.example/x", f"ftp://{HOST}/x", "file:///etc/passwd"],
)
def test_only_https_on_the_usual_port_of_another_host_is_fetched(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    asked = resolve_to(monkeypatch, "93.184.216.34")
    with pytest.raises(Unfetchable, match="not https"):
        Outbound(own_host="id.example").fetch_json(url)
    assert asked == []


def test_a_redirect_is_not_followed() -> None:
    with serving(answering()) as other, pytest.raises(Unfetchable, match="status 302"):
        fetch(answering(b"", "302 Found", f"Location: http://127.0.0.1:{other}/x"))


@pytest.mark.parametrize("status", ["404 Not Found", "500 Oh", "204 No Content", "206 Partial"])
def test_only_a_whole_answer_counts(status: str) -> None:
    with pytest.raises(Unfetchable):
        fetch(answering(GOOD, status))


@pytest.mark.parametrize("body", [b"", b"<html>", b"{", b"\xff", b"[" * 60_000])
def test_only_json_counts(body: bytes) -> None:
    with pytest.raises(Unfetchable, match="not JSON"):
        fetch(answering(body))


def test_a_compressed_answer_is_not_opened() -> None:
    with pytest.raises(Unfetchable, match="compressed"):
        fetch(answering(b"\x1f\x8b", "200 OK", "Content-Encoding: gzip"))


def test_an_answer_is_cut_at_sixty_four_kilobytes() -> None:
    assert fetch(answering(b'"' + b"x" * (LONGEST_BODY - 2) + b'"'))
    with pytest.raises(Unfetchable, match="too long"):
        fetch(answering(b'"' + b"x" * (LONGEST_BODY - 1) + b'"'))


def test_an_endless_answer_is_cut_too() -> None:
    def endless(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65_536)

    with pytest.raises(Unfetchable, match="too long"):
        fetch(endless)


def _trickling(stop: Event, first: bytes) -> Handler:
    """An answer a byte at a time, each well within what a socket's own timeout would forgive."""

    def handle(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(first)
        while not stop.wait(0.02):
            connection.sendall(b"x")

    return handle


@pytest.mark.parametrize("first", [b"", b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_a_trickle_ends_at_the_time_limit_and_frees_its_thread(
    certificate: Path, monkeypatch: pytest.MonkeyPatch, first: bytes
) -> None:
    monkeypatch.setattr(outbound_module, "_WORKERS", 1)
    stop, left = Event(), Event()

    def handle(connection: socket.socket) -> None:
        try:
            _trickling(stop, first)(connection)
        except OSError:
            left.set()

    with serving(handle, certificate) as port:
        resolve_to(monkeypatch, "127.0.0.1")
        outbound = Outbound(timeout_s=0.3, private_hosts=[HOST], trusted_certificates=str(certificate))
        for _ in range(3):
            started = time.monotonic()
            with pytest.raises(Unfetchable):
                outbound.fetch_json(f"https://{HOST}:{port}/x")
            assert time.monotonic() - started < PATIENCE_S
        assert left.wait(PATIENCE_S)
        stop.set()


def test_a_message_is_taken_once_the_status_says_so_however_slowly_more_is_said() -> None:
    stop = Event()
    with serving(_trickling(stop, b"HTTP/1.1 202 Accepted\r\n\r\n")) as port:
        outbound = Outbound(timeout_s=0.3, private_hosts=["127.0.0.1"])
        assert outbound.post(f"http://127.0.0.1:{port}/x", b"{}", {}).accepted
        stop.set()


def test_a_resolver_that_hangs_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answered.wait(2 * PATIENCE_S) and [])
    started = time.monotonic()
    with pytest.raises(Unfetchable, match="too slow"):
        Outbound(timeout_s=0.2).fetch_json(f"https://{HOST}/x")
    answered.set()
    assert time.monotonic() - started < PATIENCE_S


def hanging(monkeypatch: pytest.MonkeyPatch) -> Event:
    """Let every name hang until the event is set; an address is itself."""
    answered, real = Event(), socket.getaddrinfo

    def getaddrinfo(host: str, *args: Any, **kwargs: Any) -> list[Any]:
        if host == "127.0.0.1":
            return real(host, *args, **kwargs)
        answered.wait(2 * PATIENCE_S)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return answered


def test_whoever_comes_while_every_fetch_hangs_is_told_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    answered, outbound = hanging(monkeypatch), Outbound(timeout_s=1, fetches_at_once=2, private_hosts=["127.0.0.1"])

    def fetched(url: str) -> str:
        try:
            return str(outbound.fetch_json(url))
        except (Unfetchable, FetchingBusy) as fault:
            return str(fault) or "busy"

    with serving(answering()) as port, ThreadPoolExecutor(2) as threads:
        assert set(threads.map(fetched, [f"https://{HOST}/x"] * 2)) == {"too slow"}
        living = f"http://127.0.0.1:{port}/x"
        assert fetched(living) == "busy"
        answered.set()
        started = time.monotonic()
        while (found := fetched(living)) == "busy":
            assert time.monotonic() - started < PATIENCE_S
    assert found == "{'keys': []}"


def test_messages_to_hosts_that_hang_keep_no_other_waiting(monkeypatch: pytest.MonkeyPatch, receiver: Receiver) -> None:
    answered, outbound = hanging(monkeypatch), Outbound(timeout_s=1, private_hosts=["127.0.0.1"])

    def hang(number: int) -> str:
        with pytest.raises(Unfetchable) as caught:
            outbound.post(f"https://{number}.example/x", b"x", {})
        return str(caught.value)

    with ThreadPoolExecutor(40) as threads:
        assert set(threads.map(hang, range(40))) == {"too slow"}
    assert outbound.post(receiver.url, b"x", {}).accepted
    answered.set()


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    assert fetch(answering()) == {"keys": []}


def test_several_can_be_fetched_at_once() -> None:
    with serving(answering()) as port, ThreadPoolExecutor(4) as threads:
        outbound = Outbound(private_hosts=["127.0.0.1"])
        found = list(threads.map(outbound.fetch_json, [f"http://127.0.0.1:{port}/{n}" for n in range(8)]))
    assert found == [{"keys": []}] * 8
