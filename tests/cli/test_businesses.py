"""`sluis businesses` and `sluis clients`."""

from datetime import UTC, datetime

import pytest

from app.crypto.digests import digest
from app.services import clients, logos
from app.settings import ROOT
from app.storage import parties
from tests.cli.conftest import Installation

DEMO = sorted((ROOT / "config" / "demo").glob("*.toml"))
SECRETS = {
    "SLUIS_CLIENT_SECRET_BLAUW": "b" * 32,
    "SLUIS_CLIENT_SECRET_MARKTPLEIN": "m" * 32,
    "SLUIS_CLIENT_SECRET_TRATTORIA": "t" * 32,
}
SHOP = """
[business]
id = "shop"
name = "Shop"
legal_name = "Shop B.V."
website = "https://shop.example"
country = "NL"
privacy_contact = "privacy@shop.example"
description = {nl = "Een winkel.", en = "A shop."}

[[clients]]
client_id = "shop-web"
redirect_uris = ["https://shop.example/callback"]

[intended_use.low]
purposes = ["account"]
retention = "P1M"
ground = "consent"
required = ["email"]
optional = []
benefit = {nl = "Inloggen.", en = "Log in."}
"""


@pytest.fixture
def shop(ready: Installation) -> Installation:
    """An installation that knows the shop above."""
    assert ready.within("businesses", "apply", ready.file("shop.toml", SHOP)).status == 0
    return ready


@pytest.mark.parametrize("file", DEMO, ids=lambda path: path.stem)
def test_every_business_of_the_demo_applies_and_applied_again_changes_nothing(ready: Installation, file: str) -> None:
    apply = ["businesses", "apply", str(file)]
    dry = ready.within(*apply, "--dry-run", environ=SECRETS)
    assert (dry.status, dry.out[-1]) == (0, "Nothing was changed yet.")
    without = ready.within(*apply, "--dry-run")
    assert (without.status, without.out) == (1, dry.out)
    assert "which is not set" in without.err[0]
    assert without.err[-1] == "Applied like this, the file would be refused."
    first = ready.within(*apply, environ=SECRETS)
    assert first.out == [*dry.out[:-1], "Applied."]
    assert ready.within(*apply, environ=SECRETS).out == ["Nothing changes."]


def test_a_dry_run_shows_what_would_change_and_changes_nothing(shop: Installation) -> None:
    changed = shop.file("changed.toml", SHOP.replace("P1M", "P2M").replace("A shop.", "The shop."))
    dry = shop.within("businesses", "apply", changed, "--dry-run")
    assert dry.out == [
        "~ business shop: details.description.en: 'A shop.' -> 'The shop.'",
        "~ business shop: intended_use.low.retention: 'P1M' -> 'P2M'",
        "Nothing was changed yet.",
    ]
    assert shop.within("businesses", "apply", shop.file("shop.toml", SHOP)).out == ["Nothing changes."]
    assert shop.within("businesses", "apply", changed).out == [*dry.out[:-1], "Applied."]


def test_a_client_without_a_secret_gets_one_shown_once(ready: Installation) -> None:
    path = ready.file("shop.toml", SHOP)
    first = ready.within("businesses", "apply", path)
    (line,) = [line for line in first.out if "shown this once" in line]
    assert len(line.rpartition(" ")[2]) >= 40
    assert not any("shown this once" in line for line in ready.within("businesses", "apply", path).out)


def test_a_secret_comes_from_a_file_beside_the_business_file(ready: Installation) -> None:
    ready.file("secret.txt", "s" * 40 + "\n")
    path = ready.file("shop.toml", SHOP.replace("redirect_uris", 'client_secret_file = "secret.txt"\nredirect_uris'))
    assert ready.within("businesses", "apply", path).out == ["+ business shop", "+ client shop-web", "Applied."]
    with ready.services() as services, services.database.read() as db:
        client = parties.find_client(db, "shop-web")
    assert client is not None
    assert client.secrets == [[digest("s" * 40).hex(), None]]  # without the end of the line


@pytest.mark.parametrize("command", [("businesses", "apply"), ("people", "import")])
def test_why_a_file_cannot_be_read_is_told_and_not_that_it_is_not_there(
    ready: Installation, command: tuple[str, str]
) -> None:
    """Who types as root reads as another user. A loop of links is unreadable to root too."""
    loop = ready.folder / "loop.toml"
    loop.symlink_to(loop)
    assert ready.within(*command, str(loop)).err == [f"{loop} cannot be read (Too many levels of symbolic links)."]


def test_every_secret_that_is_not_there_is_told(ready: Installation) -> None:
    (file,) = [path for path in DEMO if "marktplein" in path.name]
    said = ready.within("businesses", "apply", str(file))
    assert said.err == ["marktplein-card: its secret is expected in SLUIS_CLIENT_SECRET_MARKTPLEIN, which is not set"]
    path = ready.file("shop.toml", SHOP.replace("redirect_uris", 'client_secret_file = "no.txt"\nredirect_uris'))
    assert ready.within("businesses", "apply", path).err == ["shop-web: its client_secret_file cannot be read"]


