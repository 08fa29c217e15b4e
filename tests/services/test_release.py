"""What is not released is not opened either."""

from sqlalchemy import update

from app.domain.release import Asked
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
