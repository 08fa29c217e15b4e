"""Pages of erasure cases: asking, following, complaining; and the link by which a business answers one case."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from fpdf import FPDF
from sqlalchemy import update
from werkzeug.test import TestResponse

from app.domain.case_answers import RefusalGround
from app.domain.cases import Case
from app.domain.grants import Grant
from app.domain.levels import Level
from app.jobs import retention
from app.services import cases, consents, correction, erasure, leaving, mail, personas
from app.services.receipts import Notice
from app.storage import grant_versions, grants, people
from app.storage.tables.cases import case_links
from app.storage.tables.cases import cases as case_rows
from app.storage.tables.parties import businesses
from app.web.cases.letter import Letter, Section, Sender
from app.web.cases.letter_pdf import document
from app.web.cases.words import EXPLAINED, GROUNDS, item_labels
from tests.factories import ALL_SCOPES, Shopper, add_business, add_client, add_person, share, sign_in
from tests.pages import Page
from tests.protocol.test_statements import counting
from tests.servers.house import House

NOTICE = Notice("en", "Stop")
KEPT = {"item": "address", "ground": "legal_duty", "law": "Article 52 AWR", "until": "2033-12-31"}
FORM_KEEPS = {"answer": "keeps", "keeps": ["address"], "ground": "legal_duty", "law": "52 AWR", "until": "2033-12-31"}


class Relation:
    """A person and a business with an address for privacy questions; and a browser of each."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.business_id = add_business(house, name="Bakkerij")
        self.contact = f"{self.business_id[:8]}@bakkerij.example"
        details = {"privacy_contact": self.contact, "country": "NL", "legal_name": "Bakkerij B.V."}
        with house.services.database.write() as db:
            db.execute(update(businesses).where(businesses.c.id == self.business_id).values(details=details))
        self.nora = add_person(house)
        client_id = add_client(house, business_id=self.business_id)
        self.grant: Grant = share(house, self.nora, client_id, Level.HIGH, scopes=frozenset(ALL_SCOPES.split()))
        self.baker = house.browser()

    @property
    def browser(self) -> FlaskClient:
        """Nora's, signed in just now."""
        return signed_in(self.house, self.nora)

    def ask(self) -> TestResponse:
        browser = self.browser
        return browser.post(f"/cases/ask/{self.grant.id}", data={"csrf_token": token(browser)})

    def case(self) -> Case:
        found = cases.of_grant(self.house.services, self.nora.id, self.grant.id)
        assert found is not None
        return found.case

    def read(self) -> list[str]:
        """The words of the last decision, line by line, as its receipt keeps them."""
        with self.house.services.database.read() as db:
            return str(grant_versions.of_grant(db, self.grant.id)[-1].notice["text"]).splitlines()

    def link(self) -> str:
        letters = [each for each in mail.latest(self.house.services, 500) if each.recipient == self.contact]
        match = re.search(r"/cases/answer/\S+", letters[0].text)
        assert match is not None
        return match.group()

    def say(self, form: dict[str, Any], link: str = "") -> TestResponse:
        """The baker fills in the form."""
        return self.baker.post(link or self.link(), data={"csrf_token": token(self.baker), **form})

    def answer(self, **answer: Any) -> None:
        """The bakery's system answers."""
        cases.answer(self.house.services, self.business_id, self.case().id, answer, self.house.clock.now)


def signed_in(house: House, person: Shopper) -> FlaskClient:
    browser = house.browser()
    browser.set_cookie("sluis-language", "en")
    sign_in(house, browser, person)
    return browser


def token(browser: FlaskClient) -> str:
    match = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/recover").text)
    assert match is not None
    return match.group(1)


def words_of(response: TestResponse, status: int = 200) -> str:
    assert response.status_code == status, response.text
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.text)))


@pytest.fixture
def relation(shared_house: House) -> Relation:
    relation = Relation(shared_house)
    relation.baker.set_cookie("sluis-language", "en")
    return relation


# --- the person ---


def test_more_requests_cost_no_more_reads(shared_house: House) -> None:
    services, person = shared_house.services, add_person(shared_house)
    browser, costs = signed_in(shared_house, person), []
    for _ in range(2):
        grant = share(shared_house, person, add_client(shared_house))
        erasure.stop_and_erase(services, grant.id, person.id, Notice("en", "Stop"), shared_house.clock.now)
        with counting() as statements:
            assert browser.get("/cases").status_code == 200
        costs.append(statements)
    assert costs[0] == costs[1]


