"""A link that leaves us leads to the web or into a native client, and runs nothing here."""

import pytest

from app.web.way_out import link_to


@pytest.mark.parametrize("uri", ["https://shop.example/", "http://127.0.0.1:8080/back", "example.shop.app:/back"])
def test_an_address_of_the_web_or_of_a_native_client_may_stand_behind_a_link(uri: str) -> None:
    assert link_to(uri) == uri


@pytest.mark.parametrize("uri", ["javascript:alert(1)", "data:text/html,x", "shop:/back", "/sharing", ""])
def test_anything_else_stands_behind_none(uri: str) -> None:
    assert link_to(uri) == ""
