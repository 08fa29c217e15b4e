"""Owns our own keys for signing (JOSE) and sealing (handles): making, storing, choosing, publishing.

A key's life: published → signs from a later moment, so that clients have fetched it → a newer key takes
over → retired, when the longest token it signed has expired. Times are arguments; the rows are storage's.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.serialization import load_der_private_key
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from app.crypto.encryption_keys import unwrap, wrap
from app.crypto.jose_algorithms import AsymmetricKey
from app.crypto.public_keys import PublicKey, PublicKeys
from app.crypto.sealed import Sealer
from app.crypto.secrets import Secrets
from app.domain.signing_algorithms import SIGNING_ALGORITHMS

SEALING_ALGORITHM = "A256GCM"
_PUBLIC_MEMBERS = ("kty", "crv", "x", "y", "n", "e")
_LABEL = "signing key"
_CLASSES: dict[str, type[AsymmetricKey]] = {
    "RS256": RSAKey,
    "PS256": RSAKey,
    "ES256": ECKey,
    "EdDSA": OKPKey,
}


@dataclass(frozen=True)
class SigningKey:
    """One key of ours, as an object ready for use. `alg` A256GCM is a sealing key, all others sign.

    Signs in [signs_from_at, retired_at), unless a newer key of its algorithm does; verifies and is published
    in [published_at, retired_at).
    """

    kid: str
    alg: str
    key: AsymmetricKey | OctKey = field(repr=False, compare=False)
    published_at: datetime
    signs_from_at: datetime
    retired_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.signs_from_at < self.published_at:
            raise ValueError("a key is published before it signs")

    def is_live(self, now: datetime) -> bool:
        """Tell whether what this key signed or sealed is still accepted."""
        return self.published_at <= now and (self.retired_at is None or now < self.retired_at)


class NoKey(Exception):
    """No live key of this algorithm may sign now; `sluis keys` makes one."""


class KeyRing:
    """All keys of an installation at one moment of the database; replaced whole when the rows change.

    Time begins with the first key: by a clock that is behind it, of a node or set back, the first keys are in use.
    """

    def __init__(self, keys: Iterable[SigningKey]) -> None:
        """Take the keys in any order; ValueError when two share a kid."""
        self.keys = tuple(sorted(keys, key=lambda key: (key.signs_from_at, key.kid), reverse=True))
        if len({key.kid for key in self.keys}) != len(self.keys):
            raise ValueError("two keys share a kid")
        self._begins = min((key.signs_from_at for key in self.keys), default=None)
        self._sealer_of = lru_cache(maxsize=8)(_sealer)

    def signer(self, alg: str, now: datetime) -> SigningKey:
        """Return the newest live key of `alg` that may sign at `now`; `NoKey` when there is none."""
        now = self._not_before_the_first(now)
        for key in self.keys:
            if key.alg == alg and key.signs_from_at <= now and key.is_live(now):
                return key
        raise NoKey(alg)

    def kept_public_keys(self) -> PublicKeys:
        """Return the live keys and the retired ones not yet removed: for an ID token that comes back as a hint.

        Such a token proves nothing but that we once issued it, and may be older than any key in use.
        """
        signing = [(each, each.key) for each in self.keys]
        return PublicKeys(
            tuple(
                PublicKey(each.kid, frozenset({each.alg}), key) for each, key in signing if not isinstance(key, OctKey)
            )
        )

    def published(self, now: datetime) -> tuple[SigningKey, ...]:
        """Return the live signing keys, newest first."""
        now = self._not_before_the_first(now)
        return tuple(key for key in self.keys if key.alg in SIGNING_ALGORITHMS and key.is_live(now))

    def jwks(self, now: datetime) -> dict[str, list[dict[str, Any]]]:
        """Return the published set: public members of these keys (RFC 7517)."""
        return jwk_set(self.published(now))

    def sealer(self, now: datetime) -> Sealer:
        """Return the sealer of `now`: seals with the newest sealing key, opens with every live one."""
        current, now = self.signer(SEALING_ALGORITHM, now), self._not_before_the_first(now)
        live = tuple(key for key in self.keys if key.alg == SEALING_ALGORITHM and key.is_live(now))
        return self._sealer_of(live, current.kid)

    def _not_before_the_first(self, now: datetime) -> datetime:
        return now if self._begins is None else max(now, self._begins)


def generate(alg: str, now: datetime, signs_from_at: datetime) -> SigningKey:
    """Make a key for one of `SIGNING_ALGORITHMS` or `SEALING_ALGORITHM`, published at once.

    The kid of a signing key is its thumbprint (RFC 7638); a sealing key's is random, since a thumbprint of
    a symmetric key would be a hash of the secret.
    """
    if alg == SEALING_ALGORITHM:
        return SigningKey("seal-" + os.urandom(4).hex(), alg, OctKey.generate_key(256), now, signs_from_at)
    key = _new_key(alg)
    return SigningKey(key.thumbprint(), alg, key, now, signs_from_at)


def wrap_private(secrets: Secrets, key: SigningKey) -> bytes:
    """Return the private key encrypted for storage, bound to its kid and algorithm."""
    raw = key.key.raw_value if isinstance(key.key, OctKey) else key.key.as_der(private=True)
    return wrap(secrets, raw, _LABEL, key.kid, key.alg)


def unwrap_private(secrets: Secrets, wrapped: bytes, *, kid: str, alg: str) -> AsymmetricKey | OctKey:
    """Return the stored key as an object.

    The primes of an RSA key are not tested again, which takes 40 ms: the key is ours, and what was sealed has not
    changed. `Undecryptable` when the bytes are not those of this kid and algorithm.
    """
    raw = unwrap(secrets, wrapped, _LABEL, kid, alg)
    if alg == SEALING_ALGORITHM:
        return OctKey.import_key(raw)
    native: Any = load_der_private_key(raw, password=None, unsafe_skip_rsa_key_validation=True)
    return _CLASSES[alg](native, raw)


def _new_key(alg: str) -> AsymmetricKey:
    match alg:
        case "RS256" | "PS256":
            return RSAKey.generate_key(2048)
        case "ES256":
            return ECKey.generate_key("P-256")
        case "EdDSA":
            return OKPKey.generate_key("Ed25519")
        case _:
            raise ValueError(f"no key can be made for {alg!r}")


def jwk_set(keys: Iterable[SigningKey]) -> dict[str, list[dict[str, Any]]]:
    """Return the public members of signing keys as a JWK set."""
    return {"keys": [_public_jwk(key) for key in keys]}


def _public_jwk(key: SigningKey) -> dict[str, Any]:
    # Members are named, not filtered: a member nobody thought of is then left out.
    jwk = key.key.as_dict(private=False)
    members: dict[str, Any] = {name: jwk[name] for name in _PUBLIC_MEMBERS if name in jwk}
    return {**members, "kid": key.kid, "alg": key.alg, "use": "sig"}


def _sealer(keys: tuple[SigningKey, ...], current: str) -> Sealer:
    return Sealer({key.kid: key.key.raw_value for key in keys if isinstance(key.key, OctKey)}, current)
