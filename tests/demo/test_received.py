import json
from pathlib import Path
from typing import Any

from app.demo import received
from app.demo.texts import Texts
from app.demo.visit import Visit

WORDS = Texts(Path(received.__file__).parent / "texts.toml")
UNTIL = 1_835_000_000


def rows(userinfo: dict[str, Any], language: str = "en") -> dict[str, received.Item]:
    visit = Visit("openid", {}, {"sub": "a"}, {"sub": "a", **userinfo})
    return {item.claim: item for item in received.items(visit, WORDS, language)}


def test_each_claim_has_its_own_terms() -> None:
    terms = {"email": {"purposes": ["service"], "ground": "consent", "until": UNTIL}}
    found = rows({"email": "a@b.example", "data_terms": terms}, "nl")["email"]

    assert found == received.Item(
        "email", "E-mailadres", ["a@b.example"], "de dienst zelf", "jouw toestemming", "24 februari 2028"
    )


def test_a_claim_without_terms_of_its_own_has_those_of_the_whole() -> None:
    whole = {"data_purposes": ["delivery"], "data_retention": {"until": UNTIL}}
    found = rows({"name": "Sanne", **whole})["name"]

    assert (found.purposes, found.ground, found.until) == ("delivery", "", "24 February 2028")


def test_a_provider_that_says_nothing_about_terms_leaves_them_empty() -> None:
    found = rows({"name": "Sanne"})["name"]

    assert (found.purposes, found.ground, found.until) == ("", "", "")


def test_words_that_nobody_has_are_shown_as_they_came() -> None:
    terms = {"shoe_size": {"purposes": ["dancing"], "ground": "whim", "until": "soon"}}
    found = rows({"shoe_size": 38, "data_terms": terms})["shoe_size"]

    assert found == received.Item("shoe_size", "shoe_size", ["38"], "dancing", "whim", "")


def test_terms_that_make_no_sense_break_nothing() -> None:
    for odd in ([], "x", {"name": []}, {"name": {"purposes": "x", "ground": "", "until": True}}):
        assert rows({"name": "Sanne", "data_terms": odd})["name"].lines == ["Sanne"]


def test_names_come_first_and_the_unknown_last() -> None:
    assert list(rows({"zoneinfo": "x", "address": {}, "gender": "x", "email": "x", "name": "x"})) == [
        "name",
        "email",
        "address",
        "gender",
        "zoneinfo",
    ]


def test_values_are_put_in_words() -> None:
    account = {"method": "sepa_debit", "iban": "NL91ABNA0417164300", "holder": "S. de Vries"}
    found = rows({"payment_account": account, "email_verified": True, "birthdate": "1990-04-12"}, "nl")

    assert found["payment_account"].lines[0] == "Automatische incasso"
    assert found["payment_account"].lines[2] == "S. de Vries"
    assert found["email_verified"].lines == ["ja"]
    assert found["birthdate"].lines == ["12 april 1990"]


def test_what_is_shown_raw_is_what_arrived() -> None:
    arrived = {"name": "Zoë <b>", "n": 1}

    assert json.loads(received.raw(arrived)) == arrived
    assert "Zoë" in received.raw(arrived)
