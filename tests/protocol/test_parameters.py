"""Reading parameters: one value a name, within bounds."""

import pytest

from app.domain.errors import Refusal
from app.protocol.parameters import LONGEST, read


def test_a_name_has_the_one_value_it_was_sent_with() -> None:
    sent = read([("a", "1"), ("b", "x  y")])
    assert (sent.get("a"), sent.words("b"), sent.get("c"), sent.words("c")) == ("1", ("x", "y"), None, ())


def test_nothing_but_a_space_separates_words() -> None:
    assert read([("a", " openid\temail\u00a0x \n")]).words("a") == ("openid\temail\u00a0x", "\n")


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
    ("name", "longest"),
    [
        ("state", LONGEST),
        *((name, 8192) for name in ("code", "token", "access_token")),
        *(
            (name, 16_384)
            for name in ("claims", "authorization_details", "id_token_hint", "request", "client_assertion")
        ),
    ],
)
def test_a_value_is_as_long_as_what_it_holds_may_be_and_no_longer(name: str, longest: int) -> None:
    assert read([(name, "x" * longest)]).get(name)
    with pytest.raises(Refusal, match="invalid_request"):
        read([(name, "x" * (longest + 1))])


def test_names_and_values_together_are_no_more_than_an_honest_request_needs() -> None:
    most = [(f"p{n}", "x" * 1998) for n in range(10)]
    assert len(read([*most, ("claims", "x" * 16_000), ("b" * 3988, "x" * 6)]).values) == 12
    for one_more in ([*most, ("claims", "x" * 16_001), ("b" * 3988, "x" * 6)], [("x" * 40_000, "1")]):
        with pytest.raises(Refusal, match="invalid_request"):
            read(one_more)


def test_values_are_not_shown_where_parameters_are() -> None:
    assert "secret" not in repr(read([("code", "secret")]))


def test_of_a_name_sent_twice_only_a_plain_one_is_told_back() -> None:
    sent = read(
        [("nonce", "1"), ("nonce", "2"), ("<b>you won", "1"), ("<b>you won", "1"), ("scope", "1"), ("scope", "2")]
    )
    with pytest.raises(Refusal) as refused:
        sent.refuse_repeated()
    assert refused.value.told_client.endswith(": a parameter with an odd name, nonce, scope.")
