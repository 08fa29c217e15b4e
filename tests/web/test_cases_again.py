"""A business that needs more time says why, in time; and what was refused can be asked again."""

import pytest

from app.services import cases
from tests.servers.house import House
from tests.web.test_cases import KEPT, Relation, signed_in, token, words_of


@pytest.fixture
def relation(shared_house: House) -> Relation:
    relation = Relation(shared_house)
    relation.baker.set_cookie("sluis-language", "en")
    return relation


def test_more_time_is_taken_by_hand_and_the_person_reads_why(relation: Relation) -> None:
    relation.ask()
    longer = {"answer": "extended", "message": ""}
    assert "Tell the customer why you need more time." in words_of(relation.say(longer), 422)
    link = relation.link()
    assert relation.say({**longer, "message": "Our archive is moving."}).status_code == 303
    assert "What you said" in words_of(relation.baker.get(link))
    case = relation.case()
    page = words_of(relation.browser.get(f"/cases/{case.id}"))
    for said in ("Bakkerij says it needs more time. It must be done before", "Our archive is moving."):
        assert said in page
    assert relation.browser.get(f"/cases/{case.id}/letter").status_code == 303
    now = relation.house.clock.now
    relation.house.clock.now = case.answer_before
    assert 'value="extended"' in relation.baker.get(link).text  # the same once more is the same
    page = words_of(relation.browser.get(f"/cases/{case.id}"))
    assert "The longer time that Bakkerij took to answer was over" in page
    assert "three months at most" in page
    letter = words_of(relation.browser.get(f"/cases/{case.id}/letter?lang=en"))
    assert "the business answered that it needed more time." in letter
    assert "the extended time of article 12(3) GDPR was over" in letter
    relation.house.clock.now = now


def test_after_the_month_more_time_is_not_offered(relation: Relation) -> None:
    relation.ask()
    now = relation.house.clock.now
    relation.house.clock.now = relation.case().answer_before
    assert 'value="extended"' not in relation.baker.get(relation.link()).text
    relation.house.clock.now = now


def test_what_was_refused_is_asked_again_by_its_giver(relation: Relation) -> None:
    relation.ask()
    first = relation.case()
    where = f"/cases/{first.id}/again"
    assert relation.browser.get(where).status_code == 404  # nothing was refused yet
    assert where not in relation.browser.get(f"/cases/{first.id}").text
    relation.answer(state="in_progress")
    relation.house.clock.move(seconds=1)
    relation.answer(state="partially_refused", refusals=[KEPT])
    browser = relation.browser
    assert f'href="{where}"' in browser.get(f"/cases/{first.id}").text
    words = words_of(browser.get(where))
    assert "Ask Bakkerij to erase?" in words
    assert "E-mail address" not in words.partition("Do not ask")[0]
    stranger = signed_in(relation.house, Relation(relation.house).nora)
    assert stranger.get(where).status_code == 404
    assert stranger.post(where, data={"csrf_token": token(stranger)}).status_code == 404
    asked = [browser.post(where, data={"csrf_token": token(browser)}) for _ in range(2)]
    second = relation.case()
    assert second.id != first.id
    assert {each.headers["Location"] for each in asked} == {f"/cases/{second.id}"}
    assert second.items == {"address"}
    assert f'href="/cases/{second.id}"' in browser.get(f"/cases/{first.id}").text
    assert {each.case.id for each in cases.of_person(relation.house.services, relation.nora.id)} == {
        first.id,
        second.id,
    }
