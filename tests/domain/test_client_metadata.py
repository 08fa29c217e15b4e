import tomllib
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.domain.client_metadata import (
    GRANT_TYPES,
    LONGEST_NAME,
    MOST_REDIRECT_URIS,
    MetadataRules,
    name_problem,
    possible_scopes,
    read_client_metadata,
)
from app.domain.client_scopes import CLIENT_SCOPES
from app.domain.errors import Problems
from app.domain.intended_use import IntendedUse, plain_intended_use
from app.domain.levels import Level
from app.domain.policy_file import read_policy

CONFIG = Path(__file__).parents[2] / "config"
POLICY = read_policy(
    tomllib.loads((CONFIG / "levels.toml").read_text()), tomllib.loads((CONFIG / "purposes.toml").read_text())
)
PLAIN = plain_intended_use(POLICY)
LOW_ONLY = IntendedUse({Level.LOW: PLAIN.levels[Level.LOW]}, declared=True)
GOOD_JWKS = {"keys": [{"kty": "EC"}]}


def _check_jwks(jwks: object, algorithms: Collection[str]) -> list[str]:
    return [] if jwks == GOOD_JWKS and not {"ES256", "EdDSA"}.isdisjoint(algorithms) else ["is no good", "at all"]


RULES = MetadataRules(("RS256", "ES256"), ("RS256", "PS256", "ES256", "EdDSA"), _check_jwks)
LEAST: dict[str, Any] = {"redirect_uris": ["https://rp.test/cb"]}


def _read(use: IntendedUse = PLAIN, rules: MetadataRules = RULES, **raw: Any) -> dict[str, Any]:
    return read_client_metadata(LEAST | raw, use, rules)


def _faults(rules: MetadataRules = RULES, **raw: Any) -> dict[str, str]:
    with pytest.raises(Problems) as problems:
        _read(rules=rules, **raw)
    return dict(problems.value.found)


def test_the_least_a_client_says_is_where_it_is() -> None:
    assert _read() == {
        "redirect_uris": ["https://rp.test/cb"],
        "token_endpoint_auth_method": "client_secret_basic",
        "sluis_auth_method_unstated": True,
        "application_type": "web",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "subject_type": "pairwise",
        "id_token_signed_response_alg": "RS256",
    }


EVERYTHING: dict[str, Any] = {
    "redirect_uris": ["http://127.0.0.1/cb", "nl.shop.app:/cb"],
    "post_logout_redirect_uris": ["http://127.0.0.1/bye"],
    "token_endpoint_auth_method": "private_key_jwt",
    "application_type": "native",
    "grant_types": ["authorization_code"],
    "response_types": ["code"],
    "subject_type": "pairwise",
    "scope": "openid email identity:low",
    "id_token_signed_response_alg": "ES256",
    "userinfo_signed_response_alg": "RS256",
    "token_endpoint_auth_signing_alg": "EdDSA",
    "jwks": GOOD_JWKS,
    "client_uri": "https://shop.example/",
    "logo_uri": "https://shop.example/logo.png",
    "policy_uri": "https://shop.example/privacy",
    "tos_uri": "https://shop.example/terms",
    "initiate_login_uri": "https://shop.example/login",
    "sector_identifier_uri": "https://shop.example/sector.json",
    "client_name": "Blauw & Zoon",
    "software_id": "4NRB1-0XZABZI9E6-5SM3R",
    "software_version": "1.0",
    "contacts": ["privacy@shop.example"],
    "default_acr_values": ["urn:sluis:acr:password"],
    "default_max_age": 3600,
    "require_auth_time": True,
    "require_pushed_authorization_requests": False,
    "backchannel_logout_uri": "https://shop.example/back-channel-logout",
    "backchannel_logout_session_required": True,
}


def test_everything_a_client_may_say_is_kept_as_it_is() -> None:
    assert _read(**EVERYTHING) == EVERYTHING


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("redirect_uris", [f"https://rp.test/{n}" for n in range(MOST_REDIRECT_URIS)]),
        ("post_logout_redirect_uris", []),
        ("client_name", "x" * LONGEST_NAME),
        ("client_uri", "https://rp.test/" + "s" * 512),
        ("contacts", ["a@rp.test"] * 10),
        ("default_max_age", 0),
        ("default_max_age", 10 * 365 * 24 * 3600),
    ],
)
def test_a_client_may_say_as_much_and_as_little_as_is_allowed(member: str, value: Any) -> None:
    assert _read(**{member: value})[member] == value


