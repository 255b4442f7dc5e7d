"""The browser that pages are tried in: one Chromium for the whole session, found on the path and never downloaded.

def test_something(chromium: Chromium, tmp_path: Path) -> None:
    with chromium.open(tmp_path / "report.html", width=390) as page:
        assert page.title() == "A breach"

When the block ends, any error of the page or its console and any request that left the file (or the host, for an
address) fails the test. conftest.py makes the fixture known to all tests.
"""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
WAIT = 20_000  # ms, for a page, an element or a click


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    """The browser of this session (of each worker its own); skips where no Chromium is installed."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip(f"no Chromium on the path (looked for {', '.join(NAMES)}); install Debian's package chromium")
    from playwright.sync_api import sync_playwright

    manager = sync_playwright()
    playwright = manager.start()
    loop = asyncio.get_running_loop()
    browser = Chromium(playwright.chromium.launch(executable_path=found, args=list(FLAGS)), loop)
    asyncio._set_running_loop(None)
    yield browser
    asyncio._set_running_loop(loop)
    browser.browser.close()
    playwright.stop()


class Chromium:
    """A browser whose pages may make no error and no request to elsewhere."""

    def __init__(self, browser: Browser, loop: asyncio.AbstractEventLoop) -> None:
        self.browser = browser
        # Between pages the loop of playwright is not the running one of this thread, so that other tests may have theirs.
        self._loop = loop
        self._open = 0

    @contextmanager
    def open(
        self,
        where: Path | str,
        *,
        width: int = 1280,
        height: int = 900,
        dark: bool = False,
        touch: bool = False,
        still: bool = False,
        ignoring: str = "",
    ) -> Iterator[Page]:
        """A page (of playwright) that shows a file or an address; closed, and judged, when the block ends.

        width, height: CSS pixels. dark: the reader prefers dark pages. touch: a phone, with a finger for a mouse.
        still: the reader prefers no motion. ignoring: a pattern of faults that the test wants to happen.
        """
        address = where.resolve().as_uri() if isinstance(where, Path) else where
        with self._running():
            context = self.browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if dark else "light",
                has_touch=touch,
                is_mobile=touch,
                reduced_motion="reduce" if still else "no-preference",
            )
            try:
                context.set_default_timeout(WAIT)
                page = context.new_page()
                faults = watch(page, address)
                page.goto(address)
                yield page
                page.wait_for_timeout(20)  # what the last click set off
            finally:
                context.close()
        told = [fault for fault in faults if not (ignoring and re.search(ignoring, fault))]
        assert not told, f"{address}:\n" + "\n".join(told)

    @contextmanager
    def _running(self) -> Iterator[None]:
        self._open += 1
        asyncio._set_running_loop(self._loop)
        try:
            yield
        finally:
            self._open -= 1
            if not self._open:
                asyncio._set_running_loop(None)


def watch(page: Page, address: str) -> list[str]:
    """A list that fills with the faults of a page; requests to elsewhere are faults and get no answer."""
    faults: list[str] = []

    def asked(url: str) -> None:
        if not stays(url, address):
            faults.append(f"a request to {url[:200]}")

    context = page.context
    context.route(lambda url: not stays(url, address), lambda route: route.abort())
    context.on("request", lambda request: asked(request.url))
    context.on("weberror", lambda one: faults.append(f"an error of the page: {one.error.stack or one.error}"))
    page.on("websocket", lambda socket: asked(socket.url))
    page.on("crash", lambda _: faults.append("the page crashed"))
    context.on(
        "console",
        lambda line: (
            faults.append(f"on the console: {line.text} ({line.location.get('url', '')})")
            if line.type == "error"
            else None
        ),
    )
    return faults


def stays(url: str, address: str) -> bool:
    """Whether a request stays in the file, or on the host and port, that an address names. Inlined data stays."""
    asked, home = urlsplit(url), urlsplit(address)
    if asked.scheme in ("data", "blob", "about"):
        return True
    if home.scheme == "file":
        return asked.scheme == "file" and asked.path == home.path
    return asked.netloc == home.netloc and asked.scheme in ("http", "https", "ws", "wss")
