"""JSON with one meaning: whoever sends another is told where it fails, and reads nothing of what they sent."""

import pytest

from app.domain.errors import Refusal
from app.protocol.strict_json import NotJson, read_json, sent_object


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "line 1, column 1 is not as JSON is written"),
        (b'{"a":\n 1,,}', "line 2, column 4 is not as JSON is written"),
        (b'{"a": "\x01"}', "line 1, column 8 is not as JSON is written"),
        (b"{} {}", "line 1, column 4 is not as JSON is written"),
        (b'{"canary": 1, "canary": 2}', "an object has the same member twice"),
        (b'[{"b": {"canary": 1, "canary": 1}}]', "an object has the same member twice"),
        (b"[NaN]", "NaN and Infinity are no numbers in JSON"),
        (b"[-Infinity]", "NaN and Infinity are no numbers in JSON"),
        (b"[1e999]", "it has a number too large to hold"),
        (b"[" + b"9" * 5000 + b"]", "it has a number too large to hold"),
        (b'"\xff"', "it is not in UTF-8"),
        ('{"name": "é"}'.encode("utf-16"), "it is not in UTF-8"),
        (b'"\\ud800"', "it has half a character, a surrogate without its pair"),
        (b"[" * 60_000 + b"]" * 60_000, "it is nested too deeply"),
        (b'{"a":[' * 50 + b"1" + b"]}" * 50, "it is nested too deeply"),
    ],
    ids=lambda each: each[:20] if isinstance(each, bytes) else "",
)
def test_what_is_wrong_is_said_without_quoting_it(text: bytes, why: str) -> None:
    with pytest.raises(NotJson) as raised:
        read_json(text)
    assert str(raised.value) == why


def test_what_has_one_meaning_is_read() -> None:
    assert read_json('{"name": "é"}'.encode("utf-8-sig")) == {"name": "é"}
    assert read_json(b"[" * 100 + b"]" * 100)
    assert read_json('{"a": [1, 2.5, null, "\\ud83d\\ude00"], "b": {"a": true}}') == {
        "a": [1, 2.5, None, "\N{GRINNING FACE}"],
        "b": {"a": True},
    }


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        (None, b"{}", 400),
        ("text/plain", b"{}", 400),  # what a page of another site may send without being asked
        ("application/x-www-form-urlencoded", b"{}", 400),
        ("application/json", b"[]", 400),
        ("application/json", b"{  }", 413),
    ],
)
def test_a_body_is_one_object_of_json_and_said_to_be_and_short(
    content_type: str | None, body: bytes, status: int
) -> None:
    assert sent_object("application/json", b"{ }", 3) == {}
    with pytest.raises(Refusal) as refused:
        sent_object(content_type, body, 3, "invalid_client_metadata")
    assert (refused.value.code, refused.value.status) == ("invalid_client_metadata", status)
