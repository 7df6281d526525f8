"""A PDF document -> the text of its pages."""

import logging
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ...core.errors import DemeanorError
from ...core.hooks import Notify

if TYPE_CHECKING:
    from pypdf import PageObject

HYPHEN = re.compile(r"([^\W\d_])[-\u2010\u00ad]\n(?=[^\W\d_])")  # within a word that the margin split
PAGE_NUMBER = re.compile(r"\s*(?:page\s+)?[-–—]?\s*\d{1,4}\s*(?:(?:of|/)\s*\d{1,4})?\s*[-–—]?\s*", re.IGNORECASE)
LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
MOST_NAMED = 10  # pages, in a note
PROGRESS_PAGES = 100  # between two messages on how far reading has come


def pdf_text(path: Path, most_characters: int, notify: Notify) -> tuple[str, tuple[str, ...]]:
    """Return the text of the PDF `path`, its pages one after the other, and notes on how it was read.

    Words that a hyphen splits at the end of a line are joined, "well-known" too where it is split there; page numbers
    are left out. Raises DemeanorError where it is damaged, locked, without text or has over `most_characters`.
    """
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it complains of odd but readable files
    try:
        texts, damaged = _page_texts(path, _pages(path), most_characters, notify)
    except DemeanorError:
        raise
    except Exception as error:  # pypdf raises all kinds at damaged files: KeyError, RecursionError, its own, ...
        raise DemeanorError(f"{path} is a damaged PDF document ({error}); give the whole file.") from None
    empty = [number for number, text in enumerate(texts, start=1) if not text and number not in damaged]
    if not any(texts):
        raise DemeanorError(f"{path} holds no text, perhaps images of it: run text recognition (OCR) over it first.")
    # Pages follow each other without a blank line: a sentence may continue on the next one.
    text = HYPHEN.sub(_unhyphenated, "\n".join(filter(None, texts))).replace("\u00ad", "")
    return text, (*_page_note("without text, perhaps scanned", empty), *_page_note("damaged and left out", damaged))


def _pages(path: Path) -> "list[PageObject]":
    from pypdf import PdfReader
    from pypdf.errors import DependencyError

    locked = DemeanorError(f"{path} is locked with a password; save a copy without it.")
    reader = PdfReader(path)
    try:
        if reader.is_encrypted and not reader.decrypt(""):  # many may be read by all, but not printed or changed
            raise locked
        return list(reader.pages)
    except DependencyError:  # a cipher that needs another package
        raise locked from None


def _page_texts(
    path: Path, pages: "Sequence[PageObject]", most_characters: int, notify: Notify
) -> tuple[list[str], list[int]]:
    """Return the text of every page, and the numbers of the damaged ones."""
    texts: list[str] = []
    damaged = []
    for number, page in enumerate(pages, start=1):
        try:
            texts.append(_without_page_number(page.extract_text()))
        except Exception:  # as above; the other pages can be intact
            texts.append("")
            damaged.append(number)
        if sum(map(len, texts)) > most_characters:
            raise DemeanorError(f"{path} holds more than {most_characters:,} characters up to page {number}; split it.")
        if number % PROGRESS_PAGES == 0:
            notify(f"{path}: {number} of {len(pages)} pages read")
    if len(damaged) == len(pages) > 0:
        raise DemeanorError(f"{path} is a damaged PDF document (none of its pages can be read); give the whole file.")
    return texts, damaged


def _without_page_number(text: str) -> str:
    """Return a page's text without its number in the first or last line."""
    lines = text.translate(LIGATURES).strip().splitlines()
    for place in (0, -1):
        if lines and PAGE_NUMBER.fullmatch(lines[place]):
            del lines[place]
    return "\n".join(line.rstrip() for line in lines).strip()


def _unhyphenated(match: re.Match[str]) -> str:
    r"""Keep the hyphen of "Anglo-\nAmerican"."""
    return match[1] if match.string[match.end()].islower() else f"{match[1]}-"


def _page_note(what: str, numbers: Sequence[int]) -> tuple[str, ...]:
    if not numbers:
        return ()
    listed = ", ".join(map(str, numbers[:MOST_NAMED])) + (", ..." if len(numbers) > MOST_NAMED else "")
    return (f"page{'s' if len(numbers) > 1 else ''} {listed}: {what}",)
