"""Reads a logout request of a client (OpenID Connect RP-Initiated Logout 1.0): who is meant, and where to go after it.

Ends nothing: whether the person at the browser is the one meant, and agrees, is the web's question.
"""

from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from app.domain.clients import Client
from app.domain.errors import Refusal
from app.domain.grants import Standing
from app.protocol.id_token_hint import Hint, read_hint
from app.protocol.parameters import Parameters
from app.services.sessions import Session
from app.services.wiring import Services
from app.storage import clients, subjects

_PARAMETERS = ("id_token_hint", "client_id", "post_logout_redirect_uri", "state", "ui_locales", "logout_hint")

AGAIN = "again"
"""The parameter of our own that holds a request which came without the cookie."""
_PURPOSE = "logout"
_AGAIN_S = 60


@dataclass(frozen=True)
class Logout:
    """A logout request that may be acted on. Without a hint nobody vouches for it."""

    hint: Hint | None = None
    client: Client | None = None
    return_to: str | None = field(default=None, repr=False)
    """The registered address to go to afterwards, ``state`` added; None when there is none to be trusted."""
    turned_down: bool = False
    """An address was asked for that the hinted client did not register."""
    fresh: bool = False
    """The ID token has not expired: it was issued minutes ago."""


def read_logout(services: Services, parameters: Parameters, now: datetime) -> Logout:
    """The request; Refusal invalid_request for a hint that is not ours or of another client (§2, §4)."""
    parameters.refuse_repeated()
    token, client_id = parameters.get("id_token_hint"), parameters.get("client_id")
    if token is None:
        return Logout()
    hint = read_hint(token, services.settings.issuer, services.keys.ring(now))
    if client_id is not None and client_id not in hint.client_ids:
        raise Refusal("invalid_request", "The id_token_hint was issued to another client.")
    client = _client(services, client_id or next(iter(sorted(hint.client_ids)), ""))
    wanted = parameters.get("post_logout_redirect_uri")
    if wanted is None:
        return Logout(hint, client)
    if client is None or wanted not in client.post_logout_redirect_uris:
        return Logout(hint, client, turned_down=True)
    fresh = now.timestamp() < hint.expires_at
    return Logout(hint, client, _with_state(wanted, parameters.get("state")), fresh=fresh)


def kept(parameters: Parameters) -> dict[str, str]:
    """Those of a logout request, to be sent once more."""
    return {name: parameters.values[name] for name in _PARAMETERS if name in parameters.values}


def sealed(services: Services, parameters: Parameters, now: datetime) -> str:
    """The request as a handle for a URL of our own: an ID token may hold what a URL never shows.

    One too long for a handle goes without its ID token: then the person is asked.
    """
    sealer, until = services.keys.sealer(now), int(now.timestamp()) + _AGAIN_S
    try:
        return sealer.seal(_PURPOSE, {"e": until, "p": kept(parameters)})
    except ValueError:
        return sealer.seal(_PURPOSE, {"e": until, "p": {}})


def unsealed(services: Services, handle: str, now: datetime) -> Parameters:
    """The request of a handle; Refusal invalid_request for one that is not ours or too old."""
    content = services.keys.sealer(now).open(_PURPOSE, handle)
    if content is None or int(now.timestamp()) >= content["e"]:
        raise Refusal("invalid_request", "The logout request has expired.")
    return Parameters(content["p"])


def is_hinted(services: Services, logout: Logout, session: Session) -> bool:
    """Whether the session is of the person the hint names, so that the client may end it without asking (§2)."""
    if logout.hint is None or logout.client is None:
        return False
    with services.database.read() as db:
        subject = subjects.find(db, logout.client.sector, logout.hint.sub)
    return subject is not None and subject.person_id == session.person_id


def _client(services: Services, client_id: str) -> Client | None:
    with services.database.read() as db:
        client = clients.find(db, services.policy, client_id)
    return client if client is not None and client.standing is Standing.ACTIVE else None


def _with_state(uri: str, state: str | None) -> str:
    """Nothing but ``state`` is added (§3)."""
    if state is None:
        return uri
    return f"{uri}{'&' if '?' in uri else '?'}{urlencode({'state': state})}"
