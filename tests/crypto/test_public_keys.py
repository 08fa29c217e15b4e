import base64
import copy
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from app.crypto.public_keys import MOST_KEYS, check_public_jwks, public_keys
from tests.characters import CHARACTERS


def number(value: int) -> str:
    raw = value.to_bytes((value.bit_length() + 7) // 8 or 1, "big")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


RSA: dict[str, Any] = {**RSAKey.generate_key(2048).as_dict(private=False), "kid": "rsa"}
EC: dict[str, Any] = {**ECKey.generate_key("P-256").as_dict(private=False), "kid": "ec"}
OKP: dict[str, Any] = {**OKPKey.generate_key("Ed25519").as_dict(private=False), "kid": "okp"}
MODULUS = int.from_bytes(base64.urlsafe_b64decode(RSA["n"] + "=="), "big")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(CHARACTERS, max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(CHARACTERS, max_size=5), inner, max_size=3),
    max_leaves=6,
)


def jwks(*keys: object) -> dict[str, Any]:
    return {"keys": list(keys)}


def test_good_public_keys_have_no_problems_and_verify_for_their_algorithms() -> None:
    assert check_public_jwks(jwks(RSA, EC, OKP)) == []
    kept = public_keys(jwks(RSA, EC, OKP))
    assert {(key.kid, tuple(sorted(key.algorithms))) for key in kept.keys} == {
        ("rsa", ("PS256", "RS256")),
        ("ec", ("ES256",)),
        ("okp", ("EdDSA",)),
    }


def test_a_4096_bit_rsa_key_is_good() -> None:
    key = rsa.generate_private_key(65537, 4096).public_key().public_numbers()
    assert check_public_jwks(jwks({"kty": "RSA", "n": number(key.n), "e": number(key.e)})) == []


@pytest.mark.filterwarnings("ignore:Key size should be:joserfc.errors.SecurityWarning")
@pytest.mark.parametrize("bits", [1024, 2040])
def test_a_short_rsa_key_is_refused(bits: int) -> None:
    key = rsa.generate_private_key(65537, bits).public_key().public_numbers()
    (problem,) = check_public_jwks(jwks({"kty": "RSA", "n": number(key.n), "e": number(key.e)}))
    assert "2048" in problem


def test_an_endless_rsa_key_is_refused() -> None:
    assert check_public_jwks(jwks({**RSA, "n": number((1 << 9000) + 1)}))
    assert "at most 2048 characters" in check_public_jwks(jwks({**RSA, "n": "A" * 1_000_000}))[0]


@pytest.mark.parametrize("exponent", [0, 1, 2, 3, 17, 65536, 65538, 2**32 + 1, pytest.param(MODULUS - 2, id="huge")])
def test_a_careless_exponent_is_refused(exponent: int) -> None:
    assert check_public_jwks(jwks({**RSA, "e": number(exponent)}))


