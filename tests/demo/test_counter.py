"""The page behind the counter: requests to erase, and what each answer does to what the shop has."""

from collections.abc import Callable
from typing import Any

import pytest

from app.demo.blauw_en_zoon.basket import Order, read_basket
from app.demo.front_door import Reception
from tests.demo.provider import Provider
from tests.demo.visitor import SeenPage, Visitor

OpenShop = Callable[..., Visitor]
ITEMS = ("name", "email", "address", "account_records")
LAW = {"ground": "legal_duty", "law": "Article 52 AWR", "until": "2099-12-31"}


@pytest.fixture
def case(provider: Provider, orderer: Visitor) -> str:
    """They stop and ask to erase, and the shop has heard of it; the page of the request."""
    sender = provider.transmitter
    case_id = sender.asks_to_erase(provider.sub, *ITEMS)
    sender.tell("blauw-en-zoon-client", provider.sub, "consent-withdrawn")
    told = {"case_id": case_id, "items": list(ITEMS), "answer_before": 1_835_000_000}
    sender.tell("blauw-en-zoon-client", provider.sub, "erasure-requested", **told)
    assert office(orderer).mailroom.collect() == 2
    assert sender.answers == [{"state": "received"}], "that it arrived is said at once"
    return f"/achter-de-toonbank/verzoek/{case_id}"


def office(orderer: Visitor) -> Reception:
    found: Reception = orderer.app.extensions["demo_reception"]
    return found


def answer(orderer: Visitor, case: str, **fields: Any) -> SeenPage:
    page = orderer.get(case)
    token = page.form("")["csrf_token"]
    form = {"csrf_token": token, **LAW, "answer": "keeps", **fields}
    return SeenPage(orderer.session.post(orderer.shop + case, data=form, timeout=10))


def held(orderer: Visitor, provider: Provider) -> set[str] | None:
    found = office(orderer).customers.find(provider.sub)
    return None if found is None else set(found.facts)


def test_a_request_stands_behind_the_counter_with_what_is_still_there(
    provider: Provider, orderer: Visitor, case: str
) -> None:
    counter = orderer.get("/achter-de-toonbank").words
    page = orderer.get(case)

    assert "Sanne de Vries asks us to erase: Name, E-mail address, Address, Account records." in counter
    assert "Received, still to be answered." in counter
    assert page.words.count("we still have it") == 2
    assert page.text.count(" checked") == 2
    assert page.attribute("law", "value") == "Article 52 AWR (keep invoices seven years)"


def test_keeping_some_refuses_those_and_erases_the_rest(provider: Provider, orderer: Visitor, case: str) -> None:
    page = answer(orderer, case, keep=["address"], message="On the invoice.")

    assert provider.transmitter.answers[-1] == {
        "state": "partially_refused",
        "refusals": [{"item": "address", **LAW}],
        "message": "On the invoice.",
    }
    assert page.attribute("case-final", "data-state") == "partially_refused"
    assert "Address: a legal duty, Article 52 AWR, until 31 December 2099" in page.words
    assert held(orderer, provider) == {"address"}


def test_keeping_all_is_refusing(provider: Provider, orderer: Visitor, case: str) -> None:
    page = answer(orderer, case, keep=list(ITEMS))

    assert page.attribute("case-final", "data-state") == "refused"
    assert held(orderer, provider) == {"name", "address"}


def test_after_erasing_everything_nothing_is_left_not_even_the_order(
    provider: Provider, orderer: Visitor, case: str
) -> None:
    memory = office(orderer).memory
    memory.set("order:of-another", Order("of-another", read_basket({"heron-jar": 1}), "somebody else"), 60)
    page = answer(orderer, case, answer="completed", keep=["address"])

    assert provider.transmitter.answers[-1] == {"state": "completed", "message": ""}
    assert page.attribute("case-final", "data-state") == "completed"
    assert held(orderer, provider) is None
    assert set(memory.matching("order:")) == {"order:of-another"}
    assert "Sanne" not in orderer.get("/achter-de-toonbank").words


def test_an_answer_that_cannot_be_right_is_not_sent(provider: Provider, orderer: Visitor, case: str) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({}, "nothing_ticked"),
        ({"keep": ["telepathy"]}, "nothing_ticked"),
        ({"keep": ["address"], "law": " "}, "no_law"),
        ({"keep": ["address"], "ground": "because"}, "no_law"),
        ({"keep": ["address"], "until": "some day"}, "no_day"),
        ({"keep": ["address"], "until": "2020-01-01"}, "no_day"),
    ]
    for fields, code in wrong:
        page = answer(orderer, case, message="Typed with care", **fields)
        assert (page.status, page.attribute("case-problem", "data-code")) == (422, code)
        assert "Typed with care" in page.text
    assert len(provider.transmitter.answers) == 1
    assert held(orderer, provider) == {"name", "address"}


def test_nothing_is_erased_on_an_answer_that_did_not_arrive(provider: Provider, orderer: Visitor, case: str) -> None:
    for status, code in ((400, "not_taken"), (409, "not_taken"), (503, "unreachable")):
        provider.transmitter.takes = status
        assert answer(orderer, case, answer="completed").attribute("case-problem", "data-code") == code
    assert held(orderer, provider) == {"name", "address"}


def test_a_request_that_is_not_there_is_no_page(orderer: Visitor) -> None:
    assert orderer.get("/achter-de-toonbank/verzoek/of-another").status == 404


def test_a_request_is_not_called_gone_while_the_provider_cannot_be_reached(open_shop: OpenShop) -> None:
    shop = open_shop("blauw-en-zoon", issuer="http://127.0.0.1:1")
    assert shop.get("/achter-de-toonbank/verzoek/some").attribute("shop-error", "data-code") == "unreachable"


def test_the_footer_of_every_shop_leads_there(provider: Provider, open_shop: OpenShop) -> None:
    for name in ("trattoria-sole", "marktplein"):
        shop = open_shop(name)
        page = shop.get(shop.get("/").link("counter-link"))
        assert "Nobody at the moment." in page.words
    provider.broken = frozenset({"/v1/cases"})
    assert "We cannot fetch the requests from Sluis right now." in shop.get("/achter-de-toonbank").words
