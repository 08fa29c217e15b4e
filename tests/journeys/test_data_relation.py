"""The data relation after the handover, whole, through the running system: watched, corrected, narrowed, ended, erased,
proved; and its twin, in which the worker is killed with -9 at every step it takes.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.journeys import story, traces
from tests.journeys.relation import DyingWorker, LivingWorker, Worker, World, dying_worker
from tests.journeys.story import ACTS, CANARIES, Story
from tests.servers.mail import SmtpServer
from tests.servers.receiver import receiving
from tests.servers.running import run_house


@pytest.fixture(params=["lives", "dies"])
def world(
    request: pytest.FixtureRequest, database_url: str, secrets_path: Path, smtp_server: SmtpServer, tmp_path: Path
) -> Iterator[World]:
    """Servers, a worker, a mail server, and what businesses receive with."""
    environ = {
        "SLUIS_SANDBOX__CLOCK": "true",
        "SLUIS_MAIL__TRANSPORT": "smtp",
        "SLUIS_MAIL__HOST": "127.0.0.1",
        "SLUIS_MAIL__PORT": str(smtp_server.port),
    }
    with ExitStack() as started:
        events, logouts = (started.enter_context(receiving()) for _ in range(2))
        running = started.enter_context(run_house(database_url, secrets_path, tmp_path, environ=environ))
        if request.param == "lives":
            running.start_worker()
            worker: Worker = LivingWorker()
        else:
            worker = started.enter_context(dying_worker(running))
        yield World(running, smtp_server, events, logouts, worker)


def test_a_data_relation_happens_once_is_proved_and_leaves_nothing(world: World, tmp_path: Path) -> None:
    url = world.running.services.settings.database_url
    begun_at = traces.journal_position(url)
    told = story.begin(world, tmp_path)
    for act in ACTS:
        act(told)
    story.happened_once(told)
    _nothing_is_left(told, begun_at)
    if isinstance(world.worker, DyingWorker):
        _died_everywhere(told, world.worker)


def _died_everywhere(told: Story, worker: DyingWorker) -> None:
    """Between claim and send, between send and mark, during export, expiry and erasure: or it would mean little."""
    for job in ("mail", "events", "logouts"):
        assert f"{job}: connect" in worker.deaths
    for mark in (
        "mail: begin a mail",
        "mail: COMMIT after DELETE FROM mail",
        "events: COMMIT after UPDATE streams",
        "logouts: COMMIT after DELETE FROM logouts",
        "exports: COMMIT after UPDATE exports SET progress",
        "exports: COMMIT after UPDATE exports SET content_sealed",
        "retention: COMMIT after INSERT INTO mail",
        "start: open erasures.log",
        "start: COMMIT after INSERT INTO mail",
        "start: COMMIT after DELETE FROM people",
        "decisions: open decisions.log",
    ):
        assert any(step.startswith(mark) for step in worker.deaths), mark
    world = told.world
    mails = [str(each["Message-ID"]) for each in world.smtp.messages]
    events = [each["jti"] for each in world.told(told.market)]
    logouts = [each["jti"] for each in world.signed_out(told.market)]
    for sent in (mails, events, logouts):
        assert len(sent) > len(set(sent)), "what was sent and not marked was sent again, as the same"


def _nothing_is_left(told: Story, begun_at: str) -> None:
    """No value of the person, and not the key that opens what they sealed.

    PostgreSQL overwrites a deleted row when it needs the room: there the key is looked for in what can be selected.
    """
    services = told.world.running.services
    url = services.settings.database_url
    stored, on_disk = traces.everything_stored(url), traces.everything_on_disk(url, begun_at)
    places = {
        "database": stored,
        "disk": on_disk,
        "mail": traces.mail_queue(services),
        "folder": traces.folder(told.folder),
    }
    left = {place: traces.found(CANARIES, content) for place, content in places.items()}
    assert left == {place: set() for place in places}
    assert told.wrapped_key not in stored
    assert told.wrapped_key.hex().encode() not in stored