def test_looking_at_the_page_that_asks_changes_nothing(relation: Relation) -> None:
    words = words_of(relation.browser.get(f"/cases/ask/{relation.grant.id}"))
    for name in ("E-mail address", "Address", "Collected: purchases", "Account records"):
        assert name in words
    with relation.house.services.database.read() as db:
        grant = grants.find(db, relation.grant.id)
    assert grant is not None
    assert grant.ended_at is None
    assert cases.of_grant(relation.house.services, relation.nora.id, relation.grant.id) is None


def test_asking_leads_to_the_case_with_its_day_and_says_that_it_stopped_too(relation: Relation) -> None:
    browser = relation.browser
    response = browser.post(f"/cases/ask/{relation.grant.id}", data={"csrf_token": token(browser)})
    assert (response.status_code, response.headers["Location"]) == (303, f"/cases/{relation.case().id}")
    words = words_of(browser.get(response.headers["Location"]))
    assert "Stopped. Bakkerij gets nothing more from you." in words
    assert words.count("Request sent. Bakkerij must answer before") == 1
    assert "had to answer was over" not in words
    assert [line.partition(":")[0] for line in relation.read()] == [
        "Stop sharing with Bakkerij",
        "Bakkerij no longer gets",
        "The permission to keep track of what you do ends.",
        "Ask Bakkerij to erase",
        "Bakkerij has one month to answer.",
    ]


def test_asking_to_erase_says_what_else_is_shared_goes_on_and_what_that_means_for_the_account(
    relation: Relation,
) -> None:
    house, nora = relation.house, relation.nora
    till = add_client(house, business_id=relation.business_id, redirect_uris=["https://till.example/cb"])
    beside = share(house, nora, till)
    assert beside.sub == relation.grant.sub
    keeps = "For what else you share with Bakkerij it may keep what it needs, such as your account records."
    about = "This is about what you share through shop.example."
    path = f"/cases/ask/{relation.grant.id}"
    assert keeps in words_of(relation.browser.get(path))
    consents.stop(house.services, relation.grant.id, nora.id, NOTICE, house.clock.now)
    page = words_of(relation.browser.get(path))
    for said in (about, keeps, "What else you share with Bakkerij goes on."):
        assert said in page
    relation.ask()
    assert relation.read() == [
        about,
        "Ask Bakkerij to erase: E-mail address, Address, Collected: purchases, Collected: visits, Account records",
        "What else you share with Bakkerij goes on.",
        keeps,
        "Bakkerij has one month to answer.",
    ]


def test_another_persona_is_another_account_to_the_business(relation: Relation) -> None:
    house, nora = relation.house, relation.nora
    work = personas.add(house.services, nora.id, "Work", "clay", house.clock.now)
    share(house, replace(nora, persona_id=work), relation.grant.client_id)
    page = words_of(relation.browser.get(f"/cases/ask/{relation.grant.id}"))
    assert "What else you share with it goes on." in page
    assert "such as your account records" not in page


def test_asking_twice_leads_to_the_same_case(relation: Relation) -> None:
    first, second = relation.ask(), relation.ask()
    assert first.headers["Location"] == second.headers["Location"]
    again = relation.browser.get(f"/cases/ask/{relation.grant.id}")
    assert (again.status_code, again.headers["Location"]) == (303, first.headers["Location"])


def test_nothing_is_asked_without_the_token_of_our_own_page(relation: Relation) -> None:
    browser = relation.browser
    for response in (
        browser.post(f"/cases/ask/{relation.grant.id}"),
        browser.post(
            f"/cases/ask/{relation.grant.id}",
            data={"csrf_token": token(browser)},
            headers={"Sec-Fetch-Site": "cross-site"},
        ),
    ):
        assert response.status_code == 403
    assert cases.of_grant(relation.house.services, relation.nora.id, relation.grant.id) is None


