"""Signing in with e-mail address and password, and proving again who one is."""

from dataclasses import dataclass, field
from datetime import datetime

from app.services import addresses, credentials, known_browsers, sessions
from app.services.sessions import Session
from app.services.wiring import Services
from app.storage import emails


@dataclass(frozen=True)
class SignedIn:
    """A live session and the secret for its cookie."""

    session: Session
    secret: str = field(repr=False)
    browser: str = field(repr=False)
    """What the browser keeps to be known again."""


def sign_in(
    services: Services,
    email: str,
    password: str,
    *,
    source: str,
    over: Session | None,
    now: datetime,
    browser: str = "",
) -> SignedIn:
    """Open a session; raises ``credentials.Wrong`` and says nothing about whether the account exists.

    ``over`` is the session this browser has: the same person's gets a new secret and time of authentication,
    another person's ends. ``browser`` is what the browser kept: one the account knows has tries of its own,
    which nobody else can use up.
    """
    index = addresses.index(services, email)
    with services.database.read() as db:
        account = emails.account(db, index)
    known = known_browsers.is_marked(services, index, browser)
    tried = (
        credentials.attempts_of_browser(services, browser) if known else credentials.attempts(services, index, source)
    )
    proved = credentials.check(services, account, password, tried, now)
    person_id = proved.person_id
    kept = browser if known else known_browsers.mark(services, index)
    acr, amr = sessions.ACR_PASSWORD, sessions.AMR_PASSWORD
    with services.database.write() as db:
        credentials.require_still(db, proved)
        if over is not None and over.person_id == person_id:
            return SignedIn(*sessions.renew_in(services, db, over, acr=acr, amr=amr, now=now), kept)
        if over is not None:
            sessions.end_in(services, db, over.id, now)
        return SignedIn(*sessions.open_in(services, db, person_id, acr=acr, amr=amr, now=now), kept)
