"""Owns encryption under the key-encryption keys (KEK): wraps person keys, signing keys, push headers, mail.

    wrapped = version ‖ length of key id ‖ key id ‖ nonce ‖ ciphertext ‖ tag

What it is for goes into the associated data, so that a wrapped value is of no use in another row.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.crypto.secrets import Secrets

VERSION = 1
_NONCE = 12
_TAG = 16
_FIXED = 2  # version and length of the key id


class Undecryptable(Exception):
    """The stored bytes are not what was encrypted here: another row's, damaged, or under a key we lack.

    The reason is for the log; it holds no value and no key.
    """


def associated_data(*parts: str) -> bytes:
    """Join the parts so that no two lists of parts give the same bytes (each is preceded by its length)."""
    encoded = (part.encode("utf-8") for part in parts)
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


def wrap(secrets: Secrets, plaintext: bytes, *label: str) -> bytes:
    """Encrypt `plaintext` under the KEK that is current now, bound to `label` (what it is, and whose)."""
    return _wrap(secrets.newest(), plaintext, *label)


def _wrap(secrets: Secrets, plaintext: bytes, *label: str) -> bytes:
    key_id = secrets.current_key_encryption_id
    header = prefix(key_id)
    nonce = os.urandom(_NONCE)
    cipher = AESGCM(secrets.key_encryption[key_id])
    return header + nonce + cipher.encrypt(nonce, plaintext, header + associated_data(*label))


def prefix(key_id: str) -> bytes:
    """How every value begins that is wrapped with this KEK."""
    return bytes((VERSION, len(key_id))) + key_id.encode("ascii")


def unwrap(secrets: Secrets, wrapped: bytes, *label: str) -> bytes:
    """Return what was wrapped under this label with any KEK we still hold; else `Undecryptable`."""
    key_id, end = _key_id(wrapped)
    key = secrets.key_encryption.get(key_id) or secrets.newest().key_encryption.get(key_id)
    if key is None:
        raise Undecryptable("the key-encryption key is not in the secrets file")
    header, nonce, sealed = wrapped[:end], wrapped[end : end + _NONCE], wrapped[end + _NONCE :]
    if len(sealed) < _TAG:
        raise Undecryptable("too short")
    try:
        return AESGCM(key).decrypt(nonce, sealed, header + associated_data(*label))
    except InvalidTag:
        raise Undecryptable("damaged, or not of this row") from None


def rewrap(secrets: Secrets, wrapped: bytes, *label: str) -> bytes:
    """Move a wrapped value to the current KEK; the same bytes come back when it is there already."""
    if wrapped_with(wrapped) == secrets.current_key_encryption_id:
        return wrapped
    return _wrap(secrets, unwrap(secrets, wrapped, *label), *label)


def wrapped_with(wrapped: bytes) -> str:
    """Return the id of the KEK a value is wrapped with; `Undecryptable` when it is no wrapped value."""
    return _key_id(wrapped)[0]


def _key_id(wrapped: bytes) -> tuple[str, int]:
    if len(wrapped) < _FIXED or wrapped[0] != VERSION:
        raise Undecryptable("unknown version")
    end = _FIXED + wrapped[1]
    key_id = wrapped[_FIXED:end]
    if len(key_id) != wrapped[1] or not key_id.isascii():
        raise Undecryptable("no key id")
    return key_id.decode("ascii"), end
