"""Which scopes a token really carries: what was given, never merely what was asked."""

from app.domain.claims import CATALOGUE, STANDARD_SCOPES, claims_of_scopes
from app.domain.levels import LEVEL_SCOPES, Level
from app.domain.release import Asked


def granted_scope(asked: frozenset[str], level: Level, given: frozenset[str], *, offline: bool) -> frozenset[str]:
    """The scopes granted of those asked, as the token answer states them (RFC 6749 §3.3, §5.1).

    ``openid`` always; when levels were asked, the one in force and no other; a standard scope when at least one of
    its claims was given; ``offline_access`` when the grant allows it. ``given`` are the claims agreed to.
    """
    of_claims = {CATALOGUE[name].scope for name in given if name in CATALOGUE}
    granted = {scope for scope in STANDARD_SCOPES if scope in of_claims} | {"openid"}
    if offline:
        granted.add("offline_access")
    return (asked & granted) | ({level.scope} if names_a_level(asked) else frozenset())


def names_a_level(scopes: frozenset[str]) -> bool:
    """Whether the client asked for levels, and so for the data-terms claims."""
    return not scopes.isdisjoint(LEVEL_SCOPES)


def refreshed_scope(wanted: frozenset[str], had: frozenset[str], not_given: frozenset[str]) -> frozenset[str] | None:
    """The scopes a refresh goes on with, of those it names (RFC 6749 §6); None when its login never asked them.

    It may name what was asked and not given, since libraries repeat what they asked, and gains nothing by it. It may
    also name a level below the one given: after a step down that is the level the answers state.
    """
    own = had & LEVEL_SCOPES.keys()
    below = {scope for scope, level in LEVEL_SCOPES.items() if any(level < LEVEL_SCOPES[each] for each in own)}
    kept = (wanted & had) | (own if names_a_level(wanted) else frozenset())
    return kept if kept and wanted <= had | not_given | below else None


def left_of(scopes: frozenset[str], registered: frozenset[str]) -> frozenset[str]:
    """The scopes of a token that its client is still registered for.

    Level scopes stay as long as the client may ask for any level: which level is left, ``level_left`` tells.
    """
    return scopes & (registered | LEVEL_SCOPES.keys() if names_a_level(registered) else registered)


def level_left(level: Level, scopes: frozenset[str], registered: frozenset[str]) -> Level:
    """The level of a token; if it names levels, no higher than the highest its client is still registered for."""
    if not names_a_level(scopes):
        return level
    return min(level, max((LEVEL_SCOPES[scope] for scope in registered & LEVEL_SCOPES.keys()), default=Level.LOW))


def level_named(wanted: frozenset[str], given: Level) -> Level:
    """The highest level these scopes name, but never above the one given; the one given when they name none."""
    return min(given, max((LEVEL_SCOPES[scope] for scope in wanted & LEVEL_SCOPES.keys()), default=given))


def narrowed_asked(pinned: Asked, had: frozenset[str], kept: frozenset[str]) -> Asked:
    """What a token of a narrower scope may still ask (RFC 6749 §6).

    A claim that may have been asked by a scope that was dropped is dropped with it, even if the ``claims``
    parameter asked for it too: the narrower token gets less, never more. Without openid there is no ID token.
    """
    id_token = pinned.id_token if "openid" in kept else frozenset[str]()
    if names_a_level(kept):
        return Asked(pinned.userinfo, id_token)
    if names_a_level(had):
        return Asked(pinned.userinfo & claims_of_scopes(kept), id_token)
    return Asked(pinned.userinfo - claims_of_scopes(had - kept), id_token)
