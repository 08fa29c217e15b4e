"""A person at a browser on a real socket, who remembers every secret that passes."""

import re
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlsplit

import requests
from werkzeug.test import TestResponse

from tests.pages import Page


@dataclass
class Traveller:
    """A browser and a shop's back office on real sockets, which remember every secret that passes."""

    issuer: str
    browser: requests.Session = field(default_factory=requests.Session)
    secrets: set[str] = field(default_factory=set)

    def get(self, path: str, **options: Any) -> requests.Response:
        """Open a page; redirects are not followed."""
        return self._remembered(
            self.browser.get(self.issuer + _path(path), allow_redirects=False, timeout=30, **options)
        )

    def post(self, path: str, form: dict[str, Any]) -> requests.Response:
        """Post a form of ours, with the token of a page."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.get("/recover").text)
        assert token
        fields = {"csrf_token": token.group(1), **form}
        return self._remembered(
            self.browser.post(self.issuer + _path(path), data=fields, allow_redirects=False, timeout=30)
        )

    def call(self, path: str, form: dict[str, str], headers: dict[str, str]) -> dict[str, Any]:
        """A call of the shop itself; secrets in the answer are remembered."""
        answer: dict[str, Any] = requests.post(self.issuer + path, data=form, headers=headers, timeout=30).json()
        self.secrets |= {str(value) for name, value in answer.items() if name.endswith("_token")}
        return answer

    def _remembered(self, response: requests.Response) -> requests.Response:
        self.secrets |= {cookie.value for cookie in self.browser.cookies if cookie.value}
        return response


def _path(address: str) -> str:
    parts = urlsplit(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def page(response: requests.Response) -> Page:
    """What a browser shows of an answer; it is an assertion that it is a page."""
    seen = SimpleNamespace(
        status_code=response.status_code, mimetype="text/html", text=response.text, headers=response.headers
    )
    return Page(cast(TestResponse, seen))