def test_what_a_client_may_not_say_is_ignored() -> None:
    hostile = {
        "client_id": "mine",
        "client_secret": "chosen",
        "verified": True,
        "trusted": True,
        "owner": "me",
        "skip_consent": True,
        "max_profile": "high",
        "standing": "active",
        "sector": "somebody else's",
        "security_profile": "standard",
    }
    assert _read(**hostile) == _read()


def test_only_an_operator_chooses_a_security_profile() -> None:
    trusted = MetadataRules(RULES.signing_algorithms, RULES.assertion_algorithms, _check_jwks, trusted=True)
    assert _read(rules=trusted, security_profile="strict")["security_profile"] == "strict"
    assert "security_profile" in _faults(rules=trusted, security_profile="lax")


def test_a_member_that_is_null_was_not_sent() -> None:
    assert _read(client_name=None, jwks=None, default_max_age=None, scope=None) == _read()


def test_a_client_that_names_no_scope_may_ask_all_its_levels_allow_and_is_told_none() -> None:
    assert "scope" not in _read()
    everything = "openid profile email address phone identity:low identity:medium identity:high offline_access"
    assert " ".join(possible_scopes(PLAIN, GRANT_TYPES[:2])) == everything
    assert possible_scopes(PLAIN, GRANT_TYPES)[-len(CLIENT_SCOPES) :] == CLIENT_SCOPES


def test_the_scope_ends_at_the_levels_that_were_declared() -> None:
    assert "identity:medium" not in possible_scopes(LOW_ONLY, GRANT_TYPES)
    with pytest.raises(Problems):
        _read(use=LOW_ONLY, scope="openid identity:medium")


def test_openid_is_always_part_of_the_scope() -> None:
    assert _read(scope="email  email ")["scope"] == "openid email"


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("redirect_uris", None),
        ("redirect_uris", []),
        ("redirect_uris", "https://rp.test/cb"),
        ("redirect_uris", [f"https://rp.test/{n}" for n in range(21)]),
        ("post_logout_redirect_uris", "https://rp.test/bye"),
        ("token_endpoint_auth_method", "client_secret_jwt"),
        ("token_endpoint_auth_method", ["none"]),
        ("application_type", "desktop"),
        ("grant_types", []),
        ("grant_types", "authorization_code"),
        ("grant_types", 7),
        ("grant_types", ["refresh_token"]),
        ("grant_types", ["client_credentials", "implicit"]),
        ("response_types", ["code id_token", "id_token"]),
        ("response_types", ["token"]),
        ("response_types", "code"),
        ("subject_type", "public"),
        ("scope", ["openid"]),
        ("scope", "openid admin"),
        ("scope", "openid\temail"),
        ("id_token_signed_response_alg", "none"),
        ("id_token_signed_response_alg", "EdDSA"),
        ("userinfo_signed_response_alg", "HS256"),
        ("token_endpoint_auth_signing_alg", "none"),
        ("jwks", {"keys": []}),
        ("jwks_uri", "http://rp.test/jwks"),
        ("client_uri", "javascript:alert(1)"),
        ("logo_uri", "http://rp.test/logo.png"),
        ("policy_uri", "data:text/html,x"),
        ("tos_uri", 7),
        ("initiate_login_uri", "http://rp.test/login"),
        ("sector_identifier_uri", "https://rp.test/" + "s" * 512),
        ("client_name", ""),
        ("client_name", "x" * (LONGEST_NAME + 1)),
        ("client_name", {"en": "Shop"}),
        ("software_id", "x" * 255),
        ("software_version", "1\n0"),
        ("contacts", "privacy@rp.test"),
        ("contacts", 7),
        ("contacts", [7]),
        ("contacts", ["javascript:alert(1)"]),
        ("contacts", ["javascript:alert(1)@rp.test"]),
        ("contacts", ["0900 1234"]),
        ("contacts", ["Shop <privacy@rp.test>"]),
        ("contacts", ["privacy@rp"]),
        ("contacts", ["privacy@rp.test", "@rp.test"]),
        ("contacts", ["p" * 247 + "@rp.test"]),
        ("contacts", ["a@rp.test"] * 11),
        ("default_acr_values", ["x" * 255]),
        ("default_max_age", -1),
        ("default_max_age", True),
        ("default_max_age", "3600"),
        ("default_max_age", 10**12),
        ("require_auth_time", "yes"),
        ("require_pushed_authorization_requests", 1),
        ("id_token_encrypted_response_alg", "RSA-OAEP"),
        ("tls_client_certificate_bound_access_tokens", True),
        ("dpop_bound_access_tokens", True),
    ],
)
def test_a_fault_is_named_by_its_member(member: str, value: Any) -> None:
    assert list(_faults(**{member: value})) == [member]


