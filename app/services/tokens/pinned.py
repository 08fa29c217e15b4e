"""What a login pins: the same in its code and in every refresh token that comes from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.domain.levels import Level
from app.domain.release import Asked
from app.domain.token_claims import Authentication
from app.services.release import Bearer


@dataclass(frozen=True)
class Pinned:
    """Whose it is and for what. Whether its grant still lives is for ``release.open_grant``."""

    client_id: str
    grant_id: str
    level: Level
    scopes: frozenset[str]
    asked: Asked
    session_id: str
    """The session it began in, for the ``sid`` of its ID tokens; with offline access it may have ended long ago."""
    authentication: Authentication
    not_given: frozenset[str] = frozenset()
    """The scopes that were asked and not given: a refresh may repeat them."""

    @property
    def content(self) -> dict[str, Any]:
        """As it is sealed or stored, beside its client and its grant."""
        return {
            "l": int(self.level),
            "s": " ".join(sorted(self.scopes)),
            "w": " ".join(sorted(self.not_given)),
            "u": sorted(self.asked.userinfo),
            "i": sorted(self.asked.id_token),
            "z": self.session_id,
            "t": int(self.authentication.auth_time_at.timestamp()),
            "a": self.authentication.acr,
            "m": sorted(self.authentication.amr),
        }

    def bearer(self, origin: bytes, digest: bytes, session_id: str | None) -> Bearer:
        """What the gate asks of a token with this digest; without a session it works while nobody is there."""
        return Bearer(self.client_id, self.grant_id, self.level, self.scopes, self.asked, origin, digest, session_id)


def pinned(client_id: str, grant_id: str, content: Mapping[str, Any]) -> Pinned:
    """What ``content`` was made of."""
    return Pinned(
        client_id=client_id,
        grant_id=grant_id,
        level=Level(content["l"]),
        scopes=frozenset(content["s"].split()),
        asked=Asked(frozenset(content["u"]), frozenset(content["i"])),
        session_id=content["z"],
        authentication=Authentication(datetime.fromtimestamp(content["t"], UTC), content["a"], frozenset(content["m"])),
        not_given=frozenset(content.get("w", "").split()),
    )
