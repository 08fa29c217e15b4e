"""Ways to look at the product, and what holds for every page in each: its language, its width, for whom it works."""

from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.servers.browser import PATIENCE_MS

SCREENSHOTS = Path(__file__).parent / "screenshots"
# Half a megabyte: each page is given it by the browser itself, and reads it only when it is looked at.
_AXE = f"window.loadAxe = () => {{ {AXE_SCRIPT} }}"
# Of what axe finds only the faults come back: telling of every element that is right takes longer than looking.
_FAULTS = """() => { loadAxe(); return axe.run({resultTypes: ["violations"]}).then(found => found.violations.map(
    fault => [fault.id, fault.nodes.map(node => node.target.join(" "))])) }"""
# Read once it has its letters: of a picture taken before, and of a width measured before, they would be others.
_LANGUAGE = "document.fonts.ready.then(() => document.documentElement.lang)"
_HEIGHT = 800
_NARROW = 320  # WCAG 2.2, 1.4.10


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

    def __post_init__(self) -> None:
        self._devtools: CDPSession = self.page.context.new_cdp_session(self.page)

    def look(self, name: str) -> None:
        """Keep a picture; the page is in the right language, fits 320 pixels and has no fault that axe knows."""
        page = self.page
        assert name not in self.seen, f"{name} was looked at before"
        self.seen.add(name)
        page.wait_for_load_state()
        assert page.evaluate(_LANGUAGE) == self.way.language, name
        self._keep_picture(SCREENSHOTS / f"{name}-{self.way}.jpg")
        if self.way.scripts:  # axe is a script itself
            assert page.evaluate(_FAULTS) == [], name
        self._be_wide(_NARROW)
        assert page.evaluate("document.documentElement.scrollWidth") <= _NARROW, f"{name} scrolls sideways"
        self._be_wide(self.way.width)

    def _keep_picture(self, file: Path) -> None:
        """The whole page. Asked of the browser itself, for Playwright takes twice as long."""
        size = self._devtools.send("Page.getLayoutMetrics")["cssContentSize"]
        asked = {
            "format": "jpeg",
            "quality": 85,
            "clip": {**size, "scale": 1},
            "captureBeyondViewport": True,
            "optimizeForSpeed": True,
        }
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b64decode(self._devtools.send("Page.captureScreenshot", asked)["data"]))

    def _be_wide(self, width: int) -> None:
        size = {"width": width, "height": _HEIGHT, "deviceScaleFactor": 1, "mobile": False}
        self._devtools.send("Emulation.setDeviceMetricsOverride", size)

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
        viewport={"width": way.width, "height": _HEIGHT},
        java_script_enabled=way.scripts,
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(_AXE)
    try:
        yield Onlooker(context.new_page(), way)
    finally:
        context.close()
