import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwe, jws
from joserfc.jwk import ECKey, OctKey, RSAKey

from app.crypto import jwt, keyring
from app.crypto.jose_algorithms import AsymmetricKey
from app.crypto.jwt import LONGEST_TOKEN, Distrust, Untrusted
from app.crypto.keyring import KeyRing, SigningKey
from app.crypto.public_keys import PublicKey, PublicKeys, public_keys
from app.domain.signing_algorithms import SIGNING_ALGORITHMS
from tests.characters import CHARACTERS

CLAIMS = {"iss": "https://shop.example", "aud": "https://id.example", "exp": 1_800_000_000, "jti": "j"}


def b64(raw: bytes | str | Mapping[str, Any]) -> str:
    if isinstance(raw, Mapping):
        raw = json.dumps(raw)
    return base64.urlsafe_b64encode(raw.encode() if isinstance(raw, str) else raw).rstrip(b"=").decode()


def resigned(key: SigningKey, header: Mapping[str, Any], payload: bytes | str | Mapping[str, Any] = CLAIMS) -> str:
    """Sign whatever header and payload with a key we trust, past everything `sign` would not do."""
    signed = f"{b64(header)}.{b64(payload)}"
    assert isinstance(key.key, ECKey)
    signature = jws.JWSRegistry.algorithms["ES256"].sign(signed.encode(), key.key)
    return f"{signed}.{b64(signature)}"


@pytest.fixture(scope="session")
def ring(signing_keys: dict[str, SigningKey]) -> KeyRing:
    return KeyRing(signing_keys.values())


@pytest.fixture(scope="session")
def keys(ring: KeyRing) -> PublicKeys:
    return ring.kept_public_keys()


@pytest.fixture(scope="session")
def es256(signing_keys: dict[str, SigningKey]) -> SigningKey:
    return signing_keys["ES256"]


def distrust(token: str, keys: PublicKeys, **changed: Any) -> Distrust:
    accepted: dict[str, Any] = {"algorithms": SIGNING_ALGORITHMS, "types": (None, "JWT"), **changed}
    with pytest.raises(Untrusted) as refused:
        jwt.verify(token, keys=keys, **accepted)
    assert refused.value.__cause__ is None
    return refused.value.reason


@pytest.mark.parametrize("alg", SIGNING_ALGORITHMS)
def test_what_is_signed_is_believed_with_its_kid_and_type_in_the_header(
    alg: str, signing_keys: dict[str, SigningKey], keys: PublicKeys
) -> None:
    token = jwt.sign(signing_keys[alg], CLAIMS, typ="JWT")
    assert jwt.verify(token, keys=keys, algorithms=[alg], types=["JWT"]) == CLAIMS
    header = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
    assert header == {"alg": alg, "kid": signing_keys[alg].kid, "typ": "JWT"}


@pytest.mark.parametrize("alg", SIGNING_ALGORITHMS)
def test_the_published_set_is_enough_to_believe_a_token(
    alg: str, ring: KeyRing, signing_keys: dict[str, SigningKey], now: datetime
) -> None:
    published = public_keys(json.loads(json.dumps(ring.jwks(now))))
    token = jwt.sign(signing_keys[alg], CLAIMS, typ=None)
    assert jwt.verify(token, keys=published, algorithms=[alg], types=[None]) == CLAIMS


