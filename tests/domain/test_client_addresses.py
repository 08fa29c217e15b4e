import pytest

from app.domain.client_addresses import (
    ADDED_AT_LOGIN,
    ADDED_AT_LOGOUT,
    LONGEST_URI,
    delivery_address_problem,
    host_of,
    is_mail_address,
    origin,
    redirect_uri_problem,
    web_address_problem,
)

GOOD = [
    "https://rp.test/cb",
    "https://rp.test",
    "https://rp.test/cb?tenant=1&x=%20",
    "https://rp.test/.well-known/cb/...?back=../..",
    "https://rp.test/a%2Fb",
    "https://rp.test:8443/cb",
    "https://RP.test/CB",
    "https://sub.sub.rp-test.example/cb",
    "https://xn--mnchen-3ya.example/",
    "https://xn--mnchen-2-65a.example/",  # a number and a hyphen are of every script
    "https://xn--r8jz45g.example/",  # hiragana and kanji belong together
]
HOSTILE = [
    None,
    7,
    "",
    ["https://rp.test"],
    "https://" + "a" * LONGEST_URI,
    "http://rp.test/cb",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "vbscript:x",
    "blob:https://rp.test/1",
    "ftp://rp.test/",
    "/cb",
    "//rp.test/cb",
    "rp.test/cb",
    "https://*.rp.test/cb",
    "https://rp.test/*",
    "https://",
    "https:///cb",
    "https://10.0.0.1/cb",
    "https://93.184.216.34/cb",
    "https://[::1]/cb",
    "https://[v1.x]/cb",
    "https://[2001:db8::1]/cb",
    "https://[broken/cb",
    "https://2130706433/cb",
    "https://0x7f.1/cb",
    "https://0177.0.0.1/cb",
    "https://127.1/cb",
    "https://localhost/cb",
    "https://localhost./cb",
    "https://intranet/cb",
    "https://shop/cb",
    "https://shop.local/cb",
    "https://shop.internal/cb",
    "https://rp.test./cb",
    "https://rp..test/cb",
    "https://-rp.test/cb",
    "https://rp_.test/cb",
    "https://rp.test@evil.test/cb",
    "https://user:pass@rp.test/cb",
    "https://evil.test\\@rp.test/cb",
    "https://rp.test%00.evil.test/cb",
    "https://rp.test/cb#fragment",
    "https://rp.test/cb#",
    "https://rp.test:/cb",
    "https://rp.test:0/cb",
    "https://rp.test:99999/cb",
    "https://rp.test:x/cb",
    "https://rp.test/a b",
    "https://rp.test/\tcb",
    "https://rp.test/\ncb",
    "https://rp.test/\x00",
    'https://rp.test/"><script>',
    "https://rp.test/a/../cb",
    "https://rp.test/./cb",
    "https://rp.test/..",
    "https://rp.test/a/%2E./cb",
    "https://rp.test/a%2f..%2Fcb",
    "https://rp.test/cb%00",
    "https://rp.test/cb?x=%0d%0aSet-Cookie:x",
    "https://rp.test/cb%7f",
    "https://rp.test/%zz",
    "https://rp.test/cb?x=%",
    "https://münchen.example/",
    "https://xn--pple-43d.example/",  # a Cyrillic a before pple
    "https://xn--shop-y76a.example/",  # shop and a space of no width
    "https://xn--0/",
    "https://xn--99999999999.example/",
    "https://rp.test/\ud800",
]


@pytest.mark.parametrize("uri", GOOD)
def test_an_https_address_of_a_public_host_is_good_for_everything(uri: str) -> None:
    assert redirect_uri_problem(uri, native=False) is None
    assert redirect_uri_problem(uri, native=True) is None
    assert web_address_problem(uri) is None


@pytest.mark.parametrize("uri", HOSTILE)
def test_anything_else_is_refused(uri: object) -> None:
    assert redirect_uri_problem(uri, native=False)
    assert redirect_uri_problem(uri, native=True)
    assert redirect_uri_problem(uri, native=False, exempt_hosts=["127.0.0.1"])
    assert web_address_problem(uri) or str(uri) == "https://rp.test/*"  # a page may have any path


@pytest.mark.parametrize("query", [*(f"x=1&{name}=1" for name in sorted(ADDED_AT_LOGIN)), "code", "%63ode=1"])
def test_what_an_answer_adds_is_not_in_the_address_already(query: str) -> None:
    for address in (f"https://rp.test/cb?{query}", f"com.example.app:/cb?{query}"):
        assert "which is added" in str(redirect_uri_problem(address, native=True))
    after_logout = redirect_uri_problem(f"https://rp.test/cb?{query}", native=False, added=ADDED_AT_LOGOUT)
    assert (after_logout is None) == ("state" not in query)
    assert redirect_uri_problem("https://rp.test/cb?postcode=1&State=1&codex&x=code", native=False) is None


@pytest.mark.parametrize(
    "uri",
    ["http://127.0.0.1/cb", "http://127.0.0.1:51004/cb", "http://[::1]:51004/cb", "http://localhost/cb"],
)
def test_only_a_native_client_may_use_loopback(uri: str) -> None:
    assert redirect_uri_problem(uri, native=True) is None
    problem = str(redirect_uri_problem(uri, native=False))
    assert problem.startswith("must use https, and must have a ")
    assert problem.endswith(", unless application_type is native")


