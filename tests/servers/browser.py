"""Debian's Chromium, driven by Playwright; it can reach this machine and nothing else."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from setup.servers import find_chromium

PATIENCE_MS = 60_000
"""What does not come in this time does not come: on a busy machine a page may take long."""
expect.set_options(timeout=PATIENCE_MS)
_ARGUMENTS = [
    "--no-sandbox",  # the tests may run as root, where Chromium has no sandbox; it sees only our own pages
    "--disable-gpu",
    "--js-flags=--single-threaded",  # processors are busy: helpers of a short script only get in the way
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # Fewer processes: a third of the tests' time would go to starting them.
    "--in-process-gpu",
    "--renderer-process-limit=1",
    # And no new renderer frame for each page of a site, which is a third of the work of going to one.
    "--disable-features=IsolateOrigins,site-per-process,RenderDocument",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Run one browser until the run ends. A missing Chromium fails the tests; it never skips them."""
    chromium = find_chromium()
    if chromium is None:
        pytest.fail("Chromium is not installed; make test installs it or says how to.")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=_ARGUMENTS)
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Open a page in a profile of its own: no cookie survives a test."""
    context = browser.new_context()
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()
