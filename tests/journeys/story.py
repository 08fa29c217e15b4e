"""The story of one data relation, act by act, as the person and the businesses live it; every act checks what it did.

After each act the worker has its turn. What is checked is the same whether that worker lives, or dies at every step.
"""

import io
import json
import subprocess
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from jsonschema import Draft202012Validator
from sqlalchemy import select

from app.cli.demo import SLUIS
from app.domain.events import EventType
from app.services import erasure_ledger
from app.services.receipts import receipt_digest
from app.settings import ROOT
from app.storage.tables.people import person_keys
from tests.journeys.relation import Business, DyingWorker, World, open_business
from tests.journeys.traveller import Traveller, page
from tests.servers.running import wait_until
from tests.servers.visitor import PASSWORD

EMAIL = "wielewaal3c@canary.example"
NAME = {"name": "Zoete Wielewaal-9b", "given_name": "Wielewaalvoornaam", "family_name": "Wielewaalachternaam"}
STREET, OTHER_STREET, TOWN = "Wielewaalstraat", "Wielewaalgracht", "Wielewaaldam"
IBAN, HOLDER = "NL91ABNA0417164300", "W. Wielewaalrekening"
CARD = "8700412396317"
TILL, BOUGHT, NUMBER = "Wielewaalfiliaal", "Wielewaalzaad", "wielewaal-bon-7731"
LAW, MESSAGE = "Wielewaalwet artikel 52", "Beste wielewaal, dit moeten we bewaren."
CANARIES = frozenset(
    {
        EMAIL,
        PASSWORD,
        *NAME.values(),
        STREET,
        OTHER_STREET,
        TOWN,
        IBAN,
        HOLDER,
        CARD,
        TILL,
        BOUGHT,
        NUMBER,
        LAW,
        MESSAGE,
    }
)
GIVEN = [EventType.CONSENT_CHANGED]
CORRECTED = [EventType.DATA_CHANGED, EventType.TOKEN_CLAIMS_CHANGE]
NARROWED = [EventType.CONSENT_CHANGED, EventType.TOKEN_CLAIMS_CHANGE]
ERASED = [EventType.CONSENT_WITHDRAWN, EventType.ERASURE_REQUESTED, EventType.SESSION_REVOKED]
EXPIRED = [EventType.SESSION_REVOKED, EventType.CONSENT_EXPIRED, EventType.ERASURE_REQUESTED]


@dataclass
class Story:
    """Where it stands. The market is given level high, the library level low for half a year, the bakery for longer."""

    world: World
    folder: Path
    person: Traveller
    market: Business
    library: Business
    bakery: Business
    tokens: dict[str, Any] = field(default_factory=dict)
    given_at: str = ""
    bakery_tokens: dict[str, Any] = field(default_factory=dict)
    receipts: list[str] = field(default_factory=list)
    wrapped_key: bytes = b""
    """What opens everything the person kept, with the secrets of the installation."""

    def heard(self, business: Business, kinds: list[EventType]) -> list[dict[str, Any]]:
        """Wait until a business has heard of one more act, of these events and no others; the events as they came.

        One event a token, one ``txn`` an act. A token that comes a second time is the first one again.
        """
        self.world.worker.work()

        def fresh() -> dict[str, dict[str, Any]]:
            known = self._acts.get(business.client_id, set())
            return {each["jti"]: each for each in self.world.told(business) if each["txn"] not in known}

        wait_until(lambda: len(fresh()) >= len(kinds))
        events = fresh()
        assert sorted(kind for each in events.values() for kind in each["events"]) == sorted(kinds)
        (txn,) = {each["txn"] for each in events.values()}
        self._acts.setdefault(business.client_id, set()).add(txn)
        return [each["events"][kind] for each in events.values() for kind in each["events"]]

    def mail(self, recipient: str, count: int) -> str:
        """The text of the latest of so many different mails to somebody."""
        self.world.worker.work()
        wait_until(lambda: len(self.mails(recipient)) >= count)
        assert len(self.mails(recipient)) == count
        return list(self.mails(recipient).values())[-1].get_content()

    def mails(self, recipient: str) -> dict[str, Any]:
        """The mails to somebody by Message-ID: one that arrives twice is one to its reader."""
        arrived = [each for each in list(self.world.smtp.messages) if recipient in str(each["To"])]
        return {str(each["Message-ID"]): each for each in arrived}

    _acts: dict[str, set[str]] = field(default_factory=dict)


