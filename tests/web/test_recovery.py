"""A forgotten password: a link to the address, for a short time and once, which ends everything before it."""

from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import update

from app.services import addresses, leaving, mail_links
from app.services.mail_links import Purpose
from app.storage import emails
from app.storage.tables.people import people
from tests.factories import add_client
from tests.pages import Page
from tests.redeeming import LOW_OFFLINE, BackOffice, log_in, refused, tokens
from tests.servers.house import House
from tests.servers.visitor import PASSWORD, Visitor, address, begin_login, letters, link_in, register, shopper, words

NEW = "ander anker ploeg 93"


def _ask(house: House, email: str) -> str:
    Visitor(house).post("/recover", {"email": email})
    return link_in(letters(house, email)[-1], "recover")


def test_the_link_sets_a_new_password_and_ends_every_session_and_refresh_token(house: House) -> None:
    signed_in, office = register(house), BackOffice(house, add_client(house))
    login = log_in(house, shopper(house, signed_in), office.client_id, scopes=LOW_OFFLINE)
    token = tokens(office.redeem(login.code()))["refresh_token"]
    link, visitor = _ask(house, signed_in.email), Visitor(house)
    assert visitor.get(link).status_code == 200
    assert visitor.post(link, {"password": NEW}).status_code == 303
    assert signed_in.get("/account").status_code == 303
    assert refused(office.refresh(token)) == "invalid_grant"
    assert visitor.sign_in(signed_in.email).status_code == 422
    assert visitor.sign_in(signed_in.email, NEW).status_code == 303
    assert letters(house, signed_in.email)[-1].subject == "Je wachtwoord is gewijzigd"


def test_the_link_works_once_and_for_a_short_time(house: House) -> None:
    email = register(house).email
    link, life_s = _ask(house, email), house.services.settings.login.recovery_link_s
    assert f"{life_s // 60} minuten lang" in letters(house, email)[-1].text.replace("\n", " ")
    house.clock.move(seconds=life_s)
    assert Visitor(house).get(link).status_code == 410
    assert Visitor(house).post(link, {"password": NEW}).status_code == 410
    link = _ask(house, email)
    assert [Visitor(house).post(link, {"password": NEW}).status_code for _ in range(2)] == [303, 410]
    dead = Page(Visitor(house).get(link), 410)
    assert dead.links["Vraag een nieuwe link aan"] == "/recover"


def test_the_link_goes_to_the_address_as_it_was_confirmed(shared_house: House) -> None:
    email = register(shared_house).email
    Visitor(shared_house).post("/recover", {"email": email.upper()})
    assert link_in(letters(shared_house, email)[-1], "recover")


def test_only_the_newest_link_works(house: House) -> None:
    email = register(house).email
    older, newest = _ask(house, email), _ask(house, email)
    assert Visitor(house).get(older).status_code == 410
    assert Visitor(house).get(newest).status_code == 200


def test_a_weak_password_is_refused_and_the_link_still_works(house: House) -> None:
    email = register(house).email
    link = _ask(house, email)
    assert [Visitor(house).post(link, {"password": weak}).status_code for weak in ("password123", email)] == [422, 422]
    empty = Page(Visitor(house).post(link, {"password": ""}), 422)
    assert empty["recover-password-error"].words.endswith("Kies een wachtwoord.")
    assert Visitor(house).post(link, {"password": NEW}).status_code == 303


@pytest.mark.parametrize(("typed", "said"), [("", "Vul je e-mailadres in."), ("nobody", "Een e-mailadres heeft één @")])
def test_what_is_no_address_is_refused_beside_the_field(shared_house: House, typed: str, said: str) -> None:
    page = Page(Visitor(shared_house).post("/recover", {"email": typed}), 422)
    assert said in page["recover-email-error"].words
    assert page["recover-email"].attributes.get("value", "") == typed


def test_who_recovers_where_somebody_else_is_signed_in_takes_their_place(house: House) -> None:
    other, email = register(house), register(house).email
    done = other.post(_ask(house, email), {"password": NEW})
    assert other.get("/account").status_code == 303
    page = Page(other.follow(done))
    assert "Je wachtwoord is gewijzigd. Log in met het nieuwe." in page.words
    assert page["login-email"].attributes["value"] == email


def test_one_goes_on_afterwards_where_one_was(house: House) -> None:
    email, visitor = register(house).email, Visitor(house)
    asked = visitor.post("/recover?next=/facts", {"email": email})
    assert asked.location == "/recover/sent?next=/facts"
    done = visitor.post(link_in(letters(house, email)[-1], "recover"), {"password": NEW})
    assert done.location == "/sign-in?next=/facts"


