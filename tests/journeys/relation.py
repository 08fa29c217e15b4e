"""The parties of a data relation on a running system: a business with its systems, and a worker that lives or dies."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

import requests
from sqlalchemy import update

from app.crypto import jwt
from app.crypto.public_keys import public_keys
from app.services import clock
from app.storage import sandbox_clock
from app.storage.tables.parties import businesses
from tests.factories import CHALLENGE, INTENDED_USE, REDIRECT_URI, VERIFIER, add_business, add_client
from tests.journeys.traveller import Traveller, page
from tests.redeeming import SECRET, basic, bearer
from tests.servers.mail import SmtpServer
from tests.servers.receiver import Received, Receiver
from tests.servers.running import RunningHouse
from tests.streams import EVERYTHING, GRANTS, SCOPE
from tests.vault import PERMISSION

PUSH_SECRET = "Bearer push-secret-push-secret-push"
_TIMEOUT_S = 30
_OLD_TIME_S = 1.1
"""A process reads the clock again when what it read is a second old."""


class Worker(Protocol):
    """Whoever does what happens without anybody asking."""

    def work(self) -> None:
        """Let it do what there is to do; one that does so by itself has nothing to do here."""


class LivingWorker:
    """``sluis worker``, as it runs for people."""

    def work(self) -> None:
        """It is at it already."""


@dataclass
class DyingWorker:
    """The worker that is killed at every step."""

    process: subprocess.Popen[str]
    deaths: list[str] = field(default_factory=list)
    """The steps it died at."""

    def work(self) -> None:
        """Let it die until one gets through."""
        assert self.process.stdin is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        self.deaths += self.heard()

    def heard(self) -> list[str]:
        """What it says next."""
        assert self.process.stdout is not None
        answer = self.process.stdout.readline()
        assert answer, f"a worker failed by itself: {self.process.wait()}"
        steps: list[str] = json.loads(answer)
        return steps


@contextmanager
def dying_worker(running: RunningHouse) -> Iterator[DyingWorker]:
    """Such a worker beside the servers, writing to the same log."""
    command = [sys.executable, "-m", "tests.journeys.dying_worker"]
    with (
        running.log.open("ab") as log,
        subprocess.Popen(
            command,
            env=dict(running.environ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        worker = DyingWorker(process)
        assert worker.heard() == []
        yield worker


@dataclass(frozen=True)
class World:
    """The running system, and everything it tells."""

    running: RunningHouse
    smtp: SmtpServer
    events: Receiver
    logouts: Receiver
    worker: Worker

    def now(self) -> datetime:
        """The time everybody lives in."""
        return self.running.now() + clock.offset(self.running.services)

    def move(self, **by: float) -> None:
        """Move the time on for everybody: days=, seconds=. When this returns every process lives in it."""
        with self.running.services.database.write() as db:
            sandbox_clock.add(db, timedelta(seconds=1, **by))
        self.running.house.clock.now = self.now()
        Event().wait(_OLD_TIME_S)

    def told(self, business: "Business") -> list[dict[str, Any]]:
        """The claims of every event pushed to a business, in order of arrival, verified with the published keys."""
        keys = self._keys()
        posts = _whole(self.events)
        assert all(post.headers["authorization"] == PUSH_SECRET for post in posts)
        tokens = [post.body for post in posts]
        read = [jwt.verify(token, keys=keys, algorithms=["RS256"], types=["secevent+jwt"]) for token in tokens]
        return [claims for claims in read if claims["aud"] == business.client_id]

    def signed_out(self, business: "Business") -> list[dict[str, Any]]:
        """The claims of every logout token a business was sent."""
        keys = self._keys()
        tokens = [parse_qs(post.body)["logout_token"][0] for post in _whole(self.logouts)]
        read = [jwt.verify(token, keys=keys, algorithms=["RS256"], types=["logout+jwt"]) for token in tokens]
        return [claims for claims in read if claims["aud"] == business.client_id]

    def _keys(self) -> Any:
        return public_keys(requests.get(f"{self.running.issuer}/jwks", timeout=_TIMEOUT_S).json())


def _whole(receiver: Receiver) -> list[Received]:
    """What arrived to its end: who is killed while it speaks leaves half a request, which nobody takes."""
    return [post for post in list(receiver.received) if len(post.body) == int(post.headers["content-length"])]


@dataclass(frozen=True)
class Business:
    """A business: its systems call the provider, and hear from it."""

    world: World
    business_id: str
    client_id: str
    contact: str

    def call(self, method: str, path: str, document: Any = None, **query: str) -> requests.Response:
        """Call an endpoint under /v1 as its client."""
        return requests.request(
            method,
            self.world.running.issuer + path,
            json=document,
            params=query,
            headers=basic(self.client_id, SECRET),
            timeout=_TIMEOUT_S,
        )

    def post(self, path: str, form: dict[str, str]) -> requests.Response:
        """Post a form as its client."""
        headers = basic(self.client_id, SECRET)
        return requests.post(self.world.running.issuer + path, data=form, headers=headers, timeout=_TIMEOUT_S)

    def listen(self) -> None:
        """Make a stream on which every event is pushed."""
        issuer = self.world.running.issuer
        form = {"grant_type": "client_credentials", "scope": "ssf.read ssf.manage"}
        token = self.post("/token", form).json()["access_token"]
        delivery = {
            "method": "urn:ietf:rfc:8935",
            "endpoint_url": self.world.events.url,
            "authorization_header": PUSH_SECRET,
        }
        document = {"delivery": delivery, "events_requested": EVERYTHING}
        made = requests.post(f"{issuer}/ssf/streams", json=document, headers=bearer(token), timeout=_TIMEOUT_S)
        assert made.status_code == 201, made.text

    def log_in(self, person: Traveller, level: str, extras: list[str]) -> dict[str, Any]:
        """Let the person choose a level at the picker; the tokens that come of it."""
        asked = {
            "client_id": self.client_id,
            "redirect_uri": REDIRECT_URI,
            "response_type": "code",
            "scope": "openid profile email address offline_access identity:low identity:medium identity:high",
            "state": "s",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            "authorization_details": json.dumps([PERMISSION.as_detail()]),
        }
        at = person.get("/authorize", params=asked)
        while "/consent/" not in at.url:
            assert at.status_code == 303, at.text
            at = person.get(at.headers["Location"])
        fields = page(at)["picker"].fields()
        at = person.post(at.url, {**fields, "profile": level, "extra": extras, "decision": "share"})
        while not at.headers["Location"].startswith(REDIRECT_URI):
            at = person.get(at.headers["Location"])
        (code,) = parse_qs(urlsplit(at.headers["Location"]).query)["code"]
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": REDIRECT_URI,
            "code_verifier": VERIFIER,
        }
        return self._tokens(self.post("/token", form))

    def refresh(self, tokens: dict[str, Any]) -> dict[str, Any]:
        """New tokens for old."""
        form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        return {**tokens, **self._tokens(self.post("/token", form))}

    def userinfo(self, tokens: dict[str, Any]) -> requests.Response:
        """What the person shares now."""
        headers = bearer(tokens["access_token"])
        return requests.get(f"{self.world.running.issuer}/userinfo", headers=headers, timeout=_TIMEOUT_S)

    def cases(self) -> list[dict[str, Any]]:
        """Every erasure case it has."""
        found: list[dict[str, Any]] = self.call("GET", "/v1/cases").json()["cases"]
        return found

    def receipts(self, grant_id: str) -> list[str]:
        """The signed bytes of every receipt it holds of a grant."""
        answer = self.call("GET", f"/v1/receipts/{grant_id}")
        assert answer.status_code == 200, answer.text
        return [each["receipt"] for each in answer.json()["receipts"]]

    def _tokens(self, answer: requests.Response) -> dict[str, Any]:
        assert answer.status_code == 200, answer.text
        members: dict[str, Any] = answer.json()
        return members


def open_business(world: World, name: str, **low: Any) -> Business:
    """A business that an operator applied, and that listens; ``low`` changes its use at level low."""
    house = world.running.house
    intended = {**INTENDED_USE, "low": {**INTENDED_USE["low"], **low}}
    business_id = add_business(house, name=name, intended_use=intended)
    contact = f"privacy@{name.lower()}.example"
    with house.services.database.write() as db:
        details = {"privacy_contact": contact, "country": "NL"}
        db.execute(update(businesses).where(businesses.c.id == business_id).values(details=details))
    client_id = add_client(
        house,
        business_id=business_id,
        grant_types=GRANTS,
        scope=f"{SCOPE} profile email address phone",
        backchannel_logout_uri=world.logouts.url,
    )
    business = Business(world, business_id, client_id, contact)
    business.listen()
    return business
