"""README and docs: links lead somewhere, what is generated is up to date, the README stays short."""

import re

import pytest

from source import __version__
from source.cli import reference
from source.core import config

SKIPPED = {".venv", "models", "output_files", "input_files", "data", "node_modules"}
PAGES = [
    page
    for page in sorted(config.ROOT.rglob("*.md"))
    if page.relative_to(config.ROOT).parts[0] not in SKIPPED and not page.parent.name.startswith(".")
]
LINK = re.compile(r"\]\(([^)\s]+)\)")


def anchors(page):
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(config.ROOT).as_posix())
def test_every_link_within_the_project_leads_somewhere(page):
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        if re.match(r"https?://|mailto:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{link} in {page.name}"
        assert not anchor or anchor in anchors(target), f"{link} in {page.name}"


def test_the_readme_is_short_and_its_lines_fit():
    lines = (config.ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 150


def test_the_citation_names_this_version():
    assert f"version: {__version__}\n" in (config.ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"## {__version__}" in (config.ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_page_can_be_reached_from_the_index():
    index = config.ROOT / "docs" / "index.md"
    linked = {
        (index.parent / link.partition("#")[0]).resolve() for link in LINK.findall(index.read_text(encoding="utf-8"))
    }
    assert {page for page in PAGES if page.is_relative_to(index.parent)} - {index} <= linked


def test_the_table_of_commands_is_what_the_code_says():
    page = config.ROOT / "docs" / "reference" / "commands.md"
    again = "python -m source.cli.reference > docs/reference/commands.md"
    assert page.read_text(encoding="utf-8") == reference.commands_page(), f"write it anew: {again}"
