"""Bytes of a text file -> characters, whatever program on whatever system wrote them."""

import codecs
import re
from pathlib import Path

from ...core.errors import DemeanorError

MARKED = {  # how a file may begin -> how it is written; the longer mark first, it begins with the shorter one
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
OTHERS = {  # what people hand in for a text -> how such a file starts
    "a PDF document; give it the ending .pdf": b"%PDF",
    "a Word document, an e-book or a zip archive; save it as .txt or .pdf": b"PK\x03\x04",
    "an old Word document; save it as .txt or .pdf": b"\xd0\xcf\x11\xe0",
    "an RTF document; save it as .txt or .pdf": b"{\\rtf",
}
CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]")
CONTROL_SHARE = 0.02  # of the bytes, from which a file is no text
NULL_SHARE = 0.2  # of every second byte, from which a file with null bytes is UTF-16; chance gives binary data 0.004
DAMAGED_SHARE = 0.5  # of the characters beyond ASCII, up to which a file is damaged UTF-8 and no other encoding
LOOKED_AT = 65_536  # bytes of the beginning


def decoded(data: bytes, path: Path, declared: str = "") -> tuple[str, tuple[str, ...]]:
    """The text of the file `path` with the bytes `data`, and what a person should know of how it was read.

    declared: the encoding that the file itself names, as web pages do. Else the mark at its beginning tells, else it is
    UTF-8, UTF-16, or last the Windows-1252 of Western Europe. Raises DemeanorError where `data` is not text.
    """
    for what, beginning in OTHERS.items():
        if data.startswith(beginning):
            raise DemeanorError(f"{path} is {what}.")
    encoding = _encoding(data, declared)
    if not encoding:
        raise DemeanorError(f"{path} is not a text; text, Markdown, HTML, PDF and subtitles are read.")
    try:
        return data.decode(encoding), ()
    except UnicodeError:
        return _by_force(data, encoding)


def _encoding(data, declared):
    """Empty where `data` is binary."""
    marked = next((encoding for mark, encoding in MARKED.items() if data.startswith(mark)), "")
    start = data[:LOOKED_AT]
    if marked:
        return marked
    if b"\0" in start:
        return _utf16(start)
    if len(CONTROL.findall(start)) > CONTROL_SHARE * len(start):
        return ""
    return "utf-8" if _is_utf8(data) or not _is_known(declared) else declared


def _is_known(encoding):
    """Whether Python can read it. A page that names UTF-16 cannot be it, or its name would not be found."""
    try:
        return not encoding.lower().startswith("utf") and isinstance(b" ".decode(encoding or "unknown"), str)
    except (LookupError, UnicodeError):
        return False


def _is_utf8(data):
    """Whether `data` can be nothing else, whatever it says of itself: chance seldom makes UTF-8."""
    try:
        return not data.decode().isascii()
    except UnicodeDecodeError:
        return False


def _utf16(start):
    """UTF-16 without a mark at the beginning: every second byte of Latin letters and spaces is null."""
    half = max(len(start) // 2, 1)
    for encoding, nulls in (("utf-16-le", start[1::2]), ("utf-16-be", start[::2])):
        other = start.count(0) - nulls.count(0)
        if nulls.count(0) >= NULL_SHARE * half and other <= 0.01 * half:
            return encoding
    return ""


def _by_force(data, encoding):
    text = data.decode(encoding if encoding.startswith("utf") else "utf-8", "replace")
    bad = text.count("\ufffd")
    if encoding.startswith(("utf-16", "utf-32")) or bad <= DAMAGED_SHARE * sum(not char.isascii() for char in text):
        return text.replace("\ufffd", ""), (f"damaged: {bad} characters could not be read and are left out",)
    text = data.decode("cp1252", "replace").replace("\ufffd", "")
    return text, ("not UTF-8: read as Windows-1252, so letters of other alphabets may be wrong; save it as UTF-8",)
