"""The development mailbox: there to read mail on one's own machine, and nowhere else."""

from collections.abc import Callable
from html import escape

import pytest

from tests.servers.house import House
from tests.servers.visitor import PASSWORD, Visitor, address, letters, link_in, words


@pytest.fixture
def developing(make_house: Callable[..., House]) -> House:
    return make_house(mail={"transport": "mailbox"})


def test_mail_can_be_read_and_its_links_followed(developing: House) -> None:
    visitor, email = Visitor(developing), address()
    visitor.post("/register", {"email": email, "password": PASSWORD})
    overview = visitor.get("/mailbox", headers={"Accept-Language": "en"})
    assert email in words(overview)
    (letter,) = letters(developing, email)
    page = visitor.get(f"/mailbox/{letter.id}")
    link = developing.services.settings.issuer + link_in(letter, "confirm")
    assert f'<a href="{escape(link)}">' in page.text


def test_there_is_no_such_page_where_mail_is_sent(house: House) -> None:
    assert Visitor(house).get("/mailbox").status_code == 404


def test_mail_that_does_not_exist_is_no_page(developing: House) -> None:
    assert Visitor(developing).get("/mailbox/nothing").status_code == 404
