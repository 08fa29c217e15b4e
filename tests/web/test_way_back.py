import pytest

from app.web.way_back import local_path
from tests.servers.house import House
from tests.servers.visitor import Visitor


@pytest.mark.parametrize(
    "path", ["/", "/account", "/authorize/aB-_9", "/sign-in?next=/facts", "/facts/claim/name?persona=1&next=%2Fconsent"]
)
def test_a_path_of_ours_is_a_way_back(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "account",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/a//b",
        "https://evil.example",
        "javascript:alert(1)",
        "/a\nb",
        "/a b",
        "/a#b",
        "/\t/evil.example",
        "/@evil",
        "/" + "a" * 3000,
    ],
)
def test_nothing_but_a_path_of_ours_is_a_way_back(text: str | None) -> None:
    assert local_path(text) is None


def test_one_comes_back_by_its_address_to_a_page_that_answers_a_form_where_it_has_one(shared_house: House) -> None:
    visitor, script = Visitor(shared_house), "/static/js/answered.js"
    assert script not in visitor.get("/sign-in").text
    assert script in visitor.post("/sign-in", {"email": "nobody"}).text
    refused = visitor.client.post("/sign-out", base_url=visitor.site)
    assert (refused.status_code, script in refused.text) == (403, False)
