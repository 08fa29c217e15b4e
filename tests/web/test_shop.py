"""How a business appears: what an operator looked at under its own name, and anything else by what is sure of it."""

from dataclasses import replace

from app.storage import clients
from app.web.shop import named_beside, shop_of
from tests.factories import add_client
from tests.servers.house import House


def test_a_business_nobody_looked_at_goes_by_its_client_and_where_that_returns_to(shared_house: House) -> None:
    client_id = add_client(shared_house, client_name="Web", redirect_uris=["https://return.example/back"])
    with shared_house.services.database.read() as db:
        found = clients.find(db, shared_house.services.policy, client_id)
    assert found is not None
    business = replace(found.business, name="blauw", website="https://blauw.example/", verified=True)
    shop = shop_of(replace(found, business=business))
    assert (shop.name, shop.initial, shop.domain, shop.home_url) == (
        "blauw",
        "B",
        "blauw.example",
        "https://blauw.example/",
    )
    unknown = replace(found, business=replace(business, verified=False))
    assert (shop_of(unknown).name, shop_of(unknown).domain) == ("Web", "return.example")
    no_website = replace(found, business=replace(business, website=""), metadata={"client_uri": "https://web.example"})
    assert (shop_of(no_website).domain, shop_of(no_website).home_url) == ("web.example", "https://web.example")
    nothing = replace(found, business=replace(business, name="", website=""), metadata={})
    assert (shop_of(nothing).initial, shop_of(nothing).domain, shop_of(nothing).home_url) == ("?", "return.example", "")


def test_one_client_beside_another_goes_by_its_domain_or_by_its_name_and_by_nothing_when_it_is_alone(
    shared_house: House,
) -> None:
    with shared_house.services.database.read() as db:
        found = clients.find(db, shared_house.services.policy, add_client(shared_house, client_name="Web"))
    assert found is not None
    till = replace(found, id="till", metadata={"client_name": "Till"})
    assert named_beside(found, [till]) == "Web"
    assert named_beside(found, [found]) == named_beside(found, []) == ""
    bare = replace(
        found, business=replace(found.business, website=None), metadata={"client_uri": "https://web.example"}
    )
    elsewhere = replace(bare, id="till", metadata={"client_uri": "https://till.example"})
    assert named_beside(bare, [elsewhere]) == "web.example"
    unknown = replace(found, business=replace(found.business, verified=False))
    named = replace(unknown, id="till", metadata={"client_name": "Till"}, redirect_uris=("https://till.example/cb",))
    assert named_beside(unknown, [named]) == "", "each goes by a name of its own"


def test_its_links_are_its_own_before_those_of_its_client_and_safe(shared_house: House) -> None:
    with shared_house.services.database.read() as db:
        found = clients.find(db, shared_house.services.policy, add_client(shared_house))
    assert found is not None
    registered = {"policy_uri": "https://client.example/privacy", "tos_uri": "https://client.example/terms"}
    filed = {"privacy_policy_uri": "https://blauw.example/privacy", "terms_uri": "https://blauw.example/terms"}
    unsafe = {"privacy_policy_uri": "javascript:alert(1)", "terms_uri": 7}
    for details, metadata, links in (
        (filed, registered, tuple(filed.values())),
        ({}, registered, tuple(registered.values())),
        (unsafe, {}, ("", "")),
        ({}, {}, ("", "")),
    ):
        shop = shop_of(replace(found, business=replace(found.business, details=details), metadata=metadata))
        assert (shop.policy_url, shop.terms_url) == links
