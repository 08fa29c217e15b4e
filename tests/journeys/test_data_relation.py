"""The data relation after the handover, whole, through the running system: watched, corrected, narrowed, ended, erased,
proved; and its twin, in which the worker is killed with -9 at every step it takes.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.journeys import story, traces
from tests.journeys.relation import LivingWorker, Worker, World, dying_worker
from tests.journeys.story import ACTS, CANARIES
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
    _nothing_is_left(world, tmp_path, begun_at)


def _nothing_is_left(world: World, folder: Path, begun_at: str) -> None:
    services = world.running.services
    url = services.settings.database_url
    places = {
        "database": traces.everything_stored(url),
        "disk": traces.everything_on_disk(url, begun_at),
        "mail": traces.mail_queue(services),
        "folder": traces.folder(folder),
    }
    left = {place: traces.found(CANARIES, content) for place, content in places.items()}
    assert left == {place: set() for place in places}
