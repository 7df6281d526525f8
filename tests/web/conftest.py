"""A site with a folder of its own, and who comes to it; entered, so that what runs beside the calls runs."""

import pytest

from source.web.site import Site
from tests.support import web


@pytest.fixture
def site(tmp_path) -> Site:
    return Site(tmp_path / "results", port=web.PORT, token="token-of-the-tests", is_warm=False)


@pytest.fixture
def client(site):
    """The page."""
    with web.browser(site) as client:
        yield client


@pytest.fixture
def program(site):
    """A program with the token; its own application, without what runs beside the calls."""
    return web.program(site)
