"""The userinfo endpoint (OpenID Connect Core §5.3): what the live grant allows now, and a record that it went."""

from datetime import datetime
from typing import Any

from app.crypto import jwt
from app.domain.clients import Client
from app.domain.errors import Refusal
from app.domain.granted_scope import names_a_level
from app.domain.release import Channel
from app.domain.token_claims import signed_userinfo_claims, userinfo_claims
from app.protocol.answers import Answer, answered
from app.services.release import data_terms, open_grant, record, release
from app.services.tokens import access_tokens
from app.services.wiring import Services


def userinfo(services: Services, token: str, now: datetime) -> tuple[Answer, Client]:
    """The answer and whose it is; Refusal invalid_token, or insufficient_scope without openid.

    Three statements: the gate, the facts, the disclosure.
    """
    access = access_tokens.read(services, token, now)
    if access is None:
        raise _invalid("unknown or expired")
    if "openid" not in access.scopes:
        raise Refusal("insufficient_scope", "The token was issued without openid.")
    with services.database.read() as db:
        opened = open_grant(services, db, access.bearer, now)
        if isinstance(opened, str):
            raise _invalid(opened)
        released = release(services, db, Channel.USERINFO, opened)
    if released.names:
        try:
            with services.database.note_one() as db:
                record(db, opened.grant, Channel.USERINFO, released.names, now)
        except Refusal:
            raise _invalid("no_grant") from None
    terms = data_terms(services, opened, released) if names_a_level(opened.scopes) else {}
    claims = userinfo_claims(opened.grant.sub, released.values, terms)
    return _answer(services, opened.client, claims, now), opened.client


def _answer(services: Services, client: Client, claims: dict[str, Any], now: datetime) -> Answer:
    if client.userinfo_alg is None:
        return answered(claims)
    key = services.keys.ring(now).signer(client.userinfo_alg, now)
    signed = signed_userinfo_claims(services.settings.issuer, client.id, claims)
    return Answer(200, jwt.sign(key, signed, typ=None).encode("ascii"), "application/jwt")


def _invalid(logged: str) -> Refusal:
    return Refusal("invalid_token", "The access token is not valid.", logged=f"access token: {logged}")
