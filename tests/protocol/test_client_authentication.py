"""Which client sent a request: four mechanisms, one at a time, the registered one."""

import base64
from collections.abc import Callable
from typing import Any

import pytest

from app.crypto.digests import digest
from app.storage.tables.logins import throttles
from app.storage.tables.parties import clients
from tests.factories import add_client
from tests.redeeming import SECRET, BackOffice, basic, refused
from tests.servers.house import House

ODD_SECRET = "sé cret+%:&=/?ü😀"
TOKEN = {"token": "whatever"}


def _revoke(house: House, form: dict[str, Any], headers: dict[str, str] | None = None) -> Any:
    """Revoking an unknown token is answered 200 to whoever authenticates, and changes nothing."""
    return house.browser().post("/revoke", data={**TOKEN, **form}, headers=headers or {})


@pytest.fixture
def add(shared_house: House) -> Callable[..., str]:
    return lambda **metadata: add_client(shared_house, **metadata)


def test_each_method_works_as_registered(shared_house: House, add: Callable[..., str]) -> None:
    by_header = add()
    by_body = add(token_endpoint_auth_method="client_secret_post")
    public = add(secret=None)
    assert _revoke(shared_house, {}, basic(by_header, SECRET)).status_code == 200
    assert _revoke(shared_house, {"client_id": by_header}, basic(by_header, SECRET)).status_code == 200
    assert _revoke(shared_house, {"client_id": by_body, "client_secret": SECRET}).status_code == 200
    assert _revoke(shared_house, {"client_id": public}).status_code == 200


def test_a_developer_who_is_told_of_the_challenge_alone_reads_why(shared_house: House, add: Callable[..., str]) -> None:
    challenge = _revoke(shared_house, {}, basic(add(), "wrong")).headers["WWW-Authenticate"]
    assert challenge.startswith('Basic realm="sluis", charset="UTF-8", error="invalid_client", error_description="Unk')


def test_the_secret_is_form_urlencoded_inside_the_header_or_stands_there_as_it_is(
    shared_house: House, add: Callable[..., str]
) -> None:
    client_id = add(secret=ODD_SECRET)
    assert _revoke(shared_house, {}, basic(client_id, ODD_SECRET)).status_code == 200
    for secret, status in ((ODD_SECRET, 200), (ODD_SECRET + "+", 401), (ODD_SECRET.replace("+", " "), 401)):
        as_it_is = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
        assert _revoke(shared_house, {}, {"Authorization": f"Basic {as_it_is}"}).status_code == status


@pytest.mark.parametrize(
    ("registered", "form", "header"),
    [
        ("client_secret_basic", {"client_secret": SECRET}, None),
        ("client_secret_basic", {}, None),
        ("client_secret_post", {}, SECRET),
        ("client_secret_post", {}, None),
        ("private_key_jwt", {"client_secret": SECRET}, None),
        ("private_key_jwt", {}, SECRET),
        ("private_key_jwt", {}, None),
        ("none", {"client_secret": SECRET}, None),
        ("none", {}, SECRET),
        ("none", {}, ""),
    ],
)
def test_any_other_method_than_the_registered_one_is_refused(
    shared_house: House, add: Callable[..., str], registered: str, form: dict[str, str], header: str | None
) -> None:
    client_id = add(token_endpoint_auth_method=registered)
    headers = None if header is None else basic(client_id, header)
    response = _revoke(shared_house, {"client_id": client_id, **form}, headers)
    assert refused(response, 401) == "invalid_client"
    assert "method" in response.get_json()["error_description"]
    assert response.headers["WWW-Authenticate"].startswith("Basic")


ASSERTION = {
    "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    "client_assertion": "a.b.c",
}


@pytest.mark.parametrize(
    "form",
    [
        {"client_secret": SECRET},
        {"client_secret": "wrong"},
        ASSERTION,
        {"client_assertion": "a.b.c"},
        {"client_assertion_type": ASSERTION["client_assertion_type"]},
    ],
)
def test_two_mechanisms_at_once_are_refused_even_with_the_right_secret(
    shared_house: House, add: Callable[..., str], form: dict[str, str]
) -> None:
    client_id = add()
    assert refused(_revoke(shared_house, form, basic(client_id, SECRET))) == "invalid_request"
    both = {**ASSERTION, **form, "client_id": client_id, "client_secret": SECRET}
    assert refused(_revoke(shared_house, both)) == "invalid_request"


@pytest.mark.parametrize("half", ASSERTION)
def test_half_an_assertion_is_not_overlooked_in_a_client_that_needs_none(
    shared_house: House, add: Callable[..., str], half: str
) -> None:
    form = {"client_id": add(secret=None), half: ASSERTION[half]}
    assert refused(_revoke(shared_house, form), 401) == "invalid_client"


def test_the_right_secret_is_read_from_basic_as_it_is_written_and_from_no_other_scheme(
    shared_house: House, add: Callable[..., str]
) -> None:
    written = _b64(f"{add(secret='shop')}:shop".encode())
    assert written.endswith("cA==")
    for header, status in (
        (f"Basic {written}", 200),
        (f"basic   {written} ", 200),
        (f"Bearer {written}", 401),
        (f"Basic {written[:-4]}cB==", 401),  # decodes to the same
        (f"Basic {written[:8]}\t{written[8:]}", 401),
        (f"Basic {written[:8]}!{written[8:]}", 401),
        (f"Basic {written}=", 401),
    ):
        assert _revoke(shared_house, {}, {"Authorization": header}).status_code == status, header


