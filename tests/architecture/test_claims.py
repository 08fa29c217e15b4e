"""A claim that can exist can be called by a name, filled in, shared at a level, and shown by a shop."""

import tomllib
from collections import Counter

from app.domain.claims import CATALOGUE
from app.settings import ROOT
from app.web.facts.blueprint import GROUPS
from app.web.wording import CLAIM_LABELS


def test_every_claim_has_a_name_for_people() -> None:
    assert CLAIM_LABELS.keys() == CATALOGUE.keys(), "in app/web/wording.py"


def test_every_claim_that_is_not_derived_is_filled_in_at_one_place() -> None:
    places = Counter(name for _title, names in GROUPS.values() for name in names)
    typed = [claim.name for claim in CATALOGUE.values() if not claim.derived]
    assert places == Counter(typed), "in GROUPS of app/web/facts/blueprint.py"


def test_every_claim_belongs_to_one_level_as_installed() -> None:
    levels = tomllib.loads((ROOT / "config" / "levels.toml").read_text("utf-8")).values()
    placed = Counter(name for level in levels for name in level["claims"])
    assert placed == Counter(CATALOGUE.keys()), "in config/levels.toml"


def test_the_demo_shops_call_every_claim_by_a_name() -> None:
    texts = tomllib.loads((ROOT / "app" / "demo" / "texts.toml").read_text("utf-8"))
    assert CATALOGUE.keys() <= texts["claim"].keys(), "in app/demo/texts.toml"