def test_a_business_can_be_asked_after_sharing_was_stopped(relation: Relation) -> None:
    services, now = relation.house.services, relation.house.clock.now
    consents.stop(services, relation.grant.id, relation.nora.id, NOTICE, now)
    page = relation.browser.get(f"/sharing/{relation.grant.id}")
    assert f"/cases/ask/{relation.grant.id}" in page.text
    assert "Stop and ask to erase" not in words_of(relation.browser.get(f"/cases/ask/{relation.grant.id}"))
    asked = relation.ask()
    assert "Stopped." not in words_of(relation.browser.get(asked.headers["Location"]))
    assert relation.case().state == "sent"
    assert relation.read() == [
        f"Ask Bakkerij to erase: {', '.join(item_labels(relation.case().items))}",
        "Bakkerij has one month to answer.",
    ]
    assert "Request sent" in words_of(relation.browser.get(f"/sharing/{relation.grant.id}"))


def test_both_ways_to_stop_stand_on_the_page_of_a_business_and_on_the_page_that_stops(relation: Relation) -> None:
    page = relation.browser.get(f"/sharing/{relation.grant.id}").text
    assert 'id="stop-sharing"' in page
    assert f'id="stop-and-erase" href="/cases/ask/{relation.grant.id}"' in page
    page = relation.browser.get(f"/sharing/{relation.grant.id}/stop").text
    assert 'id="stop-confirm"' in page
    assert f'formaction="/cases/ask/{relation.grant.id}"' in page


@pytest.mark.parametrize("where", ["", "/letter", "/letter.pdf"])
def test_nobody_sees_the_case_of_another(relation: Relation, where: str) -> None:
    relation.ask()
    stranger = signed_in(relation.house, add_person(relation.house))
    case_id = relation.case().id
    assert stranger.get(f"/cases/{case_id}{where}").status_code == 404
    assert stranger.get(f"/cases/{'0' * 32}{where}").status_code == 404
    assert stranger.get(f"/cases/%00{where}").status_code == 404
    anonymous = relation.house.browser().get(f"/cases/{case_id}{where}")
    assert (anonymous.status_code, anonymous.headers["Location"].partition("?")[0]) == (303, "/sign-in")


def test_nobody_asks_for_another(relation: Relation) -> None:
    stranger = signed_in(relation.house, add_person(relation.house))
    assert stranger.get(f"/cases/ask/{relation.grant.id}").status_code == 404
    response = stranger.post(f"/cases/ask/{relation.grant.id}", data={"csrf_token": token(stranger)})
    assert response.status_code == 404
    assert words_of(stranger.get("/cases")).count("Bakkerij") == 0


def test_what_a_business_says_is_said_to_be_its_word(relation: Relation) -> None:
    relation.ask()
    url = f"/cases/{relation.case().id}"
    for answer, words in (
        ({"state": "received"}, "Bakkerij says it has the request"),
        ({"state": "in_progress", "message": "Two <b>weeks</b>\nmore"}, "Bakkerij says it is working on it"),
        ({"state": "completed"}, "According to Bakkerij everything is erased"),
    ):
        relation.answer(**answer)
        page = relation.browser.get(url)
        assert words in words_of(page)
    for words in ("received", "we are working on it", "everything is erased"):
        assert f"Bakkerij says: {words}" in words_of(page)
    assert "Two &lt;b&gt;weeks&lt;/b&gt;<br>more" in page.text
    assert "letter" not in page.text.partition("<main")[2].partition("</main>")[0].lower()


def test_a_partial_refusal_shows_item_ground_law_and_day(relation: Relation) -> None:
    relation.ask()
    relation.answer(state="partially_refused", refusals=[KEPT])
    words = words_of(relation.browser.get(f"/cases/{relation.case().id}"))
    assert "Bakkerij keeps this until 31 December 2033 (legal duty)." in words
    assert "Article 52 AWR" in words
    assert "According to Bakkerij a part is kept and the rest is erased." in words
    assert "Bakkerij says: we keep a part, the rest is erased" in words
    assert "According to Bakkerij the rest is erased." in words
    assert "You may complain" in words
    overview = words_of(relation.browser.get("/sharing"))
    assert "Bakkerij Ended Address 31 December 2033 according to Bakkerij" in overview


