"""Decides which keys of a JWK set may verify signatures, and what is wrong with a set a client registers.

Keys become objects once, here; verifying never parses a key again. Fetching a jwks_uri is not ours.
"""

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from app.crypto.jose_algorithms import AsymmetricKey, model
from app.domain.signing_algorithms import SIGNING_ALGORITHMS

MOST_KEYS = 20
_LONGEST_MEMBER = 2048
_LONGEST_KID = 255
_RSA_BITS = range(2048, 8192 + 1)
# NIST SP 800-56B §6.2.1 asks for e above 2^16; the upper bound keeps one verification cheap.
_RSA_EXPONENTS = range(65_537, 2**32)
_SMALL_PRIMES = math.prod(n for n in range(3, 752) if all(n % d for d in range(2, math.isqrt(n) + 1)))

_PUBLIC_MEMBERS = {"RSA": ("n", "e"), "EC": ("crv", "x", "y"), "OKP": ("crv", "x")}
_PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_CLASSES: dict[str, type[AsymmetricKey]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
_CURVES = {"EC": ("P-256",), "OKP": ("Ed25519",)}


@dataclass(frozen=True)
class PublicKey:
    """One key that may verify: by whom it is named, for which algorithms it will do."""

    kid: str | None
    algorithms: frozenset[str]
    key: AsymmetricKey = field(repr=False, compare=False)


@dataclass(frozen=True)
class PublicKeys:
    """The verifying keys of one party, ready for use."""

    keys: tuple[PublicKey, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.keys)

    def candidates(self, kid: str | None, alg: str) -> Sequence[AsymmetricKey]:
        """Return the keys to try: those fit for `alg`, and when a token names a kid, of that kid or none."""
        fit = (each for each in self.keys if alg in each.algorithms)
        return [each.key for each in fit if kid is None or each.kid in (kid, None)]


def public_keys(jwks: Mapping[str, Any]) -> PublicKeys:
    """Read a JWK set, leaving out what `check_public_jwks` would complain of and what cannot verify."""
    judged = (_judge(member) for member in _members(jwks)[:MOST_KEYS])
    return PublicKeys(tuple(each for each in judged if isinstance(each, PublicKey)))


def check_public_jwks(jwks: object, algorithms: Collection[str] = SIGNING_ALGORITHMS) -> list[str]:
    """Return what is wrong with a JWK set offered for registration, in words for its developer; empty = good.

    Refused: private or symmetric members, RSA under 2048 bits or with a careless exponent or modulus, points
    off their curve, a kid used twice, more than `MOST_KEYS` keys, a set with no key for any of `algorithms`. A key
    of a type or use we do not know is left alone (RFC 7517 §5).
    """
    if not isinstance(jwks, dict) or not isinstance(jwks.get("keys"), list):
        return ['must be an object with an array "keys"']
    members = _members(jwks)
    if len(members) > MOST_KEYS:
        return [f"holds more than {MOST_KEYS} keys"]
    judged = [_judge(member) for member in members]
    problems = [f"keys[{at}]: {each}" for at, each in enumerate(judged) if isinstance(each, str)]
    kids = Counter(kid for member in members if isinstance(member, dict) and isinstance(kid := member.get("kid"), str))
    problems += [f"kid {kid!r} is used twice" for kid, times in kids.items() if times > 1]
    fit = (each for each in judged if isinstance(each, PublicKey) and not each.algorithms.isdisjoint(algorithms))
    if not problems and not any(fit):
        problems.append(f"holds no key for {', '.join(algorithms)}")
    return problems


def _members(jwks: Mapping[str, Any]) -> list[Any]:
    keys = jwks.get("keys")
    return keys if isinstance(keys, list) else []


def _judge(jwk: object) -> PublicKey | str | None:
    """Return the key, or what is wrong with it, or None when it is not ours to judge."""
    if not isinstance(jwk, dict):
        return "is not an object"
    if jwk.get("kty") == "oct" or _PRIVATE_MEMBERS & jwk.keys():
        return "holds a private or symmetric key; register public keys only"
    if problem := _naming_problem(jwk):
        return problem
    key = _imported(jwk)
    if not isinstance(key, AsymmetricKey):
        return key
    if isinstance(key, RSAKey) and (problem := _rsa_problem(key)):
        return problem
    algorithms = _algorithms(key, jwk)
    return PublicKey(jwk.get("kid"), algorithms, key) if algorithms else None


def _naming_problem(jwk: Mapping[str, Any]) -> str | None:
    if not isinstance(jwk.get("kty"), str):
        return "has no kty"
    if any(not isinstance(jwk.get(name), str | None) for name in ("kid", "alg", "use")):
        return "kid, alg and use must be strings"
    if "kid" in jwk and not 0 < len(jwk["kid"] or "") <= _LONGEST_KID:
        return f"kid must have 1 to {_LONGEST_KID} characters"
    return None


def _imported(jwk: Mapping[str, Any]) -> AsymmetricKey | str | None:
    kty = jwk["kty"]
    if kty not in _PUBLIC_MEMBERS:
        return None
    # Only these members reach the library: a certificate chain or a URL beside them is not read.
    values: dict[str, Any] = {name: jwk.get(name) for name in _PUBLIC_MEMBERS[kty]}
    if any(not isinstance(value, str) or len(value) > _LONGEST_MEMBER for value in values.values()):
        return f"needs {', '.join(values)} as strings of at most {_LONGEST_MEMBER} characters"
    if kty in _CURVES and values["crv"] not in _CURVES[kty]:
        return None
    try:
        return _CLASSES[kty].import_key({"kty": kty, **values})
    except (JoseError, ValueError, TypeError, OverflowError):
        return "is not a valid public key"


def _rsa_problem(key: RSAKey) -> str | None:
    numbers = key.public_key.public_numbers()
    if numbers.n.bit_length() not in _RSA_BITS:
        return f"RSA keys must have {_RSA_BITS[0]} to {_RSA_BITS[-1]} bits"
    if numbers.e not in _RSA_EXPONENTS or numbers.e % 2 == 0:
        return "the RSA exponent must be odd, 65537 or more, and below 2^32"
    if numbers.n % 2 == 0 or math.gcd(numbers.n, _SMALL_PRIMES) != 1:
        return "the RSA modulus has a small factor"
    return None


def _algorithms(key: AsymmetricKey, jwk: Mapping[str, Any]) -> frozenset[str]:
    if jwk.get("use") not in (None, "sig"):
        return frozenset()
    operations = jwk.get("key_ops")
    if operations is not None and not (isinstance(operations, list) and "verify" in operations):
        return frozenset()
    named = jwk.get("alg")
    return frozenset(alg for alg in SIGNING_ALGORITHMS if named in (None, alg) and _fits(key, alg))


def _fits(key: AsymmetricKey, alg: str) -> bool:
    try:
        model(alg).check_key(key)
    except JoseError:
        return False
    return True
