"""Access tokens of a client acting for itself: sealed handles of their own kind, in which no person has a part."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from app.crypto.digests import digest
from app.domain.client_scopes import CLIENT_CREDENTIALS
from app.domain.clients import Client
from app.domain.grants import Standing
from app.services.wiring import Services
from app.storage import clients, denials

_PURPOSE = "client_access"


@dataclass(frozen=True)
class ClientToken:
    """What such a token says of itself."""

    client_id: str
    scopes: frozenset[str]
    issued_at: datetime
    expires_at: datetime
    digest: bytes = field(repr=False)


def issue(services: Services, client: Client, scopes: frozenset[str], now: datetime) -> str:
    """The handle a client gets. Nothing is stored."""
    life = timedelta(seconds=services.settings.tokens.access_token_s)
    content = {
        "c": client.id,
        "s": " ".join(sorted(scopes)),
        "t": int(now.timestamp()),
        "e": int((now + life).timestamp()),
    }
    return services.keys.sealer(now).seal(_PURPOSE, content)


def read(services: Services, text: str, now: datetime) -> ClientToken | None:
    """A token of this kind that has not expired, or None for anything else."""
    content = services.keys.sealer(now).open(_PURPOSE, text)
    if content is None:
        return None
    expires_at = datetime.fromtimestamp(content["e"], UTC)
    if now >= expires_at:
        return None
    issued_at = datetime.fromtimestamp(content["t"], UTC)
    return ClientToken(content["c"], frozenset(content["s"].split()), issued_at, expires_at, digest(text))


def use(services: Services, text: str, now: datetime) -> tuple[Client, ClientToken] | None:
    """Whose token this is, with the scopes it opens now; None for one that is dead, denied, or of a client that is out.

    What the client has registered since narrows it at once.
    """
    token = read(services, text, now)
    if token is None:
        return None
    with services.database.read() as db:
        client = clients.find(db, services.policy, token.client_id)
        denied = denials.holds(db, token.digest)
    if client is None or client.standing is not Standing.ACTIVE or denied:
        return None
    if client.public or CLIENT_CREDENTIALS not in client.grant_types:
        return None
    return client, replace(token, scopes=token.scopes & client.scopes)
