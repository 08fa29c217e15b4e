"""What a shop does about each message from its provider, and what of it stands behind the counter."""

from collections.abc import Callable
from typing import Any

import pytest

from app.demo.customers import Customers, VisitOver
from app.demo.front_door import Reception
from app.demo.memory import Memory
from app.demo.signals.stream import WANTED
from app.demo.visit import Visit
from tests.demo.provider import FACTS, Provider
from tests.demo.transmitter import FOREIGN_KEY
from tests.demo.visitor import SeenPage, Visitor

OpenShop = Callable[..., Visitor]
COUNTER = "/achter-de-toonbank"
CLIENT = "blauw-en-zoon-client"
VERIFICATION = "https://schemas.openid.net/secevent/ssf/event-type/verification"
MOVED = {**FACTS["address"], "street_address": "Prinsengracht 7"}  # type: ignore[dict-item]


def office(visitor: Visitor) -> Reception:
    found: Reception = visitor.app.extensions["demo_reception"]
    return found


def customer(visitor: Visitor, provider: Provider) -> Any:
    return office(visitor).customers.find(provider.sub)


@pytest.fixture
def visitor(orderer: Visitor) -> Visitor:
    """Somebody who ordered, at the shop whose stream is open."""
    assert office(orderer).mailroom.collect() == 0
    return orderer


def hear(visitor: Visitor, provider: Provider, kind: str, **told: Any) -> tuple[str, str]:
    """Tell the shop something and let it fetch; the kind of message and what it did."""
    jti = provider.transmitter.tell(CLIENT, provider.sub, kind, **told)
    mailroom = office(visitor).mailroom
    assert mailroom.collect() == 1
    assert mailroom.collect() == 0
    assert jti in provider.transmitter.acknowledged
    latest = mailroom.latest()[0]
    return latest.kind, latest.outcome


def messages(page: SeenPage) -> str:
    return page.words.partition("Messages from Sluis")[2].partition("Requests to erase")[0]


def test_a_shop_makes_one_stream_of_its_own_and_finds_it_again(provider: Provider, open_shop: OpenShop) -> None:
    for _ in range(2):
        office(open_shop("trattoria-sole")).mailroom.collect()
    (stream,) = provider.transmitter.streams

    assert set(stream["events_requested"]) == set(WANTED)
    assert stream["delivery"]["method"] == "urn:ietf:rfc:8936"


def test_a_corrected_address_is_read_while_the_customer_is_away(
    provider: Provider, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FACTS, "address", MOVED)
    provider._tokens.clear()

    assert hear(visitor, provider, "data-changed", claims=["address"]) == ("corrected", "read")
    assert customer(visitor, provider).facts["address"] == MOVED
    stranger = Visitor(visitor.shop)
    page = stranger.get(COUNTER)
    assert "Sanne de Vries corrected details: Address." in messages(page)
    assert "Prinsengracht 7" in page.words
    assert "Sluis told us on" in page.words
    stranger.close()


def test_a_shop_without_offline_access_reads_it_at_the_next_visit(provider: Provider, open_shop: OpenShop) -> None:
    visitor = open_shop("trattoria-sole")
    visitor.log_in()
    provider._tokens.clear()
    provider.transmitter.tell("trattoria-sole-client", provider.sub, "data-changed", claims=["email"])
    office(visitor).mailroom.collect()

    assert office(visitor).mailroom.latest()[0].outcome == "next_visit"


def test_what_is_no_longer_shared_is_dropped(provider: Provider, visitor: Visitor) -> None:
    provider.step_down("low")
    told = {"level": "low", "level_before": "medium", "claims_removed": ["address", "payment_account", "phone_number"]}

    assert hear(visitor, provider, "consent-changed", **told) == ("narrowed", "dropped")
    assert set(customer(visitor, provider).facts) == {"name", "given_name", "email"}
    assert customer(visitor, provider).level == "low"


