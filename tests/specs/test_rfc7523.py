"""RFC 7523 and OpenID Connect Core §9: a client proves itself with a signed assertion, once."""

import base64
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Semaphore, Thread
from typing import Any
from uuid import uuid4

import pytest

from app.crypto import jwt, keyring
from app.crypto.keyring import KeyRing, SigningKey
from app.jobs import cleanup
from app.services import client_keys
from tests.factories import add_client
from tests.redeeming import refused
from tests.servers.house import START, House

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ISSUER = "http://localhost:8000"
KEYS = {alg: keyring.generate(alg, START, START) for alg in ("ES256", "PS256", "RS256", "EdDSA")}
STRANGER = keyring.generate("ES256", START, START)


def jwks(*keys: SigningKey) -> dict[str, Any]:
    """The public set a client registers."""
    return KeyRing(keys).jwks(START)


@pytest.fixture
def make_client(shared_house: House) -> Callable[..., str]:
    """A client that proves itself by assertion."""

    def make(**metadata: Any) -> str:
        metadata.setdefault("jwks", jwks(*KEYS.values()))
        return add_client(shared_house, secret=None, **{"token_endpoint_auth_method": "private_key_jwt", **metadata})

    return make


def claims(house: House, client_id: str, **changes: Any) -> dict[str, Any]:
    """The claims of a good assertion; a change to None leaves a claim out."""
    now = int(house.clock.now.timestamp())
    good = {"iss": client_id, "sub": client_id, "aud": ISSUER, "iat": now, "exp": now + 60, "jti": uuid4().hex}
    return {name: value for name, value in (good | changes).items() if value is not None}


def send(house: House, assertion: str, path: str = "/revoke", **form: str) -> Any:
    """Authenticate where a success changes nothing."""
    form = {"token": "x", "client_assertion_type": TYPE, "client_assertion": assertion, **form}
    return house.browser().post(path, data=form)


def prove(house: House, client_id: str, key: SigningKey = KEYS["ES256"], typ: str | None = None, **changes: Any) -> int:
    """Sign an assertion and use it; the status of the answer."""
    return int(send(house, jwt.sign(key, claims(house, client_id, **changes), typ=typ)).status_code)


@pytest.mark.parametrize("alg", KEYS)
@pytest.mark.parametrize("typ", [None, "JWT", "client-authentication+jwt"])
def test_an_assertion_of_the_client_proves_it(
    shared_house: House, make_client: Callable[..., str], alg: str, typ: str | None
) -> None:
    assert prove(shared_house, make_client(), KEYS[alg], typ) == 200


def test_the_client_id_may_stand_beside_it_and_must_agree(shared_house: House, make_client: Callable[..., str]) -> None:
    client_id = make_client()
    assertion = jwt.sign(KEYS["ES256"], claims(shared_house, client_id), typ=None)
    assert refused(send(shared_house, assertion, client_id=make_client())) == "invalid_request"
    assert send(shared_house, assertion, client_id=client_id).status_code == 200


@pytest.mark.parametrize(
    "audience", [ISSUER, ISSUER + "/token", ISSUER + "/revoke", [ISSUER], [ISSUER, ISSUER + "/token"]]
)
def test_an_assertion_is_for_the_issuer_or_for_the_endpoint(
    shared_house: House, make_client: Callable[..., str], audience: object
) -> None:
    assert prove(shared_house, make_client(), aud=audience) == 200


@pytest.mark.parametrize("audience", [ISSUER, ISSUER + "/token", ISSUER + "/v1/consent/check"])
def test_in_a_json_document_it_proves_the_client_too_and_once(
    shared_house: House, make_client: Callable[..., str], audience: str
) -> None:
    assertion = jwt.sign(KEYS["ES256"], claims(shared_house, make_client(), aud=audience), typ=None)
    document = {
        "client_assertion_type": TYPE, "client_assertion": assertion,
        "sub": "x", "channel": "store", "purpose": "loyalty", "datatype": "purchase",
    }  # fmt: skip
    answers = [shared_house.browser().post("/v1/consent/check", json=document) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 401]
    assert answers[0].get_json()["allowed"] is False


@pytest.mark.parametrize("audience", [ISSUER + "/token", ISSUER + "/revoke", [ISSUER], ISSUER + "/"])
def test_by_the_strictest_rules_an_assertion_is_for_the_issuer_and_nothing_else(
    shared_house: House, make_client: Callable[..., str], audience: object
) -> None:
    client_id = make_client(security_profile="fapi2")
    assert prove(shared_house, client_id, aud=audience) == 401
    assert prove(shared_house, client_id, aud=ISSUER) == 200