def test_one_address_is_needed_to_come_back_to_and_none_after_logout() -> None:
    assert _faults(redirect_uris={}) == {"redirect_uris": "must be a list with at least one address"}
    assert _faults(post_logout_redirect_uris={}) == {"post_logout_redirect_uris": "must be a list of addresses"}


def test_of_all_the_flows_a_client_knows_it_gets_those_there_are() -> None:
    read = _read(
        grant_types=["authorization_code", "implicit", "refresh_token", 7],
        response_types=["id_token", "code", "code id_token", {}],
    )
    assert read["grant_types"] == ["authorization_code", "refresh_token"]
    assert read["response_types"] == ["code"]


def test_what_an_operator_wrote_is_meant_all_of_it() -> None:
    trusted = MetadataRules(RULES.signing_algorithms, RULES.assertion_algorithms, _check_jwks, trusted=True)
    faults = _faults(trusted, grant_types=["authorization_code", "implicit"], response_types=["code", "id_token"])
    assert faults == {
        "grant_types": "must be a list with authorization_code, with or without refresh_token, client_credentials",
        "response_types": "must be a list with code",
    }


def test_an_address_may_hold_what_is_not_added_to_it() -> None:
    both = {"redirect_uris": ["https://rp.test/?code=1"], "post_logout_redirect_uris": ["https://rp.test/?code=1"]}
    assert _faults(**both).keys() == {"redirect_uris[0]"}
    both = {"post_logout_redirect_uris": ["https://rp.test/?state=1"]}
    assert _faults(**both).keys() == {"post_logout_redirect_uris[0]"}


def test_a_promise_that_is_not_asked_for_is_no_fault() -> None:
    assert _read(dpop_bound_access_tokens=False) == _read()


def test_every_fault_is_told_at_once() -> None:
    faults = _faults(
        redirect_uris=["https://rp.test/cb", "http://rp.test/cb", "javascript:x"],
        subject_type="public",
        client_name="x\u202e",
        jwks={"keys": []},
    )
    assert faults.keys() == {"redirect_uris[1]", "redirect_uris[2]", "subject_type", "client_name", "jwks"}


@pytest.mark.parametrize(
    ("method", "algorithm", "faulty"),
    [
        ("private_key_jwt", "ES256", set()),
        ("private_key_jwt", "RS256", {"jwks"}),
        ("private_key_jwt", "HS256", {"token_endpoint_auth_signing_alg"}),
        ("client_secret_basic", "RS256", set()),
    ],
)
def test_keys_must_do_for_the_algorithm_they_are_to_prove_by(method: str, algorithm: str, faulty: set[str]) -> None:
    by = {"token_endpoint_auth_method": method, "token_endpoint_auth_signing_alg": algorithm, "jwks": GOOD_JWKS}
    if faulty:
        assert _faults(**by).keys() == faulty
    else:
        assert _read(**by)["jwks"] == GOOD_JWKS


def test_private_key_jwt_needs_keys_and_one_place_for_them() -> None:
    assert _faults(token_endpoint_auth_method="private_key_jwt").keys() == {"jwks"}
    assert _faults(jwks=GOOD_JWKS, jwks_uri="https://rp.test/jwks").keys() == {"jwks"}
    by_uri = _read(token_endpoint_auth_method="private_key_jwt", jwks_uri="https://rp.test/jwks")
    assert by_uri["jwks_uri"] == "https://rp.test/jwks"