def test_a_pause_is_kept_until_it_ends(provider: Provider, visitor: Visitor) -> None:
    assert hear(visitor, provider, "consent-changed", level="medium", paused=True) == ("paused", "rests")
    assert customer(visitor, provider).standing == "paused"
    assert hear(visitor, provider, "consent-changed", level="medium", paused=False) == ("resumed", "read")
    assert customer(visitor, provider).standing == "here"


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ({"level": "low", "level_before": None, "claims_added": ["name"]}, "given"),
        ({"level": "medium", "level_before": "low", "claims_added": ["address"]}, "widened"),
        ({"level": "medium", "until": 1_835_000_000}, "changed"),
    ],
)
def test_other_changes_are_noted(provider: Provider, visitor: Visitor, told: dict[str, Any], kind: str) -> None:
    assert hear(visitor, provider, "consent-changed", **told) == (kind, "noted")


@pytest.mark.parametrize(
    ("event", "kind", "notice"),
    [("consent-withdrawn", "withdrawn", "stopped"), ("consent-expired", "expired", "expired")],
)
def test_an_end_ends_the_visit_and_leaves_what_is_on_the_invoice(
    provider: Provider, visitor: Visitor, event: str, kind: str, notice: str
) -> None:
    assert hear(visitor, provider, event) == (kind, "kept_by_law")
    left = customer(visitor, provider)
    assert (set(left.facts), left.token, left.refresh_token) == ({"name", "address"}, None, None)
    page = visitor.get("/")
    assert page.attribute("shop-error", "data-code") == notice
    assert page.has("sluis-login")


def test_a_shop_without_papers_forgets_at_once(provider: Provider, open_shop: OpenShop) -> None:
    visitor = open_shop("trattoria-sole")
    visitor.log_in()
    provider.transmitter.tell("trattoria-sole-client", provider.sub, "consent-withdrawn")
    office(visitor).mailroom.collect()

    assert office(visitor).mailroom.latest()[0].outcome == "forgotten"
    assert office(visitor).customers.all() == []
    assert "Sanne" not in visitor.get(COUNTER).words


def test_a_change_in_the_vault_and_news_of_a_stranger_change_nothing(provider: Provider, visitor: Visitor) -> None:
    assert hear(visitor, provider, "data-changed", deposit="all", deleted=True) == ("vault", "not_ours")
    provider.sub = "somebody-else"
    assert hear(visitor, provider, "data-changed", claims=["email"]) == ("corrected", "unknown")


def test_an_event_of_another_kind_is_taken_and_not_shown(provider: Provider, visitor: Visitor) -> None:
    before = len(office(visitor).mailroom.latest())
    claims = provider.transmitter.event(
        CLIENT, "x", {"https://schemas.openid.net/secevent/ssf/event-type/verification": {}}
    )
    jti = provider.transmitter.put(provider.transmitter.signed(claims))
    office(visitor).mailroom.collect()
    office(visitor).mailroom.collect()

    assert jti in provider.transmitter.acknowledged
    assert len(office(visitor).mailroom.latest()) == before


def test_what_cannot_be_done_now_comes_again_and_is_done_once(provider: Provider, visitor: Visitor) -> None:
    mailroom = office(visitor).mailroom
    first = provider.transmitter.tell(CLIENT, provider.sub, "consent-changed", level="medium")
    second = provider.transmitter.tell(CLIENT, provider.sub, "data-changed", claims=["email"])
    provider.broken = frozenset({"/userinfo"})
    assert mailroom.collect() == 0
    assert mailroom.connected is False
    assert "We cannot reach Sluis right now." in visitor.get(COUNTER).words
    provider.broken = frozenset()
    mailroom.collect()
    mailroom.collect()

    assert sorted(provider.transmitter.acknowledged) == sorted([first, second])
    assert sorted(message.kind for message in mailroom.latest()) == ["changed", "corrected"]
    assert mailroom.connected is True


def test_a_lost_token_or_stream_is_made_anew(provider: Provider, visitor: Visitor) -> None:
    office(visitor).mailroom._stream._token = "of yesterday"
    assert office(visitor).mailroom.collect() == 0

    assert hear(visitor, provider, "data-changed", claims=["email"]) == ("corrected", "read")


