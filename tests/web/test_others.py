"""What another customer of the same business does is seen on nobody's pages but their own."""

from app.domain.levels import Level
from app.services import authorization_requests, correction, erasure, objections, pausing
from app.services.vault import corrections
from tests.factories import Shopper, a_request, add_person
from tests.redeeming import BackOffice, log_in, tokens
from tests.servers.house import House
from tests.servers.visitor import signed_in, words
from tests.services.deciding import NOTICE
from tests.vault import PERMISSION, SCOPES, Till, open_till


def _do_everything(house: House, person: Shopper, till: Till) -> tuple[str, str]:
    """Share, be read, be collected about, correct, pause, object, refuse, stop and ask to erase; the grant and case."""
    services, now, office = house.services, house.clock.now, BackOffice(house, till.client_id)
    login = log_in(house, person, till.client_id, Level.HIGH, scopes=SCOPES, collection=PERMISSION)
    grant = login.grant
    assert office.userinfo(tokens(office.redeem(login.code()))["access_token"]).status_code == 200
    assert till.put(f"/v1/loyalty-numbers/{grant.sub[:9]}", {"sub": grant.sub}).status_code == 201
    gone, _ = till.deposit(grant.sub), till.deposit(grant.sub)
    assert till.allowed(grant.sub)
    till.read(grant.sub)
    corrections.remove(services, person.id, gone, now)
    correction.correct(services, person.id, person.persona_id, {"phone_number": "+31207654321"}, now)
    pausing.pause(services, grant.id, person.id, NOTICE, now)
    pausing.resume(services, grant.id, person.id, NOTICE, now)
    objections.object_to(services, grant.id, person.id, "loyalty", NOTICE, now)
    handle = authorization_requests.open(services, a_request(house, till.client_id), b"browser", now)
    stored = authorization_requests.load(services, handle, b"browser", now)
    assert authorization_requests.refuse(services, stored, person.id, now)
    return grant.id, erasure.stop_and_erase(services, grant.id, person.id, NOTICE, now).id


def test_nothing_on_ones_own_pages_changes_with_what_another_customer_does(shared_house: House) -> None:
    house, till = shared_house, open_till(shared_house)
    nora = add_person(house)
    _, case = _do_everything(house, nora, till)
    login = log_in(house, nora, till.client_id, Level.HIGH, scopes=SCOPES, collection=PERMISSION)
    till.deposit(login.grant.sub)
    visitor, at = signed_in(house, nora), f"/sharing/{login.grant.id}"
    business = login.grant.business_id
    paths = [
        *("/sharing", at, f"{at}/level", f"{at}/stop", f"{at}/pause", f"{at}/purposes"),
        *("/receipts", f"/receipts/{login.grant.id}/1", "/cases", f"/cases/{case}"),
        *("/vault", f"/vault/business/{business}", "/vault/looked-up", "/facts", "/profiles/high", "/account"),
    ]

    def looks() -> dict[str, str]:
        seen = {path: visitor.get(path) for path in paths}
        assert {response.status_code for response in seen.values()} == {200}, {
            p: r.status_code for p, r in seen.items()
        }
        return {path: words(response) for path, response in seen.items()}

    before = looks()
    _do_everything(house, add_person(house), till)
    assert looks() == before
