"""The least valid things to test with: a business and its client, a person, a browser signed in, a grant."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient
from sqlalchemy import insert

from app.crypto.digests import digest
from app.domain.authorization_request import AuthorizationRequest
from app.domain.client_addresses import origin
from app.domain.clients import Client
from app.domain.grants import Grant
from app.domain.levels import Level
from app.domain.stored_request import StoredRequest
from app.services import authorization_requests, consents, people, proposals, sessions
from app.services.consents import Choice
from app.services.receipts import Notice
from app.services.sessions import ACR_PASSWORD, AMR_PASSWORD, Session
from app.services.wiring import Services
from app.storage import clients as client_rows
from app.storage.tables.parties import businesses, client_origins, clients
from tests.servers.house import House

REDIRECT_URI = "https://shop.example/callback"
ALL_SCOPES = "openid profile email address phone offline_access identity:low identity:medium identity:high"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
"""The S256 example of RFC 7636 Appendix B; its verifier is ``VERIFIER``."""
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

INTENDED_USE: dict[str, Any] = {
    "low": {
        "purposes": ["account", "service"],
        "retention": "P1Y",
        "ground": "consent",
        "required": ["email"],
        "optional": ["name"],
        "benefit": {"nl": "Inloggen", "en": "Log in"},
    },
    "medium": {
        "purposes": ["delivery", "payment"],
        "retention": "P1Y",
        "ground": "contract",
        "required": ["address"],
        "optional": ["phone_number"],
        "benefit": {"nl": "Bestellen", "en": "Order"},
    },
    "high": {
        "purposes": ["loyalty"],
        "retention": "P6M",
        "ground": "consent",
        "required": [],
        "optional": ["birthdate"],
        "benefit": {"nl": "Sparen", "en": "Collect points"},
        "omnichannel_collection": {
            "channels": ["web", "store"],
            "datatypes": ["purchase", "visit"],
            "purposes": ["loyalty"],
            "retention": "P6M",
        },
    },
}

FACTS: dict[str, Any] = {
    "name": "Nora Canary",
    "given_name": "Nora",
    "family_name": "Canary",
    "address": {
        "street_address": "Sluisweg 12",
        "postal_code": "1234 AB",
        "locality": "Utrecht",
        "country": "NL",
        "formatted": "Sluisweg 12\n1234 AB Utrecht\nNL",
    },
    "phone_number": "+31612345678",
    "birthdate": "1990-04-02",
}


@dataclass(frozen=True)
class Shopper:
    """A person with an account, and their first persona."""

    id: str
    persona_id: str
    email: str = field(repr=False)


def add_business(house: House, *, verified: bool = True, intended_use: Any = INTENDED_USE, name: str = "Shop") -> str:
    """A business; its id."""
    business_id = uuid4().hex
    row = {
        "id": business_id,
        "name": name,
        "website": "https://shop.example",
        "details": {},
        "intended_use": intended_use,
        "verified": verified,
        "standing": "active",
        "created_at": house.clock.now,
        "updated_at": house.clock.now,
    }
    with house.services.database.write() as db:
        db.execute(insert(businesses).values(**row))
    return business_id


def add_client(
    house: House,
    *,
    business_id: str | None = None,
    verified: bool = True,
    intended_use: Any = INTENDED_USE,
    secret: str | None = "shop-secret-shop-secret-shop-secret",
    standing: str = "active",
    **metadata: Any,
) -> str:
    """A client, of a business of its own unless told which; keyword arguments are registered metadata. Its id."""
    business_id = business_id or add_business(house, verified=verified, intended_use=intended_use)
    client_id = uuid4().hex
    registered = {
        "redirect_uris": [REDIRECT_URI],
        "token_endpoint_auth_method": "client_secret_basic" if secret else "none",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "scope": ALL_SCOPES,
        **metadata,
    }
    row = {
        "id": client_id,
        "business_id": business_id,
        "sector": business_id,
        "metadata": registered,
        "secrets": [[digest(secret).hex(), None]] if secret else [],
        "registration_digest": None,
        "standing": standing,
        "created_at": house.clock.now,
        "updated_at": house.clock.now,
    }
    with house.services.database.write() as db:
        db.execute(insert(clients).values(**row))
        for known in {origin(uri) for uri in registered["redirect_uris"]} - {None}:
            db.execute(insert(client_origins).values(origin=known, client_id=client_id))
    return client_id


def client_of(house: House, client_id: str) -> Client:
    """The client as the house sees it."""
    with house.services.database.read() as db:
        found = client_rows.find(db, house.services.policy, client_id)
    assert found is not None
    return found


def add_person(house: House, email: str | None = None, **facts: Any) -> Shopper:
    """A person with a confirmed address and ``FACTS``; keyword arguments are facts beside or instead of those."""
    email = email or f"nora.{uuid4().hex[:8]}@canary.example"
    with house.services.database.write() as db:
        new = people.NewPerson(email, None, "en", FACTS | facts, confirmed=True)
        made = people.create(house.services, db, new, house.clock.now)
    return Shopper(made.person_id, made.persona_id, email)


def open_session(
    services: Services, person_id: str, *, acr: str, amr: frozenset[str], now: datetime
) -> tuple[Session, str]:
    """A session, and the secret its cookie holds."""
    with services.database.write() as db:
        return sessions.open_in(services, db, person_id, acr=acr, amr=amr, now=now)


def sign_in(house: House, browser: FlaskClient, person: Shopper) -> Session:
    """Sign the person in in this browser."""
    session, secret = open_session(house.services, person.id, acr=ACR_PASSWORD, amr=AMR_PASSWORD, now=house.clock.now)
    browser.set_cookie("sluis-session", secret)
    return session


def a_request(house: House, client_id: str, **asked: Any) -> AuthorizationRequest:
    """The least request a client can make; keyword arguments are its other fields."""
    values: dict[str, Any] = {
        "client_id": client_id,
        "redirect_uri": REDIRECT_URI,
        "scopes": frozenset({"openid", "identity:low"}),
        "created_at": house.clock.now,
    }
    return AuthorizationRequest(**(values | asked))


def share(
    house: House,
    person: Shopper,
    client_id: str,
    level: Level = Level.LOW,
    *,
    ticked: frozenset[str] = frozenset(),
    **asked: Any,
) -> Grant:
    """Let the person share at a level, on a request of its own."""
    request, now = a_request(house, client_id, **asked), house.clock.now
    handle = authorization_requests.open(house.services, request, b"browser", now)
    stored = authorization_requests.load(house.services, handle, b"browser", now)
    return decide(house, person, stored, level, ticked)


def decide(
    house: House, person: Shopper, stored: StoredRequest, level: Level, ticked: frozenset[str] = frozenset()
) -> Grant:
    """Let the person share on a stored request, by the decision their picker takes."""
    services, request, now = house.services, stored.request, house.clock.now
    client = client_of(house, request.client_id)
    with services.database.read() as db:
        cards = proposals.cards(services, db, request, client, person.id, person.persona_id, now, ticked=ticked)
    card = next(card for card in cards if card.proposal.level is level)
    choice = Choice(person.persona_id, level, ticked, card.shown)
    return consents.give(services, stored.id, request, client, person.id, choice, Notice("en", "Test"), now)
