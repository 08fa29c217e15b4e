import dataclasses
import json
import os
from datetime import datetime, timedelta

import pytest
from joserfc.jwk import OctKey

from app.crypto import jwt, keyring
from app.crypto.encryption_keys import Undecryptable, rewrap
from app.crypto.keyring import SEALING_ALGORITHM, KeyRing, NoKey, SigningKey
from app.crypto.public_keys import public_keys
from app.crypto.secrets import Secrets
from app.domain.signing_algorithms import SIGNING_ALGORITHMS

HOUR = timedelta(hours=1)


def test_each_algorithm_signs_with_the_key_made_for_it(signing_keys: dict[str, SigningKey], now: datetime) -> None:
    ring = KeyRing(signing_keys.values())
    for alg in SIGNING_ALGORITHMS:
        assert ring.signer(alg, now) is signing_keys[alg]


def test_a_key_is_published_before_it_signs_and_takes_over_when_due(now: datetime) -> None:
    old = keyring.generate("ES256", now - HOUR, now - HOUR)
    new = keyring.generate("ES256", now, now + HOUR)
    ring = KeyRing([new, old])
    assert ring.signer("ES256", now) is old
    assert {jwk["kid"] for jwk in ring.jwks(now)["keys"]} == {old.kid, new.kid}
    assert ring.signer("ES256", now + HOUR) is new
    assert old.kid in {jwk["kid"] for jwk in ring.jwks(now + HOUR)["keys"]}


def test_by_a_clock_behind_the_first_key_the_first_keys_are_in_use(now: datetime) -> None:
    first, sealing = keyring.generate("ES256", now, now), keyring.generate(SEALING_ALGORITHM, now, now)
    later = keyring.generate("ES256", now + HOUR, now + 2 * HOUR)
    ring, before = KeyRing([first, sealing, later]), now - 1000 * HOUR
    assert ring.signer("ES256", before) is first
    assert [jwk["kid"] for jwk in ring.jwks(before)["keys"]] == [first.kid]
    assert ring.sealer(now).open("code", ring.sealer(before).seal("code", {})) is not None


def test_a_retired_key_neither_signs_nor_verifies_nor_is_published(now: datetime) -> None:
    old = dataclasses.replace(keyring.generate("ES256", now, now), retired_at=now + HOUR)
    ring = KeyRing([old])
    assert ring.signer("ES256", now + HOUR - timedelta(microseconds=1)) is old
    with pytest.raises(NoKey):
        ring.signer("ES256", now + HOUR)
    assert ring.jwks(now + HOUR) == {"keys": []}


def test_when_the_newest_key_is_withdrawn_the_one_before_signs_again(now: datetime) -> None:
    old = keyring.generate("ES256", now - HOUR, now - HOUR)
    leaked = dataclasses.replace(keyring.generate("ES256", now, now), retired_at=now)
    assert KeyRing([leaked, old]).signer("ES256", now) is old


def test_a_key_not_yet_published_is_not_shown(now: datetime) -> None:
    first, later = keyring.generate("ES256", now, now), keyring.generate("ES256", now + HOUR, now + HOUR)
    assert [jwk["kid"] for jwk in KeyRing([first, later]).jwks(now)["keys"]] == [first.kid]


def test_a_rotation_fails_no_verification(now: datetime) -> None:
    old = keyring.generate("ES256", now, now)
    new = keyring.generate("ES256", now + HOUR, now + 2 * HOUR)
    ring = KeyRing([old, new])
    for minutes in range(0, 240, 5):
        at = now + timedelta(minutes=minutes)
        token = jwt.sign(ring.signer("ES256", at), {"n": minutes}, typ=None)
        fetched_an_hour_ago = public_keys(ring.jwks(max(now, at - HOUR)))
        assert jwt.verify(token, keys=fetched_an_hour_ago, algorithms=["ES256"], types=[None]) == {"n": minutes}


def test_a_key_cannot_sign_before_it_is_published(now: datetime) -> None:
    with pytest.raises(ValueError, match="published"):
        keyring.generate("ES256", now, now - HOUR)


def test_two_keys_of_one_name_are_refused(signing_keys: dict[str, SigningKey], now: datetime) -> None:
    with pytest.raises(ValueError, match="kid"):
        KeyRing([signing_keys["ES256"], dataclasses.replace(signing_keys["RS256"], kid=signing_keys["ES256"].kid)])


def test_the_published_set_has_public_members_only_and_names_of_its_own(
    signing_keys: dict[str, SigningKey], now: datetime
) -> None:
    sealing = keyring.generate(SEALING_ALGORITHM, now, now)
    published = KeyRing([*signing_keys.values(), sealing]).jwks(now)["keys"]
    assert {jwk["alg"]: set(jwk) for jwk in published} == {
        "RS256": {"kty", "n", "e", "kid", "alg", "use"},
        "PS256": {"kty", "n", "e", "kid", "alg", "use"},
        "ES256": {"kty", "crv", "x", "y", "kid", "alg", "use"},
        "EdDSA": {"kty", "crv", "x", "kid", "alg", "use"},
    }
    assert {jwk["use"] for jwk in published} == {"sig"}
    assert len({jwk["kid"] for jwk in published}) == len(published)
    json.dumps(published)


