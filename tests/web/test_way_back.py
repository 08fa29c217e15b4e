import pytest

from app.web.way_back import local_path


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
