"""RFC 7592: a client reads, replaces and ends its own registration."""

from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Connection, event, select
from werkzeug.test import TestResponse

from app.domain.errors import Refusal
from app.domain.grants import Act, EndReason
from app.domain.levels import Level
from app.services import authorization_requests, consents, endings, logos, own_grants, proposals
from app.services.consents import Choice
from app.services.receipts import Notice
from app.storage import grant_versions, grants
from app.storage.tables.parties import businesses, clients
from tests.factories import INTENDED_USE, a_request, add_client, add_person, client_of, share, sign_in
from tests.redeeming import BackOffice, bearer, log_in, refused, tokens
from tests.servers.databases import somebody_waits
from tests.servers.house import House
from tests.shops import Shop, answer, refused_page

LOW = Level.LOW
LEAST = {"redirect_uris": ["https://shop.example/callback"]}


def register(house: House, **members: Any) -> dict[str, Any]:
    """A client of its own for this test."""
    response = house.browser().post("/clients", json={**LEAST, **members})
    assert response.status_code == 201, response.text
    told: dict[str, Any] = response.get_json()
    return told


def manage(house: House, told: dict[str, Any], method: str, document: Any = None, **changes: str) -> TestResponse:
    """Call the client's own address with its own token, unless the test says otherwise."""
    path = changes.get("path", f"/clients/{told['client_id']}")
    token = changes.get("token", told["registration_access_token"])
    return house.browser().open(path, method=method, json=document, headers=bearer(token))


def test_reading_tells_everything_but_the_secret(shared_house: House) -> None:
    told = register(shared_house, client_name="Shop", intended_use=INTENDED_USE)
    response = manage(shared_house, told, "GET")
    assert response.status_code == 200
    assert response.get_json() == {
        name: value for name, value in told.items() if name not in {"client_secret", "client_secret_expires_at"}
    }


def test_replacing_replaces_everything(shared_house: House) -> None:
    told = register(shared_house, client_name="Shop", tos_uri="https://shop.example/terms", intended_use=INTENDED_USE)
    new = {"client_id": told["client_id"], "redirect_uris": ["https://shop.example/other"], "client_name": "Shop 2"}
    answer = manage(shared_house, told, "PUT", new)
    assert answer.status_code == 200, answer.text
    members = answer.get_json()
    assert (members["client_name"], members["redirect_uris"]) == ("Shop 2", ["https://shop.example/other"])
    assert not {"tos_uri", "intended_use", "client_secret"} & members.keys()
    client = client_of(shared_house, told["client_id"])
    assert client.business.name == "Shop 2"
    assert not client.business.intended_use.declared
    assert BackOffice(shared_house, told["client_id"], told["client_secret"]).introspect("x") == {"active": False}


def test_what_was_read_can_be_sent_back(shared_house: House) -> None:
    told = register(shared_house, intended_use=INTENDED_USE)
    read = manage(shared_house, told, "GET").get_json()
    assert manage(shared_house, told, "PUT", read).get_json() == read
    with_secret = {**read, "client_secret": told["client_secret"]}
    assert manage(shared_house, told, "PUT", with_secret).get_json() == read


def test_another_secret_than_its_own_is_refused(shared_house: House) -> None:
    told = register(shared_house)
    for secret in ("chosen", 7, {}):
        document = {**LEAST, "client_id": told["client_id"], "client_secret": secret}
        assert refused(manage(shared_house, told, "PUT", document)) == "invalid_client_metadata"


def test_a_client_that_begins_to_need_a_secret_gets_one_and_one_that_stops_has_none(shared_house: House) -> None:
    told = register(shared_house, token_endpoint_auth_method="none")
    document = {**LEAST, "client_id": told["client_id"]}
    given = manage(shared_house, told, "PUT", document).get_json()
    assert BackOffice(shared_house, told["client_id"], given["client_secret"]).introspect("x") == {"active": False}
    manage(shared_house, told, "PUT", {**document, "token_endpoint_auth_method": "none"})
    assert client_of(shared_house, told["client_id"]).secrets == ()


