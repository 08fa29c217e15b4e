"""An authorization request while it waits for a person: the document it is stored as, and what was decided on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.domain.authorization_request import AuthorizationRequest
from app.domain.collection import kept_collection
from app.domain.release import Asked


@dataclass(frozen=True)
class StoredRequest:
    """One stored request. ``person_id`` is who decided on it, ``grant_id`` the grant they gave, if they gave one."""

    id: str
    request: AuthorizationRequest
    browser_digest: bytes | None = field(repr=False)
    """The only browser that may go on with it; None until a pushed request is first opened."""
    expires_at: datetime
    person_id: str | None = None
    grant_id: str | None = None
    completed_at: datetime | None = None

    @property
    def refused(self) -> bool:
        """Somebody decided, and gave nothing."""
        return self.person_id is not None and self.grant_id is None

    def given_by(self, person_id: str) -> bool:
        """Whether this person gave a grant for this very request."""
        return self.grant_id is not None and self.person_id == person_id


_SETS = ("scopes", "prompt")
_PLAIN = (
    "client_id",
    "redirect_uri",
    "state",
    "nonce",
    "max_age_s",
    "login_hint",
    "hinted_sub",
    "response_mode",
    "code_challenge",
    "grant_id",
    "grant_action",
)


def as_document(request: AuthorizationRequest) -> dict[str, Any]:
    """The request as JSON values, without what it did not say. Its time is not in it: the row owns that."""
    document: dict[str, Any] = {name: getattr(request, name) for name in _PLAIN}
    document |= {name: sorted(getattr(request, name)) for name in _SETS}
    document["ui_locales"] = list(request.ui_locales)
    document["userinfo_claims"] = sorted(request.claims.userinfo)
    document["id_token_claims"] = sorted(request.claims.id_token)
    document["collection"] = None if request.collection is None else request.collection.as_detail()
    return {name: value for name, value in document.items() if value not in (None, [])}


def read_document(document: Mapping[str, Any], created_at: datetime) -> AuthorizationRequest:
    """The request again, exactly as it was stored."""
    values: dict[str, Any] = {name: document[name] for name in _PLAIN if name in document}
    values |= {name: frozenset(document.get(name, ())) for name in _SETS}
    return AuthorizationRequest(
        **values,
        created_at=created_at,
        claims=Asked(frozenset(document.get("userinfo_claims", ())), frozenset(document.get("id_token_claims", ()))),
        collection=kept_collection(document.get("collection")),
        ui_locales=tuple(document.get("ui_locales", ())),
    )
