"""A visitor's browser without a screen: follows links and submits the forms that a page really has."""

import json
import re
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import requests
from flask import Flask


class Visitor:
    """One browser with its cookies, at one shop."""

    def __init__(self, shop: str, language: str = "en", *, app: Flask | None = None) -> None:
        self.shop = shop
        self._app = app
        self.session = requests.Session()
        self.session.headers["Accept-Language"] = language

    @property
    def app(self) -> Flask:
        """The shop behind the address, for a look at what it keeps."""
        assert self._app is not None
        return self._app

    def get(self, path: str, **params: str) -> "SeenPage":
        return SeenPage(self.session.get(urljoin(self.shop, path), params=params, timeout=10))

    def log_in(self, page: str = "/") -> "SeenPage":
        """Press the login button of this page."""
        return self.get(self.get(page).link("sluis-login"))

    def submit(self, page: "SeenPage", action: str, **fields: str | list[str]) -> "SeenPage":
        """Submit the form with this action, hidden fields and all."""
        form = page.form(action)
        return SeenPage(self.session.post(urljoin(self.shop, action), data={**form, **fields}, timeout=10))

    def close(self) -> None:
        self.session.close()


class SeenPage:
    """What the browser shows after all redirects."""

    def __init__(self, response: requests.Response) -> None:
        self.response = response
        self.status = response.status_code
        self.url = response.url
        self.text = response.text
        self._reader = _Reader()
        self._reader.feed(self.text)

    def has(self, element_id: str) -> bool:
        return element_id in self._reader.ids

    def attribute(self, element_id: str, name: str) -> str | None:
        return self._reader.ids[element_id].get(name)

    def link(self, element_id: str) -> str:
        return self._reader.ids[element_id]["href"] or ""

    def form(self, action: str) -> dict[str, str]:
        return self._reader.forms[action]

    def json(self, element_id: str) -> Any:
        """Read the JSON that a ``pre`` shows."""
        found = re.search(rf'<pre id="{element_id}"[^>]*>(.*?)</pre>', self.text, re.DOTALL)
        assert found, f"no {element_id} on {self.url}"
        return json.loads(unescape(found[1]))

    @property
    def words(self) -> str:
        return " ".join(" ".join(self._reader.words).split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: dict[str, dict[str, str | None]] = {}
        self.forms: dict[str, dict[str, str]] = {}
        self.words: list[str] = []
        self._form: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if element_id := found.get("id"):
            self.ids[element_id] = found
        if tag == "form":
            self._form = self.forms.setdefault(found.get("action") or "", {})
        if tag == "input" and found.get("type") == "hidden":
            self._form[found["name"] or ""] = found["value"] or ""

    def handle_data(self, data: str) -> None:
        self.words.append(data)