def test_by_the_strictest_rules_rs256_is_not_enough(shared_house: House, make_client: Callable[..., str]) -> None:
    assert prove(shared_house, make_client(security_profile="fapi2"), KEYS["RS256"]) == 401
    assert prove(shared_house, make_client(security_profile="fapi2"), KEYS["PS256"]) == 200
    stated = make_client(security_profile="fapi2", token_endpoint_auth_signing_alg="RS256")
    assert prove(shared_house, stated, KEYS["RS256"]) == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "https://other.example"},
        {"aud": [ISSUER, "https://other.example"]},
        {"aud": []},
        {"aud": {}},
        {"aud": 7},
        {"aud": None},
        {"sub": "another"},
        {"sub": None},
        {"exp": None},
        {"exp": 0},
        {"exp": 253_402_300_799},  # the last second a date can hold
        {"exp": "soon"},
        {"jti": None},
        {"jti": ""},
        {"jti": 7},
        {"jti": "j" * 256},
        {"iat": "now"},
    ],
)
def test_an_assertion_that_says_too_little_or_something_else_proves_nothing(
    shared_house: House, make_client: Callable[..., str], changes: dict[str, Any]
) -> None:
    assert prove(shared_house, make_client(), **changes) == 401


@pytest.mark.parametrize(
    ("name", "seconds", "status"),
    [
        ("iat", 8, 200),
        ("nbf", 8, 200),
        ("iat", 61, 401),
        ("nbf", 61, 401),
        ("iat", 30, 200),
        ("iat", 31, 401),
        ("exp", 3630, 200),
        ("exp", 3631, 401),
        ("exp", -4, 200),
        ("exp", -5, 401),
    ],
)
def test_clocks_may_differ_by_seconds_and_assertions_live_for_an_hour(
    shared_house: House, make_client: Callable[..., str], name: str, seconds: int, status: int
) -> None:
    moment = int(shared_house.clock.now.timestamp()) + seconds
    assert prove(shared_house, make_client(), **{name: moment}) == status


def test_an_assertion_works_once_at_whatever_endpoint(shared_house: House, make_client: Callable[..., str]) -> None:
    assertion = jwt.sign(KEYS["ES256"], claims(shared_house, make_client()), typ=None)
    assert send(shared_house, assertion).status_code == 200
    assert refused(send(shared_house, assertion), 401) == "invalid_client"
    assert refused(send(shared_house, assertion, "/introspect"), 401) == "invalid_client"
    shared_house.clock.move(seconds=64)  # the last one in which it would be good
    cleanup.run(shared_house.services, shared_house.clock.now + timedelta(minutes=1))  # on a machine that is ahead
    assert refused(send(shared_house, assertion), 401) == "invalid_client"


def test_of_parallel_uses_exactly_one_is_accepted(shared_house: House, make_client: Callable[..., str]) -> None:
    assertion = jwt.sign(KEYS["ES256"], claims(shared_house, make_client()), typ=None)
    with ThreadPoolExecutor(8) as threads:
        statuses = list(threads.map(lambda _: send(shared_house, assertion).status_code, range(16)))
    assert sorted(statuses) == [200] + [401] * 15


def test_two_clients_may_use_the_same_jti(shared_house: House, make_client: Callable[..., str]) -> None:
    assert [prove(shared_house, make_client(), jti="same" * 63 + "jti") for _ in range(2)] == [200, 200]


def test_who_leaves_out_the_issuer_is_not_believed_for_a_name_beside_it(
    shared_house: House, make_client: Callable[..., str]
) -> None:
    client_id = make_client()
    assertion = jwt.sign(KEYS["ES256"], claims(shared_house, client_id, iss=None), typ=None)
    assert refused(send(shared_house, assertion, client_id=client_id), 401) == "invalid_client"


def test_another_key_proves_nothing(shared_house: House, make_client: Callable[..., str]) -> None:
    client_id = make_client()
    assert prove(shared_house, client_id, STRANGER) == 401
    assert prove(shared_house, make_client(jwks=jwks(STRANGER)), KEYS["ES256"]) == 401


