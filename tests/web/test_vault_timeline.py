"""What a till asked and what was put into the vault stand in the timeline of that business, and of no other."""

from app.domain.levels import Level
from app.services import consents, objections
from app.services.receipts import Notice
from tests.servers.house import House
from tests.servers.visitor import signed_in, words
from tests.vault import Customer, Till, open_till, share_high


def test_the_page_of_a_business_tells_what_its_till_did(shared_house: House, till: Till, customer: Customer) -> None:
    till.ask(customer.sub, place="store in Utrecht")
    till.ask(customer.sub, channel="app")
    deposit_id = till.deposit(customer.sub)
    elsewhere = share_high(shared_house, customer.person, open_till(shared_house).client_id)
    visitor = signed_in(shared_house, customer.person)
    page = visitor.get(f"/sharing/{customer.grant.id}")
    said = words(page)
    for part in (
        "Shop asked whether it may keep this",
        "The answer was yes. Where, says Shop: store in Utrecht.",
        "The answer was no. You did not allow it there.",
        "Shop put something in your vault",
        "What you buy · in the store",
    ):
        assert part in said
    assert f"/vault/deposit/{deposit_id}" in page.text
    assert "Canary seed" not in page.text
    assert "asked whether it may keep" not in words(visitor.get(f"/sharing/{elsewhere.id}"))


def test_what_was_allowed_before_is_not_said_to_be_allowed_never(
    shared_house: House, till: Till, customer: Customer
) -> None:
    services, grant, notice = shared_house.services, customer.grant, Notice("en", "")
    assert not till.allowed(customer.sub, purpose="delivery")
    objections.object_to(services, grant.id, customer.person.id, "loyalty", notice, shared_house.clock.now)
    assert not till.allowed(customer.sub)
    consents.step_down(services, grant.id, customer.person.id, Level.LOW, notice, shared_house.clock.now)
    assert not till.allowed(customer.sub)
    assert till.get("/v1/deposits", sub=customer.sub).status_code == 403
    said = words(signed_in(shared_house, customer.person).get(f"/sharing/{grant.id}"))
    assert said.count("The answer was no. You did not allow it for that purpose then.") == 1
    assert said.count("The answer was no. It was not part of what you shared then.") == 2
    assert said.count("The answer was no. You did not allow it then.") == 1
