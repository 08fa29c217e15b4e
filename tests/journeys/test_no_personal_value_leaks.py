"""A whole journey with values that stand nowhere else, and then a search for them: in the database and in the log."""

from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from app.crypto.digests import digest
from tests.factories import CHALLENGE, REDIRECT_URI, VERIFIER, add_client
from tests.journeys.traces import everything_stored, forms_of
from tests.journeys.traveller import Traveller, page
from tests.redeeming import SECRET, basic, bearer
from tests.servers.running import RunningHouse
from tests.servers.visitor import letters, link_in

EMAIL = "kanarie7d1e@canary.example"
PASSWORD = "kanarie-wachtwoord 93 zeil"
WRONG_PASSWORD = "kanarie-mistypt 17 roer"
IBAN = "NL91ABNA0417164300"
TYPED = {
    "/facts/edit/name": {
        "name": "Zoete Kanarie-4f",
        "given_name": "Kanarievoornaam",
        "family_name": "Kanarieachternaam",
        "nickname": "Kanariebijnaam",
    },
    "/facts/edit/address": {
        "address-country": "NL",
        "address-postal_code": "1015CJ",
        "address-house_number": "12",
        "address-street": "Kanariestraat",
        "address-locality": "Kanariedam",
    },
    "/facts/edit/payment": {
        "payment_account-method": "ideal",
        "payment_account-iban": IBAN,
        "payment_account-holder": "K. Kanarierekening",
    },
}
CANARIES = {
    EMAIL, PASSWORD, WRONG_PASSWORD, IBAN, "NL91 ABNA 0417 1643 00", "Zoete Kanarie-4f", "Kanarievoornaam",
    "Kanarieachternaam", "Kanariebijnaam", "Kanariestraat", "Kanariedam", "Kanarierekening", "4111111111111111",
    VERIFIER, SECRET,
}  # fmt: skip
STATE = "kanarie-verdwaald"
"""The shop's own: kept with its request until that ends, to be given back; never logged."""


def _travel(running: RunningHouse) -> Traveller:
    """Register, fill in, share with a shop, be read by it, and everything that goes wrong on the way."""
    client_id = add_client(running.house, secret=SECRET)
    on = Traveller(running.issuer)
    on.post("/register", {"email": EMAIL, "password": PASSWORD})
    link = link_in(letters(running.house, EMAIL)[-1], "confirm")
    on.secrets.add(link.rpartition("/")[2])
    on.post(link, {})
    on.post("/sign-in", {"email": EMAIL, "password": WRONG_PASSWORD})
    assert on.post("/sign-in", {"email": EMAIL, "password": PASSWORD}).status_code == 303
    for path, form in TYPED.items():
        assert on.post(path, form).status_code == 303, path
    card = {"payment_account-method": "ideal", "payment_account-iban": "4111 1111 1111 1111"}
    assert on.post("/facts/edit/payment", card).status_code == 422
    code = _log_in(on, client_id)
    _redeem(on, client_id, code)
    _stumble(on, client_id, code)
    return on


def _log_in(on: Traveller, client_id: str) -> str:
    """The picker, at medium; the code it ends in."""
    asked = {
        "client_id": client_id,
        "redirect_uri": REDIRECT_URI,
        "response_type": "code",
        "scope": "openid profile email address offline_access identity:low identity:medium",
        "state": STATE,
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        "login_hint": EMAIL,
    }
    at = on.get("/authorize", params=asked)
    while "/consent/" not in at.url:
        assert at.status_code == 303, at.text
        at = on.get(at.headers["Location"])
    on.secrets.add(at.url.rpartition("/")[2])
    picker = page(at)["picker"].fields()
    at = on.post(at.url, {**picker, "profile": "medium", "extra": ["name"], "decision": "share"})
    while not at.headers["Location"].startswith(REDIRECT_URI):
        at = on.get(at.headers["Location"])
    (code,) = parse_qs(urlsplit(at.headers["Location"]).query)["code"]
    on.secrets.add(code)
    return code


def _redeem(on: Traveller, client_id: str, code: str) -> None:
    """Token, userinfo, introspection, refresh: the shop does get the values, or the search below would mean little."""
    headers = basic(client_id, SECRET)
    redeemed = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT_URI}
    tokens = on.call("/token", {**redeemed, "code_verifier": VERIFIER}, headers)
    claims = requests.get(f"{on.issuer}/userinfo", headers=bearer(tokens["access_token"]), timeout=30).json()
    assert (claims["email"], claims["name"]) == (EMAIL, "Zoete Kanarie-4f")
    assert claims["address"]["locality"] == "Kanariedam"
    assert on.call("/introspect", {"token": tokens["access_token"]}, headers)["active"]
    refreshed = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert "access_token" in on.call("/token", refreshed, headers)


def _stumble(on: Traveller, client_id: str, code: str) -> None:
    """Whatever goes wrong with values in the wrong place."""
    headers = basic(client_id, SECRET)
    on.call("/token", {"grant_type": "authorization_code", "code": code, "redirect_uri": EMAIL}, headers)
    on.call("/token", {"grant_type": "password", "username": EMAIL, "password": PASSWORD}, headers)
    on.call("/token", {"grant_type": EMAIL}, basic(EMAIL, PASSWORD))
    for path in (
        f"/{EMAIL}", f"/authorize/{EMAIL}", f"/consent/{PASSWORD}?{EMAIL}", f"/userinfo?access_token={PASSWORD}",
        f"/confirm/{PASSWORD}", f"/authorize?client_id={EMAIL}&redirect_uri=https://{EMAIL}",
        f"/authorize?client_id={client_id}&redirect_uri={REDIRECT_URI}&response_type=code&scope={EMAIL}&prompt={EMAIL}",
    ):  # fmt: skip
        assert on.get(path, headers={"Referer": EMAIL, "User-Agent": EMAIL}).status_code < 500
    requests.get(f"{on.issuer}/userinfo", headers=bearer(PASSWORD), timeout=30)
    requests.post(f"{on.issuer}/clients", json={"client_name": EMAIL, "redirect_uris": [EMAIL]}, timeout=30)
    requests.post(f"{on.issuer}/sign-in", data={"email": EMAIL, "password": PASSWORD}, timeout=30)
    requests.get(f"{on.issuer}/", headers={"Host": EMAIL.partition("@")[2]}, timeout=30)
    on.post("/recover", {"email": EMAIL})
    on.post("/register", {"email": EMAIL, "password": "short"})
    on.post("/sign-in", {"email": "x" * 10_000 + EMAIL, "password": PASSWORD})
    on.post("/sign-out", {})


@pytest.fixture
def travelled(running_house: RunningHouse) -> tuple[RunningHouse, Traveller]:
    return running_house, _travel(running_house)


def test_no_personal_value_and_no_secret_stands_in_the_database_or_the_log(
    travelled: tuple[RunningHouse, Traveller],
) -> None:
    running, traveller = travelled
    log = running.log.read_bytes()
    assert log.count(b'"event": "request"') > 40, "the log was written, at DEBUG"
    stored = everything_stored(running.services.settings.database_url)
    assert digest(SECRET).hex().encode() in stored, "the search looks where values would stand"
    values = CANARIES | {secret for secret in traveller.secrets if len(secret) > 16}
    assert len(values) > len(CANARIES) + 8
    found = {
        (place, value)
        for place, content, own in (("log", log, values | {STATE}), ("database", stored, values))
        for value in own
        if any(form in content for form in forms_of(value))
    }
    assert found == set()
