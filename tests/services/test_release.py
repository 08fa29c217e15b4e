"""What is not released is not opened either, and what cannot be noted does not go out."""

from typing import Any

from sqlalchemy import Engine, event, update

from app.domain.release import Asked
from app.services import leaving
from app.storage.tables.people import facts
from tests.factories import add_client, add_person
from tests.redeeming import SECRET, BackOffice, log_in, tokens
from tests.servers.house import House


def test_only_what_is_released_is_opened(house: House) -> None:
    # At level low the client asks every claim, and nobody may open the birthdate: what cannot be opened tells.
    person = add_person(house, birthdate="1990-05-17")
    client_id = add_client(house, secret=SECRET)
    asked = Asked(userinfo=frozenset({"email", "birthdate", "updated_at"}))
    login, office = log_in(house, person, client_id, claims=asked), BackOffice(house, client_id)
    with house.services.database.write() as db:
        db.execute(update(facts).where(facts.c.claim == "birthdate").values(value_sealed=b"not to be opened"))
    read = office.userinfo(tokens(office.redeem(login.code()))["access_token"])
    assert read.status_code == 200
    assert read.get_json()["email"] == person.email
    assert "birthdate" not in read.get_json()


def test_whoever_is_erased_while_a_shop_asks_is_not_told_of(house: House) -> None:
    person = add_person(house)
    client_id = add_client(house, secret=SECRET)
    login, office = log_in(house, person, client_id), BackOffice(house, client_id)
    token = tokens(office.redeem(login.code()))["access_token"]

    def erase(*told: Any) -> None:
        if "INSERT INTO disclosures" in told[2] and not erased:
            erased.append(person.id)
            leaving.erase_account(house.services, person.id, house.clock.now)

    erased: list[str] = []
    event.listen(Engine, "before_cursor_execute", erase)
    try:
        answer = office.userinfo(token)
    finally:
        event.remove(Engine, "before_cursor_execute", erase)
    assert erased
    assert answer.status_code == 401
    assert person.email not in answer.text