def begin(world: World, folder: Path) -> Story:
    """An account with facts, confirmed by the link in a real mail; three businesses that listen."""
    person = Traveller(world.running.issuer)
    businesses = (
        open_business(world, "Sluismarkt"),
        open_business(world, "Bibliotheek", retention="P6M"),
        open_business(world, "Bakkerij"),
    )
    story = Story(world, folder, person, *businesses)
    person.post("/register", {"email": EMAIL, "password": PASSWORD})
    text = story.mail(EMAIL, 1)
    (link,) = [line for line in text.splitlines() if "/confirm/" in line]
    person.post(urlsplit(link).path, {})
    _sign_in(story)
    address = {"address-country": "NL", "address-postal_code": "1015CJ", "address-house_number": "12"}
    payment = {"payment_account-method": "ideal", "payment_account-iban": IBAN, "payment_account-holder": HOLDER}
    for group, form in {
        "name": NAME,
        "address": {**address, "address-street": STREET, "address-locality": TOWN},
        "payment": payment,
    }.items():
        assert person.post(f"/facts/edit/{group}", form).status_code == 303, group
    return story


def give(story: Story) -> None:
    """Level high at the market; the two others get level low."""
    story.tokens = story.market.log_in(story.person, "high", ["name"])
    story.given_at = story.world.now().isoformat()
    story.library.log_in(story.person, "low", [])
    story.bakery_tokens = story.bakery.log_in(story.person, "low", [])
    claims = story.market.userinfo(story.tokens).json()
    assert (claims["email"], claims["name"]) == (EMAIL, NAME["name"])
    assert STREET in claims["address"]["street_address"]
    (event,) = story.heard(story.market, GIVEN)
    assert event["level"] == "high"
    for other in (story.library, story.bakery):
        story.heard(other, GIVEN)


def buy(story: Story) -> None:
    """At the till: the card is scanned, collecting is allowed, the purchase is in the person's vault."""
    market = story.market
    story.tokens = market.refresh(story.tokens)
    sub = market.userinfo(story.tokens).json()["sub"]
    assert market.call("PUT", f"/v1/loyalty-numbers/{CARD}", {"sub": sub}).status_code == 201
    assert _may_collect(market)
    deposit = {
        "loyalty_number": CARD,
        "type": "purchase",
        "channel": "store",
        "purpose": "loyalty",
        "occurred_at": story.given_at,
        "external_id": NUMBER,
        "content": {"store": TILL, "items": [{"name": BOUGHT, "price": "3.98"}], "total": "3.98", "currency": "EUR"},
    }
    kept = [market.call("POST", "/v1/deposits", deposit) for _ in range(2)]
    assert [each.status_code for each in kept] == [201, 200]
    assert len({each.json()["id"] for each in kept}) == 1, "the till that sends again keeps one"
    assert BOUGHT in story.person.get(f"/vault/business/{market.business_id}").text


def correct(story: Story) -> None:
    """The person moves house: the market is told which field, and reads the new value; nobody else is told."""
    story.tokens = story.market.refresh(story.tokens)
    form = page(story.person.get("/facts/edit/address"))
    assert "Sluismarkt" in form.words, "the page says who will be told"
    assert "Bakkerij" not in form.words
    edited = {**form.all("form", id="facts")[0].fields(), "address-street": OTHER_STREET}
    assert story.person.post("/facts/edit/address", edited).status_code == 303
    assert OTHER_STREET in str(story.market.userinfo(story.tokens).json()["address"]), "at once, before any event"
    for event in story.heard(story.market, CORRECTED):
        assert "address" in event["claims"]
    assert OTHER_STREET in str(story.market.userinfo(story.tokens).json()["address"]), "as who was told reads it"


def step_down(story: Story) -> None:
    """Down to low: the token that is out returns less at the very next call, and nothing more may be collected."""
    story.tokens = story.market.refresh(story.tokens)
    assert "address" in story.market.userinfo(story.tokens).json()
    assert _may_collect(story.market)
    path = f"/sharing/{story.tokens['grant_id']}/level"
    (way,) = [form for form in page(story.person.get(path)).all("form") if form.fields().get("level") == ["low"]]
    assert story.person.post(path, way.fields()).status_code == 303
    claims = story.market.userinfo(story.tokens).json()
    assert claims.keys() & {"email", "address"} == {"email"}
    assert not _may_collect(story.market)
    events = story.heard(story.market, NARROWED)
    assert {each.get("level") for each in events} == {"low", None}