def test_a_kid_is_the_thumbprint_of_its_key(signing_keys: dict[str, SigningKey]) -> None:
    for key in signing_keys.values():
        assert key.kid == key.key.thumbprint()
        assert len(key.kid) == 43


def test_rsa_keys_have_2048_bits_or_more(signing_keys: dict[str, SigningKey]) -> None:
    for alg in ("RS256", "PS256"):
        raw = signing_keys[alg].key.raw_value
        assert not isinstance(raw, bytes)
        assert getattr(raw, "key_size", 0) >= 2048


@pytest.mark.parametrize("alg", ["none", "HS256", "RS512", ""])
def test_no_key_is_made_for_another_algorithm(alg: str, now: datetime) -> None:
    with pytest.raises(ValueError, match="no key can be made"):
        keyring.generate(alg, now, now)


@pytest.mark.parametrize("alg", [*SIGNING_ALGORITHMS, SEALING_ALGORITHM])
def test_a_stored_key_comes_back_able_to_do_what_it_did(
    alg: str, signing_keys: dict[str, SigningKey], installation: Secrets, now: datetime
) -> None:
    key = signing_keys.get(alg) or keyring.generate(alg, now, now)
    wrapped = keyring.wrap_private(installation, key)
    again = dataclasses.replace(key, key=keyring.unwrap_private(installation, wrapped, kid=key.kid, alg=key.alg))
    if alg == SEALING_ALGORITHM:
        assert KeyRing([key]).sealer(now).open("x", KeyRing([again]).sealer(now).seal("x", {"a": 1}))
    else:
        assert again.key.thumbprint() == key.kid
        token = jwt.sign(again, {"a": 1}, typ=None)
        assert jwt.verify(token, keys=KeyRing([key]).kept_public_keys(), algorithms=[alg], types=[None])


def test_a_stored_key_put_under_another_name_or_algorithm_is_not_read(
    signing_keys: dict[str, SigningKey], installation: Secrets
) -> None:
    key = signing_keys["RS256"]
    wrapped = keyring.wrap_private(installation, key)
    for kid, alg in [(signing_keys["PS256"].kid, "RS256"), (key.kid, "PS256"), (key.kid, SEALING_ALGORITHM)]:
        with pytest.raises(Undecryptable):
            keyring.unwrap_private(installation, wrapped, kid=kid, alg=alg)


def test_stored_keys_move_to_a_new_wrapping_key(signing_keys: dict[str, SigningKey], installation: Secrets) -> None:
    key = signing_keys["ES256"]
    wrapped = keyring.wrap_private(installation, key)
    rotated = dataclasses.replace(
        installation,
        key_encryption={**installation.key_encryption, "kek-next": os.urandom(32)},
        current_key_encryption_id="kek-next",
    )
    moved = rewrap(rotated, wrapped, "signing key", key.kid, key.alg)
    only_new = dataclasses.replace(rotated, key_encryption={"kek-next": rotated.key_encryption["kek-next"]})
    assert keyring.unwrap_private(only_new, moved, kid=key.kid, alg=key.alg).thumbprint() == key.kid


def test_the_newest_sealing_key_seals_and_all_live_ones_open(now: datetime) -> None:
    old = dataclasses.replace(keyring.generate(SEALING_ALGORITHM, now, now), retired_at=now + 3 * HOUR)
    new = keyring.generate(SEALING_ALGORITHM, now, now + HOUR)
    ring = KeyRing([old, new])
    early = ring.sealer(now)
    # A node whose clock runs behind already opens what the new key sealed.
    late = ring.sealer(now + HOUR)
    assert (early.current_key_id, late.current_key_id) == (old.kid, new.kid)
    assert early.open("code", late.seal("code", {})) == {}
    assert late.open("code", early.seal("code", {})) == {}
    assert ring.sealer(now + 3 * HOUR).open("code", early.seal("code", {})) is None


def test_the_sealer_is_made_once_while_the_keys_stay_the_same(now: datetime) -> None:
    ring = KeyRing([keyring.generate(SEALING_ALGORITHM, now, now)])
    assert ring.sealer(now) is ring.sealer(now + HOUR)


def test_without_a_sealing_key_there_is_no_sealer(now: datetime) -> None:
    with pytest.raises(NoKey):
        KeyRing([]).sealer(now)


def test_the_name_of_a_sealing_key_tells_nothing_of_it(now: datetime) -> None:
    key = keyring.generate(SEALING_ALGORITHM, now, now)
    assert isinstance(key.key, OctKey)
    assert len(key.key.raw_value) == 32
    assert key.kid != key.key.thumbprint()


def test_no_key_shows_in_a_repr(signing_keys: dict[str, SigningKey]) -> None:
    for key in signing_keys.values():
        assert "key=" not in repr(key)


def test_a_retired_key_is_kept_until_it_is_removed(now: datetime) -> None:
    old = dataclasses.replace(keyring.generate("ES256", now - HOUR, now - HOUR), retired_at=now)
    ring = KeyRing([old, keyring.generate(SEALING_ALGORITHM, now, now)])
    assert ring.jwks(now) == {"keys": []}
    assert [key.kid for key in ring.kept_public_keys().keys] == [old.kid]
