import pytest
from joserfc.errors import UnsupportedAlgorithmError

from app.crypto.jose_algorithms import REGISTRY, model
from app.domain.signing_algorithms import SIGNING_ALGORITHMS


def test_each_algorithm_we_name_is_there() -> None:
    assert [model(alg).name for alg in SIGNING_ALGORITHMS] == ["RS256", "PS256", "ES256", "EdDSA"]


@pytest.mark.parametrize("alg", ["none", "None", "HS256", "RS1", "RS512", "ES256K", "dir", "", "rs256"])
def test_no_other_algorithm_is(alg: str) -> None:
    with pytest.raises(UnsupportedAlgorithmError):
        REGISTRY.get_alg(alg)