def test_a_token_that_is_not_what_it_should_be_is_refused_with_the_reason(provider: Provider, visitor: Visitor) -> None:
    sender, events = provider.transmitter, {"urn:sluis:event:consent-withdrawn": {}}
    good = sender.event(CLIENT, provider.sub, events)
    refused = {
        sender.put(token): err
        for token, err in (
            (sender.signed(good, typ="JWT"), "invalid_request"),
            (sender.signed({**good, "iss": "https://other.example"}), "invalid_issuer"),
            (sender.signed({**good, "aud": "another"}), "invalid_audience"),
            (sender.signed({**good, "events": []}), "invalid_request"),
            (sender.signed(good, key=FOREIGN_KEY), "invalid_key"),
            ("nonsense", "invalid_key"),
        )
    }
    office(visitor).mailroom.collect()
    office(visitor).mailroom.collect()

    assert sender.refused == refused
    assert customer(visitor, provider).standing == "here"
    assert office(visitor).mailroom.latest() == []


def test_every_message_has_its_words_in_both_languages(provider: Provider, visitor: Visitor) -> None:
    hear(visitor, provider, "consent-changed", level="low", claims_removed=["address"])
    assert "You now share less with us, at level Low. No longer: Address." in visitor.get("/").words
    hear(visitor, provider, "consent-withdrawn")
    english = messages(visitor.get(COUNTER))
    dutch = Visitor(visitor.shop, "nl")

    assert "Sanne de Vries now shares less with us, at level Low. No longer: Address." in english
    assert "Sanne de Vries is gestopt met delen." in dutch.get("/behind-the-counter").words
    dutch.close()


def test_a_logout_token_ends_the_visit(provider: Provider, visitor: Visitor) -> None:
    sender = provider.transmitter
    good = sender.logout(CLIENT, provider.sub)
    wrong = [
        sender.signed(good),
        sender.signed({**good, "nonce": "n"}, "logout+jwt"),
        sender.signed({**good, "exp": 1}, "logout+jwt"),
        sender.signed({**good, "events": {}}, "logout+jwt"),
        sender.signed({**good, "aud": "another"}, "logout+jwt"),
        sender.signed(good, "logout+jwt", FOREIGN_KEY),
        "",
    ]
    assert [_knock(visitor, token) for token in wrong] == [400] * len(wrong)
    assert _knock(visitor, sender.signed({**good, "sid": "of another browser"}, "logout+jwt")) == 200
    assert _knock(visitor, sender.signed({**good, "sub": "somebody-else"}, "logout+jwt")) == 200
    assert visitor.get("/").has("received")
    assert _knock(visitor, sender.signed(good, "logout+jwt")) == 200

    page = visitor.get("/")
    assert page.attribute("shop-error", "data-code") == "ended_by_sluis"
    assert not visitor.get("/").has("shop-error")


def test_the_end_of_one_session_ends_the_visit_of_that_browser_alone() -> None:
    memory = Memory()
    for browser in ("here", "there"):
        memory.set(f"visit:{browser}", Visit("openid", {}, {"sub": "sanne", "sid": browser}, {}), 60)
    for sid, over in (("here", {"visit:here"}), (None, {"visit:here", "visit:there"})):
        Customers(memory).end_visits("ended_by_sluis", "sanne", sid)
        assert {key for key, kept in memory.matching("visit:").items() if isinstance(kept, VisitOver)} == over


def test_a_knock_while_the_keys_cannot_be_had_is_asked_to_come_back(provider: Provider, visitor: Visitor) -> None:
    office(visitor).memory.delete("keys")
    provider.broken = frozenset({"/jwks.json"})

    assert _knock(visitor, provider.transmitter.signed(provider.transmitter.logout(CLIENT, "x"), "logout+jwt")) == 503


def _knock(visitor: Visitor, token: str) -> int:
    client = visitor.app.test_client()
    return client.post("/backchannel-logout", data={"logout_token": token}).status_code