def test_a_faulty_replacement_changes_nothing(shared_house: House) -> None:
    told = register(shared_house, client_name="Shop")
    document = {"client_id": told["client_id"], "redirect_uris": ["javascript:alert(1)"], "client_name": "Shop 2"}
    assert refused(manage(shared_house, told, "PUT", document)) == "invalid_redirect_uri"
    assert manage(shared_house, told, "GET").get_json()["client_name"] == "Shop"


def test_a_replacement_names_the_client_and_no_other(shared_house: House) -> None:
    mine, other = register(shared_house), register(shared_house)
    assert refused(manage(shared_house, mine, "PUT", LEAST)) == "invalid_client_metadata"
    document = {**LEAST, "client_id": other["client_id"], "client_name": "Taken over"}
    assert refused(manage(shared_house, mine, "PUT", document), 403) == "access_denied"
    assert "client_name" not in manage(shared_house, other, "GET").get_json()


def test_a_sector_cannot_change_under_people_s_feet(shared_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    told = register(shared_house)
    monkeypatch.setattr("app.services.outbound.Outbound.fetch_json", lambda *_: LEAST["redirect_uris"])
    document = {**LEAST, "client_id": told["client_id"], "sector_identifier_uri": "https://shop.example/sector.json"}
    assert refused(manage(shared_house, told, "PUT", document)) == "invalid_client_metadata"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_the_token_of_one_client_is_nothing_at_another(shared_house: House, method: str) -> None:
    mine, other = register(shared_house), register(shared_house)
    document = {**LEAST, "client_id": other["client_id"], "client_name": "Taken over"} if method == "PUT" else None
    for token in (mine["registration_access_token"], mine["client_secret"], "wrong", "é", ""):
        response = manage(shared_house, other, method, document, token=token.encode("utf-8").decode("latin-1"))
        assert refused(response, 401) == "invalid_token"
        assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert manage(shared_house, other, "GET").get_json()["redirect_uris"] == LEAST["redirect_uris"]


@pytest.mark.parametrize("client_id", ["unknown", "é", "%00", "a b", "x" * 129, "%2e%2e%2fclients"])
def test_an_unknown_client_is_not_told_apart(shared_house: House, client_id: str) -> None:
    told = register(shared_house)
    response = manage(shared_house, told, "GET", path=f"/clients/{client_id}")
    assert response.status_code in {401, 404}


def test_an_operator_s_client_has_no_registration_to_manage(shared_house: House) -> None:
    told = register(shared_house)
    response = manage(shared_house, told, "GET", path=f"/clients/{add_client(shared_house)}")
    assert refused(response, 401) == "invalid_token"


def suspend(house: House, table: str, client_id: str) -> None:
    """Suspend the client, or its business."""
    client = client_of(house, client_id)
    rows, row_id = {"clients": (clients, client.id), "businesses": (businesses, client.business.id)}[table]
    with house.services.database.write() as db:
        db.execute(rows.update().where(rows.c.id == row_id).values(standing="disabled"))


@pytest.mark.parametrize("table", ["clients", "businesses"])
def test_a_suspended_client_cannot_lift_its_suspension(shared_house: House, table: str) -> None:
    told = register(shared_house)
    suspend(shared_house, table, told["client_id"])
    document = {**LEAST, "client_id": told["client_id"], "standing": "active"}
    for method, body in (("GET", None), ("PUT", document), ("DELETE", None)):
        assert refused(manage(shared_house, told, method, body), 401) == "invalid_token"


@pytest.mark.parametrize("overtaken_by", ["clients", "businesses", "its end"])
def test_a_change_lifts_no_suspension_and_no_end_that_came_while_it_was_looked_at(
    shared_house: House, monkeypatch: pytest.MonkeyPatch, overtaken_by: str
) -> None:
    told = register(shared_house)

    def meanwhile(*_: object) -> None:
        if overtaken_by == "its end":
            assert manage(shared_house, told, "DELETE").status_code == 204
        else:
            suspend(shared_house, overtaken_by, told["client_id"])

    monkeypatch.setattr(logos, "look", meanwhile)
    document = {**LEAST, "client_id": told["client_id"], "client_name": "Your Bank"}
    assert refused(manage(shared_house, told, "PUT", document), 401) == "invalid_token"
    assert refused(manage(shared_house, told, "GET"), 401) == "invalid_token"


def test_ending_a_registration_that_was_never_used_leaves_nothing(shared_house: House) -> None:
    told = register(shared_house)
    business_id = client_of(shared_house, told["client_id"]).business.id
    response = manage(shared_house, told, "DELETE")
    assert (response.status_code, response.data) == (204, b"")
    assert refused(manage(shared_house, told, "GET"), 401) == "invalid_token"
    with shared_house.services.database.read() as db:
        assert not db.execute(select(clients.c.id).where(clients.c.id == told["client_id"])).all()
        assert not db.execute(select(businesses.c.id).where(businesses.c.id == business_id)).all()


def test_ending_a_registration_ends_what_people_gave_and_keeps_their_history(shared_house: House) -> None:
    told = register(shared_house)
    office = BackOffice(shared_house, told["client_id"], told["client_secret"])
    scopes = frozenset({"openid", "email", "offline_access"})
    login = log_in(shared_house, add_person(shared_house), told["client_id"], scopes=scopes)
    code, members = login.code(), tokens(office.redeem(login.code()))
    elsewhere = BackOffice(shared_house, add_client(shared_house))
    there = tokens(elsewhere.redeem(log_in(shared_house, login.person, elsewhere.client_id).code()))
    other = add_person(shared_house)
    stopped = share(shared_house, other, told["client_id"])
    consents.stop(shared_house.services, stopped.id, other.id, Notice("en", "Test"), shared_house.clock.now)
    assert manage(shared_house, told, "DELETE").status_code == 204
    assert elsewhere.userinfo(there["access_token"]).status_code == 200
    assert office.userinfo(members["access_token"]).status_code == 401
    assert refused(office.redeem(code), 401) == "invalid_client"
    assert refused(office.refresh(members["refresh_token"]), 401) == "invalid_client"
    assert refused(manage(shared_house, told, "GET"), 401) == "invalid_token"
    assert refused_page(Shop(shared_house, told["client_id"]).begin(shared_house.browser())) == "invalid_client"
    with shared_house.services.database.read() as db:
        ended = [grants.find(db, each) for each in (login.grant.id, stopped.id)]
    assert [each and each.end_reason for each in ended] == [EndReason.REVOKED_BY_CLIENT, EndReason.WITHDRAWN]


@pytest.mark.parametrize(
    "change",
    [
        {"client_name": "Your Bank"},
        {"client_uri": "https://bank.example/"},
        {"redirect_uris": ["https://shop.example/callback", "https://bank.example/callback"]},
    ],
    ids=", ".join,
)
def test_who_takes_another_name_or_address_is_asked_about_again(shared_house: House, change: dict[str, Any]) -> None:
    told = register(shared_house, client_name="Shop", client_uri="https://shop.example/")
    person, shop = add_person(shared_house), Shop(shared_house, told["client_id"], *LEAST["redirect_uris"])
    browser = shared_house.browser()
    sign_in(shared_house, browser, person)
    share(shared_house, person, shop.client_id)
    same = {**LEAST, "client_id": told["client_id"], "client_name": "Shop", "client_uri": "https://shop.example/"}
    shared_house.clock.move(seconds=1)
    manage(shared_house, told, "PUT", {**same, "tos_uri": "https://shop.example/terms"})
    assert "code" in answer(shop.begin(browser, prompt="none"), shop.redirect_uri)
    manage(shared_house, told, "PUT", {**same, **change})
    assert answer(shop.begin(browser, prompt="none"), shop.redirect_uri)["error"] == "consent_required"
    picker = browser.get("/authorize", query_string=shop.parameters(ui_locales="en"), follow_redirects=True).text
    assert "changed its name or its address since you last chose" in picker
    share(shared_house, person, shop.client_id)
    assert "code" in answer(shop.begin(browser, prompt="none"), shop.redirect_uri)


def test_a_picker_shown_under_the_name_before_shares_nothing_under_the_next(shared_house: House) -> None:
    told = register(shared_house, client_name="Shop")
    person, request = add_person(shared_house), a_request(shared_house, told["client_id"])
    services, now = shared_house.services, shared_house.clock.now
    handle = authorization_requests.open(services, request, b"browser", now)
    stored = authorization_requests.load(services, handle, b"browser", now)
    client = client_of(shared_house, told["client_id"])
    with services.database.read() as db:
        (card,) = proposals.cards(services, db, request, client, person.id, person.persona_id, now)
    manage(shared_house, told, "PUT", {**LEAST, "client_id": told["client_id"], "client_name": "Your Bank"})
    client = client_of(shared_house, told["client_id"])
    choice = Choice(person.persona_id, LOW, frozenset(), card.shown)
    with pytest.raises(Refusal, match="card_changed"):
        consents.give(services, stored.id, request, client, person.id, choice, Notice("en", "Test"), now)


def test_a_decision_below_the_level_of_the_grant_counts_for_the_new_name_too(shared_house: House) -> None:
    told = register(shared_house, client_name="Shop", intended_use=INTENDED_USE)
    person, shop = add_person(shared_house), Shop(shared_house, told["client_id"], *LEAST["redirect_uris"])
    browser = shared_house.browser()
    sign_in(shared_house, browser, person)
    given = share(shared_house, person, shop.client_id, Level.MEDIUM, scopes=frozenset({"openid", "identity:medium"}))
    renamed = {**LEAST, "client_id": told["client_id"], "client_name": "Your Bank", "intended_use": INTENDED_USE}
    shared_house.clock.move(seconds=1)
    manage(shared_house, told, "PUT", renamed)
    after = share(shared_house, person, shop.client_id, grant_action="merge")
    assert (after.id, after.level, after.ends_at) == (given.id, Level.MEDIUM, given.ends_at)
    assert "code" in answer(shop.begin(browser, prompt="none"), shop.redirect_uri)


def test_replacing_never_widens_what_people_gave(shared_house: House) -> None:
    low = {"low": {**INTENDED_USE["low"], "required": ["email"], "optional": []}}
    told = register(shared_house, intended_use=low)
    office = BackOffice(shared_house, told["client_id"], told["client_secret"])
    login = log_in(shared_house, add_person(shared_house), told["client_id"])
    access = tokens(office.redeem(login.code()))["access_token"]
    wider = {"low": {**INTENDED_USE["low"], "required": ["email", "name"], "optional": []}}
    document = {**LEAST, "client_id": told["client_id"], "intended_use": wider}
    assert manage(shared_house, told, "PUT", document).status_code == 200
    assert "name" not in office.userinfo(access).get_json()


def test_replacing_gives_tokens_already_out_no_new_purpose_no_stronger_ground_and_no_day_more(
    shared_house: House,
) -> None:
    told = register(shared_house, intended_use={"low": {**INTENDED_USE["low"], "purposes": ["account"]}})
    office = BackOffice(shared_house, told["client_id"], told["client_secret"])
    login = log_in(shared_house, add_person(shared_house), told["client_id"], scopes=frozenset({"openid", LOW.scope}))
    access = tokens(office.redeem(login.code()))["access_token"]
    agreed = office.userinfo(access).get_json()["data_terms"]["email"]

    def declare(**changes: Any) -> Any:
        use = {"low": {**INTENDED_USE["low"], "purposes": ["account"], **changes}}
        document = {**LEAST, "client_id": told["client_id"], "intended_use": use}
        assert manage(shared_house, told, "PUT", document).status_code == 200
        return office.userinfo(access).get_json()

    kept_for_law = {"email": {"ground": "legal_duty", "retention": "P7Y"}}
    assert declare(claims=kept_for_law)["data_terms"]["email"] == agreed
    assert declare(purposes=["account", "service"])["data_terms"]["email"] == agreed
    assert "email" not in declare(purposes=["service"])
    assert office.introspect(access)["data_claims"] == []


def test_a_claim_given_for_one_purpose_is_not_released_for_another_that_was_agreed_for_something_else(
    shared_house: House,
) -> None:
    low = {**INTENDED_USE["low"], "purposes": ["account"], "claims": {"name": {"purposes": ["service"]}}}
    told = register(shared_house, intended_use={"low": low})
    office = BackOffice(shared_house, told["client_id"], told["client_secret"])
    login = log_in(shared_house, add_person(shared_house), told["client_id"], scopes=frozenset({"openid", LOW.scope}))
    access = tokens(office.redeem(login.code()))["access_token"]
    assert "email" in office.userinfo(access).get_json()
    moved = {"low": {**low, "claims": {"email": {"purposes": ["service"]}}}}
    document = {**LEAST, "client_id": told["client_id"], "intended_use": moved}
    assert manage(shared_house, told, "PUT", document).status_code == 200
    assert "email" not in office.userinfo(access).get_json()


def test_other_methods_are_not_allowed(shared_house: House) -> None:
    told = register(shared_house)
    for method in ("POST", "PATCH"):
        assert manage(shared_house, told, method, {}).status_code == 405


def at_once(house: House, told: dict[str, Any], document: dict[str, Any], methods: list[str]) -> list[TestResponse]:
    """These calls of one client at the same moment."""
    gate = Barrier(len(methods), timeout=20)

    def call(method: str) -> TestResponse:
        gate.wait()
        return manage(house, told, method, document)

    with ThreadPoolExecutor(len(methods)) as callers:
        return list(callers.map(call, methods))


def test_a_client_that_ends_itself_is_not_brought_back_by_a_change_at_the_same_moment(house: House) -> None:
    told = register(house, client_name="Shop")
    answers = at_once(house, told, {**LEAST, "client_id": told["client_id"]}, ["PUT", "PUT", "DELETE"] * 4)
    assert {answer.status_code for answer in answers} <= {200, 204, 401}
    assert [answer.status_code for answer in answers].count(204) == 1
    with house.services.database.read() as db:
        assert db.execute(select(clients).where(clients.c.id == told["client_id"])).first() is None


def test_changes_at_the_same_moment_make_one_secret(house: House) -> None:
    told = register(house, token_endpoint_auth_method="none")
    document = {**LEAST, "client_id": told["client_id"], "token_endpoint_auth_method": "client_secret_basic"}
    answers = at_once(house, told, document, ["PUT"] * 8)
    assert {answer.status_code for answer in answers} == {200}
    assert len([1 for answer in answers if "client_secret" in answer.get_json()]) == 1


def test_what_is_given_at_the_moment_a_client_ends_itself_stays_in_the_history_of_its_giver(house: House) -> None:
    told, person, database = register(house), add_person(house), house.services.database
    ending: list[Future[TestResponse]] = []

    def end(db: Connection, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO grant_versions "):
            ending.append(callers.submit(manage, house, told, "DELETE"))
            while not (database.is_sqlite or ending[0].done() or somebody_waits(database)):
                pass

    with ThreadPoolExecutor(1) as callers:
        event.listen(database.engine, "before_cursor_execute", end)
        try:
            given = share(house, person, told["client_id"])
        finally:
            event.remove(database.engine, "before_cursor_execute", end)
    assert ending[0].result().status_code == 204
    with database.read() as db:
        kept = grants.find(db, given.id)
        acts = [version.act for version in grant_versions.of_grant(db, given.id)]
    assert kept is not None
    assert (kept.end_reason, acts) == (EndReason.REVOKED_BY_CLIENT, [Act.GIVE, Act.WITHDRAW])


def test_what_its_giver_stops_at_the_moment_a_client_ends_itself_stays_stopped_by_its_giver(house: House) -> None:
    told, person, services = register(house), add_person(house), house.services
    given, database = share(house, person, told["client_id"]), services.database
    with ThreadPoolExecutor(1) as callers, database.write() as db:
        grant, client = own_grants.held(services, db, given.id, person.id, house.clock.now)
        endings.end(services, db, grant, client, EndReason.WITHDRAWN, Notice("en", "Stop"), house.clock.now)
        ending = callers.submit(manage, house, told, "DELETE")
        while not (database.is_sqlite or ending.done() or somebody_waits(database)):
            pass
    assert ending.result().status_code == 204
    with database.read() as db:
        kept = grants.find(db, given.id)
    assert kept is not None
    assert kept.end_reason is EndReason.WITHDRAWN
