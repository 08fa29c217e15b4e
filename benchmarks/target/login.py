"""Signs a scripted browser in and shares level low once, as a person would; afterwards every login is silent."""

import re
from html import unescape
from urllib.parse import urlencode, urljoin


def login(target, browser, scope):  # noqa: ANN001, ANN201 - the harness's own types
    """Called before each authorize request; does nothing once the login is remembered."""
    query = {
        "response_type": "code",
        "client_id": target.client["id"],
        "redirect_uri": target.client["redirect_uri"],
        "scope": scope,
        "state": "warm-up",
    }
    url, body = f"{target.path('authorize')}?{urlencode(query)}", None
    for _ in range(12):
        method = "GET" if body is None else "POST"
        status, headers, text, at = browser.request(method, url, body, {"Origin": target.base})
        if status in {302, 303}:
            url, body = urljoin(at, {name.lower(): value for name, value in headers}["location"]), None
            if url.startswith(target.client["redirect_uri"]):
                return
            continue
        body = _answer(text, target.cfg["login"])
        url = at
    raise RuntimeError("the login did not end")


def _answer(page, person):  # noqa: ANN001, ANN202
    hidden = [
        (re.search('name="([^"]*)"', field)[1], unescape(re.search('value="([^"]*)"', field)[1]))
        for field in re.findall('<input[^>]*type="hidden"[^>]*>', _form(page))
    ]
    if "login-password" in page:
        fields = re.findall('<input[^>]*id="login-(email|password)"[^>]*>', page)
        names = [re.search('name="([^"]*)"', tag)[1] for tag in re.findall('<input[^>]*id="login-[a-z]+"[^>]*>', page)]
        return hidden + [
            (name, person["username"] if kind == "email" else person["password"])
            for kind, name in zip(fields, names, strict=True)
        ]
    if 'id="picker"' in page:
        return [*hidden, ("profile", "low"), ("decision", "share")]
    raise RuntimeError(f"a page nobody expected: {page[:400]}")


def _form(page):  # noqa: ANN001, ANN202
    forms = re.findall("<form.*?</form>", page, re.DOTALL)
    return next(form for form in forms if "login-password" in form or 'id="picker"' in form)
