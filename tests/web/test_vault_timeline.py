"""What a till asked and what was put into the vault stand in the timeline of that business, and of no other."""

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
        "what you buy · in the store",
    ):
        assert part in said
    assert f"/vault/deposit/{deposit_id}" in page.text
    assert "Canary seed" not in page.text
    assert "asked whether it may keep" not in words(visitor.get(f"/sharing/{elsewhere.id}"))
