"""Owns how one person's facts are stored: AES-256-GCM under a key of their own, wrapped by a KEK.

Erasing a person is deleting their wrapped key. Also the keyed hash under which an e-mail address is found.

    sealed = version ‖ id of the person key ‖ nonce ‖ ciphertext ‖ tag
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.crypto.digests import keyed
from app.crypto.encryption_keys import Undecryptable, associated_data, wrap
from app.crypto.encryption_keys import unwrap as unwrap_value
from app.crypto.secrets import Secrets

VERSION = 1
_LABEL = "person key"
_ID = 4
_KEY = 32
_NONCE = 12
_TAG = 16
_HEADER = 1 + _ID


class PersonCipher:
    """Seals and opens the facts of one person. Cheap to keep for a request; never kept longer."""

    def __init__(self, key: bytes, person_id: str) -> None:
        """Take the key's id (4 bytes) with the key (32 bytes), and whose it is."""
        if len(key) != _ID + _KEY:
            raise ValueError("a person key has 36 bytes")
        self._header = bytes((VERSION,)) + key[:_ID]
        self._cipher = AESGCM(key[_ID:])
        self._person_id = person_id

    def __repr__(self) -> str:
        return "PersonCipher()"

    def seal(self, plaintext: bytes, *, table: str, column: str, version: int) -> bytes:
        """Encrypt one value for exactly this place and version of the row."""
        nonce = os.urandom(_NONCE)
        return self._header + nonce + self._cipher.encrypt(nonce, plaintext, self._place(table, column, version))

    def open(self, sealed: bytes, *, table: str, column: str, version: int) -> bytes:
        """Decrypt one value; `Undecryptable` when it is damaged or was sealed for another place or person."""
        if sealed[:_HEADER] != self._header or len(sealed) < _HEADER + _NONCE + _TAG:
            raise Undecryptable("not under this person's key")
        nonce, place = sealed[_HEADER : _HEADER + _NONCE], self._place(table, column, version)
        try:
            return self._cipher.decrypt(nonce, sealed[_HEADER + _NONCE :], place)
        except InvalidTag:
            raise Undecryptable("damaged, or not of this row") from None

    def _place(self, table: str, column: str, version: int) -> bytes:
        return self._header + associated_data(table, column, self._person_id, str(version))


def new_person_key(secrets: Secrets, person_id: str) -> bytes:
    """Make the key of a new person, already wrapped for storage."""
    return wrap(secrets, os.urandom(_ID + _KEY), _LABEL, person_id)


def unwrap(secrets: Secrets, wrapped: bytes, person_id: str) -> PersonCipher:
    """Return the cipher of the person this key was made for; `Undecryptable` for any other."""
    return PersonCipher(unwrap_value(secrets, wrapped, _LABEL, person_id), person_id)


def blind_index(secrets: Secrets, email_normalised: str) -> bytes:
    """Return the keyed hash by which an account is found (32 bytes); personal data, goes with the person."""
    email = email_normalised.encode("utf-8", "surrogatepass")
    return keyed(secrets.email_index, email)
