"""Nothing is said twice."""

import pytest

from app.crypto.keyring import KeyRing
from app.domain.authorization_request import AuthorizationRequest
from app.domain.errors import Refusal
from app.domain.security_profiles import Door
from app.protocol.asking import Asking
from app.protocol.authorize_checks import check
from app.protocol.parameters import read
from tests.protocol.asked import GOOD, ISSUER, NOW, a_client, policy

NAMES = [*GOOD, "nonce", "prompt", "claims", "max_age", "resource", "login_hint", "anything"]


@pytest.mark.parametrize("door", Door)
@pytest.mark.parametrize("name", NAMES)
def test_any_parameter_sent_twice_is_refused(name: str, door: Door) -> None:
    value = GOOD.get(name, "1")
    parameters = read([*GOOD.items(), (name, value), *([] if name in GOOD else [(name, value)])])
    asking = Asking(parameters, a_client(), door, policy(), ISSUER, KeyRing([]), NOW)
    with pytest.raises(Refusal, match="invalid_request") as refused:
        check(asking, AuthorizationRequest("shop", GOOD["redirect_uri"], frozenset(), NOW))
    assert refused.value.told_client.endswith(f" two values: {name}.")
