from typing import Any

import pytest

from app.domain.business_file import METADATA, BusinessFile, read_business_file
from app.domain.client_metadata import MetadataRules
from app.domain.errors import Problems
from tests.domain.agreements import GONE, POLICY, USE, changed

RULES = MetadataRules(
    signing_algorithms=("RS256", "ES256"),
    assertion_algorithms=("RS256", "ES256"),
    check_jwks=lambda _jwks, _algorithms: [],
    trusted=True,
)
FILE: dict[str, Any] = {
    "business": {
        "id": "shop",
        "name": "Shop",
        "legal_name": "Shop B.V.",
        "website": "https://shop.example",
        "country": "NL",
        "privacy_contact": "privacy@shop.example",
        "description": {"nl": "Een winkel.", "en": "A shop."},
    },
    "clients": [{"client_id": "shop-web", "redirect_uris": ["https://shop.example/callback"]}],
    "intended_use": USE,
}


def read(raw: Any) -> BusinessFile:
    return read_business_file(raw, POLICY, RULES, {"NL", "BE"})


def faults(raw: Any) -> list[str]:
    """What is wrong with it, a line each; it is an assertion that something is."""
    with pytest.raises(Problems) as raised:
        read(raw)
    return raised.value.lines()


def with_client(**members: Any) -> dict[str, Any]:
    """The file with members in its client's table, or without those that are GONE."""
    table = {key: value for key, value in {**FILE["clients"][0], **members}.items() if value is not GONE}
    return {**FILE, "clients": [table]}


def test_a_good_file_is_read() -> None:
    file = read(FILE)
    assert (file.id, file.name, file.website) == ("shop", "Shop", "https://shop.example")
    assert file.intended_use == USE
    assert file.details == {
        "legal_name": "Shop B.V.",
        "country": "NL",
        "privacy_contact": "privacy@shop.example",
        "description": {"nl": "Een winkel.", "en": "A shop."},
    }
    (client,) = file.clients
    assert (client.id, client.secret_env, client.secret_file) == ("shop-web", None, None)
    assert client.metadata["client_name"] == "Shop"


def test_addresses_of_a_business_may_be_added() -> None:
    addresses = {
        "privacy_policy_uri": "https://shop.example/privacy",
        "terms_uri": "https://shop.example/terms",
        "logo_uri": "https://shop.example/logo.png",
    }
    assert addresses.items() <= read({**FILE, "business": {**FILE["business"], **addresses}}).details.items()


def test_a_client_may_have_a_name_and_a_source_of_its_secret() -> None:
    (client,) = read(with_client(name="Till", client_secret_env="TILL")).clients
    assert (client.metadata["client_name"], client.secret_env) == ("Till", "TILL")
    (client,) = read(with_client(client_secret_file="till.txt")).clients
    assert client.secret_file == "till.txt"


NO_COUNTRY = "must be the two capital letters of a country"
NO_SLUG = "must be small letters, digits and hyphens"


@pytest.mark.parametrize(
    ("place", "value", "line"),
    [
        ("business", GONE, "business: is missing"),
        ("business", "Shop", "business: must be a table"),
        ("business.id", GONE, "business.id: is missing"),
        ("business.id", "Shop", f"business.id: {NO_SLUG}"),
        ("business.id", "-shop", f"business.id: {NO_SLUG}"),
        ("business.id", 7, f"business.id: {NO_SLUG}"),
        ("business.name", GONE, "business.name: is missing"),
        ("business.name", " ", "business.name: must be a text"),
        ("business.name", "Sh\u200bop", "business.name: has invisible or control characters"),
        ("business.legal_name", "x" * 81, "business.legal_name: must be at most 80 characters"),
        ("business.country", "Netherlands", f"business.country: {NO_COUNTRY}"),
        ("business.country", "XX", f"business.country: {NO_COUNTRY}"),
        ("business.country", ["NL"], f"business.country: {NO_COUNTRY}"),
        ("business.country", None, f"business.country: {NO_COUNTRY}"),
        ("business.privacy_contact", "at the desk", "business.privacy_contact: must be an e-mail address"),
        ("business.website", "http://shop.example", "business.website: must use https"),
        ("business.website", "https://", "business.website: must have a host name without empty or odd parts"),
        ("business.website", "https://me@shop.example", "business.website: must not have a user name"),
        ("business.website", "https://[", "business.website: is not a valid address"),
        ("business.logo_uri", "https://10.0.0.1/a.png", "business.logo_uri: must have a host name, not an IP address"),
        ("business.logo_uri", "https://localhost/a.png", "business.logo_uri: must have a public host name"),
        ("business.website", ["https://shop.example"], "business.website: must be an address"),
        ("business.logo_uri", "javascript:alert(1)", "business.logo_uri: must use https"),
        ("business.privacy_policy_uri", "data:,x", "business.privacy_policy_uri: must use https"),
        ("business.terms_uri", "//shop.example", "business.terms_uri: must be an absolute address"),
        ("business.shoe", "42", "business.shoe: is not a known key"),
        ("business.description", GONE, "business.description: must be a table with a text in each language"),
        ("business.description.en", GONE, "business.description.en: is missing"),
        ("business.description.nl", "", "business.description.nl: must be a text"),
        ("business.description.nl", "x" * 301, "business.description.nl: must be at most 300 characters"),
        ("business.description.fr", "Un magasin.", "business.description.fr: is not a language"),
        ("intended_use", GONE, "intended_use: is missing"),
        ("intended_use.low", GONE, "intended_use.low: is missing: low must always be enough to log in"),
        (
            "intended_use.low.purposes",
            ["spying"],
            "intended_use.low.purposes: 'spying' is not a purpose here; level low has",
        ),
        ("clients", GONE, "clients: must have at least one [[clients]] table"),
        ("clients", 7, "clients: must have at least one [[clients]] table"),
        ("clients", {"client_id": "shop-web"}, "clients: must have at least one [[clients]] table"),
        ("clients", [], "clients: must have at least one [[clients]] table"),
        ("clients", ["shop-web"], "clients: must have at least one [[clients]] table"),
        ("shops", {}, "shops: is not a known section"),
    ],
)
def test_a_fault_is_told_with_its_place(place: str, value: Any, line: str) -> None:
    assert any(found.startswith(line) for found in faults(changed(FILE, place, value)))