def test_the_answer_is_the_same_for_an_address_nobody_has(house: House) -> None:
    known, unknown, answers = register(house).email, address(), []
    for email in (known, unknown):
        visitor = Visitor(house)
        response = visitor.post("/recover", {"email": email})
        told = words(visitor.follow(response)).replace(email, "")
        answers.append((response.status_code, response.location, told))
    assert answers[0] == answers[1]
    assert letters(house, unknown)[-1].subject == "Er is geen account met dit adres"
    assert "/recover/" not in letters(house, unknown)[-1].text


def test_one_source_asks_sixty_times_an_hour_and_an_address_nobody_has_gets_six_letters_of_them(house: House) -> None:
    visitor, unknown = Visitor(house), address()
    asked = [visitor.post("/recover", {"email": unknown}).status_code for _ in range(61)]
    assert (set(asked[:60]), asked[60]) == ({303}, 429)
    assert len(letters(house, unknown)) == 6
    house.clock.move(seconds=3599)
    assert visitor.post("/recover", {"email": unknown}).status_code == 429
    house.clock.move(seconds=1)
    assert visitor.post("/recover", {"email": unknown}).status_code == 303
    assert len(letters(house, unknown)) == 7


def test_an_account_that_is_closed_gets_no_letter_and_the_answer_is_the_same(house: House) -> None:
    email, visitor = register(house).email, Visitor(house)
    before, sent = _ask(house, email), letters(house, email)
    with house.services.database.write() as db:
        db.execute(update(people).values(standing="disabled"))
    response = visitor.post("/recover", {"email": email})
    assert (response.status_code, response.location) == (303, "/recover/sent")
    assert letters(house, email) == sent
    assert visitor.get(before).status_code == 410