def test_overdue_is_shown_and_complained_about_and_a_late_answer_still_counts(relation: Relation) -> None:
    relation.ask()
    case = relation.case()
    assert "/letter" not in relation.browser.get(f"/cases/{case.id}").text
    relation.house.clock.now = case.answer_before
    page = relation.browser.get(f"/cases/{case.id}")
    assert "had to answer before" in words_of(page)
    assert f"/cases/{case.id}/letter" in page.text
    relation.answer(state="completed")
    words = words_of(relation.browser.get(f"/cases/{case.id}"))
    assert "According to Bakkerij everything is erased" in words
    late, day, asked = map(
        words.index, ("Bakkerij says: everything is erased", "The month in which", "Request sent to Bakkerij")
    )
    assert late < day < asked, "not newest first, as the page about the business is"


def test_with_two_personas_each_case_says_as_whom(relation: Relation) -> None:
    relation.ask()
    alone = relation.browser.get("/cases").text
    assert " · Me" not in alone
    personas.add(relation.house.services, relation.nora.id, "Work", "moss", relation.house.clock.now)
    browser = relation.browser
    assert "Bakkerij</a> · Me" in browser.get("/cases").text
    assert "days left · Me" in words_of(browser.get(f"/cases/{relation.case().id}"))


def test_the_list_has_open_cases_first(shared_house: House) -> None:
    first, second = Relation(shared_house), Relation(shared_house)
    first.ask()
    second.nora = first.nora
    second.grant = share(shared_house, first.nora, add_client(shared_house, business_id=second.business_id), Level.LOW)
    second.ask()
    first.answer(state="completed")
    page = first.browser.get("/cases")
    waiting, closed = page.text.split('id="closed"')
    for case, part, other in ((second.case(), waiting, closed), (first.case(), closed, waiting)):
        assert case.id in part
        assert case.id not in other
    assert words_of(page).count(" left") == 1, "of a closed one no time is left"
    assert "Says it is erased" in words_of(page)
    shared_house.clock.now = second.case().answer_before
    assert "Too late" in words_of(first.browser.get("/cases"))
    assert "No business was asked" in words_of(signed_in(shared_house, add_person(shared_house)).get("/cases"))


# --- the letter ---


@pytest.mark.parametrize("where", ["/letter", "/letter.pdf"])
def test_there_is_no_letter_while_there_is_nothing_to_complain_about(relation: Relation, where: str) -> None:
    relation.ask()
    case_id = relation.case().id
    browser = relation.browser
    response = browser.get(f"/cases/{case_id}{where}")
    assert (response.status_code, response.headers["Location"]) == (303, f"/cases/{case_id}")
    assert "the business still has time to answer" in words_of(browser.get(f"/cases/{case_id}"))


def test_the_letter_tells_the_facts_of_the_case(house: House) -> None:
    relation = Relation(house)
    relation.ask()
    relation.answer(state="received")
    case = relation.case()
    relation.house.clock.now = case.answer_before
    parts = {"name": None, "middle_name": "van der"}
    correction.correct(relation.house.services, relation.nora.id, relation.nora.persona_id, parts, case.opened_at)
    head, asked, foot = (
        [
            "Nora van der Canary Sluisweg 12, 1234 AB Utrecht, Netherlands",
            "Autoriteit Persoonsgegevens Postbus 93374 2509 AJ Den Haag",
            "2 December 2026",
            "Complaint about Bakkerij B.V.: a request to erase personal data",
            "Dear Sir or Madam,",
            (
                "I make a complaint under article 77 of the General Data Protection Regulation (GDPR) about the way in"
                " which Bakkerij B.V. deals with a request to erase my personal data."
            ),
            "The business",
            "Name: Bakkerij B.V.",
            "Website: https://shop.example",
            f"Address for privacy questions: {relation.contact}",
            f"It knows me by this customer number: {case.sub}",
            "What happened",
            "2 November 2026: I shared personal data with Bakkerij B.V. through Sluis.",
            (
                "2 November 2026: Bakkerij B.V. was asked to erase it (article 17 GDPR),"
                f" as request {case.id} through Sluis."
            ),
            "2 November 2026: the business answered that it had received the request.",
        ],
        ["What it was asked to erase", *item_labels(case.items)],
        [
            "Please let me know what you do with my complaint (article 77(2) GDPR).",
            "Enclosed",
            "The signed receipts of what I agreed to and of the request",
            f"The answers of the business to request {case.id}, if it gave any",
            "Yours faithfully,",
            "Nora van der Canary",
        ],
    )
    assert letter(relation) == [
        *head,
        "2 December 2026: the month of article 12(3) GDPR was over, without a final answer.",
        *asked,
        "What I ask of you",
        "Please order Bakkerij B.V. to comply with the request, and to erase the data (article 58(2)(c) and (g) GDPR).",
        *foot,
    ]
    relation.house.clock.now = case.opened_at + timedelta(days=10)
    relation.answer(state="partially_refused", refusals=[KEPT])
    head[2] = "12 November 2026"
    assert letter(relation) == [
        *head,
        "12 November 2026: the business answered that it keeps a part.",
        *asked,
        "What it says it keeps, and why",
        "Address: legal duty (article 17(3)(b) GDPR), Article 52 AWR; kept until 31 December 2033.",
        "What I ask of you",
        (
            "Please judge whether Bakkerij B.V. may keep these data. If it may not, please order it to erase them"
            " (article 58(2)(g) GDPR)."
        ),
        *foot,
    ]


