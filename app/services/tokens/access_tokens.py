"""Access tokens: opaque sealed handles. They hold what was pinned when they were issued, and no personal value."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from app.crypto.digests import digest
from app.domain.levels import Level
from app.domain.release import Asked
from app.services.release import Bearer
from app.services.wiring import Services

_PURPOSE = "access"


@dataclass(frozen=True)
class AccessToken:
    """What an access token says of itself. Whether its grant still lives is for ``release.open_grant``."""

    client_id: str
    grant_id: str
    level: Level
    scopes: frozenset[str]
    asked: Asked
    origin: bytes = field(repr=False)
    session_id: str | None
    issued_at: datetime
    expires_at: datetime
    digest: bytes = field(default=b"", repr=False)

    @property
    def bearer(self) -> Bearer:
        """What the gate asks of it."""
        return Bearer(
            self.client_id,
            self.grant_id,
            self.level,
            self.scopes,
            self.asked,
            self.origin,
            self.digest,
            self.session_id,
        )


def seal(services: Services, token: AccessToken, now: datetime) -> str:
    """The handle a client gets. Nothing is stored."""
    content = {
        "c": token.client_id,
        "g": token.grant_id,
        "l": int(token.level),
        "s": " ".join(sorted(token.scopes)),
        "u": sorted(token.asked.userinfo),
        "o": token.origin.hex(),
        "z": token.session_id,
        "t": int(token.issued_at.timestamp()),
        "e": int(token.expires_at.timestamp()),
    }
    return services.keys.sealer(now).seal(_PURPOSE, content)


def read(services: Services, text: str, now: datetime) -> AccessToken | None:
    """A token of ours that has not expired, or None for anything else."""
    content = services.keys.sealer(now).open(_PURPOSE, text)
    if content is None:
        return None
    expires_at = datetime.fromtimestamp(content["e"], UTC)
    if now >= expires_at:
        return None
    return AccessToken(
        client_id=content["c"],
        grant_id=content["g"],
        level=Level(content["l"]),
        scopes=frozenset(content["s"].split()),
        asked=Asked(frozenset(content["u"])),
        origin=bytes.fromhex(content["o"]),
        session_id=content["z"],
        issued_at=datetime.fromtimestamp(content["t"], UTC),
        expires_at=expires_at,
        digest=digest(text),
    )
