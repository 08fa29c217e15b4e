"""Shared Signals Framework 1.0, CAEP 1.0 and its interoperability profile: a transmitter as its receivers see it."""

import json
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.domain.events import EventType
from app.domain.streams import MOST_STREAMS, POLL, PUSH, SHORTEST_VERIFICATION_S
from app.jobs.event_delivery import EventDelivery
from app.storage.tables.streams import stream_exclusions, streams
from tests.factories import add_person
from tests.redeeming import header_of, refused
from tests.servers.house import House
from tests.streams import EVERYTHING, OWN, STANDARD, VERIFICATION, Business, Giver, new_business, new_giver

ISSUER = "http://localhost:8000"
HOOK = "https://shop.example/events"
DEVICE = "https://schemas.openid.net/secevent/caep/event-type/device-compliance-change"
NOBODY = "0" * 32


def run(house: House) -> None:
    """Let the worker run once, and wait for what it began."""
    job = EventDelivery()
    job.run(house.services, house.clock.now)
    assert job.receivers.wait(20)


def collected(business: Business, stream: dict[str, Any]) -> list[dict[str, Any]]:
    """The claims of everything that waits on a stream, none acknowledged."""
    run(business.house)
    return [business.claims(token) for token in business.poll(stream)["sets"].values()]


def types(claims: list[dict[str, Any]]) -> list[str]:
    return [next(iter(each["events"])) for each in claims]


# Metadata


def test_the_metadata_says_what_works(shared_house: House) -> None:
    response = shared_house.browser().get("/.well-known/ssf-configuration")
    assert (response.status_code, response.content_type) == (200, "application/json")
    assert response.headers["Cache-Control"].startswith("public, max-age=")
    told = response.get_json()
    assert told == {
        "spec_version": "1_0",
        "issuer": ISSUER,
        "jwks_uri": f"{ISSUER}/jwks",
        "delivery_methods_supported": [PUSH, POLL],
        "configuration_endpoint": f"{ISSUER}/ssf/streams",
        "status_endpoint": f"{ISSUER}/ssf/status",
        "add_subject_endpoint": f"{ISSUER}/ssf/subjects/add",
        "remove_subject_endpoint": f"{ISSUER}/ssf/subjects/remove",
        "verification_endpoint": f"{ISSUER}/ssf/verify",
        "authorization_schemes": [{"spec_urn": "urn:ietf:rfc:6749"}],
        "default_subjects": "ALL",
    }


def test_the_metadata_of_another_issuer_is_not_here(shared_house: House) -> None:
    assert shared_house.browser().get("/.well-known/ssf-configuration/other").status_code == 404


def test_a_receiver_can_find_out_which_tokens_open_the_endpoints(shared_house: House) -> None:
    told = shared_house.browser().get("/.well-known/oauth-protected-resource").get_json()
    assert told["authorization_servers"] == [ISSUER]
    assert told["scopes_supported"] == ["ssf.read", "ssf.manage"]


# Authorization

CALLS = [
    ("GET", "/ssf/streams", None),
    ("POST", "/ssf/streams", {}),
    ("PATCH", "/ssf/streams", {"stream_id": NOBODY}),
    ("PUT", "/ssf/streams", {"stream_id": NOBODY}),
    ("DELETE", f"/ssf/streams?stream_id={NOBODY}", None),
    ("GET", f"/ssf/status?stream_id={NOBODY}", None),
    ("POST", "/ssf/status", {"stream_id": NOBODY, "status": "paused"}),
    ("POST", "/ssf/subjects/add", {"stream_id": NOBODY, "subject": {"format": "email", "email": "a@b.example"}}),
    ("POST", "/ssf/subjects/remove", {"stream_id": NOBODY, "subject": {"format": "email", "email": "a@b.example"}}),
    ("POST", "/ssf/verify", {"stream_id": NOBODY}),
    ("POST", f"/ssf/poll/{NOBODY}", {"returnImmediately": True}),
]
READS = {("GET", "/ssf/streams"), ("GET", f"/ssf/status?stream_id={NOBODY}"), ("POST", f"/ssf/poll/{NOBODY}")}


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_without_a_token_every_endpoint_asks_for_one(business: Business, method: str, path: str, body: Any) -> None:
    response = business.call(method, path, None, json=body)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="sluis"'


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_a_token_that_is_none_is_refused_everywhere(business: Business, method: str, path: str, body: Any) -> None:
    response = business.call(method, path, "made.up", json=body)
    assert refused(response, 401) == "invalid_token"
    assert 'error="invalid_token"' in response.headers["WWW-Authenticate"]