def stop_and_erase(story: Story) -> None:
    """One click: no token works any more, one case is opened, and one act is told with one ``txn``."""
    market = story.market
    story.tokens = market.refresh(story.tokens)
    assert market.userinfo(story.tokens).status_code == 200
    asked = [story.person.post(f"/cases/ask/{story.tokens['grant_id']}", {}) for _ in range(2)]
    assert len({each.headers["Location"] for each in asked}) == 1, "a second click finds the case of the first"
    assert market.userinfo(story.tokens).status_code == 401
    assert market.post("/introspect", {"token": story.tokens["access_token"]}).json() == {"active": False}
    refreshed = {"grant_type": "refresh_token", "refresh_token": story.tokens["refresh_token"]}
    assert market.post("/token", refreshed).json()["error"] == "invalid_grant"
    events = story.heard(market, ERASED)
    (case,) = market.cases()
    assert case["case_id"] in [each.get("case_id") for each in events]
    assert case["grant_id"] == story.tokens["grant_id"]
    wait_until(lambda: len(story.world.signed_out(market)) > 0)
    assert "/cases/answer/" in story.mail(market.contact, 1)


def answer(story: Story) -> None:
    """The market keeps the address: which item, on which ground, by which law, until when. The person reads it."""
    (case,) = story.market.cases()
    kept = {"item": "address", "ground": "legal_duty", "law": LAW, "until": "2033-12-31"}
    document = {"state": "partially_refused", "refusals": [kept], "message": MESSAGE}
    told = [story.market.call("POST", f"/v1/cases/{case['case_id']}/answers", document) for _ in range(2)]
    assert [each.status_code for each in told] == [200, 200]
    assert f"/cases/{case['case_id']}" in story.mail(EMAIL, 2)
    shown = page(story.person.get(f"/cases/{case['case_id']}")).words
    for words in ("Sluismarkt", LAW, MESSAGE, "2033"):
        assert words in shown


def compare_receipts(story: Story) -> None:
    """Both sides hold the same bytes, a chain, and need nobody to believe them."""
    grant_id = story.tokens["grant_id"]
    story.receipts = story.market.receipts(grant_id)
    own = [story.person.get(f"/receipts/{grant_id}/{version}.jws").text for version in range(1, 5)]
    assert own == story.receipts
    keys = story.folder / "keys.json"
    keys.write_text(requests.get(f"{story.world.running.issuer}/receipts/keys", timeout=30).text)
    files = [story.folder / f"{number}.jws" for number in range(len(own))]
    for file, receipt in zip(files, own, strict=True):
        file.write_text(receipt)
    command = [*SLUIS, "receipts", "verify", *map(str, files), "--jwks", str(keys)]
    said = subprocess.run(command, capture_output=True, text=True, check=True, env={"LC_ALL": "C.UTF-8"})
    lines = said.stdout.splitlines()
    acts = [line.partition("valid. ")[2].split()[0] for line in lines[: len(own)]]
    assert acts == ["give", "change", "withdraw", "erase"]
    following = [f"follows {before}." for before in files[:-1]]
    assert [line.partition(": ")[2] for line in lines[len(own) :]] == ["the first receipt of its chain.", *following]
    assert len({receipt_digest(each) for each in own}) == len(own)


