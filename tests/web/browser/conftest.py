"""A Chromium for all tests here, whose pages may show no fault."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, expect

from source.core import config
from source.web.app import application
from tests.support.browser import DEVICES, Watch, chromium

PATIENCE_MS = 30_000  # the machines that run tests are busy
expect.set_options(timeout=PATIENCE_MS)
Open = Callable[..., Page]


def pytest_collection_modifyitems(items):
    """Mark all tests of this folder as such that need Chromium."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker("browser")


@pytest.fixture(scope="package")
def browser(tmp_path_factory) -> Iterator[Browser]:
    with chromium(config.INPUT_FOLDER / "demo_clip.mp4", tmp_path_factory.mktemp("devices")) as started:
        yield started


@pytest.fixture
def later() -> Iterator[ExitStack]:
    """What ends when all pages are closed, whichever was asked for first."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture(scope="package")
def context(browser) -> BrowserContext:
    """The one that all tests share, for a new one takes seconds; a server of another port is another origin."""
    context = browser.new_context(reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    return context


@pytest.fixture
def open_page(context, later) -> Iterator[Open]:
    """Open a page; the test fails if it, or one that it opens, shows an error or asks another host for anything.

    `watch.allow` of the returned page's `watch` lets pass what the test brings about itself.
    """
    watch = Watch(context)

    def opened(url: str, *, width: int = 1280, dark: bool = False, allowed: tuple[str, ...] = DEVICES) -> Page:
        parts = urlsplit(url)
        context.grant_permissions(list(allowed), origin=f"{parts.scheme}://{parts.netloc}")
        watch.hosts.add(parts.netloc)
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme="dark" if dark else "light", reduced_motion="reduce")
        page.watch = watch
        page.goto(url)
        return page

    yield opened
    for page in context.pages:
        page.close()
    watch.end()
    context.set_offline(False)
    context.clear_permissions()
    context.clear_cookies()
    assert watch.faults == []


@pytest.fixture
def address(site, later) -> str:
    """Serve `site` to browsers; the address that lets one in, to which `#/read` and so on may be added."""
    listening = later.enter_context(socket.create_server(("127.0.0.1", 0)))
    site.port = listening.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(application(site), log_level="critical", timeout_graceful_shutdown=1))
    thread = Thread(target=server.run, args=([listening],))
    thread.start()
    later.callback(thread.join)
    later.callback(setattr, server, "should_exit", True)
    return f"{site.origin}/?token={site.token}"


@pytest.fixture
def shoot() -> Callable[[Page, str], None]:
    """Take a picture of the whole page into the folder that SCREENSHOTS names, if it names one."""
    folder = os.environ.get("SCREENSHOTS")

    def shot(page: Page, name: str) -> None:
        if folder:
            page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    return shot
