"""Reading parameters: one value a name, within bounds."""

import pytest

from app.domain.errors import Refusal
from app.protocol.parameters import LONGEST, read


def test_a_name_has_the_one_value_it_was_sent_with() -> None:
    sent = read([("a", "1"), ("b", "x  y")])
    assert (sent.get("a"), sent.words("b"), sent.get("c"), sent.words("c")) == ("1", ("x", "y"), None, ())


def test_a_name_without_a_value_was_not_sent() -> None:
    assert read([("a", "")]).values == {}


@pytest.mark.parametrize("second", ["1", "2", ""])
def test_a_name_sent_twice_has_no_value(second: str) -> None:
    sent = read([("a", "1"), ("b", "2"), ("a", second)])
    assert sent.values == {"b": "2"}
    assert sent.repeated == {"a"}


def test_query_and_body_may_agree() -> None:
    sent = read([("a", "1")], [("a", "1"), ("b", "2")])
    assert sent.values == {"a": "1", "b": "2"}
    assert not sent.repeated


@pytest.mark.parametrize("other", ["2", ""])
def test_query_and_body_must_not_differ(other: str) -> None:
    assert read([("a", "1")], [("a", other)]).repeated == {"a"}


@pytest.mark.parametrize(
    "pairs",
    [
        [("state", "x" * (LONGEST + 1))],
        [("claims", "x" * 20_000)],
        [("x" * 50_000, "1")],
        [(f"p{n}", "x" * 1000) for n in range(50)],
    ],
    ids=["value", "claims", "name", "together"],
)
def test_more_than_an_honest_request_needs_is_refused(pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(Refusal, match="invalid_request"):
        read(pairs)


def test_an_id_token_and_claims_may_be_long() -> None:
    assert read([("claims", "x" * 16_000), ("id_token_hint", "x" * 16_000)]).values.keys() == {
        "claims",
        "id_token_hint",
    }


def test_values_are_not_shown_where_parameters_are() -> None:
    assert "secret" not in repr(read([("code", "secret")]))


def test_of_a_name_sent_twice_only_a_plain_one_is_told_back() -> None:
    sent = read(
        [("nonce", "1"), ("nonce", "2"), ("<b>you won", "1"), ("<b>you won", "1"), ("scope", "1"), ("scope", "2")]
    )
    with pytest.raises(Refusal) as refused:
        sent.refuse_repeated()
    assert refused.value.told_client.endswith(": a parameter with an odd name, nonce, scope.")