@pytest.mark.parametrize(("method", "path", "body"), [call for call in CALLS if call[:2] not in READS])
def test_a_token_for_reading_changes_nothing(business: Business, method: str, path: str, body: Any) -> None:
    response = business.call(method, path, business.token("ssf.read"), json=body)
    assert refused(response, 403) == "insufficient_scope"
    assert 'Bearer realm="sluis", error="insufficient_scope"' in response.headers["WWW-Authenticate"]


def test_a_token_for_reading_reads_and_fetches(business: Business) -> None:
    stream, token = business.new_stream(), business.token("ssf.read")
    stream_id = stream["stream_id"]
    assert business.call("GET", f"/ssf/streams?stream_id={stream_id}", token).status_code == 200
    assert business.call("GET", f"/ssf/status?stream_id={stream_id}", token).status_code == 200
    polled = business.call("POST", f"/ssf/poll/{stream_id}", token, json={"returnImmediately": True})
    assert polled.status_code == 200


def test_a_token_in_the_address_is_refused(business: Business) -> None:
    response = business.call("GET", f"/ssf/streams?access_token={business.token()}", None)
    assert refused(response) == "invalid_request"


@pytest.mark.parametrize(("method", "path", "body"), [call for call in CALLS if NOBODY in str(call)])
def test_an_unknown_stream_is_not_found(business: Business, method: str, path: str, body: Any) -> None:
    assert refused(business.call(method, path, json=body), 404) == "not_found"


@pytest.mark.parametrize(("method", "path", "body"), [call for call in CALLS if NOBODY in str(call)])
def test_a_stream_of_another_business_does_not_exist(business: Business, method: str, path: str, body: Any) -> None:
    other = new_business(business.house)
    theirs = other.new_stream()
    text = json.dumps([path, body]).replace(NOBODY, theirs["stream_id"])
    path, body = json.loads(text)
    assert refused(business.call(method, path, json=body), 404) == "not_found"
    assert other.call("GET", f"/ssf/streams?stream_id={theirs['stream_id']}").get_json() == theirs


@pytest.mark.parametrize("name", ["", "x", "\x00" * 32, "0" * 33, "%00", "../../x"])
def test_a_name_that_is_none_of_ours_is_not_found(business: Business, name: str) -> None:
    body = {"stream_id": name, "status": "paused"}
    assert refused(business.call("POST", "/ssf/status", json=body), 404) == "not_found"


# Streams


def test_a_stream_has_all_that_the_framework_asks(business: Business) -> None:
    stream = business.new_stream(HOOK, [*STANDARD, DEVICE], description="Till")
    assert stream == {
        "stream_id": stream["stream_id"],
        "iss": ISSUER,
        "aud": business.client_id,
        "delivery": {"method": PUSH, "endpoint_url": HOOK},
        "events_supported": STANDARD,
        "events_requested": [*STANDARD, DEVICE],
        "events_delivered": STANDARD,
        "min_verification_interval": SHORTEST_VERIFICATION_S,
        "description": "Till",
    }


def test_without_delivery_a_stream_s_events_are_fetched_at_an_address_of_its_own(business: Business) -> None:
    stream = business.call("POST", "/ssf/streams", json={"events_requested": STANDARD}).get_json()
    other = business.new_stream()
    assert stream["delivery"]["method"] == POLL
    assert stream["delivery"]["endpoint_url"] == f"{ISSUER}/ssf/poll/{stream['stream_id']}"
    assert stream["delivery"]["endpoint_url"] != other["delivery"]["endpoint_url"]


def test_what_is_not_asked_is_not_delivered(business: Business) -> None:
    assert business.new_stream(requested=[])["events_delivered"] == []


def test_our_own_events_are_there_for_who_asks_for_them_by_name(business: Business) -> None:
    assert not set(OWN) & set(business.new_stream(requested=STANDARD)["events_supported"])
    stream = business.new_stream(requested=[STANDARD[0], OWN[0]])
    assert stream["events_supported"] == [*STANDARD, OWN[0]]
    assert stream["events_delivered"] == [STANDARD[0], OWN[0]]