def test_a_token_of_another_library_is_believed(es256: SigningKey, keys: PublicKeys) -> None:
    # RFC 7515 appendix A.3: known key, known token.
    key = {
        "kty": "EC",
        "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    }
    token = (
        "eyJhbGciOiJFUzI1NiJ9"
        ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
        ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
    )
    claims = jwt.verify(token, keys=public_keys({"keys": [key]}), algorithms=["ES256"], types=[None])
    assert claims["iss"] == "joe"
    assert distrust(token, keys) is Distrust.SIGNATURE


def test_names_in_any_script_survive_signing(es256: SigningKey, keys: PublicKeys) -> None:
    claims = {"name": "Zoë 山田 👩‍👧", "half": "\ud800"}
    token = jwt.sign(es256, {"name": claims["name"]}, typ=None)
    assert jwt.verify(token, keys=keys, algorithms=["ES256"], types=[None]) == {"name": claims["name"]}
    assert jwt.sign(es256, claims, typ=None).isascii()


def test_a_number_json_has_not_is_not_signed(es256: SigningKey) -> None:
    with pytest.raises(ValueError, match="JSON"):
        jwt.sign(es256, {"a": float("inf")}, typ=None)


def test_a_sealing_key_does_not_sign(now: datetime) -> None:
    with pytest.raises(TypeError):
        jwt.sign(keyring.generate("A256GCM", now, now), {}, typ=None)


@pytest.mark.parametrize("alg", ["none", "None", "nOnE", "NONE", "", "HS256", "RS512", "ES256K", "Ed25519", "x" * 500])
@pytest.mark.parametrize("signature", ["", "AAAA"])
def test_none_and_every_algorithm_not_asked_for_is_refused(alg: str, signature: str, keys: PublicKeys) -> None:
    assert distrust(f"{b64({'alg': alg})}.{b64(CLAIMS)}.{signature}", keys) is Distrust.ALGORITHM
    asked = {"algorithms": [alg, "none"]}
    assert distrust(f"{b64({'alg': alg})}.{b64(CLAIMS)}.{signature}", keys, **asked) is Distrust.ALGORITHM


def test_an_algorithm_of_ours_that_this_use_does_not_accept_is_refused(
    signing_keys: dict[str, SigningKey], keys: PublicKeys
) -> None:
    token = jwt.sign(signing_keys["RS256"], CLAIMS, typ=None)
    assert distrust(token, keys, algorithms=["PS256", "ES256"]) is Distrust.ALGORITHM
    assert distrust(token, keys, algorithms=[]) is Distrust.ALGORITHM


def test_a_public_key_used_as_hmac_secret_opens_nothing(
    signing_keys: dict[str, SigningKey], ring: KeyRing, keys: PublicKeys, now: datetime
) -> None:
    rsa = signing_keys["RS256"].key
    assert isinstance(rsa, RSAKey)
    pem = rsa.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    der = rsa.public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    for secret in (pem, b" " + pem, pem.strip(), der, json.dumps(ring.jwks(now)["keys"][0]).encode(), b""):
        signed = f"{b64({'alg': 'HS256', 'kid': signing_keys['RS256'].kid})}.{b64(CLAIMS)}"
        forged = f"{signed}.{b64(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"
        assert distrust(forged, keys) is Distrust.ALGORITHM
        assert distrust(forged, keys, algorithms=["HS256", "RS256"]) is Distrust.ALGORITHM


def test_a_key_the_token_brings_itself_is_not_used(keys: PublicKeys, es256: SigningKey) -> None:
    thief = ECKey.generate_key("P-256")
    public = thief.as_dict(private=False)
    for kid in (es256.kid, "thief"):
        header = {"alg": "ES256", "kid": kid, "jwk": public, "jku": "https://evil.example/jwks"}
        token = jws.serialize_compact(header, json.dumps(CLAIMS), thief)
        assert distrust(token, keys) in {Distrust.SIGNATURE, Distrust.UNKNOWN_KEY}


def test_addresses_and_certificates_in_a_good_token_are_ignored(es256: SigningKey, keys: PublicKeys) -> None:
    header = {
        "alg": "ES256",
        "kid": es256.kid,
        "jku": "https://evil.example/",
        "x5u": "https://evil.example/",
        "x5c": ["AAAA"],
        "x5t": "AAAA",
        "nonsense": {"a": [1]},
    }
    token = resigned(es256, header)
    assert jwt.verify(token, keys=keys, algorithms=["ES256"], types=[None]) == CLAIMS


@pytest.mark.parametrize(
    "extra",
    [
        {"crit": ["exp"]},
        {"crit": ["b64"], "b64": False},
        {"crit": ["b64"], "b64": True},
        {"crit": []},
        {"crit": None},
        {"crit": 7},
        {"crit": [[]]},
        {"b64": True},
    ],
)
def test_a_critical_extension_is_refused(extra: dict[str, Any], es256: SigningKey, keys: PublicKeys) -> None:
    assert distrust(resigned(es256, {"alg": "ES256", "kid": es256.kid, **extra}), keys) is Distrust.CRITICAL


@pytest.mark.parametrize("typ", ["JWT", "jwt", "application/jwt", "Application/JWT"])
def test_a_type_is_compared_without_case_or_prefix(typ: str, es256: SigningKey, keys: PublicKeys) -> None:
    token = jwt.sign(es256, CLAIMS, typ=typ)
    assert jwt.verify(token, keys=keys, algorithms=["ES256"], types=["JWT"]) == CLAIMS


@pytest.mark.parametrize("typ", [None, "at+jwt", "logout+jwt", "", "JWT ", 7, ["JWT"], {"JWT": 1}])
def test_a_token_of_another_type_is_refused(typ: Any, es256: SigningKey, keys: PublicKeys) -> None:
    header = {"alg": "ES256", "kid": es256.kid} | ({} if typ is None else {"typ": typ})
    assert distrust(resigned(es256, header), keys, types=["JWT"]) is Distrust.TYPE


def test_a_receipt_is_never_taken_for_a_token_without_type(es256: SigningKey, keys: PublicKeys) -> None:
    assert distrust(jwt.sign(es256, CLAIMS, typ="receipt+jwt"), keys, types=[None, "JWT"]) is Distrust.TYPE


def test_a_key_we_do_not_know_is_said_to_be_unknown(es256: SigningKey, keys: PublicKeys, now: datetime) -> None:
    stranger = keyring.generate("ES256", now, now)
    assert distrust(jwt.sign(stranger, CLAIMS, typ=None), keys) is Distrust.UNKNOWN_KEY
    assert distrust(jwt.sign(es256, CLAIMS, typ=None), PublicKeys()) is Distrust.UNKNOWN_KEY


def test_a_key_is_used_for_its_own_algorithm_only(signing_keys: dict[str, SigningKey], keys: PublicKeys) -> None:
    token = jwt.sign(signing_keys["RS256"], CLAIMS, typ=None)
    header = {"alg": "PS256", "kid": signing_keys["RS256"].kid}
    assert distrust(b64(header) + token[token.index(".") :], keys) is Distrust.UNKNOWN_KEY


def test_without_a_kid_every_fit_key_is_tried(es256: SigningKey, keys: PublicKeys) -> None:
    other = ECKey.generate_key("P-256")
    more = PublicKeys((PublicKey("other", frozenset({"ES256"}), other), *keys.keys))
    token = resigned(es256, {"alg": "ES256"})
    assert jwt.verify(token, keys=more, algorithms=["ES256"], types=[None]) == CLAIMS


@pytest.mark.parametrize("kid", [7, ["a"], {"a": 1}, True])
def test_a_kid_that_is_no_text_is_malformed(kid: Any, es256: SigningKey, keys: PublicKeys) -> None:
    assert distrust(resigned(es256, {"alg": "ES256", "kid": kid}), keys) is Distrust.MALFORMED


@pytest.mark.parametrize("alg", SIGNING_ALGORITHMS)
@pytest.mark.parametrize("part", [0, 1, 2])
def test_one_changed_character_anywhere_is_noticed(
    alg: str, part: int, signing_keys: dict[str, SigningKey], keys: PublicKeys
) -> None:
    parts = jwt.sign(signing_keys[alg], CLAIMS, typ="JWT").split(".")
    for position in range(0, len(parts[part]), 7):
        old = parts[part][position]
        changed = parts.copy()
        changed[part] = parts[part][:position] + ("A" if old != "A" else "B") + parts[part][position + 1 :]
        with pytest.raises(Untrusted):
            jwt.verify(".".join(changed), keys=keys, algorithms=[alg], types=["JWT"])


def test_an_empty_signature_is_no_signature(signing_keys: dict[str, SigningKey], keys: PublicKeys) -> None:
    for key in signing_keys.values():
        token = jwt.sign(key, CLAIMS, typ=None)
        assert distrust(token[: token.rindex(".") + 1], keys) is Distrust.SIGNATURE


def test_a_zero_signature_is_no_signature(es256: SigningKey, keys: PublicKeys) -> None:
    # The "psychic signature": r = s = 0 verified under any key in careless libraries.
    token = jwt.sign(es256, CLAIMS, typ=None)
    assert distrust(token[: token.rindex(".") + 1] + b64(bytes(64)), keys) is Distrust.SIGNATURE


@pytest.mark.parametrize("shape", ["general", "flattened", "no dots", "one dot", "four parts", "jwe", "detached"])
def test_only_the_compact_form_of_three_parts_is_read(shape: str, es256: SigningKey, keys: PublicKeys) -> None:
    token = jwt.sign(es256, CLAIMS, typ=None)
    header, payload, signature = token.split(".")
    assert isinstance(es256.key, ECKey)
    other = {
        "general": json.dumps({"payload": payload, "signatures": [{"protected": header, "signature": signature}]}),
        "flattened": json.dumps({"payload": payload, "protected": header, "signature": signature}),
        "no dots": token.replace(".", ""),
        "one dot": f"{header}.{payload}",
        "four parts": f"{token}.{signature}",
        "jwe": jwe.encrypt_compact({"alg": "dir", "enc": "A128GCM"}, b"{}", OctKey.generate_key(128)),
        "detached": f"{header}..{signature}",
    }[shape]
    assert distrust(other, keys) in {Distrust.MALFORMED, Distrust.SIGNATURE}


@pytest.mark.parametrize("change", [" {}", "{} ", "{}=", "{}\n", "\ufeff{}", "{}é", "{}\ud800", "{}\x00"])
def test_a_token_has_one_spelling_only(change: str, es256: SigningKey, keys: PublicKeys) -> None:
    token = jwt.sign(es256, CLAIMS, typ=None)
    assert distrust(change.format(token), keys) in {Distrust.MALFORMED, Distrust.SIGNATURE}


def test_a_token_over_the_limit_is_refused_without_work(keys: PublicKeys) -> None:
    tokens = ["a" * (LONGEST_TOKEN + 1), "." * 10_000_000]
    started = time.thread_time()
    assert {distrust(token, keys) for token in tokens} == {Distrust.TOO_LONG}
    assert time.thread_time() - started < 0.05


def test_json_nested_without_end_is_malformed(es256: SigningKey, keys: PublicKeys) -> None:
    deep = "[" * 2900
    assert distrust(f"{b64(deep)}.{b64(CLAIMS)}.AA", keys) is Distrust.MALFORMED
    header = {"alg": "ES256", "kid": es256.kid}
    assert distrust(resigned(es256, header, '{"a":' * 1500), keys) is Distrust.MALFORMED
    assert jwt.unverified_claim(f"{b64(header)}.{b64('[' * 11000)}.AA", "iss") is None


@pytest.mark.parametrize("header", ['["alg"]', '"alg"', "7", "null", "", "{", '{"alg":"ES256"}x', b"\xff"])
def test_a_header_that_is_no_object_is_malformed(header: str | bytes, keys: PublicKeys) -> None:
    assert distrust(f"{b64(header)}.{b64(CLAIMS)}.AA", keys) is Distrust.MALFORMED


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "[]",
        '"text"',
        "7",
        "null",
        "{",
        '{"a":NaN}',
        '{"a":-Infinity}',
        b"\xff\xfe",
        '{"a":1}'.encode("utf-16"),
        "\ufeff{}",
        '{"sub":"\\ud800"}',
        '{"\\udc00":1}',
        '{"exp":1e999}',
        '{"exp":"1800000000"}',
        '{"exp":true}',
        '{"exp":null}',
        '{"iat":-1}',
        '{"nbf":253402300800}',
        '{"auth_time":[]}',
        '{"exp":' + "9" * 5000 + "}",
    ],
)
def test_a_payload_callers_could_stumble_over_is_malformed_even_when_signed(
    payload: str | bytes, es256: SigningKey, keys: PublicKeys
) -> None:
    token = resigned(es256, {"alg": "ES256", "kid": es256.kid}, payload)
    assert distrust(token, keys) is Distrust.MALFORMED


