"""The three shops on real ports, beside a provider that does what a test tells it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from flask import Flask

from app.demo.shops import create_shop
from tests.demo.loopback import serving
from tests.demo.provider import Provider, build_provider
from tests.demo.visitor import Visitor

SHOPS = ("trattoria-sole", "blauw-en-zoon", "marktplein")


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A running provider; its one person chooses level low until told otherwise."""
    made: list[Provider] = []

    def build(url: str) -> Flask:
        made.append(Provider(url))
        return build_provider(made[0])

    with serving(build):
        yield made[0]


@pytest.fixture
def open_shop(provider: Provider) -> Iterator[Callable[..., Visitor]]:
    """Open a shop and send a first visitor in: ``open_shop("marktplein", issuer=..., language="nl")``."""
    with ExitStack() as closing:

        def build(
            name: str, *, issuer: str | None = None, language: str = "en", clock_url: str | None = None
        ) -> Visitor:
            apps: list[Flask] = []

            def make(url: str) -> Flask:
                apps.append(shop_at(name, url, issuer or provider.issuer, clock_url))
                return apps[0]

            visitor = Visitor(closing.enter_context(serving(make)), language, app=apps[0])
            closing.callback(visitor.close)
            return visitor

        yield build


@pytest.fixture
def orderer(provider: Provider, open_shop: Callable[..., Visitor]) -> Visitor:
    """Somebody who shares level medium with the web shop and ordered there."""
    visitor = open_shop("blauw-en-zoon")
    visitor.submit(visitor.get("/"), "/basket/windmill-tile")
    visitor.log_in("/basket")
    provider.chooses = "medium"
    visitor.submit(visitor.get("/checkout"), "/checkout")
    visitor.submit(visitor.get("/basket"), "/order")
    return visitor


def shop_at(name: str, url: str, issuer: str, clock_url: str | None = None) -> Flask:
    return create_shop(
        name,
        issuer=issuer,
        client_id=f"{name}-client",
        client_secret="a secret",
        base_url=url,
        secret_key="signs cookies",
        clock_url=clock_url,
    )
