"""The receiver in the guide is run as it is printed, against a real server."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from app.cli.places import is_answered
from app.crypto import jwt
from app.crypto.keyring import generate
from app.domain.event_tokens import EVENT_TOKEN
from app.domain.events import EventType
from app.jobs.event_delivery import EventDelivery
from tests.servers.ports import free_port
from tests.servers.running import RunningHouse, wait_until
from tests.streams import EVERYTHING, Business, new_business, new_giver

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "events.md"
SECRET = "Bearer a secret of yours"


@dataclass(frozen=True)
class Shop:
    """The receiver of the guide, running."""

    business: Business
    url: str
    process: subprocess.Popen[str]

    def post(self, token: str, secret: str | None = SECRET) -> tuple[int, Any]:
        """Send it a token; its status and error."""
        headers = {} if secret is None else {"Authorization": secret}
        answer = requests.post(self.url, data=token, headers=headers, timeout=10)
        return answer.status_code, answer.json()["err"] if answer.content else None

    def said(self) -> list[str]:
        """What it has written, once it has ended."""
        self.process.terminate()
        assert self.process.stdout is not None
        return [line for line in self.process.stdout.read().splitlines() if "event" in line]


def code() -> str:
    """The one block of Python in the guide."""
    (block,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    return str(block)


@pytest.fixture
def shop(running_house: RunningHouse, tmp_path: Path) -> Iterator[Shop]:
    """The guide's receiver, beside a provider."""
    business, port = new_business(running_house.house), free_port()
    (tmp_path / "receiver.py").write_text(code(), "utf-8")
    environ = {
        "PATH": os.environ["PATH"],  # noqa: TID251 - another program's
        "ISSUER": running_house.issuer,
        "CLIENT_ID": business.client_id,
        "PUSH_SECRET": SECRET,
    }
    command = [sys.executable, "-m", "flask", "--app", "receiver", "run", "--port", str(port)]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        wait_until(lambda: is_answered(port))
        yield Shop(business, f"http://127.0.0.1:{port}/events", process)
        process.kill()


def token(shop: Shop, at: datetime, typ: str | None = EVENT_TOKEN, **changes: Any) -> str:
    """An event token of the provider's own."""
    claims = {
        "iss": shop.business.house.services.settings.issuer,
        "aud": shop.business.client_id,
        "iat": int(at.timestamp()),
        "jti": "a" * 32,
        "sub_id": {"format": "iss_sub", "iss": "x", "sub": "somebody"},
        "events": {EventType.DATA_CHANGED.value: {}},
        **changes,
    }
    now = shop.business.house.clock.now
    return jwt.sign(shop.business.house.services.keys.ring(now).signer("RS256", now), claims, typ=typ)


def test_the_receiver_has_twenty_lines_and_few_more() -> None:
    lines = [line for line in code().splitlines() if line.strip() and not line.startswith(("import", "from"))]
    assert len(lines) <= 20


def test_it_takes_what_the_provider_sends_and_nothing_else(running_house: RunningHouse, shop: Shop) -> None:
    house, now = running_house.house, running_house.now()
    house.clock.now = now
    shop.business.new_stream(shop.url, EVERYTHING, delivery={"authorization_header": SECRET})
    giver = new_giver(shop.business)
    giver.stop()
    job = EventDelivery()
    job.run(house.services, now)
    assert job.receivers.wait(30)
    assert job.receivers.finished() == {"delivered": 3}

    good = token(shop, now)
    assert shop.post(good, None) == (401, "authentication_failed")
    assert shop.post(good, SECRET + "x") == (401, "authentication_failed")
    assert shop.post(good) == (202, None)
    assert shop.post(good) == (202, None), "the same event again is taken, and told once"
    old = token(shop, now - timedelta(minutes=6), jti="b" * 32)
    assert shop.post(old) == (400, "invalid_request"), (
        "one that is too old is refused, so that a wrong clock loses none"
    )
    for wrong in (
        token(shop, now, typ="JWT"),
        token(shop, now, typ=None),
        token(shop, now, aud="another"),
        token(shop, now, iss="https://id.example"),
    ):
        assert shop.post(wrong) == (400, "invalid_request")
    stranger = jwt.sign(generate("RS256", now, now), {"iss": running_house.issuer}, typ=EVENT_TOKEN)
    for wrong in (stranger, good[:-4], "nonsense", ""):
        assert shop.post(wrong) == (400, "invalid_key")

    told = shop.said()
    assert sorted(line.split()[0] for line in told) == sorted(
        [EventType.CONSENT_CHANGED, EventType.SESSION_REVOKED, EventType.CONSENT_WITHDRAWN, EventType.DATA_CHANGED]
    )
    assert sum(giver.grant.sub in line for line in told) == 3