def test_a_stream_is_read_as_it_was_made_and_listed(business: Business) -> None:
    assert business.call("GET", "/ssf/streams").get_json() == []
    one, two = business.new_stream(HOOK), business.new_stream()
    assert business.call("GET", f"/ssf/streams?stream_id={one['stream_id']}").get_json() == one
    listed = business.call("GET", "/ssf/streams").get_json()
    assert sorted(listed, key=json.dumps) == sorted([one, two], key=json.dumps)


def test_there_are_only_so_many_streams(business: Business) -> None:
    for _ in range(MOST_STREAMS):
        business.new_stream()
    assert refused(business.call("POST", "/ssf/streams", json={}), 409) == "invalid_request"


def test_streams_are_not_made_and_deleted_without_end(business: Business) -> None:
    token = business.token()
    statuses = [business.call("POST", "/ssf/streams", token, json={"delivery": {}}).status_code for _ in range(101)]
    assert statuses == [400] * 100 + [429]


def test_a_patch_changes_what_it_names_and_nothing_else(business: Business) -> None:
    stream = business.new_stream(HOOK, STANDARD, description="Till")
    beside = business.new_stream(HOOK, STANDARD, description="Web")
    patch = {"stream_id": stream["stream_id"], "events_requested": EVERYTHING}
    changed = business.call("PATCH", "/ssf/streams", json=patch)
    expected = stream | dict.fromkeys(("events_supported", "events_requested", "events_delivered"), EVERYTHING)
    assert (changed.status_code, changed.get_json()) == (200, expected)
    assert business.call("GET", f"/ssf/streams?stream_id={stream['stream_id']}").get_json() == expected
    assert business.call("GET", f"/ssf/streams?stream_id={beside['stream_id']}").get_json() == beside


def test_a_put_deletes_what_it_does_not_name(business: Business) -> None:
    stream = business.new_stream(HOOK, EVERYTHING, description="Till")
    put = {"stream_id": stream["stream_id"], "events_requested": [STANDARD[0]]}
    changed = business.call("PUT", "/ssf/streams", json=put).get_json()
    assert "description" not in changed
    assert changed["events_delivered"] == [STANDARD[0]]
    assert changed["delivery"]["method"] == POLL


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_what_was_read_can_be_written_back(business: Business, method: str) -> None:
    stream = business.new_stream(HOOK, EVERYTHING, description="Till")
    written = business.call(method, "/ssf/streams", json=stream)
    assert (written.status_code, written.get_json()) == (200, stream)


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://elsewhere.example"},
        {"aud": "somebody"},
        {"events_delivered": [DEVICE]},
        {"events_supported": []},
        {"min_verification_interval": 0},
        {"delivery": {"method": POLL, "endpoint_url": "https://elsewhere.example"}},
    ],
)
def test_what_the_transmitter_says_cannot_be_changed(business: Business, method: str, wrong: dict[str, Any]) -> None:
    stream = business.new_stream()
    response = business.call(method, "/ssf/streams", json={"stream_id": stream["stream_id"], **wrong})
    assert refused(response) == "invalid_request"
    assert business.call("GET", f"/ssf/streams?stream_id={stream['stream_id']}").get_json() == stream


BAD_BODIES = [b"", b"{", b"[]", b'"x"', b'{"delivery": {}, "delivery": {}}', b'{"description": "\\ud800"}', b"\xff"]
BAD_WISHES = [
    {"delivery": "push"},
    {"delivery": {"method": "urn:ietf:rfc:0"}},
    {"delivery": {"method": PUSH}},
    {"delivery": {"method": PUSH, "endpoint_url": 7}},
    {"delivery": {"method": PUSH, "endpoint_url": "http://shop.example/events"}},
    {"delivery": {"method": PUSH, "endpoint_url": "https://10.0.0.1/events"}},
    {"delivery": {"method": PUSH, "endpoint_url": "https://shop.example:8443/events"}},
    {"delivery": {"method": PUSH, "endpoint_url": "https://metadata.internal/"}},
    {"delivery": {"method": PUSH, "endpoint_url": HOOK, "authorization_header": "a\r\nX-Evil: b"}},
    {"delivery": {"method": PUSH, "endpoint_url": HOOK, "authorization_header": "é"}},
    {"delivery": {"method": PUSH, "endpoint_url": HOOK, "authorization_header": ""}},
    {"events_requested": "all"},
    {"events_requested": [7]},
    {"events_requested": [""]},
    {"events_requested": ["x"] * 51},
    {"description": 7},
    {"description": "two\nlines"},
]


