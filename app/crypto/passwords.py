"""Owns how a password is stored and checked: NFKC, a pepper kept outside the database, argon2id.

Whether a password is good enough to be chosen is `password_strength`'s question.
"""

import base64
import os
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

from app.crypto.digests import keyed

LONGEST_PASSWORD = 1024


class HashingBusy(Exception):
    """So many passwords are being hashed that this one would wait too long; answer 503, to be retried."""


class PasswordHasher:
    """Hashes and verifies; holds the number of hashes running at once in this process down to `concurrent`.

    Each hash takes `memory_kib` of memory and, on one core, some 40 ms with the defaults (OWASP's smallest
    advised setting). A caller waits at most `wait_s` for its turn, then gets `HashingBusy`.
    """

    def __init__(
        self,
        *,
        pepper: bytes,
        time_cost: int = 2,
        memory_kib: int = 19_456,
        parallelism: int = 1,
        concurrent: int = 4,
        wait_s: float = 2.0,
    ) -> None:
        self._pepper = pepper
        self._argon2 = argon2.PasswordHasher(time_cost, memory_kib, parallelism)
        self._turns = threading.BoundedSemaphore(concurrent)
        self._wait_s = wait_s
        self._nobodys_hash = (
            f"$argon2id$v=19$m={memory_kib},t={time_cost},p={parallelism}$"
            f"{_b64(os.urandom(self._argon2.salt_len))}${_b64(os.urandom(self._argon2.hash_len))}"
        )

    def __repr__(self) -> str:
        return "PasswordHasher()"

    def hash(self, password: str) -> str:
        """Return the encoded argon2id hash to store; ValueError above `LONGEST_PASSWORD` characters."""
        if len(password) > LONGEST_PASSWORD:
            raise ValueError("the password is longer than can be hashed")
        peppered = self._peppered(password)
        with self._turn():
            return self._argon2.hash(peppered)

    def verify(self, stored: str, password: str) -> bool:
        """Tell whether this is the password behind a stored hash; an unreadable hash fits no password."""
        if len(password) > LONGEST_PASSWORD:
            return False
        peppered = self._peppered(password)
        with self._turn():
            try:
                return self._argon2.verify(stored, peppered)
            except (VerificationError, InvalidHashError):
                return False

    def verify_nobody(self, password: str) -> bool:
        """Spend what verifying takes, for an account that does not exist, and say no."""
        return self.verify(self._nobodys_hash, password)

    def needs_rehash(self, stored: str) -> bool:
        """Tell whether a stored hash was made with other parameters than today's; ask after a good verify."""
        try:
            return self._argon2.check_needs_rehash(stored)
        except InvalidHashError:
            return True

    def _peppered(self, password: str) -> bytes:
        normal = unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
        return keyed(self._pepper, normal)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=self._wait_s):
            raise HashingBusy
        try:
            yield
        finally:
            self._turns.release()


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).rstrip(b"=").decode("ascii")