def letter(relation: Relation) -> list[str]:
    """The letter in English, heading by heading and line by line."""
    page = Page(relation.browser.get(f"/cases/{relation.case().id}/letter?lang=en"))
    return [each.words for each in page["letter"] if each.tag in {"h2", "h3", "p", "li"}]


def test_the_letter_tells_in_their_order_answers_given_at_the_moment_the_time_was_over(relation: Relation) -> None:
    relation.ask()
    relation.house.clock.now = relation.case().answer_before
    with relation.house.services.database.write() as db:
        db.execute(update(case_rows).where(case_rows.c.id == relation.case().id).values(reason="expired"))
    relation.answer(state="received")
    relation.answer(state="in_progress")
    words = " ".join(letter(relation))
    told = ("the agreed term was over", "was asked to erase", "the month of", "it had received", "it was working on it")
    assert sorted(told, key=words.index) == list(told)


def test_the_letter_tells_the_day_a_term_was_over_also_when_it_was_asked_later(relation: Relation) -> None:
    relation.house.clock.now = relation.grant.ends_at + timedelta(days=5)
    retention.run(relation.house.services, relation.house.clock.now)
    relation.house.clock.now = relation.case().answer_before
    over_on, asked_on = (at.strftime("%-d %B %Y") for at in (relation.grant.ends_at, relation.case().opened_at))
    words = " ".join(letter(relation))
    assert f"{over_on}: the agreed term was over. {asked_on}: Bakkerij B.V. was asked" in words


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_letter_is_in_the_language_chosen_on_a_page_in_another(relation: Relation, language: str) -> None:
    relation.ask()
    relation.house.clock.now = relation.case().answer_before
    page = relation.browser.get(f"/cases/{relation.case().id}/letter?lang={language}").text
    assert '<html lang="en">' in page
    assert f'<article class="letter" lang="{language}"' in page
    assert ("Geachte" in page) is (language == "nl")
    assert ("Dear Sir" in page) is (language == "en")


def test_the_letter_can_be_taken_along_as_a_document(relation: Relation) -> None:
    relation.ask()
    relation.house.clock.now = relation.case().answer_before
    response = relation.browser.get(f"/cases/{relation.case().id}/letter.pdf?lang=nl")
    assert response.status_code == 200
    assert response.content_type == "application/pdf"
    assert response.data.startswith(b"%PDF-")
    assert response.headers["Content-Disposition"] == "attachment; filename=sluis-complaint-nl.pdf"
    assert response.headers["Cache-Control"] == "no-store"


def test_the_document_says_what_the_letter_says(relation: Relation, monkeypatch: pytest.MonkeyPatch) -> None:
    on_paper: list[str] = []
    monkeypatch.setattr(FPDF, "multi_cell", lambda _pdf, _width, _height, words, **_: on_paper.append(words))
    relation.ask()
    relation.house.clock.now = relation.case().answer_before
    where = f"/cases/{relation.case().id}/letter"
    article = relation.browser.get(f"{where}?lang=nl").text.partition("<article")[2].partition("</article>")[0]
    assert b"/Lang (nl)" in relation.browser.get(f"{where}.pdf?lang=nl").data
    read = re.sub(r"<[^>]+>", "\n", unescape(article).partition(">")[2]).split("\n")
    assert on_paper == [*(line.strip() for line in read if line.strip()), "(handtekening)"]


