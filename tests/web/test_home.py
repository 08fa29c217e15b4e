from tests.servers.house import House
from tests.servers.visitor import Visitor, register


def test_a_stranger_is_told_what_this_is_and_where_to_begin(shared_house: House) -> None:
    page = Visitor(shared_house).get("/").text
    assert 'href="/register"' in page
    assert 'href="/sign-in"' in page


def test_who_is_signed_in_sees_who_has_what(shared_house: House) -> None:
    assert register(shared_house).get("/").location == "/sharing"