@pytest.mark.parametrize("body", BAD_BODIES)
@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT"])
def test_a_body_that_cannot_be_read_is_refused(business: Business, method: str, body: bytes) -> None:
    response = business.call(method, "/ssf/streams", data=body, headers={"Content-Type": "application/json"})
    assert refused(response) == "invalid_request"


@pytest.mark.parametrize("wish", BAD_WISHES)
def test_a_wish_that_cannot_be_met_is_refused_and_its_place_named(business: Business, wish: dict[str, Any]) -> None:
    response = business.call("POST", "/ssf/streams", json=wish)
    assert refused(response) == "invalid_request"
    assert all(fault["place"].startswith(next(iter(wish))) for fault in response.get_json()["faults"])
    stream = business.new_stream()
    patch = {"stream_id": stream["stream_id"], **wish}
    assert refused(business.call("PATCH", "/ssf/streams", json=patch)) == "invalid_request"


def test_a_body_without_a_stream_is_refused(business: Business) -> None:
    for method, path in [("PATCH", "/ssf/streams"), ("PUT", "/ssf/streams"), ("POST", "/ssf/verify")]:
        assert refused(business.call(method, path, json={})) == "invalid_request"
    assert refused(business.call("DELETE", "/ssf/streams")) == "invalid_request"
    assert refused(business.call("GET", "/ssf/status")) == "invalid_request"


def test_a_long_description_of_a_stream_is_cut(business: Business) -> None:
    assert business.new_stream(description="x" * 900)["description"] == "x" * 500


def test_a_deleted_stream_is_gone_with_all_that_waited(business: Business, giver: Giver) -> None:
    stream, other = business.new_stream(), new_business(business.house)
    theirs = other.new_stream()
    giver.stop()
    run(business.house)
    response = business.call("DELETE", f"/ssf/streams?stream_id={stream['stream_id']}")
    assert (response.status_code, response.data) == (204, b"")
    assert refused(business.call("GET", f"/ssf/streams?stream_id={stream['stream_id']}"), 404) == "not_found"
    assert other.call("GET", f"/ssf/streams?stream_id={theirs['stream_id']}").get_json() == theirs


def test_the_header_of_pushes_is_sealed_and_never_told(business: Business) -> None:
    delivery = {"authorization_header": "Bearer zilverreiger-canary"}
    stream = business.new_stream(HOOK, delivery=delivery)
    listed = business.call("GET", "/ssf/streams").text
    assert "canary" not in json.dumps(stream) + listed
    with business.house.services.database.read() as db:
        row = db.execute(streams.select().where(streams.c.id == stream["stream_id"])).one()
    assert row.authorization_sealed
    assert not any("canary" in str(value) for value in row)


# Status


def test_a_new_stream_is_enabled(business: Business) -> None:
    stream = business.new_stream()
    response = business.call("GET", f"/ssf/status?stream_id={stream['stream_id']}")
    assert (response.status_code, response.get_json()) == (
        200,
        {"stream_id": stream["stream_id"], "status": "enabled"},
    )


@pytest.mark.parametrize("status", ["paused", "disabled", "enabled"])
def test_a_status_is_set_with_its_reason_and_read_back(business: Business, status: str) -> None:
    stream_id = business.new_stream()["stream_id"]
    wanted = {"stream_id": stream_id, "status": status, "reason": "Moving"}
    response = business.call("POST", "/ssf/status", json=wanted)
    assert (response.status_code, response.get_json()) == (200, wanted)
    assert business.call("GET", f"/ssf/status?stream_id={stream_id}").get_json() == wanted


@pytest.mark.parametrize(
    "wrong",
    [{}, {"status": "off"}, {"status": None}, {"status": {}}, {"status": "paused", "reason": 7},
     {"status": "paused", "reason": "x" * 201}, {"status": "paused", "reason": "\x00"}],
)  # fmt: skip
def test_a_status_that_does_not_exist_is_refused(business: Business, wrong: dict[str, Any]) -> None:
    stream_id = business.new_stream()["stream_id"]
    assert refused(business.call("POST", "/ssf/status", json={"stream_id": stream_id, **wrong})) == "invalid_request"


