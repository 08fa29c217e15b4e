"""Help is there for everybody, and names the operator's address where there is one."""

from dataclasses import replace

import pytest

from app.web.application import build_app
from tests.servers.house import House
from tests.servers.visitor import Visitor


def test_help_needs_nobody_to_be_signed_in_and_stands_below_every_page(shared_house: House) -> None:
    visitor = Visitor(shared_house)
    assert 'href="/help"' in visitor.get("/sign-in").text
    assert 'href="/help"' in visitor.get("/no-such-page").text
    assert "mailto:" not in visitor.get("/help").text


@pytest.mark.parametrize(
    ("told", "href"),
    [
        ("help@sluis.example", "mailto:help@sluis.example"),
        ("https://sluis.example/contact", "https://sluis.example/contact"),
    ],
)
def test_the_operator_s_address_is_a_link(shared_house: House, told: str, href: str) -> None:
    settings = replace(shared_house.services.settings, help_contact=told)
    app = build_app(replace(shared_house.services, settings=settings), clock=shared_house.clock)
    assert f'href="{href}"' in app.test_client().get("/help", base_url=settings.issuer).text
