"""Lines -> paragraphs: tells line breaks that end a sentence from those where a margin only wrapped the text."""

import re
from itertools import pairwise

LEAST_WIDTH = 50  # characters; narrower lines are a chat, verse or a list
MOST_WIDTH = 160  # wider lines are paragraphs of their own
FULL = 0.85  # of the width, which a wrapped line exceeds together with the first word of the next
WRAPPED_SHARE = 0.5  # of the lines that another follows must be full for the text to be wrapped at all
ITEM = re.compile(r"(?:[-*+•·‣▪◦–—]|\(?(?:\d{1,3}|[a-zA-Z])[.)])\s+")
BULLET = re.compile(r"^[-*+•·‣▪◦]\s+")
OPEN = re.compile(r"\w[,;]?$")  # the end of a line whose sentence may continue


def paragraphs(text: str, wrapped: bool | None = None) -> list[str]:
    r"""Return the paragraphs of `text`, each on one line, without the bullets of a list.

    Blank lines always separate them. Other lines are joined where a margin wrapped them, and stand alone in a chat, a
    list or verse; `wrapped` says which it is (None: decide by their lengths).

    >>> paragraphs("hi\nhow are you\n\n- fine")
    ['hi', 'how are you', 'fine']
    """
    lines = [line.strip() for line in text.splitlines()]
    pairs = [(line, following) for line, following in pairwise(lines) if line and following]
    lengths = sorted(len(line) for line, _ in pairs)
    # The length of a full line. Not of the longest: that may be a single long URL.
    width = lengths[int(0.9 * (len(lengths) - 1))] if lengths else 0
    if wrapped is None:
        full = sum(_is_full(line, following, width) for line, following in pairs)
        wrapped = LEAST_WIDTH <= width <= MOST_WIDTH and full >= WRAPPED_SHARE * len(pairs)
    groups: list[list[str]] = [[]]
    for line, following in pairwise([*lines, ""]):
        groups[-1].append(line)
        if not (wrapped and _continues(line, following, width)):
            groups.append([])
    return [words for group in groups if (words := BULLET.sub("", " ".join(group)).strip())]


def _is_full(line: str, following: str, width: int) -> bool:
    """Return whether the first word of the next line had no room on this one."""
    return len(line) + 1 + len(following.split(maxsplit=1)[0]) > FULL * width


def _continues(line: str, following: str, width: int) -> bool:
    if not line or not following or ITEM.match(following):
        return False
    return _is_full(line, following, width) or bool(OPEN.search(line) and following[0].islower())