def _set(business: Business, stream: dict[str, Any], status: str) -> None:
    wanted = {"stream_id": stream["stream_id"], "status": status}
    assert business.call("POST", "/ssf/status", json=wanted).status_code == 200


def test_a_paused_stream_holds_its_events_until_it_is_enabled(business: Business, giver: Giver) -> None:
    stream = business.new_stream(requested=STANDARD)
    giver.announce(EventType.SESSION_REVOKED)
    _set(business, stream, "paused")
    giver.announce(EventType.SESSION_REVOKED)
    assert collected(business, stream) == []
    _set(business, stream, "enabled")
    assert len(collected(business, stream)) == 2


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_a_stream_that_is_changed_stays_paused_and_says_why(business: Business, method: str) -> None:
    stream = business.new_stream(requested=STANDARD)
    path = f"/ssf/status?stream_id={stream['stream_id']}"
    paused = {"stream_id": stream["stream_id"], "status": "paused", "reason": "Moving house"}
    assert business.call("POST", "/ssf/status", json=paused).status_code == 200
    change = {"stream_id": stream["stream_id"], "events_requested": EVERYTHING}
    assert business.call(method, "/ssf/streams", json=change).status_code == 200
    assert business.call("GET", path).get_json() == paused


def test_a_disabled_stream_drops_its_events(business: Business, giver: Giver) -> None:
    stream = business.new_stream(requested=STANDARD)
    giver.announce(EventType.SESSION_REVOKED)
    run(business.house)
    _set(business, stream, "disabled")
    giver.announce(EventType.SESSION_REVOKED)
    assert collected(business, stream) == []
    _set(business, stream, "enabled")
    assert collected(business, stream) == []


# Subjects


def _choose(business: Business, stream: dict[str, Any], act: str, subject: Any) -> TestResponse:
    body = {"stream_id": stream["stream_id"], "subject": subject, "verified": True}
    return business.call("POST", f"/ssf/subjects/{act}", json=body)


@pytest.mark.parametrize(
    "subject",
    [{"format": "email", "email": "a@b.example"}, {"format": "iss_sub", "iss": ISSUER, "sub": "nobody"},
     {"format": "iss_sub", "iss": "https://other.example", "sub": "x"}, {"format": "iss_sub", "iss": ISSUER, "sub": 7},
     {"format": "iss_sub", "iss": ISSUER, "sub": "a\x00b"}, {"format": "opaque", "id": "x"}],
)  # fmt: skip
def test_a_subject_we_do_not_know_is_taken_in_silence(business: Business, subject: dict[str, Any]) -> None:
    stream = business.new_stream()
    added = _choose(business, stream, "add", subject)
    removed = _choose(business, stream, "remove", subject)
    assert (added.status_code, added.data, removed.status_code, removed.data) == (200, b"", 204, b"")


def test_a_subject_of_another_business_is_kept_nowhere(business: Business, giver: Giver) -> None:
    stream, elsewhere = business.new_stream(), new_giver(new_business(business.house))
    for sub in (elsewhere.grant.sub, giver.grant.sub):
        assert _choose(business, stream, "remove", {"format": "iss_sub", "iss": ISSUER, "sub": sub}).status_code == 204
    with business.house.services.database.read() as db:
        kept = select(stream_exclusions.c.sub).where(stream_exclusions.c.stream_id == stream["stream_id"])
        assert db.execute(kept).scalars().all() == [giver.grant.sub]


@pytest.mark.parametrize("other", [{"iss": "https://other.example"}, {"format": "opaque"}])
def test_a_subject_is_taken_off_by_the_very_name_our_events_have_for_it(
    business: Business, giver: Giver, other: dict[str, Any]
) -> None:
    stream = business.new_stream(requested=STANDARD)
    subject = {"format": "iss_sub", "iss": ISSUER, "sub": giver.grant.sub} | other
    assert _choose(business, stream, "remove", subject).status_code == 204
    giver.announce(EventType.SESSION_REVOKED)
    assert len(collected(business, stream)) == 1


@pytest.mark.parametrize("subject", [None, "x", {}, {"email": "a@b.example"}, {"format": 7}])
def test_a_subject_without_a_format_is_refused(business: Business, subject: Any) -> None:
    assert refused(_choose(business, business.new_stream(), "add", subject)) == "invalid_request"


