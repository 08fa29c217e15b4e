"""Owns sealed handles: what a code or an access token carries, unreadable and unforgeable without our key.

Decides only whether a handle is ours and whole. Expiry, single use and the live grant are its caller's.

    handle  = base64url(header ‖ nonce ‖ ciphertext ‖ tag)
    header  = version ‖ length of key id ‖ key id         (authenticated, with the purpose)
    content = 32 random bytes ‖ compact JSON object       (the random bytes: 256 bits nobody can guess)
"""

import base64
import binascii
import json
import os
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = 1
LONGEST_HANDLE = 8192
_KEY = 32
_FIXED = 2  # version and length of the key id
_LONGEST_KEY_ID = 64
_NONCE = 12
_RANDOM = 32
_TAG = 16
_encode_json = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


class Sealer:
    """Seals with the current key; opens with any key it was given. Immutable, shared by all threads."""

    def __init__(self, keys: Mapping[str, bytes], current: str) -> None:
        """Take 32-byte keys by id (1 to 64 ASCII characters); ValueError when one does not fit."""
        if current not in keys:
            raise ValueError("the current sealing key is not among the keys")
        if any(len(key) != _KEY for key in keys.values()):
            raise ValueError("a sealing key has 32 bytes")
        self._ciphers = {_header(key_id): AESGCM(key) for key_id, key in keys.items()}
        self._current = _header(current)
        self.current_key_id = current

    def __repr__(self) -> str:
        return f"Sealer(current_key_id={self.current_key_id!r})"

    def seal(self, purpose: str, content: Mapping[str, Any]) -> str:
        """Return a handle holding `content` (JSON values), to be opened under the same purpose only.

        ValueError when the handle would be longer than `LONGEST_HANDLE`.
        """
        header = self._current
        random = os.urandom(_NONCE + _RANDOM)
        nonce = random[:_NONCE]
        plain = random[_NONCE:] + _encode_json(content).encode("ascii")
        sealed = self._ciphers[header].encrypt(nonce, plain, _associated(header, purpose))
        handle = _b64(header + nonce + sealed)
        if len(handle) > LONGEST_HANDLE:
            raise ValueError("the content does not fit into a handle")
        return handle

    def open(self, purpose: str, handle: str) -> dict[str, Any] | None:
        """Return the content of a handle sealed for `purpose`, or None for anything else whatever."""
        raw = _unb64(handle)
        if raw is None or len(raw) < _FIXED:
            return None
        end = _FIXED + raw[1]
        header = raw[:end]  # version and key id: an unknown version is an unknown key
        cipher = self._ciphers.get(header)
        if cipher is None or len(raw) < end + _NONCE + _RANDOM + _TAG:
            return None
        try:
            plain = cipher.decrypt(raw[end : end + _NONCE], raw[end + _NONCE :], _associated(header, purpose))
        except InvalidTag:
            return None
        content: dict[str, Any] = json.loads(plain[_RANDOM:])
        return content


def _header(key_id: str) -> bytes:
    if not (key_id.isascii() and 1 <= len(key_id) <= _LONGEST_KEY_ID):
        raise ValueError("a sealing key id has 1 to 64 ASCII characters")
    return bytes((VERSION, len(key_id))) + key_id.encode("ascii")


def _associated(header: bytes, purpose: str) -> bytes:
    # The header holds its own length, so header and purpose cannot run into each other.
    return b"sluis handle\x00" + header + purpose.encode("utf-8")


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _unb64(handle: str) -> bytes | None:
    """Decode strictly: a handle has one spelling, because its digest is what makes it single use."""
    if not 0 < len(handle) <= LONGEST_HANDLE or not handle.isascii():
        return None
    try:
        raw = base64.urlsafe_b64decode(handle + "=" * (-len(handle) % 4))
    except binascii.Error:
        return None
    return raw if _b64(raw) == handle else None
