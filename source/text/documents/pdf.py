"""A PDF document -> the text of its pages."""

import logging
import re
from collections.abc import Callable
from pathlib import Path

from ...core.errors import DemeanorError

HYPHEN = re.compile(r"([^\W\d_])[-\u2010\u00ad]\n(?=[^\W\d_])")  # within a word that the margin parted
PAGE_NUMBER = re.compile(r"\s*(?:page\s+)?[-–—]?\s*\d{1,4}\s*(?:(?:of|/)\s*\d{1,4})?\s*[-–—]?\s*", re.IGNORECASE)
LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
MOST_NAMED = 10  # pages, in a note
TOLD_PAGES = 100  # after so many it is said how far reading has come


def pdf_text(path: Path, most_characters: int, notify: Callable[[str], None]) -> tuple[str, tuple[str, ...]]:
    """The text of the PDF `path`, its pages one after the other, and what a person should know of how it was read.

    Words that a hyphen parts at the end of a line are joined, "well-known" too where it stands there; page numbers are
    left out. Raises DemeanorError where it is damaged, locked, without text or has over `most_characters`.
    """
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its words on odd but readable files
    try:
        pages = _pages(path)
        texts, damaged = _texts(path, pages, most_characters, notify)
    except DemeanorError:
        raise
    except Exception as error:  # pypdf raises all kinds at damaged files: KeyError, RecursionError, its own, ...
        raise DemeanorError(f"{path} is a damaged PDF document ({error}); give the whole file.") from None
    empty = [number for number, text in enumerate(texts, start=1) if not text and number not in damaged]
    if not any(texts):
        raise DemeanorError(f"{path} holds no text, perhaps pictures of it: run text recognition (OCR) over it first.")
    text = _joined(texts)
    return text, (*_named("without text, perhaps scanned", empty), *_named("damaged and left out", damaged))


def _pages(path):
    from pypdf import PdfReader
    from pypdf.errors import DependencyError

    locked = DemeanorError(f"{path} is locked with a password; save a copy without it.")
    reader = PdfReader(path)
    try:
        if reader.is_encrypted and not reader.decrypt(""):  # many may be read by all, but not printed or changed
            raise locked
        return list(reader.pages)
    except DependencyError:  # a cipher for which another package would be needed
        raise locked from None


def _texts(path, pages, most_characters, notify) -> tuple[list[str], list[int]]:
    """The text of every page, and the numbers of those that are damaged."""
    texts: list[str] = []
    damaged = []
    for number, page in enumerate(pages, start=1):
        try:
            texts.append(_without_number(page.extract_text()))
        except Exception:  # as above; the other pages can be whole
            texts.append("")
            damaged.append(number)
        if sum(map(len, texts)) > most_characters:
            raise DemeanorError(f"{path} holds more than {most_characters:,} characters up to page {number}; split it.")
        if number % TOLD_PAGES == 0:
            notify(f"{path}: {number} of {len(pages)} pages read")
    if len(damaged) == len(pages) > 0:
        raise DemeanorError(f"{path} is a damaged PDF document (none of its pages can be read); give the whole file.")
    return texts, damaged


def _without_number(text: str) -> str:
    """Without the page's number in its first or last line."""
    lines = text.translate(LIGATURES).strip().splitlines()
    for place in (0, -1):
        if lines and PAGE_NUMBER.fullmatch(lines[place]):
            del lines[place]
    return "\n".join(line.rstrip() for line in lines).strip()


def _joined(texts):
    """Pages follow without a blank line: a sentence may go on overleaf."""
    return HYPHEN.sub(_unhyphened, "\n".join(filter(None, texts))).replace("\u00ad", "")


def _unhyphened(match):
    """The hyphen of "Anglo-\\nAmerican" stays."""
    return match[1] if match.string[match.end()].islower() else f"{match[1]}-"


def _named(what, numbers):
    if not numbers:
        return []
    listed = ", ".join(map(str, numbers[:MOST_NAMED])) + (", ..." if len(numbers) > MOST_NAMED else "")
    return [f"page{'s' if len(numbers) > 1 else ''} {listed}: {what}"]
