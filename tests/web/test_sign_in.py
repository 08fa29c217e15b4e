"""Signing in: one answer for every wrong pair, a limit on trying, a new secret every time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import update

from app.services import sessions
from app.storage.tables.people import people
from tests.factories import add_client
from tests.pages import Page
from tests.servers.house import House
from tests.servers.visitor import PASSWORD, Visitor, address, begin_login, letters, link_in, register, shopper, words


def _secret(visitor: Visitor) -> str:
    cookie = visitor.client.get_cookie("sluis-session")
    return cookie.value if cookie else ""


def test_the_form_has_its_stable_ids(shared_house: House) -> None:
    page = Visitor(shared_house).get("/sign-in").text
    for stable in ("login-email", "login-password", "login-submit", "login-register", "login-recover"):
        assert f'id="{stable}"' in page


def test_where_one_jumped_to_on_the_page_does_not_go_along_with_the_form(shared_house: House) -> None:
    (form,) = Page(Visitor(shared_house).get("/sign-in?next=/facts")).all("form", id="login")
    assert form.attributes["action"] == "/sign-in?next=/facts", "the browser would add the fragment of its address"


def test_an_empty_field_is_needed_and_not_yet_wrong(shared_house: House) -> None:
    needed = Page(Visitor(shared_house).get("/sign-in")).all("input", **{"aria-required": "true"})
    assert [field.attributes["id"] for field in needed] == ["login-email", "login-password"]
    assert all({"required", "aria-invalid"}.isdisjoint(field.attributes) for field in needed)
    refused = Page(Visitor(shared_house).sign_in("", ""), 422)
    assert refused["login-email-error"].words.endswith("Vul je e-mailadres in.")
    assert refused["login-password-error"].words.endswith("Vul je wachtwoord in.")


def test_who_is_not_the_one_a_shop_asks_for_reads_so_and_is_not_filled_in(shared_house: House) -> None:
    nora = register(shared_house)
    shared_house.clock.move(seconds=1)
    named = '{"id_token": {"sub": {"value": "somebody-else"}}}'
    path = begin_login(nora, add_client(shared_house), claims=named, ui_locales="en")
    page = Page(nora.follow(nora.get(path)))
    assert f"signed in as {nora.email}, but" in page["login-signed-in"].words
    assert page["login-email"].attributes.get("value", "") == ""


def test_who_must_prove_it_again_reads_as_whom_they_are_signed_in(shared_house: House) -> None:
    nora = register(shared_house)
    assert nora.email not in Visitor(shared_house).get("/sign-in").text
    shared_house.clock.move(seconds=1)
    path = begin_login(nora, add_client(shared_house), prompt="login", ui_locales="en")
    page = Page(nora.follow(nora.get(path)))
    assert f"You are signed in as {nora.email}." in page.words
    assert page["login-email"].attributes["value"] == nora.email


def test_who_signed_in_meanwhile_in_another_tab_goes_on_where_the_page_was_for(shared_house: House) -> None:
    nora, shop = Visitor(shared_house), add_client(shared_house)
    waiting = begin_login(nora, shop)
    assert 'id="login-submit"' in nora.get(f"/sign-in?next={waiting}").text
    nora.sign_in(register(shared_house).email)
    assert nora.get(f"/sign-in?next={waiting}").location == waiting
    assert 'id="picker"' in nora.follow(nora.get(waiting)).text
    assert nora.get("/sign-in?next=/facts/claim/name%3Fpersona=1").location == "/facts/claim/name?persona=1"
    assert nora.get("/sign-in").location == "/sharing"


def test_who_just_made_an_account_signs_in_with_it_where_another_was_signed_in(shared_house: House) -> None:
    nora = register(shared_house)
    kim = address()
    nora.post("/register", {"email": kim, "password": PASSWORD})
    nora.post(link_in(letters(shared_house, kim)[-1], "confirm"))
    assert f'value="{kim}"' in nora.get("/sign-in").text


def test_a_form_sent_after_the_session_ended_says_so_and_its_page_is_come_back_to_whole(shared_house: House) -> None:
    nora = register(shared_house)
    nora.client.set_cookie("sluis-language", "en")
    nora.client.delete_cookie("sluis-session")
    page = "/facts/missing?claim=address&next=/consent/abc"
    sent = nora.post(page, {"address-locality": "Gouda"})
    assert parse_qs(urlsplit(sent.location).query) == {"next": [page]}
    assert "nothing was saved or changed" in words(nora.follow(sent))
    button_alone = nora.post("/account/sessions/end-others")
    assert button_alone.location == "/sign-in", "there is no page at that address to come back to"


def test_who_is_asked_which_account_goes_on_by_a_button_or_signs_in_with_another(shared_house: House) -> None:
    nora, shop = register(shared_house), add_client(shared_house)
    shared_house.clock.move(seconds=1)
    path = begin_login(nora, shop, prompt="select_account", ui_locales="en")
    page = Page(nora.follow(nora.get(path)))
    assert f"Go on as {nora.email}" in page["login-same-account"].words
    assert page["login-email"].attributes.get("value", "") == ""
    kept = nora.follow(nora.post(f"{path}/same-account"))
    assert 'id="picker"' in kept.text
    refused = nora.post(path.replace("/authorize/", "/consent/"), {"decision": "refuse"})
    assert "error=access_denied" in nora.get(refused.location).location
    again = begin_login(nora, shop, prompt="select_account")
    assert 'id="login-same-account"' in nora.follow(nora.get(again)).text


def test_no_button_replaces_a_password_the_shop_asks_for(shared_house: House) -> None:
    nora, shop = register(shared_house), add_client(shared_house)
    shared_house.clock.move(seconds=5)
    for asked in ({"prompt": "select_account login"}, {"prompt": "select_account", "max_age": "1"}):
        path = begin_login(nora, shop, **asked)
        assert 'id="login-same-account"' not in nora.follow(nora.get(path)).text
        assert 'id="login-password"' in nora.follow(nora.post(f"{path}/same-account")).text


def test_an_account_kept_by_one_person_is_not_kept_by_the_next(shared_house: House) -> None:
    nora, ana = register(shared_house), register(shared_house)
    shared_house.clock.move(seconds=1)
    first, second = (begin_login(nora, add_client(shared_house), prompt="select_account") for _ in range(2))
    nora.post(f"{first}/same-account")
    nora.post(f"{second}/same-account")
    assert 'id="picker"' in nora.follow(nora.get(first)).text
    third = begin_login(nora, add_client(shared_house), prompt="select_account")
    nora.sign_in(ana.email)
    shared_house.clock.move(seconds=1)
    late = begin_login(nora, add_client(shared_house), prompt="select_account")
    assert 'id="picker"' in nora.follow(nora.get(third)).text  # she signed in while it waited: that is a choice
    assert 'id="login-same-account"' in nora.follow(nora.get(late)).text


def test_a_wrong_password_and_an_unknown_address_get_the_same_page(house: House) -> None:
    known, pages = register(house).email, []
    for email in (known, address(), "no address"):
        response = Visitor(house).sign_in(email, "not the password at all")
        pages.append((response.status_code, words(response), sorted(response.headers.keys())))
    assert pages[0] == pages[1] == pages[2]
    assert pages[0][0] == 422
    assert "Net een account gemaakt? Open eerst de link in je mail." in pages[0][1]
    refused = Page(Visitor(house).sign_in(known, "not the password at all"), 422)
    assert "horen niet bij elkaar" in refused["login-password-error"].words
    assert refused["login-email"].attributes["value"] == known


def test_a_browser_gets_a_new_secret_and_form_token_at_every_sign_in(house: House) -> None:
    visitor = register(house)
    before, token = _secret(visitor), visitor.token()
    visitor.sign_in(visitor.email)
    assert _secret(visitor) not in {before, ""}
    stale = visitor.client.post("/language", data={"csrf_token": token, "lang": "en"}, base_url=visitor.site)
    assert stale.status_code == 403
    visitor.client.set_cookie("sluis-session", before)
    assert visitor.get("/account").status_code == 303


def test_a_planted_session_is_nobody(house: House) -> None:
    visitor = Visitor(house)
    visitor.client.set_cookie("sluis-session", "planted")
    assert visitor.get("/account").location == "/sign-in?next=/account"


def test_proving_it_again_renews_the_session_that_clients_know(house: House) -> None:
    visitor = register(house)
    before = sessions.find(house.services, _secret(visitor), house.clock.now)
    house.clock.move(minutes=5)
    visitor.sign_in(visitor.email)
    after = sessions.find(house.services, _secret(visitor), house.clock.now)
    assert before is not None
    assert after is not None
    assert after.id == before.id
    assert after.auth_time_at >= before.auth_time_at + timedelta(minutes=5)


def test_somebody_else_signing_in_here_ends_the_session_before(house: House) -> None:
    visitor, other = register(house), register(house)
    secret = _secret(visitor)
    visitor.sign_in(other.email)
    assert sessions.find(house.services, secret, house.clock.now) is None
    after = sessions.find(house.services, _secret(visitor), house.clock.now)
    assert after is not None
    assert after.person_id == shopper(house, other).id


def test_too_many_wrong_passwords_lock_the_right_one_out_for_a_while(house: House) -> None:
    email, thief = register(house).email, Visitor(house)
    limit = house.services.settings.login.failures_per_account
    statuses = [thief.sign_in(email, "not the password").status_code for _ in range(limit)]
    assert set(statuses) == {422}
    locked = thief.sign_in(email)
    assert locked.status_code == 429
    assert int(locked.headers["Retry-After"]) > 0
    assert 'id="error-summary"' in locked.text
    house.clock.move(seconds=house.services.settings.login.window_s)
    assert thief.sign_in(email).status_code == 303


def test_guessing_elsewhere_keeps_nobody_out_of_their_own_browser(house: House) -> None:
    owner, thief = register(house), Visitor(house)
    owner.post("/sign-out")
    known = next(each for each in owner.sign_in(owner.email).headers.getlist("Set-Cookie") if "known" in each)
    assert "Max-Age=31536000;" in known, "for a year"
    owner.post("/sign-out")
    for _ in range(house.services.settings.login.failures_per_account + 1):
        thief.sign_in(owner.email, "not the password")
    assert thief.sign_in(owner.email).status_code == 429
    assert owner.sign_in(owner.email).status_code == 303


def test_a_browser_has_no_more_tries_for_being_known(house: House) -> None:
    owner = register(house)
    owner.post("/sign-out")
    limit = house.services.settings.login.failures_per_account
    statuses = [owner.sign_in(owner.email, "not the password").status_code for _ in range(limit + 1)]
    assert statuses == [422] * limit + [429]
    assert owner.sign_in(owner.email).status_code == 429


def test_a_browser_known_to_one_account_is_unknown_to_another(house: House) -> None:
    owner, other = register(house), register(house)
    thief = Visitor(house)
    for _ in range(house.services.settings.login.failures_per_account + 1):
        thief.sign_in(owner.email, "not the password")
    assert other.sign_in(owner.email).status_code == 429


def test_right_passwords_do_not_count(house: House) -> None:
    email = register(house).email
    for _ in range(house.services.settings.login.failures_per_account + 2):
        assert Visitor(house).sign_in(email).status_code == 303


def test_a_source_that_sprays_over_accounts_must_wait_whatever_it_says_of_itself(house: House) -> None:
    thief = Visitor(house)
    token = thief.token()
    statuses = [
        thief.client.post(
            "/sign-in",
            data={"csrf_token": token, "email": address(), "password": "not the password"},
            base_url=thief.site,
            headers={"X-Forwarded-For": f"203.0.113.{number % 250}"},
        ).status_code
        for number in range(house.services.settings.login.failures_per_source + 1)
    ]
    assert statuses[-1] == 429


def test_of_parallel_tries_no_more_than_the_limit_are_looked_at(house: House) -> None:
    email, limit = register(house).email, house.services.settings.login.failures_per_account
    tries = limit + 14
    browsers, ready = [Visitor(house) for _ in range(tries)], Barrier(tries)
    tokens = [browser.token() for browser in browsers]

    def guess(number: int) -> int:
        ready.wait(20)
        form = {"csrf_token": tokens[number], "email": email, "password": "not the password"}
        return browsers[number].client.post("/sign-in", data=form, base_url=browsers[number].site).status_code

    with ThreadPoolExecutor(tries) as threads:
        statuses = list(threads.map(guess, range(tries)))
    assert set(statuses) <= {422, 429, 503}
    assert statuses.count(422) <= limit


@pytest.mark.parametrize("next_path", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"])
def test_nobody_is_sent_to_another_site_after_signing_in(shared_house: House, next_path: str) -> None:
    visitor = register(shared_house)
    assert visitor.sign_in(visitor.email, next_path=next_path).location == "/sharing"


def test_a_disabled_person_is_out_at_once_and_does_not_come_in(house: House) -> None:
    visitor = register(house)
    with house.services.database.write() as db:
        db.execute(update(people).values(standing="disabled"))
    assert visitor.get("/account").status_code == 303
    assert Visitor(house).sign_in(visitor.email).status_code == 422


def test_a_session_ends_when_it_is_not_used_and_at_its_limit(house: House) -> None:
    idle = house.services.settings.login.session_idle_s
    visitor = register(house)
    house.clock.move(seconds=idle - 60)
    assert visitor.get("/account").status_code == 200
    house.clock.move(seconds=idle - 60)
    assert visitor.get("/account").status_code == 200
    busy = register(house)
    house.clock.move(seconds=idle - 60)
    assert busy.get("/account").status_code == 200
    house.clock.move(seconds=61)
    assert visitor.get("/account").status_code == 303


def test_no_session_outlives_its_absolute_limit_however_busy(house: House) -> None:
    visitor, login = register(house), house.services.settings.login
    step = login.session_idle_s / 2
    for _ in range(int(login.session_absolute_s / step)):
        house.clock.move(seconds=step)
        visitor.get("/account")
    assert visitor.get("/account").status_code == 303


def test_a_signed_out_session_is_dead_on_the_server(house: House) -> None:
    visitor = register(house)
    secret = _secret(visitor)
    visitor.post("/sign-out")
    visitor.client.set_cookie("sluis-session", secret)
    assert visitor.get("/account").status_code == 303


def test_inside_a_login_the_page_shows_the_shop_and_prefills_the_hint(house: House) -> None:
    visitor = Visitor(house)
    client_id = add_client(
        house, policy_uri="https://shop.example/privacy", tos_uri="https://shop.example/terms", client_name="Shop"
    )
    next_path = begin_login(visitor, client_id, login_hint="kim@example.org")
    page = visitor.get(f"/sign-in?next={next_path}")
    assert 'value="kim@example.org"' in page.text
    assert 'href="https://shop.example/privacy"' in page.text
    assert 'href="https://shop.example/terms"' in page.text
    (leave,) = [form for form in Page(page).all("form") if form.attributes["action"] == f"{next_path}/cancel"]
    assert leave.words == "Niets delen en terug naar Shop"
    assert Page(visitor.get("/sign-in")).find("login-cancel") is None
    assert "https://shop.example" in page.headers["Content-Security-Policy"]


def test_the_login_of_another_browser_shows_nothing_of_its_shop(house: House) -> None:
    next_path = begin_login(Visitor(house), add_client(house), login_hint="kim@example.org")
    page = Visitor(house).get(f"/sign-in?next={next_path}")
    assert "kim@example.org" not in page.text
    assert "shop.example" not in page.text + page.headers["Content-Security-Policy"]


def test_an_old_hash_is_made_anew_at_the_next_sign_in(house: House) -> None:
    visitor = register(house)
    old = house.services.passwords
    old_hash = type(old)(pepper=house.services.secrets.password_pepper, memory_kib=512, time_cost=1).hash(PASSWORD)
    with house.services.database.write() as db:
        db.execute(update(people).values(password_hash=old_hash))
    assert Visitor(house).sign_in(visitor.email).status_code == 303
    with house.services.database.read() as db:
        (stored,) = db.execute(people.select().with_only_columns(people.c.password_hash)).scalars()
    assert stored != old_hash
    assert Visitor(house).sign_in(visitor.email).status_code == 303
