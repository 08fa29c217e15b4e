"""What the guide for businesses prints is taken as it is printed, and names every key there is."""

import json
import re
import tomllib
from typing import Any

from app.domain.business_file import read_business_file
from app.domain.client_metadata import read_client_metadata
from app.domain.intended_use_file import LEVEL_KEYS, read_intended_use
from app.domain.policy_file import read_policy
from app.settings import ROOT
from tests.domain.test_business_file import RULES

GUIDE = (ROOT / "docs" / "guides" / "connecting.md").read_text("utf-8")
POLICY = read_policy(
    *(tomllib.loads((ROOT / "config" / name).read_text("utf-8")) for name in ("levels.toml", "purposes.toml"))
)


def block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)
    return str(found)


def test_the_file_of_the_guide_is_taken() -> None:
    file = read_business_file(tomllib.loads(block("toml")), POLICY, RULES, {"NL"})
    assert file.clients[0].secret_env == "MY_SHOP_SECRET"


def test_the_registration_of_the_guide_is_taken() -> None:
    asked: dict[str, Any] = json.loads(block("json"))
    asked["redirect_uris"] = ["https://shop.example/back"]  # the rules here are those of production
    use = read_intended_use(asked.pop("intended_use"), POLICY)
    assert read_client_metadata(asked, use, RULES)["client_name"] == "My shop"


def test_the_guide_says_what_every_key_of_a_level_means() -> None:
    table = GUIDE.partition("| Key of a level |")[2].partition("\n\n")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == LEVEL_KEYS


def test_the_guide_says_what_the_levels_hold_as_installed() -> None:
    table = GUIDE.partition("| Level | Claims")[2].partition("\n\n")[0]
    rows = {
        name: set(re.findall(r"`(\w+)`", row)) for name, row in re.findall(r"^\| (\w+) \|(.*)$", table, re.MULTILINE)
    }
    levels = tomllib.loads((ROOT / "config" / "levels.toml").read_text("utf-8"))
    assert rows.keys() == levels.keys()
    for name, level in levels.items():
        assert rows[name] <= {*level["claims"], *level["purposes"], level["retention"]}
        assert rows[name] >= {*level["purposes"], level["retention"]}