@pytest.mark.parametrize("factor", [2, 3, 7, 751])
def test_a_modulus_with_a_small_factor_is_refused(factor: int) -> None:
    assert check_public_jwks(jwks({**RSA, "n": number(MODULUS // factor * factor + (factor << 2048))}))
    assert "small factor" in check_public_jwks(jwks({**RSA, "n": number(MODULUS // factor * factor)}))[0]


def test_a_point_off_its_curve_is_refused() -> None:
    x = int.from_bytes(base64.urlsafe_b64decode(EC["x"] + "=="), "big")
    assert check_public_jwks(jwks({**EC, "x": number(x ^ 1)}))
    assert check_public_jwks(jwks({**EC, "x": number(0), "y": number(0)}))
    assert check_public_jwks(jwks({**EC, "x": EC["y"], "y": EC["x"]}))


@pytest.mark.parametrize(
    "key",
    [
        RSAKey.generate_key(2048).as_dict(private=True),
        ECKey.generate_key("P-256").as_dict(private=True),
        OKPKey.generate_key("Ed25519").as_dict(private=True),
        OctKey.generate_key(256).as_dict(private=True),
        {**RSA, "kid": "r2", "d": None},
        {**RSA, "kid": "r2", "p": ""},
        {**EC, "k": "c2VjcmV0"},
        {"kty": "oct"},
    ],
)
def test_a_private_or_symmetric_key_is_refused_wherever_it_stands(key: dict[str, Any]) -> None:
    problems = check_public_jwks(jwks(RSA, key))
    assert problems == ["keys[1]: holds a private or symmetric key; register public keys only"]
    assert len(public_keys(jwks(RSA, key)).keys) == 1


def test_a_private_member_is_not_repeated_in_the_problem() -> None:
    key = ECKey.generate_key("P-256").as_dict(private=True)
    assert str(key["d"]) not in "".join(check_public_jwks(jwks(key)))


def test_a_name_used_twice_is_refused() -> None:
    assert check_public_jwks(jwks(RSA, {**EC, "kid": "rsa"})) == ["kid 'rsa' is used twice"]


def test_too_many_keys_are_refused_and_not_even_read() -> None:
    many = jwks(*({**EC, "kid": str(i)} for i in range(MOST_KEYS + 1)))
    assert check_public_jwks(many) == [f"holds more than {MOST_KEYS} keys"]
    assert len(public_keys(many).keys) == MOST_KEYS


@pytest.mark.parametrize("value", [None, [], "keys", 7, {}, {"keys": None}, {"keys": {}}, {"keys": "x"}])
def test_what_is_no_key_set_is_refused(value: Any) -> None:
    assert check_public_jwks(value) == ['must be an object with an array "keys"']


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"kid": 7}, "strings"),
        ({"kid": ""}, "1 to 255"),
        ({"kid": "k" * 256}, "1 to 255"),
        ({"alg": ["RS256"]}, "strings"),
        ({"use": {}}, "strings"),
        ({"n": 7}, "as strings"),
        ({"n": None}, "as strings"),
        ({"e": ""}, "not a valid"),
        ({"n": "!!"}, "not a valid"),
        ({"kty": None}, "no kty"),
    ],
)
def test_a_malformed_member_is_named(changed: dict[str, Any], word: str) -> None:
    (problem,) = check_public_jwks(jwks({**RSA, **changed}))
    assert word in problem


@pytest.mark.parametrize(
    "unused",
    [
        {"kty": "AKP", "alg": "ML-DSA-44", "pub": "x"},
        {**RSA, "use": "enc"},
        {**RSA, "alg": "RSA-OAEP"},
        {**RSA, "key_ops": ["encrypt"]},
        {**RSA, "key_ops": "verify"},
        OKPKey.generate_key("X25519").as_dict(private=False),
        ECKey.generate_key("P-384").as_dict(private=False),
    ],
)
def test_a_key_for_another_use_is_left_alone_but_alone_is_not_enough(unused: dict[str, Any]) -> None:
    assert check_public_jwks(jwks(unused, EC)) == []
    assert [key.kid for key in public_keys(jwks(unused, EC)).keys] == ["ec"]
    assert check_public_jwks(jwks(unused)) == ["holds no key for RS256, PS256, ES256, EdDSA"]
    assert not public_keys(jwks(unused))


def test_a_certificate_or_address_beside_a_key_is_not_read() -> None:
    key = {**EC, "x5u": "https://evil.example/", "x5c": [7], "x5t": {}}
    assert check_public_jwks(jwks(key)) == []


def test_a_named_algorithm_is_the_only_one_a_key_is_used_for() -> None:
    kept = public_keys(jwks({**RSA, "alg": "PS256"}))
    assert kept.candidates("rsa", "RS256") == []
    assert len(kept.candidates("rsa", "PS256")) == 1


def test_a_kid_chooses_and_without_one_every_fit_key_is_tried() -> None:
    kept = public_keys(jwks(EC, {**ECKey.generate_key("P-256").as_dict(private=False), "kid": "ec2"}, RSA))
    assert len(kept.candidates("ec", "ES256")) == 1
    assert len(kept.candidates(None, "ES256")) == 2
    assert kept.candidates("other", "ES256") == []
    assert kept.candidates("ec", "RS256") == []


def test_a_key_without_a_name_is_tried_for_any_name() -> None:
    nameless = copy.copy(EC)
    del nameless["kid"]
    assert len(public_keys(jwks(nameless)).candidates("any", "ES256")) == 1


@given(JSON | st.lists(JSON | st.dictionaries(st.sampled_from(["kty", "n", "e", "crv", "x", "y", "kid"]), JSON)))
def test_garbage_is_a_problem_and_never_an_exception(garbage: Any) -> None:
    assert check_public_jwks(garbage)
    assert check_public_jwks({"keys": garbage})
    assert not public_keys({"keys": garbage})


@given(
    st.sampled_from([RSA, EC, OKP]),
    st.sampled_from(["kty", "kid", "n", "e", "crv", "x", "y", "use", "alg", "key_ops"]),
    JSON,
)
def test_a_good_key_with_one_member_spoiled_never_raises(key: dict[str, Any], member: str, value: Any) -> None:
    assert isinstance(check_public_jwks(jwks({**key, member: value})), list)
