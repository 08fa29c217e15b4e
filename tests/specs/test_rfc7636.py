"""RFC 7636: who redeems a code proves to be who asked for it."""

import base64
import hashlib

import pytest

from tests.factories import CHALLENGE, VERIFIER, add_client, add_person
from tests.redeeming import LOW, BackOffice, Login, log_in, refused, tokens
from tests.servers.house import House

LONGEST = "~" * 128
WRONG = "w" * 43


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def test_the_example_of_the_rfc_works(login: Login, office: BackOffice) -> None:
    assert _challenge(VERIFIER) == CHALLENGE
    tokens(office.redeem(login.code()))


def test_the_longest_verifier_works(login: Login, office: BackOffice) -> None:
    tokens(office.redeem(login.code(code_challenge=_challenge(LONGEST)), code_verifier=LONGEST))


@pytest.mark.parametrize(
    ("verifier", "code"),
    [
        (None, "invalid_request"),
        (WRONG, "invalid_grant"),
        (CHALLENGE, "invalid_grant"),
        (VERIFIER + "x", "invalid_grant"),
        (VERIFIER[:42], "invalid_request"),
        (LONGEST + "~", "invalid_request"),
        ("é" * 50, "invalid_request"),
        (VERIFIER + "\n", "invalid_grant"),
    ],
)
def test_any_other_verifier_is_refused(login: Login, office: BackOffice, verifier: str | None, code: str) -> None:
    assert refused(office.redeem(login.code(), code_verifier=verifier)) == code


def test_two_wrong_verifiers_are_forgiven_and_the_third_kills_the_code(login: Login, office: BackOffice) -> None:
    forgiven, dead = login.code(), login.code()
    for wrong in (WRONG, None):
        refused(office.redeem(forgiven, code_verifier=wrong))
    tokens(office.redeem(forgiven))
    for wrong in (WRONG, "short", WRONG):
        refused(office.redeem(dead, code_verifier=wrong))
    assert refused(office.redeem(dead)) == "invalid_grant"


def test_a_wrong_verifier_for_a_used_code_takes_nothing_back(login: Login, office: BackOffice) -> None:
    code = login.code()
    access = tokens(office.redeem(code))["access_token"]
    for _ in range(4):
        refused(office.redeem(code, code_verifier=WRONG))
    assert office.userinfo(access).status_code == 200


def test_a_verifier_for_a_code_without_challenge_is_refused_and_is_no_wrong_guess(
    login: Login, office: BackOffice
) -> None:
    code = login.code(code_challenge=None)
    for _ in range(3):
        assert refused(office.redeem(code)) == "invalid_request"
    tokens(office.redeem(code, code_verifier=None))


def test_a_public_client_cannot_redeem_a_code_without_challenge(shared_house: House) -> None:
    office = BackOffice(shared_house, add_client(shared_house, secret=None), None)
    login = log_in(shared_house, add_person(shared_house), office.client_id, scopes=LOW, code_challenge=None)
    assert refused(office.redeem(login.code(), code_verifier=None)) == "invalid_request"
    assert refused(office.redeem(login.code())) == "invalid_request"


def test_a_code_moved_into_another_session_does_not_fit_its_verifier(login: Login, office: BackOffice) -> None:
    # The attacker's code, the victim's verifier (RFC 9700 §4.5).
    attackers = login.code(code_challenge=_challenge("a" * 43))
    assert refused(office.redeem(attackers, code_verifier=VERIFIER)) == "invalid_grant"