def test_name_and_address_stand_in_the_letter_and_nowhere_else(relation: Relation) -> None:
    relation.ask()
    relation.house.clock.now = relation.case().answer_before
    case_id = relation.case().id
    for path in ("/cases", f"/cases/{case_id}"):
        assert "Canary" not in relation.browser.get(path).text
    assert "Canary" in relation.browser.get(f"/cases/{case_id}/letter").text
    assert "Canary" not in relation.baker.get(relation.link()).text


@pytest.mark.parametrize("name", ["Łucja Żółć", "Ђорђе Ünal", "Ελένη", "山田太郎", "a\u202eb", "x" * 500, ""])
def test_any_name_can_be_set_on_paper(name: str, shared_house: House) -> None:
    letter = Letter(
        language="nl",
        sender=Sender(name, ("Sluisweg 12",) if name else ()),
        date="2 november 2026",
        subject="Klacht",
        greeting="Geachte heer, mevrouw,",
        opening="Ik klaag.",
        sections=(Section("Feiten", points=("woord " * 40,) * 20, sentences=("zin",)),),
        closing="Hoogachtend,",
    )
    with shared_house.app.test_request_context():
        made = document(letter, shared_house.clock.now)
    assert made.startswith(b"%PDF-")
    assert made.rstrip().endswith(b"%%EOF")


@pytest.mark.parametrize("ground", RefusalGround)
def test_every_ground_is_explained(ground: RefusalGround, shared_house: House) -> None:
    with shared_house.app.test_request_context():
        assert str(GROUNDS[ground])
        assert str(EXPLAINED[ground]).endswith(".")


def test_the_letter_leaves_out_what_the_business_told_nobody(relation: Relation) -> None:
    relation.ask()
    nameless = {"name": "Bakkerij", "website": "", "details": {}}
    with relation.house.services.database.write() as db:
        db.execute(update(businesses).where(businesses.c.id == relation.business_id).values(**nameless))
    relation.house.clock.now = relation.case().answer_before
    told = letter(relation)
    business = told[told.index("The business") + 1 : told.index("What happened")]
    assert business == ["Name: Bakkerij", f"It knows me by this customer number: {relation.grant.sub}"]


def test_a_refusal_that_came_too_late_is_told_as_both(relation: Relation) -> None:
    relation.ask()
    case = relation.case()
    relation.answer(state="extended", message="Our archive is moving.")
    relation.house.clock.now = relation.case().answer_before
    relation.answer(state="refused", refusals=[KEPT | {"item": item} for item in sorted(case.items)])
    words = words_of(relation.browser.get(f"/cases/{case.id}"))
    assert "Bakkerij refuses to erase." in words
    for said in ("we do not erase this", "we need more time"):
        assert f"Bakkerij says: {said}" in words
    told, day = " ".join(letter(relation)), relation.house.clock.now.strftime("%-d %B %Y")
    assert f"{day}: the extended time of article 12(3) GDPR was over, without a final answer." in told
    assert f"{day}: the business answered that it refuses." in told


# --- the business behind its link ---


def test_the_first_day_the_form_offers_is_one_it_takes(relation: Relation) -> None:
    relation.ask()
    link = relation.link()
    first = Page(relation.baker.get(link))["case-until"].attributes["min"]
    today = relation.house.clock.now.date().isoformat()
    assert relation.say({**FORM_KEEPS, "until": today}, link).status_code == 422
    assert relation.say({**FORM_KEEPS, "until": first}, link).status_code == 303


def test_the_link_shows_the_request_and_nobody(relation: Relation) -> None:
    relation.ask()
    page = relation.baker.get(relation.link())
    words = words_of(page)
    assert "A customer asks Bakkerij to erase data" in words
    assert relation.case().sub in words
    for value in ("Nora", "Canary", relation.nora.email, "Sluisweg", relation.nora.id):
        assert value not in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"


