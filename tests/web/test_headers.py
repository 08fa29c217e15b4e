"""The security headers stand on every answer, whatever it is."""

from collections.abc import Callable

import pytest

from app.web.headers import allow_form_to
from tests.servers.house import House
from tests.servers.visitor import Visitor, register

EVERYWHERE = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.mark.parametrize(
    "path",
    ["/", "/sign-in", "/account", "/nothing", "/token", "/static/css/base.css", "/static/nothing.css", "/healthz"],
)
def test_every_answer_has_the_security_headers(shared_house: House, path: str) -> None:
    response = Visitor(shared_house).get(path)
    headers = response.headers
    response.close()
    assert {name: headers.get(name) for name in EVERYWHERE} == EVERYWHERE
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "Server" not in headers
    assert "Strict-Transport-Security" not in headers, "over http it would say nothing"


@pytest.mark.parametrize("path", ["/", "/sign-in", "/nothing", "/token", "/static/nothing.css"])
def test_nothing_personal_is_kept_by_a_cache(shared_house: House, path: str) -> None:
    assert Visitor(shared_house).get(path).headers["Cache-Control"] == "no-store"


def test_a_page_differs_by_cookie_and_language(shared_house: House) -> None:
    vary = Visitor(shared_house).get("/sign-in").vary
    assert "Cookie" in vary
    assert "Accept-Language" in vary


@pytest.mark.parametrize(
    ("uri", "source"),
    [
        ("https://shop.example/cb?x=1", "https://shop.example"),
        ("http://127.0.0.1:8001/cb", "http://127.0.0.1:8001"),
        ("com.example.app:/cb", "com.example.app:"),
        ("http://[::1]:51004/cb", "http:"),
    ],
)
def test_a_form_may_end_at_the_one_client_the_page_is_about(shared_house: House, uri: str, source: str) -> None:
    with shared_house.app.test_request_context():
        allow_form_to(uri)
        policy = shared_house.app.process_response(shared_house.app.response_class()).headers["Content-Security-Policy"]
    assert f"form-action 'self' {source};" in policy


@pytest.mark.parametrize("uri", ["https://a.example; script-src *", "https://a.example 'unsafe-inline'", "/local", ""])
def test_no_uri_writes_a_policy_of_its_own(shared_house: House, uri: str) -> None:
    with shared_house.app.test_request_context():
        allow_form_to(uri)
        policy = shared_house.app.process_response(shared_house.app.response_class()).headers["Content-Security-Policy"]
    assert "form-action 'self';" in policy


def test_https_is_said_to_stay_and_cookies_are_held_to_it(make_house: Callable[..., House]) -> None:
    visitor = register(make_house(issuer="https://id.example.org"))
    answers = [visitor.sign_in(visitor.email), visitor.post("/language", {"lang": "nl"}), visitor.post("/sign-out")]
    assert all(answer.headers["Strict-Transport-Security"].startswith("max-age=31536000") for answer in answers)
    cookies = [cookie.split("; ") for answer in answers for cookie in answer.headers.getlist("Set-Cookie")]
    names = {name.partition("=")[0] for name, *_ in cookies}
    assert names == {f"__Host-sluis-{what}" for what in ("form", "session", "known", "language")}
    assert [name for name, *_ in cookies if name == "__Host-sluis-session="], "taken away by the last"
    assert all({"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(flags) for _, *flags in cookies)
    assert not any(flag.startswith("Domain") for _, *flags in cookies for flag in flags)
