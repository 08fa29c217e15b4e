"""Ways to look at the product, and what holds for every page in each: its language, its width, for whom it works."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, expect

from tests.servers.browser import PATIENCE_MS

SCREENSHOTS = Path(__file__).parent / "screenshots"
_AXE: str = AXE_SCRIPT
# Of what axe finds only the faults come back: telling of every element that is right takes longer than looking.
_FAULTS = """() => axe.run({resultTypes: ["violations"]}).then(found => found.violations.map(
    fault => [fault.id, fault.nodes.map(node => node.target.join(" "))]))"""
_NARROW = {"width": 320, "height": 640}  # WCAG 2.2, 1.4.10


@dataclass(frozen=True)
class Way:
    """A language, a width, a colour scheme, with scripts or without."""

    language: str
    width: int
    scheme: str
    scripts: bool = True

    def __str__(self) -> str:
        return f"{self.language}-{self.width}-{self.scheme}"

    def words(self, nl: str, en: str) -> str:
        """The wording of this way."""
        return nl if self.language == "nl" else en


PHONE_NL = Way("nl", 390, "light")
PHONE_NL_PLAIN = Way("nl", 390, "light", scripts=False)
PHONE_NL_DARK = Way("nl", 390, "dark")
PHONE_EN = Way("en", 390, "dark")
DESK_NL = Way("nl", 1280, "light")
DESK_EN = Way("en", 1280, "light")
DESK_EN_DARK = Way("en", 1280, "dark")


@dataclass
class Onlooker:
    """Goes through a story in one way and looks at each page once."""

    page: Page
    way: Way
    seen: set[str] = field(default_factory=set)

    def look(self, name: str) -> None:
        """Keep a picture; the page is in the right language, fits 320 pixels and has no fault that axe knows."""
        page = self.page
        assert name not in self.seen, f"{name} was looked at before"
        self.seen.add(name)
        page.wait_for_load_state()
        expect(page.locator("html")).to_have_attribute("lang", self.way.language)
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"{name}-{self.way}.jpg", type="jpeg", quality=85, full_page=True)
        if self.way.scripts:  # axe is a script itself
            page.evaluate(_AXE)
            assert page.evaluate(_FAULTS) == [], name
        size = page.viewport_size
        assert size is not None
        page.set_viewport_size({"width": _NARROW["width"], "height": _NARROW["height"]})
        assert page.evaluate("document.documentElement.scrollWidth <= 320"), f"{name} scrolls sideways"
        page.set_viewport_size(size)

    def says(self, nl: str, en: str) -> None:
        """These words stand on the page, and not those of the other language."""
        here, other = (nl, en) if self.way.language == "nl" else (en, nl)
        expect(self.page.locator("body")).to_contain_text(here)
        expect(self.page.locator("body")).not_to_contain_text(other)

    def has(self, *ids: str) -> None:
        """The page has these ids of the public contract, each once."""
        for each in ids:
            expect(self.page.locator(f"[id='{each}']")).to_have_count(1)


@contextmanager
def looking(browser: Browser, way: Way) -> Iterator[Onlooker]:
    """Open a browser profile in one way."""
    context = browser.new_context(
        locale=way.language,
        color_scheme="dark" if way.scheme == "dark" else "light",
        viewport={"width": way.width, "height": 800},
        java_script_enabled=way.scripts,
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE_MS)
    try:
        yield Onlooker(context.new_page(), way)
    finally:
        context.close()
