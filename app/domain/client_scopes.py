"""The scopes of a client acting for itself, by client credentials: no person has a part in them (RFC 6749 §4.4)."""

SSF_READ = "ssf.read"
SSF_MANAGE = "ssf.manage"
GRANT_QUERY = "grant_management_query"
GRANT_REVOKE = "grant_management_revoke"
API = "api"

CLIENT_SCOPES = (SSF_READ, SSF_MANAGE, GRANT_QUERY, GRANT_REVOKE, API)
"""Event streams: to read, and to do everything with (CAEP Interoperability Profile §2.7.3). Grants: to look up, to
give back (Grant Management for OAuth 2.0 draft 03 §6.1). All else under /v1."""

CLIENT_CREDENTIALS = "client_credentials"


def client_scope(asked: frozenset[str] | None, registered: frozenset[str]) -> frozenset[str] | None:
    """The scope of a token for a client itself: what it asks, or all it registered; None when it may not have it.

    Nothing at all is no scope: a token that opens nothing helps nobody.
    """
    own = registered & frozenset(CLIENT_SCOPES)
    granted = own if asked is None else asked
    return granted if granted and granted <= own else None
