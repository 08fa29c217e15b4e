"""Passwords of accounts: whether one is right, counted before it is looked at; whether a new one will do."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from app.crypto.password_strength import Weakness, weakness
from app.domain.grants import Standing
from app.services import throttles
from app.services.throttles import Attempt, Limit
from app.services.wiring import Services
from app.storage import people
from app.storage.emails import SignInAccount


class Wrong(Exception):
    """Not the password, or nobody's. ``wait_s`` above 0: too many tries, and this one was not looked at."""

    def __init__(self, wait_s: int = 0) -> None:
        super().__init__("wait" if wait_s else "wrong")
        self.wait_s = wait_s


class TooWeak(Exception):
    """A new password will not do."""

    def __init__(self, weakness: Weakness) -> None:
        super().__init__(weakness.value)
        self.weakness = weakness


def hashed(services: Services, password: str, personal: Iterable[str]) -> str:
    """The hash of a new password, judged first with what others may know of its person; raises ``TooWeak``."""
    require_strong(password, personal)
    return services.passwords.hash(password)


def require_strong(password: str, personal: Iterable[str]) -> None:
    """Raise ``TooWeak`` for a password that will not do for a person of whom others may know this."""
    weak = weakness(password, personal=[text for text in personal if text])
    if weak is not None:
        raise TooWeak(weak)


def attempts(services: Services, account: bytes | str, source: str) -> tuple[Attempt, ...]:
    """The limits one try counts against: the account's, existing or not, and the network source's."""
    login = services.settings.login
    return (
        Attempt(Limit("password-account", login.failures_per_account, login.window_s), account),
        Attempt(Limit("password-source", login.failures_per_source, login.window_s), throttles.network(source)),
    )


def attempts_of_browser(services: Services, browser: str) -> tuple[Attempt, ...]:
    """The limit for a browser the account knows: its own, whatever others try."""
    login = services.settings.login
    return (Attempt(Limit("password-browser", login.failures_per_account, login.window_s), browser),)


def check(
    services: Services,
    account: SignInAccount | None,
    password: str,
    tried: tuple[Attempt, ...],
    now: datetime,
) -> SignInAccount:
    """The account when this is its password and it may act; raises ``Wrong`` otherwise. Good tries do not count.

    Looking takes time: whoever acts on it asks ``require_still`` in the transaction of the act.
    """
    wait_s = throttles.count(services, tried, now)
    if wait_s:
        raise Wrong(wait_s)
    stored = None if account is None else account.password_hash
    if stored is None:
        services.passwords.verify_nobody(password)
        raise Wrong
    if not services.passwords.verify(stored, password):
        raise Wrong
    if account is None or account.standing is not Standing.ACTIVE:
        raise Wrong
    throttles.give_back(services, tried)
    if services.passwords.needs_rehash(stored):
        fresh = services.passwords.hash(password)
        with services.database.write() as db:
            people.rehash(db, account.person_id, stored, fresh)
        return replace(account, password_hash=fresh)
    return account


def require_still(db: Connection, proved: SignInAccount) -> None:
    """Raise ``Wrong`` when the password that proved the person was replaced since: what replaced it ended all of it."""
    if not people.has_password(db, proved.person_id, proved.password_hash):
        raise Wrong