@pytest.mark.parametrize(
    ("members", "line"),
    [
        ({"client_id": GONE}, "clients[0].client_id: must be letters, digits, dots, hyphens and underscores"),
        ({"client_id": "a b"}, "clients[0].client_id: must be letters, digits, dots, hyphens and underscores"),
        ({"client_id": ["a"]}, "clients[0].client_id: must be letters, digits, dots, hyphens and underscores"),
        ({"redirect_uris": ["javascript:alert(1)"]}, "clients[0].redirect_uris[0]: must use https"),
        ({"policy_uri": "http://shop.example/policy"}, "clients[0].policy_uri: must use https"),
        ({"logo_uri": "http://shop.example/logo.png"}, "clients[0].logo_uri: belongs in [business]"),
        (
            {"sector_identifier_uri": "https://shop.example/sector"},
            "clients[0].sector_identifier_uri: is for who registers itself: here the business is the sector",
        ),
        ({"client_name": "Till"}, "clients[0].client_name: is called name here"),
        ({"name": "x" * 81}, "clients[0].name: must be at most 80 characters"),
        ({"shoe": 42}, "clients[0].shoe: is not a known key"),
        (
            {"client_secret": "hush"},
            "clients[0].client_secret: does not belong in a file: name client_secret_env or client_secret_file",
        ),
        ({"client_secret_env": 7}, "clients[0].client_secret_env: must be a text"),
        (
            {"client_secret_env": "A", "client_secret_file": "b"},
            "clients[0].client_secret_env: and client_secret_file exclude each other",
        ),
        (
            {"token_endpoint_auth_method": "none", "client_secret_file": "b"},
            "clients[0].client_secret_file: is for a client with a secret",
        ),
    ],
)
def test_a_fault_of_a_client_is_the_only_one_told(members: dict[str, Any], line: str) -> None:
    assert faults(with_client(**members)) == [line]


def test_a_scope_above_the_levels_that_are_named_is_told_beside_a_fault_in_them() -> None:
    raw = changed(with_client(scope="openid identity:high"), "intended_use.low.ground", "habit")
    del raw["intended_use"]["high"]
    assert [line.partition(":")[0] for line in faults(raw)] == ["intended_use.low.ground", "clients[0].scope"]


def test_a_client_id_stands_once() -> None:
    twice = {**FILE, "clients": FILE["clients"] * 2}
    assert faults(twice) == ["clients[1].client_id: stands twice in this file"]


def test_a_client_without_a_name_is_not_blamed_for_that_of_its_business() -> None:
    assert faults(changed(FILE, "business.name", "")) == ["business.name: must be a text"]


def test_every_fault_is_told_at_once() -> None:
    wrong = {
        "business": {**FILE["business"], "country": "nl", "website": "x"},
        "clients": [{"client_id": "!", "redirect_uris": []}, {"client_id": "b", "shoe": 1}],
        "intended_use": {"low": {}},
    }
    places = {line.partition(":")[0] for line in faults(wrong)}
    assert {
        "business.country",
        "business.website",
        "clients[0].client_id",
        "clients[0].redirect_uris",
        "clients[1].shoe",
        "clients[1].redirect_uris",
        "intended_use.low.purposes",
    } <= places


EXAMPLES: dict[str, Any] = {
    "application_type": "web",
    "backchannel_logout_session_required": True,
    "backchannel_logout_uri": "https://shop.example/logout",
    "client_uri": "https://shop.example",
    "contacts": ["it@shop.example"],
    "default_acr_values": ["urn:sluis:acr:password"],
    "default_max_age": 3600,
    "grant_types": ["authorization_code"],
    "id_token_signed_response_alg": "ES256",
    "initiate_login_uri": "https://shop.example/login",
    "jwks": {"keys": []},
    "jwks_uri": "https://shop.example/jwks",
    "policy_uri": "https://shop.example/policy",
    "post_logout_redirect_uris": ["https://shop.example/"],
    "redirect_uris": ["https://shop.example/cb"],
    "require_auth_time": True,
    "require_pushed_authorization_requests": True,
    "response_types": ["code"],
    "scope": "openid email",
    "security_profile": "strict",
    "software_id": "till",
    "software_version": "1",
    "subject_type": "pairwise",
    "token_endpoint_auth_method": "client_secret_post",
    "token_endpoint_auth_signing_alg": "ES256",
    "tos_uri": "https://shop.example/tos",
    "userinfo_signed_response_alg": "ES256",
}


@pytest.mark.parametrize("member", sorted(METADATA))
def test_every_member_a_file_may_hold_is_one_that_clients_register(member: str) -> None:
    (client,) = read(with_client(**{member: EXAMPLES[member]})).clients
    assert client.metadata[member] == EXAMPLES[member]
