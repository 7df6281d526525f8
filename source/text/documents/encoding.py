"""The bytes of a text file -> characters, whichever program on whichever system wrote them."""

import codecs
import re
from pathlib import Path

from ...core.errors import DemeanorError

BYTE_ORDER_MARKS = {  # the longer mark first: it begins with the shorter one
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
OTHER_FORMATS = {  # often handed in as text -> how such a file begins
    "a PDF document; give it the ending .pdf": b"%PDF",
    "a Word document, an e-book or a zip archive; save it as .txt or .pdf": b"PK\x03\x04",
    "an old Word document; save it as .txt or .pdf": b"\xd0\xcf\x11\xe0",
    "an RTF document; save it as .txt or .pdf": b"{\\rtf",
}
CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]")
CONTROL_SHARE = 0.02  # of the bytes, above which a file is binary
NULL_SHARE = 0.2  # of every second byte, from which a file with null bytes is UTF-16; in random bytes it is 0.004
DAMAGED_SHARE = 0.5  # of the characters beyond ASCII, up to which a file is damaged UTF-8 and no other encoding
INSPECTED_BYTES = 65_536  # at the beginning


def decode(data: bytes, path: Path, declared: str = "") -> tuple[str, tuple[str, ...]]:
    """Return the text of the file `path` with the bytes `data`, and notes on how it was read.

    A byte order mark decides, else the declared encoding; without either it is UTF-8, UTF-16 or, last, Windows-1252.
    UTF-8 beyond ASCII is recognised whatever is declared. Raises DemeanorError where `data` is not text.

    declared: the encoding that the file itself names, as web pages do.
    """
    for what, beginning in OTHER_FORMATS.items():
        if data.startswith(beginning):
            raise DemeanorError(f"{path} is {what}.")
    encoding = _encoding(data, declared)
    if not encoding:
        raise DemeanorError(f"{path} is not a text; text, Markdown, HTML, PDF and subtitles are read.")
    try:
        return data.decode(encoding), ()
    except UnicodeError:
        return _decode_damaged(data, encoding)


def _encoding(data: bytes, declared: str) -> str:
    """Return the encoding; empty where `data` is binary."""
    start = data[:INSPECTED_BYTES]
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if data.startswith(mark):
            return encoding
    if b"\0" in start:
        return _utf16(start)
    if len(CONTROL.findall(start)) > CONTROL_SHARE * len(start):
        return ""
    return "utf-8" if _is_utf8(data) or not _is_known(declared) else declared


def _is_known(encoding: str) -> bool:
    """Return whether Python knows it. A page that names UTF-16 is not in it, or its name would not have been found."""
    try:
        return not encoding.lower().startswith("utf") and isinstance(b" ".decode(encoding or "unknown"), str)
    except (LookupError, UnicodeError):
        return False


def _is_utf8(data: bytes) -> bool:
    """Return whether `data` is UTF-8 beyond ASCII: other encodings seldom look like it."""
    try:
        return not data.decode().isascii()
    except UnicodeDecodeError:
        return False


def _utf16(start: bytes) -> str:
    """Return which UTF-16 it is without a byte order mark: every second byte of Latin letters and spaces is null."""
    half = max(len(start) // 2, 1)
    for encoding, nulls in (("utf-16-le", start[1::2]), ("utf-16-be", start[::2])):
        other = start.count(0) - nulls.count(0)
        if nulls.count(0) >= NULL_SHARE * half and other <= 0.01 * half:
            return encoding
    return ""


def _decode_damaged(data: bytes, encoding: str) -> tuple[str, tuple[str, ...]]:
    text = data.decode(encoding if encoding.startswith("utf") else "utf-8", "replace")
    damaged = text.count("\ufffd")
    beyond_ascii = sum(not char.isascii() for char in text)
    if encoding.startswith(("utf-16", "utf-32")) or damaged <= DAMAGED_SHARE * beyond_ascii:
        return text.replace("\ufffd", ""), (f"damaged: {damaged} characters could not be read and are left out",)
    text = data.decode("cp1252", "replace").replace("\ufffd", "")
    return text, ("not UTF-8: read as Windows-1252, so letters of other alphabets may be wrong; save it as UTF-8",)