def test_a_name_in_the_body_that_is_another_than_in_the_header_is_refused(
    shared_house: House, add: Callable[..., str]
) -> None:
    assert refused(_revoke(shared_house, {"client_id": add()}, basic(add(), SECRET))) == "invalid_request"


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic ",
        "Basic !!!",
        "Basic " + _b64(b"no colon"),
        "Basic " + _b64(b"\xff\xfe:\xff"),
        "Basic " + _b64(b"%FF:%FE"),
        "Basic " + _b64(b"shop:secret").rstrip("="),
        "Basic " + _b64(b"shop:secret")[:4] + "\t" + _b64(b"shop:secret")[4:],
        "Basic " + _b64(b"shop:secret").replace("=", "") + "!=",
        "Basic " + _b64(b"a:b!").replace("Q==", "R=="),  # decodes to the same, but is not how it is written
        "Basic " + _b64(b":"),
        "Basic " + _b64(b"\x00:\x00"),
        "Basic " + _b64("ménéer:gehéim".encode()),
        "Basic é",
        "Basic " + "A" * 20_000,
        "Bearer abc",
        "Digest username=x",
        "Basic " + _b64(b"a:b") + ", Basic " + _b64(b"a:b"),
        "",
        " ",
    ],
)
def test_an_odd_header_is_refused_and_never_a_fault_of_ours(shared_house: House, header: str) -> None:
    assert refused(_revoke(shared_house, {}, {"Authorization": header}), 401) == "invalid_client"


@pytest.mark.parametrize("secret", ["", "é", "\x00", "wrong", "\ud800", "x" * 4097, SECRET + "\n", SECRET.upper()])
@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_an_odd_secret_is_refused_and_never_a_fault_of_ours(
    shared_house: House, add: Callable[..., str], method: str, secret: str
) -> None:
    client_id, secret = add(token_endpoint_auth_method=method), secret.encode("utf-8", "replace").decode()
    if method == "client_secret_basic":
        response = _revoke(shared_house, {}, basic(client_id, secret))
    else:
        response = _revoke(shared_house, {"client_id": client_id, "client_secret": secret})
    assert response.status_code in {400, 401}


@pytest.mark.parametrize("name", ["unknown", "é", "\x00", "a b", "x" * 129, "'; DROP TABLE clients; --"])
def test_an_unknown_client_hears_what_a_wrong_secret_hears(
    shared_house: House, add: Callable[..., str], name: str
) -> None:
    unknown = _revoke(shared_house, {}, basic(name, SECRET))
    wrong = _revoke(shared_house, {}, basic(add(), "wrong"))
    assert refused(unknown, 401) == "invalid_client"
    assert unknown.get_json() == wrong.get_json()


def test_a_suspended_client_is_no_client(shared_house: House, add: Callable[..., str]) -> None:
    assert refused(_revoke(shared_house, {}, basic(add(standing="disabled"), SECRET)), 401) == "invalid_client"


def test_while_secrets_overlap_both_work_and_an_expired_one_does_not(
    shared_house: House, add: Callable[..., str]
) -> None:
    client_id, now = add(), shared_house.clock.now
    secrets = [
        [digest("old").hex(), int(now.timestamp()) + 60],
        [digest("new").hex(), None],
        [digest("expired").hex(), int(now.timestamp())],
    ]
    with shared_house.services.database.write() as db:
        db.execute(clients.update().where(clients.c.id == client_id).values(secrets=secrets))
    statuses = {
        name: _revoke(shared_house, {}, basic(client_id, name)).status_code for name in ("old", "new", "expired")
    }
    assert statuses == {"old": 200, "new": 200, "expired": 401}
    shared_house.clock.move(seconds=60)
    assert _revoke(shared_house, {}, basic(client_id, "old")).status_code == 401
    assert _revoke(shared_house, {}, basic(client_id, "new")).status_code == 200


def test_many_wrong_secrets_are_slowed_down_for_that_client_and_source_only(house: House) -> None:
    guessed, other = add_client(house), add_client(house)
    for _ in range(100):
        assert _revoke(house, {}, basic(guessed, "wrong")).status_code == 401
    slowed = _revoke(house, {}, basic(guessed, "wrong"))
    assert refused(slowed, 429) == "slow_down"
    assert 0 < int(slowed.headers["Retry-After"]) <= 901
    assert _revoke(house, {}, basic(other, "wrong")).status_code == 401
    elsewhere = house.browser().post(
        "/revoke", data=TOKEN, headers=basic(guessed, "wrong"), environ_base={"REMOTE_ADDR": "198.51.100.7"}
    )
    assert elsewhere.status_code == 401
    # Nobody can lock a shop out from next door: who knows the secret is not guessing.
    assert _revoke(house, {}, basic(guessed, SECRET)).status_code == 200
    house.clock.move(minutes=15)
    assert _revoke(house, {}, basic(guessed, "wrong")).status_code == 401


def test_the_counters_do_not_tell_whose_secret_is_guessed(shared_house: House, add: Callable[..., str]) -> None:
    client_id = add()
    _revoke(shared_house, {}, basic(client_id, "wrong"))
    with shared_house.services.database.read() as db:
        keys = [row.key for row in db.execute(throttles.select())]
    assert keys
    assert all(client_id.encode() not in key for key in keys)


def test_a_wrong_secret_for_one_client_is_no_attempt_on_another(shared_house: House, add: Callable[..., str]) -> None:
    office = BackOffice(shared_house, add())
    assert office.introspect("unknown") == {"active": False}
