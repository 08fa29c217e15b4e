"""A person at a browser without a screen: opens pages, fills in forms with their token, follows where they lead."""

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.services import addresses, mail, personas, registration, sign_in
from app.storage import emails
from app.web.current import KNOWN_COOKIE, SESSION_COOKIE, cookie_name
from app.web.language import DEFAULT
from tests import factories
from tests.factories import CHALLENGE, REDIRECT_URI, Shopper
from tests.servers.house import House

PASSWORD = "tuin kachel zwaluw 81"


@dataclass
class Visitor:
    """One browser with its cookies."""

    house: House
    email: str = ""
    client: FlaskClient = field(init=False)
    _token: tuple[str, str] = field(init=False, default=("", ""), repr=False)
    """A form token, and the cookie it belongs to."""

    def __post_init__(self) -> None:
        self.client = self.house.browser()

    @property
    def site(self) -> str:
        """The address the browser knows the house by."""
        return self.house.services.settings.issuer

    def get(self, path: str, **kwargs: Any) -> TestResponse:
        """Open a page; redirects are not followed."""
        return self.client.get(self._path(path), base_url=self.site, **kwargs)

    def post(self, path: str, form: dict[str, Any] | None = None, **kwargs: Any) -> TestResponse:
        """Post a form with the token of the page it stands on."""
        fields = {"csrf_token": self.token(), **(form or {})}
        self.house.clock.move(milliseconds=1)  # so that what happens later is known to be later
        return self.client.post(self._path(path), data=fields, base_url=self.site, **kwargs)

    def token(self) -> str:
        """A CSRF token of this browser, from a page that always has a form, unless it holds one that is still good."""
        token, cookie = self._token
        if not cookie or cookie != self._form_cookie():
            page = self.get("/recover").text
            match = re.search(r'name="csrf_token" value="([^"]+)"', page)
            assert match, "the page has no form"
            token = match.group(1)
            self._token = token, self._form_cookie()
        return token

    def follow(self, response: TestResponse) -> TestResponse:
        """Go where a response sends the browser, to the end."""
        for _ in range(10):
            if response.status_code not in {301, 302, 303, 307, 308}:
                return response
            assert response.status_code == 303, "a redirect is a 303"
            response = self.get(response.headers["Location"])
        raise AssertionError("redirected in circles")

    def sign_in(self, email: str, password: str = PASSWORD, next_path: str = "/account") -> TestResponse:
        """Sign in by the form."""
        return self.post(f"/sign-in?next={next_path}", {"email": email, "password": password})

    def keep(self, cookie: str, value: str) -> None:
        """Take a cookie of the house, as its answer would set it."""
        secure = self.house.services.settings.secure
        host = str(urlsplit(self.site).hostname)
        self.client.set_cookie(cookie_name(cookie, secure=secure), value, domain=host, secure=secure)

    def _form_cookie(self) -> str:
        cookie = self.client.get_cookie(self.house.app.config["SESSION_COOKIE_NAME"], str(urlsplit(self.site).hostname))
        return cookie.value if cookie else ""

    def _path(self, address: str) -> str:
        parts = urlsplit(address)
        return parts.path + (f"?{parts.query}" if parts.query else "")


def address() -> str:
    """An e-mail address nobody has yet."""
    return f"ana.{uuid4().hex[:10]}@canary.example"


def letters(house: House, recipient: str) -> list[mail.Letter]:
    """The mail waiting for an address, oldest first."""
    return [letter for letter in reversed(mail.latest(house.services)) if letter.recipient == recipient]


def link_in(letter: mail.Letter, below: str) -> str:
    """The path of the link in a mail, which must lead to a page of this kind."""
    match = re.search(rf"^https?://[^/\s]+(/{below}/[\w-]+)$", letter.text, re.MULTILINE)
    assert match, letter.text
    return match.group(1)


def words(response: TestResponse) -> str:
    """The text of a page, tags taken out."""
    body = response.text.partition("<body")[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def register(house: House, email: str = "", password: str = PASSWORD) -> Visitor:
    """A new account, confirmed, in a browser that is signed in: by what its forms call, of which others tell."""
    email = email or address()
    visitor, services, clock = Visitor(house, email), house.services, house.clock
    asked = registration.Asked(email, password)
    source = "127.0.0.1"
    registration.register(services, asked, language=DEFAULT, next_path=None, source=source, now=clock.now)
    secret = link_in(letters(house, email)[-1], "confirm").rpartition("/")[2]
    registration.confirm(services, secret, clock.move(milliseconds=1))
    now = clock.move(milliseconds=1)
    signed_in = sign_in.sign_in(services, email, password, source=source, over=None, now=now)
    visitor.keep(SESSION_COOKIE, signed_in.secret)
    visitor.keep(KNOWN_COOKIE, signed_in.browser)
    return visitor


def begin_login(visitor: Visitor, client_id: str, scope: str = "openid identity:low", **more: str) -> str:
    """Come from a shop with a request that needs a screen; returns the path the login goes on at."""
    asked = {
        "client_id": client_id,
        "redirect_uri": REDIRECT_URI,
        "response_type": "code",
        "scope": scope,
        "state": "a-state",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **more,
    }
    response = visitor.get(f"/authorize?{urlencode(asked)}")
    assert response.status_code == 303, words(response)
    screen = urlsplit(response.location)
    if screen.path.startswith("/consent/"):
        return screen.path.replace("/consent/", "/authorize/")
    return parse_qs(screen.query)["next"][0]


def shopper(house: House, visitor: Visitor) -> Shopper:
    """The person behind a visitor, with their first persona."""
    with house.services.database.read() as db:
        account = emails.account(db, addresses.index(house.services, visitor.email))
    assert account is not None
    first = personas.of_person(house.services, account.person_id)[0]
    return Shopper(account.person_id, first.id, visitor.email)


def signed_in(house: House, person: Shopper) -> Visitor:
    """Their browser, in English, where they are signed in."""
    visitor = Visitor(house, person.email)
    factories.sign_in(house, visitor.client, person)
    visitor.client.set_cookie("sluis-language", "en")
    return visitor
