"""Names that come from outside: titles for people, and what of them is fit for a file's name on any system."""

import re
import unicodedata
from pathlib import PurePath

from ..core.files import safe_name

MOST_CHARACTERS = 80
UNNAMED = "unnamed"
HIDDEN = ("C", "Zl", "Zp")  # control, formatting such as bidi, surrogates, private, unassigned; separators of lines
FOR_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$|clock\$)\s*(\.|$)", re.IGNORECASE)


def title(name: str) -> str:
    r"""Return a name from outside as a line for people: no path, nothing invisible, no device, at most 80 characters.

    >>> title("C:\\films\\my\u202eclip.mp4"), title("../../etc/passwd"), title("nul.mp4"), title(" .. ")
    ('myclip.mp4', 'passwd', '_nul.mp4', 'unnamed')
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name[: 100 * MOST_CHARACTERS]).rstrip("/\\ "))[-1]
    seen = "".join(" " if one.isspace() else one for one in last if one.isspace() or not _is_hidden(one))
    plain = " ".join(seen.split()).lstrip(". ").rstrip(". ")
    if FOR_DEVICES.match(plain):
        plain = f"_{plain}"
    return unicodedata.normalize("NFC", _shortened(plain)) or UNNAMED


def file_stem(title: str) -> str:
    """Return what a file of this title is called, without an ending.

    >>> file_stem("What: a day?.mp4")
    'What a day'
    """
    return safe_name(PurePath(title).stem.lstrip('-. :*?"<>|'), UNNAMED)  # a program would take "-x" for an option


def _shortened(name: str) -> str:
    """Shorten a long name in its middle, so that the ending stays."""
    if len(name) <= MOST_CHARACTERS:
        return name
    ending = PurePath(name).suffix[:10]
    return name[: MOST_CHARACTERS - len(ending)].rstrip(". ") + ending


def _is_hidden(character: str) -> bool:
    return unicodedata.category(character).startswith(HIDDEN)
