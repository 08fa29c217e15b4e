"""How a business appears on every screen: name, first letter, domain, links that are safe to follow."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import url_for

from app.domain.client_addresses import host_of
from app.domain.clients import Client


@dataclass(frozen=True)
class Shop:
    """What the shop macros show."""

    name: str
    initial: str
    domain: str
    logo_url: str
    verified: bool
    policy_url: str
    terms_url: str
    home_url: str
    has_said_why: bool


def shop_of(client: Client) -> Shop:
    """The shop behind a client. A client that registered itself is known by the host it returns to."""
    business, metadata = client.business, client.metadata
    website = business.website or metadata.get("client_uri")
    address = website if business.verified and website else client.redirect_uris[0]
    return Shop(
        name=business.name if business.verified else client.name,
        initial=(business.name[:1] or "?").upper(),
        domain=host_of(address),
        logo_url=url_for("logos.show", digest=business.logo_digest) if business.logo_digest else "",
        verified=business.verified,
        policy_url=_https(business.details.get("privacy_policy_uri") or metadata.get("policy_uri")),
        terms_url=_https(business.details.get("terms_uri") or metadata.get("tos_uri")),
        home_url=_https(website),
        has_said_why=business.intended_use.declared,
    )


def told_apart(several: Iterable[Client]) -> Mapping[str, str]:
    """By client, what tells it from another that looks the same beside it: its name, else where it returns to."""
    alike: dict[tuple[str, str], dict[str, Client]] = {}
    for client in several:
        shop = shop_of(client)
        alike.setdefault((shop.name, shop.domain), {})[client.id] = client
    apart: dict[str, str] = {}
    for group in alike.values():
        hosts = {key: host_of(each.redirect_uris[0]) for key, each in group.items()}
        for words in ({key: each.name for key, each in group.items()}, hosts):
            if len(group) == len(set(words.values())) > 1:
                apart |= words
                break
    return apart


def named_beside(client: Client, others: Iterable[Client]) -> str:
    """What tells a client from others of its business, within a sentence; empty where nothing need or can."""
    shop = shop_of(client)
    alike = [each for each in others if each.id != client.id and shop_of(each).name == shop.name]
    if alike and shop.domain not in {shop_of(each).domain for each in alike}:
        return shop.domain
    return told_apart([client, *alike]).get(client.id, "")


def each_named(several: Iterable[Client]) -> Mapping[str, str]:
    """By client, what tells it from the others, as ``named_beside`` says of one."""
    known = {client.id: client for client in several}
    return {key: named_beside(client, known.values()) for key, client in known.items()}


def _https(uri: object) -> str:
    # Checked when it was registered, and again here: a link is only ever https.
    return uri if isinstance(uri, str) and uri.startswith("https://") else ""