def test_a_short_secret_is_refused_by_the_name_of_its_client_alone(ready: Installation) -> None:
    ready.file("secret.txt", "geheim")
    path = ready.file("shop.toml", SHOP.replace("redirect_uris", 'client_secret_file = "secret.txt"\nredirect_uris'))
    said = ready.within("businesses", "apply", path)
    assert said.err == ["shop-web: its secret must have at least 22 characters"]


def test_every_problem_of_a_file_is_told_with_its_place(ready: Installation) -> None:
    wrong = SHOP.replace('["account"]', '["spying"]').replace("https://shop.example/c", "http://shop.example/c")
    said = ready.within("businesses", "apply", ready.file("shop.toml", wrong.replace('"NL"', '"Holland"')))
    assert (said.status, said.out) == (1, [])
    assert {line.partition(":")[0] for line in said.err} == {
        "business.country",
        "clients[0].redirect_uris[0]",
        "intended_use.low.purposes",
    }


def test_a_file_may_begin_with_the_mark_of_windows_editors(shop: Installation) -> None:
    assert shop.within("businesses", "apply", shop.file("marked.toml", f"\ufeff{SHOP}")).out == ["Nothing changes."]


@pytest.mark.parametrize("text", ["= nothing", "\udc80".encode("utf-8", "surrogatepass").decode("latin-1") + "="])
def test_a_file_that_is_no_toml_is_told(ready: Installation, text: str) -> None:
    path = ready.file("shop.toml", text)
    (line,) = ready.within("businesses", "apply", path).err
    assert line.startswith(f"{path}: ")


def test_a_logo_that_cannot_be_fetched_is_told_and_the_file_applied(
    ready: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logos, "_fetched", lambda *_: None)
    path = ready.file("shop.toml", SHOP.replace("[[clients]]", 'logo_uri = "https://shop.example/l.png"\n[[clients]]'))
    said = ready.within("businesses", "apply", path)
    assert (said.status, said.out[-1]) == (0, "Applied.")
    assert said.err == ["The logo could not be fetched: a letter is shown. Apply the file again to try again."]


def test_businesses_and_clients_are_listed_and_whom_nobody_verified(shop: Installation) -> None:
    with shop.services() as services:
        document = {"redirect_uris": ["https://other.example/back"]}
        other = clients.register(services, document, None, "127.0.0.1", datetime.now(UTC))
    lines = sorted(shop.within("businesses", "list").out, key=lambda line: line.startswith("shop"))
    assert [line.split("  ")[1:] for line in lines] == [
        ["other.example", "self-registered", "active"],
        ["Shop", "verified", "active"],
    ]
    listed = {line.split("  ")[1]: line for line in shop.within("clients", "list").out}
    assert listed.keys() == {"shop-web", other.client_id}
    assert listed["shop-web"] == "shop  shop-web  client_secret_basic  active"


def test_a_file_in_another_encoding_is_told(ready: Installation) -> None:
    path = ready.folder / "shop.toml"
    path.write_bytes("name = 'José'".encode("cp1252"))
    assert ready.within("businesses", "apply", str(path)).err == [f"{path} is not a text in UTF-8."]


def test_a_client_is_disabled_and_applying_does_not_lift_that_but_says_so(shop: Installation) -> None:
    assert shop.within("clients", "disable", "shop-web").out == ["shop-web is disabled."]
    said = shop.within("businesses", "apply", shop.file("shop.toml", SHOP))
    assert said.out == ["Nothing changes."]
    assert said.err == ["shop-web is disabled and stays so; to let it work: sluis clients enable shop-web"]
    assert shop.within("clients", "list").out[0].endswith("disabled")
    assert shop.within("clients", "enable", "shop-web").out == ["shop-web is active."]
    assert shop.within("clients", "list").out[0].endswith("active")


def test_a_secret_is_rotated_and_shown_once(shop: Installation) -> None:
    rotated_at = datetime.now(UTC)
    (line,) = shop.within("clients", "rotate-secret", "shop-web").out
    assert line.startswith("The new secret of shop-web, shown this once: ")
    with shop.services() as services, services.database.read() as db:
        client = parties.find_client(db, "shop-web")
    assert client is not None
    (new, end), (_, overlap_end) = client.secrets
    assert (new, end) == (digest(line.rpartition(" ")[2]).hex(), None)
    assert 0 <= overlap_end - int(rotated_at.timestamp()) - 24 * 3600 < 20


def test_an_initial_access_token_is_made_and_revoked_once(shop: Installation) -> None:
    (token,) = shop.within("clients", "initial-token", "for the web team").out
    assert shop.within("clients", "revoke-initial-token", token).out == ["Revoked."]
    for unusable in (token, "-ylEtp-V", "-Nchr", "--ylEtp"):
        again = shop.within("clients", "revoke-initial-token", unusable)
        assert (again.status, again.err) == (1, ["There is no such initial access token."])


@pytest.mark.parametrize("command", ["disable", "enable"])
def test_a_client_that_is_not_there_is_told(ready: Installation, command: str) -> None:
    said = ready.within("clients", command, "nobody")
    assert (said.status, said.err) == (1, ["There is no client nobody: see `sluis clients list`."])


def test_a_client_without_a_secret_has_none_to_rotate(ready: Installation) -> None:
    said = ready.within("clients", "rotate-secret", "nobody")
    assert (said.status, said.err) == (
        1,
        ["nobody is not a client that uses a secret: see `sluis clients list`."],
    )