@pytest.mark.parametrize("uri", ["com.example.app:/cb", "com.example.app://cb", "nl.shop.app-2:/cb?x=1"])
def test_only_a_native_client_may_use_a_scheme_of_its_own(uri: str) -> None:
    assert redirect_uri_problem(uri, native=True) is None
    assert redirect_uri_problem(uri, native=False) == "must use https, unless application_type is native"


@pytest.mark.parametrize("uri", ["myapp:/cb", "http://127.0.0.1.evil.test/cb", "http://127.0.0.1:80@evil.test/cb"])
def test_a_native_client_may_use_nothing_that_merely_looks_like_it(uri: str) -> None:
    assert redirect_uri_problem(uri, native=True)


def test_a_host_exempt_in_development_may_use_http_and_be_private() -> None:
    for uri in ("http://127.0.0.1:8001/cb", "https://127.0.0.1/cb"):
        assert redirect_uri_problem(uri, native=False, exempt_hosts=["127.0.0.1"]) is None
        assert web_address_problem(uri, exempt_hosts=["127.0.0.1"]) is None
    assert redirect_uri_problem("http://shop.example/cb", native=False) == "must use https"
    for script in ("javascript://127.0.0.1/alert(1)", "javascript://127.0.0.1/%0aalert(1)"):
        assert redirect_uri_problem(script, native=False, exempt_hosts=["127.0.0.1"])
        assert web_address_problem(script, exempt_hosts=["127.0.0.1"])


@pytest.mark.parametrize(
    ("uri", "sentence"),
    [
        ("", "must be an address"),
        ("/cb", "must be an absolute address"),
        ("https://[::1]/cb", "must have a host name, not an IP address"),
        ("http://rp.test/*", "must not contain a wildcard, and must use https"),
        ("http://10.0.0.1/cb", "must use https, and must have a host name, not an IP address"),
        (
            "https://me@rp.test/..#x",
            "must not have a fragment, and must not have a user name, and must not have . or .. in its path",
        ),
        (
            "https://rp.test/%zz*",
            "has a percent sign without two hexadecimal digits, and must not contain a wildcard",
        ),
        ("myapp:/*?a", "must not contain a wildcard, and must use https"),
    ],
)
def test_a_client_is_told_all_that_is_wrong_with_its_address(uri: str, sentence: str) -> None:
    assert redirect_uri_problem(uri, native=False) == sentence


@pytest.mark.parametrize(
    ("uri", "good"),
    [
        ("https://rp.test/events", True),
        ("https://rp.test:443/events", True),
        ("https://rp.test:8443/events", False),
        ("http://127.0.0.1:9000/events", True),
        ("http://rp.test/events", False),
        (None, False),
    ],
)
def test_what_is_sent_goes_to_the_usual_port_of_https_but_for_an_exempt_host(uri: object, *, good: bool) -> None:
    assert (delivery_address_problem(uri, exempt_hosts=["127.0.0.1"]) is None) is good


def test_what_is_sent_to_is_told_all_that_is_wrong_too() -> None:
    assert web_address_problem("http://rp.test/#x") == "must not have a fragment, and must use https"
    problem = "must not have a user name, and must use https, and must be on the usual port of https"
    assert delivery_address_problem("http://me@rp.test:81/", exempt_hosts=["127.0.0.1"]) == problem


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("privacy@rp.test", True),
        ("a.b+c@Mail.RP.test", True),
        ("a" * 246 + "@rp.test", True),
        ("a" * 247 + "@rp.test", False),
        ("privacy", False),
        ("@rp.test", False),
        ("privacy@localhost", False),
        ("privacy@rp..test", False),
        ("a..b@rp.test", False),
        ("a:b@rp.test", False),
        ("=?utf-8?q?privacy?=@rp.test", False),
        ("privacy=shop?x=@rp.test", True),
        ("Shop <privacy@rp.test>", False),
        (None, False),
        (7, False),
    ],
)
def test_a_mail_address_is_one_plain_mailbox_at_a_domain(text: object, *, good: bool) -> None:
    assert is_mail_address(text) is good


def test_an_address_may_be_held_to_a_shorter_length() -> None:
    assert web_address_problem("https://rp.test/12345", longest=20)
    assert web_address_problem("https://rp.test/1234", longest=20) is None


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("https://RP.test/cb", "https://rp.test"),
        ("https://rp.test:443/cb", "https://rp.test"),
        ("https://rp.test:8443/cb", "https://rp.test:8443"),
        ("http://127.0.0.1:8001/cb", "http://127.0.0.1:8001"),
        ("http://localhost:80/", "http://localhost"),
        ("http://[::1]:9/cb", "http://[::1]:9"),
        ("com.example.app:/cb", None),
        ("com.example.app://cb", None),
        ("https:///cb", None),
    ],
)
def test_the_origin_of_an_address_is_what_a_browser_would_say(uri: str, expected: str | None) -> None:
    assert origin(uri) == expected


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("https://RP.test:8443/cb", "rp.test:8443"),
        ("http://[::1]:9/cb", "[::1]:9"),
        ("com.example.app:/cb", "com.example.app"),
        ("com.example.app://bank.example/cb", "com.example.app"),
    ],
)
def test_people_are_told_the_host_of_an_address_and_of_an_app_its_own_scheme(uri: str, expected: str) -> None:
    assert host_of(uri) == expected
