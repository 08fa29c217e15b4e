import pytest

from app.domain.claims import CATALOGUE, STANDARD_SCOPES, Kind, claims_of_scopes, in_catalogue_order
from app.domain.token_claims import PROTOCOL_CLAIMS

STANDARD = {
    "profile": {
        "name", "family_name", "given_name", "middle_name", "nickname", "preferred_username", "profile", "picture",
        "website", "gender", "birthdate", "zoneinfo", "locale", "updated_at",
    },
    "email": {"email", "email_verified"},
    "address": {"address"},
    "phone": {"phone_number", "phone_number_verified"},
}  # fmt: skip
"""OpenID Connect Core §5.4."""


@pytest.mark.parametrize("scope", STANDARD)
def test_a_standard_scope_asks_for_exactly_its_standard_claims(scope: str) -> None:
    assert claims_of_scopes({scope}) == STANDARD[scope]


def test_scopes_add_up_and_other_scopes_ask_for_nothing() -> None:
    assert claims_of_scopes({"openid", "offline_access", "identity:high", "PROFILE"}) == frozenset()
    assert claims_of_scopes(STANDARD_SCOPES) == frozenset().union(*STANDARD.values())


def test_every_claim_is_under_its_own_name_with_a_category_and_no_protocol_claim_is_among_them() -> None:
    assert all(name == claim.name for name, claim in CATALOGUE.items())
    assert all(claim.dpv.startswith("https://w3id.org/dpv/pd#") for claim in CATALOGUE.values())
    assert PROTOCOL_CLAIMS.isdisjoint(CATALOGUE)


def test_only_what_no_form_asks_for_is_derived() -> None:
    derived = {name for name, claim in CATALOGUE.items() if claim.derived}
    assert derived == {"email_verified", "phone_number_verified", "updated_at"}
    assert {CATALOGUE[name].kind for name in derived} == {Kind.FLAG, Kind.TIME}


def test_names_come_in_the_order_of_the_catalogue_and_unknown_ones_not_at_all() -> None:
    assert in_catalogue_order(["address", "email", "shoe_size", "name"]) == ("name", "email", "address")
    assert in_catalogue_order([]) == ()
