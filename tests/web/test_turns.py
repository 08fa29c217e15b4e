"""A request is whole before it takes its turn, and few take theirs at once."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from threading import Event, Semaphore
from typing import Any

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app
from werkzeug.wrappers import Request, Response

from app.web.limits import LONGEST_BODY
from app.web.turns import TakingTurns

PATIENCE_S = 30


class Answering:
    """An application that says what it read, within our limit, and counts its requests."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        self.asked += 1
        request = Request(environ)
        request.max_content_length = LONGEST_BODY
        return Response(request.get_data())(environ, start_response)


def send(application: Any, body: Any, **environ: str) -> tuple[int, bytes]:
    """The status and body of the answer to a post, as a server hands it in."""
    given = EnvironBuilder(method="POST", input_stream=body).get_environ()
    given |= {"CONTENT_LENGTH": "", "wsgi.input_terminated": True, **environ}
    answer, status, _headers = run_wsgi_app(TakingTurns(application, 1), given)
    return int(status.split()[0]), b"".join(answer)


class InPieces(BytesIO):
    """What comes over a network: never more than a little at a time."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(min(size or 0, 1000))


@pytest.mark.parametrize("length", [0, 5, LONGEST_BODY])
def test_a_body_comes_whole_announced_or_in_chunks(length: int) -> None:
    body = b"x" * length
    assert send(Answering(), InPieces(body), CONTENT_LENGTH=str(length)) == (200, body)
    assert send(Answering(), InPieces(body), HTTP_TRANSFER_ENCODING="chunked") == (200, body)


class CutOff(InPieces):
    """What comes until the connection breaks."""

    def read(self, size: int | None = -1) -> bytes:
        if more := super().read(size):
            return more
        raise ConnectionResetError


@pytest.mark.parametrize("stream", [InPieces, CutOff])
def test_a_request_that_broke_off_is_not_run(stream: type[InPieces]) -> None:
    application = Answering()
    assert send(application, stream(b"decision=share"), CONTENT_LENGTH="99") == (400, b"")
    assert application.asked == 0


def test_what_is_too_long_is_not_read_and_refused() -> None:
    class Unread(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise AssertionError(size)

    with pytest.raises(Exception, match="413"):
        send(Answering(), Unread(), CONTENT_LENGTH=str(LONGEST_BODY + 1))
    with pytest.raises(Exception, match="413"):
        send(Answering(), InPieces(b"x" * (LONGEST_BODY + 9)), HTTP_TRANSFER_ENCODING="chunked")


def test_few_run_at_once_however_many_wait() -> None:
    running, go_on = Semaphore(0), Event()

    def application(_environ: Any, start_response: Any) -> Iterable[bytes]:
        running.release()
        go_on.wait(PATIENCE_S)
        start_response("200 OK", [])
        return []

    turns = TakingTurns(application, 2)
    with ThreadPoolExecutor(6) as threads:
        answers = [threads.submit(run_wsgi_app, turns, EnvironBuilder().get_environ()) for _ in range(6)]
        assert [running.acquire(timeout=PATIENCE_S) for _ in range(2)] == [True, True]
        assert not running.acquire(timeout=0.2)
        go_on.set()
        assert [answer.result(PATIENCE_S)[1] for answer in answers] == ["200 OK"] * 6
