"""JSON Schema 2020-12 of the deposits: each schema is one, is closed, is bounded, and every fault of it has words."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from app.domain.collection import DATATYPES
from app.services.vault import schemas
from app.services.vault.shapes import members
from app.settings import ROOT
from tests.characters import CHARACTERS

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(CHARACTERS, max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["items", "total", "place", "name", "price", "x"]), inner, max_size=4)
    ),
    max_leaves=12,
)


def _objects(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every schema within a schema."""
    yield schema
    for inner in schema.values():
        if isinstance(inner, dict):
            yield from _objects(inner)


def test_there_is_a_schema_for_every_kind_of_data_that_can_be_agreed_to() -> None:
    files = (ROOT / "config" / "deposits").glob("*.schema.json")
    assert {file.name.removesuffix(".schema.json") for file in files} == set(DATATYPES)


@pytest.mark.parametrize("deposit_type", DATATYPES)
def test_every_schema_is_valid_and_says_which_draft_it_is(deposit_type: str) -> None:
    schema = schemas.schema(deposit_type)
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("deposit_type", DATATYPES)
def test_no_object_takes_further_members_and_nothing_is_unbounded(deposit_type: str) -> None:
    for part in _objects(schemas.schema(deposit_type)):
        if part.get("type") == "object":
            assert part["additionalProperties"] is False
        if part.get("type") == "array":
            assert part["maxItems"] <= 200
        if part.get("type") == "string":
            assert "maxLength" in part or "{1,9}" in part["pattern"]
        if part.get("type") == "integer":
            assert {"minimum", "maximum"} <= part.keys()


@pytest.mark.parametrize("deposit_type", DATATYPES)
def test_every_member_has_a_shape_to_show_and_to_correct_it_in(deposit_type: str) -> None:
    assert [member.name for member in members(deposit_type)] == list(schemas.schema(deposit_type)["properties"])


@pytest.mark.parametrize("deposit_type", DATATYPES)
@given(content=ANYTHING)
def test_whatever_is_sent_is_judged_and_no_value_of_it_quoted(deposit_type: str, content: Any) -> None:
    found = schemas.faults(deposit_type, content)
    assert bool(found) is not Draft202012Validator(schemas.schema(deposit_type)).is_valid(content)
    assert found == schemas.faults(deposit_type, content)
    assert len(found) <= 50


@pytest.mark.parametrize("canary", ["canary@example.org", "NL91ABNA0417164300", "\u202ecanary"])
@pytest.mark.parametrize("deposit_type", DATATYPES)
def test_faults_never_quote_what_was_sent(deposit_type: str, canary: str) -> None:
    for content in (
        canary,
        [canary],
        {canary: canary},
        {"items": [{canary: canary, "price": canary}], "place": [canary]},
    ):
        assert canary not in repr(schemas.faults(deposit_type, content))


def test_what_is_no_text_is_said_to_be_none_and_nothing_else() -> None:
    assert schemas.faults("warranty", {"product": 3, "ends_on": "2028-02-29"}) == (("content/product", "must be text"),)


def test_a_date_that_does_not_exist_is_a_fault() -> None:
    kettle = {"product": "Kettle", "ends_on": "2028-02-29"}
    assert schemas.faults("warranty", kettle) == ()
    assert schemas.faults("warranty", {**kettle, "ends_on": "2027-02-29"}) == (
        ("content/ends_on", "must be a date that exists"),
    )


def test_each_fault_says_in_words_what_the_schema_asks() -> None:
    line = {"name": "Seed", "price": "1.00", "quantity": 0, "article": "\n"}
    found = schemas.faults("purchase", {"items": [line, {"colour": "red"}], "total": "1", "store": ""})
    assert dict(found) == {
        "content": "must have currency",
        "content/items/0/article": "holds control characters",
        "content/items/0/quantity": "must be at least 1",
        "content/items/1": "must have name, price",
        "content/store": "must have at least 1 character(s)",
        "content/total": "must match ^-?[0-9]{1,9}[.][0-9]{2}$",
    }
    assert ("content/items/1", "may only have name, article, quantity, price") in found
    liked = schemas.faults("preference", {"topic": "t" * 121, "choice": [], "source": "guessed"})
    assert dict(liked) == {
        "content/choice": "must be text",
        "content/source": "must be one of stated, observed",
        "content/topic": "must have at most 120 characters",
    }
    seen = schemas.faults("visit", {"place": "Utrecht", "minutes": 1.5, "looked_at": ["x"] * 51})
    assert dict(seen) == {
        "content/looked_at": "must have at most 50 items",
        "content/minutes": "must be a whole number",
    }
