"""One's own account: password, addresses, sessions. Whoever changes how to get in proves who they are first."""

from datetime import timedelta

import pytest

from app.domain.errors import Refusal
from app.services import account, correction, person_mail
from app.services.addresses import index
from app.storage.tables.people import emails, people
from tests.factories import INTENDED_USE, add_business, add_client, add_person, share
from tests.redeeming import BackOffice, id_token_of, tokens
from tests.servers.house import House
from tests.servers.visitor import PASSWORD, Visitor, address, letters, link_in, register, shopper, words
from tests.services.told import told_of
from tests.shops import Shop, answer

NEW = "ander anker ploeg 93"
ENGLISH = {"Accept-Language": "en"}


def _add(visitor: Visitor, email: str, password: str = PASSWORD) -> int:
    return visitor.post("/account/addresses/add", {"email": email, "current": password}).status_code


def _person(house: House, email: str) -> str:
    """Whose address this is, proved or not."""
    with house.services.database.read() as db:
        found = db.execute(emails.select().where(emails.c.address_index == index(house.services, email)))
        return str(found.one().person_id)


def _removal(visitor: Visitor, email: str) -> str:
    """The page where an address is removed; the only one has none that a link leads to."""
    services = visitor.house.services
    with services.database.read() as db:
        found = db.execute(emails.select().where(emails.c.address_index == index(services, email)))
        return f"/account/addresses/{found.one().id}/remove"


