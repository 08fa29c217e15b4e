from datetime import UTC, datetime

import pytest

from app.crypto import keyring, secrets
from app.crypto.keyring import SigningKey
from app.crypto.secrets import Secrets
from app.domain.signing_algorithms import SIGNING_ALGORITHMS

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def installation() -> Secrets:
    """The secrets of one installation."""
    return secrets.generate(development=True)


@pytest.fixture(scope="session")
def signing_keys() -> dict[str, SigningKey]:
    """One key of each algorithm, made once: an RSA key takes a moment."""
    return {alg: keyring.generate(alg, NOW, NOW) for alg in SIGNING_ALGORITHMS}
