import pytest

from app.domain.client_scopes import client_scope

REGISTERED = frozenset({"openid", "identity:low", "ssf.read", "ssf.manage"})


@pytest.mark.parametrize(
    ("asked", "granted"),
    [
        (None, {"ssf.read", "ssf.manage"}),
        ({"ssf.read"}, {"ssf.read"}),
        ({"ssf.read", "ssf.manage"}, {"ssf.read", "ssf.manage"}),
        ({"api"}, None),
        ({"openid"}, None),
        ({"ssf.read", "identity:low"}, None),
        (set(), None),
    ],
)
def test_a_client_gets_for_itself_what_it_registered_and_no_scope_of_a_person(
    asked: set[str] | None, granted: set[str] | None
) -> None:
    assert client_scope(None if asked is None else frozenset(asked), REGISTERED) == granted


def test_a_client_that_registered_none_gets_none() -> None:
    assert client_scope(None, frozenset({"openid"})) is None