def test_nothing_is_told_about_a_subject_that_was_taken_off_until_it_is_back(business: Business, giver: Giver) -> None:
    stream = business.new_stream(requested=STANDARD)
    subject = {"format": "iss_sub", "iss": ISSUER, "sub": giver.grant.sub}
    giver.announce(EventType.SESSION_REVOKED)
    run(business.house)
    assert _choose(business, stream, "remove", subject).status_code == 204
    giver.announce(EventType.SESSION_REVOKED)
    beside = new_giver(business)
    beside.announce(EventType.SESSION_REVOKED)
    run(business.house)
    assert _choose(business, stream, "remove", subject).status_code == 204
    (left,) = collected(business, stream)
    assert left["sub_id"]["sub"] == beside.grant.sub
    assert _choose(business, stream, "add", subject).status_code == 200
    giver.announce(EventType.SESSION_REVOKED)
    assert len(collected(business, stream)) == 2


# Verification


def test_a_verification_is_delivered_with_the_state_asked(business: Business) -> None:
    stream = business.new_stream(requested=[])
    body = {"stream_id": stream["stream_id"], "state": "VGhpcyBpcw=="}
    response = business.call("POST", "/ssf/verify", json=body)
    assert (response.status_code, response.data) == (204, b"")
    (claims,) = collected(business, stream)
    assert claims["sub_id"] == {"format": "opaque", "id": stream["stream_id"]}
    assert claims["events"] == {VERIFICATION: {"state": "VGhpcyBpcw=="}}
    assert (claims["iss"], claims["aud"]) == (stream["iss"], stream["aud"])
    assert not {"sub", "exp"} & claims.keys()


def test_a_verification_asked_without_a_state_has_none(business: Business) -> None:
    stream = business.new_stream()
    business.call("POST", "/ssf/verify", json={"stream_id": stream["stream_id"]})
    assert [claims["events"] for claims in collected(business, stream)] == [{VERIFICATION: {}}]


def test_a_disabled_stream_is_sent_no_verification_later_either(business: Business) -> None:
    stream = business.new_stream()
    _set(business, stream, "disabled")
    assert business.call("POST", "/ssf/verify", json={"stream_id": stream["stream_id"]}).status_code == 204
    _set(business, stream, "enabled")
    assert collected(business, stream) == []


@pytest.mark.parametrize("state", [7, {}, "x" * 1001, "a\x00b"])
def test_a_state_that_is_no_text_is_refused(business: Business, state: Any) -> None:
    body = {"stream_id": business.new_stream()["stream_id"], "state": state}
    assert refused(business.call("POST", "/ssf/verify", json=body)) == "invalid_request"


def test_verifications_have_their_interval(business: Business) -> None:
    body = {"stream_id": business.new_stream()["stream_id"]}
    assert business.call("POST", "/ssf/verify", json=body).status_code == 204
    again = business.call("POST", "/ssf/verify", json=body)
    assert refused(again, 429) == "slow_down"
    assert int(again.headers["Retry-After"]) <= SHORTEST_VERIFICATION_S
    business.house.clock.move(seconds=SHORTEST_VERIFICATION_S)
    assert business.call("POST", "/ssf/verify", json=body).status_code == 204


# Security event tokens


def test_a_token_has_the_claims_of_the_framework_and_no_others(business: Business, giver: Giver) -> None:
    stream = business.new_stream(requested=STANDARD)
    txn = giver.announce(EventType.SESSION_REVOKED)
    run(business.house)
    ((jti, token),) = business.poll(stream)["sets"].items()
    header = header_of(token)
    assert (header["typ"], header["alg"]) == ("secevent+jwt", "RS256")
    now = int(business.house.clock.now.timestamp())
    assert business.claims(token) == {
        "iss": ISSUER,
        "aud": business.client_id,
        "iat": now,
        "jti": jti,
        "txn": txn,
        "sub_id": {"format": "iss_sub", "iss": ISSUER, "sub": giver.grant.sub},
        "events": {
            STANDARD[0]: {
                "event_timestamp": now,
                "initiating_entity": "user",
                "reason_admin": {"en": "Access to this data has ended."},
                "reason_user": {
                    "en": "Access to this data has ended.",
                    "nl": "De toegang tot deze gegevens is gestopt.",
                },
            }
        },
    }