def test_the_registered_algorithm_is_the_only_one(shared_house: House, make_client: Callable[..., str]) -> None:
    client_id = make_client(token_endpoint_auth_signing_alg="EdDSA")
    assert prove(shared_house, client_id, KEYS["ES256"]) == 401
    assert prove(shared_house, client_id, KEYS["EdDSA"]) == 200


def _b64(data: object) -> str:
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@pytest.mark.parametrize("alg", ["none", "NONE", "nOnE", "HS256", "ES512", "", None])
def test_no_signature_is_no_proof(shared_house: House, make_client: Callable[..., str], alg: str | None) -> None:
    body = _b64(claims(shared_house, make_client()))
    for signature in ("", "AAAA"):
        assert refused(send(shared_house, f"{_b64({'alg': alg})}.{body}.{signature}"), 401) == "invalid_client"


@pytest.mark.parametrize(
    "header",
    [
        {"jwk": {"kty": "EC"}},
        {"jku": "https://evil.test/jwks"},
        {"x5u": "https://evil.test/cert"},
        {"x5c": ["AAAA"]},
        {"crit": ["exp"]},
        {"zip": "DEF"},
    ],
)
def test_what_a_header_offers_instead_of_the_registered_key_is_of_no_use(
    shared_house: House, make_client: Callable[..., str], header: dict[str, Any]
) -> None:
    body = _b64(claims(shared_house, make_client()))
    assert refused(send(shared_house, f"{_b64({'alg': 'ES256', **header})}.{body}.AAAA"), 401) == "invalid_client"


@pytest.mark.parametrize("assertion", ["x", "a.b", "a.b.c.d.e", "é", "{}", "." * 50, "A" * 16_384])
def test_garbage_proves_nothing(shared_house: House, make_client: Callable[..., str], assertion: str) -> None:
    assert refused(send(shared_house, assertion), 401) == "invalid_client"
    assert refused(send(shared_house, assertion, client_id=make_client()), 401) == "invalid_client"


def test_type_and_assertion_come_together(shared_house: House, make_client: Callable[..., str]) -> None:
    assertion = jwt.sign(KEYS["ES256"], claims(shared_house, make_client()), typ=None)
    browser = shared_house.browser()
    for form in (
        {"client_assertion": assertion},
        {"client_assertion_type": TYPE},
        {
            "client_assertion": assertion,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
        },
    ):
        assert refused(browser.post("/revoke", data={"token": "x", **form}), 401) == "invalid_client"
    assert send(shared_house, assertion).status_code == 200


class _KeyServer(ThreadingHTTPServer):
    """Serves a JWK set that a test may change."""

    def __init__(self) -> None:
        self.document: Any = {"keys": []}
        self.status, self.asked = 200, 0
        self.arrived, self.answering = Semaphore(0), Event()
        self.answering.set()
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/jwks"


class _Handler(BaseHTTPRequestHandler):
    server: _KeyServer

    def do_GET(self) -> None:
        self.server.asked += 1
        self.server.arrived.release()
        self.server.answering.wait()
        body = json.dumps(self.server.document).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def key_server() -> Iterator[_KeyServer]:
    server = _KeyServer()
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_keys_behind_an_address_are_fetched_kept_and_fetched_again_when_they_change(
    house: House, key_server: _KeyServer
) -> None:
    client_id = add_client(house, secret=None, token_endpoint_auth_method="private_key_jwt", jwks_uri=key_server.uri)
    key_server.document = jwks(KEYS["ES256"])
    assert [prove(house, client_id) for _ in range(3)] == [200] * 3
    assert key_server.asked == 1
    key_server.document = jwks(STRANGER)
    assert prove(house, client_id, STRANGER) == 401  # just looked
    house.clock.move(seconds=10)
    assert prove(house, client_id, STRANGER) == 200
    assert prove(house, client_id) == 401
    assert key_server.asked == 2
    house.clock.move(seconds=10)
    assert prove(house, client_id) == 401
    assert key_server.asked == 3
    house.clock.move(seconds=10)
    assert prove(house, client_id, STRANGER, "at+jwt") == 401
    assert key_server.asked == 3  # no other key would help


def test_a_key_that_changed_under_its_name_is_fetched_again(house: House, key_server: _KeyServer) -> None:
    client_id = add_client(house, secret=None, token_endpoint_auth_method="private_key_jwt", jwks_uri=key_server.uri)
    old, new = KEYS["ES256"], replace(STRANGER, kid=KEYS["ES256"].kid)
    key_server.document = jwks(old)
    assert prove(house, client_id, old) == 200
    key_server.document = jwks(new)
    house.clock.move(seconds=10)
    assert prove(house, client_id, new) == 200


