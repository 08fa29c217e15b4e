"""Promises of the templates and style sheets that need no browser: the policy they obey, contrast, what they load."""

import re
from itertools import product
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SHEETS = sorted((ROOT / "static").rglob("*.css"))
TAKEN_ALONG = ROOT / "templates" / "_export" / "data.html"
"""Leaves the house in a file, so it carries its style with it."""
LIGHT, DARK = "light", "dark"


def tokens(scheme: str) -> dict[str, str]:
    """The colour tokens of base.css as a browser in this scheme sees them."""
    sheet = (ROOT / "static/css/base.css").read_text(encoding="utf-8")
    light, dark = sheet.split("@media (prefers-color-scheme: dark)")
    found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", light))
    if scheme == DARK:
        found |= dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", dark))
    return found


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two #rgb or #rrggbb colours (WCAG 2.2, relative luminance)."""

    def luminance(colour: str) -> float:
        digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
        parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", [LIGHT, DARK])
def test_text_has_contrast_on_every_surface_it_stands_on(scheme: str) -> None:
    colours = tokens(scheme)
    pairs = [
        *product(["ink", "ink-soft", "water"], ["ground", "surface", "sunken", "water-tint"]),
        *product(["good", "ink"], ["good-tint"]),
        *product(["warn", "ink"], ["warn-tint"]),
        *product(["bad", "ink"], ["bad-tint", "surface"]),
        ("on-water", "water"),
        ("on-water", "water-deep"),
    ]
    weak = [pair for pair in pairs if contrast(colours[pair[0]], colours[pair[1]]) < 4.5]
    assert not weak


@pytest.mark.parametrize("scheme", [LIGHT, DARK])
def test_the_edges_of_controls_and_the_focus_ring_are_seen(scheme: str) -> None:
    colours = tokens(scheme)
    surfaces = ["ground", "surface", "sunken"]
    weak = [(on, what) for on, what in product(surfaces, ["edge", "water"]) if contrast(colours[on], colours[what]) < 3]
    assert not weak
    for surface in surfaces:
        ring = max(contrast(colours["focus"], colours[surface]), contrast(colours["focus-halo"], colours[surface]))
        assert ring >= 3


def test_no_template_carries_style_or_script_of_its_own() -> None:
    forbidden = re.compile(r"\sstyle=|<style|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)", re.IGNORECASE)
    guilty = {path for path in TEMPLATES if forbidden.search(path.read_text(encoding="utf-8"))}
    assert TEMPLATES
    assert guilty - {TAKEN_ALONG} == set()


def test_the_page_that_people_take_along_needs_nothing_else_and_runs_nothing() -> None:
    page = TAKEN_ALONG.read_text(encoding="utf-8")
    assert "content=\"default-src 'none'; style-src 'unsafe-inline'\"" in page
    assert not re.search(r"<script|\son[a-z]+=|javascript:|\ssrc=|url\(|@import|<link", page, re.IGNORECASE)


def test_style_sheets_load_only_what_is_here() -> None:
    assert SHEETS
    for sheet in SHEETS:
        text = sheet.read_text(encoding="utf-8")
        assert "@import" not in text
        for address in re.findall(r"url\(\s*[\"']?(?!data:)([^\"')]+)", text):
            assert (sheet.parent / address).resolve().is_file(), f"{sheet.name}: {address}"


def test_everything_vendored_has_its_licence_beside_it() -> None:
    folders = [path for path in (ROOT / "static/vendor").iterdir() if path.is_dir()]
    assert folders
    assert [folder.name for folder in folders if not list(folder.glob("LICENSE*"))] == []