def test_an_exempt_host_may_be_used_in_development() -> None:
    rules = MetadataRules(RULES.signing_algorithms, (), _check_jwks, exempt_hosts=["127.0.0.1"])
    read = _read(rules=rules, redirect_uris=["http://127.0.0.1:8001/cb"], client_uri="http://127.0.0.1:8001/")
    assert read["redirect_uris"] == ["http://127.0.0.1:8001/cb"]


def test_where_others_start_a_login_is_https_at_an_exempt_host_too() -> None:
    rules = MetadataRules(RULES.signing_algorithms, (), _check_jwks, exempt_hosts=["127.0.0.1"])
    over_tls = "https://127.0.0.1:8001/login"
    assert _read(rules=rules, initiate_login_uri=over_tls)["initiate_login_uri"] == over_tls
    in_clear = _faults(rules, initiate_login_uri="http://127.0.0.1:8001/login")
    assert in_clear == {"initiate_login_uri": "must use https"}
    with pytest.raises(Problems) as told_once:
        _read(initiate_login_uri="http://rp.test/login")
    assert told_once.value.lines() == ["initiate_login_uri: must use https"]
    with pytest.raises(Problems) as told_both:
        _read(initiate_login_uri="http://rp.test/login#here")
    assert told_both.value.lines() == [
        "initiate_login_uri: must use https",
        "initiate_login_uri: must not have a fragment",
    ]


@pytest.mark.parametrize("name", ["Shop", "Café Ñandú", "<script>alert(1)</script>", "{{7*7}} %s", "拉麵店", "Магазин"])
def test_a_name_is_any_visible_text(name: str) -> None:
    assert name_problem(name) is None


@pytest.mark.parametrize(
    "name", ["", "  ", "a\nb", "a\x00", "a\u202eb", "a\u200bb", "a\ufeffb", "a\x7f", "a\ud800", None, 7]
)
def test_a_name_hides_nothing(name: object) -> None:
    assert name_problem(name)


def test_a_client_may_get_tokens_for_itself_and_then_registers_their_scopes() -> None:
    grants = ["authorization_code", "client_credentials"]
    assert _read(grant_types=grants, scope="ssf.read")["scope"] == "openid ssf.read"
    also = f" (and {', '.join(CLIENT_SCOPES)} with the grant type client_credentials)"
    assert _faults(scope="ssf.read")["scope"] == f"may only hold {', '.join(possible_scopes(PLAIN, ()))}{also}"
    strange = _faults(scope="ssf.admin", grant_types=grants)
    assert strange == {"scope": f"may only hold {', '.join(possible_scopes(PLAIN, grants))}"}


def test_a_public_client_gets_no_token_for_itself() -> None:
    faults = _faults(grant_types=["authorization_code", "client_credentials"], token_endpoint_auth_method="none")
    assert faults.keys() == {"grant_types"}
    assert _read(token_endpoint_auth_method="none")["grant_types"] == ["authorization_code", "refresh_token"]


@pytest.mark.parametrize(
    "uri",
    [
        "http://rp.test/logout", "https://rp.test/logout#now", "https://127.0.0.1/logout", "https://rp.test:8443/logout",
        "/logout", 7, ["https://rp.test/logout"],
    ],
)  # fmt: skip
def test_a_logout_is_only_told_where_we_would_send_it(uri: object) -> None:
    assert _faults(backchannel_logout_uri=uri).keys() == {"backchannel_logout_uri"}


def test_on_a_developers_machine_it_is_told_on_any_port() -> None:
    rules = replace(RULES, exempt_hosts=("127.0.0.1",))
    uri = "http://127.0.0.1:8002/logout"
    assert _read(rules=rules, backchannel_logout_uri=uri)["backchannel_logout_uri"] == uri


def test_only_a_client_that_names_no_method_is_marked_as_such() -> None:
    assert "sluis_auth_method_unstated" not in _read(token_endpoint_auth_method="client_secret_basic")
