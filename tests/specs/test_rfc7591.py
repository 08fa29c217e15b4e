"""RFC 7591 and OpenID Connect Registration 1.0: clients register themselves."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.crypto import keyring
from app.crypto.keyring import KeyRing
from app.domain.levels import Level
from app.services import clients as services_of_clients
from app.services.outbound import Outbound
from app.storage.client_origins import is_known
from app.storage.tables.parties import clients
from tests.factories import INTENDED_USE, add_person, client_of
from tests.redeeming import BackOffice, basic, bearer, log_in, refused, tokens
from tests.servers.house import START, House

LEAST = {"redirect_uris": ["https://shop.example/callback"]}
DESCRIPTION = re.compile(r"[\x20\x21\x23-\x5b\x5d-\x7e]*")
PUBLIC_JWKS = KeyRing([keyring.generate("ES256", START, START)]).jwks(START)


def register(house: House, document: Any = None, **members: Any) -> TestResponse:
    """Register with the least, and what the test adds."""
    body = {**LEAST, **members} if document is None else document
    return house.browser().post("/clients", json=body)


def registered(response: TestResponse) -> dict[str, Any]:
    """What a new client is told; it is an assertion that it is one."""
    assert response.status_code == 201, response.text
    assert response.headers["Cache-Control"] == "no-store"
    told: dict[str, Any] = response.get_json()
    return told


def test_a_client_that_says_the_least_gets_everything_it_needs(shared_house: House) -> None:
    told = registered(register(shared_house))
    assert told["client_id_issued_at"] == int(shared_house.clock.now.timestamp())
    assert len(told["client_secret"]) >= 43
    assert told["client_secret_expires_at"] == 0
    assert told["registration_client_uri"] == f"http://localhost:8000/clients/{told['client_id']}"
    assert told["registration_access_token"]
    assert told["token_endpoint_auth_method"] == "client_secret_basic"
    assert told["response_types"] == ["code"]
    assert told["subject_type"] == "pairwise"
    assert told["redirect_uris"] == LEAST["redirect_uris"]
    assert "scope" not in told, "a library that asked for none may take one for a fault"


def test_a_client_that_lists_every_flow_it_knows_is_told_which_there_are(shared_house: House) -> None:
    # What Apache's mod_auth_openidc sends of itself (§3.2.1).
    told = registered(
        register(
            shared_house,
            response_types=["code", "id_token", "id_token token", "code id_token", "code token", "code id_token token"],
            grant_types=["authorization_code", "implicit", "refresh_token"],
            id_token_token_binding_cnf="tbh",
        )
    )
    assert told["response_types"] == ["code"]
    assert told["grant_types"] == ["authorization_code", "refresh_token"]


def test_the_client_can_use_what_it_got(shared_house: House) -> None:
    told = registered(register(shared_house))
    office = BackOffice(shared_house, told["client_id"], told["client_secret"])
    scopes = frozenset({"openid", "email", "offline_access"})
    login = log_in(shared_house, add_person(shared_house), told["client_id"], scopes=scopes)
    members = tokens(office.redeem(login.code()))
    assert office.userinfo(members["access_token"]).get_json()["email"] == login.person.email
    tokens(office.refresh(members["refresh_token"]))


def test_a_client_that_named_no_method_may_send_its_secret_in_the_header_or_in_the_body(shared_house: House) -> None:
    members = registered(register(shared_house))
    assert "sluis_auth_method_unstated" not in members
    form = {"token": "unknown"}
    own = {"client_id": members["client_id"], "client_secret": members["client_secret"]}
    browser = shared_house.browser()
    assert browser.post("/revoke", data={**form, **own}).status_code == 200
    in_header = basic(members["client_id"], members["client_secret"])
    assert browser.post("/revoke", data=form, headers=in_header).status_code == 200


def test_a_client_that_named_a_method_uses_that_one(shared_house: House) -> None:
    members = registered(register(shared_house, token_endpoint_auth_method="client_secret_basic"))
    own = {"client_id": members["client_id"], "client_secret": members["client_secret"]}
    assert shared_house.browser().post("/revoke", data={"token": "unknown", **own}).status_code == 401


def test_no_secret_is_made_for_a_client_that_needs_none(shared_house: House) -> None:
    for method, more in (("none", {}), ("private_key_jwt", {"jwks": PUBLIC_JWKS})):
        told = registered(register(shared_house, token_endpoint_auth_method=method, **more))
        assert not {"client_secret", "client_secret_expires_at"} & told.keys()


def test_what_is_kept_is_a_digest_and_never_the_secret_or_the_token(shared_house: House) -> None:
    told = registered(register(shared_house))
    with shared_house.services.database.read() as db:
        row = db.execute(clients.select().where(clients.c.id == told["client_id"])).one()
    kept = str(row._mapping)
    assert told["client_secret"] not in kept
    assert told["registration_access_token"] not in kept


def test_every_client_is_a_business_of_its_own_that_nobody_verified(shared_house: House) -> None:
    one, other = (client_of(shared_house, registered(register(shared_house))["client_id"]) for _ in range(2))
    assert not one.business.verified
    assert one.business.id != other.business.id
    assert one.sector != other.sector
    assert one.business.name == "shop.example"
    assert not one.business.intended_use.declared


def test_what_the_client_says_of_itself_is_what_people_will_see(shared_house: House) -> None:
    said = {
        "client_name": "Blauw <b>&</b> Zoon {{7*7}}",
        "client_uri": "https://shop.example/",
        "policy_uri": "https://shop.example/privacy",
        "tos_uri": "https://shop.example/terms",
        "logo_uri": "https://shop.example/logo.png",
        "contacts": ["privacy@shop.example"],
    }
    business = client_of(shared_house, registered(register(shared_house, **said))["client_id"]).business
    assert (business.name, business.website) == (said["client_name"], said["client_uri"])
    assert business.details == {
        "privacy_policy_uri": said["policy_uri"],
        "terms_uri": said["tos_uri"],
        "logo_uri": said["logo_uri"],
        "privacy_contact": "privacy@shop.example",
    }


def test_without_a_name_it_is_known_by_where_it_has_people_come_back_to_first(shared_house: House) -> None:
    told = registered(register(shared_house, redirect_uris=["https://one.example/cb", "https://two.example/cb"]))
    assert client_of(shared_house, told["client_id"]).name == "one.example"


def test_an_intended_use_is_declared_with_the_registration(shared_house: House) -> None:
    told = registered(register(shared_house, intended_use=INTENDED_USE))
    assert told["intended_use"] == INTENDED_USE
    use = client_of(shared_house, told["client_id"]).business.intended_use
    assert use.declared
    assert use.levels.keys() == {Level.LOW, Level.MEDIUM, Level.HIGH}
    office = BackOffice(shared_house, told["client_id"], told["client_secret"])
    login = log_in(shared_house, add_person(shared_house), told["client_id"])
    assert tokens(office.redeem(login.code()))["scope"] == "identity:low openid"


BREACHES: dict[str, tuple[Callable[[Any], Any], str]] = {
    "no low level": (lambda use: use.pop("low"), "low"),
    "an unknown purpose": (lambda use: use["low"].update(purposes=["world domination"]), "low.purposes"),
    "an unknown claim": (lambda use: use["low"].update(required=["shoe_size"]), "low.required"),
    "a claim above its level": (lambda use: use["low"].update(required=["address"]), "low.required"),
    "claims that are no list": (lambda use: use["low"].update(required="email"), "low.required"),
    "kept for too long": (lambda use: use["high"].update(retention="P5Y"), "high.retention"),
    "no Dutch text": (lambda use: use["medium"]["benefit"].pop("nl"), "medium.benefit.nl"),
    "no legal ground": (lambda use: use["low"].update(ground={}), "low.ground"),
}


@pytest.mark.parametrize("breach", BREACHES)
def test_an_intended_use_that_breaks_the_rules_is_refused_with_its_place(shared_house: House, breach: str) -> None:
    use, (change, place) = json.loads(json.dumps(INTENDED_USE)), BREACHES[breach]
    change(use)
    response = register(shared_house, intended_use=use)
    assert refused(response) == "invalid_client_metadata"
    assert f"intended_use.{place}" in response.get_json()["error_description"]


@pytest.mark.parametrize("use", [[], "low", 7, {"low": None}, {"low": [], "top": {}}])
def test_an_intended_use_of_another_shape_is_refused(shared_house: House, use: Any) -> None:
    assert refused(register(shared_house, intended_use=use)) == "invalid_client_metadata"


def test_every_fault_is_told_at_once_in_the_characters_that_the_rfc_allows(shared_house: House) -> None:
    response = register(
        shared_house,
        redirect_uris=["https://shop.example/callback", 'http://sh"op\\.example/é'],
        subject_type="public",
        client_name="x\u202e",
        intended_use={},
    )
    assert refused(response) == "invalid_redirect_uri"
    description = response.get_json()["error_description"]
    assert DESCRIPTION.fullmatch(description)
    for place in ("redirect_uris[1]", "subject_type", "client_name", "intended_use.low"):
        assert place in description


@pytest.mark.parametrize(
    "uri",
    [
        "http://shop.example/callback",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://*.shop.example/",
        "https://10.0.0.1/",
        "https://shop.example/#x",
        "https://user@shop.example/",
        "https://shop/",
        "https://xn--pple-43d.example/",
        "https://shop.example./",
        "https://shop.example/" + "x" * 2000,
    ],
)
def test_an_unsafe_redirect_uri_is_refused(shared_house: House, uri: str) -> None:
    assert refused(register(shared_house, redirect_uris=[uri])) == "invalid_redirect_uri"


def test_nobody_is_sent_back_to_the_provider_itself(shared_house: House) -> None:
    ours = f"{shared_house.services.settings.issuer}/signed-out"
    assert refused(register(shared_house, redirect_uris=[ours])) == "invalid_redirect_uri"
    assert refused(register(shared_house, post_logout_redirect_uris=[ours])) == "invalid_client_metadata"


@pytest.mark.parametrize(
    "uris", [None, [], "https://shop.example", [None], [{}], [f"https://a.example/{n}" for n in range(21)]]
)
def test_redirect_uris_are_a_list_of_some_addresses(shared_house: House, uris: Any) -> None:
    assert refused(register(shared_house, redirect_uris=uris)) == "invalid_redirect_uri"


@pytest.mark.parametrize(
    "members",
    [
        {"logo_uri": "javascript:alert(1)"},
        {"policy_uri": "http://shop.example/privacy"},
        {"jwks_uri": "http://10.0.0.1/jwks"},
        {"client_name": {"en": "Shop"}},
        {"client_name": "<script>\n"},
        {"scope": "openid admin"},
        {"jwks": {"keys": [{"kty": "oct", "k": "AAAA"}]}},
        {"jwks": {"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}]}},
        {"token_endpoint_auth_method": "private_key_jwt"},
        {
            "token_endpoint_auth_method": "private_key_jwt",
            "token_endpoint_auth_signing_alg": "RS256",
            "jwks": PUBLIC_JWKS,
        },
        {"id_token_signed_response_alg": "none"},
        {"subject_type": "public"},
        {"response_types": ["token"]},
        {"grant_types": ["implicit"]},
    ],
)
def test_other_unsafe_metadata_is_refused(shared_house: House, members: dict[str, Any]) -> None:
    assert refused(register(shared_house, **members)) == "invalid_client_metadata"


def test_a_private_key_that_is_sent_by_mistake_is_refused_and_not_said_again(shared_house: House) -> None:
    private = {"keys": [{**PUBLIC_JWKS["keys"][0], "d": "c2VjcmV0LWtleS1tYXRlcmlhbA"}]}
    response = register(shared_house, jwks=private)
    assert refused(response) == "invalid_client_metadata"
    assert "c2VjcmV0" not in response.text


def test_what_is_not_the_client_s_to_say_is_ignored(shared_house: House) -> None:
    told = registered(
        register(
            shared_house,
            client_id="mine",
            client_secret="chosen",
            verified=True,
            trusted=True,
            skip_consent=True,
            max_profile="high",
            owner="me",
            security_profile="standard",
            standing="active",
        )
    )
    assert told["client_id"] != "mine"
    assert told["client_secret"] != "chosen"
    assert not {"verified", "trusted", "skip_consent", "max_profile", "owner", "security_profile"} & told.keys()
    assert not client_of(shared_house, told["client_id"]).business.verified


def test_a_software_statement_is_not_approved(shared_house: House) -> None:
    assert refused(register(shared_house, software_statement="a.b.c")) == "unapproved_software_statement"


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b'["redirect_uris"]', b"null", b"7", b'"text"', b"{", b"\xff\xfe", b'{"a": NaN}', b"[" * 60_000,
     b'{"redirect_uris": ["https://a.example/"], "redirect_uris": ["https://b.example/"]}',
     b'{"client_name": "\\ud800", "redirect_uris": ["https://a.example/"]}',
     b'{"client_name": "\\u0000", "redirect_uris": ["https://a.example/"]}'],
)  # fmt: skip
def test_a_body_that_is_no_registration_is_refused(shared_house: House, body: bytes) -> None:
    response = shared_house.browser().post("/clients", data=body, content_type="application/json")
    assert refused(response) == "invalid_client_metadata"


def test_only_json_of_a_sensible_length_is_read(shared_house: House) -> None:
    browser = shared_house.browser()
    assert refused(browser.post("/clients", data=LEAST)) == "invalid_client_metadata"
    long = json.dumps({**LEAST, "padding": "x" * 65_536})
    assert browser.post("/clients", data=long, content_type="application/json").status_code == 413


def test_one_network_registers_so_many_an_hour(make_house: Callable[..., House]) -> None:
    house = make_house(registration={"per_source_per_hour": 3})
    for _ in range(3):
        registered(register(house))
    response = register(house)
    assert refused(response, 429) == "slow_down"
    assert 0 < int(response.headers["Retry-After"]) <= 3601
    elsewhere = house.browser().post("/clients", json=LEAST, environ_base={"REMOTE_ADDR": "198.51.100.7"})
    registered(elsewhere)
    house.clock.move(hours=1)
    registered(register(house))


def test_where_registration_is_closed_an_initial_access_token_opens_it(make_house: Callable[..., House]) -> None:
    house = make_house(registration={"open": False})
    now = house.clock.now
    token = services_of_clients.create_initial_access_token(house.services, "for the test", 3600, now)
    browser = house.browser()
    for headers in ({}, bearer("wrong"), {"Authorization": f"Basic {token}"}):
        response = browser.post("/clients", json=LEAST, headers=headers)
        assert refused(response, 401) == "invalid_token"
        assert response.headers["WWW-Authenticate"].startswith("Bearer")
    for _ in range(2):
        registered(browser.post("/clients", json=LEAST, headers=bearer(token)))
    house.clock.move(hours=1)
    assert refused(browser.post("/clients", json=LEAST, headers=bearer(token)), 401) == "invalid_token"
    with house.services.database.read() as db:
        assert db.execute(select(func.count()).select_from(clients)).scalar_one() == 2


def test_an_initial_access_token_that_is_sent_must_be_good_even_where_none_is_needed(shared_house: House) -> None:
    response = shared_house.browser().post("/clients", json=LEAST, headers=bearer("wrong"))
    assert refused(response, 401) == "invalid_token"


def test_the_origins_of_a_client_are_known_and_no_others(shared_house: House) -> None:
    uris = ["https://Origins.example:8443/cb", "https://origins.example/a", "https://origins.example/b"]
    registered(register(shared_house, redirect_uris=uris))
    with shared_house.services.database.read() as db:
        assert is_known(db, "https://origins.example:8443")
        assert is_known(db, "https://origins.example")
        assert not is_known(db, "http://origins.example")


SECTOR = "https://sector.example/list.json"


@pytest.mark.parametrize(
    ("listed", "accepted"),
    [
        (["https://shop.example/callback"], True),
        (["https://a.example/", "https://shop.example/callback"], True),
        (["https://a.example/"], False),
        ([], False),
        ({"https://shop.example/callback": 0}, False),
        (["https://shop.example/callback", 7], False),
        ("https://shop.example/callback", False),
    ],
)
def test_a_sector_is_proved_by_the_list_it_publishes(
    shared_house: House, monkeypatch: pytest.MonkeyPatch, listed: Any, accepted: bool
) -> None:
    monkeypatch.setattr(Outbound, "fetch_json", lambda _, uri: listed if uri == SECTOR else None)
    response = register(shared_house, sector_identifier_uri=SECTOR)
    if accepted:
        assert client_of(shared_house, registered(response)["client_id"]).sector == SECTOR
    else:
        assert refused(response) == "invalid_client_metadata"


def test_a_sector_that_cannot_be_fetched_is_refused(shared_house: House) -> None:
    # The port is closed: nothing listens on port 1 of this machine, which development exempts.
    response = register(shared_house, sector_identifier_uri="http://127.0.0.1:1/list.json")
    assert refused(response) == "invalid_client_metadata"
    assert "could not be fetched" in response.get_json()["error_description"]


def test_clients_of_one_sector_know_a_person_by_one_name(shared_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Outbound, "fetch_json", lambda *_: LEAST["redirect_uris"])
    person, scopes = add_person(shared_house), frozenset({"openid", "email"})
    subs = {
        log_in(shared_house, person, told["client_id"], scopes=scopes).grant.sub
        for told in (registered(register(shared_house, sector_identifier_uri=SECTOR)) for _ in range(2))
    }
    alone = log_in(shared_house, person, registered(register(shared_house))["client_id"], scopes=scopes).grant.sub
    assert len(subs) == 1
    assert alone not in subs


def test_a_client_id_can_never_be_taken_for_a_sub(shared_house: House) -> None:
    told = registered(register(shared_house))
    sub = log_in(shared_house, add_person(shared_house), told["client_id"], scopes=frozenset({"openid"})).grant.sub
    assert "." in told["client_id"]
    assert "." not in sub