def test_a_key_that_is_taken_back_proves_nothing_ten_minutes_later(house: House, key_server: _KeyServer) -> None:
    client_id = add_client(house, secret=None, token_endpoint_auth_method="private_key_jwt", jwks_uri=key_server.uri)
    key_server.document = jwks(KEYS["ES256"])
    assert prove(house, client_id) == 200
    key_server.document = jwks(STRANGER)
    house.clock.move(seconds=599)
    assert prove(house, client_id) == 200
    house.clock.move(seconds=1)
    assert prove(house, client_id) == 401


def test_while_the_address_is_down_what_was_fetched_still_serves(house: House, key_server: _KeyServer) -> None:
    client_id = add_client(house, secret=None, token_endpoint_auth_method="private_key_jwt", jwks_uri=key_server.uri)
    key_server.document = jwks(KEYS["ES256"])
    assert prove(house, client_id) == 200
    key_server.status = 503
    house.clock.move(minutes=11)
    assert [prove(house, client_id) for _ in range(3)] == [200] * 3
    assert key_server.asked == 2
    house.clock.move(seconds=10)
    assert prove(house, client_id, STRANGER) == 401
    assert prove(house, client_id) == 200
    assert key_server.asked == 3


def test_an_address_that_was_down_from_the_start_proves_nothing_until_it_is_up(
    house: House, key_server: _KeyServer
) -> None:
    client_id = add_client(house, secret=None, token_endpoint_auth_method="private_key_jwt", jwks_uri=key_server.uri)
    key_server.document, key_server.status = jwks(KEYS["ES256"]), 503
    assert prove(house, client_id) == 401
    key_server.status = 200
    house.clock.move(seconds=10)
    assert prove(house, client_id) == 200


def test_of_more_addresses_than_are_kept_the_one_kept_longest_is_fetched_again(
    house: House, key_server: _KeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_keys, "_MOST_COPIES", 2)
    key_server.document = jwks(KEYS["ES256"])
    one, two, three = (
        add_client(
            house, secret=None, token_endpoint_auth_method="private_key_jwt", jwks_uri=f"{key_server.uri}/{each}"
        )
        for each in range(3)
    )
    assert [prove(house, each) for each in (one, two, three, two)] == [200] * 4
    assert key_server.asked == 3
    house.clock.move(seconds=10)
    assert [prove(house, three, STRANGER), prove(house, two)] == [401, 200]
    assert key_server.asked == 4
    assert prove(house, one) == 200
    assert key_server.asked == 5


def test_while_addresses_hang_half_of_the_threads_stay_free_and_what_was_fetched_still_serves(
    house: House, key_server: _KeyServer
) -> None:
    def begin(path: str) -> str:
        uri = f"{key_server.uri}/{path}"
        return add_client(house, secret=None, token_endpoint_auth_method="private_key_jwt", jwks_uri=uri)

    hanging = [begin(str(number)) for number in range(house.services.settings.server.threads // 2)]
    known, new = begin("known"), begin("new")
    key_server.document = jwks(KEYS["ES256"])
    assert prove(house, known) == 200
    house.clock.move(minutes=11)
    key_server.arrived = Semaphore(0)
    key_server.answering.clear()
    with ThreadPoolExecutor() as others:
        waiting = [others.submit(prove, house, client_id) for client_id in hanging]
        assert all(key_server.arrived.acquire(timeout=30) for _ in waiting)
        try:
            assert prove(house, new) == 503
            assert prove(house, known) == 200
            assert prove(house, known, STRANGER) == 503
        finally:
            key_server.answering.set()
        assert [each.result() for each in waiting] == [200] * len(waiting)
    assert prove(house, new) == 200


@pytest.mark.parametrize("document", [[], "keys", {"keys": "none"}, {"keys": [{"kty": "oct", "k": "AAAA"}]}, 7])
def test_an_address_that_holds_no_keys_proves_nothing(house: House, key_server: _KeyServer, document: Any) -> None:
    client_id = add_client(house, secret=None, token_endpoint_auth_method="private_key_jwt", jwks_uri=key_server.uri)
    key_server.document = document
    assert prove(house, client_id) == 401
