"""One noun everywhere: a view, its form, its pages, its style and its tests carry the same name.

Folders of pages that begin with an underscore (_layout, _macros) belong to no noun, and static/css/base.css,
with what it gathers from css/parts, is the style of all pages. web/forms/problems.py words what any form refuses.
"""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
WEB = ROOT / "app" / "web"
BELONGS_TO_ALL_PAGES = {"base", "answered", "once"}
BELONGS_TO_ALL_FORMS = {"problems"}


def _nouns(folder: Path) -> dict[str, str]:
    """Return the source of each noun in a room: a module, or a package whose modules belong together."""
    modules = {path.stem: path.read_text() for path in folder.glob("*.py") if path.stem != "__init__"}
    packages = {
        path.name: "\n".join(module.read_text() for module in path.rglob("*.py"))
        for path in folder.iterdir()
        if path.is_dir() and path.name not in {"forms", "__pycache__"}
    }
    return modules | packages


VIEWS = _nouns(WEB)


def test_a_view_that_renders_has_its_own_pages_and_tests() -> None:
    renders = {noun for noun, source in VIEWS.items() if re.search(r"\brender_template\(", source)}
    without_pages = {noun for noun in renders if not list((ROOT / "templates" / noun).rglob("*.html"))}
    without_tests = {noun for noun in renders if not list((ROOT / "tests" / "web").glob(f"test_{noun}*.py"))}
    assert (without_pages, without_tests) == (set(), set())


def test_every_folder_of_pages_belongs_to_a_view() -> None:
    folders = {path.name for path in (ROOT / "templates").iterdir() if path.is_dir()}
    assert {name for name in folders if not name.startswith("_")} - VIEWS.keys() == set()


def test_every_form_belongs_to_a_view() -> None:
    assert _nouns(WEB / "forms").keys() - VIEWS.keys() - BELONGS_TO_ALL_FORMS == set()


def test_every_style_and_script_belongs_to_a_view() -> None:
    files = [*(ROOT / "static" / "css").glob("*.css"), *(ROOT / "static" / "js").glob("*.js")]
    assert {path.stem for path in files} - VIEWS.keys() - BELONGS_TO_ALL_PAGES == set()
