"""One authorization request after it was checked: the frozen value every door stores, resumes and answers."""

from dataclasses import dataclass, field
from datetime import datetime

from app.domain.claims import STANDARD_SCOPES, claims_of_scopes
from app.domain.collection import Collection
from app.domain.intended_use import IntendedUse
from app.domain.levels import LEVEL_SCOPES, Level, Policy
from app.domain.release import Asked

GRANT_ACTIONS = ("create", "merge", "replace")
"""grant_management_action (Grant Management for OAuth 2.0 draft 03 §5)."""


@dataclass(frozen=True)
class AuthorizationRequest:
    """What a client asks, in its own checked words. Scopes and claims are what was asked, not what is given."""

    client_id: str
    redirect_uri: str
    scopes: frozenset[str]
    created_at: datetime
    state: str | None = field(default=None, repr=False)
    nonce: str | None = field(default=None, repr=False)
    claims: Asked = field(default_factory=Asked)
    prompt: frozenset[str] = frozenset()
    max_age_s: int | None = None
    login_hint: str | None = field(default=None, repr=False)
    hinted_sub: str | None = None
    """The pairwise sub of a valid id_token_hint."""
    ui_locales: tuple[str, ...] = ()
    response_mode: str = "query"
    code_challenge: str | None = None
    grant_id: str | None = None
    grant_action: str | None = None
    collection: Collection | None = None

    @property
    def levels(self) -> frozenset[Level]:
        """The levels the client named by ``identity:*`` scopes; empty for a client that knows nothing of levels."""
        return frozenset(LEVEL_SCOPES[scope] for scope in self.scopes if scope in LEVEL_SCOPES)

    @property
    def offline(self) -> bool:
        """Whether access without the person present is asked (OpenID Connect Core §11)."""
        return "offline_access" in self.scopes


def accepted_levels(request: AuthorizationRequest, use: IntendedUse) -> tuple[Level, ...]:
    """The levels this request can be answered at, low first: those named, or all the business accepts."""
    return tuple(sorted(request.levels & use.levels.keys() if request.levels else use.levels.keys()))


def offered_levels(request: AuthorizationRequest, use: IntendedUse, running: Level | None) -> tuple[Level, ...]:
    """The levels a person may answer at, low first: those accepted, and low itself unless they share more already.

    More than low must not be the price of logging in (GDPR Art. 7(4)), and a business could make it that by not
    naming low. A step up of a ``running`` grant (merge, replace) is not a login: there it may ask for more alone.
    """
    accepted = accepted_levels(request, use)
    steps_up = running is not None and (running > Level.LOW or request.grant_action in {"merge", "replace"})
    return accepted if steps_up and accepted else tuple(sorted({Level.LOW, *accepted}))


def asked_at(request: AuthorizationRequest, use: IntendedUse, policy: Policy, level: Level) -> Asked:
    """The claims asked when this request is answered at ``level``.

    Standard scopes expand to their claims (OpenID Connect Core §5.4), the ``claims`` parameter adds its own
    (§5.5), and a request that names levels asks for what the business registered at the level.
    """
    of_level = frozenset(use.registered(policy, level)) if request.levels else frozenset[str]()
    userinfo = claims_of_scopes(request.scopes) | request.claims.userinfo | of_level
    return Asked(userinfo, request.claims.id_token)


def asks_beyond(request: AuthorizationRequest, use: IntendedUse) -> bool:
    """Whether it asks for a claim, or by scope for a group of claims, that the business declared at no level.

    Of one that never said why it asks, nothing is beyond.
    """
    declared = {claim for level_use in use.levels.values() for claim in level_use.claims}
    groups = (claims_of_scopes({scope}) for scope in STANDARD_SCOPES if scope in request.scopes)
    named = request.claims.userinfo | request.claims.id_token
    return use.declared and (not named <= declared or any(declared.isdisjoint(group) for group in groups))


def asked_in(request: AuthorizationRequest, use: IntendedUse, policy: Policy) -> frozenset[str]:
    """Every claim asked for, at whichever level the person answers."""
    found = (asked_at(request, use, policy, level) for level in offered_levels(request, use, None))
    return frozenset[str]().union(*(asked.userinfo | asked.id_token for asked in found))
