"""One page tells everything between a person and a business: from what it asked to what it says it erased."""

from app.domain.levels import Level
from app.domain.release import Channel
from app.services import cases, consents, correction, erasure
from app.services.receipts import Notice
from app.services.release import record
from app.services.vault import corrections
from tests.factories import FACTS, add_client, share
from tests.pages import Page
from tests.servers.house import House
from tests.servers.visitor import signed_in
from tests.vault import Customer, Till

NOTICE = Notice("en", "What the page said")


def test_asked_given_fetched_changed_checked_narrowed_ended_and_erased_in_their_order(
    shared_house: House, till: Till, customer: Customer
) -> None:
    house, grant, nora = shared_house, customer.grant, customer.person
    services, clock = house.services, house.clock
    other = share(house, nora, add_client(house), Level.LOW)  # another business, of which nothing stands here
    asked_of_other = erasure.stop_and_erase(services, other.id, nora.id, NOTICE, clock.now)
    cases.answer(services, other.business_id, asked_of_other.id, {"state": "received"}, clock.now)
    clock.move(minutes=1)
    with services.database.note() as db:
        record(db, grant, Channel.USERINFO, frozenset({"email"}), clock.now)
    changes = {"name": "Nora Nieuwenhuis-Canary", "address": None}
    correction.correct(services, nora.id, nora.persona_id, changes, clock.move(minutes=1))
    clock.move(minutes=1)
    assert till.allowed(customer.sub)
    deposit_id = till.deposit(customer.sub)
    corrections.remove(services, nora.id, deposit_id, clock.move(minutes=1))
    consents.step_down(services, grant.id, nora.id, Level.LOW, NOTICE, clock.move(minutes=1))
    case = erasure.stop_and_erase(services, grant.id, nora.id, NOTICE, clock.move(minutes=1))
    for state in ("received", "completed"):
        cases.answer(services, case.business_id, case.id, {"state": state}, clock.move(minutes=1))
    visitor = signed_in(house, nora)
    page = Page(visitor.get(f"/sharing/{grant.id}"))
    titles = [each.words for each in page.all(class_="timeline-title")]
    assert titles == [
        "Shop says: everything is erased",
        "Shop says: received",
        "Shop was asked to erase what it got",
        "You stopped sharing",
        "You lowered the level to Low",
        "You changed something in your vault; Shop was told",
        "Shop asked whether it may keep this",
        "You changed your details; Shop was told:",
        "Shop read your details",
        "You shared with Shop High",
        "Shop asked for:",
    ]
    entries = page.all("li", class_="timeline-entry")
    changed, asked = entries[7], entries[10]
    assert "Address" in changed.words
    assert "has not accepted the message yet" in changed.words
    assert {"E-mail address", "Address"} <= {name.words for name in asked.all("ul", class_="names")[0].all("li")}
    assert f"/cases/{case.id}" in {link.attributes["href"] for link in entries[0].all("a")}
    told = " ".join(entry.words for entry in entries)
    assert [value for value in (nora.email, FACTS["name"], "Nieuwenhuis", "Sluisweg") if value in told] == []
    assert correction.told_to(services, nora.id, "another business") == ()
