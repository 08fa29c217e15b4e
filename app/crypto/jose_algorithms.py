"""The library's implementation of each signature algorithm there is here, and of none other; no encryption."""

from joserfc.errors import UnsupportedAlgorithmError
from joserfc.jwa import EdDSAAlgorithm, ESAlgorithm, JWSAlgModel, RSAAlgorithm, RSAPSSAlgorithm
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

AsymmetricKey = RSAKey | ECKey | OKPKey

_MODELS: dict[str, JWSAlgModel] = {
    "RS256": RSAAlgorithm(256),
    "PS256": RSAPSSAlgorithm(256),
    "ES256": ESAlgorithm("ES256", "P-256", 256),
    "EdDSA": EdDSAAlgorithm(),
}


class ClosedRegistry(JWSRegistry):
    """The library's checks over our list only, so that its register of algorithms can add none to it.

    Also spares the warning the library gives at each use of the name "EdDSA", which OpenID Connect clients
    still know better than RFC 9864's "Ed25519".
    """

    max_header_length = 4096
    max_payload_length = 16_384

    def get_alg(self, name: str) -> JWSAlgModel:
        """Return one of `SIGNING_ALGORITHMS`, whatever the library has registered."""
        try:
            return _MODELS[name]
        except (KeyError, TypeError):
            raise UnsupportedAlgorithmError from None


# RFC 7515 §4: a header parameter we do not know is ignored; "crit" is refused before (see `jwt`).
REGISTRY = ClosedRegistry(strict_check_header=False)


def model(alg: str) -> JWSAlgModel:
    """Return the library's implementation of one of `SIGNING_ALGORITHMS`; KeyError for any other name."""
    return _MODELS[alg]
