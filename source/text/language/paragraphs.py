"""Lines -> paragraphs: where a line that ends also ends a sentence, and where a margin only wrapped it."""

import re
from itertools import pairwise

LEAST_WIDTH = 50  # characters; narrower lines are a chat, verses or a list
MOST_WIDTH = 160  # wider ones are paragraphs of their own
FULL = 0.85  # of the width, that a line and the next one's first word pass where a margin wrapped it
WRAPPED_SHARE = 0.5  # of the lines with one below must be full, for the text to be wrapped at all
ITEM = re.compile(r"(?:[-*+•·‣▪◦–—]|\(?(?:\d{1,3}|[a-zA-Z])[.)])\s+")
BULLET = re.compile(r"^[-*+•·‣▪◦]\s+")
OPEN = re.compile(r"\w[,;]?$")  # how a line ends whose sentence may go on


def paragraphs(text: str, wrapped: bool | None = None) -> list[str]:
    """The paragraphs of `text`, each on one line, without the bullets of a list.

    Blank lines always part them. Lines within are joined where a margin wrapped them, and stand alone in a chat, a list
    or verses; `wrapped` says which it is, None: their lengths tell.

    >>> paragraphs("hi\\nhow are you\\n\\n- fine")
    ['hi', 'how are you', 'fine']
    """
    lines = [line.strip() for line in text.splitlines()]
    width = _width(lines)
    if wrapped is None:
        wrapped = _is_wrapped(lines, width)
    made: list[list[str]] = [[]]
    for line, following in pairwise([*lines, ""]):
        made[-1].append(line)
        if not (wrapped and _goes_on(line, following, width)):
            made.append([])
    return [words for part in made if (words := BULLET.sub("", " ".join(part)).strip())]


def _width(lines):
    """How long a full line is. Not the longest: one long address would not tell."""
    lengths = sorted(len(line) for line, following in pairwise(lines) if line and following)
    return lengths[int(0.9 * (len(lengths) - 1))] if lengths else 0


def _is_wrapped(lines, width):
    pairs = [(line, following) for line, following in pairwise(lines) if line and following]
    full = sum(_is_full(line, following, width) for line, following in pairs)
    return LEAST_WIDTH <= width <= MOST_WIDTH and full >= WRAPPED_SHARE * len(pairs)


def _is_full(line, following, width):
    """Whether the first word of the next line had no room in this one."""
    return len(line) + 1 + len(following.split(maxsplit=1)[0]) > FULL * width


def _goes_on(line, following, width):
    if not line or not following or ITEM.match(following):
        return False
    return _is_full(line, following, width) or bool(OPEN.search(line) and following[0].islower())