@given(exp=st.integers(0, 253_402_300_799) | st.floats(0, 253_402_300_799))
def test_every_date_let_through_is_a_date(exp: float, es256: SigningKey, keys: PublicKeys) -> None:
    token = resigned(es256, {"alg": "ES256", "kid": es256.kid}, {"exp": exp})
    claims = jwt.verify(token, keys=keys, algorithms=["ES256"], types=[None])
    assert datetime.fromtimestamp(claims["exp"], UTC).year <= 9999


@given(st.text(CHARACTERS, max_size=300))
def test_garbage_is_untrusted_and_nothing_else(keys: PublicKeys, garbage: str) -> None:
    for token in (garbage, f"{garbage}.{garbage}.{garbage}"):
        assert isinstance(distrust(token, keys), Distrust)
        assert jwt.unverified_claim(token, "iss") is None


HEADER_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(CHARACTERS, max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(CHARACTERS, max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(
    st.dictionaries(
        st.sampled_from(["alg", "kid", "typ", "cty", "jwk", "jku", "x5u", "x5c", "x5t", "crit", "b64", "zip", "p2c"]),
        HEADER_VALUES,
    ),
    st.booleans(),
)
def test_a_garbage_header_is_untrusted_or_ignored_and_nothing_else(
    es256: SigningKey, keys: PublicKeys, header: dict[str, Any], named: bool
) -> None:
    if named:
        header = {**header, "alg": "ES256", "kid": es256.kid}
    try:
        token = resigned(es256, header)
        claims = jwt.verify(token, keys=keys, algorithms=["ES256"], types=[None, "JWT"])
    except Untrusted:
        return
    assert named
    assert claims == CLAIMS


def test_the_reason_holds_nothing_of_the_token(keys: PublicKeys) -> None:
    with pytest.raises(Untrusted) as refused:
        jwt.verify("canary.canary.canary", keys=keys, algorithms=["RS256"], types=[None])
    assert "canary" not in str(refused.value)
    assert "canary" not in repr(refused.value)


def test_no_key_is_parsed_while_verifying(
    signing_keys: dict[str, SigningKey], keys: PublicKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = [(alg, jwt.sign(key, CLAIMS, typ=None)) for alg, key in signing_keys.items()]

    def parsed(*_: object) -> AsymmetricKey:
        raise AssertionError("a key was parsed")

    for key_class in (RSAKey, ECKey):
        monkeypatch.setattr(key_class, "import_key", parsed)
    for alg, token in tokens:
        assert jwt.verify(token, keys=keys, algorithms=[alg], types=[None]) == CLAIMS


def test_a_text_an_unverified_token_claims_is_read_and_nothing_else_of_it() -> None:
    assert jwt.unverified_claim(f"{b64({'alg': 'none'})}.{b64({'iss': 'client-1'})}.", "iss") == "client-1"
    for payload in ({}, {"iss": 7}, {"iss": ["a"]}, {"iss": None}):
        assert jwt.unverified_claim(f"{b64({'alg': 'none'})}.{b64(payload)}.", "iss") is None


def test_at_hash_is_the_left_half_of_the_hash_that_goes_with_the_algorithm() -> None:
    # OpenID Connect Core, appendix A.3.
    assert jwt.at_hash("RS256", "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y") == "77QmUPtjPfzWtF2AnpK9RQ"
    assert jwt.at_hash("ES256", "x") == jwt.at_hash("PS256", "x")
    assert jwt.at_hash("EdDSA", "x") == b64(hashlib.sha512(b"x").digest()[:32])
    with pytest.raises(ValueError, match="no hash"):
        jwt.at_hash("none", "x")
