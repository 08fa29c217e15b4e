"""Writes docs/openapi.yaml: the one description of what businesses call, from a fragment per noun in docs/openapi."""

import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
FRAGMENTS = ROOT / "docs" / "openapi"
PAGE = ROOT / "docs" / "openapi.yaml"

_HEAD = "# Written by `python setup/openapi.py` from docs/openapi; a test fails when it is stale.\n"


class _Plain(yaml.SafeDumper):
    """Without anchors: what two places share is written out in both."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def document() -> dict[str, Any]:
    """The whole description. ValueError when two fragments define the same thing."""
    whole: dict[str, Any] = _read(FRAGMENTS / "common.yaml")
    for file in sorted(FRAGMENTS.glob("*.yaml")):
        if file.name != "common.yaml":
            _add(whole, _read(file), file.stem)
    whole["paths"] = dict(sorted(whole["paths"].items()))
    return whole


def text() -> str:
    """The file as the fragments say it today."""
    return _HEAD + yaml.dump(document(), Dumper=_Plain, sort_keys=False, allow_unicode=True, width=120)


def _read(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.load(file.read_text("utf-8"), yaml.CSafeLoader)
    return content


def _add(whole: dict[str, Any], part: dict[str, Any], place: str) -> None:
    for name, value in part.items():
        if name not in whole:
            whole[name] = value
        elif (
            isinstance(value, dict) and place.count("/") < 2 and name in {"paths", "components", "schemas", "responses"}
        ):
            _add(whole[name], value, f"{place}/{name}")
        else:
            raise ValueError(f"{place} defines {name}, which is there already")


if __name__ == "__main__":
    PAGE.write_text(text(), "utf-8")
    sys.stdout.write(f"Wrote {PAGE}.\n")
