"""What reaches the log, and what cannot."""

import errno
import json
import logging
from collections.abc import Callable, Iterator
from io import StringIO

import pytest

from app import logs
from app.web.application import build_app
from tests.factories import add_client, add_person, share, sign_in
from tests.servers.house import House
from tests.servers.visitor import Visitor
from tests.shops import Shop

CANARY = "kanarie-8231"


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, object]]]]:
    """Log as a running process does, at DEBUG; call it for the lines so far."""
    before = {name: logging.getLogger(name).level for name in ("sluis", "authlib", "")}
    handlers = logging.getLogger().handlers[:]
    raising = logging.raiseExceptions
    logs.configure("DEBUG")
    (handler,) = logging.getLogger().handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(written := StringIO())
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    logging.captureWarnings(capture=False)
    logging.raiseExceptions = raising
    logging.getLogger().handlers = handlers
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


def test_a_field_that_is_not_allowed_is_dropped(lines: Callable[[], list[dict[str, object]]]) -> None:
    logging.getLogger("sluis.web").info("request", extra={"status": 200, "email": CANARY})
    (line,) = lines()
    assert (line["event"], line["status"]) == ("request", 200)
    assert CANARY not in json.dumps(line)


def test_an_argument_of_a_sentence_is_dropped(lines: Callable[[], list[dict[str, object]]]) -> None:
    logging.getLogger("sluis.jobs").warning("mail to %s failed", CANARY)
    (line,) = lines()
    assert line["event"] == "mail to %s failed"


def test_an_exception_is_its_type_without_text_and_trace(lines: Callable[[], list[dict[str, object]]]) -> None:
    try:
        raise ValueError(CANARY)
    except ValueError:
        logging.getLogger("sluis.web").exception("broken")
    (line,) = lines()
    assert line["error"] == "ValueError"
    assert CANARY not in json.dumps(line)


def test_a_fault_of_the_system_has_the_name_of_what_is_wrong_and_not_of_what_it_is_wrong_with() -> None:
    assert logs.kind_of(OSError(errno.ENOSPC, "No space left", CANARY)) == "OSError ENOSPC"
    assert logs.kind_of(FileNotFoundError(errno.ENOENT, "No such file", CANARY)) == "FileNotFoundError"


def test_of_a_library_only_the_place_is_kept(lines: Callable[[], list[dict[str, object]]]) -> None:
    logging.getLogger("urllib3.connectionpool").warning(f"retrying https://shop.example/?code={CANARY}")  # noqa: G004
    logging.getLogger("urllib3.connectionpool").info(CANARY)
    logging.getLogger("authlib.oauth2").debug(CANARY)
    (line,) = lines()
    assert line["event"] == "said by a library"
    assert str(line["at"]).startswith("test_logs:")


def test_a_line_break_cannot_begin_a_line(lines: Callable[[], list[dict[str, object]]]) -> None:
    logging.getLogger("sluis.web").info("request", extra={"why": 'a\n{"event": "forged"}'})
    (line,) = lines()
    assert line["why"] == 'a\n{"event": "forged"}'


def test_a_request_is_one_line_with_the_route_and_never_the_address(
    house: House, lines: Callable[[], list[dict[str, object]]]
) -> None:
    browser = build_app(house.services, clock=house.clock).test_client()
    site = house.services.settings.issuer
    browser.get(f"/authorize/{CANARY}?code={CANARY}", base_url=site, headers={"User-Agent": CANARY, "Referer": CANARY})
    browser.get(f"/{CANARY}", base_url=site)
    browser.post("/token", base_url=site, data={"grant_type": CANARY, "client_id": CANARY, "code": CANARY})
    browser.open("/sign-in", base_url=site, method=CANARY.upper())
    said = lines()
    assert [(line["method"], line["route"], line["status"]) for line in said] == [
        ("GET", "/authorize/<handle>", 404),
        ("GET", "none", 404),
        ("POST", "/token", 400),
        ("other", "none", 405),
    ]
    assert [line.get("outcome") for line in said] == ["request_unknown", None, "unsupported_grant_type", None]
    assert CANARY not in json.dumps(said)


def test_what_becomes_of_a_login_stands_in_its_line_with_whose_it_was(
    house: House, lines: Callable[[], list[dict[str, object]]]
) -> None:
    shop, nora, browser = Shop(house, add_client(house)), add_person(house), house.browser()
    Visitor(house).sign_in(nora.email, CANARY)
    grant = share(house, nora, shop.client_id)
    sign_in(house, browser, nora)
    shop.begin(browser)
    shop.begin(browser, prompt="none", scope="openid identity:high")
    shop.begin(browser, scope=CANARY)
    shop.begin(browser, redirect_uri=CANARY)
    browser.post("/sign-out", base_url=house.services.settings.issuer)
    said = [
        line for line in lines() if line.get("route") in {"/sign-in", "/authorize", "/sign-out"} and "outcome" in line
    ]
    assert [(line["outcome"], line.get("client_id"), line.get("grant_id")) for line in said] == [
        ("wrong_password", None, None),
        ("granted", shop.client_id, grant.id),
        ("consent_required", shop.client_id, None),
        ("invalid_scope", shop.client_id, None),
        ("invalid_request", None, None),
        ("form_expired", None, None),
    ]
    assert CANARY not in json.dumps(said)
