"""Who and what the demo is: its person, its three businesses and where they listen, kept from start to start."""

import json
import os
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.cli.trouble import Trouble
from app.settings import ROOT, Settings

SHOPS = ("trattoria-sole", "blauw-en-zoon", "marktplein")
_FILES = ROOT / "config" / "demo"
_FIRST_SHOP_PORT = 8001
"""The port the first business file names; the others follow."""
_PASSWORD_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""None of them looks like another."""


@dataclass(frozen=True)
class Shop:
    """One demo business: its file as it is applied, with addresses at the port it listens on this time."""

    name: str
    port: int
    file: Mapping[str, Any] = field(repr=False)
    logo: bytes = field(repr=False)
    secret: str = field(repr=False)

    @property
    def address(self) -> str:
        """Where it is visited."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def client_id(self) -> str:
        """What it is to the provider."""
        return str(self.file["clients"][0]["client_id"])


@dataclass(frozen=True)
class DemoData:
    """What is printed, applied and handed to the processes of the demo."""

    email: str = field(repr=False)
    password: str = field(repr=False)
    shops: Mapping[str, Shop]

    def environ(self) -> dict[str, str]:
        """The variables from which ``gathered`` makes the same again."""
        secrets_of = {_variable(shop.file): shop.secret for shop in self.shops.values()}
        return {"SLUIS_DEMO_EMAIL": self.email, "SLUIS_DEMO_PASSWORD": self.password, **secrets_of}


def gathered(settings: Settings, environ: Mapping[str, str]) -> DemoData:
    """E-mail, password and client secrets: given, kept from an earlier start, or made now. The businesses listen
    on the ports after the provider's.
    """
    path = _path(settings)
    try:
        kept = json.loads(path.read_text("utf-8")) if path.exists() else {}
    except (OSError, ValueError):
        raise Trouble(f"{path} cannot be read: remove it to start with a new password.") from None
    shops = {}
    for index, name in enumerate(SHOPS):
        port = settings.server.port + 1 + index
        file = _moved(_FILES / f"{name}.toml", _FIRST_SHOP_PORT + index, port)
        secret = environ.get(_variable(file)) or kept.get("secrets", {}).get(name) or secrets.token_urlsafe(24)
        shops[name] = Shop(name, port, file, (_FILES / f"{name}.png").read_bytes(), secret)
    return DemoData(
        environ.get("SLUIS_DEMO_EMAIL") or kept.get("email") or "sam@example.org",
        environ.get("SLUIS_DEMO_PASSWORD") or kept.get("password") or _new_password(),
        shops,
    )


def keep(settings: Settings, data: DemoData) -> None:
    """Remember what was used, readable by us alone."""
    kept = {
        "email": data.email,
        "password": data.password,
        "secrets": {shop.name: shop.secret for shop in data.shops.values()},
    }
    descriptor = os.open(_path(settings), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(kept, file)


def _path(settings: Settings) -> Path:
    return settings.path(settings.data_folder) / "demo.json"


def _moved(path: Path, written: int, port: int) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8").replace(f"127.0.0.1:{written}", f"127.0.0.1:{port}"))


def _variable(file: Mapping[str, Any]) -> str:
    return str(file["clients"][0]["client_secret_env"])


def _new_password() -> str:
    return "-".join("".join(secrets.choice(_PASSWORD_LETTERS) for _ in range(4)) for _ in range(4))
