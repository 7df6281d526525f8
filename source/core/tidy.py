"""Texts that people type, without what only looks like text."""

import unicodedata
from typing import Any

DIRECTIONS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # text looks like other text


def tidied(text: Any) -> Any:
    r"""Return a text in NFC without control characters, those that turn its direction, and lone surrogates.

    Anything else is returned as it is.

    >>> tidied(" so\x00 it\n is \u202e")
    'so it\n is'
    """
    if not isinstance(text, str):
        return text
    kept = (c for c in text if c in "\t\n" or (unicodedata.category(c) not in ("Cc", "Cs") and c not in DIRECTIONS))
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def in_one_line(text: Any) -> Any:
    r"""Return a text tidied and in one line, with single blanks; anything else as it is.

    >>> in_one_line("Ann  and\nBo")
    'Ann and Bo'
    """
    return " ".join(tidied(text).split()) if isinstance(text, str) else text