def test_the_link_asks_for_no_account_and_shows_none(relation: Relation) -> None:
    relation.ask()
    browser = relation.browser
    for path in (relation.link(), "/cases/answered"):
        assert "Sign out" not in browser.get(path).text


def test_received_then_done_by_hand(relation: Relation) -> None:
    relation.ask()
    link = relation.link()
    response = relation.say({"answer": "received"})
    assert (response.status_code, response.headers["Location"]) == (303, link)
    words = words_of(relation.baker.get(link))
    assert "We have received it" in words
    assert "Thank you. The customer sees that you said this." in words
    assert relation.case().state == "received"
    response = relation.say({"answer": "completed"})
    assert (response.status_code, response.headers["Location"]) == (303, "/cases/answered")
    assert "the link is closed" in words_of(relation.baker.get("/cases/answered"))
    assert relation.case().state == "completed"


def test_the_link_closes_after_the_last_answer(relation: Relation) -> None:
    relation.ask()
    link = relation.link()
    relation.say(FORM_KEEPS)
    assert relation.baker.get(link).status_code == 410
    assert relation.say({"answer": "completed"}, link).status_code == 410
    assert relation.say({"answer": "received"}, link).status_code == 410
    assert relation.say({}, link).status_code == 410
    assert relation.case().state == "partially_refused"


def test_a_double_click_is_one_answer(relation: Relation) -> None:
    relation.ask()
    link = relation.link()
    for form in ({"answer": "received"}, {"answer": "received"}, FORM_KEEPS, FORM_KEEPS):
        assert relation.say(form, link).status_code == 303
    followed = cases.of_grant(relation.house.services, relation.nora.id, relation.grant.id)
    assert followed is not None
    assert [each.content.state for each in followed.answers] == ["received", "partially_refused"]


def test_an_answer_that_was_given_before_is_not_said_to_be_another_s_and_keeps_what_was_typed(
    relation: Relation,
) -> None:
    relation.ask()
    relation.say({"answer": "in_progress"})
    page = relation.say({"answer": "in_progress", "message": "Two days more."})
    assert "You said this before" in words_of(page, 422)
    assert "Two days more.</textarea>" in page.text


def test_a_business_is_not_told_that_a_customer_who_left_reads_what_it_writes(relation: Relation) -> None:
    relation.ask()
    link = relation.link()
    assert "The customer reads this." in words_of(relation.baker.get(link))
    leaving.erase_account(relation.house.services, relation.nora.id, relation.house.clock.now)
    words = words_of(relation.baker.get(link))
    assert "The customer reads this." not in words
    assert "This customer left Sluis" in words
    relation.say({"answer": "received"}, link)
    assert "Thank you. We keep that you said this." in words_of(relation.baker.get(link))


def test_another_language_keeps_what_a_business_filled_in_and_answers_nothing(relation: Relation) -> None:
    relation.ask()
    assert 'form="case-form" name="lang" value="nl"' in relation.baker.get(relation.link()).text
    page = relation.say(FORM_KEEPS | {"lang": "nl"})
    assert "Wat bewaar je?" in words_of(page)
    assert f'value="{FORM_KEEPS["law"]}"' in page.text
    assert relation.case().state == "sent"


def test_ticking_everything_is_refusing(relation: Relation) -> None:
    relation.ask()
    pasted = {"law": "52\N{NO-BREAK SPACE}AWR", "message": "All\r\n\r\n\tof\N{NO-BREAK SPACE}it "}
    relation.say(FORM_KEEPS | {"keeps": sorted(relation.case().items), **pasted})
    assert relation.case().state == "refused"
    followed = cases.of_grant(relation.house.services, relation.nora.id, relation.grant.id)
    assert followed is not None
    content = followed.answers[-1].content
    assert (content.refusals[0].law, content.message) == ("52 AWR", "All\n\nof it")


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({}, "Choose an answer."),
        ({"answer": "nonsense"}, ""),
        ({"answer": "sent"}, ""),
        (FORM_KEEPS | {"keeps": []}, "Tick what you keep."),
        (FORM_KEEPS | {"keeps": ["shoe_size"]}, ""),
        (FORM_KEEPS | {"answer": "completed"}, "You ticked something you keep."),
        (FORM_KEEPS | {"ground": ""}, "Choose the legal ground."),
        (FORM_KEEPS | {"ground": "because"}, "Choose the legal ground."),
        (FORM_KEEPS | {"law": " "}, "Name the law"),
        (FORM_KEEPS | {"law": "x" * 201}, "Use at most 200 characters."),
        (FORM_KEEPS | {"until": "31-12-2033"}, "Fill in a day"),
        (FORM_KEEPS | {"until": "2001-01-01"}, "Fill in a day"),
        ({"answer": "completed", "message": "x" * 1001}, "Use at most 1000 characters"),
        ({"answer": "completed", "message": "a\x00b"}, "Use at most 1000 characters"),
    ],
    ids=str,
)
def test_a_form_that_is_not_right_yet_says_so_and_keeps_what_was_typed(
    relation: Relation, form: dict[str, Any], words: str
) -> None:
    relation.ask()
    page = relation.say(form)
    assert words in words_of(page, 422)
    assert 'id="error-summary"' in page.text
    assert relation.case().state == "sent"
    if form.get("law", "").strip() and len(form["law"]) < 50:
        assert f'value="{form["law"]}"' in page.text


