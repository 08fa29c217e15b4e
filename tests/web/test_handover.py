"""Pages on the way of a login speak of its shop, to the one browser the login is of."""

import pytest

from app.web.handover import handle_in
from tests.factories import add_client
from tests.servers.house import House
from tests.servers.visitor import Visitor, begin_login, register, words

HANDLE = "a" * 43


@pytest.mark.parametrize(
    ("path", "handle"),
    [
        (f"/authorize/{HANDLE}", HANDLE),
        (f"/consent/{HANDLE}?persona=1", HANDLE),
        (f"/authorize/{HANDLE}/cancel", None),
        ("/authorize/short", None),
        (f"/facts?next=/authorize/{HANDLE}", None),
        (None, None),
    ],
)
def test_only_a_login_has_a_handle(path: str | None, handle: str | None) -> None:
    assert handle_in(path) == handle


def test_forms_on_the_way_show_the_shop_and_may_end_there(house: House) -> None:
    visitor = register(house)
    consent = f"/consent/{begin_login_signed_in(visitor, house)}"
    for path in (f"/facts/claim/name?next={consent}", f"/profiles/low?next={consent}"):
        page = visitor.get(path)
        assert "Shop" in words(page)
        assert "form-action 'self' https://shop.example;" in page.headers["Content-Security-Policy"]


def begin_login_signed_in(visitor: Visitor, house: House) -> str:
    """The handle of a login that waits for a choice."""
    waiting = Visitor(house)
    next_path = begin_login(waiting, add_client(house))
    signed_in = waiting.sign_in(visitor.email, next_path=next_path)
    visitor.client = waiting.client
    return waiting.get(signed_in.location).location.rpartition("/")[2]


def test_a_form_refused_before_it_is_read_is_refused_in_the_language_of_the_login(house: House) -> None:
    visitor = Visitor(house)
    path = begin_login(visitor, add_client(house), ui_locales="en")
    refused = visitor.client.post(f"/sign-in?next={path}", data={}, base_url=visitor.site)
    assert refused.status_code == 403
    assert "This form cannot be used any more" in words(refused)