def test_changed_claims_are_named_and_their_values_are_not(business: Business, giver: Giver) -> None:
    stream = business.new_stream(requested=STANDARD)
    giver.announce(EventType.TOKEN_CLAIMS_CHANGE, claims=["address"], removed=["phone_number"])
    (claims,) = collected(business, stream)
    assert claims["events"][STANDARD[1]]["claims"] == {"address": None, "phone_number": None}


def test_our_own_event_names_its_grant_and_what_it_says(business: Business, giver: Giver) -> None:
    stream = business.new_stream(requested=OWN)
    giver.announce(EventType.DATA_CHANGED, claims=["address"], removed=[])
    (claims,) = collected(business, stream)
    told = claims["events"][EventType.DATA_CHANGED.value]
    assert (told["grant_id"], told["claims"], told["removed"]) == (giver.grant.id, ["address"], [])


def test_an_end_by_the_term_is_the_policy_s_doing(business: Business, giver: Giver) -> None:
    stream = business.new_stream(requested=OWN)
    giver.announce(EventType.CONSENT_EXPIRED)
    (claims,) = collected(business, stream)
    assert claims["events"][EventType.CONSENT_EXPIRED.value]["initiating_entity"] == "policy"


def test_stopping_is_told_as_an_end_of_the_session_and_a_withdrawal_of_one_act(
    business: Business, giver: Giver
) -> None:
    stream = business.new_stream()
    giver.stop()
    claims = collected(business, stream)
    assert set(types(claims)) == {EventType.SESSION_REVOKED, EventType.CONSENT_WITHDRAWN}
    assert len({each["txn"] for each in claims}) == 1
    assert len({each["jti"] for each in claims}) == 2


def test_sharing_less_is_told_with_both_levels_and_what_went(business: Business, giver: Giver) -> None:
    stream = business.new_stream()
    giver.step_down()
    told = {next(iter(each["events"])): each for each in collected(business, stream)}
    change = told[EventType.CONSENT_CHANGED.value]["events"][EventType.CONSENT_CHANGED.value]
    assert (change["level_before"], change["level"]) == ("medium", "low")
    assert change["claims_removed"] == ["address"]
    standard = told[EventType.TOKEN_CLAIMS_CHANGE.value]
    assert standard["events"][EventType.TOKEN_CLAIMS_CHANGE.value]["claims"] == {"address": None}
    assert len({each["txn"] for each in told.values()}) == 1


def test_only_who_asked_is_told_and_only_what_was_asked(business: Business, giver: Giver) -> None:
    standard, everything, nothing = (
        business.new_stream(requested=STANDARD),
        business.new_stream(),
        business.new_stream(requested=[]),
    )
    giver.stop()
    assert types(collected(business, standard)) == [EventType.SESSION_REVOKED]
    assert len(collected(business, everything)) == 2
    assert collected(business, nothing) == []


def test_nobody_is_told_of_another_business(business: Business, giver: Giver) -> None:
    other = new_business(business.house)
    theirs = new_giver(other, person=giver.person)
    ours_stream, their_stream = business.new_stream(), other.new_stream()
    giver.stop()
    assert len(collected(business, ours_stream)) == 2
    assert collected(other, their_stream) == []
    theirs.stop()
    subjects = {each["sub_id"]["sub"] for each in collected(other, their_stream)}
    assert subjects == {theirs.grant.sub} != {giver.grant.sub}


def test_no_token_holds_a_value_of_the_person(business: Business) -> None:
    person = add_person(business.house, name="Zilver Reigercanary", address={"locality": "Reigercanarystad"})
    giver = new_giver(business, person=person)
    stream = business.new_stream()
    giver.step_down()
    giver.stop()
    text = json.dumps(collected(business, stream))
    assert "anary" not in text
    assert person.email not in text


def test_what_is_no_longer_asked_is_not_sent_any_more(business: Business, giver: Giver) -> None:
    stream = business.new_stream()
    giver.stop()
    run(business.house)
    patch = {"stream_id": stream["stream_id"], "events_requested": STANDARD}
    assert business.call("PATCH", "/ssf/streams", json=patch).status_code == 200
    assert types(collected(business, stream)) == [EventType.SESSION_REVOKED]