@pytest.mark.parametrize("secret", ["x", "0" * 43, "%00", "%ff", "a" * 4000, "..%2f"])
def test_a_link_that_is_not_whole_opens_nothing(relation: Relation, secret: str) -> None:
    relation.ask()
    assert relation.baker.get(f"/cases/answer/{secret}").status_code == 404
    assert relation.say({"answer": "completed"}, f"/cases/answer/{secret}").status_code == 404


def test_a_link_opens_its_own_case_only(shared_house: House) -> None:
    one, other = Relation(shared_house), Relation(shared_house)
    one.ask()
    other.ask()
    one.say({"answer": "completed"})
    assert (one.case().state, other.case().state) == ("completed", "sent")
    assert other.case().id not in one.baker.get(one.link()).text


def test_a_business_whose_browser_lost_its_cookies_loses_nothing_it_typed(relation: Relation) -> None:
    relation.ask()
    link, forgetful = relation.link(), relation.house.browser()
    page = forgetful.post(link, data=FORM_KEEPS | {"until": "one day"})
    assert page.status_code == 422
    assert f'value="{FORM_KEEPS["law"]}"' in page.text
    assert forgetful.post(link, data=FORM_KEEPS).status_code == 303
    assert relation.case().state == "partially_refused"


def test_a_link_is_answered_by_nobody_whoever_is_signed_in(relation: Relation) -> None:
    relation.ask()
    before = _language(relation)
    assert before != "nl"
    assert "Wat bewaar je?" in relation.browser.post(relation.link(), data=FORM_KEEPS | {"lang": "nl"}).text
    assert relation.case().state == "sent"
    assert _language(relation) == before


def _language(relation: Relation) -> str:
    with relation.house.services.database.read() as db:
        person = people.find(db, relation.nora.id)
    assert person is not None
    return person.language


def test_a_link_followed_by_a_machine_answers_nothing(relation: Relation) -> None:
    relation.ask()
    for _ in range(3):
        relation.baker.get(relation.link())
        relation.baker.head(relation.link())
    assert relation.case().state == "sent"


def test_the_database_does_not_know_the_link(relation: Relation) -> None:
    relation.ask()
    secret = relation.link().rpartition("/")[2]
    with relation.house.services.database.read() as db:
        rows = db.execute(case_links.select()).all()
    assert rows
    assert secret not in repr(rows)


def test_page_and_interface_answer_the_same_case_in_one_order(relation: Relation) -> None:
    relation.ask()
    link = relation.link()
    relation.answer(state="in_progress")
    page = relation.baker.get(link).text
    assert 'value="received"' not in page
    assert relation.say({"answer": "received"}, link).status_code == 422
    relation.answer(state="completed")
    assert relation.baker.get(link).status_code == 410


@pytest.mark.parametrize("path", ["/cases/answered", "/cases"])
def test_pages_are_there_in_both_languages(relation: Relation, path: str) -> None:
    texts = set()
    for language in ("nl", "en"):
        browser = relation.browser
        browser.set_cookie("sluis-language", language)
        page = browser.get(path)
        assert f'<html lang="{language}">' in page.text
        texts.add(words_of(page))
    assert len(texts) == 2