def test_the_link_leads_to_our_own_address_whatever_host_was_asked(house: House) -> None:
    email, visitor = register(house).email, Visitor(house)
    form, forged = {"email": email}, {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    visitor.post("/recover", form, headers=forged)
    assert house.services.settings.issuer + "/recover/" in letters(house, email)[-1].text
    assert "evil" not in letters(house, email)[-1].text


def test_who_recovers_is_let_in_however_often_others_guessed(house: House) -> None:
    email, thief = register(house).email, Visitor(house)
    for _ in range(house.services.settings.login.failures_per_account + 1):
        thief.sign_in(email, "not the password")
    Visitor(house).post(_ask(house, email), {"password": NEW})
    assert Visitor(house).sign_in(email, NEW).status_code == 303


def test_the_browser_of_who_recovers_has_tries_of_its_own_however_others_go_on_guessing(house: House) -> None:
    email, visitor, thief = register(house).email, Visitor(house), Visitor(house)
    visitor.post(_ask(house, email), {"password": NEW})
    for _ in range(house.services.settings.login.failures_per_account + 1):
        thief.sign_in(email, "not the password")
    assert Visitor(house).sign_in(email, NEW).status_code == 429
    assert visitor.sign_in(email, NEW).status_code == 303


def test_whoever_asks_has_a_link_that_works_however_many_others_asked_for(house: House) -> None:
    email = register(house).email
    for _ in range(9):
        assert Visitor(house).post("/recover", {"email": email}).status_code == 303
    sent = letters(house, email)
    assert len(sent) == 6
    assert Visitor(house).get(link_in(sent[-1], "recover")).status_code == 200
    house.clock.move(seconds=house.services.settings.login.recovery_link_s)
    _ask(house, register(house).email)  # somebody else's waits
    with house.services.database.write() as db:  # and one that is no way to recover
        mine = emails.account(db, addresses.index(house.services, email))
        assert mine is not None
        sent = (Purpose.CONFIRM, mine.person_id, mine.email_id, house.clock.now, None)
        mail_links.send(house.services, db, *sent)
    for _ in range(9):
        Visitor(house).post("/recover", {"email": email})
    assert len(letters(house, email)) == 7
    assert Visitor(house).post(link_in(letters(house, email)[-1], "recover"), {"password": NEW}).status_code == 303
    assert Visitor(house).get(_ask(house, email)).status_code == 200


def _added(house: House, person: Visitor) -> str:
    """Another address that signs in to a person's account, confirmed by whoever added it."""
    email = address()
    person.post("/account/addresses/add", {"email": email, "current": PASSWORD})
    Visitor(house).post(link_in(letters(house, email)[-1], "confirm"))
    return email


def test_an_address_added_later_neither_signs_in_nor_recovers_after_a_recovery(house: House) -> None:
    owner = register(house)
    thiefs = _added(house, owner)
    under_way = _ask(house, thiefs)
    recovering = Visitor(house)
    done = recovering.post(_ask(house, owner.email), {"password": NEW})
    assert "Voeg opnieuw toe wat van jou is" in words(recovering.follow(done))
    assert Visitor(house).post(under_way, {"password": PASSWORD}).status_code == 410
    assert Visitor(house).sign_in(thiefs, NEW).status_code == 422
    Visitor(house).post("/recover", {"email": thiefs})
    assert letters(house, thiefs)[-1].subject == "Er is geen account met dit adres"
    assert "na dat adres zijn toegevoegd" in letters(house, owner.email)[-1].text.replace("\n", " ")
    once_more = recovering.post(_ask(house, owner.email), {"password": NEW})
    assert "Voeg opnieuw toe" not in words(recovering.follow(once_more)), "none signs in any more"
    assert "na dat adres zijn toegevoegd" not in letters(house, owner.email)[-1].text.replace("\n", " ")
    recovering.sign_in(owner.email, NEW)
    again = recovering.post("/account/addresses/add", {"email": thiefs, "current": NEW})
    assert "Je kunt voortaan ook met dit adres inloggen" in words(recovering.follow(again))
    assert Visitor(house).sign_in(thiefs, NEW).status_code == 303


def test_links_that_whoever_knew_the_password_had_sent_are_dead_after_a_recovery(house: House) -> None:
    owner = register(house)
    _added(house, owner)
    first, thiefs = shopper(house, owner), address()
    with house.services.database.read() as db:
        oldest = emails.of_person(db, first.id)[0].id
    owner.post("/account/addresses/add", {"email": thiefs, "current": PASSWORD})
    owner.post(f"/account/addresses/{oldest}/remove", {"current": PASSWORD})
    to_add = link_in(letters(house, thiefs)[-1], "confirm")
    to_remove = link_in(letters(house, owner.email)[-1], "account/addresses/removal")
    assert Visitor(house).post(_ask(house, owner.email), {"password": NEW}).status_code == 303
    assert [Visitor(house).post(link).status_code for link in (to_add, to_remove)] == [410, 410]


def test_whoever_recovers_with_a_later_address_takes_nothing_from_the_one_before_it(house: House) -> None:
    owner = register(house)
    thiefs, under_way = _added(house, owner), _ask(house, owner.email)
    for _ in range(house.services.settings.login.failures_per_account + 1):
        Visitor(house).sign_in(owner.email, "not the password")
    assert Visitor(house).post(_ask(house, thiefs), {"password": PASSWORD}).status_code == 303
    assert Visitor(house).sign_in(owner.email).status_code == 303
    assert Visitor(house).post(under_way, {"password": NEW}).status_code == 303
    assert Visitor(house).sign_in(owner.email, NEW).status_code == 303
    assert Visitor(house).sign_in(thiefs, NEW).status_code == 422


def test_a_confirmation_link_recovers_nothing(house: House) -> None:
    email = address()
    Visitor(house).post("/register", {"email": email, "password": NEW})
    link = link_in(letters(house, email)[-1], "confirm").replace("/confirm/", "/recover/")
    assert Visitor(house).post(link, {"password": NEW}).status_code == 410


def test_who_forgot_the_password_in_a_shops_login_goes_on_with_that_login(house: House) -> None:
    email, visitor = register(house).email, Visitor(house)
    waiting = begin_login(visitor, add_client(house))
    visitor.post(f"/recover?next={waiting}", {"email": email})
    done = visitor.post(link_in(letters(house, email)[-1], "recover"), {"password": NEW})
    assert parse_qs(urlsplit(done.location).query)["next"] == [waiting]
    assert Page(visitor.get(done.location))["login-email"].attributes["value"] == email
    assert Page(visitor.get(done.location))["login-email"].attributes.get("value", "") == ""
    signed_in = visitor.follow(visitor.sign_in(email, NEW, waiting))
    assert 'id="picker"' in signed_in.text


def test_who_was_erased_since_finds_the_page_to_sign_in_empty(house: House) -> None:
    person, visitor = register(house), Visitor(house)
    visitor.post(_ask(house, person.email), {"password": NEW})
    with house.services.database.read() as db:
        account = emails.account(db, addresses.index(house.services, person.email))
    assert account is not None
    leaving.erase_account(house.services, account.person_id, house.clock.now)
    assert Page(visitor.get("/sign-in"))["login-email"].attributes.get("value", "") == ""


def test_a_link_opened_in_another_browser_leads_to_no_login_it_cannot_go_on_with(house: House) -> None:
    email, visitor, mail_app = register(house).email, Visitor(house), Visitor(house)
    waiting = begin_login(visitor, add_client(house))
    visitor.post(f"/recover?next={waiting}", {"email": email})
    done = mail_app.post(link_in(letters(house, email)[-1], "recover"), {"password": NEW})
    assert done.location == "/sign-in"
    assert "Ga terug naar de browser waar je begon" in words(mail_app.follow(done))
    assert 'id="picker"' in visitor.follow(visitor.sign_in(email, NEW, waiting)).text
