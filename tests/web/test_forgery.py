"""A form counts only when it was posted from a page of ours."""

from time import time

import pytest
from itsdangerous import TimestampSigner

from tests.servers.house import House
from tests.servers.visitor import Visitor, register, words

LEAVE = "/sign-out"
OPEN_TO_OTHERS = {
    "authorize",
    "business_api",
    "clients",
    "oauth",
    "pushed",
    "sign_out",
    "ssf",
}
"""The only nouns that others may post to, besides a link that says who may. No view acts on a cookie alone."""


@pytest.mark.parametrize(
    "form", [{}, {"csrf_token": ""}, {"csrf_token": "made-up"}, {"csrf_token": "IjAwIg.aaaa.bbbb"}]
)
def test_without_a_token_of_this_browser_nothing_happens(house: House, form: dict[str, str]) -> None:
    visitor = register(house)
    refused = visitor.client.post(LEAVE, data=form, base_url=visitor.site)
    assert refused.status_code == 403
    assert 'id="error-code">form_expired<' in refused.text
    assert visitor.get("/account").status_code == 200


@pytest.mark.parametrize("sent", ["", 'of-another-site="; sluis-form=hidden; more="'])
def test_a_browser_that_sends_no_cookie_of_ours_is_told_what_to_do(shared_house: House, sent: str) -> None:
    visitor = Visitor(shared_house)
    refused = visitor.client.post("/sign-in", headers={"Cookie": sent}, base_url=visitor.site)
    assert refused.status_code == 403
    assert 'id="error-code">no_cookie<' in refused.text
    assert "Sta cookies toe voor localhost" in words(refused)
    assert 'href="/sign-in"' in refused.text


def test_the_token_of_another_browser_is_worth_nothing(house: House) -> None:
    visitor, other = register(house), Visitor(house)
    refused = visitor.client.post(LEAVE, data={"csrf_token": other.token()}, base_url=visitor.site)
    assert refused.status_code == 403
    assert visitor.get("/account").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost:8001"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost:8000"},
    ],
)
def test_a_form_from_elsewhere_is_refused_even_with_the_token(house: House, headers: dict[str, str]) -> None:
    visitor = register(house)
    assert visitor.post(LEAVE, headers=headers).status_code == 403
    assert visitor.get("/account").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://localhost:8000"},
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_our_own_page_is_believed(house: House, headers: dict[str, str]) -> None:
    visitor = register(house)
    assert visitor.post(LEAVE, headers=headers).status_code == 303


def test_a_page_that_was_left_open_for_days_can_still_be_sent(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = register(house)
    form = {"csrf_token": visitor.token()}
    days_later = int(time()) + 3 * 24 * 3600
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _signer: days_later)
    assert visitor.client.post(LEAVE, data=form, base_url=visitor.site).status_code == 303


def test_a_link_from_another_site_opens_a_page_of_ours(house: House) -> None:
    from_webmail = {"Sec-Fetch-Site": "cross-site"}
    assert register(house).get("/account", headers=from_webmail).status_code == 200


def test_every_page_that_takes_a_post_refuses_a_forged_one(shared_house: House) -> None:
    app, visitor = shared_house.app, register(shared_house)
    opened = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if getattr(app.view_functions[rule.endpoint], "open_to_others", False)
    }
    assert {each for each in opened if each.partition(".")[0] not in OPEN_TO_OTHERS} == {"cases.answer"}
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or set()) or rule.endpoint in opened:
            continue
        path = rule.rule.replace("<", "").replace(">", "").replace("int:", "")
        refused = visitor.client.post(path, data={}, base_url=visitor.site)
        assert refused.status_code == 403, rule.rule
        assert "form_expired" in refused.text or "csrf" in words(refused).lower(), rule.rule


def test_a_page_from_before_signing_in_or_out_is_opened_again_by_a_button(house: House) -> None:
    visitor = register(house)
    refused = visitor.client.post("/account/password?next=/help", data={"csrf_token": "old"}, base_url=visitor.site)
    assert 'href="/account/password?next=/help"' in refused.text
    nothing_to_open = visitor.client.post(LEAVE, data={"csrf_token": "old"}, base_url=visitor.site)
    assert f'href="{LEAVE}"' not in nothing_to_open.text
    named_by_a_stranger = visitor.client.post("/account/password?next=//evil.example", base_url=visitor.site)
    assert named_by_a_stranger.status_code == 403
