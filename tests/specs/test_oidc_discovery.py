"""OpenID Connect Discovery 1.0 and RFC 8414: what is advertised is true, and what is true is advertised."""

from collections.abc import Callable
from typing import Any

import pytest
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from authlib.oidc.discovery import OpenIDProviderMetadata

from app.domain.claims import CATALOGUE
from app.services.keys import rotate
from app.services.sessions import ACR_PASSWORD
from tests.factories import add_client, add_person
from tests.redeeming import BackOffice, log_in, refused, tokens
from tests.servers.house import House

WELL_KNOWN = "/.well-known/openid-configuration"


@pytest.fixture
def metadata(shared_house: House) -> dict[str, Any]:
    """The discovery document."""
    response = shared_house.browser().get(WELL_KNOWN)
    assert response.status_code == 200
    assert response.content_type == "application/json"
    document: dict[str, Any] = response.get_json()
    return document


def test_both_documents_are_the_same_and_well_formed(shared_house: House, metadata: dict[str, Any]) -> None:
    oauth = shared_house.browser().get("/.well-known/oauth-authorization-server").get_json()
    assert oauth == metadata
    OpenIDProviderMetadata(metadata).validate()
    AuthorizationServerMetadata(metadata).validate()


def test_issuer_and_every_address_are_of_the_configured_issuer(make_house: Callable[..., House]) -> None:
    house = make_house(issuer="https://id.example.org")
    browser = house.browser()
    document = browser.get(WELL_KNOWN, base_url="http://id.example.org").get_json()
    assert document["issuer"] == "https://id.example.org"
    addresses = [value for name, value in document.items() if name.endswith(("_endpoint", "_uri"))]
    assert len(addresses) >= 9
    assert all(address.startswith("https://id.example.org/") for address in addresses)


def test_no_header_of_a_request_changes_what_is_said(shared_house: House, metadata: dict[str, Any]) -> None:
    headers = {
        "X-Forwarded-Host": "evil.test",
        "X-Forwarded-Proto": "https",
        "Forwarded": "host=evil.test;proto=https",
        "X-Forwarded-Prefix": "/evil",
    }
    assert shared_house.browser().get(WELL_KNOWN, headers=headers).get_json() == metadata
    assert shared_house.browser().get(WELL_KNOWN, headers={"Host": "evil.test"}).status_code == 400


def test_every_advertised_endpoint_answers(shared_house: House, metadata: dict[str, Any]) -> None:
    for member, address in metadata.items():
        if member.endswith(("_endpoint", "_uri")):
            path = address.removeprefix(metadata["issuer"])
            if member == "grant_management_endpoint":
                path += "/a-grant"  # the address of a grant is below it (Grant Management draft 03 §6)
            statuses = {shared_house.browser().open(path, method=method).status_code for method in ("GET", "POST")}
            assert statuses - {404, 405, 500}, member


def test_what_becomes_of_a_grant_and_what_its_address_takes_are_both_advertised(metadata: dict[str, Any]) -> None:
    # Grant Management draft 03 §7.1: a client that does not find query here may not ask.
    assert metadata["grant_management_actions_supported"] == ["query", "revoke", "create", "merge", "replace"]


def test_scopes_languages_and_ways_to_prove_a_client_are_advertised_whole(metadata: dict[str, Any]) -> None:
    assert metadata["scopes_supported"] == [
        "openid", "profile", "email", "address", "phone", "identity:low", "identity:medium", "identity:high",
        "offline_access", "ssf.read", "ssf.manage", "grant_management_query", "grant_management_revoke", "api",
    ]  # fmt: skip
    assert metadata["claim_types_supported"] == ["normal"]
    assert metadata["ui_locales_supported"] == ["nl", "en"]
    for endpoint, public in (("token", {"none"}), ("revocation", {"none"}), ("introspection", set())):
        proofs = {"client_secret_basic", "client_secret_post", "private_key_jwt"}
        assert set(metadata[f"{endpoint}_endpoint_auth_methods_supported"]) == proofs | public


def test_the_advertised_ways_of_signing_in_are_those_there_are(metadata: dict[str, Any]) -> None:
    assert metadata["acr_values_supported"] == [ACR_PASSWORD]


