"""The shop of the README works as it is pasted, with the id that the command above it brings."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import requests
from playwright.sync_api import Page

from app.cli.places import is_answered
from app.settings import ROOT
from tests.servers.ports import free_port
from tests.servers.running import DemoTown, wait_until

README = (ROOT / "README.md").read_text("utf-8")


def pasted(pattern: str, port: int, issuer: str) -> str:
    """What the README prints, at the addresses of this test."""
    (found,) = re.findall(pattern, README, re.DOTALL)
    return str(found).replace("http://localhost:8000", issuer).replace("127.0.0.1:8010", f"127.0.0.1:{port}")


def test_the_shop_of_the_readme_works_as_it_is_pasted(town: DemoTown, page: Page, tmp_path: Path) -> None:
    port = free_port()
    asked = json.loads(pasted(r"-d '(\{.*?\})'", port, town.issuer))
    client = requests.post(f"{town.issuer}/clients", json=asked, timeout=10).json()
    shop = pasted(r"```python\n(.*?)```", port, town.issuer)
    for name in ("client_id", "client_secret"):
        shop = shop.replace(f"the {name} of the answer", client[name])
    (tmp_path / "shop.py").write_text(shop, "utf-8")
    environ = {"PATH": os.environ["PATH"]}  # noqa: TID251 - another program's
    flask = [sys.executable, "-m", "flask", "--app", "shop", "run", "--port", str(port)]
    with subprocess.Popen(flask, cwd=tmp_path, env=environ, stderr=subprocess.DEVNULL) as process:
        wait_until(lambda: is_answered(port))
        page.goto(f"http://127.0.0.1:{port}/")
        page.fill("#login-email", town.email)
        page.fill("#login-password", town.password)
        page.click("#login-submit")
        page.check("#level-low")
        page.click("#picker-share")
        received = json.loads(page.locator("body").inner_text())
        process.kill()
    assert received["email"] == town.email
    assert (received["data_level"], "address" in received) == ("low", False)
