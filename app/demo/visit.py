"""One logged-in visitor as a demo shop knows them: what the provider handed over, and nothing guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

# The shop's own record-keeping and the secrets; everything else in the token response may be shown.
_NOT_SHOWN = frozenset({"access_token", "refresh_token", "id_token", "userinfo", "expires_at"})
_PROTOCOL_CLAIMS = frozenset(
    {"sub", "iss", "aud", "exp", "iat", "nbf", "jti", "data_level", "data_purposes", "data_retention", "data_terms"}
    | {"data_collection", "grant_id", "consent_receipt"}
)


@dataclass(frozen=True)
class Visit:
    """Tokens and claims of one login. ``fresh`` is False while the provider could not be asked again."""

    scope_asked: str
    token: Mapping[str, Any] = field(repr=False)
    id_token_claims: Mapping[str, Any] = field(repr=False)
    userinfo: Mapping[str, Any] = field(repr=False)
    fresh: bool = True

    @property
    def sub(self) -> str:
        return str(self.id_token_claims["sub"])

    @property
    def grant_id(self) -> str | None:
        """The grant to step up from, by the token response or the ID token, whichever names it."""
        found = self.token.get("grant_id") or self.id_token_claims.get("grant_id")
        return str(found) if found else None

    @property
    def level(self) -> str | None:
        """``low``, ``medium`` or ``high`` as it is now; None from a provider that knows no levels."""
        level = self.userinfo.get("data_level", self.id_token_claims.get("data_level"))
        return level if level in ("low", "medium", "high") else None

    @property
    def facts(self) -> Mapping[str, Any]:
        """The personal claims alone, in the order in which they came."""
        return personal(self.userinfo)

    @property
    def greeting_name(self) -> str:
        facts = self.facts
        return str(facts.get("given_name") or facts.get("nickname") or facts.get("name") or "")

    @property
    def kept_until(self) -> datetime | None:
        """When the shop must be rid of it all, from the ``data_retention`` claim."""
        return moment(retention.get("until")) if isinstance(retention := self._retention, Mapping) else None

    @property
    def token_members(self) -> Mapping[str, Any]:
        """The token response without the tokens themselves."""
        return {name: value for name, value in self.token.items() if name not in _NOT_SHOWN}

    @property
    def collection(self) -> list[Mapping[str, Any]]:
        """The ``omnichannel_collection`` permissions that hold now (RFC 9396).

        The ``data_collection`` claim is live and decides when the provider sends claims about levels at all; the
        token response tells what was granted at login and is all that other providers give.
        """
        live = self.userinfo.get("data_collection")
        if live is None and self.level is None:
            live = self.token.get("authorization_details")
        found = live if isinstance(live, list) else [live]
        return [
            item
            for item in found
            if isinstance(item, Mapping) and item.get("type", "omnichannel_collection") == "omnichannel_collection"
        ]

    def renewal_scope(self) -> str:
        """What to ask when the token's time is up: the same again, or the level that is left of it."""
        if self.level is None or f"identity:{self.level}" in self.scope_asked.split():
            return self.scope_asked
        return f"openid identity:{self.level}"

    def told(self, userinfo: Mapping[str, Any]) -> Visit:
        """The same visit with what the provider says now."""
        return replace(self, userinfo=userinfo, fresh=True)

    def stale(self) -> Visit:
        return replace(self, fresh=False)

    @property
    def _retention(self) -> Any:
        return self.userinfo.get("data_retention", self.id_token_claims.get("data_retention"))


def personal(userinfo: Mapping[str, Any]) -> dict[str, Any]:
    """What userinfo says of the person, without what it says of the login and its terms."""
    return {name: value for name, value in userinfo.items() if name not in _PROTOCOL_CLAIMS}


def moment(number: Any) -> datetime | None:
    """Read a NumericDate (RFC 7519 §2); None for anything that is not one."""
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        return None
    try:
        return datetime.fromtimestamp(number, tz=UTC)
    except (OverflowError, OSError, ValueError):
        return None