def test_every_advertised_claim_is_one_we_know(metadata: dict[str, Any]) -> None:
    protocol = {"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "at_hash", "sid"}
    terms = {
        "data_level", "data_purposes", "data_retention", "data_terms", "data_collection", "grant_id", "consent_receipt",
    }  # fmt: skip
    assert set(metadata["claims_supported"]) == protocol | terms | CATALOGUE.keys()
    assert len(metadata["claims_supported"]) == len(set(metadata["claims_supported"]))


def test_a_client_may_register_every_advertised_value_and_no_other(
    shared_house: House, metadata: dict[str, Any]
) -> None:
    members = {
        "id_token_signed_response_alg": ("id_token_signing_alg_values_supported", "HS256"),
        "userinfo_signed_response_alg": ("userinfo_signing_alg_values_supported", "none"),
        "token_endpoint_auth_signing_alg": ("token_endpoint_auth_signing_alg_values_supported", "RS512"),
        "subject_type": ("subject_types_supported", "public"),
    }
    browser = shared_house.browser()
    for member, (advertised, other) in members.items():
        for value in metadata[advertised]:
            document = {"redirect_uris": ["https://shop.example/cb"], member: value}
            assert browser.post("/clients", json=document).status_code == 201, (member, value)
        document = {"redirect_uris": ["https://shop.example/cb"], member: other}
        assert refused(browser.post("/clients", json=document)) == "invalid_client_metadata"


def test_every_advertised_scope_and_grant_can_be_registered(shared_house: House, metadata: dict[str, Any]) -> None:
    document = {
        "redirect_uris": ["https://shop.example/cb"],
        "scope": " ".join(metadata["scopes_supported"]),
        "grant_types": metadata["grant_types_supported"],
    }
    told = shared_house.browser().post("/clients", json=document).get_json()
    assert told["scope"].split() == metadata["scopes_supported"]
    assert told["grant_types"] == metadata["grant_types_supported"]


def test_grants_that_are_not_advertised_do_not_work(shared_house: House, metadata: dict[str, Any]) -> None:
    office = BackOffice(shared_house, add_client(shared_house))
    for other in ("password", "implicit", "urn:ietf:params:oauth:grant-type:saml2-bearer"):
        assert other not in metadata["grant_types_supported"]
        assert refused(office.post("/token", {"grant_type": other})) == "unsupported_grant_type"


def test_nothing_unsigned_or_shared_is_offered(metadata: dict[str, Any]) -> None:
    for member, values in metadata.items():
        if "alg_values" in member:
            assert not {"none", "HS256", "HS384", "HS512"} & set(values), member
    assert "RS256" in metadata["id_token_signing_alg_values_supported"]
    assert metadata["code_challenge_methods_supported"] == ["S256"]
    assert metadata["request_uri_parameter_supported"] is False
    assert metadata["authorization_response_iss_parameter_supported"] is True
    assert "none" not in metadata["introspection_endpoint_auth_methods_supported"]


def test_what_the_operator_switched_off_is_not_advertised(make_house: Callable[..., House]) -> None:
    house = make_house(keys={"algorithms": ("RS256", "EdDSA")})
    document = house.browser().get(WELL_KNOWN).get_json()
    assert document["id_token_signing_alg_values_supported"] == ["RS256", "EdDSA"]
    office = BackOffice(house, add_client(house, id_token_signed_response_alg="EdDSA"))
    tokens(office.redeem(log_in(house, add_person(house), office.client_id).code()))


@pytest.mark.parametrize("path", [WELL_KNOWN, "/.well-known/oauth-authorization-server", "/jwks"])
def test_public_documents_are_for_every_page_and_may_be_kept(shared_house: House, path: str) -> None:
    browser = shared_house.browser()
    first = browser.get(path, headers={"Origin": "https://any.example"})
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in first.headers
    assert first.headers["Cache-Control"].startswith("public, max-age=")
    again = browser.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert browser.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
    assert browser.post(path).status_code == 405
    beforehand = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "x-requested-with"}
    asked = browser.options(path, headers={"Origin": "https://any.example", **beforehand})
    assert (asked.status_code, asked.headers["Access-Control-Allow-Origin"]) == (204, "*")
    assert asked.headers["Access-Control-Allow-Headers"] == "*"


def test_only_public_keys_with_names_of_their_own_are_published(shared_house: House) -> None:
    keys = shared_house.browser().get("/jwks").get_json()["keys"]
    assert {key["alg"] for key in keys} == {"RS256", "ES256", "PS256", "EdDSA"}
    assert len({key["kid"] for key in keys}) == len(keys)
    for key in keys:
        assert key["use"] == "sig"
        assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & key.keys()
        assert all("=" not in str(value) for value in key.values())


def test_a_new_key_is_published_before_it_signs_and_the_old_one_as_long_as_it_is_needed(house: House) -> None:
    services, browser = house.services, house.browser()

    def kids() -> set[str]:
        return {key["kid"] for key in browser.get("/jwks").get_json()["keys"] if key["alg"] == "RS256"}

    old = kids()
    (new,) = rotate(services, ("RS256",), house.clock.now)
    services.keys.forget()
    assert kids() == old | {new}
    house.clock.move(hours=1)
    assert kids() == {new}