def test_a_new_password_works_at_once_and_ends_other_sessions_and_links_on_their_way(house: House) -> None:
    here = register(house)
    there = Visitor(house, here.email)
    there.sign_in(here.email)
    thiefs = address()
    _add(there, thiefs)
    changed = here.post("/account/password", {"current": PASSWORD, "new": NEW})
    assert there.post(link_in(letters(house, thiefs)[-1], "confirm")).status_code == 410
    assert changed.location == "/account"
    assert "Je wachtwoord is gewijzigd. Je bent overal uitgelogd, behalve hier." in words(here.follow(changed))
    assert there.get("/account").status_code == 303
    assert there.sign_in(here.email).status_code == 422
    assert there.sign_in(here.email, NEW).status_code == 303
    assert letters(house, here.email)[-1].subject == "Je wachtwoord is gewijzigd"


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"current": "not the password", "new": NEW}, "account-current"),
        ({"current": "", "new": NEW}, "account-current"),
        ({"current": PASSWORD, "new": "kort"}, "account-new"),
        ({"current": PASSWORD, "new": ""}, "account-new"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_changes(
    shared_house: House, form: dict[str, str], field: str
) -> None:
    visitor = register(shared_house)
    refused = visitor.post("/account/password", form)
    assert refused.status_code == 422
    assert f'id="{field}-error"' in refused.text
    assert Visitor(shared_house).sign_in(visitor.email).status_code == 303


def test_a_second_click_finds_the_password_changed_and_a_wrong_one_does_not(house: House) -> None:
    visitor = register(house)
    form = {"current": PASSWORD, "new": "een derde wachtwoord 55"}
    for _ in range(2):
        assert visitor.post("/account/password", form).location == "/account"
    assert visitor.post("/account/password", {**form, "new": "een ander wachtwoord 66"}).status_code == 422
    house.clock.move(minutes=1)
    assert visitor.post("/account/password", form).status_code == 422


def test_guessing_the_password_from_a_borrowed_browser_is_limited(house: House) -> None:
    visitor = register(house)
    form = {"current": "not the password", "new": NEW}
    limit = house.services.settings.login.failures_per_account
    answers = [visitor.post("/account/password", form) for _ in range(limit + 1)]
    assert [answer.status_code for answer in answers] == [422] * limit + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_another_address_signs_in_once_its_link_was_used(house: House) -> None:
    visitor, second = register(house), address()
    assert _add(visitor, second) == 303
    assert Visitor(house).sign_in(second).status_code == 422
    Visitor(house).post(link_in(letters(house, second)[-1], "confirm"))
    assert Visitor(house).sign_in(second).status_code == 303
    assert letters(house, visitor.email)[-1].subject == "De e-mailadressen van je account zijn gewijzigd"


def test_a_business_is_told_when_its_customers_address_is_proved_and_when_it_is_no_more(house: House) -> None:
    visitor, second = register(house), address()
    person = shopper(house, visitor)
    flagged = {**INTENDED_USE, "low": {**INTENDED_USE["low"], "required": ["email", "email_verified"]}}
    uses = {"flagged": flagged, "plain": INTENDED_USE}
    grants = {
        name: share(house, person, add_client(house, business_id=add_business(house, intended_use=use)))
        for name, use in uses.items()
    }
    correction.correct(house.services, person.id, person.persona_id, {"email": second}, house.clock.now)
    _add(visitor, second)
    house.clock.move(seconds=1)
    visitor.post(link_in(letters(house, second)[-1], "confirm"))
    house.clock.move(seconds=1)
    assert visitor.post(_removal(visitor, second), {"current": PASSWORD}).location == "/account"
    told = {name: told_of(house, grant, "data-changed") for name, grant in grants.items()}
    assert told["plain"] == [{"claims": ["email"]}]
    both, flag = {"claims": ["email", "email_verified"]}, {"claims": ["email_verified"]}
    assert told["flagged"] == [both, flag, flag]


def test_whoever_opens_the_link_of_another_account_is_told_so(house: House) -> None:
    visitor, other, second = register(house), register(house), address()
    _add(visitor, second)
    told = "That was for another account than the one you are signed in to here."
    done = other.post(link_in(letters(house, second)[-1], "confirm"), headers=ENGLISH)
    page = words(other.follow(done))
    assert "Your e-mail address is confirmed." in page
    assert told in page
    assert told not in words(visitor.get("/account", headers=ENGLISH))
    visitor.post(_removal(visitor, visitor.email), {"current": PASSWORD})
    link = link_in(letters(house, visitor.email)[-1], "account/addresses/removal")
    assert told in words(other.follow(other.post(link, headers=ENGLISH)))


def test_a_link_to_another_address_that_was_asked_under_the_old_password_is_dead(house: House) -> None:
    visitor, changed, recovered, anothers = register(house), address(), address(), address()
    Visitor(house).post("/register", {"email": anothers, "password": PASSWORD})
    _add(visitor, changed)
    visitor.post("/account/password", {"current": PASSWORD, "new": NEW})
    _add(visitor, recovered, NEW)
    Visitor(house).post("/recover", {"email": visitor.email})
    Visitor(house).post(link_in(letters(house, visitor.email)[-1], "recover"), {"password": PASSWORD})
    for email, status in ((changed, 410), (recovered, 410), (anothers, 303)):
        assert Visitor(house).post(link_in(letters(house, email)[-1], "confirm")).status_code == status
    visitor.sign_in(visitor.email)
    visitor.post(_removal(visitor, changed).replace("/remove", "/link"))
    assert Visitor(house).post(link_in(letters(house, changed)[-1], "confirm")).status_code == 303


def test_an_address_is_changed_by_adding_the_new_and_removing_the_old_and_a_shop_knows_the_same_sub(
    house: House, shop: Shop
) -> None:
    visitor, second = register(house), address()
    known = share(house, shopper(house, visitor), shop.client_id).sub
    _add(visitor, second)
    visitor.post(link_in(letters(house, second)[-1], "confirm"))
    removal = _removal(visitor, visitor.email)
    assert 'id="removal-link-first"' in visitor.get(removal).text
    assert 'id="removal-link-first"' not in visitor.get(_removal(visitor, second)).text
    asked = visitor.post(removal, {"current": PASSWORD})
    assert "Vanaf 9 november 2026 verwijder je het zonder link" in words(visitor.follow(asked))
    link = link_in(letters(house, visitor.email)[-1], "account/addresses/removal")
    assert visitor.get(link).status_code == 200
    assert Visitor(house).sign_in(visitor.email).status_code == 303
    assert [Visitor(house).post(link).status_code for _ in range(2)] == [303, 410]
    assert Visitor(house).sign_in(visitor.email).status_code == 422
    back = Visitor(house)
    assert back.sign_in(second).status_code == 303
    code = answer(shop.begin(back.client, prompt="none"))["code"]
    members = tokens(BackOffice(house, shop.client_id).redeem(code))
    assert id_token_of(house, members)["sub"] == known
    assert "Confirmed" not in words(visitor.get("/facts", headers={"Accept-Language": "en"})).partition("Phone")[0]


def test_whoever_cannot_read_the_old_mail_any_more_removes_the_address_after_a_week(house: House) -> None:
    visitor, second = register(house), address()
    _add(visitor, second)
    visitor.post(link_in(letters(house, second)[-1], "confirm"))
    house.clock.move(days=7)
    visitor.sign_in(visitor.email)
    third = address()
    _add(visitor, third)
    visitor.post(link_in(letters(house, third)[-1], "confirm"))
    told = letters(house, visitor.email)
    visitor.post(_removal(visitor, visitor.email), {"current": PASSWORD})
    assert Visitor(house).sign_in(visitor.email).status_code == 422
    assert len(letters(house, visitor.email)) == len(told) + 1
    assert letters(house, visitor.email)[-1].subject == "De e-mailadressen van je account zijn gewijzigd"


def test_a_thief_who_adds_an_address_and_removes_the_owners_does_not_shut_the_owner_out(house: House) -> None:
    owner, thiefs = register(house), address()
    house.clock.move(days=30)
    owner.sign_in(owner.email)
    _add(owner, thiefs)
    owner.post(link_in(letters(house, thiefs)[-1], "confirm"))
    owner.post("/account/password", {"current": PASSWORD, "new": NEW})
    owner.post(_removal(owner, owner.email), {"current": NEW})
    removal = link_in(letters(house, owner.email)[-1], "account/addresses/removal")
    Visitor(house).post("/recover", {"email": owner.email})
    Visitor(house).post(link_in(letters(house, owner.email)[-1], "recover"), {"password": PASSWORD})
    signed_in = Visitor(house)
    assert signed_in.sign_in(owner.email).status_code == 303
    assert signed_in.post(_removal(signed_in, owner.email), {"current": PASSWORD}).status_code == 422
    _add(signed_in, thiefs)
    assert Visitor(house).post(removal).status_code == 410
    signed_in.post(_removal(signed_in, thiefs), {"current": PASSWORD})
    assert thiefs not in signed_in.get("/account").text


def test_an_address_kept_as_a_detail_before_it_signs_in_is_no_older_for_that(house: House) -> None:
    owner, thiefs = register(house), address()
    owner.post("/facts/edit/contact", {"email": thiefs})
    owner.post(link_in(letters(house, thiefs)[-1], "confirm"))
    other, detail = register(house), address()
    other.post("/facts/edit/contact", {"email": detail})
    other.post(link_in(letters(house, detail)[-1], "confirm"))
    house.clock.move(days=30)
    owner.sign_in(owner.email)
    added = owner.post("/account/addresses/add", {"email": thiefs, "current": PASSWORD}, headers=ENGLISH)
    assert "You sign in with this address too from now on." in words(owner.get(added.location))
    assert Visitor(house).sign_in(detail).status_code == 422, "of this one nobody asked that it signs in"
    owner.post(_removal(owner, owner.email), {"current": PASSWORD})
    assert Visitor(house).sign_in(owner.email).status_code == 303, "its mailbox was told today, and has a week"
    house.clock.move(days=7)
    owner.sign_in(owner.email)
    owner.post(_removal(owner, owner.email), {"current": PASSWORD})
    assert Visitor(house).sign_in(owner.email).status_code == 422


def test_a_detail_nobody_proved_yet_signs_in_once_proved_only_when_that_was_asked(house: House) -> None:
    visitor, detail = register(house), address()
    visitor.post("/facts/edit/contact", {"email": detail})
    services, person_id = house.services, _person(house, detail)
    for asked_to_sign_in in (False, True):
        now = house.clock.now
        account.request_link(services, person_id, detail, language="nl", signs_in=asked_to_sign_in, now=now)
        own = {each.address: each.signs_in for each in account.own_addresses(services, person_id)}
        assert own == {visitor.email: True, detail: asked_to_sign_in}
    visitor.post(link_in(letters(house, detail)[-1], "confirm"))
    assert Visitor(house).sign_in(detail).status_code == 303


def test_no_address_is_added_of_which_the_others_are_not_told(
    shared_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError

    visitor, thiefs = register(shared_house), address()
    monkeypatch.setattr(person_mail, "tell", fails)
    assert _add(visitor, thiefs) == 500
    assert letters(shared_house, thiefs) == []


def test_the_last_address_that_signs_in_stays(house: House) -> None:
    visitor, unread = register(house), address()
    _add(visitor, unread)
    removal = _removal(visitor, visitor.email)
    overview = visitor.get("/account").text
    assert removal not in overview
    assert _removal(visitor, unread) in overview
    assert "account-remove" not in visitor.get(removal).text
    refused = visitor.post(removal, {"current": PASSWORD})
    assert refused.status_code == 422
    assert 'id="error-summary"' in refused.text
    assert "account-current-error" not in refused.text, "the password was right"
    assert Visitor(house).sign_in(visitor.email).status_code == 303


def test_a_link_that_would_take_the_only_address_says_so_and_works_once_there_is_another(house: House) -> None:
    visitor, second = register(house), address()
    _add(visitor, second)
    visitor.post(link_in(letters(house, second)[-1], "confirm"))
    visitor.post(_removal(visitor, visitor.email), {"current": PASSWORD})
    link = link_in(letters(house, visitor.email)[-1], "account/addresses/removal")
    visitor.post(_removal(visitor, second), {"current": PASSWORD})
    for told in (visitor.get(link), Visitor(house).post(link)):
        assert (told.status_code, "Dit is het enige adres waarmee je kunt inloggen" in words(told)) == (409, True)
    _add(visitor, second)
    visitor.post(link_in(letters(house, second)[-1], "confirm"))
    assert visitor.post(link).status_code == 303


def test_an_address_that_signs_in_already_is_not_promised_a_link(shared_house: House) -> None:
    visitor = register(shared_house)
    sent = letters(shared_house, visitor.email)
    refused = visitor.post("/account/addresses/add", {"email": visitor.email.upper(), "current": PASSWORD})
    assert refused.status_code == 422
    assert 'id="account-email-error"' in refused.text
    assert letters(shared_house, visitor.email) == sent


@pytest.mark.parametrize("password", ["", "not the password"])
def test_addresses_are_not_changed_without_the_password(shared_house: House, password: str) -> None:
    visitor, second = register(shared_house), address()
    assert _add(visitor, second, password) == 422
    assert letters(shared_house, second) == []
    assert visitor.post(_removal(visitor, visitor.email), {"current": password}).status_code == 422


def test_adding_the_address_of_somebody_else_tells_nothing_but_tells_them(house: House) -> None:
    visitor, other = register(house), register(house)
    answers = []
    for email in (other.email, address()):
        response = visitor.post("/account/addresses/add", {"email": email, "current": PASSWORD})
        answers.append((response.status_code, response.location))
    assert answers[0] == answers[1]
    assert letters(house, other.email)[-1].subject == "Je hebt al een account"


def test_an_address_that_goes_stays_among_the_details_and_is_not_confirmed_there_any_more(house: House) -> None:
    visitor, second = register(house), address()
    _add(visitor, second)
    assert "Je gegevens blijven zoals ze zijn." in words(visitor.get(_removal(visitor, second)))
    visitor.post(link_in(letters(house, second)[-1], "confirm"))
    visitor.post("/facts/edit/contact", {"email": second})
    assert second + " Bevestigd op" in words(visitor.get("/facts"))
    removal = _removal(visitor, second)
    assert "dan blijft het daar, maar het geldt niet meer als bevestigd." in words(visitor.get(removal))
    visitor.post(removal, {"current": PASSWORD})
    told = words(visitor.get("/facts"))
    assert second in told
    assert "Bevestigd op" not in told
    assert "Open de link in onze mail" not in told, "none was sent to it"


def test_another_persons_address_cannot_be_named(house: House) -> None:
    visitor, other = register(house), register(house)
    theirs = _removal(other, other.email)
    assert visitor.get(theirs).status_code == 404
    assert visitor.post(theirs, {"current": PASSWORD}).status_code == 404


def test_the_link_can_be_sent_again_but_not_without_end(house: House) -> None:
    visitor, second = register(house), address()
    _add(visitor, second)
    link = _removal(visitor, second).replace("/remove", "/link")
    for _ in range(20):
        assert visitor.post(link).status_code == 303
    assert len(letters(house, second)) == 10
    assert "Wacht een uur" in words(visitor.post(_removal(visitor, second), {"current": PASSWORD}))


def test_where_the_link_was_used_already_no_other_is_said_to_be_sent(house: House) -> None:
    visitor, second = register(house), address()
    _add(visitor, second)
    again = _removal(visitor, second).replace("/remove", "/link")
    assert "We hebben de link opnieuw gestuurd." in words(visitor.follow(visitor.post(again)))
    Visitor(house).post(link_in(letters(house, second)[-1], "confirm"))
    told = words(visitor.follow(visitor.post(again)))
    assert "Dit adres is al bevestigd." in told
    assert "opnieuw gestuurd" not in told


def test_sessions_are_listed_and_ended(house: House) -> None:
    here = register(house)
    others = [Visitor(house), Visitor(house)]
    for other in others:
        other.sign_in(here.email)
    page = here.get("/account").text
    ends = [part.partition('"')[0] for part in page.split('action="/account/sessions/')[1:]]
    assert len(ends) == 3  # two browsers, and all others at once
    assert "Daar uitgelogd." in words(here.follow(here.post(f"/account/sessions/{ends[0]}")))
    assert sorted(other.get("/account").status_code for other in others) == [200, 303]
    assert "Overal uitgelogd, behalve hier." in words(here.follow(here.post("/account/sessions/end-others")))
    assert [other.get("/account").status_code for other in others] == [303, 303]
    assert here.get("/account").status_code == 200


def test_nobody_ends_the_session_of_somebody_else(house: House) -> None:
    owner, other = register(house), register(house)
    Visitor(house).sign_in(owner.email)
    page = owner.get("/account").text
    end = page.partition('action="/account/sessions/')[2].partition('"')[0]
    other.post(f"/account/sessions/{end}")
    assert len(owner.get("/account").text.split('action="/account/sessions/')) == 3


@pytest.mark.parametrize("path", ["/account", "/account/password", "/account/addresses/add", "/facts", "/profiles"])
def test_a_stranger_signs_in_first_and_comes_back(shared_house: House, path: str) -> None:
    stranger = Visitor(shared_house)
    assert stranger.get(path, headers=ENGLISH).location == f"/sign-in?next={path}"
    assert "You had been signed out" not in words(stranger.get("/sign-in", headers=ENGLISH)), "nothing was pressed"


def test_the_language_chosen_here_is_that_of_mail(house: House) -> None:
    visitor, other = register(house), register(house)
    visitor.post("/language", {"lang": "en", "next": "/account"})
    assert '<html lang="en">' in visitor.get("/account").text
    with house.services.database.read() as db:
        spoken = dict(db.execute(people.select().with_only_columns(people.c.id, people.c.language)).all())
    assert spoken == {shopper(house, visitor).id: "en", shopper(house, other).id: "nl"}


def test_a_person_has_only_so_many_addresses(shared_house: House) -> None:
    services, person, now = shared_house.services, add_person(shared_house), shared_house.clock.now

    def add(number: int) -> None:
        at = now + timedelta(hours=number)  # so many mails an hour, too
        account.request_link(services, person.id, address(), language="nl", signs_in=True, now=at)

    for number in range(account.MOST_ADDRESSES - 1):
        add(number)
    with pytest.raises(Refusal, match="too_many"):
        add(account.MOST_ADDRESSES)