def export(story: Story) -> None:
    """Everything, prepared by the worker, fetched through the link, in the documented form."""
    assert story.person.post("/account/export", {"current": PASSWORD}).status_code == 303
    story.world.worker.work()
    wait_until(lambda: 'id="export-ready"' in story.person.get("/account/export").text)
    link = page(story.person.get("/account/export"))["export-download"].attributes["href"]
    with zipfile.ZipFile(io.BytesIO(story.person.get(link).content)) as archive:
        data, readable = json.loads(archive.read("data.json")), archive.read("data.html").decode()
    schema = json.loads((ROOT / "docs" / "export.schema.json").read_text("utf-8"))
    assert [fault.message for fault in Draft202012Validator(schema).iter_errors(data)] == []
    facts = {each["claim"]: each["value"] for each in data["personas"][0]["facts"]}
    assert OTHER_STREET in facts["address"]["street_address"]
    versions = {each["business"]: each["versions"] for each in data["grants"]}
    assert [each["receipt"] for each in versions["Sluismarkt"]] == story.receipts
    assert [each["answers"][0]["refusals"][0]["law"] for each in data["cases"]] == [LAW]
    assert [each["content"]["store"] for each in data["deposits"]] == [TILL]
    for value in CANARIES - {PASSWORD, CARD, STREET, IBAN}:
        assert value in readable + json.dumps(data, ensure_ascii=False), value


def expire(story: Story) -> None:
    """The library's half year runs out: the person is asked in time, and silence is the end."""
    story.world.move(days=175)
    assert "/extend" in story.mail(EMAIL, 3)
    story.world.move(days=10)
    assert "/sharing/" in story.mail(EMAIL, 4)
    story.heard(story.library, EXPIRED)
    (case,) = story.library.cases()
    assert case["reason"] == "expired"
    story.mail(story.library.contact, 1)


def leave(story: Story) -> None:
    """Account erasure: the business that still had something is told and asked, and nobody can sign in."""
    story.person = Traveller(story.world.running.issuer)
    _sign_in(story)
    story.bakery_tokens = story.bakery.refresh(story.bakery_tokens)
    assert story.bakery.userinfo(story.bakery_tokens).json()["email"] == EMAIL
    with story.world.running.services.database.read() as db:
        story.wrapped_key = db.execute(select(person_keys.c.wrapped_key)).scalar_one()
    ledger = Path(story.world.running.environ["SLUIS_DATA_FOLDER"], erasure_ledger.FILE)
    if isinstance(story.world.worker, DyingWorker):
        ledger.mkdir()  # the server cannot finish what it begins: the worker has to
        stranger = Traveller(story.person.issuer)
        stranger.post("/register", {"email": EMAIL, "password": PASSWORD})  # mail to somebody who will be gone
        stranger.post("/recover", {"email": EMAIL})
    assert story.person.post("/account/erase", {"current": PASSWORD}).headers["Location"] == "/account/erased"
    assert story.bakery.userinfo(story.bakery_tokens).status_code == 401
    if ledger.is_dir():
        ledger.rmdir()
    story.heard(story.bakery, ERASED)
    (case,) = story.bakery.cases()
    assert case["reason"] == "account_erased"
    story.mail(story.bakery.contact, 1)
    assert story.person.post("/sign-in", {"email": EMAIL, "password": PASSWORD}).status_code != 303
    assert story.market.receipts(story.tokens["grant_id"]) == story.receipts, "the proof stays with the business"


ACTS = (give, buy, correct, step_down, stop_and_erase, answer, compare_receipts, export, expire, leave)


def happened_once(story: Story) -> None:
    """Every act was told once: one event of each kind, one mail of each kind, one case, one receipt."""
    story.world.worker.work()
    for business, kinds in (
        (story.market, [*GIVEN, *CORRECTED, *NARROWED, *ERASED]),
        (story.library, [*GIVEN, *EXPIRED]),
        (story.bakery, [*GIVEN, *ERASED]),
    ):
        events = {each["jti"]: each for each in story.world.told(business)}
        assert Counter(kind for each in events.values() for kind in each["events"]) == Counter(kinds)
        assert len(business.cases()) == 1
        assert len(story.mails(business.contact)) == 1
    assert len({each["jti"] for each in story.world.signed_out(story.market)}) == 1
    subjects = [str(each["Subject"]) for each in story.mails(EMAIL).values()]
    assert len(subjects) == len(set(subjects)) == 4


def _sign_in(story: Story) -> None:
    assert story.person.post("/sign-in", {"email": EMAIL, "password": PASSWORD}).status_code == 303


def _may_collect(market: Business) -> bool:
    asked = {"loyalty_number": CARD, "channel": "store", "purpose": "loyalty", "datatype": "purchase"}
    answered = market.call("POST", "/v1/consent/check", asked)
    assert answered.status_code == 200, answered.text
    return bool(answered.json()["allowed"])
