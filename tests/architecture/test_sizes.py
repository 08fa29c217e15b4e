"""Modules stay small enough to read in one sitting."""

from pathlib import Path
from statistics import median

APP = Path(__file__).parents[2] / "app"
LINES = {
    module.relative_to(APP).as_posix(): len(module.read_text().splitlines())
    for module in APP.rglob("*.py")
    if module.name != "__init__.py"
}


def test_the_median_module_is_under_100_lines() -> None:
    assert median(LINES.values()) < 100


def test_no_module_is_over_400_lines() -> None:
    assert {module: lines for module, lines in LINES.items() if lines > 400} == {}
