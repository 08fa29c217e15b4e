"""Owns what is done with a secret of high entropy: made here, stored as a digest, compared in constant time.

Passwords are not such secrets (see `passwords`): a bare SHA-256 is safe only where guessing is hopeless.
"""

import hashlib
import hmac
import secrets

_LEAST_BYTES = 16  # 128 bits: RFC 9700 §2, ASVS 7.2.3


def new_secret(nbytes: int = 32) -> str:
    """Make an unguessable value of `nbytes` random bytes in URL-safe base64 without padding."""
    if nbytes < _LEAST_BYTES:
        raise ValueError("a secret needs at least 128 bits")
    return secrets.token_urlsafe(nbytes)


def digest(value: str) -> bytes:
    """Return the SHA-256 under which a session id, token or generated client secret is stored (32 bytes)."""
    return hashlib.sha256(_as_bytes(value)).digest()


def keyed(key: bytes, message: bytes) -> bytes:
    """Return the HMAC-SHA-256 by which something is found again whose plain digest could be guessed (32 bytes)."""
    return hmac.new(key, message, hashlib.sha256).digest()


def same(left: str | bytes, right: str | bytes) -> bool:
    """Compare two secrets in time that does not depend on where they differ; any text is welcome."""
    return hmac.compare_digest(_as_bytes(left), _as_bytes(right))


def _as_bytes(value: str | bytes) -> bytes:
    # "surrogatepass": a caller's garbage is a wrong secret, never an exception.
    return value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")
